/**
 * The disk of a simulated world: one memory store that outlives every process, and a copy of what stands in
 * it that can be looked at without waiting.
 *
 * Invariants
 * 1. `events` holds exactly what the store holds, in order of position, as soon as the append has happened.
 * 2. Whoever watches is told of each append once, with the process that wrote it, before its writer is.
 */
import type { NewEvent, RawEvent } from '../../src/events/event.ts';
import type { StreamName } from '../../src/events/ids.ts';
import type { Appended, EventStore, ExpectedRevision } from '../../src/events/store.ts';
import { openMemoryStore } from '../../src/events/stores/memory-store.ts';

export interface Disk {
  readonly store: EventStore;
  readonly events: readonly RawEvent[];
  /** Appends in the name of `writer`; rejects as the store does. */
  append(
    writer: number,
    stream: StreamName,
    events: readonly NewEvent[],
    expected: ExpectedRevision,
  ): Promise<Appended>;
}

export type Watcher = (writer: number, events: readonly RawEvent[]) => void;

export function createDisk(now: () => number, watch: Watcher): Disk {
  const store = openMemoryStore({ now });
  const events: RawEvent[] = [];
  return {
    store,
    events,
    async append(writer, stream, batch, expected) {
      const appended = await store.append(stream, batch, expected);
      const fresh = appended.position > events.length ? batch.length : 0;
      if (fresh === 0) return appended;
      const recorded = batch.map((event, i) => ({
        ...event,
        stream,
        revision: appended.revision - batch.length + 1 + i,
        position: appended.position - batch.length + 1 + i,
      }));
      events.push(...recorded);
      watch(writer, recorded);
      return appended;
    },
  };
}
