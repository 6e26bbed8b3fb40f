/**
 * A seat of a team as the conversation sees it: the threads of its incarnations, and whose turn it is.
 * Pure values; every function gives a new seat.
 *
 * Invariants
 * 1. The last thread is the one that is going on; earlier ones never change.
 * 2. A turn begins when it is granted, or when the turn that it waited for has ended.
 */

import type { RecordedEvent } from '../../events/event.ts';
import type { Profile } from '../../events/words/agent.ts';
import { invokeOfWork } from '../../events/work-id.ts';
import type { Sequence } from '../kit/sequence.ts';
import { append, countWhile, emptySequence, itemAt } from '../kit/sequence.ts';
import type { Thread } from './thread.ts';
import { newThread, withText } from './thread.ts';
import type { Letter, ThreadEntry } from './thread-message.ts';
import { withModel as withModelOf } from './thread-model.ts';

/** What a grant says of its turn. */
export interface Grant {
  readonly agent: string;
  readonly grant: number;
  readonly round: number;
  readonly brief: string;
  readonly moves: string[];
  /** Revisions of what the turn shows. */
  readonly material: readonly number[];
  readonly purpose: string;
}

export interface ConversationSeat {
  readonly threads: readonly Thread[];
  /** The turns that were begun, each with the revision from which on the agent is in it. */
  readonly turns: Sequence<{ readonly revision: number; readonly grant: Grant }>;
  readonly current: Grant | null;
  /** Granted while another turn was under way. */
  readonly waiting: Grant | null;
  /** Per invoke id: the newest work, and the turn that armed it. */
  readonly armed: { readonly [invoke: string]: { readonly work: string; readonly turn: number } };
}

export interface Moment {
  readonly revision: number;
  readonly turn: number;
}

export const momentOf = (event: RecordedEvent): Moment => ({
  revision: event.revision,
  turn: event.meta.turn,
});

/** Someone sits down, the first or a successor; `first` is what they read before anything else. */
export function seatTaken(
  before: ConversationSeat | undefined,
  joined: number,
  incarnation: number,
  profile: Profile,
  first: readonly ThreadEntry[],
): ConversationSeat {
  const thread = newThread(joined, incarnation, profile, first);
  return {
    threads: [...(before?.threads ?? []), thread],
    turns: before?.turns ?? emptySequence(),
    current: null,
    waiting: null,
    armed: {},
  };
}

/** The seat of an agent that is asked of another model from now on; what it waits for is asked anew. */
export function withOtherModel(
  seat: ConversationSeat,
  at: number,
  model: string,
): ConversationSeat {
  const thread = withModelOf(threadOf(seat), at, model);
  return { ...seat, threads: [...seat.threads, thread], armed: {} };
}

export const threadOf = (seat: ConversationSeat): Thread => seat.threads[seat.threads.length - 1]!;

export function withThread(seat: ConversationSeat, thread: Thread): ConversationSeat {
  return thread === threadOf(seat)
    ? seat
    : { ...seat, threads: [...seat.threads.slice(0, -1), thread] };
}

/** The seat with one more text for its model to read. */
export function withTold(
  seat: ConversationSeat,
  at: Moment,
  text: string,
  letter?: Letter,
): ConversationSeat {
  return withThread(seat, withText(threadOf(seat), at, text, letter));
}

export function withGrant(seat: ConversationSeat, at: Moment, grant: Grant): ConversationSeat {
  return seat.current ? { ...seat, waiting: grant } : begun(seat, at, grant);
}

/** The turn of this grant is over, by a move or without; the one that waited begins. */
export function withTurnOver(seat: ConversationSeat, at: Moment, grant: number): ConversationSeat {
  if (seat.waiting?.grant === grant) return { ...seat, waiting: null };
  if (seat.current?.grant !== grant) return seat;
  if (!seat.waiting) return { ...seat, current: null };
  const next = begun({ ...seat, waiting: null }, at, seat.waiting);
  return withTold(next, at, `Now it is your turn of grant ${seat.waiting.grant}, see above.`);
}

function begun(seat: ConversationSeat, at: Moment, grant: Grant): ConversationSeat {
  return {
    ...seat,
    current: grant,
    turns: append(seat.turns, { revision: at.revision, grant }),
  };
}

/** The turn that the agent was in at a revision: the last one that had begun. */
export function turnAt(seat: ConversationSeat, revision: number): Grant | undefined {
  const begunBy = countWhile(seat.turns, (turn) => turn.revision <= revision);
  return begunBy > 0 ? itemAt(seat.turns, begunBy - 1)?.grant : undefined;
}

/** Work `actor/invoke@revision` has been judged in this turn; only its first verdict counts. */
export function withArmed(seat: ConversationSeat, work: string, turn: number): ConversationSeat {
  const invoke = invokeOfWork(work);
  if (seat.armed[invoke]?.work === work) return seat;
  return { ...seat, armed: { ...seat.armed, [invoke]: { work, turn } } };
}

/** The turn that armed a work, if its verdict was seen. */
export function turnArmed(seat: ConversationSeat, work: string): number | undefined {
  const armed = seat.armed[invokeOfWork(work)];
  return armed?.work === work ? armed.turn : undefined;
}
