/**
 * A team's state from the cache of snapshots: the inverse of `persistState`.
 *
 * Invariant: what comes back is the state that was kept, or nothing: whoever asked folds the stream then.
 */
import type { AnyActorLogic, AnyMachineSnapshot } from 'xstate';
import type { Json, JsonObject } from '../../events/event.ts';
import { logicOf } from '../machine/chart-reading.ts';
import type { RegisteredMachine } from '../machine/registered-machine.ts';
import { isMachine } from '../own/logic.ts';
import { NotKept, reviveOwn } from '../own/stepping.ts';
import { OwnSystem } from '../own/system.ts';
import {
  type ArmedTimer,
  type OwedWork,
  type TeamActor,
  type TeamState,
  timerKey,
} from './team-state.ts';

interface KeptActor {
  id: string;
  machine: string;
  snapshot: Json;
  status: TeamActor['status'];
  own?: {
    session: string;
    parent: string | null;
    sync: boolean;
    systemId: string | null;
    name: string;
    src: string | null;
  };
}

/** Throws when a machine is not registered, or when logic without a name would be needed. */
export function reviveState(
  json: JsonObject,
  machineOf: (name: string) => RegisteredMachine,
): TeamState {
  const { actors: kept, works, timers, heard, policies, ...rest } = json as any;
  if (works.some(({ logic }: OwedWork) => logic)) throw new NotKept('a work has no name');
  const { actors, system } = reviveActors(kept, machineOf);
  return {
    ...rest,
    actors,
    ...(system ? { system } : {}),
    works: new Map(works.map((work: OwedWork) => [work.id, work])),
    timers: new Map(timers.map((timer: ArmedTimer) => [timerKey(timer.actor, timer.timer), timer])),
    heard: new Map(Object.entries(heard)),
    policies: new Map(Object.entries(policies)),
  } as TeamState;
}

function reviveActors(
  kept: readonly KeptActor[],
  machineOf: (name: string) => RegisteredMachine,
): { actors: Map<string, TeamActor>; system: OwnSystem | undefined } {
  const actors = new Map<string, TeamActor>();
  const system = kept.some(({ own }) => own) ? new OwnSystem() : undefined;
  system?.look(actors);
  for (const actor of kept) actors.set(actor.id, placed(actor, actors, system, machineOf));
  // References stand first: contexts hold them.
  for (const { id, snapshot } of kept) {
    const actor = actors.get(id);
    if (!actor?.own || !system) continue;
    const { logic } = actor.own.ref;
    actor.snapshot = reviveOwn(snapshot, system, actor.own.ref, (src) =>
      namedLogic(logic, src),
    ) as AnyMachineSnapshot;
  }
  return { actors, system };
}

const namedLogic = (machine: AnyActorLogic, src: string): AnyActorLogic | undefined =>
  isMachine(machine) ? (logicOf(machine, src) as AnyActorLogic | undefined) : undefined;

function placed(
  { id, machine: name, snapshot, status, own }: KeptActor,
  actors: ReadonlyMap<string, TeamActor>,
  system: OwnSystem | undefined,
  machineOf: (name: string) => RegisteredMachine,
): TeamActor {
  if (!own || !system) {
    const machine = machineOf(name);
    return { id, machine, status, snapshot: machine.interpreter.revive(snapshot) };
  }
  const above = own.parent === null ? undefined : actors.get(own.parent);
  const machine = above ? childMachine(above, own.src, name) : machineOf(name);
  const ref = system.make(machine.machine, {
    id: own.name,
    session: own.session,
    parent: above?.own?.ref,
    src: own.src ?? undefined,
    systemId: own.systemId ?? undefined,
    sync: own.sync,
  });
  system.joined(ref, id);
  const { session, sync } = own;
  const place = { ref, session, parent: above?.id, sync, systemId: own.systemId ?? undefined };
  return { id, machine, status, snapshot: ref.getSnapshot() as AnyMachineSnapshot, own: place };
}

function childMachine({ machine }: TeamActor, src: string | null, name: string): RegisteredMachine {
  const logic = src === null ? undefined : namedLogic(machine.machine, src);
  if (!logic) throw new NotKept(`"${name}" runs logic that has no name`);
  return machine.childOf(logic, src);
}
