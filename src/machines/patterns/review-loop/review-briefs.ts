/**
 * The briefs of a review loop: what is asked of whom, in words. Names and numbers only; texts are shown to
 * the agent as material.
 */
import { listed, type Turn } from '../kit/turn-taking.ts';
import type { ReviewLoop } from './review-ledger.ts';

/** The turn that a seat owes in this round. */
export const reviewLoopTurn = (context: ReviewLoop, seat: string): Turn =>
  seat === context.producer ? draftTurn(context) : reviewTurn(context);

const ofRound = ({ round, limits }: ReviewLoop) => `Round ${round} of ${limits.rounds}.`;

/** Asks the producer for a first draft, or for a revision in answer to the reviews. */
function draftTurn(context: ReviewLoop): Turn {
  const { round, draft, reviews, reviewers, tags } = context;
  const open = [...new Set(Object.values(tags).flat())];
  const ask =
    draft === null
      ? `Work on the request and hand in your first draft. ${reviewers.length > 0 ? listed(reviewers) : 'Nobody'} will review it.`
      : `The reviews of your draft are shown below. Revise it: answer every issue by its tag, either by a change or by a reason against it.${
          open.length > 0 ? ` Open: ${open.join(', ')}.` : ''
        }`;
  return {
    brief: `${ofRound(context)} ${ask} End your turn with submit_draft.`,
    moves: ['submit_draft'],
    material: [...reviews],
    round,
  };
}

/** Asks a reviewer for a verdict on the latest draft. */
const reviewTurn = (context: ReviewLoop): Turn => ({
  brief: `${ofRound(context)} Review the draft of ${context.producer} that is shown below${
    context.round > 1 ? ', and whether your earlier points were answered' : ''
  }. If it stands in a file, read the file yourself. Name at least two issues, or show by evidence that there are none; keep the tag of a point as long as the point stands. Your value lies in the problems you find, not in agreeing. End your turn with approve or request_changes.`,
  moves: ['approve', 'request_changes'],
  material: context.draft === null ? [] : [context.draft],
  round: context.round,
});

/** Refuses an approval without substance, once. */
export const pressTurn = (context: ReviewLoop): Turn => ({
  ...reviewTurn(context),
  brief: `Your approval is not accepted as it stands: it names fewer than two issues and gives less than ${context.limits.evidenceChars} characters of evidence. Check the draft again. Then request_changes with what you found, or approve and name what you checked, where, and what speaks for it.`,
});

/** A successor sees the latest draft, whatever else the turn shows. */
export function shownAgain(context: ReviewLoop, seat: string): number[] {
  const shown = context.draft === null ? [] : [context.draft];
  return [...new Set([...shown, ...reviewLoopTurn(context, seat).material])];
}
