/** `horde what-if`: the recorded usage of a team under another budget; no model is asked. */

import { whatIf as fold, type WhatIf } from '../../actors/what-if.ts';
import type { RecordedEvent } from '../../events/event.ts';
import { BadUsage } from '../bad-usage.ts';
import { type Command, option } from '../command.ts';
import { measuring } from '../measuring.ts';
import { positiveNumber, USD_MAX, wholeNumber } from '../numbers.ts';
import type { Output } from '../output.ts';
import { type ReadingOptions, reading } from '../reading.ts';
import { harmless } from '../terminal-text.ts';

export interface WhatIfOptions extends ReadingOptions {
  budgetTokens?: number;
  budgetUsd?: number;
}

export default {
  options: [
    option('--budget-tokens <n>', 'most tokens', wholeNumber('--budget-tokens', 1)),
    option('--budget-usd <x>', 'most dollars', positiveNumber('--budget-usd', USD_MAX)),
  ],
  action: (call) =>
    reading(call, async ({ shell, team, runtime, output }) => {
      const { budgetTokens: tokens, budgetUsd: usd } = call.options;
      if (tokens === undefined && usd === undefined)
        throw new BadUsage('what if what? give --budget-tokens N, --budget-usd X, or both');
      const events: RecordedEvent[] = [];
      for await (const event of team.events()) events.push(event);
      const limits = {
        ...(tokens === undefined ? {} : { tokens }),
        ...(usd === undefined ? {} : { usd }),
      };
      const labels = events[0]!.data['labels'] as Record<string, string>;
      const site = { catalog: runtime.catalog, workers: measuring(shell, labels) };
      const told = fold(events, limits, site);
      output.result(
        () => whatIfText(told, output),
        () => ({ team: team.id, ...told }),
      );
      return 0;
    }),
} satisfies Command<[team: string], WhatIfOptions>;

/** Painted here, so what was recorded is made harmless before. */
export function whatIfText(told: WhatIf, { paint }: Pick<Output, 'paint'>): string {
  const { stops, neared, recorded, spent, saved, lost, unsureFrom, goesOnAt, synthesis } = told;
  const money = (usd: number) => (recorded.usd > 0 ? `, $${usd.toFixed(4)}` : '');
  const gone = [
    ...(lost.modelCalls > 0 ? [`${lost.modelCalls} model calls`] : []),
    ...(lost.rounds > 0 ? [`${lost.rounds} rounds`] : []),
    ...lost.artifacts.map(harmless),
  ];
  return [
    stops
      ? paint.bold(
          `it would have stopped at revision ${stops.revision} (${stops.type}${stops.actor ? ` of ${harmless(stops.actor)}` : ''})`,
        )
      : paint.bold('it would have come to the same end'),
    ...(stops ? [`  ${harmless(stops.detail)}`] : []),
    ...(neared
      ? [`80 % of ${neared.limit} would have been used at revision ${neared.revision}`]
      : []),
    `spent   ${spent.tokens} tokens${money(spent.usd)} of the recorded ${recorded.tokens}${money(recorded.usd)}`,
    `saved   ${saved.tokens} tokens${money(saved.usd)}`,
    ...(stops
      ? [`lost    ${gone.join(', ') || 'nothing'}${lost.result ? '; the result too' : ''}`]
      : []),
    ...(synthesis
      ? ['a synthesis would still have been written, from less; it is not counted']
      : []),
    ...(unsureFrom === null
      ? []
      : [
          `unsure from revision ${unsureFrom} on: a call would have waited, or its answer been shorter`,
        ]),
    ...(goesOnAt === null
      ? []
      : [
          `at revision ${goesOnAt} its own budget ended the team; with this one it goes on from there: horde fork … --at ${goesOnAt}`,
        ]),
  ].join('\n');
}
