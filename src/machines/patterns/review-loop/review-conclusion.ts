/**
 * How a review loop ends: from what it remembers to what it says last. Pure.
 */
import type { Said } from '../../../events/event.ts';
import type {
  Confidence,
  decisionMade,
  dissentNoted,
  patternConcluded,
  taskProgressed,
} from '../../../events/words/pattern.ts';
import { revoked } from '../kit/grants.ts';
import type { PatternSays } from '../kit/pattern.ts';
import { type ReviewLoopContext, standing } from './review-ledger.ts';

/** Why it ends: all approve, a point stands for ever, or it cannot or may not go on. */
export type ReviewEnd = 'agreed' | 'strongestArgument' | 'limit';

/** Everything that is said at the end, in order; the conclusion is last. */
export function reviewConclusion(context: ReviewLoopContext, end: ReviewEnd): PatternSays[] {
  const reason = reasonOf(context, end);
  return [
    ...revoked(context.grants, 'the review loop has come to its end'),
    ...(context.draft === null ? [] : [decision(context, end, reason)]),
    ...dissents(context),
    boardEntry(context, reason),
    conclusion(context, end, reason),
  ];
}

function conclusion(
  context: ReviewLoopContext,
  end: ReviewEnd,
  reason: string,
): Said<typeof patternConcluded> {
  return {
    type: 'pattern.concluded',
    to: 'team',
    pattern: 'review-loop',
    outcome: end === 'agreed' ? 'completed' : 'fallback',
    reason,
    confidence: confidenceOf(context, end),
    result: context.draft === null ? [] : [context.draft],
    notes: notesOf(context),
    rounds: context.round,
  };
}

function reasonOf(context: ReviewLoopContext, end: ReviewEnd): string {
  const { ending, reviewers, draft, limits } = context;
  if (end === 'agreed') return 'all reviewers approved';
  if (end === 'strongestArgument')
    return `${standing(context).join(', ')} stood in ${limits.sameTag} rounds in a row`;
  if (ending !== null) return ending;
  if (draft === null) return 'there is no draft';
  return reviewers.length === 0 ? 'no reviewer is left' : 'rounds spent';
}

/** High: all approved and nobody was lost. Medium: a majority did, or a point stood for ever. Else low. */
function confidenceOf(context: ReviewLoopContext, end: ReviewEnd): Confidence {
  if (context.draft === null) return 'low';
  if (end === 'agreed') return context.lost.length === 0 ? 'high' : 'medium';
  return end === 'strongestArgument' || hasMajority(context) ? 'medium' : 'low';
}

const approvals = ({ reviewers, verdicts }: ReviewLoopContext) =>
  reviewers.filter((reviewer) => verdicts[reviewer] === 'approved').length;
const hasMajority = (context: ReviewLoopContext) =>
  approvals(context) * 2 > context.reviewers.length;

function notesOf(context: ReviewLoopContext): string[] {
  const { draft, verdicts, reviewers, lost } = context;
  const notes: string[] = [];
  if (draft === null) notes.push('no draft');
  else if (Object.keys(verdicts).length === 0) notes.push('not reviewed');
  else {
    for (const reviewer of reviewers)
      if (verdicts[reviewer] !== 'approved') notes.push(`not approved by ${reviewer}`);
  }
  for (const seat of lost) notes.push(`${seat} was lost on the way`);
  return notes;
}

function decision(
  context: ReviewLoopContext,
  end: ReviewEnd,
  reason: string,
): Said<typeof decisionMade> {
  const points = end === 'strongestArgument' ? standing(context).join(', ') : '';
  return {
    type: 'decision.made',
    subject: points ? `The draft, disputed in ${points}` : 'The draft',
    proposedBy: context.producer,
    challengedBy: [...context.challengers],
    resolution: `The draft of round ${context.round} is ${end === 'agreed' ? 'approved' : 'accepted as it stands'}: ${reason}.`,
    basis: end === 'limit' && hasMajority(context) ? 'majority' : end,
  };
}

function dissents({ reviewers, verdicts, tags }: ReviewLoopContext): Said<typeof dissentNoted>[] {
  return reviewers
    .filter((reviewer) => verdicts[reviewer] === 'changes')
    .map((by) => ({
      type: 'dissent.noted',
      by,
      about: 'the draft',
      view: `Open points: ${(tags[by] ?? []).join(', ')}`,
    }));
}

const boardEntry = ({ draft }: ReviewLoopContext, note: string): Said<typeof taskProgressed> => ({
  type: 'task.progressed',
  task: 'draft',
  status: draft === null ? 'failed' : 'completed',
  note,
});
