/**
 * Consensus deliberation: three to five experts analyse blind, then challenge each other, propose and agree or
 * disagree, round by round; where they do not come to agree a facilitator forces a synthesis.
 *
 * Who talks to whom: it grants turns to the experts, and one to the facilitator if need be, and hears their
 * moves; from the team it hears what became of a seat and that it should end; to the team it says its conclusion.
 *
 * Invariants
 * 1. Analyses are held back until every expert has handed in, or is lost; then all are shared at once.
 * 2. Only agreement of everybody who is there counts as agreement. What is forced is called so, with its dissent.
 * 3. The same point in `sameTag` rounds in a row ends the rounds: the strongest argument decides.
 * 4. It grants at most one turn an expert for the analysis, two an expert and round, one for the synthesis, and
 *    `refills` more a seat. Until it has concluded somebody owes a turn, and it concludes exactly once.
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
import { consensusConclusion } from './consensus-conclusion.ts';
import * as ledger from './consensus-ledger.ts';
import * as steps from './consensus-steps.ts';

export const consensusDeliberationMachine = setup({
  types: {
    context: {} as ledger.ConsensusContext,
    events: {} as
      | ledger.Analysis
      | ledger.Challenges
      | ledger.Proposal
      | ledger.Agreement
      | ledger.Dispute
      | ledger.Forced
      | PatternHears,
    emitted: {} as PatternSays,
    input: {} as ledger.ConsensusInput,
  },
  guards: {
    ...turns.turnGuards,
    isReadyToPropose: ({ context }) => isSettled(context.grants) && ledger.isQuorate(context),
    hasProposal: ({ context }) => ledger.hasProposal(context),
    allAgree: ({ context }) => ledger.allAgree(context),
    mayDeliberate: ({ context }) => ledger.mayDeliberate(context),
    mayForce: ({ context }) => ledger.mayForce(context),
  },
  actions: {
    askAnalyses: step(steps.askAnalyses),
    takeAnalysis: step(steps.takeAnalysis),
    openRound: step(steps.openRound),
    takeChallenges: step(steps.takeChallenges),
    askProposer: step(steps.askProposer),
    takeProposal: step(steps.takeProposal),
    askVerdicts: step(steps.askVerdicts),
    takeAgreement: step(steps.takeAgreement),
    takeDispute: step(steps.takeDispute),
    askFacilitator: step(steps.askFacilitator),
    takeSynthesis: step(steps.takeSynthesis),
    grantAgain: step(steps.grantAgain),
    loseSeat: step(steps.loseSeat),
    awaitSuccessor: step<ledger.ConsensusContext, PatternSays>(turns.awaitSuccessor),
    changeRounds: step<ledger.ConsensusContext, PatternSays>(turns.changeRounds),
    startNothingNew: step<ledger.ConsensusContext, PatternSays>(turns.startNothingNew),
    conclude: step(consensusConclusion),
  },
}).createMachine({
  id: 'consensus-deliberation',
  context: ({ input }) => ledger.newDeliberation(input),
  initial: 'analysing',
  on: { ...turns.whateverBecomesOfSeats, 'limits.changed': { actions: 'changeRounds' } },
  states: {
    analysing: {
      entry: 'askAnalyses',
      always: { guard: 'allAreIn', target: 'weighing' },
      on: { 'analysis.submitted': { guard: 'holdsTurn', actions: 'takeAnalysis' } },
    },
    challenging: {
      entry: 'openRound',
      always: [
        { guard: 'isReadyToPropose', target: 'proposing' },
        { guard: 'allAreIn', target: 'weighing' },
      ],
      on: { 'challenges.raised': { guard: 'holdsTurn', actions: 'takeChallenges' } },
    },
    proposing: {
      entry: 'askProposer',
      always: [
        { guard: 'hasProposal', target: 'voting' },
        { guard: 'isReadyToPropose', target: 'proposing', reenter: true },
        { guard: 'allAreIn', target: 'weighing' },
      ],
      on: { 'consensus.proposed': { guard: 'holdsTurn', actions: 'takeProposal' } },
    },
    voting: {
      entry: 'askVerdicts',
      always: { guard: 'allAreIn', target: 'weighing' },
      on: {
        'proposal.agreed': { guard: 'holdsTurn', actions: 'takeAgreement' },
        'proposal.disputed': { guard: 'holdsTurn', actions: 'takeDispute' },
      },
    },
    weighing: {
      always: [
        { guard: 'allAgree', target: 'concluded' },
        { guard: 'mayDeliberate', target: 'challenging' },
        { guard: 'mayForce', target: 'forcing' },
        { target: 'concluded' },
      ],
    },
    forcing: {
      entry: 'askFacilitator',
      always: { guard: 'allAreIn', target: 'concluded' },
      on: {
        'synthesis.forced': { guard: 'holdsTurn', target: 'concluded', actions: 'takeSynthesis' },
      },
    },
    concluded: { type: 'final', entry: 'conclude' },
  },
});

const roles = [
  {
    role: 'expert',
    min: 3,
    max: 5,
    moves: ['submit_analysis', 'challenge', 'propose_consensus', 'agree', 'disagree'],
  },
  { role: 'facilitator', min: 1, max: 1, moves: ['force_synthesis'] },
];

export const consensusDeliberation: PatternDefinition<typeof ledger.consensusLimits> = {
  name: 'consensus-deliberation',
  machine: consensusDeliberationMachine,
  purpose: 'Experts analyse blind, challenge each other, and converge on one proposal.',
  roles,
  limits: ledger.consensusLimits,
  endsWhen: 'all experts agree, or the facilitator has forced a synthesis',
  fallback: 'a synthesis of what was submitted, or the analyses themselves',
  keyProperty: 'No expert sees an analysis of another before all have handed in their own.',
  turnsMax: ({ rounds, refills }, seats) => (seats - 1) * (1 + 2 * rounds) + 1 + refills * seats,
  seats(roster, limits) {
    const { expert, facilitator } = seated('consensus-deliberation', roles, roster);
    const all = ledger.consensusLimits.parse(limits ?? {});
    return { experts: expert!, facilitator: facilitator![0]!, limits: all };
  },
};
