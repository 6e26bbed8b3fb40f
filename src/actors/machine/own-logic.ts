/**
 * A machine that brings its own promise (`fromPromise` in its `setup`) needs no worker: the runtime runs
 * that promise, once per activation, and records what came of it.
 */
import { type AnyActorLogic, createActor, toPromise } from 'xstate';
import type { Json, JsonObject } from '../../events/event.ts';
import { WorkFailure } from '../worker.ts';
import { logicOf, type RegisteredMachine } from './registration.ts';

export async function runOwnLogic(
  machine: RegisteredMachine,
  src: string,
  input: Json,
  signal: AbortSignal,
): Promise<JsonObject> {
  const actor = createActor(logicOf(machine.machine, src) as AnyActorLogic, {
    input: input as never,
  });
  const stop = () => actor.stop();
  signal.addEventListener('abort', stop, { once: true });
  const aborted = new Promise<never>((_, reject) => {
    signal.addEventListener(
      'abort',
      () => reject(new WorkFailure('cancelled', 'nobody waits any more')),
      { once: true },
    );
  });
  try {
    const done = toPromise(actor);
    actor.start();
    const output = await Promise.race([done, aborted]);
    return { output: (output === undefined ? null : JSON.parse(JSON.stringify(output))) as Json };
  } catch (error) {
    if (error instanceof WorkFailure) throw error;
    throw new WorkFailure('error', error instanceof Error ? error.message : String(error), {
      data: dataOf(error),
    });
  } finally {
    signal.removeEventListener('abort', stop);
  }
}

/** What a machine's `onError` may want to look at: what was thrown, as far as it is JSON. */
function dataOf(error: unknown): Json {
  try {
    return (JSON.parse(JSON.stringify(error)) ?? null) as Json;
  } catch {
    return null;
  }
}
