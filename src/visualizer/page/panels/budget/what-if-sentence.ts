/** What another budget would have done, in sentences. */
import type { WhatIf } from '../../../../actors/what-if.ts';
import { shortLine } from '../../timeline/message-gist.ts';

export interface WhatIfTold {
  stop: string;
  /** Where one can go to see it. */
  revision: number | null;
  more: string[];
}

export function tellWhatIf(told: WhatIf): WhatIfTold {
  const { budget, stops, goesOnAt, spent, recorded, saved, unsureFrom, neared } = told;
  const given = budget.tokens !== null ? `${count(budget.tokens)} tokens` : `$${budget.usd}`;
  const more: string[] = [];
  if (neared && neared.revision !== stops?.revision)
    more.push(`80 % of ${neared.limit} would have been used at revision ${neared.revision}.`);
  if (unsureFrom !== null)
    more.push(
      `Unsure from revision ${unsureFrom} on: a call would have waited, or been cut short.`,
    );
  if (!stops && goesOnAt !== null)
    return {
      stop: `With a budget of ${given} it would have gone on beyond its recorded end by budget; what would have come then is not known.`,
      revision: goesOnAt,
      more,
    };
  if (!stops)
    return {
      stop: `With a budget of ${given} nothing would have been different: it used ${count(recorded.tokens)} tokens.`,
      revision: null,
      more,
    };
  more.unshift(
    `Saved: ${count(saved.tokens)} of ${count(recorded.tokens)} tokens${saved.usd > 0 ? ` and $${saved.usd}` : ''}; spent: ${count(spent.tokens)}.`,
    `Lost: ${lostIn(told)}.`,
  );
  if (told.synthesis) more.push('A synthesis would still have been written, from less.');
  const whose = stops.actor === null ? '' : ` of ${shortLine(stops.actor, 60)}`;
  const why = stops.why === 'refused' ? `a call${whose} did not fit` : shortLine(stops.detail);
  return {
    stop: `With a budget of ${given} it would have stopped at revision ${stops.revision}: ${why}.`,
    revision: stops.revision,
    more,
  };
}

function lostIn({ lost }: WhatIf): string {
  const { modelCalls, rounds, moves, artifacts, result } = lost;
  const parts = [
    several(modelCalls, 'model call'),
    several(rounds, 'round'),
    several(moves, 'move'),
    several(artifacts.length, 'version of artifacts', 'versions of artifacts'),
  ].filter((part) => part !== '');
  if (result) parts.push('the recorded result');
  return parts.length === 0 ? 'nothing' : parts.join(', ');
}

const several = (number: number, one: string, many = `${one}s`): string =>
  number === 0 ? '' : `${number} ${number === 1 ? one : many}`;

const count = (number: number): string => number.toLocaleString('en');
