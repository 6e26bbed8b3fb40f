/** A recommendation as a person reads it: the pattern, why, who takes part, and what else was considered. */
import type { Recommendation } from '../planning/recommendation.ts';
import { oneLine, table } from './terminal-text.ts';

export function selectionText(selection: Recommendation): string {
  const { pattern, roster, reasons, alternatives, limits, wish } = selection;
  const rows = [
    ...reasons.map((reason, i) => [i === 0 ? 'why' : '', oneLine(reason, 160)]),
    ...(wish ? [['wish', `${wish}, which is not to be had here`]] : []),
    ...roster.map(({ actor, agentType, methodology }, i) => [
      i === 0 ? 'roster' : '',
      `${actor}: ${agentType}${methodology ? `, by ${methodology}` : ''}`,
    ]),
    ['limits', limitsText(limits)],
    [
      'else',
      alternatives.map((one) => `${one.pattern} ${percent(one.score)}`).join(', ') || 'nothing',
    ],
  ];
  return `${pattern} (${sureness(selection)})\n\n${table(rows)}`;
}

/** One line for those who only want to know why. */
export function whyLine({ pattern, reasons, by, ...selection }: Recommendation): string {
  if (by === 'option') return `pattern ${pattern}, as asked`;
  const why = oneLine(reasons.join('; '), 300) || 'nothing speaks for another';
  const sure = sureness({ pattern, reasons, by, ...selection });
  return `pattern ${pattern} (${sure}): ${why}; another: --pattern NAME`;
}

function sureness({ confidence, unsure, by, tie }: Recommendation): string {
  const doubt = tie ? `as much speaks for ${tie[1]}` : unsure ? 'unsure' : 'sure';
  const who = by === 'judge' ? '' : `, chosen by ${by === 'person' ? 'you' : by}`;
  return `${percent(confidence)}, ${doubt}${who}`;
}

const percent = (share: number) => `${Math.round(share * 100)} %`;

const limitsText = (limits: Recommendation['limits']) =>
  Object.entries(limits)
    .map(([name, value]) => `${name} ${JSON.stringify(value)}`)
    .join(', ');
