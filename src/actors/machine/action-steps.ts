/**
 * What a chart names, made ready to run: actions that remember, say, wait and enqueue others, and guards. They do
 * what XState's own do, and say it in the runtime's words at once. An action that is none of these does not fit:
 * `stepper` leaves such a step to XState.
 *
 * Invariants
 * 1. An action sees what those before it have remembered; a guard sees the step as it stands when it is asked.
 * 2. Nothing is done: what a machine wants done is collected, in order.
 */
import type {
  AnyActorRef,
  AnyMachineSnapshot,
  AnyStateMachine,
  AnyTransitionDefinition,
} from 'xstate';
import { type Effect, type HeardEvent, handedOver, MachineFailure } from './effect.ts';
import { ACTION } from './xstate-names.ts';

type Context = AnyMachineSnapshot['context'];

/** A step that is under way. */
export interface Run {
  readonly effects: Effect[];
  /** Raised within the step, to be heard before it ends. */
  readonly raised: HeardEvent[];
  event: HeardEvent;
  context: Context;
  children: AnyMachineSnapshot['children'];
  /** How often something was remembered, or somebody began or ceased to wait. */
  changes: number;
  /** The snapshot as it stands: for what looks at more than the context. */
  standing(): AnyMachineSnapshot;
}

export type ActionStep = (run: Run) => void;
export type GuardStep = (run: Run) => boolean;

/** What actions and guards are given of the actor that runs them. */
export interface ActorSeen {
  readonly self: AnyActorRef;
  readonly system: AnyActorRef['system'];
}

/** It is not among what is known here: XState takes the step. */
export class Unfit extends Error {
  override readonly name = 'Unfit';
}

type Definition = AnyTransitionDefinition['actions'][number] | ((...given: never[]) => unknown);
type Given = { context: Context; event: HeardEvent } & ActorSeen & { [more: string]: unknown };

/** XState's own actions are functions that carry what they are to do. */
interface BuiltIn {
  (...given: never[]): unknown;
  type: string;
  resolve: unknown;
  assignment?: Expression | { [key: string]: unknown };
  event?: Expression | HeardEvent;
  id?: string;
  delay?: Expression | string | number;
  sendId?: Expression | string;
  collect?: Expression;
}

type Expression = (given: Given, params: unknown) => unknown;

const spawn = () => {
  throw new Unfit('it spawns');
};

const isBuiltIn = (action: unknown): action is BuiltIn =>
  typeof action === 'function' && 'resolve' in action;

export class ActionSteps {
  private readonly named = new Map<string, ActionStep>();
  private readonly guards = new Map<unknown, GuardStep>();
  /** What `enqueue` is filling. */
  private enqueued: ActionStep[] = [];
  private readonly enqueue = this.enqueuer();

  constructor(
    private readonly machine: AnyStateMachine,
    private readonly name: string,
    private readonly seen: ActorSeen,
  ) {}

  /** Throws `Unfit` for what is not known here. */
  action(definition: Definition): ActionStep {
    if (typeof definition === 'function') return this.built(definition, () => undefined);
    if (typeof definition === 'string') return this.byName(definition);
    const { type, params } = definition as { type: string; params?: unknown };
    return this.built(this.implemented(type), paramsOf(params));
  }

  /** The state that waits is entered. */
  wait({ id, src, input }: { id: string; src: unknown; input?: unknown }): ActionStep {
    const { machine, name } = this;
    const { self } = this.seen;
    if (typeof src !== 'string') throw new Unfit(`inline logic "${id}"`);
    if (!machine.implementations.actors[src]) throw new Unfit(`no logic "${src}"`);
    return (run) => {
      const { context, event } = run;
      const given = typeof input === 'function' ? input({ context, event, self }) : input;
      run.children = { ...run.children, [id]: { id, src } };
      run.changes += 1;
      run.effects.push({ kind: 'owe', invoke: id, src, input: handedOver(given, name) });
    };
  }

  /** The state that waits is left. */
  give(up: string): ActionStep {
    return (run) => {
      const { [up]: child, ...others } = run.children;
      if (!child) throw new Unfit(`nobody "${up}"`);
      run.children = others;
      run.changes += 1;
      run.effects.push({ kind: 'cancel', invoke: up });
    };
  }

  guard(definition: unknown): GuardStep {
    let guard = this.guards.get(definition);
    if (!guard) {
      guard = this.asked(definition, () => undefined);
      this.guards.set(definition, guard);
    }
    return guard;
  }

  private byName(name: string): ActionStep {
    let step = this.named.get(name);
    if (!step) {
      step = this.built(this.implemented(name), () => undefined);
      this.named.set(name, step);
    }
    return step;
  }

  private implemented(name: string): unknown {
    return this.machine.implementations.actions[name];
  }

  private built(action: unknown, params: (run: Run) => unknown): ActionStep {
    if (!isBuiltIn(action)) throw new Unfit('an action of the machine’s own');
    switch (action.type) {
      case ACTION.assign:
        return this.assign(action.assignment, params);
      case ACTION.emit:
        return this.emit(action.event, params);
      case ACTION.raise:
        return this.raise(action, params);
      case ACTION.cancel:
        return this.cancel(action.sendId, params);
      case ACTION.enqueue:
        return this.collect(action.collect, params);
      default:
        throw new Unfit(action.type);
    }
  }

