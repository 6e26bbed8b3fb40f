/**
 * The state of a team: all that folding its stream gives. Plain values and XState snapshots; no store, no
 * clock, no promise.
 *
 * Invariants
 * 1. Only the fold (`turn.ts`) changes it, and only a copy made by `forkState`: a state once adopted stays.
 * 2. It holds nothing that the stream does not say: a snapshot of it is a cache.
 */
import { createHash } from 'node:crypto';
import type { AnyMachineSnapshot } from 'xstate';
import type { Amount } from '../../events/amounts.ts';
import type { EventOf, Json, JsonObject } from '../../events/event.ts';
import type { teamFormed } from '../../events/words/team.ts';
import type { EffectClass } from '../../events/words/work.ts';
import type { RegisteredMachine } from '../machine/registration.ts';

export type Formed = EventOf<typeof teamFormed>['data'];

export interface TeamActor {
  readonly id: string;
  readonly machine: RegisteredMachine;
  snapshot: AnyMachineSnapshot;
  status: 'active' | 'done' | 'left';
}

/** Work that a machine waits for. `cancelled`: nobody waits any more, but it was paid for and must settle. */
export interface OwedWork {
  readonly id: string;
  readonly actor: string;
  readonly invoke: string;
  readonly src: string;
  readonly input: Json;
  /** Revision that armed it, and the last revision of that turn. */
  readonly armed: number;
  through: number;
  status: 'owed' | 'delayed' | 'admitted' | 'started' | 'cancelled';
  effect: EffectClass | null;
  reserved: Amount;
  outputTokensMax: number | null;
  attempt: number;
  /** Why it is delayed: `budget` is judged again as soon as something settles. */
  waitsFor: string | null;
}

export interface ArmedTimer {
  /** Empty for the runtime's own. */
  readonly actor: string;
  readonly timer: string;
  readonly event: JsonObject;
  dueAt: number;
  readonly armed: number;
  /** Moved by downtime; deadlines that a person set are not. */
  readonly relative: boolean;
}

export interface TeamState {
  /** Last revision folded; -1 before the first. */
  revision: number;
  /** Number of the next turn. */
  turn: number;
  /** Time of the last event. */
  at: number;
  formed: Formed | null;
  root: string;
  epoch: number;
  leader: string;
  package: string;
  code: string;
  paused: { at: number } | null;
  ended: { type: string; data: JsonObject; revision: number } | null;
  actors: Map<string, TeamActor>;
  works: Map<string, OwedWork>;
  timers: Map<string, ArmedTimer>;
  /** Last heard revision of each origin stream. */
  heard: Map<string, number>;
  /** One state per policy, by the policy's name. Values are replaced, never changed. */
  policies: Map<string, Json>;
}

export function emptyState(): TeamState {
  return {
    revision: -1,
    turn: 0,
    at: 0,
    formed: null,
    root: '',
    epoch: 0,
    leader: '',
    package: '',
    code: '',
    paused: null,
    ended: null,
    actors: new Map(),
    works: new Map(),
    timers: new Map(),
    heard: new Map(),
    policies: new Map(),
  };
}

/** A copy that a turn may change. Snapshots, inputs and policy states are shared: they are never changed. */
export function forkState(state: TeamState): TeamState {
  const actors = new Map<string, TeamActor>();
  for (const [id, actor] of state.actors) actors.set(id, { ...actor });
  const works = new Map<string, OwedWork>();
  for (const [id, work] of state.works) works.set(id, { ...work });
  const timers = new Map<string, ArmedTimer>();
  for (const [key, timer] of state.timers) timers.set(key, { ...timer });
  return {
    ...state,
    actors,
    works,
    timers,
    heard: new Map(state.heard),
    policies: new Map(state.policies),
  };
}

/** The state as JSON, for the cache of snapshots and for hashing. */
export function persistState(state: TeamState): JsonObject {
  const { actors, works, timers, heard, policies, ...rest } = state;
  return {
    ...(rest as unknown as JsonObject),
    actors: [...actors.values()].map(({ id, machine, snapshot, status }) => ({
      id,
      machine: machine.name,
      snapshot: machine.interpreter.persist(snapshot),
      status,
    })),
    works: [...works.values()] as unknown as Json,
    timers: [...timers.values()] as unknown as Json,
    heard: Object.fromEntries(heard),
    policies: Object.fromEntries(policies),
  };
}

/** The inverse of `persistState`; throws when a machine is not registered. */
export function reviveState(
  json: JsonObject,
  machineOf: (name: string) => RegisteredMachine,
): TeamState {
  const { actors, works, timers, heard, policies, ...rest } = json as any;
  return {
    ...rest,
    actors: new Map(
      actors.map(
        (actor: { id: string; machine: string; snapshot: Json; status: TeamActor['status'] }) => {
          const machine = machineOf(actor.machine);
          return [
            actor.id,
            { ...actor, machine, snapshot: machine.interpreter.revive(actor.snapshot) },
          ];
        },
      ),
    ),
    works: new Map(works.map((work: OwedWork) => [work.id, work])),
    timers: new Map(timers.map((timer: ArmedTimer) => [timerKey(timer.actor, timer.timer), timer])),
    heard: new Map(Object.entries(heard)),
    policies: new Map(Object.entries(policies)),
  } as TeamState;
}

export const timerKey = (actor: string, timer: string) => `${actor}/${timer}`;

/** SHA-256 over the state as canonical JSON: equal states, equal hashes, whoever folded them. */
export function hashState(state: TeamState): string {
  return createHash('sha256')
    .update(canonical(persistState(state)))
    .digest('hex');
}

/** JSON text with sorted keys. */
export function canonical(value: Json | undefined): string {
  if (Array.isArray(value)) return `[${value.map(canonical).join(',')}]`;
  if (typeof value === 'object' && value !== null) {
    const keys = Object.keys(value)
      .filter((key) => value[key] !== undefined)
      .sort();
    return `{${keys.map((key) => `${JSON.stringify(key)}:${canonical(value[key])}`).join(',')}}`;
  }
  return JSON.stringify(value ?? null);
}
