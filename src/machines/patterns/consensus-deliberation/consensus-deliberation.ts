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
 *    `refills` more a seat.
 */
import { definePattern } from '../kit/define-pattern.ts';
import type { PatternSays } from '../kit/pattern.ts';
import { on, type PatternStep, sole } from '../kit/pattern-spec.ts';
import { handedIn, progress, taskFor } from '../kit/turn-taking.ts';
import { consensusTurn } from './consensus-briefs.ts';
import { consensusEnding } from './consensus-conclusion.ts';
import type { Consensus } from './consensus-ledger.ts';
import * as ledger from './consensus-ledger.ts';
import { consensusDeliberationCues } from './cues.ts';
import {
  agree,
  challenge,
  disagree,
  forceSynthesis,
  proposeConsensus,
  submitAnalysis,
} from './words.ts';

type Step = PatternStep<Consensus>;

const TASK = 'consensus';
const analysisOf = (expert: string): string => `analysis-of-${expert}`;

/** Everyone at work on the same question, blind to each other. */
const askAnalyses = ({ experts }: Consensus): Step => ({ asks: experts });

const takeAnalysis = (context: Consensus, analysis: ledger.Analysis): Step => ({
  remember: { analyses: { ...context.analyses, [analysis.from]: analysis.revision } },
  say: [
    handedIn(analysis, analysisOf(analysis.from)),
    progress(analysisOf(analysis.from), 'completed', `confidence: ${analysis.confidence}`),
  ],
});

function openRound(context: Consensus): Step {
  const round = context.round + 1;
  const of = context.limits.rounds;
  return {
    remember: { round, ...ledger.withNewRound(context) },
    say: [
      { type: 'round.started', round, of, title: 'Challenge and convergence' },
      progress(TASK, 'inProgress', `round ${round}: challenges`),
    ],
    asks: context.experts,
  };
}

const takeChallenges = (context: Consensus, said: ledger.Challenges): Step => ({
  remember: ledger.withChallenges(context, said),
  say: [
    registered(context, said, 'Challenges'),
    ...ledger.concededIn(context, said).map(
      ({ tag, by }): PatternSays => ({
        type: 'decision.made',
        subject: `Point ${tag}`,
        proposedBy: said.from,
        challengedBy: [by],
        resolution: `${said.from} concedes the point.`,
        basis: 'agreed',
      }),
    ),
  ],
});

const askProposer = (context: Consensus): Step => ({ asks: [ledger.proposerOf(context)] });

const takeProposal = (context: Consensus, proposal: ledger.Proposal): Step => ({
  remember: ledger.withProposal(context, proposal),
  say: [
    handedIn(proposal, TASK),
    progress(TASK, 'inProgress', `round ${context.round}: ${proposal.from} proposes`),
  ],
});

const askVerdicts = (context: Consensus): Step => ({ asks: ledger.votersOf(context) });

const takeAgreement = (context: Consensus, agreement: ledger.Agreement): Step => ({
  remember: ledger.withAgreement(context, agreement),
  say: [registered(context, agreement, 'Agreement')],
});

const takeDispute = (context: Consensus, dispute: ledger.Dispute): Step => ({
  remember: ledger.withDispute(context, dispute),
  say: [registered(context, dispute, 'Objections')],
});

const registered = (
  { round }: Consensus,
  { from, revision }: { from: string; revision: number },
  what: string,
): PatternSays => handedIn({ from, revision, title: `${what} of ${from} in round ${round}` }, TASK);

const askFacilitator = ({ facilitator }: Consensus): Step => ({
  say: [progress(TASK, 'inProgress', 'the facilitator forces a synthesis')],
  asks: [facilitator],
});

const takeSynthesis = (_: Consensus, forced: ledger.Forced): Step => ({
  remember: { synthesis: forced.revision },
  say: [handedIn(forced, TASK)],
});

function loseSeat({ facilitator, analyses }: Consensus, seat: string): Step {
  const isMissed = seat !== facilitator && analyses[seat] === undefined;
  const note = 'nobody analyses in this seat';
  return { say: isMissed ? [progress(analysisOf(seat), 'failed', note)] : [] };
}

export const consensusDeliberation = definePattern({
  name: 'consensus-deliberation',
  called: 'the deliberation',
  purpose: 'Experts analyse blind, challenge each other, and converge on one proposal.',
  endsWhen: 'all experts agree, or the facilitator has forced a synthesis',
  fallback: 'a synthesis of what was submitted, or the analyses themselves',
  keyProperty: 'No expert sees an analysis of another before all have handed in their own.',
  roles: {
    expert: {
      min: 3,
      max: 5,
      moves: [submitAnalysis, challenge, proposeConsensus, agree, disagree],
      types: ['backend-architect', 'security-auditor', 'performance-profiler'],
    },
    facilitator: { min: 1, max: 1, moves: [forceSynthesis], types: ['deliberation-facilitator'] },
  },
  limits: ledger.consensusLimits,
  turnsMax: ({ rounds, refills }, seats) => (seats - 1) * (1 + 2 * rounds) + 1 + refills * seats,
  seats: ({ expert, facilitator }) => ({ experts: expert, facilitator: sole(facilitator) }),
  remembers: ledger.newDeliberation,
  board: ({ experts, facilitator }: Consensus) => [
    ...experts.map((one) => taskFor(one, analysisOf(one), `Analysis of ${one}`)),
    taskFor(facilitator, TASK, 'Consensus', experts.map(analysisOf)),
  ],
  turn: consensusTurn,
  // A successor knows all that was said; nobody knows an analysis too early.
  again: (context, seat) => {
    const said = context.round === 0 ? [] : [...ledger.allAnalyses(context), ...context.shared];
    return [...new Set([...said, ...consensusTurn(context, seat).material])];
  },
  lose: loseSeat,
  states: {
    analysing: {
      begins: askAnalyses,
      hears: [on(submitAnalysis, takeAnalysis)],
      next: { weighing: 'else' },
    },
    challenging: {
      begins: openRound,
      hears: [on(challenge, takeChallenges)],
      next: { converging: 'else' },
    },
    converging: { next: { proposing: ledger.isQuorate, weighing: 'else' } },
    proposing: {
      begins: askProposer,
      hears: [on(proposeConsensus, takeProposal)],
      next: { voting: ledger.hasProposal, converging: 'else' },
    },
    voting: {
      begins: askVerdicts,
      hears: [on(agree, takeAgreement), on(disagree, takeDispute)],
      next: { weighing: 'else' },
    },
    weighing: {
      next: { challenging: ledger.mayDeliberate, forcing: ledger.mayForce, concluded: 'else' },
    },
    forcing: {
      begins: askFacilitator,
      hears: [on(forceSynthesis, takeSynthesis)],
      next: { concluded: 'else' },
    },
  },
  concludes: consensusEnding,
  cues: consensusDeliberationCues,
});