  private given({ context, event }: Run): Given {
    const { self, system } = this.seen;
    return { context, event, self, system };
  }

  private assign(assignment: BuiltIn['assignment'], params: (run: Run) => unknown): ActionStep {
    const remembered = (run: Run): object => {
      const given: Given = { ...this.given(run), spawn };
      const more = params(run);
      if (typeof assignment === 'function') return (assignment(given, more) ?? {}) as object;
      const update: { [key: string]: unknown } = {};
      for (const [key, value] of Object.entries(assignment ?? {}))
        update[key] = typeof value === 'function' ? value(given, more) : value;
      return update;
    };
    return (run) => {
      if (!run.context) throw new Unfit('no context');
      run.context = { ...run.context, ...remembered(run) };
      run.changes += 1;
    };
  }

  private emit(event: BuiltIn['event'], params: (run: Run) => unknown): ActionStep {
    return (run) => {
      const said = typeof event === 'function' ? event(this.given(run), params(run)) : event;
      run.effects.push({ kind: 'say', event: said as HeardEvent });
    };
  }

  private raise({ event, id, delay }: BuiltIn, params: (run: Run) => unknown): ActionStep {
    if (typeof event === 'string') throw new Unfit('a raised name');
    return (run) => {
      const more = params(run);
      const given = this.given(run);
      const raised = (typeof event === 'function' ? event(given, more) : event) as HeardEvent;
      const named = typeof delay === 'string' ? this.machine.implementations.delays[delay] : delay;
      const delayMs: unknown =
        typeof named === 'function' ? named(given as never, more as never) : named;
      if (typeof delayMs !== 'number') run.raised.push(raised);
      else run.effects.push(armed(raised, id, delayMs, this.name));
    };
  }

  private cancel(sendId: BuiltIn['sendId'], params: (run: Run) => unknown): ActionStep {
    return (run) => {
      const timer = typeof sendId === 'function' ? sendId(this.given(run), params(run)) : sendId;
      run.effects.push({ kind: 'disarm', timer: timer === undefined ? '' : String(timer) });
    };
  }

  private collect(collect: BuiltIn['collect'], params: (run: Run) => unknown): ActionStep {
    if (!collect) throw new Unfit('nothing to collect');
    return (run) => {
      const { enqueue } = this;
      const steps: ActionStep[] = [];
      this.enqueued = steps;
      const check = (guard: unknown) => this.guard(guard)(run);
      collect({ ...this.given(run), enqueue, check }, params(run));
      for (const step of steps) step(run);
    };
  }

  /** What a machine is given to enqueue with. */
  private enqueuer() {
    const none = () => undefined;
    const put = (step: ActionStep) => void this.enqueued.push(step);
    const unfit = (what: string) => () => {
      throw new Unfit(`it enqueues ${what}`);
    };
    const enqueue = (action: Definition) => put(this.action(action));
    return Object.assign(enqueue, {
      assign: (assignment: BuiltIn['assignment']) => put(this.assign(assignment, none)),
      emit: (event: BuiltIn['event']) => put(this.emit(event, none)),
      raise: (event: BuiltIn['event'], options: object = {}) =>
        put(this.raise({ ...options, event } as BuiltIn, none)),
      cancel: (sendId: BuiltIn['sendId']) => put(this.cancel(sendId, none)),
      sendTo: unfit('sendTo'),
      sendParent: unfit('sendParent'),
      spawnChild: unfit('spawnChild'),
      stopChild: unfit('stopChild'),
    });
  }

  private asked(definition: unknown, params: (run: Run) => unknown): GuardStep {
    if (typeof definition === 'string')
      return this.asked(this.machine.implementations.guards[definition], params);
    if (typeof definition === 'object' && definition !== null && 'type' in definition) {
      const { type, params: own } = definition as { type: string; params?: unknown };
      return this.asked(this.machine.implementations.guards[type], paramsOf(own));
    }
    if (typeof definition !== 'function') throw new Unfit('a guard that is not implemented');
    if ('check' in definition) {
      const { check } = definition as { check: (...given: unknown[]) => boolean };
      return (run) => check(run.standing(), { context: run.context, event: run.event }, definition);
    }
    return (run) => definition({ context: run.context, event: run.event }, params(run));
  }
}

const paramsOf =
  (params: unknown) =>
  ({ context, event }: Run): unknown =>
    typeof params === 'function' ? params({ context, event }) : params;

/** A timer is known by its id; without one, by what it says. */
export function armed(
  event: HeardEvent,
  id: unknown,
  delayMs: number,
  machine: string,
): Effect & { kind: 'arm' } {
  const timer = typeof id === 'string' ? id : String(event.type);
  if (Number.isNaN(delayMs))
    throw new MachineFailure(
      `machine "${machine}" delays "${event.type}" by NaN: a delay is a number of milliseconds`,
    );
  const told = handedOver(event, machine);
  if (typeof told !== 'object' || told === null || Array.isArray(told))
    throw new Unfit('a raised thing that is no event');
  return { kind: 'arm', timer, event: told, delayMs };
}
