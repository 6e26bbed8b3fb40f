/**
 * A machine that brings its own promise (`fromPromise` in its `setup`) needs no worker: the runtime runs that promise
 * and records what came of it, whole: its value, or the very thing that it threw. It is told its `activationOf(self)`
 * and, by XState's own `signal`, when nobody waits any more or the process ends; what it answers after that is nobody's.
 */
import { type AnyActorLogic, createActor, toPromise } from 'xstate';
import type { Json, JsonObject } from '../../events/event.ts';
import { sentenceOf } from '../../events/thrown.ts';
import { encode } from '../../events/value.ts';
import { WorkFailure } from '../worker.ts';
import { type Activation, activate } from './activation.ts';

interface OwnWork {
  readonly logic: unknown;
  readonly src: string;
  readonly input: unknown;
  readonly activation: Activation;
  readonly signal: AbortSignal;
}

/** Rejects with the signal's reason once it is aborted, else with a `WorkFailure`. */
export async function runOwnLogic(work: OwnWork): Promise<JsonObject> {
  const { logic, src, input, activation, signal } = work;
  const actor = createActor(logic as AnyActorLogic, {
    id: activation.key,
    input: input as never,
  });
  activate(actor, activation);
  let brokenOff = () => {};
  const aborted = new Promise<never>((_, reject) => {
    brokenOff = () => {
      // Rejected first: stopping the actor settles its promise, and that is no result.
      reject(signal.reason);
      actor.stop();
    };
  });
  signal.addEventListener('abort', brokenOff, { once: true });
  let output: unknown;
  try {
    signal.throwIfAborted();
    const done = toPromise(actor);
    actor.start();
    output = await Promise.race([aborted, done]);
  } catch (error) {
    if (signal.aborted || error instanceof WorkFailure) throw error;
    throw new WorkFailure('error', sentenceOf(error), { error: thrownOf(error) });
  } finally {
    signal.removeEventListener('abort', brokenOff);
  }
  return { output: encode(output, `the output of "${src}"`) };
}

/** The very value; what cannot be written down becomes an error that says what it was. */
function thrownOf(error: unknown): Json {
  try {
    return encode(error);
  } catch {
    return encode(new Error(sentenceOf(error)));
  }
}
