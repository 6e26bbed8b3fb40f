/**
 * EventStoreDB behind the store port: one server or cluster, teams and workers on many machines.
 *
 * The store puts its parts together and keeps the port's promises; each part says its own. Appends go by
 * one call for all streams (`appender.ts`), reads by bounded pages (`reader.ts`), subscriptions by one feed
 * of `$all` fanned out (`feed.ts`, `listeners.ts`), and all over a connection that replaces what hangs
 * (`connection.ts`).
 *
 * It has no snapshots or read models: those are caches that another store or none can give. Leases are
 * streams of their own, kept short by the server; the fence is the epoch in the team's stream.
 *
 * Invariants beside those of the port
 * 1. No call waits longer than its patience and one attempt; a call that ended as `unavailable` may have been carried out,
 *    and trying the same attempt again is safe.
 * 2. One connection is enough: at most 64 reads, one append call and one subscription at a time.
 * 3. Credentials are in no message and not in `url`.
 */
import { randomUUID } from 'node:crypto';
import type { NewEvent, RawEvent } from '../../event.ts';
import type { StreamName } from '../../ids.ts';
import {
  ANY_REVISION,
  type Appended,
  type EventStore,
  type ExpectedRevision,
  type LeaseTable,
  NO_STREAM,
  type ReadAllOptions,
  type ReadOptions,
  type StreamHead,
  type SubscribeOptions,
  type Subscription,
} from '../../store.ts';
import { pageLimit, refuseUnfit } from '../attempt.ts';
import { LeaseStreams } from '../lease-streams.ts';
import { APPEND_BYTES_MAX, Appender } from './appender.ts';
import { Connection, UNTIL_CLOSED, within } from './connection.ts';
import { connectionTarget } from './connection-string.ts';
import { storeFailure } from './failure.ts';
import { Feed } from './feed.ts';
import { Listeners } from './listeners.ts';
import type { ReadShape } from './protocol.ts';
import { Reader } from './reader.ts';
import { StreamIndex } from './stream-index.ts';

/** Events that the server keeps of a lease. */
const LEASE_EVENTS_MAX = 8;

export interface EventStoreDbOptions {
  /** How long one attempt may be silent before the client is replaced. Default: 5,000 ms. */
  timeoutMs?: number;
  /** How long one call is tried again before it fails as `unavailable`. Default: 20,000 ms. */
  patienceMs?: number;
  /** How long opening tries to reach the server. Default: 5,000 ms. */
  openWithinMs?: number;
  /** Bytes of one append (data, metadata and type). Default: 1 MiB, as on the server. */
  appendBytesMax?: number;
}

/**
 * Opens `esdb://[user:password@]host[:port][,host…][?tls=…]` and makes sure that the server answers.
 * Throws `StoreFailure`: `fatal` for a string that cannot be used or a user who may not read `$all`,
 * `unavailable` when nobody answers.
 */
export async function openEventStoreDb(
  url: string,
  options: EventStoreDbOptions = {},
): Promise<EventStore> {
  const { timeoutMs = 5_000, patienceMs = 20_000, openWithinMs = 5_000 } = options;
  const connection = new Connection(connectionTarget(url), { timeoutMs, patienceMs });
  const store = new EventStoreDb(connection, options.appendBytesMax ?? APPEND_BYTES_MAX);
  try {
    await store.reach(openWithinMs);
  } catch (error) {
    await store.close();
    throw error;
  }
  return store;
}

class EventStoreDb implements EventStore {
  readonly url: string;
  readonly #connection: Connection;
  readonly #reader: Reader;
  readonly #appender: Appender;
  readonly #listeners = new Listeners();
  readonly #feed: Feed;
  readonly #index: StreamIndex;
  readonly leases: LeaseTable;
  /** Ends that are being looked for; see `subscribe`. */
  readonly #ends = new Set<Promise<number>>();
  #closing: Promise<void> | undefined;

