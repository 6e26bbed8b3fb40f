/**
 * What a machine's own invoked logic may know of the piece of work that it is: its idempotency key and which attempt
 * it is. The same logic under XState's own `createActor` is told that it is the first attempt of its actor.
 */
import type { AnyActorRef } from 'xstate';

export interface Activation {
  /** The same for every attempt of one wait, and of no other: what a remote service may know a request by. */
  readonly key: string;
  /** From 1; higher after a process ended while the work may have been under way. */
  readonly attempt: number;
}

const activations = new WeakMap<AnyActorRef, Activation>();

/** For logic that is about to be started as this actor. */
export function activate(self: AnyActorRef, activation: Activation): void {
  activations.set(self, activation);
}

/** To be asked by invoked logic of its `self`: `fromPromise(({ self }) => pay(activationOf(self).key))`. */
export function activationOf(self: AnyActorRef): Activation {
  return activations.get(self) ?? { key: self.id, attempt: 1 };
}
