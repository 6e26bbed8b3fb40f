/**
 * Leave of the governor for the works of one led team.
 *
 * A turn is decided with what the governor would answer, which changes nothing. Once it is decided leave is
 * entered for, still before anything else can happen; it is held while the turn is appended, and given back
 * when the append fails. Whoever begins work claims the leave that is held for it.
 *
 * Invariants
 * 1. Deciding a turn takes nothing: a turn that is thrown away leaves the governor as it was.
 * 2. A permit is held here or has been claimed, and is given back exactly once on every way out.
 * 3. Governed work is never under way without a permit: where none is held, it is waited for.
 */
import type { Clock } from '../clock.ts';
import type { Entry, Governor, Outlook, Permit } from '../governor/governor.ts';
import type { OwedWork } from '../state/team-state.ts';
import type { Worker } from '../worker.ts';

interface PermitSite {
  readonly clock: Clock;
  readonly governor: Governor | undefined;
  workerOf(src: string): Worker | undefined;
}

export class Permits {
  private readonly held = new Map<string, Permit>();

  constructor(private readonly site: PermitSite) {}

  /** The governor's key, when there is a governor and the work is governed. */
  keyOf({ src, input }: OwedWork): string | undefined {
    return this.site.governor && this.site.workerOf(src)?.governedBy?.(input);
  }

  /** Undefined: the work is not governed. */
  enter(work: OwedWork, signal: AbortSignal): Entry | undefined {
    const key = this.keyOf(work);
    const { governor, clock } = this.site;
    return key === undefined ? undefined : governor?.enter(key, clock.now(), signal);
  }

  /** What one append asks for. */
  ask(): Asking {
    return new Asking(this, this.site);
  }

  hold(work: string, permit: Permit): void {
    this.held.set(work, permit);
  }

  claim(work: string): Permit | undefined {
    const permit = this.held.get(work);
    this.held.delete(work);
    return permit;
  }

  /** Waits for leave. Rejects as the governor does, or when the signal is aborted. */
  async waitFor(work: OwedWork, signal: AbortSignal): Promise<Permit | undefined> {
    for (;;) {
      const entry = this.enter(work, signal);
      if (entry === undefined) return undefined;
      if ('now' in entry) return entry.now;
      if ('soon' in entry) return entry.soon;
      if ('failed' in entry) throw entry.failed;
      await this.until(entry.until, signal);
    }
  }

  private until(at: number, signal: AbortSignal): Promise<void> {
    return new Promise((resolve) => {
      const done = () => {
        unwake();
        signal.removeEventListener('abort', done);
        resolve();
      };
      const unwake = this.site.clock.wake(at, done);
      signal.addEventListener('abort', done, { once: true });
    });
  }

  /** Gives back what is held for works that the caller does not vouch for. */
  giveBack(isWanted: (work: string) => boolean = () => false): void {
    for (const [work, permit] of this.held) {
      if (isWanted(work)) continue;
      this.held.delete(work);
      permit.leave('cancelled');
    }
  }
}

/** The leave that the turns of one append ask for. */
export class Asking {
  private readonly now: number;
  /** Works that were answered with `now` or a time, by their ids, with the key. */
  private readonly answered = new Map<string, OwedWork>();
  private readonly before = new Map<string, number>();
  private taken: string[] = [];

  constructor(
    private readonly permits: Permits,
    private readonly site: PermitSite,
  ) {
    this.now = site.clock.now();
  }

  /** Whether the start may be recorded beside the verdict. */
  look(work: OwedWork): Outlook {
    const key = this.permits.keyOf(work);
    const { governor } = this.site;
    if (key === undefined || !governor) return 'now';
    const before = this.before.get(key) ?? 0;
    const outlook = governor.look(key, this.now, before);
    if (outlook === 'later') return outlook;
    this.before.set(key, before + 1);
    this.answered.set(work.id, work);
    return outlook;
  }

  /** Takes what the decided turns record: called with their works, before anything else can happen. */
  take(works: Iterable<string>): void {
    if (this.answered.size === 0) return;
    for (const id of works) {
      const work = this.answered.get(id);
      if (!work) continue;
      this.answered.delete(id);
      const abort = new AbortController();
      const entry = this.permits.enter(work, abort.signal);
      if (entry && 'now' in entry) {
        this.permits.hold(id, entry.now);
        this.taken.push(id);
      } else {
        // A governor that keeps its word never comes here; if it does, the work waits for leave where it begins.
        abort.abort();
        if (entry && 'soon' in entry)
          entry.soon.then(
            (permit) => permit.leave('cancelled'),
            () => {},
          );
      }
    }
  }

  /** The append has failed: what was taken for it is free again. */
  giveBack(): void {
    for (const id of this.taken) this.permits.claim(id)?.leave('cancelled');
    this.taken = [];
  }
}
