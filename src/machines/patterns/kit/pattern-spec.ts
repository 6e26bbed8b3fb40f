/**
 * What a pattern is written as: its roles, limits, memory and states, and how it takes the moves of its agents.
 * `define-pattern.ts` makes a pattern of it.
 *
 * Invariants
 * 1. A step sees what it hears under the type of that word's own schema: `on` is the only way to hear a move,
 *    `fromTeam` the only one to hear anything else.
 */
import { z } from 'zod';
import type { EventDefinition, Heard, JsonObject, Said } from '../../../events/event.ts';
import type { Move } from '../../../events/words/moves.ts';
import type { patternConcluded } from '../../../events/words/pattern.ts';
import type { Taken } from '../../step.ts';
import type { CueRow } from './cue.ts';
import type { PatternSays } from './pattern.ts';
import type { Turn, TurnEvent, TurnTaking } from './turn-taking.ts';

/** How often the turn of a seat is granted anew to a successor: a limit that every pattern has. */
export const refills = z.int().min(0).max(3).default(2);

export type LimitsSchema = z.ZodObject & z.ZodType<{ refills: number }>;

/** What every pattern remembers; a pattern's own interface extends it. */
export interface Memory<Limits extends { refills: number }> extends TurnTaking {
  limits: Limits;
}

export interface PatternStep<Context> extends Taken<Context, PatternSays> {
  /**
   * Who is granted the turn that `turn` tells, once all this is remembered; that is said last. Whoever takes no part any
   * more is left out.
   */
  readonly asks?: readonly string[];
}

export type HeardMove<M extends Move> = Heard<M['event']>;

/** What is done with a move, or with what the team says; see `on` and `fromTeam`. */
export interface Handler<Context> {
  readonly type: string;
  /** Whether it takes the turn that its author holds. */
  readonly isMove: boolean;
  readonly take: NamedStep<Context>;
  readonly onlyIf?: NamedGuard<Context>;
  readonly to?: string;
}
/** A function under the name by which charts call it, with the code that it was written as. */
interface NamedStep<Context> {
  readonly name: string;
  readonly code: unknown;
  readonly run: (context: Context, event: TurnEvent) => PatternStep<Context>;
}
export interface NamedGuard<Context> {
  readonly name: string;
  readonly code: unknown;
  readonly holds: (context: Context, event: TurnEvent) => boolean;
}

const isOf = <Word extends EventDefinition>(
  word: Word,
  event: TurnEvent,
): event is TurnEvent & Heard<Word> => event.type === word.type;

type Take<Context, Word extends EventDefinition> = (
  context: Context,
  event: Heard<Word>,
) => PatternStep<Context>;

/** With `onlyIf` it may be left to the next handler of the same word; `to` leaves the state. */
interface More<Context, Word extends EventDefinition> {
  readonly onlyIf?: (context: Context, event: Heard<Word>) => boolean;
  readonly to?: string;
}

/** Takes a move of whoever holds the turn, which is over with it, unless the step grants the author another. */
export const on = <Context, M extends Move>(
  move: M,
  take: Take<Context, M['event']>,
  more: More<Context, M['event']> = {},
): Handler<Context> => ({ ...hearing(move.event, take, more), isMove: true });

/** Takes what the team says to the pattern, whoever holds a turn. */
export const fromTeam = <Context, Word extends EventDefinition>(
  word: Word,
  take: Take<Context, Word>,
  more: More<Context, Word> = {},
): Handler<Context> => ({ ...hearing(word, take, more), isMove: false });

function hearing<Context, Word extends EventDefinition>(
  word: Word,
  take: Take<Context, Word>,
  { onlyIf, to }: More<Context, Word>,
): Omit<Handler<Context>, 'isMove'> {
  return {
    type: word.type,
    take: {
      name: take.name,
      code: take,
      run: (context, event) => (isOf(word, event) ? take(context, event) : {}),
    },
    ...(onlyIf && {
      onlyIf: {
        name: onlyIf.name,
        code: onlyIf,
        holds: (context, event) => isOf(word, event) && onlyIf(context, event),
      },
    }),
    ...(to !== undefined && { to }),
  };
}

export interface PatternState<Context> {
  /** Taken on entry: usually grants turns. */
  readonly begins?: (context: Context) => PatternStep<Context>;
  readonly hears?: readonly Handler<Context>[];
  /** Where it goes at once, whoever still owes a turn; tried before `next`. */
  readonly meanwhile?: Readonly<Record<string, (context: Context) => boolean>>;
  /** Where it goes once nobody owes a turn, tried in this order; `concluded` is the end of every pattern. */
  readonly next: Readonly<Record<string, ((context: Context) => boolean) | 'else'>>;
}

/** How a seat was lost. */
export interface Lost<Context> {
  /** Somebody sits there, but a limit stands in the way: by itself that brings the pattern to its end. */
  readonly atLimit: boolean;
  readonly before: Context;
}

export interface RoleSpec {
  readonly min: number;
  readonly max: number;
  readonly moves: readonly Move[];
  readonly onDemand?: boolean;
  /** How many there are when nobody says it; default: the fewest. */
  readonly usual?: number;
  /** Types of the catalog that take its seats when nobody says it, in order. */
  readonly types?: readonly string[];
}

/** The one who holds a role that has one seat. */
export const sole = ([actor = '']: readonly string[]): string => actor;

/** How a pattern ended: its conclusion, and what is said before it. */
export type Ending = Omit<Said<typeof patternConcluded>, 'type' | 'to' | 'pattern' | 'rounds'> & {
  readonly say: readonly PatternSays[];
};

export interface PatternSpec<
  Context extends TurnTaking,
  Limits extends LimitsSchema,
  RoleName extends string,
  Seats extends JsonObject & Partial<Context>,
> {
  readonly name: string;
  /** In the middle of a sentence: `the debate`. */
  readonly called: string;
  /** One sentence for people who choose. */
  readonly purpose: string;
  readonly endsWhen: string;
  readonly fallback: string;
  /** What always holds of it, in one sentence. */
  readonly keyProperty: string;
  readonly roles: Readonly<Record<RoleName, RoleSpec>>;
  /** Every limit with its default and its hard ceiling; `refills` is among them. */
  readonly limits: Limits;
  /** The most turns that it grants, for any answers and any loss of seats. */
  turnsMax(limits: z.output<Limits>, seats: number): number;
  /** Who sits where, as it is remembered and stored: plain JSON, made of the actors of each role. */
  seats(byRole: Record<RoleName, string[]>): Seats;
  /** What else it remembers, as it is at first. */
  readonly remembers: Omit<Context, keyof TurnTaking | keyof Seats>;
  /** What it puts on the board before anything begins. */
  board(context: Context): readonly PatternSays[];
  /** The turn that a seat owes now. */
  turn(context: Context, seat: string): Turn;
  /** What a successor is shown of it; default: the material of the turn. */
  again?(context: Context, seat: string): readonly number[];
  /** What it does beside, when a seat takes no part any more; the context knows that already. */
  lose?(context: Context, seat: string, how: Lost<Context>): PatternStep<Context>;
  /** The first is where it begins. */
  readonly states: Readonly<Record<string, PatternState<Context>>>;
  concludes(context: Context): Ending;
  /** What in a request speaks for it. */
  readonly cues?: readonly CueRow[];
}
