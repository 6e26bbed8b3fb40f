/**
 * Review loop: one producer drafts, one to three reviewers review the same draft side by side, round by round,
 * until all approve.
 *
 * Who talks to whom: it grants turns to the producer and the reviewers and hears their moves; from the team it
 * hears what became of a seat and that it should end; to the team it says its conclusion.
 *
 * Invariants
 * 1. A draft or a review counts only for the turn that its author holds (`grants.ts`).
 * 2. It grants at most rounds x (1 + reviewers) turns, one more a reviewer for a hollow approval, and
 *    `refills` more a seat for successors.
 * 3. Until it has concluded somebody owes a turn: it never waits for nothing.
 * 4. It concludes exactly once, with the latest draft if there is one, and says how far to trust it.
 */
import { setup } from 'xstate';
import { step } from '../../step.ts';
import * as grants from '../kit/grants.ts';
import {
  type PatternDefinition,
  type PatternHears,
  type PatternSays,
  seated,
} from '../kit/pattern.ts';
import { changeRounds, seatOf, turnGuards } from '../kit/turn-taking.ts';
import { type ReviewEnd, reviewConclusion } from './review-conclusion.ts';
import * as ledger from './review-ledger.ts';
import * as steps from './review-steps.ts';

type Hears = ledger.Draft | ledger.Approval | ledger.Changes | PatternHears;

export const reviewLoopMachine = setup({
  types: {
    context: {} as ledger.ReviewLoopContext,
    events: {} as Hears,
    emitted: {} as PatternSays,
    input: {} as ledger.ReviewLoopInput,
  },
  guards: {
    holdsTurn: turnGuards.holdsTurn,
    owesTurn: turnGuards.owesTurn,
    mayGrantAgain: turnGuards.mayGrantAgain,
    isAtLimit: turnGuards.isAtLimit,
    goesOn: turnGuards.goesOn,
    isUrgent: turnGuards.isUrgent,
    isHollow: ({ context, event }) =>
      event.type === 'review.approved' &&
      grants.holds(context.grants, event.from, event.grant) &&
      ledger.isHollow(context, event),
    isProducer: ({ context, event }) =>
      seatOf(event) === context.producer && !context.lost.includes(context.producer),
    isReviewer: ({ context, event }) => context.reviewers.includes(seatOf(event)),
    reviewsAreIn: ({ context }) => grants.isSettled(context.grants),
    allApprove: ({ context }) => ledger.allApprove(context),
    aPointStands: ({ context }) => ledger.standing(context).length > 0,
    mustEnd: ({ context }) => ledger.mustEnd(context),
  },
  actions: {
    openBoard: step(steps.openBoard),
    openRound: step(steps.openRound),
    takeDraft: step(steps.takeDraft),
    askReviews: step(steps.askReviews),
    takeApproval: step(steps.takeApproval),
    takeChanges: step(steps.takeChanges),
    pressReviewer: step(steps.pressReviewer),
    grantAgain: step(steps.grantAgain),
    awaitSuccessor: step(steps.awaitSuccessor),
    dropReviewer: step(steps.dropReviewer),
    loseProducer: step(steps.loseProducer),
    doWithout: step(steps.doWithout),
    changeRounds: step<ledger.ReviewLoopContext, PatternSays>(changeRounds),
    startNothingNew: step(steps.startNothingNew),
    concludeAgreed: step(conclude('agreed')),
    concludeDisputed: step(conclude('strongestArgument')),
    concludeAsItIs: step(conclude('limit')),
  },
}).createMachine({
  id: 'review-loop',
  context: ({ input }) => ledger.newReviewLoop(input),
  entry: 'openBoard',
  initial: 'drafting',
  on: { 'limits.changed': { actions: 'changeRounds' } },
  states: {
    drafting: {
      entry: 'openRound',
      on: {
        'draft.submitted': { guard: 'holdsTurn', target: 'reviewing', actions: 'takeDraft' },
        'turn.forfeited': [
          { guard: 'isAtLimit', target: 'judging', actions: 'doWithout' },
          { guard: 'holdsTurn', actions: 'awaitSuccessor' },
        ],
        'seat.refilled': [
          { guard: 'mayGrantAgain', actions: 'grantAgain' },
          { guard: 'owesTurn', target: 'judging', actions: 'loseProducer' },
        ],
        'seat.lost': [
          { guard: 'isProducer', target: 'judging', actions: 'loseProducer' },
          { guard: 'isReviewer', actions: 'dropReviewer' },
        ],
        'finalize.asked': [
          { guard: 'isUrgent', target: 'judging', actions: 'startNothingNew' },
          { guard: 'goesOn', actions: 'startNothingNew' },
        ],
      },
    },
    reviewing: {
      entry: 'askReviews',
      always: { guard: 'reviewsAreIn', target: 'judging' },
      on: {
        'review.approved': [
          { guard: 'isHollow', actions: 'pressReviewer' },
          { guard: 'holdsTurn', actions: 'takeApproval' },
        ],
        'changes.requested': { guard: 'holdsTurn', actions: 'takeChanges' },
        'turn.forfeited': [
          { guard: 'isAtLimit', actions: 'doWithout' },
          { guard: 'holdsTurn', actions: 'awaitSuccessor' },
        ],
        'seat.refilled': [
          { guard: 'mayGrantAgain', actions: 'grantAgain' },
          { guard: 'owesTurn', actions: 'dropReviewer' },
        ],
        'seat.lost': [
          { guard: 'isReviewer', actions: 'dropReviewer' },
          { guard: 'isProducer', actions: 'loseProducer' },
        ],
        'finalize.asked': [
          { guard: 'isUrgent', target: 'judging', actions: 'startNothingNew' },
          { guard: 'goesOn', actions: 'startNothingNew' },
        ],
      },
    },
    judging: {
      always: [
        { guard: 'allApprove', target: 'concluded', actions: 'concludeAgreed' },
        { guard: 'aPointStands', target: 'concluded', actions: 'concludeDisputed' },
        { guard: 'mustEnd', target: 'concluded', actions: 'concludeAsItIs' },
        { target: 'drafting' },
      ],
    },
    concluded: { type: 'final' },
  },
});

function conclude(end: ReviewEnd) {
  return (context: ledger.ReviewLoopContext) => ({ say: reviewConclusion(context, end) });
}

const roles = [
  { role: 'producer', min: 1, max: 1, moves: ['submit_draft'] },
  { role: 'reviewer', min: 1, max: 3, moves: ['approve', 'request_changes'] },
];

export const reviewLoop: PatternDefinition<typeof ledger.reviewLoopLimits> = {
  name: 'review-loop',
  machine: reviewLoopMachine,
  purpose: 'One drafts, others review the same draft side by side, until all approve.',
  roles,
  limits: ledger.reviewLoopLimits,
  endsWhen: 'all reviewers approve, or the rounds are spent',
  fallback: 'the latest draft, marked with who did not approve or review it',
  keyProperty: 'No draft is approved without issues named or evidence of substance given.',
  turnsMax: ({ rounds, refills }, seats) => rounds * seats + (seats - 1) + refills * seats,
  seats(roster, limits) {
    const { producer, reviewer } = seated('review-loop', roles, roster);
    const all = ledger.reviewLoopLimits.parse(limits ?? {});
    return { producer: producer![0]!, reviewers: reviewer!, limits: all };
  },
};
