/**
 * What a deliberation remembers of its rounds, and how each thing it hears changes that. Pure;
 * `consensus-deliberation.ts` is the chart. Analyses, challenges and proposals are revisions here.
 *
 * Invariants
 * 1. `analyses` is shown to nobody before the first round of challenges begins.
 * 2. The verdicts are those on the latest proposal; it is agreed when all others who are there agree.
 */
import { z } from 'zod';
import { type HeardMove, type Memory, refills } from '../kit/pattern-spec.ts';
import { lengthened, type Streaks, standingFor } from '../kit/streaks.ts';
import { thereOf } from '../kit/turn-taking.ts';
import type {
  agree,
  challenge,
  disagree,
  forceSynthesis,
  proposeConsensus,
  submitAnalysis,
} from './words.ts';

export const consensusLimits = z.strictObject({
  /** A round is challenges, one proposal, and the verdicts on it. */
  rounds: z.int().min(1).max(6).default(3),
  /** Consecutive rounds with the same tag after which the stronger argument decides. */
  sameTag: z.int().min(2).max(6).default(3),
  refills,
});
export interface Consensus extends Memory<z.output<typeof consensusLimits>> {
  experts: readonly string[];
  facilitator: string;
  /** Who has handed in which analysis; of this round: whose challenges, and which tags each raised. */
  analyses: Readonly<Record<string, number>>;
  challenges: Readonly<Record<string, number>>;
  tags: Readonly<Record<string, readonly string[]>>;
  /** Points put to each expert that it has not answered yet, and who put them. */
  putTo: Readonly<Record<string, Readonly<Record<string, string>>>>;
  streaks: Streaks;
  proposal: StandingProposal | null;
  verdicts: Readonly<Record<string, Verdict>>;
  /** Everything said after the analyses, oldest first; who ever challenged or objected. */
  shared: readonly number[];
  challengers: readonly string[];
  synthesis: number | null;
}

export interface StandingProposal {
  revision: number;
  by: string;
  round: number;
}

export interface Verdict {
  revision: number;
  agrees: boolean;
  /** What it objects to. */
  tags: readonly string[];
}

export type Analysis = HeardMove<typeof submitAnalysis>;
export type Challenges = HeardMove<typeof challenge>;
export type Proposal = HeardMove<typeof proposeConsensus>;
export type Agreement = HeardMove<typeof agree>;
export type Dispute = HeardMove<typeof disagree>;
export type Forced = HeardMove<typeof forceSynthesis>;

type Change = Partial<Consensus>;

/** What it remembers at first. */
export const newDeliberation = {
  analyses: {},
  challenges: {},
  tags: {},
  putTo: {},
  streaks: {},
  proposal: null,
  verdicts: {},
  shared: [],
  challengers: [],
  synthesis: null,
};

/** A new round: what stood in the one before goes on in the streaks. */
export const withNewRound = (context: Consensus): Change => ({
  challenges: {},
  tags: {},
  streaks: streaksNow(context),
});

/** A challenge counts when it is put to another expert; a point that is answered is put to it no longer. */
export function withChallenges(context: Consensus, said: Challenges): Change {
  const { from, revision } = said;
  const putTo: Record<string, Readonly<Record<string, string>>> = { ...context.putTo };
  const open = { ...putTo[from] };
  for (const { tag } of said.answers) delete open[tag];
  putTo[from] = open;
  const valid = validChallenges(context, said);
  for (const { to, tag } of valid) putTo[to] = { ...putTo[to], [tag]: from };
  return {
    ...saidNow(context, revision),
    ...raised(
      context,
      from,
      valid.map(({ tag }) => tag),
    ),
    challenges: { ...context.challenges, [from]: revision },
    putTo,
  };
}

/** Points put to an expert that it concedes, and who put them. */
export const concededIn = (
  { putTo }: Consensus,
  { from, answers }: Challenges,
): { tag: string; by: string }[] =>
  answers.flatMap(({ tag, stance }) => {
    const by = putTo[from]?.[tag];
    return stance === 'concede' && by !== undefined ? [{ tag, by }] : [];
  });

