/**
 * Who sits where when nobody says: how many of each role, and which type of agent.
 */
import type { PatternDefinition, Role, RosterSeat } from '../../machines/patterns/kit/pattern.ts';

export interface CastSeat extends RosterSeat {
  /** Name in the catalog of agents. */
  readonly agentType: string;
}

/** Whom a team that grows may come to need, when nobody says it. */
export const PREPARED: readonly string[] = [
  'security-auditor',
  'performance-profiler',
  'database-optimizer',
  'dependency-manager',
  'tech-debt-assessor',
  'integration-tester',
];

/**
 * Fills the roles of a pattern. `wanted` gives types by role, in order; more types than the default count
 * make more seats; an empty type is the default one, an empty list as few as may be. One type is that of all the
 * role's seats; of several, none is seated twice to fill a chair. Throws a RangeError for a role the pattern does
 * not have, or too many of one.
 */
export function cast(
  pattern: Pick<PatternDefinition, 'name' | 'roles'>,
  wanted: Readonly<Record<string, readonly string[]>> = {},
): CastSeat[] {
  for (const role of Object.keys(wanted)) {
    if (!pattern.roles.some((known) => known.role === role)) {
      const roles = pattern.roles.map((known) => known.role).join(', ');
      throw new RangeError(`${pattern.name} has no role "${role}"; its roles are: ${roles}`);
    }
  }
  return pattern.roles.flatMap((role) =>
    role.onDemand
      ? preparedOf(pattern.name, role, wanted[role.role] ?? [])
      : seatsOf(pattern.name, role, wanted[role.role]),
  );
}

/** One of each type, under the name of the type: so the agents can ask for it. */
function preparedOf(pattern: string, { role, max }: Role, wanted: readonly string[]): CastSeat[] {
  const types = [...new Set(wanted.filter((type) => type !== ''))];
  if (types.length > max)
    throw new RangeError(
      `${pattern} prepares at most ${max} of the role "${role}"; ${types.length} were named`,
    );
  const actors = new Map<string, CastSeat>();
  for (const agentType of types.length > 0 ? types : PREPARED) {
    const actor = agentType.toLowerCase().replace(/[^a-z0-9]+/g, '-');
    if (!actors.has(actor)) actors.set(actor, { actor, role, agentType });
  }
  return [...actors.values()];
}

function seatsOf(pattern: string, of: Role, wanted: readonly string[] | undefined): CastSeat[] {
  const { role, min, max, usual = min } = of;
  const types = wanted ?? [];
  if (types.length > max) {
    throw new RangeError(
      `${pattern} takes at most ${max} of the role "${role}"; ${types.length} were named`,
    );
  }
  const count = Math.min(max, Math.max(min, wanted === undefined ? usual : types.length));
  const seats: CastSeat[] = [];
  for (let i = 0; i < count; i++) {
    const copied = types.length === 1 ? types[0] : undefined;
    const agentType = types[i] || copied || freeType(of, i, [...types, ...typesOf(seats)]);
    seats.push({ actor: max === 1 ? role : `${role}-${i + 1}`, role, agentType });
  }
  return seats;
}

const typesOf = (seats: readonly CastSeat[]) => seats.map(({ agentType }) => agentType);

/** The default type of a seat; where others were named, the first one that is not there yet. */
function freeType({ types = [] }: Role, seat: number, taken: readonly string[]) {
  const free = types.find((type) => !taken.includes(type));
  return free ?? types[seat % types.length] ?? 'general-purpose';
}
