/**
 * Review loop: one producer drafts, one to three reviewers review the same draft side by side, round by round,
 * until all approve.
 *
 * Who talks to whom: it grants turns to the producer and the reviewers and hears their moves; from the team it
 * hears what became of a seat and that it should end; to the team it says its conclusion.
 *
 * Invariants
 * 1. Reviewers are asked only when there is a draft of this round, all of them at once.
 * 2. It grants at most rounds x (1 + reviewers) turns, one more a reviewer for a hollow approval, and
 *    `refills` more a seat for successors.
 * 3. It concludes with the latest draft if there is one, and says how far to trust it.
 */
import { definePattern } from '../kit/define-pattern.ts';
import { sole } from '../kit/pattern-spec.ts';
import { reviewLoopCues } from './cues.ts';
import { reviewLoopTurn, shownAgain } from './review-briefs.ts';
import { reviewEnding } from './review-conclusion.ts';
import { newReviews, reviewLoopLimits } from './review-ledger.ts';
import { doWithout, reviewBoard, reviewStates } from './reviewing.ts';
import { approve, requestChanges, submitDraft } from './words.ts';

export const reviewLoop = definePattern({
  name: 'review-loop',
  called: 'the review loop',
  purpose: 'One drafts, others review the same draft side by side, until all approve.',
  endsWhen: 'all reviewers approve, or the rounds are spent',
  fallback: 'the latest draft, marked with who did not approve or review it',
  keyProperty: 'No draft is approved without issues named or evidence of substance given.',
  roles: {
    producer: { min: 1, max: 1, moves: [submitDraft], types: ['general-purpose'] },
    reviewer: {
      min: 1,
      max: 3,
      moves: [approve, requestChanges],
      types: ['code-reviewer', 'security-auditor', 'architect-reviewer'],
    },
  },
  limits: reviewLoopLimits,
  turnsMax: ({ rounds, refills }, seats) => rounds * seats + (seats - 1) + refills * seats,
  seats: ({ producer, reviewer }) => ({ producer: sole(producer), reviewers: reviewer }),
  remembers: newReviews,
  board: reviewBoard,
  turn: reviewLoopTurn,
  again: shownAgain,
  lose: doWithout,
  states: reviewStates,
  concludes: reviewEnding,
  cues: reviewLoopCues,
});
