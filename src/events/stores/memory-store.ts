/**
 * The store for tests and simulation: everything in arrays, nothing durable.
 *
 * Deterministic: its core is synchronous, each call waits for exactly one microtask before it looks, there
 * are no timers and no chance, and the clock of the leases can be given. Calls take effect in their order.
 *
 * Invariants: those of the port. Events are frozen, so that no reader can change what has happened.
 */

import type { NewEvent, RawEvent } from '../event.ts';
import type { StreamName } from '../ids.ts';
import {
  type Appended,
  type EventStore,
  type ExpectedRevision,
  type Lease,
  type LeaseTable,
  NO_STREAM,
  type ReadAllOptions,
  type ReadModelTable,
  type ReadOptions,
  type SnapshotCache,
  StoreFailure,
  type StreamHead,
  type SubscribeOptions,
  type Subscription,
} from '../store.ts';
import { judge, pageLimit, refuseUnfit, refuseUnfitText } from './attempt.ts';
import { Subscriptions } from './subscriptions.ts';

export interface MemoryStoreOptions {
  /** Milliseconds since 1970, for the leases. Default: `Date.now`. */
  now?: () => number;
}

export function openMemoryStore(options: MemoryStoreOptions = {}): EventStore {
  return new MemoryStore(options.now ?? Date.now);
}

class MemoryStore implements EventStore {
  readonly url = 'memory:';
  readonly snapshots: SnapshotCache;
  readonly leases: LeaseTable;
  readonly readModels: ReadModelTable;
  /** By position, which counts from 1 as in the other stores. */
  readonly #events: RawEvent[] = [];
  readonly #streams = new Map<StreamName, RawEvent[]>();
  readonly #subscriptions: Subscriptions;
  readonly #turn = (): Promise<void> => this.#openTurn();
  #closed = false;

