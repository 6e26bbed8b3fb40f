/**
 * The one subscription to `$all` that a store holds, however many listen to it.
 *
 * It starts with the first listener at the end there is then, and hands over every event after that, in
 * order. When it breaks, ends or falls silent while there is something to say, it is made anew, with growing
 * pauses, for as long as the store is open and it could succeed.
 *
 * It is always begun at the end of the log, which surely stands, and what lies between the position known and
 * that end is read: a subscription that is begun after a record that was scavenged passes over the next one.
 *
 * Invariants
 * 1. `position` is what was handed over or, by the server's word, looked at and not wanted. A checkpoint
 *    counts only when it is read, after the events before it were handed over.
 * 2. The end of the call is treated like an error, and no single record ends it.
 * 3. What hinders it is told; only what can never succeed is final.
 * 4. Each time it is made the log is compared with the one that was heard; another one is begun anew.
 * 5. No timer of it keeps the process alive.
 */
import type streams from '@eventstore/db-client/generated/streams_pb.js';
import { StoreFailure } from '../../store.ts';
import { type Connection, pauseAfter, UNTIL_CLOSED, within } from './connection.ts';
import { OutOfTime, storeFailure, troubleOf } from './failure.ts';
import { Hindrance } from './hindrance.ts';
import { Landmark } from './landmark.ts';
import { type Entry, type Filter, recordedEntry, subscribeRequest } from './protocol.ts';
import type { Reader } from './reader.ts';
import type { Scan } from './scan.ts';
import { type ReadCall, type Wire, WireDisposed } from './wire.ts';

export interface FeedSink {
  hand(entry: Entry): void;
  /** The log is another one: what was handed over may be there no more. */
  anew(end: number): void;
  /** It could not be mended. */
  fail(failure: StoreFailure): void;
}

interface FeedSite {
  connection: Connection;
  reader: Reader;
  scan: Scan;
  sink: FeedSink;
  /** Forgets what was remembered of the log. */
  forget(): void;
}

const FILTER: Filter = 'ours';
/** Entries of one read of what was missed. */
const PAGE = 512;
/** Looks for silence between two at the end of the log. */
const LOOK_EVERY = 4;
/** Entries that may wait until what was missed has been read. */
const WAITING_MAX = 4_096;

export class Feed {
  position = -1;
  #started: Promise<void> | undefined;
  #closed = false;
  #landmark: Landmark | undefined;
  /** The newest position that must come, and when that was learnt. */
  #owed = { position: -1, at: 0 };
  #heardAt = 0;
  #looks = 0;
  readonly #hindrance: Hindrance;
  /** How often the subscription was made. */
  subscriptions = 0;

  constructor(private readonly site: FeedSite) {
    const { tell, absence } = site.connection;
    this.#hindrance = new Hindrance(tell, absence);
  }

  /** Resolves when every event after `position` will be handed over. */
  started(): Promise<void> {
    this.#started ??= this.#start();
    return this.#started;
  }

  async #start(): Promise<void> {
    try {
      await this.#remember(await this.site.reader.last(UNTIL_CLOSED));
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
    this.#hindrance.close();
  }

  async #keep(): Promise<void> {
    const { connection } = this.site;
    let failures = 0;
    while (!this.#closed && !connection.closed) {
      const subscriptions = this.subscriptions;
      let wire: Wire | undefined;
      try {
        wire = connection.wire();
        await this.#subscription(wire);
      } catch (error) {
        if (this.#closed || connection.closed) return;
        const trouble = troubleOf(error);
        connection.hear(error);
        if (trouble.kind === 'final') return this.#giveUp(error);
        this.#hindrance.hindered(this.#failure(error).message);
        if (wire && trouble.kind === 'reconnect') connection.replace(wire, trouble.leader);
      }
      failures = this.subscriptions > subscriptions ? 0 : failures + 1;
      await connection.pause(pauseAfter(failures), false);
    }
  }

