/**
 * What a step of an actor of one's own does to the world, collected in the order in which XState would do it.
 *
 * Invariant: nothing is executed here. What a custom action does is kept to be run after the append.
 */
import type { Actor, AnyActorLogic, AnyActorRef, Snapshot } from 'xstate';
import { ACTION, ESCALATED, errorEvent } from '../machine/xstate-names.ts';

/** A reference to an actor: XState's own object, here an address. */
export type Ref = Actor<AnyActorLogic>;

export interface Told {
  type: string;
  [key: string]: unknown;
}

/** Whoever leads the team: hears what is said to references outside a step. */
export interface Channel {
  say(from: Ref, event: Told): void;
  tell(from: Ref | undefined, to: Ref, event: Told): void;
  /** A message for a live hand. */
  pass(to: Ref, event: Told): void;
}

/** Where what a step does goes to. */
export interface Surroundings {
  /** Effects of the step that runs now; undefined outside a step. */
  readonly effects: OwnEffect[] | undefined;
  readonly channel: Channel;
  readonly logger: (...args: unknown[]) => void;
}

export type OwnEffect =
  | { kind: 'say'; event: Told }
  /** An actor that was made in this step begins; `spawned` by an assignment, and not by an action. */
  | { kind: 'begin'; ref: Ref; spawned?: boolean }
  | { kind: 'stop'; ref: Ref }
  /** `to` is known at the end of the step: an actor may be named before it is made. */
  | { kind: 'tell'; to: () => AnyActorRef | undefined; event: Told }
  | {
      kind: 'arm';
      timer: string | undefined;
      event: Told;
      delayMs: number;
      to: () => AnyActorRef | undefined;
    }
  | { kind: 'disarm'; timer: string }
  /** Run once, after the append that records the turn. */
  | { kind: 'act'; name: string; run: () => unknown };

/** A step as it came out. `snapshot` is undefined where the step threw. */
export interface OwnStep {
  snapshot: Snapshot<unknown> | undefined;
  effects: OwnEffect[];
  failed: { thrown: unknown } | undefined;
}

interface Action {
  type: string;
  params?: any;
  info?: any;
  exec?: ((info: unknown, params: unknown) => unknown) | undefined;
}

/** The parts of XState's actor scope by which a step reaches the world. */
export function recorder(around: Surroundings, ref: Ref) {
  const say = (event: Told) => {
    if (around.effects) around.effects.push({ kind: 'say', event });
    else around.channel.say(ref, event);
  };
  return {
    // Only the start of an actor that `assign` has spawned comes this way.
    defer: (start: () => void) => start(),
    stopChild: (child: Ref) => around.effects?.push({ kind: 'stop', ref: child }),
    emit: say,
    logger: (...args: unknown[]) => around.logger(...args),
    actionExecutor: (action: Action) => {
      const effect = effectOf(action, ref, around);
      if (effect) around.effects?.push(effect);
    },
  };
}

function effectOf(action: Action, self: Ref, around: Surroundings): OwnEffect | undefined {
  const { type, params } = action;
  switch (type) {
    case ACTION.emit:
      return { kind: 'say', event: params.event };
    case ACTION.spawnChild:
      return params.actorRef && { kind: 'begin', ref: params.actorRef };
    case ACTION.stopChild:
      return params && { kind: 'stop', ref: params };
    case ACTION.raise:
      // Without a delay XState has already taken it within this step.
      return delayed(params, () => self);
    case ACTION.sendTo:
      return delayed(params, () => params.to) ?? told(params, self);
    case ACTION.cancel:
      return { kind: 'disarm', timer: String(params.sendId ?? params) };
    case ACTION.log:
      return { kind: 'act', name: 'log', run: () => logged(params, around) };
    default:
      return acted(action);
  }
}

function delayed(
  { event, id, delay }: { event: Told; id?: string; delay?: unknown },
  to: () => AnyActorRef | undefined,
): OwnEffect | undefined {
  if (typeof delay !== 'number') return undefined;
  return { kind: 'arm', timer: id, event, delayMs: delay, to };
}

function told(params: { to: AnyActorRef | undefined; event: Told }, self: Ref): OwnEffect {
  const { event } = params;
  const escalated = event.type === ESCALATED;
  return {
    kind: 'tell',
    // Read late: XState puts the actor in place of its name once it is made.
    to: () => params.to,
    event: escalated
      ? { type: errorEvent(self.id), error: event['data'], actorId: self.id }
      : event,
  };
}

function logged(
  { label, value }: { label?: unknown; value: unknown },
  { logger }: Surroundings,
): void {
  if (label) logger(label, value);
  else logger(value);
}

function acted({ type, params, info, exec }: Action): OwnEffect | undefined {
  if (typeof exec !== 'function') return undefined;
  return { kind: 'act', name: type, run: () => exec(info, params) };
}