  constructor(connection: Connection, appendBytesMax: number) {
    this.url = connection.shown;
    this.#connection = connection;
    this.#reader = new Reader(connection);
    this.#appender = new Appender(connection, this.#reader, appendBytesMax);
    this.#feed = new Feed(connection, this.#reader, 'notSystem', this.#listeners);
    this.#index = new StreamIndex(this.#reader);
    this.leases = new LeaseStreams(this, { prepare: (stream) => this.#keepShort(stream) });
  }

  async reach(patienceMs: number): Promise<void> {
    await this.#reader.end({ patienceMs });
  }

  async append(
    stream: StreamName,
    events: readonly NewEvent[],
    expected: ExpectedRevision,
  ): Promise<Appended> {
    refuseUnfit(stream, events, expected);
    this.#refuseClosed();
    if (this.#ends.size > 0) await this.#endsKnown(stream);
    const appended = await this.#appender.append(stream, events, expected);
    if (!stream.startsWith('$')) this.#feed.expect(appended.position);
    return appended;
  }

  async read(stream: StreamName, options: ReadOptions = {}): Promise<RawEvent[]> {
    const count = pageLimit(options.limit);
    this.#refuseClosed();
    const backward = options.direction === 'backward';
    const wanted = options.from ?? (backward ? 'end' : 0);
    if (backward && typeof wanted === 'number' && wanted < 0) return [];
    const revision = typeof wanted === 'number' ? Math.max(wanted, 0) : ('end' as const);
    const from = { stream, revision };
    return this.#reader.page(`read ${stream}`, { from, backward, count });
  }

  async readAll(options: ReadAllOptions = {}): Promise<RawEvent[]> {
    const limit = pageLimit(options.limit);
    this.#refuseClosed();
    const { after = -1, prefix } = options;
    // Reads are inclusive: the event at `after` comes again and is left out.
    const shape: ReadShape = {
      from: { position: after < 0 ? 'start' : after },
      count: after < 0 ? limit : limit + 1,
      filter: prefix ? { prefixes: [prefix] } : 'notSystem',
    };
    const events = await this.#reader.page('read all streams', shape);
    return events.filter((event) => event.position > after).slice(0, limit);
  }

  async head(stream: StreamName): Promise<number> {
    this.#refuseClosed();
    const shape: ReadShape = { from: { stream, revision: 'end' }, backward: true, count: 1 };
    const [last] = await this.#reader.page(`read the head of ${stream}`, shape);
    return last?.revision ?? NO_STREAM;
  }

  async streams(prefix: string): Promise<StreamHead[]> {
    this.#refuseClosed();
    return this.#index.streams(prefix);
  }

  subscribe(options: SubscribeOptions): Subscription {
    this.#refuseClosed();
    const atEnd = options.stream === undefined && options.after === 'end';
    return this.#listeners.open(options, this.#feed, this.#reader, atEnd ? this.#end() : undefined);
  }

  /** Of a lease only the last word counts: the server may forget the others. */
  async #keepShort(stream: StreamName): Promise<void> {
    const event = {
      id: randomUUID(),
      type: '$metadata',
      version: 1,
      data: JSON.stringify({ $maxCount: LEASE_EVENTS_MAX }),
      meta: '{}',
    };
    await this.append(`$$${stream}` as StreamName, [event], ANY_REVISION);
  }

  /** What this process appends after it has subscribed must come: so appends wait until the end is known. */
  #end(): Promise<number> {
    const end = this.#reader.end(UNTIL_CLOSED);
    const forget = () => void this.#ends.delete(end);
    this.#ends.add(end);
    end.then(forget, forget);
    return end;
  }

  async #endsKnown(stream: StreamName): Promise<void> {
    const known = Promise.allSettled(this.#ends);
    await within(known, this.#connection.limits.patienceMs, 'the end of $all').catch((error) => {
      throw storeFailure(error, `append to ${stream}`, this.url);
    });
    this.#refuseClosed();
  }

  close(): Promise<void> {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  async #close(): Promise<void> {
    this.#listeners.close();
    this.#feed.close();
    await this.#appender.idle();
    await this.#connection.close();
  }

  #refuseClosed(): void {
    if (this.#closing) throw this.#connection.closedFailure();
  }
}
