/**
 * The steps of a deliberation: what it does with each thing it hears, as memory and as words. Pure.
 */
import type { Taken } from '../../step.ts';
import type { PatternSays } from '../kit/pattern.ts';
import * as turns from '../kit/turn-taking.ts';
import { consensusTurn } from './consensus-briefs.ts';
import type { ConsensusContext } from './consensus-ledger.ts';
import * as ledger from './consensus-ledger.ts';

type Step = Taken<ConsensusContext, PatternSays>;

export const analysisOf = (expert: string): string => `analysis-of-${expert}`;

/** Everyone at work on the same question, blind to each other. */
export function askAnalyses(context: ConsensusContext): Step {
  const { experts, facilitator } = context;
  const { remember, say } = turns.granting(context, experts, (seat) =>
    consensusTurn(context, seat),
  );
  return {
    remember,
    say: [
      ...experts.map(
        (owner): PatternSays => ({
          type: 'task.created',
          task: analysisOf(owner),
          title: `Analysis of ${owner}`,
          owner,
          blockedBy: [],
        }),
      ),
      {
        type: 'task.created',
        task: 'consensus',
        title: 'Consensus',
        owner: facilitator,
        blockedBy: experts.map(analysisOf),
      },
      ...say,
    ],
  };
}

export const takeAnalysis = (context: ConsensusContext, analysis: ledger.Analysis): Step => ({
  remember: ledger.withAnalysis(context, analysis),
  say: [
    turns.handedIn(analysis, analysisOf(analysis.from)),
    turns.progress(analysisOf(analysis.from), 'completed', `confidence: ${analysis.confidence}`),
  ],
});

export function openRound(before: ConsensusContext): Step {
  const opened = ledger.withNewRound(before);
  const context = { ...before, ...opened };
  const { round, limits } = context;
  const there = ledger.expertsThere(context);
  const { remember, say } = turns.granting(context, there, (seat) => consensusTurn(context, seat));
  return {
    remember: { ...opened, ...remember },
    say: [
      { type: 'round.started', round, of: limits.rounds, title: 'Challenge and convergence' },
      turns.progress('consensus', 'inProgress', `round ${round}: challenges`),
      ...say,
    ],
  };
}

export const takeChallenges = (context: ConsensusContext, said: ledger.Challenges): Step => ({
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

export function askProposer(context: ConsensusContext): Step {
  const proposer = ledger.proposerOf(context);
  return turns.granting(context, [proposer], (seat) => consensusTurn(context, seat));
}

export const takeProposal = (context: ConsensusContext, proposal: ledger.Proposal): Step => ({
  remember: ledger.withProposal(context, proposal),
  say: [
    turns.handedIn(proposal, 'consensus'),
    turns.progress('consensus', 'inProgress', `round ${context.round}: ${proposal.from} proposes`),
  ],
});

export const askVerdicts = (context: ConsensusContext): Step =>
  turns.granting(context, ledger.votersOf(context), (seat) => consensusTurn(context, seat));

export const takeAgreement = (context: ConsensusContext, agreement: ledger.Agreement): Step => ({
  remember: ledger.withAgreement(context, agreement),
  say: [registered(context, agreement, 'Agreement')],
});

export const takeDispute = (context: ConsensusContext, dispute: ledger.Dispute): Step => ({
  remember: ledger.withDispute(context, dispute),
  say: [registered(context, dispute, 'Objections')],
});

const registered = (
  { round }: ConsensusContext,
  { from, revision }: { from: string; revision: number },
  what: string,
): PatternSays =>
  turns.handedIn({ from, revision, title: `${what} of ${from} in round ${round}` }, 'consensus');

export function askFacilitator(context: ConsensusContext): Step {
  const { remember, say } = turns.granting(context, [context.facilitator], (seat) =>
    consensusTurn(context, seat),
  );
  const note = 'the facilitator forces a synthesis';
  return { remember, say: [turns.progress('consensus', 'inProgress', note), ...say] };
}

export const takeSynthesis = (context: ConsensusContext, forced: ledger.Forced): Step => ({
  remember: ledger.withSynthesis(context, forced),
  say: [turns.handedIn(forced, 'consensus')],
});

/** Somebody who was there before would know all that was said; nobody knows an analysis too early. */
export function grantAgain(context: ConsensusContext, event: turns.TurnEvent): Step {
  const seat = turns.seatOf(event);
  const turn = consensusTurn(context, seat);
  const said = context.round === 0 ? [] : [...ledger.allAnalyses(context), ...context.shared];
  const material = [...new Set([...said, ...turn.material])];
  return turns.grantingAgain(context, seat, { ...turn, material });
}

export function loseSeat(context: ConsensusContext, event: turns.TurnEvent): Step {
  const seat = turns.seatOf(event);
  const isMissed = seat !== context.facilitator && context.analyses[seat] === undefined;
  const note = 'nobody analyses in this seat';
  return {
    remember: turns.withoutSeat(context, event),
    say: isMissed ? [turns.progress(analysisOf(seat), 'failed', note)] : [],
  };
}
