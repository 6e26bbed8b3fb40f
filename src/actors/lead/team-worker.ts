/**
 * A worker leads teams that nobody leads: handed in and not begun, or left behind by a process that died.
 * Any number of workers, on one machine or many, may work on one store.
 *
 * Who takes which team is decided by the team's lease, and, should that fail, by the epoch in its stream:
 * two that take one team at once are one leader and one that stands down.
 *
 * Invariants
 * 1. It leads at most `teamsMax` teams, and none whose lease another living process holds.
 * 2. A team that cannot be led (damaged, of another version) is left for `RETRY_MS`, and the others go on;
 *    one that failed because the store was away is looked at again with the next look.
 * 3. Teams below another are left to the leader of that one.
 * 4. A team that another has taken is a team like any other: its place here is free, and it is taken again
 *    when nobody leads it any more.
 */
import type { RawEvent } from '../../events/event.ts';
import { type TeamId, teamOfStream } from '../../events/ids.ts';
import { type EventStore, StoreFailure, type Subscription } from '../../events/store.ts';
import { type Clock, systemClock } from '../clock.ts';
import type { Runtime } from '../runtime.ts';
import type { Formed } from '../state/team-state.ts';
import type { TeamResult } from '../team-handle.ts';
import { ENDS } from '../team-reader.ts';
import { isDeadHere, LedElsewhere } from './team-leases.ts';

interface TeamWorkerOptions {
  store: EventStore;
  /** A runtime set up as a team with these labels was formed: its model, its workspace, its grants. */
  runtimeFor(labels: Readonly<Record<string, string>>): Promise<Runtime>;
  /** Most teams at once; default 8. */
  teamsMax?: number;
  clock?: Clock;
  onTaken?(team: TeamId): void;
  onEnded?(team: TeamId, result: TeamResult): void;
  /** Another leads the team now; this worker has stood down. */
  onLost?(team: TeamId): void;
  /** A team could not be led, or its leading broke off. */
  onFailed?(team: TeamId, error: Error): void;
}

export interface TeamWorker {
  /** Teams led right now. */
  readonly leading: readonly TeamId[];
  /** Stops taking teams, breaks off what is under way, records where it stands. */
  close(): Promise<void>;
}

/** How often leases of unfinished teams are looked at, milliseconds. */
const LOOK_EVERY_MS = 1_000;
/** How long a team that could not be led is left alone. */
const RETRY_MS = 30_000;
const TEAMS_MAX = 8;
/** Teams that are looked at, or taken, at once. */
const HANDS = 4;

interface Unfinished {
  labels: Record<string, string>;
  /** Not before this time: it could not be led. */
  after: number;
}

export function startTeamWorker(options: TeamWorkerOptions): TeamWorker {
  return new Worker(options);
}

class Worker implements TeamWorker {
  private readonly unfinished = new Map<TeamId, Unfinished>();
  private readonly led = new Map<TeamId, Runtime | undefined>();
  private readonly taking = new Set<Promise<void>>();
  private readonly subscription: Subscription;
  private readonly clock: Clock;
  private unwake: (() => void) | undefined;
  private looking: Promise<void> | undefined;
  private again = false;
  private closing = false;

  constructor(private readonly options: TeamWorkerOptions) {
    this.clock = options.clock ?? systemClock;
    this.subscription = options.store.subscribe({
      prefix: 'team-',
      onEvents: (events) => this.note(events),
      onCaughtUp: () => this.look(),
      onError: (error) => options.onFailed?.('' as TeamId, error),
    });
  }

  get leading(): readonly TeamId[] {
    return [...this.led.keys()];
  }

  /** Keeps the list of unfinished teams; only what begins and ends a team is read. */
  private note(events: readonly RawEvent[]): void {
    let formed = false;
    for (const { stream, type, data } of events) {
      const team = teamOfStream(stream)!;
      if (ENDS.has(type)) this.unfinished.delete(team);
      if (type !== 'team.formed') continue;
      const { labels, parent } = JSON.parse(data) as Formed;
      if (parent) continue;
      this.unfinished.set(team, { labels, after: 0 });
      formed = true;
    }
    if (formed) this.look();
  }

  /** One look at a time; what is asked for in between is done afterwards. */
  private look(): void {
    if (this.closing) return;
    this.again = true;
    this.looking ??= this.lookAround().finally(() => {
      this.looking = undefined;
      if (this.again) this.look();
      else this.lookLater();
    });
  }

  private lookLater(): void {
    this.unwake?.();
    if (this.closing) return;
    this.unwake = this.clock.wake(this.clock.now() + LOOK_EVERY_MS, () => this.look());
  }

  private async lookAround(): Promise<void> {
    this.again = false;
    const now = this.clock.now();
    const waiting = [...this.unfinished].filter(
      ([team, { after }]) => after <= now && !this.led.has(team),
    );
    // Several at once: over a slow wire the teams of a dead worker would else wait for each other.
    const hand = async () => {
      for (let next = waiting.shift(); next && this.hasRoom(); next = waiting.shift()) {
        const [team, { labels }] = next;
        if (!(await this.isLed(team)) && this.hasRoom()) this.beginToTake(team, labels);
      }
    };
    await Promise.all(Array.from({ length: HANDS }, hand));
  }

  private hasRoom(): boolean {
    if (this.closing || this.taking.size >= HANDS) return false;
    return this.led.size < (this.options.teamsMax ?? TEAMS_MAX);
  }

  /** The next look does not wait for it: one team that is hard to take must not hold up the others. */
  private beginToTake(team: TeamId, labels: Record<string, string>): void {
    const taken = this.take(team, labels).finally(() => {
      this.taking.delete(taken);
      this.look();
    });
    this.taking.add(taken);
  }

  private async isLed(team: TeamId): Promise<boolean> {
    const lease = await this.options.store.leases?.look(`team-${team}`).catch(() => undefined);
    return lease !== undefined && !isDeadHere(lease.holder);
  }

  private async take(team: TeamId, labels: Record<string, string>): Promise<void> {
    this.led.set(team, undefined);
    let runtime: Runtime | undefined;
    try {
      runtime = await this.options.runtimeFor(labels);
      await runtime.resume(team);
      if (this.closing) return await runtime.close();
      this.led.set(team, runtime);
      this.options.onTaken?.(team);
      void this.follow(team, runtime);
    } catch (error) {
      await this.drop(team, runtime, error);
    }
  }

  private async follow(team: TeamId, runtime: Runtime): Promise<void> {
    try {
      const result = await runtime.ledToEnd(team);
      if (result) this.unfinished.delete(team);
      await runtime.close();
      this.led.delete(team);
      if (result) this.options.onEnded?.(team, result);
      else this.options.onLost?.(team);
    } catch (error) {
      await this.drop(team, runtime, error);
    }
    // There is room for another now.
    this.look();
  }

  private async drop(team: TeamId, runtime: Runtime | undefined, error: unknown): Promise<void> {
    await runtime?.close();
    this.led.delete(team);
    const entry = this.unfinished.get(team);
    if (this.closing || error instanceof LedElsewhere) return;
    const away = error instanceof StoreFailure && error.kind === 'unavailable';
    if (entry && !away) entry.after = this.clock.now() + RETRY_MS;
    this.options.onFailed?.(team, error as Error);
  }

  async close(): Promise<void> {
    if (this.closing) return;
    this.closing = true;
    this.subscription.close();
    this.unwake?.();
    await Promise.all([...this.led.values()].map((runtime) => runtime?.close()));
    await this.looking;
    await Promise.all(this.taking);
    await Promise.all([...this.led.values()].map((runtime) => runtime?.close()));
  }
}
