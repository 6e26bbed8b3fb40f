/**
 * What a review loop remembers of its rounds, and how each thing it hears changes that. Pure; `review-loop.ts`
 * is the chart. Texts stay in the stream: a draft and a review are revisions here, a point of criticism its tag.
 */
import { z } from 'zod';
import { type HeardMove, type Memory, refills } from '../kit/pattern-spec.ts';
import { lengthened, type Streaks, standingFor } from '../kit/streaks.ts';
import type { approve, requestChanges, submitDraft } from './words.ts';

export const reviewLoopLimits = z.strictObject({
  /** A round is one draft and its reviews. */
  rounds: z.int().min(1).max(10).default(5),
  /** Consecutive rounds with the same tag after which what there is is accepted. */
  sameTag: z.int().min(2).max(10).default(3),
  /** An approval with fewer than two issues needs this many characters of evidence. */
  evidenceChars: z.int().min(0).max(2000).default(80),
  refills,
});

export interface ReviewLoop extends Memory<z.output<typeof reviewLoopLimits>> {
  producer: string;
  /** Those who are still there. */
  reviewers: readonly string[];
  /** Revision of the latest draft; of its reviews; what each reviewer said of it and which points stand. */
  draft: number | null;
  reviews: readonly number[];
  verdicts: Readonly<Record<string, 'approved' | 'changes'>>;
  tags: Readonly<Record<string, readonly string[]>>;
  /** In how many consecutive rounds before the latest draft each point stood. */
  streaks: Streaks;
  /** Whose hollow approval has been refused once; who ever asked for changes. */
  pressed: readonly string[];
  challengers: readonly string[];
}

/** What it remembers at first. */
export const newReviews = {
  draft: null,
  reviews: [],
  verdicts: {},
  tags: {},
  streaks: {},
  pressed: [],
  challengers: [],
};

export type Draft = HeardMove<typeof submitDraft>;
export type Approval = HeardMove<typeof approve>;
export type Changes = HeardMove<typeof requestChanges>;

type Change = Partial<ReviewLoop>;

/** A new draft wipes what was said of the one before; points that stood there go on in the streaks. */
export const withDraft = (context: ReviewLoop, draft: Draft): Change => ({
  draft: draft.revision,
  reviews: [],
  verdicts: {},
  tags: {},
  streaks: streaksNow(context),
});

export const withApproval = (context: ReviewLoop, { from, revision }: Approval): Change => ({
  reviews: [...context.reviews, revision],
  verdicts: { ...context.verdicts, [from]: 'approved' },
});

export const withChanges = (context: ReviewLoop, changes: Changes): Change => ({
  reviews: [...context.reviews, changes.revision],
  verdicts: { ...context.verdicts, [changes.from]: 'changes' },
  tags: { ...context.tags, [changes.from]: tagsOf(changes) },
  challengers: adding(context.challengers, changes.from),
});

/** A reviewer is gone, with what it said of the latest draft. */
export function withoutReviewer(context: ReviewLoop, reviewer: string): Change {
  const { [reviewer]: _verdict, ...verdicts } = context.verdicts;
  const { [reviewer]: _tags, ...tags } = context.tags;
  return { reviewers: context.reviewers.filter((seat) => seat !== reviewer), verdicts, tags };
}

export const tagsOf = ({ issues }: Changes): string[] => [...new Set(issues.map(({ tag }) => tag))];

/** An approval that names hardly an issue and gives no evidence of substance, from one not yet pressed. */
export const isHollow = (context: ReviewLoop, { from, evidence, issues }: Approval) =>
  issues.length < 2 &&
  evidence.trim().length < context.limits.evidenceChars &&
  !context.pressed.includes(from);

export const allApprove = ({ reviewers, verdicts, draft }: ReviewLoop): boolean =>
  draft !== null &&
  reviewers.length > 0 &&
  reviewers.every((reviewer) => verdicts[reviewer] === 'approved');

/** Points that have stood in as many consecutive rounds as the limit allows. */
export const standing = (context: ReviewLoop): string[] =>
  standingFor(streaksNow(context), context.limits.sameTag);

/** The same point has been made often enough: nobody will give way. */
export const aPointStands = (context: ReviewLoop): boolean => standing(context).length > 0;

/** Another round may change something. */
export const mayGoOn = (context: ReviewLoop): boolean => {
  const { ending, round, limits, draft, reviewers } = context;
  if (allApprove(context) || aPointStands(context)) return false;
  return ending === null && round < limits.rounds && draft !== null && reviewers.length > 0;
};

const streaksNow = ({ streaks, tags }: ReviewLoop): Streaks =>
  lengthened(streaks, Object.values(tags).flat());

export const adding = (seats: readonly string[], seat: string): readonly string[] =>
  seats.includes(seat) ? seats : [...seats, seat];
