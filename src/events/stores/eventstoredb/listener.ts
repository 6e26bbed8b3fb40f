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
 */
import type { RawEvent } from '../../event.ts';
import type { SubscribeOptions, Subscription } from '../../store.ts';
import { UNTIL_CLOSED } from './connection.ts';
import type { Feed } from './feed.ts';
import type { ReadShape } from './protocol.ts';
import type { Reader } from './reader.ts';

/** Events of one read of the past. */
const PAGE = 512;
/** Events that may wait for a busy handler. */
const QUEUE_MAX = 4096;

export class Listener implements Subscription {
  #cursor = -1;
  #queue: RawEvent[] = [];
  /** There may be events after the cursor that are not in the queue. */
  #behind = true;
  #working = true;
  #caughtUp = false;
  #closed = false;

  constructor(
    readonly options: SubscribeOptions,
    private readonly feed: Feed,
    private readonly reader: Reader,
    private readonly leave: () => void,
  ) {}

  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#queue = [];
    this.leave();
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
      await this.feed.started();
      await this.#work();
    } catch (error) {
      this.fail(error as Error);
    }
  }

  hear(event: RawEvent): void {
    const { prefix } = this.options;
    if (this.#closed || (prefix && !event.stream.startsWith(prefix))) return;
    if (this.#queue.length >= QUEUE_MAX) {
      this.#queue = [];
      this.#behind = true;
    }
    this.#queue.push(event);
    if (this.#working) return;
    this.#working = true;
    this.#work().catch((error) => this.fail(error as Error));
  }

  /** Hands over until there is nothing left. Waits for the server and the handler. */
  async #work(): Promise<void> {
    while (!this.#closed) {
      if (this.#behind) await this.#readOn();
      else if (this.#queue.length > 0) await this.#handOver(this.#queue.splice(0));
      else break;
    }
    this.#working = false;
    if (this.#closed || this.#caughtUp) return;
    this.#caughtUp = true;
    this.options.onCaughtUp?.();
  }

  async #readOn(): Promise<void> {
    this.#behind = false;
    const events = await this.reader.page('read for a subscription', this.#shape(), UNTIL_CLOSED);
    const missing = events.filter((event) => this.#place(event) > this.#cursor);
    if (missing.length > 0 && !this.#closed) await this.#hand(missing);
    if (events.length >= PAGE) this.#behind = true;
  }

  #shape(): ReadShape {
    const { stream, prefix } = this.options;
    if (stream !== undefined) return { from: { stream, revision: this.#cursor + 1 }, count: PAGE };
    const position = this.#cursor < 0 ? 'start' : this.#cursor;
    // Reads are inclusive: the event at the cursor comes again.
    const filter = prefix ? { prefixes: [prefix] } : ('notSystem' as const);
    return { from: { position }, count: PAGE + 1, filter };
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
    this.#cursor = this.#place(events[events.length - 1]!);
  }

  #place(event: RawEvent): number {
    return this.options.stream === undefined ? event.position : event.revision;
  }
}
