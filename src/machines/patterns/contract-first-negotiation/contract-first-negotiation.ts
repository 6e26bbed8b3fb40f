/**
 * Contract-first negotiation: two to four negotiators propose, counter and sign one contract; once it is locked
 * all implement it at the same time, each against it alone.
 *
 * Who talks to whom: it grants turns to the negotiators and hears their moves; from the team it hears what became
 * of a seat and that it should end; to the team it says its conclusion.
 *
 * Invariants
 * 1. A move answers the version of the contract that it names. One that answers an older version changes nothing
 *    and is answered with the newest, `crossings` times a round.
 * 2. An acceptance before any counter-proposal is refused.
 * 3. No implementation is asked for, shown or taken before the contract is locked, by agreement or as the best
 *    of partial talks; each implementer is shown the locked contract and nothing else.
 * 4. Grants are bounded by `turnsMax`. Until it has concluded somebody owes a turn, and it concludes exactly once.
 */
import { setup } from 'xstate';
import { step } from '../../step.ts';
import { isSettled } from '../kit/grants.ts';
import {
  type PatternDefinition,
  type PatternHears,
  type PatternSays,
  seated,
} from '../kit/pattern.ts';
import * as turns from '../kit/turn-taking.ts';
import { contractConclusion } from './contract-conclusion.ts';
import * as ledger from './contract-ledger.ts';
import * as steps from './contract-steps.ts';

type Hears =
  | ledger.Proposed
  | ledger.Countered
  | ledger.Accepted
  | ledger.Implemented
  | PatternHears;

/** Whether a move that its author may make names the version in force. */
const answersInForce = (context: ledger.ContractContext, event: Hears): boolean =>
  turns.holdsTurn({ context, event }) && 'version' in event && ledger.isInForce(context, event);

export const contractFirstNegotiationMachine = setup({
  types: {
    context: {} as ledger.ContractContext,
    events: {} as Hears,
    emitted: {} as PatternSays,
    input: {} as ledger.ContractInput,
  },
  guards: {
    ...turns.turnGuards,
    hasContract: ({ context }) => context.versions.length > 0,
    isReadyToPropose: ({ context }) => isSettled(context.grants) && ledger.isQuorate(context),
    answersNewest: ({ context, event }) => answersInForce(context, event),
    isOutdated: ({ context, event }) =>
      turns.holdsTurn({ context, event }) &&
      !answersInForce(context, event) &&
      ledger.mayCross(context, turns.seatOf(event)),
    isEarly: ({ context, event }) =>
      answersInForce(context, event) &&
      !ledger.hasCounter(context) &&
      !context.pressed.includes(turns.seatOf(event)),
    maySign: ({ context, event }) => answersInForce(context, event) && ledger.hasCounter(context),
    isAgreed: ({ context }) => ledger.isAgreed(context),
    mayNegotiate: ({ context }) => ledger.mayNegotiate(context),
    mayImplement: ({ context }) => ledger.mayImplement(context),
  },
  actions: {
    openBoard: step(steps.openBoard),
    askProposer: step(steps.askProposer),
    takeProposal: step(steps.takeProposal),
    openRound: step(steps.openRound),
    takeCounter: step(steps.takeCounter),
    takeAcceptance: step(steps.takeAcceptance),
    answerWithNewest: step(steps.answerWithNewest),
    refuseEarly: step(steps.refuseEarly),
    passOver: step(steps.passOver),
    lockContract: step(steps.lockContract),
    takeImplementation: step(steps.takeImplementation),
    grantAgain: step(steps.grantAgain),
    loseSeat: step(steps.loseSeat),
    awaitSuccessor: step<ledger.ContractContext, PatternSays>(turns.awaitSuccessor),
    changeRounds: step<ledger.ContractContext, PatternSays>(turns.changeRounds),
    startNothingNew: step<ledger.ContractContext, PatternSays>(turns.startNothingNew),
    conclude: step(contractConclusion),
  },
}).createMachine({
  id: 'contract-first-negotiation',
  context: ({ input }) => ledger.newNegotiation(input),
  entry: 'openBoard',
  initial: 'proposing',
  on: { ...turns.whateverBecomesOfSeats, 'limits.changed': { actions: 'changeRounds' } },
  states: {
    proposing: {
      entry: 'askProposer',
      always: [
        { guard: 'hasContract', target: 'answering' },
        { guard: 'isReadyToPropose', target: 'proposing', reenter: true },
        { guard: 'allAreIn', target: 'weighing' },
      ],
      on: { 'contract.proposed': { guard: 'holdsTurn', actions: 'takeProposal' } },
    },
    answering: {
      entry: 'openRound',
      always: { guard: 'allAreIn', target: 'weighing' },
      on: {
        'contract.countered': [
          { guard: 'isOutdated', actions: 'answerWithNewest' },
          { guard: 'answersNewest', actions: 'takeCounter' },
          { guard: 'holdsTurn', actions: 'passOver' },
        ],
        'contract.accepted': [
          { guard: 'isOutdated', actions: 'answerWithNewest' },
          { guard: 'isEarly', actions: 'refuseEarly' },
          { guard: 'maySign', actions: 'takeAcceptance' },
          { guard: 'holdsTurn', actions: 'passOver' },
        ],
      },
    },
    weighing: {
      always: [
        { guard: 'isAgreed', target: 'implementing' },
        { guard: 'mayNegotiate', target: 'answering' },
        { guard: 'mayImplement', target: 'implementing' },
        { target: 'concluded' },
      ],
    },
    implementing: {
      entry: 'lockContract',
      always: { guard: 'allAreIn', target: 'concluded' },
      on: {
        'implementation.submitted': [
          { guard: 'isOutdated', actions: 'answerWithNewest' },
          { guard: 'answersNewest', actions: 'takeImplementation' },
          { guard: 'holdsTurn', actions: 'passOver' },
        ],
      },
    },
    concluded: { type: 'final', entry: 'conclude' },
  },
});

const roles = [
  {
    role: 'negotiator',
    min: 2,
    max: 4,
    moves: ['propose_contract', 'counter_propose', 'accept_contract', 'submit_implementation'],
  },
];

export const contractFirstNegotiation: PatternDefinition<typeof ledger.contractLimits> = {
  name: 'contract-first-negotiation',
  machine: contractFirstNegotiationMachine,
  purpose: 'Those who depend on each other agree on a contract first, then implement in parallel.',
  roles,
  limits: ledger.contractLimits,
  endsWhen: 'all have signed the contract and each has implemented its part against it',
  fallback: 'the best contract of the partial talks, marked so, then its implementations',
  keyProperty: 'Nothing is implemented before one contract is locked, and only that one is.',
  turnsMax: ({ rounds, crossings, refills }, seats) =>
    1 + (seats - 1) * (rounds * (1 + crossings) + 1) + seats * (1 + crossings) + refills * seats,
  seats(roster, limits) {
    const { negotiator } = seated('contract-first-negotiation', roles, roster);
    return { negotiators: negotiator!, limits: ledger.contractLimits.parse(limits ?? {}) };
  },
};
