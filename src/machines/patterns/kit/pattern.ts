/**
 * What a pattern is to the rest of the horde: a machine, who takes part in it, its limits, its bound.
 *
 * A pattern talks to agents by grants and hears their moves; it hears from the team what became of a seat and
 * that it should come to an end; it says its conclusion to the team, once, and is done.
 */
import type { AnyStateMachine } from 'xstate';
import type { z } from 'zod';
import type { Json, Said } from '../../../events/event.ts';
import type { seatWanted, turnGranted, turnRevoked } from '../../../events/words/agent.ts';
import type { Move } from '../../../events/words/moves.ts';
import type {
  artifactRegistered,
  decisionMade,
  dissentNoted,
  patternConcluded,
  roundStarted,
  taskAssigned,
  taskCreated,
  taskProgressed,
} from '../../../events/words/pattern.ts';
import type { CueRow } from './cue.ts';

/** A seat of the roster: the actor's name and its role in the pattern. */
export interface RosterSeat {
  readonly actor: string;
  readonly role: string;
}

export interface Role {
  readonly role: string;
  readonly min: number;
  readonly max: number;
  /** Names of the moves that the role's tools must hold, whatever is legal at a time. */
  readonly moves: readonly string[];
  /** Nobody of this role is seated at first: those named are prepared, and join when the pattern wants them. */
  readonly onDemand?: boolean;
  /** How many there are when nobody says it; default: the fewest. */
  readonly usual?: number;
  /** Types of the catalog that take its seats when nobody says it, in order. */
  readonly types?: readonly string[];
}

export interface PatternDefinition {
  readonly name: string;
  readonly machine: AnyStateMachine;
  /** One sentence for people who choose. */
  readonly purpose: string;
  readonly roles: readonly Role[];
  /** Every limit with its default and its hard ceiling; `limits.parse({})` gives the defaults. */
  readonly limits: z.ZodObject;
  readonly endsWhen: string;
  readonly fallback: string;
  /** What always holds of it, in one sentence. */
  readonly keyProperty: string;
  /** The moves of its roles, as they are defined. */
  readonly words: readonly Move[];
  /** What in a request speaks for it. */
  readonly cues: readonly CueRow[];
  /** The most turns that it grants, for any answers and any loss of seats. */
  turnsMax(limits: z.output<z.ZodObject>, seats: number): number;
  /** The machine's input; throws a RangeError when the roster does not fit the roles. */
  seats(roster: readonly RosterSeat[], limits?: z.input<z.ZodObject>): Json;
}

export type PatternSays =
  | Said<typeof roundStarted>
  | Said<typeof turnGranted>
  | Said<typeof turnRevoked>
  | Said<typeof seatWanted>
  | Said<typeof taskCreated>
  | Said<typeof taskAssigned>
  | Said<typeof taskProgressed>
  | Said<typeof artifactRegistered>
  | Said<typeof decisionMade>
  | Said<typeof dissentNoted>
  | Said<typeof patternConcluded>;

/** The actors of each role, checked against the bounds of the roles. */
export function seated(
  pattern: string,
  roles: readonly Role[],
  roster: readonly RosterSeat[],
): Record<string, string[]> {
  const byRole: Record<string, string[]> = Object.fromEntries(roles.map(({ role }) => [role, []]));
  for (const { actor, role } of roster) {
    const actors = byRole[role];
    if (!actors)
      throw new RangeError(
        `${pattern} has no role "${role}" for ${actor}: its roles are ${Object.keys(byRole).join(', ')}`,
      );
    if (roster.filter((seat) => seat.actor === actor).length > 1)
      throw new RangeError(`${pattern}: the name "${actor}" is given to more than one seat`);
    actors.push(actor);
  }
  for (const { role, min, max } of roles) {
    const count = byRole[role]!.length;
    if (count < min || count > max)
      throw new RangeError(
        `${pattern} needs ${min === max ? min : `${min} to ${max}`} of the role "${role}", and got ${count}`,
      );
  }
  return byRole;
}
