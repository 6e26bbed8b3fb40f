/** How a team ended, or stands: in what outcome, for which reason, how sure one may be, and what the reader must be told. */

import type { Json } from '../../events/event.ts';
import { fieldsOf, textsIn } from '../../events/fields.ts';
import type { Confidence } from '../../events/words/pattern.ts';
import { itemsOf } from '../kit/sequence.ts';
import type { TeamVerdict } from '../verdict/verdict.ts';
import type { Report, ReportState } from './report-layers.ts';
import type { Story } from './report-story.ts';

interface Ending {
  status: TeamVerdict['status'];
  outcome: Report['summary']['outcome'];
  reason: string;
  cause: string | null;
  confidence: Confidence;
  rounds: number;
  result: number[];
  notes: string[];
}

/** How it ended: what the team said at its end counts more than what the pattern said before. */
export function endingOf({ conclusion, dissolved, rounds }: Story, verdict: TeamVerdict): Ending {
  const output = dissolved ? fieldsOf(dissolved.output) : {};
  const synthesis = output['synthesis'];
  const result = revisionsIn(output['result']) ?? conclusion?.result ?? [];
  return {
    status: verdict.status,
    outcome: verdict.outcome ?? 'incomplete',
    reason: verdict.status === 'running' ? (conclusion?.reason ?? 'still at work') : verdict.reason,
    cause: verdict.cause,
    confidence: verdict.confidence ?? 'low',
    rounds: conclusion?.rounds ?? rounds,
    result:
      typeof synthesis === 'number'
        ? [synthesis, ...result.filter((r) => r !== synthesis)]
        : result,
    notes: [...new Set([...(conclusion?.notes ?? []), ...textsIn(output['notes'])])],
  };
}

export function notesOf({ story, metrics }: ReportState, ending: Ending): string[] {
  const notes = [...ending.notes];
  if (ending.status === 'running') notes.unshift('incomplete: the team has not come to its end');
  if (ending.status === 'paused') notes.unshift(`incomplete: paused ${ending.reason}`);
  if (ending.status === 'stopped') notes.unshift(`incomplete: stopped, ${ending.reason}`);
  if (ending.outcome === 'fallback') notes.unshift(`fallback: ${ending.reason}`);
  if (ending.cause !== null) notes.push(`cause: ${ending.cause}`);
  for (const limit of metrics.neared) notes.push(`budget: 80 % of the limit of ${limit} was used`);
  for (const [limit, times] of Object.entries(metrics.refusals))
    notes.push(`budget: work was refused ${times} times by the limit of ${limit}`);
  if (metrics.breaches > 0)
    notes.push('budget: a provider reported more than was reserved, further calls were refused');
  for (const { agent, incarnations, lost } of Object.values(story.participants)) {
    if (incarnations > 1) notes.push(`${agent} was replaced ${incarnations - 1} times`);
    if (lost) notes.push(`the seat of ${agent} was lost`);
  }
  return notes;
}

/** How sure one may be, and what stands against being surer. */
export function whyOf({ story, decisions }: ReportState, ending: Ending): string {
  const { confidence: level, reason, notes } = ending;
  if (level === 'high') return reason;
  const disputes = [...itemsOf(decisions.dissent)].length;
  const worked = story.conclusion?.confidence;
  const against = [
    ...(worked && RANK[level] < RANK[worked] ? ['the synthesis is less sure than the work'] : []),
    ...(disputes > 0 ? [`${disputes} disagreement${disputes > 1 ? 's' : ''} not resolved`] : []),
    ...notes.filter((note) => note !== reason).slice(0, 5),
  ];
  return against.length === 0 ? reason : `${reason}; but ${against.join('; ')}`;
}

const RANK: Readonly<Record<Confidence, number>> = { low: 0, medium: 1, high: 2 };

function revisionsIn(value: Json | undefined): number[] | undefined {
  return Array.isArray(value) ? value.filter((one) => typeof one === 'number') : undefined;
}
