/**
 * How a review loop ends: from what it remembers to what it says last. Pure.
 */
import type { Confidence } from '../../../events/words/pattern.ts';
import type { PatternSays } from '../kit/pattern.ts';
import type { Ending } from '../kit/pattern-spec.ts';
import { progress } from '../kit/turn-taking.ts';
import { allApprove, aPointStands, type ReviewLoop, standing } from './review-ledger.ts';

/** Why it ends: all approve, a point stands for ever, or it cannot or may not go on. */
type ReviewEnd = 'agreed' | 'strongestArgument' | 'limit';

const endOf = (context: ReviewLoop): ReviewEnd => {
  if (allApprove(context)) return 'agreed';
  return aPointStands(context) ? 'strongestArgument' : 'limit';
};

export function reviewEnding(context: ReviewLoop): Ending {
  const { draft } = context;
  const end = endOf(context);
  const reason = reasonOf(context, end);
  return {
    say: [
      ...(draft === null ? [] : [decision(context, end, reason)]),
      ...dissents(context),
      progress('draft', draft === null ? 'failed' : 'completed', reason),
    ],
    outcome: end === 'agreed' ? 'completed' : 'fallback',
    reason,
    confidence: confidenceOf(context, end),
    result: draft === null ? [] : [draft],
    notes: notesOf(context),
  };
}

function reasonOf(context: ReviewLoop, end: ReviewEnd): string {
  const { ending, reviewers, draft, limits } = context;
  if (end === 'agreed') return 'all reviewers approved';
  if (end === 'strongestArgument')
    return `${standing(context).join(', ')} stood in ${limits.sameTag} rounds in a row`;
  if (ending !== null) return ending;
  if (draft === null) return 'there is no draft';
  return reviewers.length === 0 ? 'no reviewer is left' : 'rounds spent';
}

/** High: all approved and nobody was lost. Medium: a majority did, or a point stood for ever. Else low. */
function confidenceOf(context: ReviewLoop, end: ReviewEnd): Confidence {
  if (context.draft === null) return 'low';
  if (end === 'agreed') return context.lost.length === 0 ? 'high' : 'medium';
  return end === 'strongestArgument' || hasMajority(context) ? 'medium' : 'low';
}

const approvals = ({ reviewers, verdicts }: ReviewLoop) =>
  reviewers.filter((reviewer) => verdicts[reviewer] === 'approved').length;
const hasMajority = (context: ReviewLoop) => approvals(context) * 2 > context.reviewers.length;

function notesOf(context: ReviewLoop): string[] {
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

function decision(context: ReviewLoop, end: ReviewEnd, reason: string): PatternSays {
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

function dissents({ reviewers, verdicts, tags }: ReviewLoop): PatternSays[] {
  return reviewers
    .filter((reviewer) => verdicts[reviewer] === 'changes')
    .map((by) => ({
      type: 'dissent.noted',
      by,
      about: 'the draft',
      view: `Open points: ${(tags[by] ?? []).join(', ')}`,
    }));
}
