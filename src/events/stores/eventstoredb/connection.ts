/**
 * The way to the server: the wire in use, and another one when that is of no more use.
 *
 * Invariants
 * 1. Every call is made through `run`: it is tried again until it succeeds, fails for good, or `patienceMs`
 *    are over. What is tried again must be safe to repeat.
 * 2. A wire that hung or broke is replaced once, whoever notices first.
 * 3. Only a call that somebody awaits keeps the process alive.
 * 4. Nothing is waited for in silence: what keeps a call waiting for longer than 2 s is told, and that it is over.
 */
import { RevisionConflict, StoreFailure } from '../../store.ts';
import type { ConnectionTarget, Node } from './connection-string.ts';
import { OutOfTime, storeFailure, troubleOf } from './failure.ts';
import { Hindrance, type Tell } from './hindrance.ts';
import { Wire } from './wire.ts';

interface Limits {
  /** One attempt of one call, or silence within one. */
  timeoutMs: number;
  /** All attempts of one call together. */
  patienceMs: number;
}

/** How a call is tried again. */
export interface Patience {
  /** Default: as the connection's. */
  patienceMs?: number;
  /** False: nobody awaits it, so it does not keep the process alive while it pauses. */
  awaited?: boolean;
  /** What somebody else may mend (rights, a password) is waited for, too. */
  insists?: boolean;
}

/** For what goes on until the store is closed. */
export const UNTIL_CLOSED: Patience = {
  patienceMs: Number.POSITIVE_INFINITY,
  awaited: false,
  insists: true,
};

const PAUSE_FIRST_MS = 20;
const PAUSE_MAX_MS = 2_000;

export class Connection {
  #wire: Wire | undefined;
  #leader: Node | undefined;
  #closed = false;
  #isFirst = true;
  readonly #pauses = new Set<() => void>();
  readonly #disposals = new Set<Promise<void>>();
  /** Nobody answers. */
  readonly absence: Hindrance;

  constructor(
    private readonly target: ConnectionTarget,
    readonly limits: Limits,
    readonly tell: Tell,
  ) {
    this.absence = new Hindrance(tell);
  }

  get shown(): string {
    return this.target.shown;
  }

  get closed(): boolean {
    return this.#closed;
  }

  wire(): Wire {
    if (this.#closed) throw this.closedFailure();
    this.#wire ??= this.#newWire();
    return this.#wire;
  }

  #newWire(): Wire {
    try {
      return new Wire(this.target, this.#leader);
    } catch (cause) {
      if (!(cause instanceof StoreFailure) || this.#isFirst) throw cause;
      // The file of a certificate is being replaced, say: it was there before.
      throw new StoreFailure(cause.message, 'unavailable', { cause });
    } finally {
      this.#isFirst = false;
    }
  }

  /** Gives `wire` up, unless somebody else did. The next one goes to the `leader`, when that is known. */
  replace(wire: Wire, leader?: Node): void {
    if (wire !== this.#wire) return;
    this.#wire = undefined;
    this.#leader = leader;
    const disposal = wire.dispose().finally(() => this.#disposals.delete(disposal));
    this.#disposals.add(disposal);
  }

  /** `doing` is what the error says could not be done. `attempt` counts from 0. */
  async run<Result>(
    doing: string,
    call: (wire: Wire, attempt: number) => Promise<Result>,
    { patienceMs = this.limits.patienceMs, awaited = true, insists = false }: Patience = {},
  ): Promise<Result> {
    const until = performance.now() + patienceMs;
    const own = new Hindrance(this.tell, this.absence);
    try {
      for (let attempt = 0; ; attempt++) {
        let wire: Wire | undefined;
        try {
          wire = this.wire();
          const result = await call(wire, attempt);
          this.#answered();
          own.over(`could ${doing}`);
          return result;
        } catch (error) {
          if (this.#closed) throw this.closedFailure();
          const pauseMs = pauseAfter(attempt);
          const again = this.#again(error, wire, insists) && performance.now() + pauseMs <= until;
          this.hear(error);
          if (!again) throw isAnswer(error) ? error : storeFailure(error, doing, this.shown);
          this.#hinder(error, doing, own);
          await this.pause(pauseMs, awaited);
        }
      }
    } finally {
      own.close();
    }
  }

  /** Whether another attempt may do better; a wire that is of no more use is given up. */
  #again(error: unknown, wire: Wire | undefined, insists: boolean): boolean {
    const trouble = troubleOf(error);
    if (trouble.kind === 'reconnect' && wire) this.replace(wire, trouble.leader);
    return trouble.kind === 'mendable' ? insists : trouble.kind !== 'final';
  }

  #hinder(error: unknown, doing: string, own: Hindrance): void {
    const { message } = storeFailure(error, doing, this.shown);
    if (troubleOf(error).kind === 'mendable') own.hindered(message);
    else this.absence.hindered(message);
  }

  /** A refusal is an answer, too. */
  hear(error: unknown): void {
    const { kind } = troubleOf(error);
    const isRefusal = kind === 'final' || kind === 'mendable';
    if (isAnswer(error) || (isRefusal && !(error instanceof StoreFailure))) this.#answered();
  }

  #answered(): void {
    this.absence.over(`${this.shown} answers again`);
  }

  /** Waits, at most until the connection is closed. */
  pause(ms: number, keepAlive = true): Promise<void> {
    return new Promise((resolve) => {
      const done = () => {
        clearTimeout(timer);
        this.#pauses.delete(done);
        resolve();
      };
      const timer = setTimeout(done, ms);
      if (!keepAlive) timer.unref();
      this.#pauses.add(done);
    });
  }

  closedFailure(): StoreFailure {
    return new StoreFailure(`the store at ${this.shown} is closed; open it again`, 'closed');
  }

  async close(): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    this.absence.close();
    for (const done of [...this.#pauses]) done();
    const wire = this.#wire;
    this.#wire = undefined;
    // A server that hangs must not hold up the closing.
    const all = Promise.allSettled([wire?.dispose(), ...this.#disposals]);
    await within(all, this.limits.timeoutMs, 'close').catch(() => {});
  }
}

/** Longer after each failure, never in step with others. */
export function pauseAfter(attempt: number): number {
  const ms = Math.min(PAUSE_FIRST_MS * 2 ** attempt, PAUSE_MAX_MS);
  return ms / 2 + (Math.random() * ms) / 2;
}

/** Rejects with `OutOfTime` when `promise` takes longer. */
export async function within<Result>(
  promise: Promise<Result>,
  ms: number,
  what: string,
): Promise<Result> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new OutOfTime(`no answer to ${what} in ${ms} ms`)), ms);
  });
  try {
    return await Promise.race([promise, late]);
  } finally {
    clearTimeout(timer);
  }
}

/** Conflicts are answers, not failures. */
const isAnswer = (error: unknown): error is RevisionConflict => error instanceof RevisionConflict;
