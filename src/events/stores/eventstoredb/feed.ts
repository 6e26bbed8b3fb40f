/**
 * The one subscription to `$all` that a store holds, however many listen to it.
 *
 * It starts with the first listener at the end there is then, and hands over every event after that, in
 * order. When it breaks, ends or falls silent while there is something to say, it is made anew after the
 * last position handed over, with growing pauses, for as long as the store is open.
 *
 * Invariants
 * 1. `position` is what was handed over or, by the server's word, looked at and not wanted. A checkpoint
 *    counts only when it is read, after the events before it were handed over.
 * 2. The end of the call is treated like an error.
 * 3. No timer of it keeps the process alive.
 */
import type streams from '@eventstore/db-client/generated/streams_pb.js';
import type { RawEvent } from '../../event.ts';
import type { StoreFailure } from '../../store.ts';
import { type Connection, pauseAfter, UNTIL_CLOSED, within } from './connection.ts';
import { OutOfTime, storeFailure, troubleOf } from './failure.ts';
import { type Filter, rawEvent, safeInteger, subscribeRequest } from './protocol.ts';
import type { Reader } from './reader.ts';
import { type ReadCall, type Wire, WireDisposed } from './wire.ts';

export interface FeedSink {
  hand(event: RawEvent): void;
  /** It could not be mended. */
  fail(failure: StoreFailure): void;
}

export class Feed {
  position = -1;
  #started: Promise<void> | undefined;
  #closed = false;
  /** The newest position that must come, and when that was learnt. */
  #owed = { position: -1, at: 0 };
  #heardAt = 0;
  /** How often the subscription was made. */
  subscriptions = 0;

  constructor(
    private readonly connection: Connection,
    private readonly reader: Reader,
    private readonly filter: Filter,
    private readonly sink: FeedSink,
  ) {}

  /** Resolves when every event after `position` will be handed over. */
  started(): Promise<void> {
    this.#started ??= this.#start();
    return this.#started;
  }

  async #start(): Promise<void> {
    try {
      this.position = await this.reader.end(UNTIL_CLOSED);
    } catch (error) {
      // The next listener tries again.
      this.#started = undefined;
      throw error;
    }
    void this.#keep();
  }

  /** Tells of an event, of a stream that the filter passes, that the feed has to hand over. */
  expect(position: number): void {
    if (position > this.#owed.position) this.#owed = { position, at: performance.now() };
  }

  close(): void {
    this.#closed = true;
  }

  async #keep(): Promise<void> {
    let failures = 0;
    while (!this.#closed && !this.connection.closed) {
      const subscriptions = this.subscriptions;
      let wire: Wire | undefined;
      try {
        wire = this.connection.wire();
        await this.#subscription(wire);
      } catch (error) {
        if (this.#closed || this.connection.closed) return;
        const trouble = troubleOf(error);
        if (trouble.kind === 'final') return this.#giveUp(error);
        if (wire && trouble.kind === 'reconnect') this.connection.replace(wire, trouble.leader);
      }
      failures = this.subscriptions > subscriptions ? 0 : failures + 1;
      await this.connection.pause(pauseAfter(failures), false);
    }
  }

  #giveUp(error: unknown): void {
    this.#started = undefined;
    this.sink.fail(storeFailure(error, 'subscribe to $all', this.connection.shown));
  }

  /** Listens until the call is over; always rejects. */
  async #subscription(wire: Wire): Promise<never> {
    const request = subscribeRequest(this.position < 0 ? 'start' : this.position, this.filter);
    const { timeoutMs } = this.connection.limits;
    const call = await within(wire.read(request), timeoutMs, 'a subscription');
    this.#heardAt = performance.now();
    try {
      return await this.#over(call);
    } finally {
      call.cancel();
    }
  }

  async #over(call: ReadCall): Promise<never> {
    let watch: NodeJS.Timeout | undefined;
    const over = new Promise<never>((_, reject) => {
      watch = setInterval(() => void this.#watch(reject), this.connection.limits.timeoutMs / 2);
      watch.unref();
      call.on('data', (answer: streams.ReadResp) => {
        try {
          this.#hear(answer);
        } catch (error) {
          reject(error);
        }
      });
      call.on('error', reject);
      call.on('end', () => reject(new WireDisposed('the server ended the subscription')));
    });
    return over.finally(() => clearInterval(watch));
  }

  #hear(answer: streams.ReadResp): void {
    this.#heardAt = performance.now();
    if (answer.hasConfirmation()) this.subscriptions++;
    const checkpoint = answer.getCheckpoint();
    if (checkpoint) {
      const position = safeInteger(checkpoint.getCommitPosition(), 'position');
      this.position = Math.max(this.position, position);
    }
    const message = answer.getEvent();
    if (!message?.hasEvent()) return;
    const event = rawEvent(message);
    // After a new beginning the server may repeat the event it was to begin after.
    if (event.position <= this.position) return;
    this.position = event.position;
    this.sink.hand(event);
  }

  /** Silence is right when there is nothing to say: so ask, and end the call when something was due. */
  async #watch(end: (error: Error) => void): Promise<void> {
    const { timeoutMs } = this.connection.limits;
    const now = performance.now();
    if (now - this.#heardAt < timeoutMs / 2) return;
    const { position, at } = this.#owed;
    if (position > this.position) {
      if (now - at < timeoutMs / 2) return;
      end(new OutOfTime(`the subscription was silent for ${timeoutMs / 2} ms`));
      return;
    }
    const newer = await this.#newer().catch(() => undefined);
    if (newer !== undefined) this.expect(newer);
  }

  /** The position of an event that has not come yet. */
  async #newer(): Promise<number | undefined> {
    const from = { position: this.position < 0 ? ('start' as const) : this.position };
    const shape = { from, count: 2, filter: this.filter };
    const events = await this.reader.page('look for newer events', shape, { patienceMs: 0 });
    return events.find((event) => event.position > this.position)?.position;
  }
}
