/**
 * How an assembly line ends: from what it remembers to what it says last. Pure.
 */
import type { Confidence } from '../../../events/words/pattern.ts';
import type { PatternSays } from '../kit/pattern.ts';
import type { Ending } from '../kit/pattern-spec.ts';
import { listed, lostNotes, progress } from '../kit/turn-taking.ts';
import { type AssemblyLine, isFinished } from './assembly-ledger.ts';

export const stageTask = (stage: string): string => `work-of-${stage}`;

/** What a stage delivered before it was called still counts. */
export const deliveryStands = (stage: string): PatternSays =>
  progress(stageTask(stage), 'completed', 'its delivery stands');

export function assemblyEnding(context: AssemblyLine): Ending {
  const { stages, deliveries } = context;
  const isWhole = isFinished(context);
  const finished = stages.filter((stage) => deliveries[stage] !== undefined);
  const missing = stages.filter((stage) => deliveries[stage] === undefined);
  const newestFirst = finished.flatMap((stage) => deliveries[stage] ?? []).reverse();
  return {
    say: [
      ...context.calls.map(({ of }) => deliveryStands(of)),
      ...missing.map((stage) => progress(stageTask(stage), 'failed', 'the line ended before it')),
    ],
    outcome: isWhole ? 'completed' : 'fallback',
    reason: isWhole ? 'the last stage has delivered' : whyNot(context),
    confidence: confidenceOf(context, isWhole),
    result: isWhole ? newestFirst.slice(0, 1) : newestFirst,
    notes: notesOf(context, finished),
  };
}

/** The number of the first stage that has not delivered. */
const brokenAt = ({ stages, deliveries }: AssemblyLine): number =>
  stages.findIndex((stage) => deliveries[stage] === undefined) + 1;

function whyNot(context: AssemblyLine): string {
  const { stages, lost, ending } = context;
  const stage = stages[brokenAt(context) - 1] ?? '';
  return ending ?? (lost.includes(stage) ? `${stage} was lost` : 'the line was broken off');
}

/** High: every stage was content with what it got. Medium: one had to assume something. Low: incomplete. */
function confidenceOf({ unanswered, lost }: AssemblyLine, isWhole: boolean): Confidence {
  if (!isWhole) return 'low';
  return unanswered.length === 0 && lost.length === 0 ? 'high' : 'medium';
}

function notesOf(context: AssemblyLine, finished: readonly string[]): string[] {
  const { unanswered, limits, backward, stages } = context;
  const notes: string[] = [];
  const broken = brokenAt(context);
  if (broken > 0) {
    notes.push(`pipeline incomplete at stage ${broken}`);
    notes.push(finished.length > 0 ? `finished: ${listed(finished)}` : 'no stage was finished');
  }
  for (const stage of new Set(unanswered)) notes.push(`${stage} went on without an answer`);
  if (limits.backward > 0)
    for (const stage of stages)
      if ((backward[stage] ?? 0) >= limits.backward)
        notes.push(`${stage} sent all its ${limits.backward} messages upstream`);
  return [...notes, ...lostNotes(context)];
}
