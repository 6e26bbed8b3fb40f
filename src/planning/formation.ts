/**
 * Formation: from a request and a pattern to a team that can be started. Pure: the same wishes give the
 * same team.
 */
import type { Json } from '../events/event.ts';
import type { Profile, ToolSpec } from '../events/words/agent.ts';
import { type Move, submitSynthesis } from '../events/words/moves.ts';
import type { Limits } from '../events/words/team.ts';
import { spokenTools } from '../machines/agent/spoken-tools.ts';
import type { PatternDefinition } from '../machines/patterns/kit/pattern.ts';
import { type CastSeat, cast } from './casting/roster.ts';
import { limitsOf, patternOf } from './offer.ts';
import { type AgentPersona, plainPersona, scribeText, systemText } from './prompts.ts';

/** Somebody who is to sit in a team, with what is said of them. */
export interface SeatWish extends CastSeat {
  /** Name of its one methodology; its text is `methodologyNamed`. */
  readonly methodology?: string | null;
  /** Which part of the request is its own. */
  readonly duty?: string | null;
  readonly subAgents?: { readonly count: number; readonly task: string | null } | null;
}

export interface TeamWish {
  request: string;
  materials?: { name: string; text: string }[];
  /** Name of a pattern (see `patterns`), or one of your own. */
  pattern: string | PatternDefinition;
  /** Who sits where; instead of `agents`. */
  seats?: readonly SeatWish[];
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
  /** Text of a methodology by the name that a seat has. */
  methodologyNamed?: (name: string) => string | undefined;
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
  const all: readonly SeatWish[] = wish.seats ?? cast(pattern, wish.agents);
  const isPrepared = ({ role }: SeatWish) =>
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
  seat: SeatWish,
  roster: readonly SeatWish[],
  pattern: PatternDefinition,
  wish: TeamWish,
) {
  const personaOf = (type: string) => wish.persona?.(type) ?? plainPersona(type);
  const { moves } = pattern.roles.find(({ role }) => role === seat.role)!;
  const spoken = [...spokenTools.values()].map(({ tool }) => tool);
  const beside = [...spoken, ...(wish.tools ?? [])];
  const profile: Profile = {
    role: seat.role,
    agentType: seat.agentType,
    model: wish.model,
    outputTokensMax: wish.outputTokensMax ?? OUTPUT_TOKENS_MAX,
    system: systemText({
      persona: personaOf(seat.agentType),
      seat,
      pattern,
      mates: roster
        .filter(({ actor }) => actor !== seat.actor)
        .map((mate) => ({ ...mate, goodAt: personaOf(mate.agentType).description })),
      methodology: methodologyText(seat, wish),
      maySwarm: beside.some(({ name }) => name === 'dispatch_swarm'),
    }),
    tools: [...moves.map((name) => toolOf(name, pattern.words)), ...beside],
  };
  return {
    actor: seat.actor,
    profile,
    input: { agent: seat.actor, tools: beside.map(({ name }) => name) },
  };
}

function methodologyText(seat: SeatWish, wish: TeamWish): string | undefined {
  if (wish.methodology) return wish.methodology(seat);
  return seat.methodology ? wish.methodologyNamed?.(seat.methodology) : undefined;
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

function toolOf(name: string, words: readonly Move[]): ToolSpec {
  const move = words.find((one) => one.name === name);
  if (!move) throw new RangeError(`there is no move "${name}"`);
  return move.tool;
}
