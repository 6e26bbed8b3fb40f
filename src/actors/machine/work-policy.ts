/**
 * How often a promise of a machine's own is tried, how long it is waited for, and how long between two attempts.
 *
 * Invariant: each further attempt is recorded before it is made, as `work.delayed`; a restart forgets none.
 */
import { WorkFailure } from '../worker.ts';

export interface WorkPolicy {
  /** Attempts in all; default 1. An attempt that a crash broke off counts. */
  readonly attempts?: number;
  /** Before the second attempt, milliseconds; default 1000. Each further one waits `factor` times as long. */
  readonly backoffMs?: number;
  /** Default 2. */
  readonly factor?: number;
  /** The longest wait between two attempts, milliseconds; default 60,000. */
  readonly backoffMaxMs?: number;
  /** An attempt that takes longer is broken off by its signal and fails as `timedOut`. */
  readonly timeoutMs?: number;
}

/** How long to wait after an attempt that failed, in milliseconds; undefined when it was the last. */
export function waitAfter(policy: WorkPolicy | undefined, attempt: number): number | undefined {
  const { attempts = 1, backoffMs = 1_000, factor = 2, backoffMaxMs = 60_000 } = policy ?? {};
  if (attempt >= attempts) return undefined;
  return Math.min(backoffMaxMs, backoffMs * factor ** (attempt - 1));
}

/** Why an attempt was broken off. */
export const timedOut = (src: string, timeoutMs: number): WorkFailure =>
  new WorkFailure('timedOut', `"${src}" did not answer within ${timeoutMs} ms`);
