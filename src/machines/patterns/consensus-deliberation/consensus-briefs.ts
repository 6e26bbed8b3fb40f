/**
 * The briefs of a deliberation: what is asked of whom, in words. Names, tags and numbers only; texts are shown as
 * material.
 *
 * Invariants
 * 1. An analysis is granted without material, to successors too.
 * 2. From then on all see the same of each other, at the same time.
 */
import { listed, type Turn } from '../kit/turn-taking.ts';
import type { Consensus } from './consensus-ledger.ts';
import * as ledger from './consensus-ledger.ts';

const ofRound = ({ round, limits }: Consensus) => `Round ${round} of ${limits.rounds}.`;

/** What of others' words is kept by seat, without one's own. */
const ofOthers = (words: Readonly<Record<string, number>>, seat: string): number[] =>
  Object.entries(words).flatMap(([one, revision]) => (one === seat ? [] : [revision]));

/** The turn that a seat owes now. */
export function consensusTurn(context: Consensus, seat: string): Turn {
  if (seat === context.facilitator) return forcingTurn(context);
  if (context.round === 0) return analysisTurn(context);
  if (context.proposal && ledger.hasProposal(context))
    return verdictTurn(context, context.proposal, seat);
  return context.challenges[seat] === undefined
    ? challengeTurn(context, seat)
    : proposalTurn(context, seat);
}

const analysisTurn = (context: Consensus): Turn => ({
  round: 0,
  brief: `Analyse the request on your own, from your speciality: what holds, what is at risk, what you recommend, and how sure you are. ${context.experts.length} experts do the same; what they write is held back until all are in, and so is yours. Do not ask them. End your turn with submit_analysis.`,
  moves: ['submit_analysis'],
  material: [],
  blind: true,
});

function challengeTurn(context: Consensus, seat: string): Turn {
  const { round, putTo, experts } = context;
  const others = experts.filter((expert) => expert !== seat);
  const put = Object.keys(putTo[seat] ?? {});
  const ask =
    round === 1
      ? `All analyses are in; those of ${listed(others)} are shown below.`
      : 'The verdicts on the last proposal are shown below.';
  const verdicts = Object.fromEntries(
    Object.entries(context.verdicts).map(([name, { revision }]) => [name, revision]),
  );
  return {
    round,
    brief: `${ofRound(context)} Challenge. ${ask} Challenge what does not hold: name the expert (${others.join(', ')}), give the point a tag, say why it is wrong and what follows; keep the tag of a point as long as the point stands. Points put to you, to be answered: ${put.join(', ') || 'none'}. Your value lies in the errors you find, not in agreeing. End your turn with challenge.`,
    moves: ['challenge'],
    material: round === 1 ? ofOthers(context.analyses, seat) : ofOthers(verdicts, seat),
  };
}

function proposalTurn(context: Consensus, seat: string): Turn {
  const open = [...new Set(Object.values(context.tags).flat())];
  return {
    round: context.round,
    brief: `${ofRound(context)} Convergence. It is your turn to propose what all can carry; the challenges of this round are shown below. No average of the analyses: keep what withstood the challenges, change what did not, your own view too, and say how each point is resolved. Points raised: ${open.join(', ') || 'none'}. End your turn with propose_consensus.`,
    moves: ['propose_consensus'],
    material: ofOthers(context.challenges, seat),
  };
}

const verdictTurn = (
  context: Consensus,
  { by, revision }: ledger.StandingProposal,
  seat: string,
): Turn => ({
  round: context.round,
  brief: `${ofRound(context)} Convergence. ${by} proposes what is shown below, after the challenges of this round. Agree if you can carry it as it stands, and say what you checked; else disagree, with a tag, a reason and a remedy for each objection; keep the tag of a point that still stands. Do not agree to please. End your turn with agree or disagree.`,
  moves: ['agree', 'disagree'],
  material: [revision, ...ofOthers(context.challenges, seat)],
});

function forcingTurn(context: Consensus): Turn {
  const { proposal } = context;
  const circles = ledger.circular(context);
  const why =
    circles.length > 0
      ? `${circles.join(', ')} came up in ${context.limits.sameTag} rounds in a row.`
      : (context.ending ?? (proposal ? 'The rounds are spent.' : 'There was no proposal.'));
  const criterion =
    proposal && ledger.hasMajority(context)
      ? `The majority decides: ${listed(ledger.supporters(context))} stand behind the latest proposal, of ${proposal.by}. Keep to it, and take in what costs it nothing.`
      : 'No majority stands behind a proposal: on each disputed point the strongest argument decides, whoever made it.';
  return {
    round: context.round,
    brief: `The experts have not come to agree. ${why} Everything they said is shown below. ${criterion} Give one answer, no list of views, and say how each disputed point is resolved; dissent is noted beside it. End your turn with force_synthesis.`,
    moves: ['force_synthesis'],
    material: [...ledger.allAnalyses(context), ...context.shared],
  };
}
