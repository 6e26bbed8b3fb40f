/**
 * EventStoreDB behind the store port: one server or cluster, teams and workers on many machines.
 *
 * The store puts its parts together and keeps the port's promises; each part says its own. Appends go by
 * one call for all streams (`appender.ts`), reads by bounded pages (`reader.ts`), reads of all through a filter
 * by strides (`scan.ts`), subscriptions by one feed of `$all` fanned out (`feed.ts`, `listeners.ts`), and all
 * over a connection that replaces what hangs and tells what it waits for (`connection.ts`).
 *
 * It has no snapshots; read models and how far the log was looked through are kept on this machine when a folder
 * is given (`kept.ts`). Leases are streams of their own, kept short by the server; the fence is the epoch in the
 * team's stream.
 *
 * Invariants beside those of the port
 * 1. No call waits longer than its patience and one attempt; a call that ended as `unavailable` may have been carried out,
 *    and trying the same attempt again is safe.
 * 2. One connection is enough: at most 64 reads, one append call and one subscription at a time.
 * 3. Credentials are in no message and not in `url`.
 * 4. A stream that was deleted, or whose beginning is gone, is told so and not read as if it were whole.
 */
import { randomUUID } from 'node:crypto';
import type { NewEvent, RawEvent } from '../../event.ts';
import type { StreamName } from '../../ids.ts';
import {
  type Appended,
  type EventStore,
  type ExpectedRevision,
  type LeaseTable,
  NO_STREAM,
  type ReadAllOptions,
  type ReadModelTable,
  type ReadOptions,
  RevisionConflict,
  StoreFailure,
  type StreamHead,
  type SubscribeOptions,
  type Subscription,
} from '../../store.ts';
import { pageLimit, refuseUnfit } from '../attempt.ts';
import { LeaseStreams } from '../lease-streams.ts';
import { Appender } from './appender.ts';
import { Connection, UNTIL_CLOSED, within } from './connection.ts';
import { connectionTarget } from './connection-string.ts';
import { Damage } from './damage.ts';
import { storeFailure } from './failure.ts';
import { Feed } from './feed.ts';
import type { Tell } from './hindrance.ts';
import { Kept } from './kept.ts';
import { Listeners } from './listeners.ts';
import type { Entry } from './protocol.ts';
import { Reader } from './reader.ts';
import { Scan } from './scan.ts';
import { filterOf, StreamIndex } from './stream-index.ts';

/** Events that the server keeps of a lease. */
const LEASE_EVENTS_MAX = 8;

export interface EventStoreDbOptions {
  /** How long one attempt may be silent before the client is replaced. Default: 5,000 ms. */
  timeoutMs?: number;
  /** How long one call is tried again before it fails as `unavailable`. Default: 20,000 ms. */
  patienceMs?: number;
  /** How long opening tries to reach the server. Default: 5,000 ms. */
  openWithinMs?: number;
  /** Bytes of one append (data, metadata and type). Default: 1 MiB, and the server is asked whether it takes teams. */
  appendBytesMax?: number;
  /** Where to keep what was read of the log, for the next process. Default: nowhere. */
  keepIn?: string | undefined;
  /** Told, in one line each, what the store waits for and that it is over. */
  onTrouble?: Tell | undefined;
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
  const tell = options.onTrouble ?? (() => {});
  const connection = new Connection(connectionTarget(url), { timeoutMs, patienceMs }, tell);
  const store = new EventStoreDb(connection, options);
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
  readonly #damage: Damage;
  readonly #scan: Scan;
  readonly #appender: Appender;
  readonly #listeners = new Listeners();
  readonly #feed: Feed;
  readonly #index: StreamIndex;
  readonly leases: LeaseTable;
  readonly readModels?: ReadModelTable;
  /** Ends that are being looked for; see `subscribe`. */
  readonly #ends = new Set<Promise<number>>();
  #closing: Promise<void> | undefined;

  constructor(connection: Connection, { appendBytesMax, keepIn }: EventStoreDbOptions) {
    this.url = connection.shown;
    this.#connection = connection;
    const reader = new Reader(connection);
    const kept = new Kept(reader, keepIn);
    const scan = new Scan(reader, kept);
    this.#reader = reader;
    this.#scan = scan;
    this.#damage = new Damage(reader);
    this.#appender = new Appender(connection, reader, this.#damage, appendBytesMax);
    this.#index = new StreamIndex(scan, kept);
    const forget = () => {
      kept.forget();
      this.#index.forget();
    };
    this.#feed = new Feed({ connection, reader, scan, sink: this.#listeners, forget });
    this.leases = new LeaseStreams(this, { prepare: (stream) => this.#keepShort(stream) });
    if (kept.lasts) this.readModels = kept;
  }

  async reach(patienceMs: number): Promise<void> {
    await this.#reader.last({ patienceMs });
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
    const events = await this.#reader.events(`read ${stream}`, { from, backward, count });
    if (!backward && typeof revision === 'number')
      await this.#damage.refuseGap(stream, revision, events);
    return events;
  }

  async readAll(options: ReadAllOptions = {}): Promise<RawEvent[]> {
    const limit = pageLimit(options.limit);
    this.#refuseClosed();
    const { prefix = '' } = options;
    const events: RawEvent[] = [];
    for (let after = options.after ?? -1; ; ) {
      const count = limit - events.length;
      const filter = filterOf(prefix);
      const found = await this.#scan.scan({ doing: 'read all streams', after, filter, count });
      if (prefix) await this.#index.learn(prefix, after, found);
      const isListed = ({ stream }: Entry) => stream.startsWith(prefix) && !stream.startsWith('$$');
      events.push(...found.entries.filter(isListed).flatMap(({ event }) => event ?? []));
      // Markers of deleted streams are no events: there may be more after them.
      if (found.entries.length < count || events.length >= limit) return events;
      after = found.position;
    }
  }

  /** Throws `StoreFailure` 'deleted' when there was such a stream. */
  async head(stream: StreamName): Promise<number> {
    this.#refuseClosed();
    const last = await this.#reader.lastOf(stream);
    if (last) return last.revision;
    const damage = stream.startsWith('team-') ? await this.#damage.ofMissing(stream) : undefined;
    if (damage) throw new StoreFailure(`${stream} in ${this.url}: ${damage}`, 'deleted');
    return NO_STREAM;
  }

  async streams(prefix: string): Promise<StreamHead[]> {
    this.#refuseClosed();
    return this.#index.streams(prefix);
  }

  subscribe(options: SubscribeOptions): Subscription {
    this.#refuseClosed();
    const atEnd = options.stream === undefined && options.after === 'end';
    const site = { feed: this.#feed, reader: this.#reader, scan: this.#scan, damage: this.#damage };
    return this.#listeners.open(options, site, atEnd ? this.#end() : undefined);
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
    try {
      await this.append(`$$${stream}` as StreamName, [event], NO_STREAM);
    } catch (error) {
      // Somebody has said something about it already.
      if (!(error instanceof RevisionConflict)) throw error;
    }
  }

  /** What this process appends after it has subscribed must come: so appends wait until the end is known. */
  #end(): Promise<number> {
    const end = this.#reader
      .last(UNTIL_CLOSED)
      .then((last: Entry | undefined) => last?.position ?? -1);
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