export const validChallenges = (
  { experts }: Consensus,
  { from, challenges }: Challenges,
): Challenges['challenges'] => challenges.filter(({ to }) => to !== from && experts.includes(to));

/** A proposal answers everything that was put to anybody before; verdicts on the one before are history. */
export const withProposal = (context: Consensus, { from, revision }: Proposal): Change => ({
  ...saidNow(context, revision),
  proposal: { revision, by: from, round: context.round },
  verdicts: {},
});

export const withAgreement = (context: Consensus, { from, revision }: Agreement): Change => ({
  ...saidNow(context, revision),
  verdicts: { ...context.verdicts, [from]: { revision, agrees: true, tags: [] } },
});

export function withDispute(context: Consensus, said: Dispute): Change {
  const { from, revision } = said;
  const tags = distinct(said.objections.map(({ tag }) => tag));
  return {
    ...saidNow(context, revision),
    ...raised(context, from, [...(context.tags[from] ?? []), ...tags]),
    verdicts: { ...context.verdicts, [from]: { revision, agrees: false, tags } },
  };
}

const saidNow = ({ shared }: Consensus, revision: number): Change => ({
  shared: [...shared, revision],
});

const raised = (context: Consensus, from: string, tags: string[]): Change => ({
  tags: { ...context.tags, [from]: distinct(tags) },
  challengers: tags.length > 0 ? distinct([...context.challengers, from]) : context.challengers,
});

const distinct = (names: readonly string[]): string[] => [...new Set(names)];

const streaksNow = ({ streaks, tags }: Consensus): Streaks =>
  lengthened(streaks, new Set(Object.values(tags).flat()));

export const expertsThere = (context: Consensus): string[] => thereOf(context.experts, context);

/** One can propose and somebody else can agree. */
export const isQuorate = (context: Consensus): boolean => expertsThere(context).length > 1;

/** Proposing goes round; who is gone is passed over. */
export function proposerOf(context: Consensus): string {
  const there = expertsThere(context);
  return there[(context.round - 1) % there.length] ?? '';
}

export const hasProposal = ({ proposal, round }: Consensus): boolean =>
  proposal !== null && proposal.round === round;

export const votersOf = (context: Consensus): string[] =>
  expertsThere(context).filter((expert) => expert !== context.proposal?.by);

const agreesIn =
  ({ verdicts }: Consensus) =>
  (expert: string) =>
    verdicts[expert]?.agrees === true;

export const allAgree = (context: Consensus): boolean =>
  context.proposal !== null &&
  votersOf(context).length > 0 &&
  votersOf(context).every(agreesIn(context));

/** How many stand behind the latest proposal, its author among them, if it is there. */
export const supporters = (context: Consensus): string[] =>
  expertsThere(context).filter(
    (expert) => expert === context.proposal?.by || agreesIn(context)(expert),
  );

/** More than half of those who are there, and more than its author. */
export const hasMajority = (context: Consensus): boolean =>
  context.proposal !== null &&
  supporters(context).length > 1 &&
  supporters(context).length * 2 > expertsThere(context).length;

/** Points on which the experts have gone round in circles. */
export const circular = (context: Consensus): string[] =>
  standingFor(streaksNow(context), context.limits.sameTag);

export const mayDeliberate = (context: Consensus): boolean =>
  !allAgree(context) &&
  context.ending === null &&
  context.round < context.limits.rounds &&
  isQuorate(context) &&
  circular(context).length === 0;

export const mayForce = (context: Consensus): boolean =>
  !allAgree(context) &&
  allAnalyses(context).length > 0 &&
  thereOf([context.facilitator], context).length > 0;

export const allAnalyses = ({ analyses }: Consensus): number[] =>
  Object.values(analyses).sort((a, b) => a - b);
