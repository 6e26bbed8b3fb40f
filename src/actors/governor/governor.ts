/**
 * What a process allows itself towards one provider key, whatever team asks: rate, concurrency, and a
 * circuit breaker. It lives outside the log and speaks through `work.delayed` and failures.
 */
import type { WorkFailure } from '../worker.ts';

/** Leave to begin; `leave` must be called exactly once with how it went. */
export interface Permit {
  /** `restMs`: how long the provider asks that nobody comes. */
  leave(outcome: 'ok' | 'failed' | 'cancelled', restMs?: number): void;
}

export type Entry =
  | { now: Permit }
  /** A place will be free when another leaves; aborting the signal gives it up. */
  | { soon: Promise<Permit>; reason: string }
  /** Not before this time (milliseconds since 1970): recorded as `work.delayed`. */
  | { until: number; reason: string }
  /** The circuit is open: recorded as the failure of the work. */
  | { failed: WorkFailure };

/** What `enter` would answer. `later`: it would let nobody in at once, and names no time. */
export type Outlook = 'now' | 'later' | { until: number; reason: string };

export interface Governor {
  enter(key: string, nowMs: number, signal: AbortSignal): Entry;
  /**
   * What `enter` would answer to the next one, were `before` others with an answer of `now` or a time entered first.
   * Changes nothing, so that a turn can be decided without anything having been taken for it.
   */
  look(key: string, nowMs: number, before: number): Outlook;
}