  #failure(error: unknown): StoreFailure {
    return storeFailure(error, 'hear what is new in $all', this.site.connection.shown);
  }

  #giveUp(error: unknown): void {
    this.#started = undefined;
    this.#hindrance.close();
    this.site.sink.fail(this.#failure(error));
  }

  /** Listens until the call is over; always rejects. */
  async #subscription(wire: Wire): Promise<never> {
    const { timeoutMs } = this.site.connection.limits;
    const request = subscribeRequest('end', FILTER);
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
    /** What comes before the missed has been read. */
    let waiting: streams.ReadResp[] | undefined = [];
    const over = new Promise<never>((_, reject) => {
      watch = setInterval(
        () => void this.#watch(reject),
        this.site.connection.limits.timeoutMs / 2,
      );
      watch.unref();
      call.on('data', (answer: streams.ReadResp) => {
        this.#heardAt = performance.now();
        if (answer.hasConfirmation())
          this.#missed().then(() => {
            for (const one of waiting ?? []) this.#hear(one);
            waiting = undefined;
            call.resume();
            this.subscriptions++;
            this.#hindrance.over('what is new in $all is heard again');
          }, reject);
        else if (!waiting) this.#hear(answer);
        else if (waiting.push(answer) > WAITING_MAX) call.pause();
      });
      call.on('error', reject);
      call.on('end', () => reject(new WireDisposed('the server ended the subscription')));
    });
    return over.finally(() => clearInterval(watch));
  }

  /** What was appended since `position`, now that all that comes is heard. */
  async #missed(): Promise<void> {
    const last = await this.site.reader.last();
    try {
      if (!(await this.#isSame(last))) return await this.#begin(last);
      await this.#readOn();
    } catch (error) {
      if (!isForeign(error)) throw error;
      await this.#begin(last);
    }
  }

  async #isSame(last: Entry | undefined): Promise<boolean> {
    if (!last) return this.position < 0;
    if (last.position < this.position) return false;
    const same = (await this.#landmark?.stands(this.site.reader)) ?? true;
    if (same) this.#landmark = new Landmark(last);
    return same;
  }

  async #readOn(): Promise<void> {
    for (let full = true; full; ) {
      const wanted = { doing: 'read what was missed', after: this.position, count: PAGE };
      const found = await this.site.scan.scan({ ...wanted, filter: FILTER });
      for (const entry of found.entries) this.#take(entry);
      this.position = Math.max(this.position, found.position);
      full = found.entries.length >= PAGE;
    }
  }

  async #begin(last: Entry | undefined): Promise<void> {
    const { connection, sink, forget } = this.site;
    connection.tell(
      `the log of ${connection.shown} is older than what was heard (a backup was restored, or another ` +
        `database stands there): it ends at ${last?.position ?? 'nothing'}, and ${this.position} was heard; ` +
        'everything is read anew',
    );
    forget();
    await this.#remember(last);
    sink.anew(this.position);
  }

  async #remember(last: Entry | undefined): Promise<void> {
    this.position = last?.position ?? -1;
    this.#landmark = last && new Landmark(last);
    this.#owed = { position: -1, at: 0 };
  }

  #hear(answer: streams.ReadResp): void {
    const checkpoint = Number(answer.getCheckpoint()?.getCommitPosition() ?? -1);
    if (Number.isSafeInteger(checkpoint)) this.position = Math.max(this.position, checkpoint);
    const message = answer.getEvent();
    const entry = message?.hasEvent() ? recordedEntry(message) : undefined;
    if (entry) this.#take(entry);
  }

  #take(entry: Entry): void {
    // What comes and what was missed overlap.
    if (entry.position <= this.position) return;
    this.position = entry.position;
    this.#landmark = new Landmark(entry);
    this.site.sink.hand(entry);
  }

  /** Silence is right when there is nothing to say: so ask, and end the call when something was due. */
  async #watch(end: (error: Error) => void): Promise<void> {
    const { timeoutMs } = this.site.connection.limits;
    void this.#lookAround();
    const now = performance.now();
    if (now - this.#heardAt < timeoutMs / 2) return;
    const { position, at } = this.#owed;
    if (position > this.position) {
      if (now - at < timeoutMs / 2) return;
      end(new OutOfTime(`the subscription was silent for ${timeoutMs / 2} ms`));
      return;
    }
    await this.#newer().then(
      (newer) => newer !== undefined && this.expect(newer),
      (error: unknown) => {
        if (isForeign(error)) end(new OutOfTime('the log is not the one that was heard'));
      },
    );
  }

  /** So that the log is known again also where nothing of ours was appended for long. */
  async #lookAround(): Promise<void> {
    if (++this.#looks % LOOK_EVERY !== 0) return;
    const last = await this.site.reader.last({ patienceMs: 0 }).catch(() => undefined);
    if (last && last.position >= this.position) this.#landmark = new Landmark(last);
  }

  /** The position of an event that has not come yet. */
  async #newer(): Promise<number | undefined> {
    const from = { position: this.position < 0 ? ('start' as const) : this.position };
    const shape = { from, count: 2, filter: FILTER };
    const patience = { patienceMs: 0 };
    const silentMs = this.site.connection.limits.timeoutMs / 4;
    const page = await this.site.reader.page('look for newer events', shape, patience, silentMs);
    return page.entries.find(({ position }) => position > this.position)?.position;
  }
}

/** The log has no record at the position that was heard. */
const isForeign = (error: unknown): boolean =>
  error instanceof StoreFailure && error.kind === 'foreign';
