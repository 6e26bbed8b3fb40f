/**
 * Leases for a store that knows only streams: `lease-<name>` holds who has it and until when, and the
 * expected revision decides between rivals. Politeness, as all leases are: the fence is the epoch.
 *
 * Invariant: what cannot be read as a lease is none, and is written over by the next one.
 */
import { randomUUID } from 'node:crypto';
import type { NewEvent } from '../event.ts';
import type { StreamName } from '../ids.ts';
import {
  type EventStore,
  type Lease,
  type LeaseTable,
  NO_STREAM,
  RevisionConflict,
} from '../store.ts';

const RIVALS_MAX = 8;

interface LeaseStreamsOptions {
  now?: () => number;
  /** Told before the first write to a lease's stream, to keep it short, say. */
  prepare?: (stream: StreamName) => Promise<void>;
}

interface Known {
  revision: number;
  lease: Lease | undefined;
}

export class LeaseStreams implements LeaseTable {
  readonly #store: Pick<EventStore, 'append' | 'read'>;
  readonly #now: () => number;
  readonly #prepare: (stream: StreamName) => Promise<void>;
  /** What stood there when we last looked or wrote: a renewal need not read first. */
  readonly #known = new Map<StreamName, Known>();

  constructor(store: Pick<EventStore, 'append' | 'read'>, options: LeaseStreamsOptions = {}) {
    this.#store = store;
    this.#now = options.now ?? Date.now;
    this.#prepare = options.prepare ?? (async () => {});
  }

  async take(name: string, holder: string, ttlMs: number): Promise<Lease> {
    const stream = streamOf(name);
    const ours = this.#known.get(stream);
    let known = ours?.lease?.holder === holder ? ours : await this.#last(stream);
    for (let rivals = 0; ; rivals++) {
      const { lease } = known;
      if (lease && lease.holder !== holder && lease.expiresAt > this.#now()) return lease;
      const wanted = { holder, expiresAt: this.#now() + ttlMs };
      try {
        return await this.#write(stream, known.revision, wanted);
      } catch (error) {
        if (!(error instanceof RevisionConflict) || rivals >= RIVALS_MAX) throw error;
        known = await this.#last(stream);
      }
    }
  }

  async release(name: string, holder: string): Promise<void> {
    const stream = streamOf(name);
    for (let rivals = 0; rivals <= RIVALS_MAX; rivals++) {
      const { revision, lease } = await this.#last(stream);
      if (lease?.holder !== holder || lease.expiresAt <= this.#now()) return;
      try {
        await this.#write(stream, revision, { holder, expiresAt: 0 });
        return;
      } catch (error) {
        if (!(error instanceof RevisionConflict)) throw error;
      }
    }
  }

  async look(name: string): Promise<Lease | undefined> {
    const { lease } = await this.#last(streamOf(name));
    return lease && lease.expiresAt > this.#now() ? lease : undefined;
  }

  async #last(stream: StreamName): Promise<Known> {
    const [raw] = await this.#store.read(stream, { direction: 'backward', limit: 1 });
    const known = {
      revision: raw?.revision ?? NO_STREAM,
      lease: raw && leaseIn(raw.data),
    };
    this.#known.set(stream, known);
    return known;
  }

  async #write(stream: StreamName, expected: number, lease: Lease): Promise<Lease> {
    if (expected === NO_STREAM) await this.#prepare(stream);
    const event: NewEvent = {
      id: randomUUID(),
      type: 'lease.held',
      version: 1,
      data: JSON.stringify(lease),
      meta: JSON.stringify({ at: this.#now() }),
    };
    const { revision } = await this.#store.append(stream, [event], expected);
    this.#known.set(stream, { revision, lease });
    return lease;
  }
}

function leaseIn(text: string): Lease | undefined {
  try {
    const found: unknown = JSON.parse(text);
    if (typeof found !== 'object' || found === null) return undefined;
    const { holder, expiresAt } = found as Partial<Record<keyof Lease, unknown>>;
    const isLease = typeof holder === 'string' && typeof expiresAt === 'number';
    return isLease ? { holder, expiresAt } : undefined;
  } catch {
    return undefined;
  }
}

const streamOf = (name: string) => `lease-${name}` as StreamName;
