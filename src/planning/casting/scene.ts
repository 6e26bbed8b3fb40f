/**
 * The scene: what casting sees of a request for a pattern, read once: the words, the people, the sub-agents, the kind
 * of request. Pure.
 */
import type { PatternDefinition } from '../../machines/patterns/kit/pattern.ts';
import type { Choice } from '../choice.ts';
import { skim } from '../language/reading.ts';
import type { Reading } from '../language/word.ts';
import { type Mention, mentionsIn } from './mentions.ts';
import { type KnownNames, marksIn } from './names.ts';
import { isCalled } from './roles.ts';
import { type Route, routeOf } from './routing.ts';
import { type SubAgentWish, subAgentsIn } from './sub-agents.ts';

export type CastPattern = Pick<PatternDefinition, 'name' | 'roles'>;

export interface CastingScene {
  request: string;
  reading: Reading;
  pattern: CastPattern;
  known: KnownNames;
  route: Route | undefined;
  mentions: readonly Mention[];
  swarms: readonly SubAgentWish[];
}

export function castingScene(
  request: string,
  pattern: CastPattern,
  known: KnownNames,
): CastingScene {
  const reading = skim(request, marksIn(request, known));
  const all = mentionsIn(reading, known);
  const swarms = subAgentsIn(reading);
  const mentions = all.filter(({ at }) => !swarms.some((swarm) => swarm.at === at));
  const route = routeOf(reading, pattern.name as Choice);
  return { request, reading, pattern, known, route, mentions, swarms };
}

/** "Three reviewers" are of the types that the role has; "three security reviewers" of one. */
export const ownType = ({ agentType, exact, words }: Mention, role: string) =>
  exact || words.length > 1 || !isCalled(role, words) ? agentType : undefined;

/** Those whom a request calls by the names of a pattern's roles, as `castFor` takes them; undefined for nobody. */
export function calledIn(
  request: string,
  pattern: CastPattern,
  known: KnownNames,
  only?: string,
): { agents: Record<string, string[]>; methodologies: Record<string, string[]> } | undefined {
  const { mentions } = castingScene(request, pattern, known);
  const agents: Record<string, string[]> = {};
  const methodologies: Record<string, string[]> = {};
  for (const mention of mentions) {
    const called = pattern.roles.find(
      ({ role }) => role === mention.as || isCalled(role, mention.words),
    );
    if (!called || (only !== undefined && called.role !== only)) continue;
    const { role } = called;
    const times = Math.max(mention.count === 0 ? called.min : 1, mention.count);
    const types = agents[role] ?? [];
    agents[role] = [...types, ...Array<string>(times).fill(ownType(mention, role) ?? '')].slice(
      0,
      called.max,
    );
    if (mention.methodology) methodologies[role] = [mention.methodology];
  }
  return Object.keys(agents).length > 0 ? { agents, methodologies } : undefined;
}

/** Who swarms makes the pattern that carries the swarms: advocates a debate, experts a deliberation. */
const CARRIERS: Readonly<Record<string, Choice>> = {
  advocate: 'adversarial-debate',
  expert: 'consensus-deliberation',
  scout: 'swarm-discovery',
  negotiator: 'contract-first-negotiation',
  generalist: 'expertise-routing',
  watchdog: 'watchdog',
};

/** The pattern in which those whom a request gives sub-agents work with each other, when it is a special one. */
export function carrierOf(request: string, known: KnownNames): Choice | undefined {
  const { mentions, swarms } = castingScene(request, { name: 'nested-swarm', roles: [] }, known);
  const owners = swarms.flatMap(({ at }) => mentions.filter((one) => one.at < at).at(-1) ?? []);
  const role = Object.keys(CARRIERS).find((one) => owners.some(({ words }) => words.includes(one)));
  return role === undefined ? undefined : CARRIERS[role];
}
