/**
 * A process as its neighbours see it: it dies without a word, or stands still and wakes up. Its store, its
 * clock and its model client live and die with it, although all of them are in one process of the machine.
 *
 * Invariants
 * 1. Paused, nothing comes in and nothing goes out; what had gone out before has happened all the same.
 * 2. Dead, nothing of it is ever settled, fired or handed over again, and its connections are cut.
 */
import { type Clock, systemClock } from '../../src/actors/clock.ts';
import type { EventStore, SubscribeOptions, Subscription } from '../../src/events/store.ts';
import { LeaseStreams } from '../../src/events/stores/lease-streams.ts';
import type { ModelClient } from '../../src/hands/model/model-client.ts';

const NEVER = new Promise<never>(() => {});

export class Mortal {
  readonly store: EventStore;
  readonly clock: Clock;
  readonly #real: EventStore;
  readonly #died = new AbortController();
  readonly #timers = new Set<() => void>();
  #awake: Promise<void> = Promise.resolve();
  #wake: (() => void) | undefined;

  /** With a `leaseShare` below 1 its leases run out earlier, so that takeovers come sooner. */
  constructor(real: EventStore, leaseShare = 1) {
    this.#real = real;
    this.store = this.#storeOf(real, leaseShare);
    this.clock = {
      now: () => systemClock.now(),
      wake: (at, callback) => this.#timer(at, callback),
    };
  }

  get dead(): boolean {
    return this.#died.signal.aborted;
  }

  /** As `kill -9`. */
  die(): void {
    this.#died.abort(new Error('the process died'));
    for (const cancel of this.#timers) cancel();
    this.#timers.clear();
    void this.#real.close();
  }

  /** As SIGSTOP. */
  pause(): void {
    this.#awake = new Promise((resolve) => {
      this.#wake = resolve;
    });
  }

  /** As SIGCONT. */
  wake(): void {
    this.#wake?.();
    this.#wake = undefined;
  }

  clientOf(client: ModelClient): ModelClient {
    return {
      ...client,
      reply: (request, { signal, onText }) => {
        const until = AbortSignal.any([signal, this.#died.signal]);
        return this.#through(() => client.reply(request, { signal: until, onText }));
      },
    };
  }

  /** Goes out when the process is awake, and comes in when it is. */
  async #through<Result>(call: () => Promise<Result>): Promise<Result> {
    await this.#alive();
    const [outcome] = await Promise.allSettled([call()]);
    await this.#alive();
    if (outcome.status === 'rejected') throw outcome.reason;
    return outcome.value;
  }

  async #alive(): Promise<void> {
    await this.#awake;
    if (this.dead) await NEVER;
  }

  #timer(at: number, callback: () => void): () => void {
    if (this.dead) return () => {};
    const cancel = () => {
      stop();
      this.#timers.delete(cancel);
      cancelled = true;
    };
    let cancelled = false;
    const stop = systemClock.wake(at, () => {
      void this.#alive().then(() => {
        this.#timers.delete(cancel);
        if (!cancelled) callback();
      });
    });
    this.#timers.add(cancel);
    return cancel;
  }

  #storeOf(real: EventStore, leaseShare: number): EventStore {
    const leases = new LeaseStreams({
      append: (...args) => store.append(...args),
      read: (...args) => store.read(...args),
    });
    const store: EventStore = {
      url: real.url,
      append: (...args) => this.#through(() => real.append(...args)),
      read: (...args) => this.#through(() => real.read(...args)),
      readAll: (...args) => this.#through(() => real.readAll(...args)),
      head: (stream) => this.#through(() => real.head(stream)),
      streams: (prefix) => this.#through(() => real.streams(prefix)),
      subscribe: (options) => this.#subscribe(options),
      leases: {
        take: (name, holder, ttlMs) => leases.take(name, holder, ttlMs * leaseShare),
        release: (name, holder) => leases.release(name, holder),
        look: (name) => leases.look(name),
      },
      close: () => this.#through(() => real.close()),
    };
    return store;
  }

  #subscribe(options: SubscribeOptions): Subscription {
    let closed = false;
    const inside = async (told: () => void | Promise<void>) => {
      await this.#alive();
      if (!closed) await told();
    };
    const { onCaughtUp, onError } = options;
    const subscription = this.#real.subscribe({
      ...options,
      onEvents: (events) => inside(() => options.onEvents(events)),
      ...(onCaughtUp ? { onCaughtUp: () => void inside(onCaughtUp) } : {}),
      ...(onError ? { onError: (error) => void inside(() => onError(error)) } : {}),
    });
    return {
      close: () => {
        closed = true;
        subscription.close();
      },
    };
  }
}
