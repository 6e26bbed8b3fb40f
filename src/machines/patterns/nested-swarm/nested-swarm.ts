/**
 * Nested swarm: a lead gathers, a producer drafts from what was gathered, one or two reviewers review the same
 * draft against it, round by round. Each of them may have swarms of sub-agents work for it; the carrying pattern
 * is the review loop. Without a lead the producer gathers for itself.
 *
 * Who talks to whom: it grants turns to the lead, the producer and the reviewers and hears their moves; from the
 * team it hears what became of a seat and that it should end; to the team it says its conclusion. Sub-agents
 * talk to nobody here: their synthesis comes back to the one who sent them, as the result of a tool.
 *
 * Invariants
 * 1. Nobody drafts before the lead has shared its findings, or is lost; what was gathered is shown to all after.
 * 2. Teammates see what an agent says, never what its sub-agents said: a grant shows moves of seats only.
 * 3. It grants at most 1 + rounds x (1 + reviewers) turns, one more a reviewer for a hollow approval, and
 *    `refills` more a seat for successors; until it has concluded somebody owes a turn.
 * 4. It concludes exactly once: with the latest draft and the findings, or with what there is of them.
 */
import { setup } from 'xstate';
import { step, type Taken } from '../../step.ts';
import * as grants from '../kit/grants.ts';
import {
  type PatternDefinition,
  type PatternHears,
  type PatternSays,
  seated,
} from '../kit/pattern.ts';
import { changeRounds, seatOf, turnGuards } from '../kit/turn-taking.ts';
import type { ReviewEnd } from '../review-loop/review-conclusion.ts';
import * as ledger from '../review-loop/review-ledger.ts';
import * as steps from '../review-loop/review-steps.ts';
import * as own from './nested-steps.ts';

type Hears = own.Findings | ledger.Draft | ledger.Approval | ledger.Changes | PatternHears;

/** A step of the review loop, which remembers and says nothing of what is gathered. */
const ofReview = <Event>(
  take: (
    context: ledger.ReviewLoopContext,
    event: Event,
  ) => Taken<ledger.ReviewLoopContext, PatternSays>,
) => step<own.NestedSwarmContext, PatternSays, Event>(take);

