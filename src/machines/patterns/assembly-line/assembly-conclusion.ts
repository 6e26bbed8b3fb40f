/**
 * How an assembly line ends: from what it remembers to what it says last. Pure.
 */
import type { Confidence } from '../../../events/words/pattern.ts';
import type { Taken } from '../../step.ts';
import { revoked } from '../kit/grants.ts';
import type { PatternSays } from '../kit/pattern.ts';
import { listed, lostNotes, progress } from '../kit/turn-taking.ts';
import { type AssemblyLineContext, isFinished } from './assembly-ledger.ts';
import { standing, taskOf } from './assembly-steps.ts';

type Context = AssemblyLineContext;

/** Everything that is said at the end, in order; the conclusion is last. */
export function assemblyConclusion(context: Context): Taken<Context, PatternSays> {
  const { stages, deliveries, round } = context;
  const isWhole = isFinished(context);
  const finished = stages.filter((stage) => deliveries[stage] !== undefined);
  const missing = stages.filter((stage) => deliveries[stage] === undefined);
  const newestFirst = finished.map((stage) => deliveries[stage]!).reverse();
  return {
    say: [
      ...revoked(context.grants, 'the assembly line has come to its end'),
      ...context.calls.map(({ of }) => standing(of)),
      ...missing.map((stage) => progress(taskOf(stage), 'failed', 'the line ended before it')),
      {
        type: 'pattern.concluded',
        to: 'team',
        pattern: 'assembly-line',
        outcome: isWhole ? 'completed' : 'fallback',
        reason: isWhole ? 'the last stage has delivered' : whyNot(context),
        confidence: confidenceOf(context, isWhole),
        result: isWhole ? newestFirst.slice(0, 1) : newestFirst,
        notes: notesOf(context, finished),
        rounds: round,
      },
    ],
  };
}

/** The number of the first stage that has not delivered. */
const brokenAt = ({ stages, deliveries }: Context): number =>
  stages.findIndex((stage) => deliveries[stage] === undefined) + 1;

function whyNot(context: Context): string {
  const { stages, lost, ending } = context;
  const stage = stages[brokenAt(context) - 1]!;
  return ending ?? (lost.includes(stage) ? `${stage} was lost` : 'the line was broken off');
}

/** High: every stage was content with what it got. Medium: one had to assume something. Low: incomplete. */
function confidenceOf({ unanswered, lost }: Context, isWhole: boolean): Confidence {
  if (!isWhole) return 'low';
  return unanswered.length === 0 && lost.length === 0 ? 'high' : 'medium';
}

function notesOf(context: Context, finished: readonly string[]): string[] {
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