  constructor(now: () => number) {
    this.snapshots = new MemorySnapshots(this.#turn);
    this.leases = new MemoryLeases(this.#turn, now);
    this.readModels = new MemoryReadModels(this.#turn);
    this.#subscriptions = new Subscriptions({
      read: (stream, read) => this.read(stream, read),
      readAll: (read) => this.readAll(read),
      lastPosition: async () => this.#events.length || -1,
      yieldTurn: () => Promise.resolve(),
    });
  }

  async append(
    stream: StreamName,
    events: readonly NewEvent[],
    expected: ExpectedRevision,
  ): Promise<Appended> {
    refuseUnfit(stream, events, expected);
    await this.#turn();
    const past = this.#streams.get(stream) ?? [];
    const end = { head: past.length - 1, lastId: past.at(-1)?.id ?? '' };
    const verdict = judge(stream, events, expected, end, (revision, count) =>
      past.slice(revision, revision + count).map((event) => event.id),
    );
    if (verdict === 'repeat') {
      const last =
        past[(expected === 'any' ? end.head - events.length : expected) + events.length]!;
      return { revision: last.revision, position: last.position };
    }
    return this.#record(stream, past, events);
  }

  #record(stream: StreamName, past: RawEvent[], events: readonly NewEvent[]): Appended {
    const recorded = events.map(({ id, type, version, data, meta }, i) => {
      const revision = past.length + i;
      const position = this.#events.length + 1 + i;
      return Object.freeze({ id, stream, revision, position, type, version, data, meta });
    });
    for (const event of recorded) {
      past.push(event);
      this.#events.push(event);
    }
    this.#streams.set(stream, past);
    queueMicrotask(() => this.#subscriptions.announce(recorded));
    return { revision: past.length - 1, position: this.#events.length };
  }

  async read(stream: StreamName, options: ReadOptions = {}): Promise<RawEvent[]> {
    const limit = pageLimit(options.limit);
    await this.#turn();
    const past = this.#streams.get(stream) ?? [];
    if (options.direction !== 'backward') {
      const from = Math.max(options.from ?? 0, 0);
      return past.slice(from, from + limit);
    }
    const end = Math.min(options.from ?? past.length, past.length - 1) + 1;
    return end <= 0 ? [] : past.slice(Math.max(end - limit, 0), end).reverse();
  }

  async readAll(options: ReadAllOptions = {}): Promise<RawEvent[]> {
    const limit = pageLimit(options.limit);
    const { prefix = '' } = options;
    await this.#turn();
    const page: RawEvent[] = [];
    const first = Math.max(options.after ?? 0, 0);
    for (let i = first; i < this.#events.length && page.length < limit; i++) {
      const event = this.#events[i]!;
      if (event.stream.startsWith(prefix)) page.push(event);
    }
    return page;
  }

  async head(stream: StreamName): Promise<number> {
    await this.#turn();
    return this.#streams.get(stream)?.at(-1)?.revision ?? NO_STREAM;
  }

  async streams(prefix: string): Promise<StreamHead[]> {
    await this.#turn();
    return [...this.#streams]
      .filter(([stream]) => stream.startsWith(prefix))
      .map(([stream, past]) => ({ stream, revision: past.length - 1 }));
  }

  subscribe(options: SubscribeOptions): Subscription {
    if (this.#closed) throw closed();
    return this.#subscriptions.open(options);
  }

  async close(): Promise<void> {
    if (this.#closed) return;
    await Promise.resolve();
    this.#closed = true;
    this.#subscriptions.close();
  }

  /** The one microtask that every call waits for. */
  async #openTurn(): Promise<void> {
    if (this.#closed) throw closed();
    await Promise.resolve();
  }
}

const closed = (): StoreFailure =>
  new StoreFailure('the store memory: has been closed; open another', 'closed');

class MemorySnapshots implements SnapshotCache {
  readonly #turn: () => Promise<void>;
  readonly #bodies = new Map<string, Map<number, string>>();

  constructor(turn: () => Promise<void>) {
    this.#turn = turn;
  }

  async put(stream: StreamName, revision: number, code: string, body: string): Promise<void> {
    refuseUnfitText(body, `the snapshot of ${stream}`);
    await this.#turn();
    const key = JSON.stringify([stream, code]);
    const bodies = this.#bodies.get(key) ?? new Map<number, string>();
    this.#bodies.set(key, bodies.set(revision, body));
  }

  async get(
    stream: StreamName,
    revision: number,
    code: string,
  ): Promise<{ revision: number; body: string } | undefined> {
    await this.#turn();
    let newest: { revision: number; body: string } | undefined;
    for (const [at, body] of this.#bodies.get(JSON.stringify([stream, code])) ?? [])
      if (at <= revision && at >= (newest?.revision ?? 0)) newest = { revision: at, body };
    return newest;
  }
}

class MemoryLeases implements LeaseTable {
  readonly #turn: () => Promise<void>;
  readonly #now: () => number;
  readonly #leases = new Map<string, Lease>();

  constructor(turn: () => Promise<void>, now: () => number) {
    this.#turn = turn;
    this.#now = now;
  }

  async take(name: string, holder: string, ttlMs: number): Promise<Lease> {
    await this.#turn();
    const held = this.#inForce(name);
    if (held && held.holder !== holder) return { ...held };
    const lease = { holder, expiresAt: this.#now() + ttlMs };
    this.#leases.set(name, lease);
    return { ...lease };
  }

  async release(name: string, holder: string): Promise<void> {
    await this.#turn();
    if (this.#leases.get(name)?.holder === holder) this.#leases.delete(name);
  }

  async look(name: string): Promise<Lease | undefined> {
    await this.#turn();
    const held = this.#inForce(name);
    return held && { ...held };
  }

  #inForce(name: string): Lease | undefined {
    const held = this.#leases.get(name);
    return held && held.expiresAt > this.#now() ? held : undefined;
  }
}

class MemoryReadModels implements ReadModelTable {
  readonly #turn: () => Promise<void>;
  readonly #models = new Map<string, { position: number; body: string }>();

  constructor(turn: () => Promise<void>) {
    this.#turn = turn;
  }

  async load(name: string): Promise<{ position: number; body: string } | undefined> {
    await this.#turn();
    const kept = this.#models.get(name);
    return kept && { ...kept };
  }

  async save(name: string, position: number, body: string): Promise<void> {
    refuseUnfitText(body, `the read model ${name}`);
    await this.#turn();
    this.#models.set(name, { position, body });
  }
}
