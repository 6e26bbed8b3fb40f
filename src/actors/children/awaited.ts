/** Something that is waited for, and can be given up: then nothing is left behind. */
import { type TeamId, teamStream } from '../../events/ids.ts';
import type { EventStore } from '../../events/store.ts';
import type { Clock } from '../clock.ts';
import { ENDS } from '../team-reader.ts';

export interface Awaited {
  readonly reached: Promise<unknown>;
  release(): void;
}

export function teamEnd(store: EventStore, id: TeamId): Awaited {
  let release = () => {};
  const reached = new Promise<void>((resolve) => {
    const subscription = store.subscribe({
      stream: teamStream(id),
      onEvents: (events) => {
        if (events.some(({ type }) => ENDS.has(type))) resolve();
      },
      // Whoever waits looks again in a while.
      onError: () => {},
    });
    release = () => subscription.close();
  });
  return { reached, release: () => release() };
}

export function abortOf(signal: AbortSignal): Awaited {
  let release = () => {};
  const reached = new Promise<void>((resolve) => {
    const aborted = () => resolve();
    if (signal.aborted) resolve();
    signal.addEventListener('abort', aborted, { once: true });
    release = () => signal.removeEventListener('abort', aborted);
  });
  return { reached, release: () => release() };
}

export function elapsed(clock: Clock, ms: number): Awaited {
  let release = () => {};
  const reached = new Promise<void>((resolve) => {
    release = clock.wake(clock.now() + ms, resolve);
  });
  return { reached, release: () => release() };
}

/** Resolves once the first of them is reached; those that are over are released by whoever made them. */
export const firstOf = (awaited: readonly Awaited[]): Promise<unknown> =>
  Promise.race(awaited.map(({ reached }) => reached));
