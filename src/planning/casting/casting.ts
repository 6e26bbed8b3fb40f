/**
 * Casting: who takes part, from the words of the request: people that it names, what its kind of request
 * asks for (`routing.ts`), what it is about; else the roster's own default. Pure.
 *
 * Invariants
 * 1. It gives no role more seats than the pattern has, and none that it has not.
 * 2. What a person says on the command line for a role replaces what is cast for it.
 * 3. A seat has one methodology or none.
 */
import type { PatternDefinition, Role } from '../../machines/patterns/kit/pattern.ts';
import type { Choice } from '../choice.ts';
import type { Reading } from '../language/word.ts';
import { type KnownTypes, type Mention, mentionsIn, topicsIn, viewsIn } from './mentions.ts';
import { type CastSeat, cast, PREPARED } from './roster.ts';
import { methodologyOf, type Route, routeOf } from './routing.ts';

export interface Seat extends CastSeat {
  /** Name of its one methodology. */
  methodology: string | null;
}

interface Casting {
  /** The kind of request, when it is of a special one. */
  kind: string | undefined;
  seats: Seat[];
}

type Pattern = Pick<PatternDefinition, 'name' | 'roles'>;
type ByRole = Readonly<Record<string, readonly string[]>>;

/** Seats the roles of a pattern. Throws a RangeError when `wanted` does not fit the pattern. */
export function castFor(
  reading: Reading,
  pattern: Pattern,
  known: KnownTypes,
  wanted: ByRole = {},
): Casting {
  const route = routeOf(reading, pattern.name as Choice);
  const mentions = mentionsIn(reading, known);
  const used = new Set(mentions.flatMap(({ agentType }) => agentType ?? []));
  const topics = topicsIn(reading).filter((type) => !used.has(type));
  const views = viewsIn(reading);
  const types = pattern.roles.flatMap((role): [string, string[]][] => {
    const own = mentions.filter((mention) => roleOf(mention, pattern) === role.role);
    const found = typesOf({ role, mentions: own, route, topics, views });
    return found.length > 0 ? [[role.role, found]] : [];
  });
  const roster = cast(pattern, { ...Object.fromEntries(types), ...wanted });
  const seats = roster.map((seat, at) => {
    const index = roster.slice(0, at).filter(({ role }) => role === seat.role).length;
    const methodology = methodologyOf(route, seat.role, index, seat.agentType) ?? null;
    return { ...seat, methodology };
  });
  return { kind: route?.kind, seats };
}

interface RoleWish {
  role: Role;
  mentions: readonly Mention[];
  route: Route | undefined;
  topics: readonly string[];
  views: number | undefined;
}

/** Roles in which different views are the point, and those whose holder makes the thing. */
const BREADTH = new Set(['contributor', 'scout', 'expert', 'specialist', 'negotiator', 'member']);
const MAKERS = new Set(['producer', 'generalist', 'agent', 'implementer']);

/** Types for the seats of a role, in order; empty: as the roster has it. */
function typesOf({ role, mentions, route, topics, views }: RoleWish): string[] {
  const routed = (route?.seats[role.role] ?? []).map(({ agentType }) => agentType);
  const asked = mentions.flatMap((one) => Array(Math.max(1, one.count)).fill(one) as Mention[]);
  // In a line every stage counts: people named for some of them do not replace the others.
  const named =
    role.role === 'stage' && asked.length < Math.max(role.min, routed.length) ? [] : asked;
  const spare = [...routed, ...spareTypes(role, topics)];
  const types = named.map(({ agentType }, at) => agentType ?? spare[at] ?? '');
  if (types.length === 0) types.push(...(routed.length > 0 ? routed : spare));
  if (role.onDemand) return [...new Set([...types, ...spare, ...PREPARED])].slice(0, role.max);
  const least = role.role === 'contributor' ? (views ?? 0) : 0;
  const wished = Math.min(role.max, Math.max(role.min, types.length, least));
  if (types.length === 0) return least > 0 ? Array<string>(wished).fill('') : [];
  for (const type of spare) {
    if (types.length >= wished) break;
    if (!types.includes(type)) types.push(type);
  }
  while (types.length < wished) types.push('');
  return types.slice(0, wished);
}

function spareTypes({ role, max }: Role, topics: readonly string[]): string[] {
  if (BREADTH.has(role)) return topics.length > 1 ? topics.slice(0, max) : [];
  return MAKERS.has(role) ? topics.slice(0, 1) : [];
}

const words = (text: string) => new Set(text.split(' '));

/** Words of somebody that are a role's name or mean it. */
const CALLED: Readonly<Record<string, ReadonlySet<string>>> = {
  judge: words('judge referee arbiter umpire adjudicator jury'),
  advocate: words('advocate proponent opponent champion defender attacker camp party skeptic'),
  facilitator: words('facilitator moderator mediator chair'),
  watchdog: words('watchdog guardian guard monitor observer overseer enforcer sentinel warden'),
  reviewer: words('reviewer critic auditor editor checker inspector'),
  scout: words('scout explorer'),
  lead: words('lead researcher gatherer'),
  generalist: words('generalist'),
  specialist: words('specialist expert consultant adviser advisor'),
  producer: words('producer author writer creator developer implementer designer'),
  implementer: words('implementer developer programmer coder engineer'),
};

/** What people of a role do. */
const DEEDS: Readonly<Record<string, ReadonlySet<string>>> = {
  reviewer: words('review critique check validate verify audit approve inspect assess criticise'),
  watchdog: words('watch monitor enforce guard oversee supervise'),
  judge: words('judge decide rule'),
};

/** Who somebody is when neither name nor deed says it. */
const ELSE: Readonly<Record<string, string>> = {
  'review-loop': 'producer',
  'adversarial-debate': 'advocate',
  'expertise-routing': 'specialist',
  'nested-swarm': 'producer',
};

/** Words for nobody in particular. */
const ANYBODY = words(
  'someone somebody anybody people person team subagent agent member colleague',
);

/** The role that somebody is named for, or undefined when nobody in particular is meant. */
function roleOf({ words: said, deed, agentType }: Mention, pattern: Pattern): string | undefined {
  const roles = pattern.roles.map(({ role }) => role);
  const called = roles.find((role) => said.some((word) => CALLED[role]?.has(word)));
  const does = deed === undefined ? undefined : roles.find((role) => DEEDS[role]?.has(deed));
  if (called !== undefined) return called;
  if (agentType === undefined && said.every((word) => ANYBODY.has(word))) return undefined;
  return does ?? ELSE[pattern.name] ?? roles[0];
}
