/**
 * What patterns share in which several seats take turns side by side: who answers which turn, what becomes of
 * a turn that is given back, and that a seat which is gone is not waited for. `grants.ts` keeps the numbers.
 *
 * Invariants
 * 1. A seat that is lost, or that a limit has stopped, owes nothing and is granted nothing any more.
 * 2. The first reason to come to an end is the one that is told; after it nothing new is begun.
 */
import type { Said } from '../../../events/event.ts';
import type {
  artifactRegistered,
  taskCreated,
  taskProgressed,
} from '../../../events/words/pattern.ts';
import * as grants from './grants.ts';
import type { PatternSays } from './pattern.ts';

/** What such a pattern remembers, whatever else it does. */
export interface TurnTaking {
  limits: { refills: number };
  round: number;
  grants: grants.Grants;
  /** Who takes no part any more: nobody sits there, or a limit stands in the way. */
  lost: readonly string[];
  /** Why nothing new is begun, once that is so. */
  ending: string | null;
}

/** What is asked of a seat in one turn; the texts to show are `material`, revisions of this stream. */
export interface Turn {
  round: number;
  brief: string;
  moves: string[];
  material: number[];
  /** Nothing may be said to teammates meanwhile. */
  blind?: boolean;
}

/** An event as far as turns are concerned: a move, or what became of a seat or a turn. */
export interface TurnEvent {
  type: string;
  from: string;
  agent?: string;
  grant?: number;
  limit?: string | undefined;
  now?: boolean | undefined;
  reason?: string | undefined;
  rounds?: number | undefined;
}

/** A guard's question; it needs no more of the context than `Known`. */
interface Asked<Known extends keyof TurnTaking> {
  context: Pick<TurnTaking, Known>;
  event: TurnEvent;
}

/** The seat that an event is about: whose move it is, or what became of whom. */
export const seatOf = ({ agent, from }: TurnEvent): string => agent ?? from;

export const holdsTurn = ({ context, event }: Asked<'grants'>): boolean =>
  event.grant !== undefined && grants.holds(context.grants, seatOf(event), event.grant);

/** Guards by the names that charts use. */
export const turnGuards = {
  holdsTurn,
  owesTurn: ({ context, event }: Asked<'grants'>) => grants.owes(context.grants, seatOf(event)),
  mayGrantAgain: ({ context, event }: Asked<'grants' | 'limits'>) =>
    grants.mayGrantAgain(context.grants, seatOf(event), context.limits.refills),
  isAtLimit: (asked: Asked<'grants'>) => asked.event.limit !== undefined && holdsTurn(asked),
  isThere: ({ context, event }: Asked<'lost'>) => !context.lost.includes(seatOf(event)),
  goesOn: ({ context }: Asked<'ending'>) => context.ending === null,
  isUrgent: ({ event }: Asked<never>) => event.now === true,
  allAreIn: ({ context }: Asked<'grants'>) => grants.isSettled(context.grants),
};

/**
 * What such a pattern hears in every state, as its chart's `on`: a turn that is given back waits for a successor, a seat
 * that is gone is done without, and once asked to come to an end it begins nothing new. The machine names the guards
 * (above) and the actions, and has a state `concluded`.
 */
export const whateverBecomesOfSeats = {
  'turn.forfeited': [
    { guard: 'isAtLimit', actions: 'loseSeat' },
    { guard: 'holdsTurn', actions: 'awaitSuccessor' },
  ],
  'seat.refilled': [
    { guard: 'mayGrantAgain', actions: 'grantAgain' },
    { guard: 'owesTurn', actions: 'loseSeat' },
  ],
  'seat.lost': { guard: 'isThere', actions: 'loseSeat' },
  'finalize.asked': [
    { guard: 'isUrgent', target: '.concluded', actions: 'startNothingNew' },
    { guard: 'goesOn', actions: 'startNothingNew' },
  ],
} as const;

export const thereOf = (seats: readonly string[], { lost }: TurnTaking): string[] =>
  seats.filter((seat) => !lost.includes(seat));

type Remembered = Pick<TurnTaking, 'grants' | 'lost' | 'ending'>;

export const awaitSuccessor = (context: TurnTaking, event: TurnEvent) => ({
  remember: { grants: grants.givenBack(context.grants, seatOf(event)) },
});

export const startNothingNew = ({ ending }: TurnTaking, { reason = '' }: { reason?: string }) => ({
  remember: { ending: ending ?? reason },
});

/** A seat takes no part any more. */
export function withoutSeat(context: TurnTaking, event: TurnEvent): Remembered {
  const seat = seatOf(event);
  const { limit } = event;
  const ending = limit === undefined ? null : `the limit of ${limit} was reached`;
  return {
    grants: grants.settle(context.grants, seat),
    lost: context.lost.includes(seat) ? context.lost : [...context.lost, seat],
    ending: context.ending ?? ending,
  };
}

/** Grants each of the seats the turn that is told for it. */
export function granting(
  context: TurnTaking,
  seats: readonly string[],
  turnOf: (seat: string) => Turn,
): { remember: { grants: grants.Grants }; say: PatternSays[] } {
  const given = grants.grantTo(context.grants, seats);
  return {
    remember: { grants: given },
    say: seats.map((seat) => grants.granted(given, seat, turnOf(seat))),
  };
}

/** Grants the turn that a seat owes anew, to its successor. */
export function grantingAgain(context: TurnTaking, seat: string, turn: Turn) {
  const given = grants.grantAgain(context.grants, seat);
  const brief = `You take over from a predecessor whose transcript you have. ${turn.brief}`;
  return {
    remember: { grants: given },
    say: [grants.granted(given, seat, { ...turn, brief })],
  };
}

/** A text or a file that was handed in, registered under the seat's task. */
export function handedIn(
  { from, revision, title, path }: { from: string; revision: number; title: string; path?: string },
  task: string,
): Said<typeof artifactRegistered> {
  return {
    type: 'artifact.registered',
    title,
    by: from,
    task,
    ...(path === undefined ? {} : { path }),
    held: revision,
    locked: false,
  };
}

/** A task on the board, under the name that whoever works on it hands in for. */
export const taskFor = (
  owner: string,
  task: string,
  title: string,
  blockedBy: string[] = [],
): Said<typeof taskCreated> => ({ type: 'task.created', task, title, owner, blockedBy });

export const progress = (
  task: string,
  status: Said<typeof taskProgressed>['status'],
  note: string,
): PatternSays => ({ type: 'task.progressed', task, status, note });

/** `a`, `a and b`, `a, b and c`. */
export function listed(names: readonly string[]): string {
  if (names.length === 0) return 'nobody';
  return names.length === 1
    ? names[0]!
    : `${names.slice(0, -1).join(', ')} and ${names[names.length - 1]}`;
}

/** What the reader is told of those who did not stay. */
export const lostNotes = ({ lost }: TurnTaking): string[] =>
  lost.map((seat) => `${seat} took no part to the end`);
