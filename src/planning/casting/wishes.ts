/**
 * Wishes: the seats of one role as a request wishes for them: type, methodology, duty and sub-agents of each. Pure.
 *
 * Invariants
 * 1. More of a role than there can be is refused where the request asks for them, not where it speaks of people.
 * 2. What is not wished for is left to the roster: an empty type is the role's own, no list at all its usual number.
 */
import type { Role } from '../../machines/patterns/kit/pattern.ts';
import type { Mention } from './mentions.ts';
import { partsOf, sidesIn } from './positions.ts';
import { isCalled, roleOf } from './roles.ts';
import { PREPARED } from './roster.ts';
import { type CastingScene, type CastPattern, ownType } from './scene.ts';
import { stagesOf } from './stages.ts';
import type { SubAgentWish } from './sub-agents.ts';
import { topicsIn, viewsIn } from './topics.ts';

/** A seat as it is wished for; an empty type is the role's own. */
export interface WishedSeat {
  agentType: string;
  methodology?: string | undefined;
  duty?: string | undefined;
  /** How many sub-agents it is to have, and what for. */
  subAgents?: { count: number; task: string | null } | null;
}

type PeopleWanted = { agents?: Readonly<Record<string, readonly string[]>> };

/** Roles in which different views are the point, and those whose holder makes the thing. */
const BREADTH = new Set(['contributor', 'scout', 'expert', 'specialist', 'negotiator', 'member']);
const MAKERS = new Set(['producer', 'generalist', 'agent', 'implementer']);

/** The seats of a role, in order; undefined: as the roster has it. */
export function wishesFor(
  role: Role,
  scene: CastingScene,
  wanted: PeopleWanted,
): WishedSeat[] | undefined {
  const wishes = role.role === 'stage' ? lineOf(role, scene) : peopleOf(role, scene, wanted);
  const sides = role.role === 'advocate' ? sidesIn(scene.request) : undefined;
  const told = sides
    ? sides.map((side, i) => ({ agentType: '', ...wishes?.[i], duty: `Argue for ${side}.` }))
    : wishes;
  return told && withSubAgents(role, told, scene);
}

function lineOf(
  role: Role,
  { reading, mentions, route, swarms, request }: CastingScene,
): WishedSeat[] {
  const { min, max } = role;
  const gated = /\b(quality|test|integration) gates?\b/i.test(request);
  return stagesOf({ reading, mentions, route, min, max }).map((stage, i) => ({
    agentType: stage.agentType ?? '',
    methodology: stage.methodology,
    duty: gated && i > 0 ? `${stage.duty ?? 'Your part of the work'}. ${GATE}` : stage.duty,
    ...(i === 0 && swarms[0] ? { subAgents: needOf(swarms[0]) } : {}),
  }));
}

const GATE =
  'Before you begin, hold what the stage before delivered against its gate: complete, fitting what you need, nothing broken that held before; reject it if it does not pass';

function peopleOf(role: Role, scene: CastingScene, wanted: PeopleWanted): WishedSeat[] | undefined {
  const { pattern, reading, route } = scene;
  const own = scene.mentions.filter((mention) => roleOf(mention, pattern) === role.role);
  if (!wanted.agents?.[role.role]) refuseTooMany(role, own, pattern);
  const routed = (route?.seats[role.role] ?? []).map(({ agentType }) => agentType);
  const used = new Set(scene.mentions.flatMap(({ agentType }) => agentType ?? []));
  const topics = topicsIn(reading).filter((type) => !used.has(type));
  const spare = [...routed, ...spareTypes(role, topics)];
  const wishes = seatsFor(own, spare, role.role);
  if (role.role === 'lead' && wishes.length === 0) return leadOf(scene);
  if (wishes.length === 0)
    wishes.push(...(routed.length > 0 ? routed : spare).map((agentType) => ({ agentType })));
  return role.onDemand
    ? preparedOf(role, wishes, spare)
    : enough(role, wishes, spare, role.role === 'contributor' ? (viewsIn(reading) ?? 0) : 0);
}

/** Each mention as often as it is counted, with its own part where the work falls into parts. */
function seatsFor(
  mentions: readonly Mention[],
  spare: readonly string[],
  role: string,
): WishedSeat[] {
  const wishes: WishedSeat[] = [];
  for (const mention of mentions) {
    const times = Math.max(1, mention.count);
    const parts = mention.duty === undefined ? undefined : partsOf(mention.duty, times);
    for (let i = 0; i < times; i++)
      wishes.push({
        agentType: ownType(mention, role) ?? spare[wishes.length] ?? '',
        methodology: mention.methodology,
        duty: parts?.[i] ?? dutyOf(mention, role),
      });
  }
  return wishes;
}