export const nestedSwarmMachine = setup({
  types: {
    context: {} as own.NestedSwarmContext,
    events: {} as Hears,
    emitted: {} as PatternSays,
    input: {} as own.NestedSwarmInput,
  },
  guards: {
    holdsTurn: turnGuards.holdsTurn,
    owesTurn: turnGuards.owesTurn,
    mayGrantAgain: turnGuards.mayGrantAgain,
    isAtLimit: turnGuards.isAtLimit,
    isUrgent: turnGuards.isUrgent,
    goesOn: turnGuards.goesOn,
    allAreIn: turnGuards.allAreIn,
    isHollow: ({ context, event }) =>
      event.type === 'review.approved' &&
      grants.holds(context.grants, event.from, event.grant) &&
      ledger.isHollow(context, event),
    isLead: ({ context, event }) => seatOf(event) === context.lead,
    isProducer: ({ context, event }) =>
      seatOf(event) === context.producer && !context.lost.includes(context.producer),
    isReviewer: ({ context, event }) => context.reviewers.includes(seatOf(event)),
    hasNoLead: ({ context }) => context.lead === null,
    isProducerLost: ({ context }) => context.lost.includes(context.producer),
    allApprove: ({ context }) => ledger.allApprove(context),
    aPointStands: ({ context }) => ledger.standing(context).length > 0,
    mustEnd: ({ context }) => ledger.mustEnd(context),
  },
  actions: {
    openBoard: step(own.openBoard),
    askLead: step(own.askLead),
    takeFindings: step(own.takeFindings),
    dropLead: step(own.dropLead),
    openRound: step(own.openRound),
    takeDraft: ofReview(steps.takeDraft),
    askReviews: step(own.askReviews),
    takeApproval: ofReview(steps.takeApproval),
    takeChanges: ofReview(steps.takeChanges),
    pressReviewer: ofReview(steps.pressReviewer),
    grantAgain: step(own.grantAgain),
    awaitSuccessor: ofReview(steps.awaitSuccessor),
    dropReviewer: ofReview(steps.dropReviewer),
    loseProducer: ofReview(steps.loseProducer),
    doWithout: ofReview(steps.doWithout),
    changeRounds: step<own.NestedSwarmContext, PatternSays>(changeRounds),
    startNothingNew: ofReview(steps.startNothingNew),
    concludeAgreed: step(conclude('agreed')),
    concludeDisputed: step(conclude('strongestArgument')),
    concludeAsItIs: step(conclude('limit')),
  },
}).createMachine({
  id: 'nested-swarm',
  context: ({ input }) => own.newNestedSwarm(input),
  entry: 'openBoard',
  initial: 'beginning',
  on: {
    'limits.changed': { actions: 'changeRounds' },
    'seat.lost': [
      { guard: 'isLead', actions: 'dropLead' },
      { guard: 'isReviewer', actions: 'dropReviewer' },
      { guard: 'isProducer', actions: 'loseProducer' },
    ],
    'finalize.asked': [
      { guard: 'isUrgent', target: '.judging', actions: 'startNothingNew' },
      { guard: 'goesOn', actions: 'startNothingNew' },
    ],
  },
  states: {
    beginning: { always: [{ guard: 'hasNoLead', target: 'drafting' }, { target: 'gathering' }] },
    gathering: {
      entry: 'askLead',
      always: { guard: 'hasNoLead', target: 'gathered' },
      on: {
        'findings.shared': { guard: 'holdsTurn', target: 'gathered', actions: 'takeFindings' },
        'turn.forfeited': [
          { guard: 'isAtLimit', actions: 'dropLead' },
          { guard: 'holdsTurn', actions: 'awaitSuccessor' },
        ],
        'seat.refilled': [
          { guard: 'mayGrantAgain', actions: 'grantAgain' },
          { guard: 'owesTurn', actions: 'dropLead' },
        ],
      },
    },
    gathered: { always: [{ guard: 'isProducerLost', target: 'judging' }, { target: 'drafting' }] },
    drafting: {
      entry: 'openRound',
      always: { guard: 'isProducerLost', target: 'judging' },
      on: {
        'draft.submitted': { guard: 'holdsTurn', target: 'reviewing', actions: 'takeDraft' },
        'turn.forfeited': [
          { guard: 'isAtLimit', target: 'judging', actions: 'doWithout' },
          { guard: 'holdsTurn', actions: 'awaitSuccessor' },
        ],
        'seat.refilled': [
          { guard: 'mayGrantAgain', actions: 'grantAgain' },
          { guard: 'owesTurn', actions: 'loseProducer' },
        ],
      },
    },
    reviewing: {
      entry: 'askReviews',
      always: { guard: 'allAreIn', target: 'judging' },
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
  return (context: own.NestedSwarmContext) => own.conclude(context, end);
}

const roles = [
  { role: 'lead', min: 0, max: 1, moves: ['share_findings'] },
  { role: 'producer', min: 1, max: 1, moves: ['submit_draft'] },
  { role: 'reviewer', min: 1, max: 2, moves: ['approve', 'request_changes'] },
];

export const nestedSwarm: PatternDefinition<typeof own.nestedSwarmLimits> = {
  name: 'nested-swarm',
  machine: nestedSwarmMachine,
  purpose:
    'One gathers, one drafts from it, others review; each may have swarms of sub-agents work for it.',
  roles,
  limits: own.nestedSwarmLimits,
  endsWhen: 'all reviewers approve, or the rounds are spent',
  fallback:
    'the latest draft, or the findings alone; who has dispatched goes on with partial results',
  keyProperty: 'Teammates see what an agent says, and nothing of the swarms that worked for it.',
  turnsMax: ({ rounds, refills }, seats) => 1 + rounds * seats + (seats - 1) + refills * seats,
  seats(roster, limits) {
    const { lead, producer, reviewer } = seated('nested-swarm', roles, roster);
    const all = own.nestedSwarmLimits.parse(limits ?? {});
    return { lead: lead![0] ?? null, producer: producer![0]!, reviewers: reviewer!, limits: all };
  },
};
