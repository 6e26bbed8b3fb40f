/**
 * Formation: from a request and a pattern to a team that can be started. Pure: the same wishes give the
 * same team.
 */
import type { Json } from '../events/event.ts';
import type { Profile, ToolSpec } from '../events/words/agent.ts';
import { allMoves } from '../events/words/index.ts';
import { type Move, submitSynthesis } from '../events/words/moves.ts';
import type { Limits } from '../events/words/team.ts';
import { spokenTools } from '../machines/agent/spoken-tools.ts';
import type { PatternDefinition } from '../machines/patterns/kit/pattern.ts';
import { type CastSeat, cast } from './casting/roster.ts';
import { limitsOf, patternOf } from './offer.ts';
import { type AgentPersona, plainPersona, scribeText, systemText } from './prompts.ts';

export interface TeamWish {
  request: string;
  materials?: { name: string; text: string }[];
  /** Name of a pattern (see `patterns`), or one of your own. */
  pattern: string | PatternDefinition;
  /** Types of agents by role. */
  agents?: Readonly<Record<string, readonly string[]>>;
  model: string;
  outputTokensMax?: number;
  /** Limits that hold for any team: tokens, USD, time, … */
  limits?: Partial<Limits>;
  /** Limits of the pattern: rounds, … */
  patternLimits?: Readonly<Record<string, Json>>;
  /** Bounds of the team's life: stall checks, replacements, … */
  life?: Readonly<Record<string, Json>>;
  /** Tools beside the moves that this run grants to its agents. */
  tools?: readonly ToolSpec[];
  /** What the catalog knows; undefined for an unknown type. */
  persona?: (agentType: string) => AgentPersona | undefined;
  /** Text of the methodology of a seat, if it has one. */
  methodology?: (seat: CastSeat) => string | undefined;
  /** A model writes the synthesis; default: only where the pattern is nothing without one. */
  synthesis?: boolean;
  /** Labels for lists and reports. */
  labels?: Record<string, string>;
  id?: string;
}

/** What `runtime.start` takes. */
export interface TeamPlan {
  id?: string;
  machine: 'team';
  actor: 'team';
  input: Json;
  request: { text: string; materials: { name: string; text: string }[] };
  limits: Partial<Limits>;
  labels: Record<string, string>;
}

const OUTPUT_TOKENS_MAX = 8192;

/** Patterns whose result is a synthesis. */
const SYNTHESIZED = new Set(['swarm', 'swarm-discovery']);

/** Plans the team. Throws a RangeError that says what does not fit. */
export function formTeam(wish: TeamWish): TeamPlan {
  const pattern = typeof wish.pattern === 'string' ? patternOf(wish.pattern) : wish.pattern;
  const all = cast(pattern, wish.agents);
  const isPrepared = ({ role }: CastSeat) =>
    pattern.roles.some((known) => known.role === role && known.onDemand);
  const roster = all.filter((seat) => !isPrepared(seat));
  const reserve = all.filter(isPrepared);
  const limits = limitsOf(pattern, wish.patternLimits ?? {});
  const scribe = wish.synthesis ?? SYNTHESIZED.has(pattern.name);
  const input = {
    pattern: { machine: pattern.name, input: pattern.seats(all, limits) },
    roster: roster.map((seat) => seatPlan(seat, roster, pattern, wish)),
    ...(reserve.length > 0
      ? { reserve: reserve.map((seat) => seatPlan(seat, roster, pattern, wish)) }
      : {}),
    ...(wish.limits?.teamSize === undefined ? {} : { seatsMax: wish.limits.teamSize }),
    scribe: scribe ? scribePlan(pattern, wish) : null,
    life: { ...wish.life, timeMs: wish.limits?.timeMs ?? null },
  };
  return {
    ...(wish.id === undefined ? {} : { id: wish.id }),
    machine: 'team',
    actor: 'team',
    input: input as unknown as Json,
    request: { text: wish.request, materials: wish.materials ?? [] },
    limits: wish.limits ?? {},
    labels: { request: wish.request.slice(0, 400), pattern: pattern.name, ...wish.labels },
  };
}

function seatPlan(
  seat: CastSeat,
  roster: readonly CastSeat[],
  pattern: PatternDefinition,
  wish: TeamWish,
) {
  const persona = wish.persona?.(seat.agentType) ?? plainPersona(seat.agentType);
  const { moves } = pattern.roles.find(({ role }) => role === seat.role)!;
  const spoken = [...spokenTools.values()].map(({ tool }) => tool);
  const beside = [...spoken, ...(wish.tools ?? [])];
  const profile: Profile = {
    role: seat.role,
    agentType: seat.agentType,
    model: wish.model,
    outputTokensMax: wish.outputTokensMax ?? OUTPUT_TOKENS_MAX,
    system: systemText(persona, seat, pattern, roster, wish.methodology?.(seat)),
    tools: [...moves.map((name) => toolOf(name, pattern.words)), ...beside],
  };
  return {
    actor: seat.actor,
    profile,
    input: { agent: seat.actor, tools: beside.map(({ name }) => name) },
  };
}

function scribePlan(pattern: PatternDefinition, wish: TeamWish) {
  const profile: Profile = {
    role: 'scribe',
    agentType: 'scribe',
    model: wish.model,
    outputTokensMax: wish.outputTokensMax ?? OUTPUT_TOKENS_MAX,
    system: scribeText(pattern),
    tools: [submitSynthesis.tool],
  };
  return { actor: 'scribe', profile, input: { agent: 'scribe', tools: [] } };
}

function toolOf(name: string, words: readonly Move[] = []): ToolSpec {
  const move = words.find((one) => one.name === name) ?? allMoves.get(name);
  if (!move) throw new RangeError(`there is no move "${name}"`);
  return move.tool;
}
