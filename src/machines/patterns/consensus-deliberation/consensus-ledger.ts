/**
 * What a deliberation remembers of its rounds, and how each thing it hears changes that. Pure;
 * `consensus-deliberation.ts` is the chart. Analyses, challenges and proposals are revisions here.
 *
 * Invariants
 * 1. `analyses` is shown to nobody before the first round of challenges begins.
 * 2. The verdicts are those on the latest proposal; it is agreed when all others who are there agree.
 */
import { z } from 'zod';
import type { Heard } from '../../../events/event.ts';
import type {
  agree,
  challenge,
  disagree,
  forceSynthesis,
  proposeConsensus,
  submitAnalysis,
} from '../../../events/words/moves-consensus-deliberation.ts';
import { NO_GRANTS, settle } from '../kit/grants.ts';
import { lengthened, type Streaks, standingFor } from '../kit/streaks.ts';
import { type TurnTaking, thereOf } from '../kit/turn-taking.ts';

export const consensusLimits = z.strictObject({
  /** A round is challenges, one proposal, and the verdicts on it. */
  rounds: z.int().min(1).max(6).default(3),
  /** Consecutive rounds with the same tag after which the stronger argument decides. */
  sameTag: z.int().min(2).max(6).default(3),
  /** Times a seat's turn is granted anew to a successor. */
  refills: z.int().min(0).max(3).default(2),
});
export type ConsensusLimits = z.output<typeof consensusLimits>;

const DEFAULTS = consensusLimits.parse({});

export interface ConsensusInput {
  experts: readonly string[];
  facilitator: string;
  limits?: Partial<ConsensusLimits>;
}

export interface ConsensusContext extends TurnTaking {
  experts: readonly string[];
  facilitator: string;
  limits: ConsensusLimits;
  /** Who has handed in which analysis; of this round: whose challenges, and which tags each raised. */
  analyses: Readonly<Record<string, number>>;
  challenges: Readonly<Record<string, number>>;
  tags: Readonly<Record<string, readonly string[]>>;
  /** Points put to each expert that it has not answered yet, and who put them. */
  putTo: Readonly<Record<string, Readonly<Record<string, string>>>>;
  streaks: Streaks;
  proposal: { revision: number; by: string; round: number } | null;
  verdicts: Readonly<Record<string, Verdict>>;
  /** Everything said after the analyses, oldest first; who ever challenged or objected. */
  shared: readonly number[];
  challengers: readonly string[];
  synthesis: number | null;
}

export interface Verdict {
  revision: number;
  agrees: boolean;
  /** What it objects to. */
  tags: readonly string[];
}

export type Analysis = Heard<typeof submitAnalysis.event>;
export type Challenges = Heard<typeof challenge.event>;
export type Proposal = Heard<typeof proposeConsensus.event>;
export type Agreement = Heard<typeof agree.event>;
export type Dispute = Heard<typeof disagree.event>;
export type Forced = Heard<typeof forceSynthesis.event>;

type Change = Partial<ConsensusContext>;

export const newDeliberation = (input: ConsensusInput | undefined): ConsensusContext => ({
  experts: input?.experts ?? [],
  facilitator: input?.facilitator ?? '',
  limits: { ...DEFAULTS, ...input?.limits },
  round: 0,
  grants: NO_GRANTS,
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
  lost: [],
  ending: null,
});

export const withAnalysis = (context: ConsensusContext, { from, revision }: Analysis): Change => ({
  analyses: { ...context.analyses, [from]: revision },
  grants: settle(context.grants, from),
});

/** A new round: what stood in the one before goes on in the streaks. */
export const withNewRound = (context: ConsensusContext): Change => ({
  round: context.round + 1,
  challenges: {},
  tags: {},
  streaks: streaksNow(context),
});

