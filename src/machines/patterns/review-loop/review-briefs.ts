/**
 * The briefs of a review loop: what is asked of whom, in words. Names and numbers only; texts are shown to
 * the agent as material.
 */
import type { ReviewLoopContext } from './review-ledger.ts';

interface Brief {
  brief: string;
  moves: string[];
  material: number[];
  round: number;
}

const ofRound = ({ round, limits }: ReviewLoopContext) => `Round ${round} of ${limits.rounds}.`;

/** Asks the producer for a first draft, or for a revision in answer to the reviews. */
export function draftBrief(context: ReviewLoopContext): Brief {
  const { round, draft, reviews, reviewers, tags } = context;
  const open = [...new Set(Object.values(tags).flat())];
  const ask =
    draft === null
      ? `Work on the request and hand in your first draft. ${named(reviewers)} will review it.`
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
export const reviewBrief = (context: ReviewLoopContext): Brief => ({
  brief: `${ofRound(context)} Review the draft of ${context.producer} that is shown below${
    context.round > 1 ? ', and whether your earlier points were answered' : ''
  }. If it stands in a file, read the file yourself. Name at least two issues, or show by evidence that there are none; keep the tag of a point as long as the point stands. Your value lies in the problems you find, not in agreeing. End your turn with approve or request_changes.`,
  moves: ['approve', 'request_changes'],
  material: context.draft === null ? [] : [context.draft],
  round: context.round,
});

/** Refuses an approval without substance, once. */
export const pressBrief = (context: ReviewLoopContext): Brief => ({
  ...reviewBrief(context),
  brief: `Your approval is not accepted as it stands: it names fewer than two issues and gives less than ${context.limits.evidenceChars} characters of evidence. Check the draft again. Then request_changes with what you found, or approve and name what you checked, where, and what speaks for it.`,
});

/** The same turn, to a successor in the seat. */
export const againBrief = (context: ReviewLoopContext, seat: string): Brief => {
  const turn = seat === context.producer ? draftBrief(context) : reviewBrief(context);
  const shown = context.draft === null ? [] : [context.draft];
  return {
    ...turn,
    brief: `You take over from a predecessor whose transcript you have. ${turn.brief}`,
    material: [...new Set([...shown, ...turn.material])],
  };
};

function named(seats: readonly string[]): string {
  if (seats.length === 0) return 'Nobody';
  return seats.length === 1
    ? seats[0]!
    : `${seats.slice(0, -1).join(', ')} and ${seats[seats.length - 1]}`;
}
