/**
 * What a review loop remembers of its rounds, and how each thing it hears changes that. Pure; `review-loop.ts`
 * is the chart. Texts stay in the stream: a draft and a review are revisions here, a point of criticism its tag.
 */
import { z } from 'zod';
import type { Heard } from '../../../events/event.ts';
import type { approve, requestChanges, submitDraft } from '../../../events/words/moves.ts';
import { type Grants, NO_GRANTS, settle } from '../kit/grants.ts';

export const reviewLoopLimits = z.strictObject({
  /** A round is one draft and its reviews. */
  rounds: z.int().min(1).max(10).default(5),
  /** Consecutive rounds with the same tag after which what there is is accepted. */
  sameTag: z.int().min(2).max(10).default(3),
  /** An approval with fewer than two issues needs this many characters of evidence. */
  evidenceChars: z.int().min(0).max(2000).default(80),
  /** Times a seat's turn is granted anew to a successor. */
  refills: z.int().min(0).max(3).default(2),
});
export type ReviewLoopLimits = z.output<typeof reviewLoopLimits>;

const DEFAULTS = reviewLoopLimits.parse({});

export interface ReviewLoopInput {
  producer: string;
  reviewers: readonly string[];
  limits?: Partial<ReviewLoopLimits>;
}

export interface ReviewLoopContext {
  producer: string;
  /** Those who are still there. */
  reviewers: readonly string[];
  limits: ReviewLoopLimits;
  round: number;
  grants: Grants;
  /** Revision of the latest draft; of its reviews; what each reviewer said of it and which points stand. */
  draft: number | null;
  reviews: readonly number[];
  verdicts: Readonly<Record<string, 'approved' | 'changes'>>;
  tags: Readonly<Record<string, readonly string[]>>;
  /** In how many consecutive rounds before the latest draft each point stood. */
  streaks: Readonly<Record<string, number>>;
  /** Whose hollow approval has been refused once; who ever asked for changes; who was lost. */
  pressed: readonly string[];
  challengers: readonly string[];
  lost: readonly string[];
  /** Why no further round begins, once that is so. */
  ending: string | null;
}

export type Draft = Heard<typeof submitDraft.event>;
export type Approval = Heard<typeof approve.event>;
export type Changes = Heard<typeof requestChanges.event>;

type Change = Partial<ReviewLoopContext>;

export const newReviewLoop = (input: ReviewLoopInput | undefined): ReviewLoopContext => ({
  producer: input?.producer ?? '',
  reviewers: input?.reviewers ?? [],
  limits: { ...DEFAULTS, ...input?.limits },
  round: 0,
  grants: NO_GRANTS,
  draft: null,
  reviews: [],
  verdicts: {},
  tags: {},
  streaks: {},
  pressed: [],
  challengers: [],
  lost: [],
  ending: null,
});

/** A new draft wipes what was said of the one before; points that stood there go on in the streaks. */
export const withDraft = (context: ReviewLoopContext, draft: Draft): Change => ({
  draft: draft.revision,
  reviews: [],
  verdicts: {},
  tags: {},
  streaks: streaksNow(context),
  grants: settle(context.grants, draft.from),
});

export const withApproval = (context: ReviewLoopContext, { from, revision }: Approval): Change => ({
  reviews: [...context.reviews, revision],
  verdicts: { ...context.verdicts, [from]: 'approved' },
  grants: settle(context.grants, from),
});

export const withChanges = (context: ReviewLoopContext, changes: Changes): Change => ({
  reviews: [...context.reviews, changes.revision],
  verdicts: { ...context.verdicts, [changes.from]: 'changes' },
  tags: { ...context.tags, [changes.from]: tagsOf(changes) },
  challengers: adding(context.challengers, changes.from),
  grants: settle(context.grants, changes.from),
});

/** A reviewer is gone, with what it said of the latest draft. */
export function withoutReviewer(context: ReviewLoopContext, reviewer: string): Change {
  const { [reviewer]: _verdict, ...verdicts } = context.verdicts;
  const { [reviewer]: _tags, ...tags } = context.tags;
  return {
    reviewers: context.reviewers.filter((seat) => seat !== reviewer),
    verdicts,
    tags,
    lost: adding(context.lost, reviewer),
    grants: settle(context.grants, reviewer),
  };
}

/** The first reason to end is the one that is told. */
export const withEnding = (context: ReviewLoopContext, reason: string): Change => ({
  ending: context.ending ?? reason,
});

export const tagsOf = ({ issues }: Changes): string[] => [...new Set(issues.map(({ tag }) => tag))];

/** An approval that names hardly an issue and gives no evidence of substance, from one not yet pressed. */
export const isHollow = (context: ReviewLoopContext, { from, evidence, issues }: Approval) =>
  issues.length < 2 &&
  evidence.trim().length < context.limits.evidenceChars &&
  !context.pressed.includes(from);

export const allApprove = ({ reviewers, verdicts, draft }: ReviewLoopContext): boolean =>
  draft !== null &&
  reviewers.length > 0 &&
  reviewers.every((reviewer) => verdicts[reviewer] === 'approved');

/** Points that have stood in as many consecutive rounds as the limit allows. */
export function standing(context: ReviewLoopContext): string[] {
  const streaks = streaksNow(context);
  return Object.keys(streaks).filter((tag) => streaks[tag]! >= context.limits.sameTag);
}

export const mustEnd = ({ ending, round, limits, draft, reviewers }: ReviewLoopContext): boolean =>
  ending !== null || round >= limits.rounds || draft === null || reviewers.length === 0;

function streaksNow({ streaks, tags }: ReviewLoopContext): Record<string, number> {
  const now: Record<string, number> = {};
  for (const reviewer in tags)
    for (const tag of tags[reviewer]!) now[tag] = (streaks[tag] ?? 0) + 1;
  return now;
}

export const adding = (seats: readonly string[], seat: string): readonly string[] =>
  seats.includes(seat) ? seats : [...seats, seat];