/** A challenge counts when it is put to another expert; a point that is answered is put to it no longer. */
export function withChallenges(context: ConsensusContext, said: Challenges): Change {
  const { from, revision } = said;
  const putTo: Record<string, Readonly<Record<string, string>>> = { ...context.putTo };
  const open = { ...putTo[from] };
  for (const { tag } of said.answers) delete open[tag];
  putTo[from] = open;
  const valid = validChallenges(context, said);
  for (const { to, tag } of valid) putTo[to] = { ...putTo[to], [tag]: from };
  return {
    ...saidNow(context, from, revision),
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
  { putTo }: ConsensusContext,
  { from, answers }: Challenges,
): { tag: string; by: string }[] =>
  answers
    .filter(({ tag, stance }) => stance === 'concede' && putTo[from]?.[tag] !== undefined)
    .map(({ tag }) => ({ tag, by: putTo[from]![tag]! }));

export const validChallenges = (
  { experts }: ConsensusContext,
  { from, challenges }: Challenges,
): Challenges['challenges'] => challenges.filter(({ to }) => to !== from && experts.includes(to));

/** A proposal answers everything that was put to anybody before; verdicts on the one before are history. */
export const withProposal = (context: ConsensusContext, { from, revision }: Proposal): Change => ({
  ...saidNow(context, from, revision),
  proposal: { revision, by: from, round: context.round },
  verdicts: {},
});

export const withAgreement = (
  context: ConsensusContext,
  { from, revision }: Agreement,
): Change => ({
  ...saidNow(context, from, revision),
  verdicts: { ...context.verdicts, [from]: { revision, agrees: true, tags: [] } },
});

export function withDispute(context: ConsensusContext, said: Dispute): Change {
  const { from, revision } = said;
  const tags = distinct(said.objections.map(({ tag }) => tag));
  return {
    ...saidNow(context, from, revision),
    ...raised(context, from, [...(context.tags[from] ?? []), ...tags]),
    verdicts: { ...context.verdicts, [from]: { revision, agrees: false, tags } },
  };
}

export const withSynthesis = (context: ConsensusContext, { from, revision }: Forced): Change => ({
  synthesis: revision,
  grants: settle(context.grants, from),
});

const saidNow = (context: ConsensusContext, from: string, revision: number): Change => ({
  shared: [...context.shared, revision],
  grants: settle(context.grants, from),
});

const raised = (context: ConsensusContext, from: string, tags: string[]): Change => ({
  tags: { ...context.tags, [from]: distinct(tags) },
  challengers: tags.length > 0 ? distinct([...context.challengers, from]) : context.challengers,
});

const distinct = (names: readonly string[]): string[] => [...new Set(names)];

const streaksNow = ({ streaks, tags }: ConsensusContext): Streaks =>
  lengthened(streaks, new Set(Object.values(tags).flat()));

export const expertsThere = (context: ConsensusContext): string[] =>
  thereOf(context.experts, context);

/** One can propose and somebody else can agree. */
export const isQuorate = (context: ConsensusContext): boolean => expertsThere(context).length > 1;

/** Proposing goes round; who is gone is passed over. */
export function proposerOf(context: ConsensusContext): string {
  const there = expertsThere(context);
  return there[(context.round - 1) % there.length]!;
}

export const hasProposal = ({ proposal, round }: ConsensusContext): boolean =>
  proposal !== null && proposal.round === round;

export const votersOf = (context: ConsensusContext): string[] =>
  expertsThere(context).filter((expert) => expert !== context.proposal?.by);

const agreesIn =
  ({ verdicts }: ConsensusContext) =>
  (expert: string) =>
    verdicts[expert]?.agrees === true;

export const allAgree = (context: ConsensusContext): boolean =>
  context.proposal !== null &&
  votersOf(context).length > 0 &&
  votersOf(context).every(agreesIn(context));

/** How many stand behind the latest proposal, its author among them, if it is there. */
export const supporters = (context: ConsensusContext): string[] =>
  expertsThere(context).filter(
    (expert) => expert === context.proposal?.by || agreesIn(context)(expert),
  );

/** More than half of those who are there, and more than its author. */
export const hasMajority = (context: ConsensusContext): boolean =>
  context.proposal !== null &&
  supporters(context).length > 1 &&
  supporters(context).length * 2 > expertsThere(context).length;

/** Points on which the experts have gone round in circles. */
export const circular = (context: ConsensusContext): string[] =>
  standingFor(streaksNow(context), context.limits.sameTag);

export const mayDeliberate = (context: ConsensusContext): boolean =>
  context.ending === null &&
  context.round < context.limits.rounds &&
  isQuorate(context) &&
  circular(context).length === 0;

export const mayForce = (context: ConsensusContext): boolean =>
  allAnalyses(context).length > 0 && thereOf([context.facilitator], context).length > 0;

export const allAnalyses = ({ analyses }: ConsensusContext): number[] =>
  Object.values(analyses).sort((a, b) => a - b);
