/**
 * How long the machine kept this process waiting although it had something to do: other programs had the
 * cores. Takeovers are timed by a clock that does not stop for that, so a late one is judged with it.
 *
 * Source: Linux's /proc/self/schedstat, whose second number is the time that the main thread spent runnable
 * and not running, in nanoseconds. Elsewhere nothing is known, and nothing is taken off.
 */
import { readFileSync } from 'node:fs';

const EVERY_MS = 50;

export class KeptWaiting {
  /** The time of day, and all waiting until then, milliseconds. */
  readonly #samples: { at: number; waitedMs: number }[] = [];
  readonly #timer: NodeJS.Timeout;

  constructor() {
    this.#sample();
    this.#timer = setInterval(() => this.#sample(), EVERY_MS);
    this.#timer.unref();
  }

  /** Of the time between two times of day: rounded down to whole samples within it. */
  between(from: number, to: number): number {
    const within = this.#samples.filter(({ at }) => at >= from && at <= to);
    return Math.max(0, (within.at(-1)?.waitedMs ?? 0) - (within[0]?.waitedMs ?? 0));
  }

  stop(): void {
    clearInterval(this.#timer);
  }

  #sample(): void {
    this.#samples.push({ at: Date.now(), waitedMs: waitedMs() });
  }
}

function waitedMs(): number {
  try {
    return Number(readFileSync('/proc/self/schedstat', 'utf8').split(' ')[1]) / 1e6;
  } catch {
    return 0;
  }
}
