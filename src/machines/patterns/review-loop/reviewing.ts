/**
 * What happens in a review loop: drafts, reviews of them side by side, and whether another round may help. Other
 * patterns carry it on (`nested-swarm`), with turns of their own. Pure.
 */
import type { PatternSays } from '../kit/pattern.ts';
import { type Lost, on, type PatternState, type PatternStep } from '../kit/pattern-spec.ts';
import { granting, handedIn, progress, taskFor } from '../kit/turn-taking.ts';
import { pressTurn } from './review-briefs.ts';
import type { Approval, Changes, Draft, ReviewLoop } from './review-ledger.ts';
import * as ledger from './review-ledger.ts';
import { approve, requestChanges, submitDraft } from './words.ts';

const reviewOf = (reviewer: string): string => `review-by-${reviewer}`;

function openRound({ producer, limits, ...before }: ReviewLoop): PatternStep<ReviewLoop> {
  const round = before.round + 1;
  const title = round === 1 ? 'First draft' : 'Revision';
  return {
    remember: { round },
    say: [
      { type: 'round.started', round, of: limits.rounds, title },
      progress('draft', 'inProgress', `round ${round}`),
    ],
    asks: [producer],
  };
}

const takeDraft = (context: ReviewLoop, draft: Draft): PatternStep<ReviewLoop> => ({
  remember: ledger.withDraft(context, draft),
  say: [handedIn(draft, 'draft')],
});

/** Everyone reviews the same draft, side by side. */
const askReviews = ({ reviewers }: ReviewLoop): PatternStep<ReviewLoop> => ({ asks: reviewers });

const takeApproval = (context: ReviewLoop, approval: Approval): PatternStep<ReviewLoop> => ({
  remember: ledger.withApproval(context, approval),
  say: registered(context, approval, 'approved'),
});

const takeChanges = (context: ReviewLoop, changes: Changes): PatternStep<ReviewLoop> => ({
  remember: ledger.withChanges(context, changes),
  say: registered(context, changes, `asks for changes: ${ledger.tagsOf(changes).join(', ')}`),
});

function registered(
  { round }: ReviewLoop,
  { from, revision }: Approval | Changes,
  note: string,
): PatternSays[] {
  const title = `Review of round ${round} by ${from}`;
  return [
    handedIn({ from, revision, title }, reviewOf(from)),
    progress(reviewOf(from), 'completed', `round ${round}: ${note}`),
  ];
}

/** Refuses a hollow approval, and grants the turn once more. */
function pressReviewer(context: ReviewLoop, { from }: Approval): PatternStep<ReviewLoop> {
  const { remember, say } = granting(context, [from], () => pressTurn(context));
  return { remember: { ...remember, pressed: ledger.adding(context.pressed, from) }, say };
}

/**
 * Without its producer the loop comes to its end; it goes on without a reviewer. A limit ends it too, but whoever it
 * stopped keeps the seat.
 */
export function doWithout(
  context: ReviewLoop,
  seat: string,
  { atLimit, before }: Lost<ReviewLoop>,
): PatternStep<ReviewLoop> {
  if (atLimit) return { remember: { lost: before.lost } };
  if (seat === context.producer)
    return { remember: { ending: context.ending ?? `${seat} was lost` } };
  return {
    remember: ledger.withoutReviewer(context, seat),
    say: [progress(reviewOf(seat), 'failed', 'nobody reviews in this seat any more')],
  };
}

export const reviewBoard = ({ producer, reviewers }: ReviewLoop): PatternSays[] => [
  taskFor(producer, 'draft', 'Draft'),
  ...reviewers.map((owner) => taskFor(owner, reviewOf(owner), `Review by ${owner}`, ['draft'])),
];

export const reviewStates = {
  drafting: {
    begins: openRound,
    hears: [on(submitDraft, takeDraft, { to: 'reviewing' })],
    next: { judging: 'else' },
  },
  reviewing: {
    begins: askReviews,
    hears: [
      on(approve, pressReviewer, { onlyIf: ledger.isHollow }),
      on(approve, takeApproval),
      on(requestChanges, takeChanges),
    ],
    next: { judging: 'else' },
  },
  judging: { next: { drafting: ledger.mayGoOn, concluded: 'else' } },
} satisfies Record<string, PatternState<ReviewLoop>>;
