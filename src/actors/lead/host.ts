/**
 * A host leads teams that nobody leads: handed in and not begun, or left behind by a process that died. Any number
 * of hosts, on one machine or many, may work on one store; each has one runtime, and so one governor, for all of
 * the teams that it leads.
 *
 * Which host takes which team is decided by the team's lease, and, should that fail, by the epoch in its stream:
 * two that take one team at once are one leader and one that stands down.
 *
 * Invariants
 * 1. It leads at most `teamsMax` teams, and none whose lease another living process holds.
 * 2. A team that cannot be led (damaged, of another version) is left for `RETRY_MS`, and the others go on;
 *    one that failed because the store was away is looked at again with the next look.
 * 3. No team is taken before it is known that it has not ended; what is no team's is passed over.
 * 4. A child team is left to the leader of its parent.
 * 5. A team that another has taken is a team like any other: its place here is free, and it is taken again
 *    when nobody leads it any more.
 */
import type { TeamId } from '../../events/ids.ts';
import { StoreFailure } from '../../events/store.ts';
import { type Clock, systemClock } from '../clock.ts';
import type { Runtime } from '../runtime.ts';
import type { TeamResult } from '../team-result.ts';
import { isDeadHere, LedElsewhere } from './leases.ts';
import { UnfinishedTeams } from './unfinished.ts';

export interface HostOptions {
  /** Leads the teams; its `workersOf` chooses the workers of each. */
  runtime: Runtime;
  /** Most teams at once; default 8. */
  teamsMax?: number;
  clock?: Clock;
  onTaken?(team: TeamId): void;
  onEnded?(team: TeamId, result: TeamResult): void;
  /** Another leads the team now; this host has stood down. */
  onLost?(team: TeamId): void;
  /** A team could not be led, or its leading broke off; the same reason is told once. */
  onFailed?(team: TeamId, error: Error): void;
  /** It has heard of a team, whoever takes it. */
  onHeard?(team: TeamId): void;
  /** Another program writes into streams with teams' names: the first that was passed over, and why. */
  onPassedOver?(problem: string): void;
  /** It hears of no team any more, and nothing could mend that: end the process, and start another. */
  onDeaf?(error: Error): void;
}

export interface Host {
  /** Teams led right now. */
  readonly leading: readonly TeamId[];
  /** Stops taking teams and closes the runtime: what is under way is broken off, and where it stands is recorded. */
  close(): Promise<void>;
}

/** How often leases of unfinished teams are looked at, milliseconds. */
const LOOK_EVERY_MS = 1_000;
/** How long a team that could not be led is left alone. */
const RETRY_MS = 30_000;
const TEAMS_MAX = 8;
/** Teams that are looked at, or taken, at once. */
const AT_ONCE = 4;

export function startHost(options: HostOptions): Host {
  return new LeadingHost(options);
}

class LeadingHost implements Host {
  private readonly unfinished: UnfinishedTeams;
  /** The time before which a team is left alone, since it could not be led. */
  private readonly notBefore = new Map<TeamId, number>();
  private readonly toldReasons = new Map<TeamId, string>();
  private readonly led = new Set<TeamId>();
  private readonly taking = new Set<Promise<void>>();
  private readonly clock: Clock;
  private unwake: (() => void) | undefined;
  private looking: Promise<void> | undefined;
  private again = false;
  private closing = false;

  constructor(private readonly options: HostOptions) {
    this.clock = options.clock ?? systemClock;
    this.unfinished = new UnfinishedTeams({
      store: options.runtime.store,
      catalog: options.runtime.catalog,
      onSome: () => this.look(),
      onHeard: (team) => options.onHeard?.(team),
      onPassedOver: (problem) => options.onPassedOver?.(problem),
      onDeaf: (error) => options.onDeaf?.(error),
    });
  }

  get leading(): readonly TeamId[] {
    return [...this.led];
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
    const waiting = this.unfinished
      .offered()
      .filter((team) => (this.notBefore.get(team) ?? 0) <= now && !this.led.has(team));
    // Several at once: over a slow wire the teams of a dead host would else wait for each other.
    const takeSome = async () => {
      for (let next = waiting.shift(); next && this.hasRoom(); next = waiting.shift()) {
        if (!(await this.isLed(next)) && this.hasRoom()) this.beginToTake(next);
      }
    };
    await Promise.all(Array.from({ length: AT_ONCE }, takeSome));
  }

  private hasRoom(): boolean {
    if (this.closing || this.taking.size >= AT_ONCE) return false;
    return this.led.size < (this.options.teamsMax ?? TEAMS_MAX);
  }

  /** The next look does not wait for it: one team that is hard to take must not hold up the others. */
  private beginToTake(team: TeamId): void {
    const taken = this.take(team).finally(() => {
      this.taking.delete(taken);
      this.look();
    });
    this.taking.add(taken);
  }

  private async isLed(team: TeamId): Promise<boolean> {
    const lease = await this.options.runtime.store.leases
      ?.look(`team-${team}`)
      .catch(() => undefined);
    return lease !== undefined && !isDeadHere(lease.holder);
  }

  private async take(team: TeamId): Promise<void> {
    this.led.add(team);
    try {
      // Another may have ended it since; then there is nothing to take, and nothing to tell.
      if (await this.options.runtime.team(team).hasEnded()) {
        this.led.delete(team);
        this.unfinished.remove(team);
        return;
      }
      await this.options.runtime.resume(team);
      if (this.closing) return;
      this.options.onTaken?.(team);
      void this.follow(team);
    } catch (error) {
      this.drop(team, error);
    }
  }

  private async follow(team: TeamId): Promise<void> {
    try {
      const result = await this.options.runtime.ledToEnd(team);
      if (result) this.unfinished.remove(team);
      this.led.delete(team);
      if (result) this.options.onEnded?.(team, result);
      else this.options.onLost?.(team);
    } catch (error) {
      this.drop(team, error);
    }
    // There is room for another now.
    this.look();
  }

  private drop(team: TeamId, error: unknown): void {
    this.led.delete(team);
    if (this.closing || error instanceof LedElsewhere) return;
    const away = error instanceof StoreFailure && error.kind === 'unavailable';
    if (!away) this.notBefore.set(team, this.clock.now() + RETRY_MS);
    const reason = (error as Error).message;
    if (this.toldReasons.get(team) === reason) return;
    this.toldReasons.set(team, reason);
    this.options.onFailed?.(team, error as Error);
  }

  async close(): Promise<void> {
    if (this.closing) return;
    this.closing = true;
    this.unfinished.close();
    this.unwake?.();
    await this.options.runtime.close();
    await this.looking;
    await Promise.all(this.taking);
  }
}