function dutyOf({ duty, words }: Mention, role: string): string | undefined {
  if (role !== 'negotiator') return duty;
  return `Speak for the ${words[0]} side, and build it against the contract that is signed`;
}

/** More than there can be is refused where the request really asks for them, and left out where it only speaks of them. */
function refuseTooMany(
  { role, max, onDemand }: Role,
  own: readonly Mention[],
  { name, roles }: CastPattern,
) {
  if (onDemand || roles.length === 1) return;
  const asked = own.filter(
    ({ invited, exact, words }) => invited || exact || isCalled(role, words),
  );
  const counted = asked.find(({ count, words }) => count > max && isCalled(role, words));
  const exact = asked
    .filter((one) => one.exact)
    .reduce((sum, { count }) => sum + Math.max(1, count), 0);
  const most = counted?.count ?? exact;
  if (most > max)
    throw new RangeError(
      `${name} takes at most ${max} of the role "${role}", and the request names ${most}: name fewer, or another pattern`,
    );
}

function preparedOf(
  { max }: Role,
  wishes: readonly WishedSeat[],
  spare: readonly string[],
): WishedSeat[] {
  const types = [...wishes.map(({ agentType }) => agentType), ...spare, ...PREPARED];
  return [...new Set(types.filter(Boolean))].slice(0, max).map((agentType) => ({
    ...wishes.find((one) => one.agentType === agentType),
    agentType,
  }));
}

/** At least as many as the role needs, the rest of other types than are there. */
function enough(
  { min, max }: Role,
  wishes: readonly WishedSeat[],
  spare: readonly string[],
  least: number,
): WishedSeat[] | undefined {
  if (wishes.length === 0)
    return least > 0 ? emptyWishes(Math.min(max, Math.max(min, least))) : undefined;
  const all = [...wishes];
  const wished = Math.min(max, Math.max(min, all.length, least));
  for (const agentType of spare) {
    if (all.length >= wished) break;
    if (!all.some((one) => one.agentType === agentType)) all.push({ agentType });
  }
  all.push(...emptyWishes(wished - all.length));
  return all.slice(0, wished);
}

const emptyWishes = (count: number): WishedSeat[] =>
  Array.from({ length: Math.max(0, count) }, () => ({ agentType: '' }));

function spareTypes({ role, max }: Role, topics: readonly string[]): string[] {
  if (BREADTH.has(role)) return topics.length > 1 ? topics.slice(0, max) : [];
  return MAKERS.has(role) ? topics.slice(0, 1) : [];
}

/** Nobody gathers for the others where it is the maker who is to have the sub-agents. */
function leadOf({ swarms, mentions, reading }: CastingScene): WishedSeat[] | undefined {
  const [swarm] = swarms;
  if (!swarm) return undefined;
  if (mentions.some(({ at }) => at < swarm.at)) return [];
  const { words } = reading;
  const end = words.findIndex(
    ({ lower, tag }, i) => i >= swarm.at || tag === 'stop' || lower === '(',
  );
  const duty = words
    .slice(0, end)
    .map(({ text }) => text)
    .join(' ')
    .replace(/ '/g, "'")
    .replace(/ from( \S+){0,3}$/, '');
  return [{ agentType: '', duty, methodology: 'learn' }];
}

const needOf = ({ count, task }: SubAgentWish) => ({ count, task: task ?? null });

/** Sub-agents for those of this role who stand last before the wish for them. */
function withSubAgents(
  role: Role,
  wishes: readonly WishedSeat[],
  scene: CastingScene,
): WishedSeat[] {
  const { swarms, mentions, pattern } = scene;
  if (role.role === 'stage') return [...wishes];
  const result = [...wishes];
  for (const swarm of swarms) {
    const owner = mentions.filter(({ at }) => at < swarm.at).at(-1);
    const owned = owner ? roleOf(owner, pattern) : pattern.roles[0]?.role;
    if (owned !== role.role) continue;
    const own = mentions.filter((one) => roleOf(one, pattern) === role.role);
    const first = owner ? Math.max(0, own.indexOf(owner)) : 0;
    const all = swarm.each || (owner !== undefined && owner.count !== 1);
    for (let i = all ? 0 : first; i < (all ? result.length : first + 1); i++) {
      const one = result[i];
      if (one) result[i] = { ...one, subAgents: needOf(swarm) };
    }
  }
  return result;
}
