/** A recommendation as a person reads it: the pattern, why, who takes part, and what else was considered. */
import type { Recommendation } from '../planning/recommendation.ts';
import { oneLine, table } from './terminal-text.ts';

export function selectionText(selection: Recommendation): string {
  const { pattern, workflow, roster, reasons, alternatives, limits, wish } = selection;
  const rows = [
    ...reasons.map((reason, i) => [i === 0 ? 'why' : '', oneLine(reason, 160)]),
    ...(wish ? [['wish', `${wish}, which is not to be had here`]] : []),
    ...roster.map((seat, i) => [i === 0 ? 'roster' : '', seatText(seat)]),
    ...(workflow?.steps ?? []).flatMap(({ step, pattern: by, seats }) => [
      [step, by],
      ...seats.map((seat) => ['', seatText(seat)]),
    ]),
    ...(workflow ? [] : [['limits', limitsText(limits)]]),
    [
      'else',
      alternatives.map((one) => `${one.pattern} ${percent(one.score)}`).join(', ') || 'nothing',
    ],
  ];
  return `${pattern} (${sureness(selection)})\n\n${table(rows)}`;
}

type ShownSeat = Recommendation['roster'][number];

function seatText({ actor, agentType, methodology, duty, subAgents }: ShownSeat): string {
  const way = methodology ? `, by ${methodology}` : '';
  const part = duty ? `: ${oneLine(duty, 100)}` : '';
  const below = subAgents ? ` (${subAgents.count} sub-agents)` : '';
  return `${actor}: ${agentType}${way}${below}${part}`;
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
