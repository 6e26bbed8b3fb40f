/**
 * The rest of a leader that has nothing to hear: until it is ended, or until a time. Whoever waits for the next change
 * is told of every one: when a rest begins, and when it is ended.
 */
import type { Clock } from '../clock.ts';

export class Rest {
  private wake: (() => void) | undefined;
  private waiting: (() => void)[] = [];

  constructor(private readonly clock: Clock) {}

  get isResting(): boolean {
    return this.wake !== undefined;
  }

  /** Resolves at that time, or when the rest is ended; without a time, then only. */
  until(at: number | undefined): Promise<void> {
    return new Promise((resolve) => {
      let unwake = () => {};
      this.wake = () => {
        unwake();
        this.wake = undefined;
        resolve();
      };
      if (at !== undefined) unwake = this.clock.wake(at, this.wake);
      this.tell();
    });
  }

  end(): void {
    this.wake?.();
    this.tell();
  }

  /** Resolves when a rest begins or is ended, also one that there is not. */
  next(): Promise<void> {
    return new Promise((resolve) => this.waiting.push(resolve));
  }

  private tell(): void {
    for (const resolve of this.waiting.splice(0)) resolve();
  }
}
