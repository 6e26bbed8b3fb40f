/**
 * What an assembly line remembers: which stage is at work, what was delivered, and who waits for whom upstream.
 * Pure; `assembly-line.ts` is the chart. A delivery, a question and an answer are revisions here, never texts.
 *
 * Invariants
 * 1. Calls go strictly upstream: each is from the stage that the call before it reached, so none comes twice.
 * 2. Every question or rejection counts for the stage that sent it, whether anybody can answer or not.
 */
import { z } from 'zod';
import type { Heard } from '../../../events/event.ts';
import type {
  askUpstream,
  clarify,
  deliver,
  rejectInput,
} from '../../../events/words/moves-assembly-line.ts';
import { NO_GRANTS } from '../kit/grants.ts';
import { holdsTurn, type TurnEvent, type TurnTaking } from '../kit/turn-taking.ts';

export const assemblyLineLimits = z.strictObject({
  /** Questions and rejections that one stage may send upstream. */
  backward: z.int().min(0).max(5).default(3),
  /** Times a seat's turn is granted anew to a successor. */
  refills: z.int().min(0).max(3).default(2),
});
export type AssemblyLineLimits = z.output<typeof assemblyLineLimits>;

const DEFAULTS = assemblyLineLimits.parse({});

export interface AssemblyLineInput {
  stages: readonly string[];
  limits?: Partial<AssemblyLineLimits>;
}

/** `by` waits until `of`, an earlier stage, has answered what was asked or rejected `at` this revision. */
export interface Call {
  by: string;
  of: string;
  what: 'question' | 'rejection';
  at: number;
}

export interface AssemblyLineContext extends TurnTaking {
  /** In the order of the line. */
  stages: readonly string[];
  limits: AssemblyLineLimits;
  /** Number of the stage at work, from 1; it is the round too. */
  round: number;
  /** The latest delivery of each stage, and the answers that each has got to what it asked. */
  deliveries: Readonly<Record<string, number>>;
  answers: Readonly<Record<string, readonly number[]>>;
  /** Messages that each stage has sent upstream. */
  backward: Readonly<Record<string, number>>;
  /** Who waits for whom, innermost last. */
  calls: readonly Call[];
  /** The moves of the latest grant: nobody else has a turn. */
  offered: readonly string[];
  /** Who went on without an answer, as often as that was so. */
  unanswered: readonly string[];
}

export type Delivery = Heard<typeof deliver.event>;
export type Question = Heard<typeof askUpstream.event>;
export type Rejection = Heard<typeof rejectInput.event>;
export type Answer = Heard<typeof clarify.event>;

type Change = Partial<AssemblyLineContext>;

export const newAssemblyLine = (input: AssemblyLineInput | undefined): AssemblyLineContext => ({
  stages: input?.stages ?? [],
  limits: { ...DEFAULTS, ...input?.limits },
  round: 0,
  grants: NO_GRANTS,
  lost: [],
  ending: null,
  deliveries: {},
  answers: {},
  backward: {},
  calls: [],
  offered: [],
  unanswered: [],
});

const MOVES: Readonly<Record<string, string>> = {
  'stage.delivered': 'deliver',
  'clarification.asked': 'ask_upstream',
  'input.rejected': 'reject_input',
  'clarification.given': 'clarify',
};

/** Whether the event is a move of the one turn that is held, and was offered with it. */
export const isOffered = (context: AssemblyLineContext, event: TurnEvent): boolean =>
  holdsTurn({ context, event }) && context.offered.includes(MOVES[event.type] ?? '');

export const stageAtWork = ({ stages, round }: AssemblyLineContext): string | undefined =>
  stages[round - 1];

/** What the stage that has the turn is to answer; nothing when it is its own turn in the line. */
export const callOf = ({ calls }: AssemblyLineContext, seat: string): Call | undefined =>
  calls.find(({ of }) => of === seat);

/** The stages before this one. */
export const before = ({ stages }: AssemblyLineContext, seat: string): readonly string[] =>
  stages.slice(0, Math.max(0, stages.indexOf(seat)));

/** Who is there to be asked by this stage, the nearest last. */
export const reachable = (context: AssemblyLineContext, seat: string): string[] =>
  before(context, seat).filter((one) => !context.lost.includes(one));

const isRightBefore = ({ stages }: AssemblyLineContext, seat: string, later: string): boolean =>
  stages.indexOf(seat) + 1 === stages.indexOf(later);

/** Whom a question or a rejection reaches, if anybody. A rejection is for the stage right before. */
export function calledBy(
  context: AssemblyLineContext,
  event: Question | Rejection,
): string | undefined {
  const there = reachable(context, event.from);
  const nearest = there.at(-1);
  if (event.type === 'clarification.asked')
    return there.includes(event.stage) ? event.stage : nearest;
  return nearest && isRightBefore(context, nearest, event.from) ? nearest : undefined;
}

/** The moves that are legal for a stage now. Only what the one right before delivers is built on by the asker. */
export function legalMoves(context: AssemblyLineContext, seat: string): string[] {
  const call = callOf(context, seat);
  const moves = call ? ['clarify'] : [];
  if (!call || isRightBefore(context, seat, call.by)) moves.unshift('deliver');
  const spent = (context.backward[seat] ?? 0) >= context.limits.backward;
  const there = reachable(context, seat);
  if (context.ending !== null || spent || there.length === 0) return moves;
  moves.push('ask_upstream');
  if (isRightBefore(context, there.at(-1)!, seat)) moves.push('reject_input');
  return moves;
}

export const withDelivery = (context: AssemblyLineContext, delivery: Delivery): Change => ({
  deliveries: { ...context.deliveries, [delivery.from]: delivery.revision },
});

/** The innermost call is answered: its asker is told in this revision. */
export function withAnswer(context: AssemblyLineContext, revision: number): Change {
  const { by } = context.calls.at(-1)!;
  return {
    answers: { ...context.answers, [by]: [...(context.answers[by] ?? []), revision] },
    calls: context.calls.slice(0, -1),
  };
}

/** Counts a message upstream. */
export const withBackward = ({ backward }: AssemblyLineContext, seat: string): Change => ({
  backward: { ...backward, [seat]: (backward[seat] ?? 0) + 1 },
});

export const isFinished = ({ stages, round, deliveries }: AssemblyLineContext): boolean =>
  round === stages.length && deliveries[stages[round - 1]!] !== undefined;

/** Whether the next stage cannot begin. */
export const mayNotAdvance = ({ stages, round, lost, ending }: AssemblyLineContext): boolean =>
  round > 0 && (ending !== null || lost.includes(stages[round]!));

/** Nobody is left in the stage at work. */
export const isStuck = (context: AssemblyLineContext): boolean =>
  context.lost.includes(stageAtWork(context) ?? '');
