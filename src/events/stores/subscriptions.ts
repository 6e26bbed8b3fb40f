/**
 * All subscriptions of one store: one reader of what is new, fanned out to everyone who listens.
 *
 * The store announces what it has appended; where others append too it calls `catchUp`, and one read of
 * what is new serves all. Each subscription first reads the past for itself and then listens. While its
 * handler is busy nothing is kept for it: it is marked as behind and reads on from its cursor in the store
 * when the handler is done. So a slow subscriber delays nobody and costs no memory.
 *
 * Invariants
 * 1. `#position` is the last position fanned out; fanning out is in order, without gap.
 * 2. A subscriber's cursor is the last event handed over. It hands over only what is beyond its cursor.
 * 3. A subscriber reads the past only after `#position` is known, has then seen all that was fanned out
 *    before the read, and is marked as behind by what is fanned out during it. So there is no gap between
 *    past and present.
 * 4. What a handler throws ends its own subscription and touches no other.
 */
import type { RawEvent } from '../event.ts';
import type { StreamName } from '../ids.ts';
import type { ReadAllOptions, ReadOptions, SubscribeOptions, Subscription } from '../store.ts';

/** Events read at a time: small enough that others have their turn in between. */
const PAGE = 512;

/** What subscriptions need of the store they belong to. */
interface EventSource {
  read(stream: StreamName, options: ReadOptions): Promise<RawEvent[]>;
  readAll(options: ReadAllOptions): Promise<RawEvent[]>;
  /** The last position there is, -1 when there is none. */
  lastPosition(): Promise<number>;
  /** Lets others have their turn between two pages. */
  yieldTurn(): Promise<void>;
}

export class Subscriptions {
  readonly #source: EventSource;
  readonly #byStream = new Map<string, Set<Subscriber>>();
  readonly #everywhere = new Set<Subscriber>();
  #size = 0;
  #position: number | undefined;
  #located: Promise<void> = Promise.resolve();
  #catchingUp = false;
  #newer = false;

  constructor(source: EventSource) {
    this.#source = source;
  }

  get size(): number {
    return this.#size;
  }

