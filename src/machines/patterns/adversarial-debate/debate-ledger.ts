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
import type { Confidence } from '../../../events/words/pattern.ts';
import { type HeardMove, type Memory, refills } from '../kit/pattern-spec.ts';
import { thereOf } from '../kit/turn-taking.ts';
import type { argue, rebut, rule } from './words.ts';

export const debateLimits = z.strictObject({
  /** Rounds in which both sides answer each other, after the openings. */
  rebuttals: z.int().min(1).max(3).default(2),
  refills,
});

export interface Ruled {
  revision: number;
  /** Who wins the whole, and each contested point. */
  winner: string | null;
  points: Readonly<Record<string, string>>;
  confidence: Confidence;
}

export interface Debate extends Memory<z.output<typeof debateLimits>> {
  advocates: readonly string[];
  judge: string;
  /** What each has argued so far, oldest first. */
  arguments: Readonly<Record<string, readonly number[]>>;
  /** Who raised each point first, and who conceded it. */
  raised: Readonly<Record<string, string>>;
  conceded: Readonly<Record<string, string>>;
  /** Whether an incomplete ruling has been refused once. */
  pressed: boolean;
  ruled: Ruled | null;
}

export type Argument = HeardMove<typeof argue>;
export type Rebuttal = HeardMove<typeof rebut>;
export type Ruling = HeardMove<typeof rule>;

type Change = Partial<Debate>;

/** Openings, rebuttals, ruling. */
export const roundsOf = ({ limits }: Debate): number => limits.rebuttals + 2;

/** No answer follows any more. */
export const isLastRebuttal = ({ round, limits }: Debate): boolean => round > limits.rebuttals;

export const otherOf = ({ advocates }: Debate, advocate: string): string =>
  advocates.find((one) => one !== advocate) ?? '';

export const withArgument = (context: Debate, argument: Argument): Change => ({
  ...argued(context, argument),
  raised: raising(context, argument),
});

export function withRebuttal(context: Debate, rebuttal: Rebuttal): Change {
  const conceded = { ...context.conceded };
  for (const { tag, stance } of rebuttal.answers)
    if (stance === 'concede' && tag in context.raised) conceded[tag] ??= rebuttal.from;
  const raised = isLastRebuttal(context) ? context.raised : raising(context, rebuttal);
  return { ...argued(context, rebuttal), raised, conceded };
}

const argued = (context: Debate, { from, revision }: Argument | Rebuttal): Change => ({
  arguments: { ...context.arguments, [from]: [...argumentsOf(context, from), revision] },
});

function raising({ raised }: Debate, { from, points }: Argument | Rebuttal) {
  const all: Record<string, string> = { ...raised };
  for (const { tag } of points) all[tag] ??= from;
  return all;
}

export const argumentsOf = (context: Debate, advocate: string): readonly number[] =>
  context.arguments[advocate] ?? [];

/** Everything argued, in the order in which it was said. */
export const allArguments = (context: Debate): number[] =>
  Object.values(context.arguments)
    .flat()
    .sort((a, b) => a - b);

export const contested = ({ raised, conceded }: Debate): string[] =>
  Object.keys(raised).filter((tag) => conceded[tag] === undefined);

export const raiserOf = ({ raised }: Debate, tag: string): string => raised[tag] ?? '';

/** Both sides have been heard. */
export const isTwoSided = (context: Debate): boolean =>
  context.advocates.every((advocate) => argumentsOf(context, advocate).length > 0);

export const mayRebut = (context: Debate): boolean =>
  context.ending === null && isTwoSided(context) && !isLastRebuttal(context);

export const mayRule = (context: Debate): boolean =>
  isTwoSided(context) && thereOf([context.judge], context).length > 0;

/** What of a ruling counts: one advocate for each contested point, one for the whole. */
export function readRuling(context: Debate, ruling: Ruling): Ruled {
  const points: Record<string, string> = {};
  for (const tag of contested(context)) {
    const winners = new Set(
      ruling.rulings.filter((one) => one.tag === tag).map(({ winner }) => winner),
    );
    const [winner, ...others] = winners;
    if (winner !== undefined && others.length === 0 && context.advocates.includes(winner))
      points[tag] = winner;
  }
  return {
    revision: ruling.revision,
    winner: context.advocates.includes(ruling.winner) ? ruling.winner : null,
    points,
    confidence: ruling.confidence,
  };
}

/** Contested points that a ruling leaves open. */
export const leftOpen = (context: Debate, ruled: Ruled | null): string[] =>
  contested(context).filter((tag) => ruled?.points[tag] === undefined);

export function isIncomplete(context: Debate, ruling: Ruling): boolean {
  const ruled = readRuling(context, ruling);
  return ruled.winner === null || leftOpen(context, ruled).length > 0;
}
