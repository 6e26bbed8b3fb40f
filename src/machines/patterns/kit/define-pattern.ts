/**
 * A pattern as data: who sits where, what it remembers, and for each state what begins it, which moves it waits for
 * and where it goes once all turns are in. From that follow the statechart, the roles, the words that must be known,
 * what becomes of lost and refilled seats, and what every conclusion has in common.
 *
 * Neighbours: `pattern-spec.ts` says what is written, `turn-taking.ts` and `grants.ts` keep the turns, `pattern-chart.ts` makes the chart, `pattern.ts` says what a
 * pattern is to the rest of the horde.
 *
 * Invariants
 * 1. A move counts only for the turn that its author holds; the author of a pattern cannot leave that out.
 * 2. A state waits only while some seat owes a turn; then the first branch of `next` that holds is taken.
 * 3. What becomes of seats is the same for all patterns, but for what the pattern adds in `lose`.
 * 4. It concludes once; turns that are still held are taken back before anything else is said.
 */
import type { JsonObject } from '../../../events/event.ts';
import { NO_GRANTS } from './grants.ts';
import { type PatternDefinition, type Role, seated } from './pattern.ts';
import { patternChart } from './pattern-chart.ts';
import type { LimitsSchema, PatternSpec, RoleSpec } from './pattern-spec.ts';
import type { TurnTaking } from './turn-taking.ts';

export function definePattern<
  Context extends TurnTaking,
  Limits extends LimitsSchema,
  RoleName extends string,
  Seats extends JsonObject & Partial<Context>,
>(spec: PatternSpec<Context, Limits, RoleName, Seats>): PatternDefinition {
  const { name, purpose, endsWhen, fallback, keyProperty, limits, cues = [] } = spec;
  const roles = Object.entries<RoleSpec>(spec.roles).map(
    ([role, { moves, ...rest }]): Role => ({ role, ...rest, moves: moves.map((one) => one.name) }),
  );
  const words = [...new Set(Object.values<RoleSpec>(spec.roles).flatMap(({ moves }) => moves))];
  // Object.keys forgets that the keys of `roles` are names of roles.
  const asRoles = (found: Record<string, string[]>) => found as Record<RoleName, string[]>;
  const nobody = spec.seats(asRoles(Object.fromEntries(roles.map(({ role }) => [role, []]))));
  const begin = (given: JsonObject = {}): Context => {
    const { limits: wanted, ...there } = given;
    // Some older streams hold the limits beside the seats.
    const flat = Object.entries(there).filter(([key]) => key in limits.shape);
    const turns: TurnTaking = {
      limits: limits.parse(wanted ?? Object.fromEntries(flat)),
      round: 0,
      grants: NO_GRANTS,
      lost: [],
      ending: null,
    };
    // `remembers` leaves out of the context exactly what the seats and the turns are.
    const memory: object = { ...spec.remembers, ...nobody, ...there, ...turns };
    return memory as Context;
  };
  return {
    ...{ name, purpose, endsWhen, fallback, keyProperty, roles, limits, words, cues },
    machine: patternChart(spec, begin),
    turnsMax: (given, seats) => spec.turnsMax(limits.parse(given), seats),
    seats: (roster, wanted = {}) => ({
      ...spec.seats(asRoles(seated(name, roles, roster))),
      limits: limits.parse(wanted) as JsonObject,
    }),
  };
}
