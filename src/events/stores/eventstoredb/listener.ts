/**
 * One subscription of the store: reads the past for itself, then hears the feed.
 *
 * What comes while its handler is busy waits in a queue; when that overflows it is dropped and read again.
 * So a slow handler delays nobody and holds a bounded number of events.
 *
 * Invariants
 * 1. The cursor is the last event handed over and handled: a revision with `stream`, else a position. Only
 *    what is beyond it is handed over, so nothing is told twice.
 * 2. Reading of the past begins after the feed has begun, and what the feed hands over meanwhile is
 *    queued: so there is no gap. With `stream` a gap would show in the revisions and is read.
 * 3. What a handler throws ends its own subscription and touches no other.
 * 4. On another log a subscription to all begins anew; one of a stream goes on where its last event still stands,
 *    and fails where it does not, as it does when its stream is deleted or a team's beginning is cut off.
 */
import type { RawEvent } from '../../event.ts';
import type { StreamName } from '../../ids.ts';
import { StoreFailure, type SubscribeOptions, type Subscription } from '../../store.ts';
import { UNTIL_CLOSED } from './connection.ts';
import type { Damage } from './damage.ts';
import type { Feed } from './feed.ts';
import type { Reader } from './reader.ts';
import type { Scan } from './scan.ts';

/** Events of one read of the past. */
const PAGE = 512;
/** Events that may wait for a busy handler. */
const QUEUE_MAX = 4096;

export interface ListenerSite {
  feed: Feed;
  reader: Reader;
  scan: Scan;
  damage: Damage;
  leave(): void;
}

export class Listener implements Subscription {
  #cursor = -1;
  /** Of a stream: the id at the cursor, as far as it was handed over. */
  #lastId: string | undefined;
  #queue: RawEvent[] = [];
  /** There may be events after the cursor that are not in the queue. */
  #behind = true;
  #working = true;
  #caughtUp = false;
  #closed = false;
  /** Position at which the log ends that takes the place of the one that was heard. */
  #anewAt: number | undefined;

  constructor(
    readonly options: SubscribeOptions,
    private readonly site: ListenerSite,
  ) {}

  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#queue = [];
    this.site.leave();
  }

  fail(error: Error): void {
    if (this.#closed) return;
    this.close();
    // An error that nobody listens for is a defect of the program: it must not vanish.
    if (!this.options.onError) void Promise.reject(error);
    else this.options.onError(error);
  }

  /** `end`: the position after which to begin, when that is the end. */
  async start(end?: Promise<number>): Promise<void> {
    const { stream, after, afterRevision } = this.options;
    try {
      if (stream !== undefined) this.#cursor = afterRevision ?? -1;
      else this.#cursor = end ? await end : typeof after === 'number' ? after : -1;
      await this.site.feed.started();
      await this.#work();
    } catch (error) {
      this.fail(error as Error);
    }
  }

  hear(event: RawEvent): void {
    const { prefix } = this.options;
    if (this.#closed || event.stream.startsWith('$')) return;
    if (prefix && !event.stream.startsWith(prefix)) return;
    if (this.#queue.length >= QUEUE_MAX) {
      this.#queue = [];
      this.#behind = true;
    }
    this.#queue.push(event);
    this.#wake();
  }

  /** The log is another one, which ends at `end`. */
  anew(end: number): void {
    this.#queue = [];
    this.#behind = true;
    this.#anewAt = end;
    this.#wake();
  }

  /** Somebody has deleted the stream, or cut something off it. */
  look(): void {
    const { stream } = this.options;
    if (stream !== undefined) this.#checked(stream).catch((error) => this.fail(error as Error));
  }

  async #checked(stream: StreamName): Promise<void> {
    const damage = await this.site.damage.of(stream, UNTIL_CLOSED);
    if (damage && !this.#closed) throw new StoreFailure(`${stream}: ${damage}`, 'deleted');
  }

  #wake(): void {
    if (this.#working) return;
    this.#working = true;
    this.#work().catch((error) => this.fail(error as Error));
  }

  /** Hands over until there is nothing left. Waits for the server and the handler. */
  async #work(): Promise<void> {
    while (!this.#closed) {
      if (this.#anewAt !== undefined) await this.#begin(this.#anewAt);
      else if (this.#behind) await this.#readOn();
      else if (this.#queue.length > 0) await this.#handOver(this.#queue.splice(0));
      else break;
    }
    this.#working = false;
    if (this.#closed || this.#caughtUp) return;
    this.#caughtUp = true;
    this.options.onCaughtUp?.();
  }

  async #begin(end: number): Promise<void> {
    this.#anewAt = undefined;
    const { stream, after } = this.options;
    if (stream !== undefined) return this.#stillThere(stream);
    this.#cursor = after === 'end' ? end : after !== undefined && after <= end ? after : -1;
    this.#caughtUp = false;
    this.options.onAnew?.();
  }

  async #stillThere(stream: StreamName): Promise<void> {
    if (this.#cursor < 0) return;
    const from = { stream, revision: this.#cursor };
    const doing = `read ${stream} again`;
    const [event] = await this.site.reader.events(doing, { from, count: 1 }, UNTIL_CLOSED);
    const isSame = event && (this.#lastId === undefined || event.id === this.#lastId);
    if (isSame && event.revision === this.#cursor) return;
    throw new StoreFailure(
      `${stream} is not what was heard: the log of the server is an older one, without revision ${this.#cursor} of it`,
      'unavailable',
    );
  }

  async #readOn(): Promise<void> {
    this.#behind = false;
    const { stream } = this.options;
    const found = await (stream === undefined ? this.#ofAll() : this.#ofStream(stream));
    if (this.#anewAt !== undefined) return;
    const missing = found.events.filter((event) => this.#place(event) > this.#cursor);
    if (missing.length > 0 && !this.#closed) await this.#hand(missing);
    if (found.more) this.#behind = true;
  }

  async #ofStream(stream: StreamName) {
    const shape = { from: { stream, revision: this.#cursor + 1 }, count: PAGE };
    const doing = `read ${stream} for a subscription`;
    const events = await this.site.reader.events(doing, shape, UNTIL_CLOSED);
    return { events, more: events.length >= PAGE };
  }

  async #ofAll() {
    const { prefix } = this.options;
    const filter = prefix ? { prefixes: [prefix] } : ('notSystem' as const);
    const { entries } = await this.site.scan.scan({
      doing: 'read all streams for a subscription',
      after: this.#cursor,
      filter,
      count: PAGE,
      patience: UNTIL_CLOSED,
    });
    return { events: entries.flatMap(({ event }) => event ?? []), more: entries.length >= PAGE };
  }

  async #handOver(queued: RawEvent[]): Promise<void> {
    const events = queued.filter((event) => this.#place(event) > this.#cursor);
    const [first] = events;
    if (!first) return;
    if (this.options.stream !== undefined && first.revision > this.#cursor + 1) {
      const last = this.#cursor;
      await this.#readOn();
      // Nothing there: the server no longer has what was before.
      if (this.#cursor === last) await this.#hand(events);
      else this.#queue.unshift(...events);
      return;
    }
    await this.#hand(events);
  }

  async #hand(events: RawEvent[]): Promise<void> {
    await this.options.onEvents(events);
    const last = events[events.length - 1];
    if (!last || this.#anewAt !== undefined) return;
    this.#cursor = this.#place(last);
    this.#lastId = last.id;
  }

  #place(event: RawEvent): number {
    return this.options.stream === undefined ? event.position : event.revision;
  }
}
