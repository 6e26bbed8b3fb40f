/**
 * The store as one simulated process sees it: the world's disk behind a line that is slow, loses answers,
 * fails for a while, and is cut when the process dies.
 *
 * Invariants
 * 1. The port's contract holds: an append that is answered has been written, one that conflicts has not.
 * 2. What a process wrote before it died may stand on the disk; it never hears of it.
 */
import type { NewEvent, RawEvent } from '../../src/events/event.ts';
import type { StreamName } from '../../src/events/ids.ts';
import {
  type Appended,
  type EventStore,
  type ExpectedRevision,
  StoreFailure,
  type SubscribeOptions,
  type Subscription,
} from '../../src/events/store.ts';
import type { Process, World } from './world.ts';

export function openFaultyStore(world: World, process: Process): EventStore {
  const { store } = world.disk;
  /** Waits until the process runs; for a dead one for ever. */
  const running = <Value>(value: Value): Promise<Value> => world.whenRunning(process, value);
  const read = async <Value>(look: () => Promise<Value>): Promise<Value> => {
    await running(undefined);
    if (world.mishap('unreadable')) throw away('the read was not answered');
    return running(await look());
  };
  return {
    url: 'simulated:',
    append: (stream, events, expected) => append(world, process, stream, events, expected),
    read: (stream, options) => read(() => store.read(stream, options)),
    readAll: (options) => read(() => store.readAll(options)),
    head: (stream) => read(() => store.head(stream)),
    streams: (prefix) => read(() => store.streams(prefix)),
    subscribe: (options) => subscribe(world, process, options),
    ...(world.plan.snapshots
      ? {
          snapshots: {
            put: (...entry) => read(() => store.snapshots!.put(...entry)),
            get: (...key) => read(() => store.snapshots!.get(...key)),
          },
        }
      : {}),
    close: () => Promise.resolve(),
  };
}

const away = (what: string) =>
  new StoreFailure(`the simulated store: ${what}; ask again`, 'unavailable');

/** Two events of the world: the disk writes (or does not), and the process hears of it (or does not). */
function append(
  world: World,
  process: Process,
  stream: StreamName,
  events: readonly NewEvent[],
  expected: ExpectedRevision,
): Promise<Appended> {
  return new Promise((resolve, reject) => {
    const answer = (hear: () => void) =>
      world.happen({ process: process.id, what: 'answer', needs: 'running', run: hear });
    world.happen({
      process: process.id,
      what: 'write',
      needs: 'nothing',
      async run() {
        if (world.mishap('unwritten')) return answer(() => reject(away('nothing was written')));
        const lost = world.mishap('unanswered');
        try {
          const appended = await world.disk.append(process.id, stream, events, expected);
          if (lost) answer(() => reject(away('the answer was lost')));
          else if (world.mishap('slowAnswer')) answer(() => resolve(appended));
          else world.whenRunning(process, appended).then(resolve);
        } catch (error) {
          if ((error as Error).name === 'RevisionConflict') world.totals.conflicts += 1;
          world.whenRunning(process, error).then(reject);
        }
      },
    });
  });
}

/** Some batches are handed over twice, as by a broker that was not sure of the first time. */
function subscribe(world: World, process: Process, options: SubscribeOptions): Subscription {
  let before: readonly RawEvent[] = [];
  let closed = false;
  const subscription = world.disk.store.subscribe({
    ...options,
    async onEvents(events) {
      await world.whenRunning(process, undefined);
      if (closed) return;
      const again = before.length > 0 && world.mishap('duplicate');
      await options.onEvents(again ? [...before, ...events] : events);
      before = events;
      if (world.mishap('duplicate')) await options.onEvents(events);
    },
  });
  const close = () => {
    closed = true;
    subscription.close();
  };
  process.closing.push(close);
  return { close };
}
