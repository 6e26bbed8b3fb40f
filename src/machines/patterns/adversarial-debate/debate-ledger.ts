/**
 * What a debate remembers: who has argued how often, which points were raised, conceded and ruled. Pure;
 * `adversarial-debate.ts` is the chart. Arguments are revisions here, a point its tag.
 *
 * Invariants
 * 1. A point is contested as long as neither side has conceded it.
 * 2. A point raised in the last rebuttal is not admitted: the other side could not answer it.
 * 3. A point has one winner, who is one of the two advocates; a ruling that names both, or somebody else, is none.
 */
import { z } from 'zod';
import type { Heard } from '../../../events/event.ts';
import type { argue, rebut, rule } from '../../../events/words/moves-adversarial-debate.ts';
import type { Confidence } from '../../../events/words/pattern.ts';
import { NO_GRANTS, settle } from '../kit/grants.ts';
import { type TurnTaking, thereOf } from '../kit/turn-taking.ts';

export const debateLimits = z.strictObject({
  /** Rounds in which both sides answer each other, after the openings. */
  rebuttals: z.int().min(1).max(3).default(2),
  /** Times a seat's turn is granted anew to a successor. */
  refills: z.int().min(0).max(3).default(2),
});
export type DebateLimits = z.output<typeof debateLimits>;

const DEFAULTS = debateLimits.parse({});

export interface DebateInput {
  advocates: readonly string[];
  judge: string;
  limits?: Partial<DebateLimits>;
}

export interface Ruled {
  revision: number;
  /** Who wins the whole, and each contested point. */
  winner: string | null;
  points: Readonly<Record<string, string>>;
  confidence: Confidence;
}

export interface DebateContext extends TurnTaking {
  advocates: readonly string[];
  judge: string;
  limits: DebateLimits;
  /** What each has argued so far, oldest first. */
  arguments: Readonly<Record<string, readonly number[]>>;
  /** Who raised each point first, and who conceded it. */
  raised: Readonly<Record<string, string>>;
  conceded: Readonly<Record<string, string>>;
  /** Whether an incomplete ruling has been refused once. */
  pressed: boolean;
  ruled: Ruled | null;
}

export type Argument = Heard<typeof argue.event>;
export type Rebuttal = Heard<typeof rebut.event>;
export type Ruling = Heard<typeof rule.event>;

type Change = Partial<DebateContext>;

export const newDebate = (input: DebateInput | undefined): DebateContext => ({
  advocates: input?.advocates ?? [],
  judge: input?.judge ?? '',
  limits: { ...DEFAULTS, ...input?.limits },
  round: 0,
  grants: NO_GRANTS,
  arguments: {},
  raised: {},
  conceded: {},
  pressed: false,
  ruled: null,
  lost: [],
  ending: null,
});

/** Openings, rebuttals, ruling. */
export const roundsOf = ({ limits }: DebateContext): number => limits.rebuttals + 2;

/** No answer follows any more. */
export const isLastRebuttal = ({ round, limits }: DebateContext): boolean =>
  round > limits.rebuttals;

export const otherOf = ({ advocates }: DebateContext, advocate: string): string =>
  advocates.find((one) => one !== advocate) ?? '';

export const withArgument = (context: DebateContext, argument: Argument): Change => ({
  ...argued(context, argument),
  raised: raising(context, argument),
});

export function withRebuttal(context: DebateContext, rebuttal: Rebuttal): Change {
  const conceded = { ...context.conceded };
  for (const { tag, stance } of rebuttal.answers)
    if (stance === 'concede' && tag in context.raised) conceded[tag] ??= rebuttal.from;
  const raised = isLastRebuttal(context) ? context.raised : raising(context, rebuttal);
  return { ...argued(context, rebuttal), raised, conceded };
}

const argued = (context: DebateContext, { from, revision }: Argument | Rebuttal): Change => ({
  arguments: { ...context.arguments, [from]: [...argumentsOf(context, from), revision] },
  grants: settle(context.grants, from),
});

function raising({ raised }: DebateContext, { from, points }: Argument | Rebuttal) {
  const all: Record<string, string> = { ...raised };
  for (const { tag } of points) all[tag] ??= from;
  return all;
}

export const argumentsOf = (context: DebateContext, advocate: string): readonly number[] =>
  context.arguments[advocate] ?? [];

/** Everything argued, in the order in which it was said. */
export const allArguments = (context: DebateContext): number[] =>
  Object.values(context.arguments)
    .flat()
    .sort((a, b) => a - b);

export const contested = ({ raised, conceded }: DebateContext): string[] =>
  Object.keys(raised).filter((tag) => conceded[tag] === undefined);

/** Both sides have been heard. */
export const isTwoSided = (context: DebateContext): boolean =>
  context.advocates.every((advocate) => argumentsOf(context, advocate).length > 0);

export const mayRebut = (context: DebateContext): boolean =>
  context.ending === null && isTwoSided(context) && !isLastRebuttal(context);

export const mayRule = (context: DebateContext): boolean =>
  isTwoSided(context) && thereOf([context.judge], context).length > 0;

/** What of a ruling counts: one advocate for each contested point, one for the whole. */
export function readRuling(context: DebateContext, ruling: Ruling): Ruled {
  const points: Record<string, string> = {};
  for (const tag of contested(context)) {
    const winners = new Set(
      ruling.rulings.filter((one) => one.tag === tag).map(({ winner }) => winner),
    );
    const [winner] = winners;
    if (winners.size === 1 && context.advocates.includes(winner!)) points[tag] = winner!;
  }
  return {
    revision: ruling.revision,
    winner: context.advocates.includes(ruling.winner) ? ruling.winner : null,
    points,
    confidence: ruling.confidence,
  };
}

/** Contested points that a ruling leaves open. */
export const leftOpen = (context: DebateContext, ruled: Ruled | null): string[] =>
  contested(context).filter((tag) => ruled?.points[tag] === undefined);

export function isIncomplete(context: DebateContext, ruling: Ruling): boolean {
  const ruled = readRuling(context, ruling);
  return ruled.winner === null || leftOpen(context, ruled).length > 0;
}
