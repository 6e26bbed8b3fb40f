/** Time, as the runtime sees it: what simulations replace. */
export interface Clock {
  /** Milliseconds since 1970. */
  now(): number;
  /** Calls back once, not before `at`; the returned function takes it back. */
  wake(at: number, callback: () => void): () => void;
}

/** setTimeout counts in 32 bits; a longer wait is taken in several steps. */
const STEP_MAX = 2 ** 31 - 1;

export const systemClock: Clock = {
  now: () => Date.now(),
  wake(at, callback) {
    let timer: NodeJS.Timeout;
    const wait = () => {
      const left = at - Date.now();
      timer = setTimeout(
        () => (at - Date.now() > 0 ? wait() : callback()),
        Math.min(Math.max(0, left), STEP_MAX),
      );
    };
    wait();
    return () => clearTimeout(timer);
  },
};

/** A clock that stands still until it is told to go on; callbacks run in order of their time. */
export class SimulatedClock implements Clock {
  private waiting: { at: number; order: number; callback: () => void }[] = [];
  private order = 0;
  constructor(private time = 0) {}

  now(): number {
    return this.time;
  }

  wake(at: number, callback: () => void): () => void {
    const entry = { at, order: this.order++, callback };
    this.waiting.push(entry);
    return () => {
      this.waiting = this.waiting.filter((other) => other !== entry);
    };
  }

  /** When the next callback is due, if any. */
  next(): number | undefined {
    return this.waiting.length === 0 ? undefined : Math.min(...this.waiting.map(({ at }) => at));
  }

  /** Moves time forward, running what is due on the way. */
  advanceTo(time: number): void {
    for (;;) {
      const due = this.waiting
        .filter(({ at }) => at <= time)
        .sort((a, b) => a.at - b.at || a.order - b.order)[0];
      if (!due) break;
      this.waiting = this.waiting.filter((entry) => entry !== due);
      this.time = Math.max(this.time, due.at);
      due.callback();
    }
    this.time = Math.max(this.time, time);
  }
}
