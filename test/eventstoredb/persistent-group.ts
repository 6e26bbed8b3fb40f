/**
 * One persistent subscription: a cursor over the log, and consumers that compete for what it finds.
 *
 * Invariants
 * 1. Each event is with one consumer at a time; it comes back when that one is gone, too slow or says so.
 * 2. An event that came back more than `retriesMax` times is parked.
 */
import type { EventLog, LogRecord } from './event-log.ts';
import type { RecordFilter } from './record-filter.ts';

export type NackAction = 'park' | 'retry' | 'skip' | 'stop';

export interface GroupSettings {
  messageTimeoutMs: number;
  retriesMax: number;
  /** 0: any number. */
  consumersMax: number;
  /** `dispatchToSingle` gives all to the first consumer, else they take turns. */
  strategy: 'dispatchToSingle' | 'roundRobin' | 'pinned';
}

/** Settled events between two that are saved. */
const UNSAVED_MAX = 10;

interface Delivery {
  record: LogRecord;
  retries: number;
}

interface Handed extends Delivery {
  timer: NodeJS.Timeout;
}

export interface Consumer {
  /** How many events it may hold. */
  slots: number;
  send(record: LogRecord, retries: number): void;
  drop(reason: string): void;
}

export class PersistentGroup {
  readonly parked: LogRecord[] = [];
  readonly #consumers = new Map<Consumer, Map<string, Handed>>();
  readonly #again: Delivery[] = [];
  /** Settled, and not yet saved as such: a crash forgets it. */
  readonly #settled: LogRecord[] = [];
  readonly #removeListener: () => void;
  /** Last record that was settled and before which all were. */
  totalHandled = 0;

  constructor(
    readonly log: EventLog,
    readonly source: string,
    readonly name: string,
    public settings: GroupSettings,
    readonly matches: RecordFilter,
    private cursor: number,
  ) {
    this.#removeListener = log.onAppended(() => this.#hand());
  }

  get consumerCount(): number {
    return this.#consumers.size;
  }

  get inFlight(): number {
    let count = 0;
    for (const handed of this.#consumers.values()) count += handed.size;
    return count;
  }

  /** False when there are as many consumers as there may be. */
  connect(consumer: Consumer): boolean {
    const { consumersMax } = this.settings;
    if (consumersMax > 0 && this.#consumers.size >= consumersMax) return false;
    this.#consumers.set(consumer, new Map());
    this.#hand();
    return true;
  }

  disconnect(consumer: Consumer): void {
    const handed = this.#consumers.get(consumer);
    if (!handed) return;
    this.#consumers.delete(consumer);
    for (const delivery of handed.values()) this.#giveBack(delivery);
    this.#hand();
  }

  ack(consumer: Consumer, id: string): void {
    const delivery = this.#take(consumer, id);
    if (delivery) {
      this.totalHandled++;
      this.#settled.push(delivery.record);
      if (this.#settled.length > UNSAVED_MAX) this.#settled.splice(0, UNSAVED_MAX);
    }
    this.#hand();
  }

  nack(consumer: Consumer, id: string, action: NackAction): void {
    const delivery = this.#take(consumer, id);
    if (!delivery) return;
    if (action === 'park') this.parked.push(delivery.record);
    if (action === 'retry') this.#retry(delivery);
    if (action === 'stop') consumer.drop('the consumer asked to stop');
    this.#hand();
  }

  replayParked(): void {
    for (const record of this.parked.splice(0)) this.#again.push({ record, retries: 0 });
    this.#hand();
  }

  close(reason: string): void {
    this.#removeListener();
    this.drop(reason);
  }

  /** All consumers are gone. What they held comes again, and the last that was settled, too. */
  drop(reason: string): void {
    for (const handed of this.#consumers.values())
      for (const { record } of handed.values()) this.#again.push({ record, retries: 0 });
    this.#again.push(...this.#settled.splice(0).map((record) => ({ record, retries: 0 })));
    this.#again.sort((a, b) => a.record.position - b.record.position);
    for (const [consumer, handed] of this.#consumers) {
      for (const { timer } of handed.values()) clearTimeout(timer);
      consumer.drop(reason);
    }
    this.#consumers.clear();
  }

  #take(consumer: Consumer, id: string): Delivery | undefined {
    const handed = this.#consumers.get(consumer);
    const delivery = handed?.get(id);
    if (!delivery) return undefined;
    clearTimeout(delivery.timer);
    handed?.delete(id);
    return delivery;
  }

  #giveBack({ record, retries, timer }: Handed): void {
    clearTimeout(timer);
    this.#retry({ record, retries });
  }

  #retry({ record, retries }: Delivery): void {
    if (retries >= this.settings.retriesMax) this.parked.push(record);
    else this.#again.push({ record, retries: retries + 1 });
  }

  #hand(): void {
    for (;;) {
      const consumer = this.#free();
      if (!consumer) return;
      const delivery = this.#again.shift() ?? this.#found();
      if (!delivery) return;
      const timer = setTimeout(() => {
        const late = this.#take(consumer, delivery.record.id);
        if (late) this.#retry(late);
        this.#hand();
      }, this.settings.messageTimeoutMs);
      timer.unref();
      const handed = this.#consumers.get(consumer)!;
      handed.set(delivery.record.id, { ...delivery, timer });
      // Turns: the consumer that was served goes to the end of the queue.
      if (this.settings.strategy !== 'dispatchToSingle') {
        this.#consumers.delete(consumer);
        this.#consumers.set(consumer, handed);
      }
      consumer.send(delivery.record, delivery.retries);
    }
  }

  #free(): Consumer | undefined {
    for (const [consumer, handed] of this.#consumers)
      if (handed.size < consumer.slots) return consumer;
    return undefined;
  }

  #found(): Delivery | undefined {
    while (this.cursor < this.log.records.length) {
      const record = this.log.records[this.cursor++]!;
      if (!record.scavenged && this.matches(record)) return { record, retries: 0 };
    }
    return undefined;
  }
}
