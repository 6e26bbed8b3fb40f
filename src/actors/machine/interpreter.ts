/**
 * Everything that knows how XState steps a machine; its names stand in `xstate-names.ts`.
 *
 * It steps a machine purely, through the machine's own `transition` with one kept, inert scope (several
 * times quicker than the public function, which builds a throw-away actor per call; a property test holds
 * that both say the same), and turns what XState returns as data into the runtime's words.
 *
 * Invariants
 * 1. A step runs no side effect: actions come back as data, and one that is not understood is refused by name.
 * 2. A snapshot that is unchanged is the same object: its actor was deaf to the event.
 * 3. An error is thrown as `MachineFailure`, whichever of XState's three ways it took.
 */
import { type AnyMachineSnapshot, type AnyStateMachine, createActor } from 'xstate';
import type { Json } from '../../events/event.ts';
import { armed } from './action-steps.ts';
import {
  type Effect,
  type HeardEvent,
  handedOver,
  MachineFailure,
  messageOf,
  type Step,
} from './effect.ts';
import { createStepper } from './stepper.ts';
import { ACTION, doneEvent, errorEvent } from './xstate-names.ts';

interface RawAction {
  type: string;
  params?: any;
}

export interface Interpreter {
  start(input: Json): Step;
  hear(snapshot: AnyMachineSnapshot, event: HeardEvent): Step;
  /** The awaited work `invoke` has come to `output`. */
  settle(snapshot: AnyMachineSnapshot, invoke: string, output: Json, at: Origin): Step;
  /** The awaited work `invoke` has failed. */
  fail(snapshot: AnyMachineSnapshot, invoke: string, error: Json, at: Origin): Step;
  /** JSON that `revive` turns back into an equal snapshot. */
  persist(snapshot: AnyMachineSnapshot): Json;
  revive(json: Json): AnyMachineSnapshot;
}

/** Revision and time of the event that is being heard. */
interface Origin {
  revision: number;
  at: number;
}

export function createInterpreter(machine: AnyStateMachine, name: string): Interpreter {
  const actions: RawAction[] = [];
  // Built through createActor once: it gives the scope the `self` and `system` that XState expects.
  const self = createActor(machine, { input: {} as never });
  const scope = {
    self,
    system: self.system,
    id: '',
    sessionId: '',
    // Only `spawn` within assign comes here while a step is resolved: nobody would know of that actor.
    defer() {
      throw new Error('it spawns an actor; wait for it with invoke, or let it join the team');
    },
    logger() {},
    stopChild() {},
    emit() {},
    actionExecutor: (action: RawAction) => {
      actions.push(action);
    },
  };
  const step = (run: () => AnyMachineSnapshot): Step => {
    actions.length = 0;
    let snapshot: AnyMachineSnapshot;
    try {
      snapshot = run();
    } catch (error) {
      throw new MachineFailure(`machine "${name}" threw: ${messageOf(error)}`, { cause: error });
    }
    if (snapshot.status === 'error') {
      throw new MachineFailure(
        `machine "${name}" failed in ${JSON.stringify(snapshot.value)}: ${messageOf(snapshot.error)}`,
        { cause: snapshot.error },
      );
    }
    return { snapshot, effects: actions.length === 0 ? NONE : effectsOf(actions, name) };
  };
  const quick = createStepper(machine, name, scope);
  const transition = (snapshot: AnyMachineSnapshot, event: HeardEvent) =>
    quick(snapshot, event) ??
    step(() => machine.transition(snapshot, event as never, scope as never));
  return {
    start: (input) => step(() => machine.getInitialSnapshot(scope as never, input as never)),
    hear: transition,
    settle: (snapshot, invoke, output, { revision, at }) =>
      transition(snapshot, {
        type: doneEvent(invoke),
        output,
        actorId: invoke,
        revision,
        at,
      }),
    fail: (snapshot, invoke, error, { revision, at }) => {
      const type = errorEvent(invoke);
      // XState would put an error nobody handles into the snapshot; asked first, it can be named better.
      return transition(snapshot, { type, error, actorId: invoke, revision, at });
    },
    persist: (snapshot) => {
      const bare = { ...snapshot, children: {} };
      const { children: _children, ...rest } = machine.getPersistedSnapshot(bare) as any;
      return JSON.parse(JSON.stringify({ ...rest, children: childrenOf(snapshot) })) as Json;
    },
    revive: (json) =>
      createActor(machine, { snapshot: json as never, input: {} as never }).getSnapshot(),
  };
}

const NONE: Effect[] = [];

/** Invoked children carry no state of ours: only what revives them under the same name. */
function childrenOf(snapshot: AnyMachineSnapshot) {
  const children: Record<string, unknown> = {};
  for (const [id, ref] of Object.entries(snapshot.children as Record<string, any>)) {
    if (ref)
      children[id] = {
        snapshot: { status: 'active', input: null },
        src: ref.src,
        syncSnapshot: false,
      };
  }
  return children;
}

function effectsOf(actions: readonly RawAction[], name: string): Effect[] {
  const effects: Effect[] = [];
  for (const { type, params } of actions) {
    switch (type) {
      case ACTION.emit:
        effects.push({ kind: 'say', event: params.event });
        break;
      case ACTION.spawnChild:
        if (typeof params.src !== 'string') {
          throw new MachineFailure(
            `machine "${name}" invokes inline logic as "${params.id}": name it in setup({ actors })`,
          );
        }
        effects.push({
          kind: 'owe',
          invoke: params.id,
          src: params.src,
          input: handedOver(params.input, name),
        });
        break;
      case ACTION.stopChild:
        effects.push({ kind: 'cancel', invoke: idOf(params) });
        break;
      case ACTION.raise:
        // Without a delay XState has already taken it within this step.
        if (typeof params.delay === 'number') {
          effects.push(armed(params.event, params.id, params.delay, name));
        }
        break;
      case ACTION.cancel:
        effects.push({ kind: 'disarm', timer: idOf(params) });
        break;
      case ACTION.assign:
        break;
      default:
        throw new MachineFailure(
          `machine "${name}" runs the action "${type}": a machine is pure here. ` +
            'Use invoke for what it waits for, emit for what it tells, after for how long, assign for what it remembers',
        );
    }
  }
  return effects;
}

function idOf(params: unknown): string {
  if (typeof params === 'string') return params;
  const { id, sendId, actorRef } = params as {
    id?: string;
    sendId?: string;
    actorRef?: { id: string };
  };
  return id ?? sendId ?? actorRef?.id ?? '';
}
