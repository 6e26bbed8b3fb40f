/**
 * Casting: who takes part, each with type, methodology, duty and sub-agents, from the words of the request: people
 * that it names, what its kind of request asks for (`routing.ts`), what it is about; else the roster's own default.
 * Pure.
 *
 * Invariants
 * 1. What the request names is seated as named, or refused in one sentence; nobody sits twice to fill a chair.
 * 2. What a person says on the command line for a role replaces what is cast for it.
 * 3. A seat has one methodology or none.
 */
import type { Reading } from '../language/word.ts';
import type { KnownNames } from './names.ts';
import { roleOf } from './roles.ts';
import { type CastSeat, cast } from './roster.ts';
import { methodologyOf } from './routing.ts';
import { type CastingScene, type CastPattern, castingScene } from './scene.ts';
import { type WishedSeat, wishesFor } from './wishes.ts';

export interface Seat extends CastSeat {
  /** Name of its one methodology. */
  methodology: string | null;
  /** Which part of the request is its own, in a sentence. */
  duty: string | null;
  /** How many sub-agents it is to have, and what for. */
  subAgents: { count: number; task: string | null } | null;
}

interface Casting {
  /** The kind of request, when it is of a special one. */
  kind: string | undefined;
  seats: Seat[];
  /** What was added to what was named, and why: for people. */
  notes: string[];
}

type ByRole = Readonly<Record<string, readonly string[]>>;

/** What a person says, beside the request. */
interface Wanted {
  agents?: ByRole;
  /** Methodologies by role, in the order of its seats; `none` is none. */
  methodologies?: ByRole;
}

/** Seats the roles of a pattern. Throws a RangeError when what is named does not fit the pattern. */
export function castFor(
  request: string,
  pattern: CastPattern,
  known: KnownNames,
  wanted: Wanted = {},
): Casting {
  const scene = castingScene(request, pattern, known);
  const wishes = new Map(
    pattern.roles.map((role) => [role.role, wishesFor(role, scene, wanted)] as const),
  );
  const types = [...wishes].flatMap(([role, found]) =>
    found === undefined ? [] : [[role, found.map(({ agentType }) => agentType)] as const],
  );
  const roster = cast(pattern, { ...Object.fromEntries(types), ...wanted.agents });
  const seats = roster.map((seat, at): Seat => {
    const index = roster.slice(0, at).filter(({ role }) => role === seat.role).length;
    const { methodology, duty, subAgents } = wishOf(seat, index, wishes.get(seat.role));
    return {
      ...seat,
      methodology: wayFor(seat, index, scene, wanted, methodology),
      duty: duty ?? null,
      subAgents: subAgents ?? null,
    };
  });
  return { kind: scene.route?.kind, seats, notes: notesOf(scene, seats, wanted) };
}

function wishOf(
  seat: CastSeat,
  index: number,
  wishes: readonly WishedSeat[] = [],
): Partial<WishedSeat> {
  // Those who join on demand stand under the name of their type, not in the order of the wishes.
  const own = wishes.find(({ agentType }) => agentType === seat.actor);
  return own ?? wishes[index] ?? {};
}

/** What the person says, else the request, else the kind of request or the role. */
function wayFor(
  { role, agentType }: CastSeat,
  index: number,
  { route, reading, known }: CastingScene,
  { methodologies }: Wanted,
  wished: string | undefined,
): string | null {
  const said = methodologies?.[role];
  const own = said?.[Math.min(index, said.length - 1)];
  if (own !== undefined && own !== '') return own === 'none' ? null : own;
  if (wished !== undefined) return wished;
  if (role === 'stage') return null;
  const free = waysInRequest(reading).find((name) => WAY_OF[name] === role);
  const way = free ?? methodologyOf(route, role, index, agentType) ?? null;
  return way !== null && known.methodologies.has(way) ? way : null;
}

/** A methodology that is named with nobody goes to the role whose work it is. */
const WAY_OF: Readonly<Record<string, string>> = {
  review: 'reviewer',
  implement: 'producer',
  plan: 'producer',
  'skill-creator': 'producer',
  'gate-testing': 'watchdog',
  brainstorm: 'advocate',
};

const waysInRequest = ({ words }: Reading) =>
  words.flatMap(({ mark }) => (mark?.kind === 'methodology' ? [mark.name] : []));

/** Who sits there although the request names only others: said, never done in silence. */
function notesOf(
  { pattern, mentions }: CastingScene,
  seats: readonly Seat[],
  { agents }: Wanted,
): string[] {
  return pattern.roles.flatMap(({ role, min, onDemand }) => {
    const own = mentions.filter((one) => one.agentType && roleOf(one, pattern) === role);
    const named = own.reduce((sum, { count }) => sum + Math.max(1, count), 0);
    const there = seats.filter((seat) => seat.role === role);
    if (onDemand || agents?.[role] || role === 'stage' || named === 0 || there.length <= named)
      return [];
    const added = there.slice(named).map(({ agentType }) => agentType);
    return [`${pattern.name} needs ${min} of the role ${role}: added ${added.join(', ')}`];
  });
}
