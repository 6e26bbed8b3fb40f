/**
 * A machine that brings its own promise (`fromPromise` in its `setup`) needs no worker: the runtime runs that
 * promise, and records what came of it, whole: its value, or the very thing that it threw.
 */
import { type AnyActorLogic, createActor, toPromise } from 'xstate';
import type { Json, JsonObject } from '../../events/event.ts';
import { sentenceOf } from '../../events/thrown.ts';
import { encode } from '../../events/value.ts';
import { WorkFailure } from '../worker.ts';

export async function runOwnLogic(
  logic: unknown,
  src: string,
  input: unknown,
  signal: AbortSignal,
): Promise<JsonObject> {
  const actor = createActor(logic as AnyActorLogic, { input: input as never });
  const stop = () => actor.stop();
  signal.addEventListener('abort', stop, { once: true });
  const aborted = new Promise<never>((_, reject) => {
    signal.addEventListener(
      'abort',
      () => reject(new WorkFailure('cancelled', 'nobody waits any more')),
      { once: true },
    );
  });
  let output: unknown;
  try {
    const done = toPromise(actor);
    actor.start();
    output = await Promise.race([done, aborted]);
  } catch (error) {
    if (error instanceof WorkFailure) throw error;
    throw new WorkFailure('error', sentenceOf(error), { error: thrownOf(error) });
  } finally {
    signal.removeEventListener('abort', stop);
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
