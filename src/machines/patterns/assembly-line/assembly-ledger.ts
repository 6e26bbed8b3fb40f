/**
 * What an assembly line remembers: which stage is at work, what was delivered, and who waits for whom upstream.
 * Pure; `assembly-line.ts` is the chart. A delivery, a question and an answer are revisions here, never texts.
 *
 * Invariants
 * 1. Calls go strictly upstream: each is from the stage that the call before it reached, so none comes twice.
 * 2. Every question or rejection counts for the stage that sent it, whether anybody can answer or not.
 */
import { z } from 'zod';
import { type HeardMove, type Memory, refills } from '../kit/pattern-spec.ts';
import type { askUpstream, clarify, deliver, rejectInput } from './words.ts';

export const assemblyLineLimits = z.strictObject({
  /** Questions and rejections that one stage may send upstream. */
  backward: z.int().min(0).max(5).default(3),
  refills,
});

/** `by` waits until `of`, an earlier stage, has answered what was asked or rejected `at` this revision. */
export interface Call {
  by: string;
  of: string;
  what: 'question' | 'rejection';
  at: number;
}

export interface AssemblyLine extends Memory<z.output<typeof assemblyLineLimits>> {
  /** In the order of the line; the round is the number of the one at work, from 1. */
  stages: readonly string[];
  /** The latest delivery of each stage, and the answers that each has got to what it asked. */
  deliveries: Readonly<Record<string, number>>;
  answers: Readonly<Record<string, readonly number[]>>;
  /** Messages that each stage has sent upstream. */
  backward: Readonly<Record<string, number>>;
  /** Who waits for whom, innermost last. */
  calls: readonly Call[];
  /** Who went on without an answer, as often as that was so. */
  unanswered: readonly string[];
}

export type Delivery = HeardMove<typeof deliver>;
export type Question = HeardMove<typeof askUpstream>;
export type Rejection = HeardMove<typeof rejectInput>;
export type Answer = HeardMove<typeof clarify>;

type Change = Partial<AssemblyLine>;

const stageAtWork = ({ stages, round }: AssemblyLine): string | undefined => stages[round - 1];

/** What the stage that has the turn is to answer; nothing when it is its own turn in the line. */
export const callOf = ({ calls }: AssemblyLine, seat: string): Call | undefined =>
  calls.find(({ of }) => of === seat);

/** The stages before this one. */
export const before = ({ stages }: AssemblyLine, seat: string): readonly string[] =>
  stages.slice(0, Math.max(0, stages.indexOf(seat)));

/** Who is there to be asked by this stage, the nearest last. */
export const reachable = (context: AssemblyLine, seat: string): string[] =>
  before(context, seat).filter((one) => !context.lost.includes(one));

const isRightBefore = ({ stages }: AssemblyLine, seat: string, later: string): boolean =>
  stages.indexOf(seat) + 1 === stages.indexOf(later);

/** Whom a question or a rejection reaches, if anybody. A rejection is for the stage right before. */
export function calledBy(context: AssemblyLine, event: Question | Rejection): string | undefined {
  const there = reachable(context, event.from);
  const nearest = there.at(-1);
  if (event.type === 'clarification.asked')
    return there.includes(event.stage) ? event.stage : nearest;
  return nearest && isRightBefore(context, nearest, event.from) ? nearest : undefined;
}

/** It is not the first, and has messages upstream left. */
export const mayGoBack = (context: AssemblyLine, { from }: { from: string }): boolean =>
  before(context, from).length > 0 && (context.backward[from] ?? 0) < context.limits.backward;

export const reachesSomebody = (context: AssemblyLine, event: Question | Rejection): boolean =>
  context.ending === null && mayGoBack(context, event) && calledBy(context, event) !== undefined;

/** Only the stage right before the asker delivers what the asker builds on. */
export function mayDeliverAnew(context: AssemblyLine, { from }: { from: string }): boolean {
  const call = callOf(context, from);
  return call !== undefined && isRightBefore(context, from, call.by);
}

/** The moves that are legal for a stage now. */
export function legalMoves(context: AssemblyLine, seat: string): string[] {
  const moves = callOf(context, seat) ? ['clarify'] : ['deliver'];
  if (mayDeliverAnew(context, { from: seat })) moves.unshift('deliver');
  const nearest = reachable(context, seat).at(-1);
  if (context.ending !== null || nearest === undefined) return moves;
  if (!mayGoBack(context, { from: seat })) return moves;
  moves.push('ask_upstream');
  if (isRightBefore(context, nearest, seat)) moves.push('reject_input');
  return moves;
}

export const withDelivery = (context: AssemblyLine, delivery: Delivery): Change => ({
  deliveries: { ...context.deliveries, [delivery.from]: delivery.revision },
});

/** The innermost call is answered: its asker is told in this revision. */
export const withAnswer = (context: AssemblyLine, by: string, revision: number): Change => ({
  answers: { ...context.answers, [by]: [...(context.answers[by] ?? []), revision] },
  calls: context.calls.slice(0, -1),
});

/** Counts a message upstream. */
export const withBackward = ({ backward }: AssemblyLine, seat: string): Change => ({
  backward: { ...backward, [seat]: (backward[seat] ?? 0) + 1 },
});

const hasDelivered = (context: AssemblyLine): boolean =>
  context.deliveries[stageAtWork(context) ?? ''] !== undefined;

export const isFinished = (context: AssemblyLine): boolean =>
  context.round === context.stages.length && hasDelivered(context);

/** There is a next stage, and all before it have delivered. */
export function mayAdvance(context: AssemblyLine): boolean {
  const { stages, round, lost, ending } = context;
  const next = stages[round];
  if (next === undefined || lost.includes(next) || ending !== null) return false;
  return round === 0 || hasDelivered(context);
}

/** Nobody is left in the stage at work. */
export const isStuck = (context: AssemblyLine): boolean =>
  context.lost.includes(stageAtWork(context) ?? '');

export const isAnswered = ({ calls }: AssemblyLine): boolean => calls.length === 0;