  open(options: SubscribeOptions): Subscription {
    const subscriber = new Subscriber(options, this.#source, () => this.#remove(subscriber));
    this.#groupOf(options).add(subscriber);
    // Nobody follows while nobody listens: the first listener begins at the end there is now.
    if (this.#size++ === 0 && !this.#catchingUp) this.#located = this.#locate();
    void subscriber.start(this.#located);
    return subscriber;
  }

  async #locate(): Promise<void> {
    this.#position = undefined;
    this.#position = await this.#source.lastPosition();
  }

  /** Hands over what the store itself has just appended, unless others' events come before it. */
  announce(events: readonly RawEvent[]): void {
    if (this.#size === 0 || events.length === 0) return;
    if (this.#catchingUp || events[0]!.position !== (this.#position ?? Number.NaN) + 1)
      void this.catchUp();
    else this.#fanOut(events);
  }

  /** Reads what is new and fans it out. The one loop that reads for all. */
  async catchUp(): Promise<void> {
    this.#newer = true;
    if (this.#catchingUp) return;
    this.#catchingUp = true;
    try {
      await this.#located;
      let full = false;
      while (this.#size > 0 && (this.#newer || full)) {
        this.#newer = false;
        const page = await this.#source.readAll({ after: this.#position, limit: PAGE });
        this.#fanOut(page);
        full = page.length === PAGE;
        if (full) await this.#source.yieldTurn();
      }
    } catch (error) {
      this.fail(error as Error);
    } finally {
      this.#catchingUp = false;
    }
  }

  /** Ends all subscriptions with an error. */
  fail(error: Error): void {
    for (const subscriber of this.#all()) subscriber.fail(error);
  }

  /** Ends all subscriptions in silence. */
  close(): void {
    for (const subscriber of this.#all()) subscriber.close();
  }

  #all(): Subscriber[] {
    return [...this.#everywhere, ...[...this.#byStream.values()].flatMap((group) => [...group])];
  }

  #fanOut(events: readonly RawEvent[]): void {
    if (events.length === 0) return;
    this.#position = events[events.length - 1]!.position;
    for (const subscriber of this.#everywhere) subscriber.hear(events);
    if (this.#byStream.size === 0) return;
    const first = events[0]!.stream;
    if (events.every((event) => event.stream === first)) {
      this.#tell(first, events);
      return;
    }
    const streams = new Map<string, RawEvent[]>();
    for (const event of events) {
      if (!this.#byStream.has(event.stream)) continue;
      const group = streams.get(event.stream);
      if (group) group.push(event);
      else streams.set(event.stream, [event]);
    }
    for (const [stream, group] of streams) this.#tell(stream, group);
  }

  #tell(stream: string, events: readonly RawEvent[]): void {
    for (const subscriber of this.#byStream.get(stream) ?? []) subscriber.hear(events);
  }

  #groupOf({ stream }: SubscribeOptions): Set<Subscriber> {
    if (stream === undefined) return this.#everywhere;
    const group = this.#byStream.get(stream) ?? new Set();
    this.#byStream.set(stream, group);
    return group;
  }

  #remove(subscriber: Subscriber): void {
    const { stream } = subscriber.options;
    const group = stream === undefined ? this.#everywhere : this.#byStream.get(stream);
    if (!group?.delete(subscriber)) return;
    if (stream !== undefined && group.size === 0) this.#byStream.delete(stream);
    this.#size--;
  }
}

/** One subscription: `busy` while it reads or its handler works, `behind` when it missed something then. */
class Subscriber implements Subscription {
  readonly options: SubscribeOptions;
  readonly #source: EventSource;
  readonly #leave: () => void;
  /** A revision with `stream`, else a position. */
  #cursor = -1;
  #busy = true;
  #behind = false;
  #caughtUp = false;
  #closed = false;

  constructor(options: SubscribeOptions, source: EventSource, leave: () => void) {
    this.options = options;
    this.#source = source;
    this.#leave = leave;
  }

  close(): void {
    this.#closed = true;
    this.#leave();
  }

  fail(error: Error): void {
    if (this.#closed) return;
    this.close();
    try {
      if (!this.options.onError) throw error;
      this.options.onError(error);
    } catch (unheard) {
      throwUnheard(unheard);
    }
  }

  async start(located: Promise<void>): Promise<void> {
    const { stream, after, afterRevision } = this.options;
    try {
      if (stream !== undefined) this.#cursor = afterRevision ?? -1;
      else if (after === 'end') this.#cursor = await this.#source.lastPosition();
      else this.#cursor = after ?? -1;
      await located;
    } catch (error) {
      return this.fail(error as Error);
    }
    await this.#readOn();
  }

  /** Takes what has just been appended. Never waits. */
  hear(events: readonly RawEvent[]): void {
    const wanted = this.#wanted(events);
    if (wanted.length === 0) return;
    if (this.#busy) {
      this.#behind = true;
      return;
    }
    this.#busy = true;
    try {
      const working = this.#handOver(wanted);
      if (working) working.then(this.#resume, this.#fail);
      else this.#resume();
    } catch (error) {
      this.fail(error as Error);
    }
  }

  readonly #fail = (error: unknown): void => this.fail(error as Error);

  readonly #resume = (): void => {
    if (this.#behind) void this.#readOn();
    else this.#busy = false;
  };

  /** Reads from the cursor until nothing is missing. Waits for the store, the handler and its turn. */
  async #readOn(): Promise<void> {
    try {
      for (let more = true; more && !this.#closed; ) {
        this.#behind = false;
        const page = await this.#page();
        if (this.#closed) return;
        if (page.length > 0) await this.#handOver(page);
        if (page.length === PAGE) await this.#source.yieldTurn();
        more = page.length === PAGE || this.#behind;
      }
      if (this.#closed) return;
      this.#busy = false;
      if (this.#caughtUp) return;
      this.#caughtUp = true;
      this.options.onCaughtUp?.();
    } catch (error) {
      this.fail(error as Error);
    }
  }

  #page(): Promise<RawEvent[]> {
    const { stream, prefix } = this.options;
    return stream === undefined
      ? this.#source.readAll({ after: this.#cursor, limit: PAGE, prefix })
      : this.#source.read(stream, { from: this.#cursor + 1, limit: PAGE });
  }

  #wanted(events: readonly RawEvent[]): readonly RawEvent[] {
    const { stream, prefix } = this.options;
    const beyond = (event: RawEvent): boolean =>
      stream === undefined ? event.position > this.#cursor : event.revision > this.#cursor;
    if (!prefix) return beyond(events[0]!) ? events : events.filter(beyond);
    return events.filter((event) => event.stream.startsWith(prefix) && beyond(event));
  }

  #handOver(events: readonly RawEvent[]): void | Promise<void> {
    const last = events[events.length - 1]!;
    this.#cursor = this.options.stream === undefined ? last.position : last.revision;
    return this.options.onEvents(events);
  }
}

/** An error that nobody listens for is a defect of the program: it must not vanish. */
function throwUnheard(error: unknown): void {
  void Promise.reject(error);
}
