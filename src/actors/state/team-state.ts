/**
 * The state of a team: all that folding its stream gives. Plain values and XState snapshots; no store, no
 * clock, no promise.
 *
 * Invariants
 * 1. Only the fold (`turn.ts`) changes it, and only a copy made by `forkState`: a state once adopted stays.
 * 2. It holds nothing that the stream does not say: a snapshot of it is a cache.
 */

import { createHash } from 'node:crypto';
import type { AnyActorLogic, AnyMachineSnapshot } from 'xstate';
import type { Amount } from '../../events/amounts.ts';
import { canonical } from '../../events/canonical.ts';
import type { EventOf, Json, JsonObject } from '../../events/event.ts';
import type { teamFormed } from '../../events/words/team.ts';
import type { EffectClass } from '../../events/words/work.ts';
import type { RegisteredMachine } from '../machine/registered-machine.ts';
import type { Ref } from '../own/effects.ts';
import { persistOwn, sourceOf } from '../own/stepping.ts';
import type { OwnSystem } from '../own/system.ts';

export type Formed = EventOf<typeof teamFormed>['data'];

export interface TeamActor {
  readonly id: string;
  readonly machine: RegisteredMachine;
  snapshot: AnyMachineSnapshot;
  status: 'active' | 'done' | 'left';
  /** An actor of a machine of one's own: what it is to XState, and whose child it is. */
  readonly own?: OwnPlace | undefined;
}

export interface OwnPlace {
  readonly ref: Ref;
  readonly session: string;
  /** The actor whose child it is; undefined for one that joined by itself. */
  readonly parent: string | undefined;
  /** Its parent hears of each of its snapshots. */
  readonly sync: boolean;
  readonly systemId: string | undefined;
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
  /** A promise of one's own: the session of its reference, and its logic where that has no name. */
  readonly session?: string;
  readonly logic?: AnyActorLogic | undefined;
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
  /** Who hears it, when it is not the actor that armed it. */
  readonly to?: string;
}

interface Mendable {
  /** Revision of what could not be heard. */
  revision: number;
  type: string;
  version: number;
  data: JsonObject;
  meta: { to?: string[]; work?: string; origin?: string; actor?: string };
  /** Actors that were active. */
  active: string[];
  works: OwedWork[];
  timers: ArmedTimer[];
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
  /** Of a team whose turn could not complete: what it could not hear, and where it stood before. */
  mendable?: Mendable | undefined;
  actors: Map<string, TeamActor>;
  /** What the team's own actors take for XState's running system; made when the first of them joins. */
  system?: OwnSystem | undefined;
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
  const { actors, works, timers, heard, policies, system, ...rest } = state;
  return {
    ...(rest as unknown as JsonObject),
    actors: [...actors.values()].map((actor) => persistActor(actor, system)),
    ...(rest.mendable
      ? {
          mendable: { ...mendableJson(rest.mendable), works: rest.mendable.works.map(persistWork) },
        }
      : {}),
    works: [...works.values()].map(persistWork),
    timers: [...timers.values()] as unknown as Json,
    heard: Object.fromEntries(heard),
    policies: Object.fromEntries(policies),
  };
}

const mendableJson = (mendable: Mendable) => mendable as unknown as JsonObject;

function persistActor(
  { id, machine, snapshot, status, own }: TeamActor,
  system: OwnSystem | undefined,
): JsonObject {
  const common = { id, machine: machine.name, status };
  if (!own || !system) return { ...common, snapshot: machine.interpreter.persist(snapshot) };
  const { ref, session, parent = null, sync, systemId = null } = own;
  const place = { session, parent, sync, systemId, name: ref.id, src: sourceOf(ref) };
  return { ...common, snapshot: persistOwn(snapshot, system), own: place };
}

/** Of logic without a name nothing is kept but that there is some: such a state is folded anew. */
function persistWork({ logic, ...work }: OwedWork): JsonObject {
  return { ...(work as unknown as JsonObject), ...(logic ? { logic: true } : {}) };
}

export const timerKey = (actor: string, timer: string) => `${actor}/${timer}`;

/** SHA-256 over the state as canonical JSON: equal states, equal hashes, whoever folded them. */
export function hashState(state: TeamState): string {
  return createHash('sha256')
    .update(canonical(persistState(state)))
    .digest('hex');
}
