/**
 * The teams that one runtime leads, and how its leading of them ended.
 *
 * Invariants
 * 1. One leader per team at a time, and one opening: whoever asks meanwhile gets the same.
 * 2. Whoever waits for the end of a leader is told, also when it never came to lead.
 */
import type { TeamId } from '../../events/ids.ts';
import type { Leader } from './leader.ts';
import type { LeaderEnd } from './leader-end.ts';

interface Led {
  readonly leader: Leader;
  readonly end: Promise<LeaderEnd>;
}

export class LedTeams {
  private readonly led = new Map<TeamId, Led>();
  private readonly ends = new Map<Leader, (end: LeaderEnd) => void>();
  /** Why a team that was led here could not go on, for whoever asks for its result later. */
  private readonly failures = new Map<TeamId, Error>();
  private readonly openings = new Map<TeamId, Promise<unknown>>();
  private closed = false;

  get(team: TeamId): Led | undefined {
    return this.led.get(team);
  }

  has(team: TeamId): boolean {
    return this.led.has(team);
  }

  teams(): IterableIterator<TeamId> {
    return this.led.keys();
  }

  failureOf(team: TeamId): Error | undefined {
    return this.failures.get(team);
  }

  /** Opens a team that is not led here; two that ask at once open it once. */
  async opened(team: TeamId, open: () => Promise<void>): Promise<void> {
    if (this.led.has(team)) return;
    const opening = this.openings.get(team) ?? open().finally(() => this.openings.delete(team));
    this.openings.set(team, opening);
    await opening;
  }

  /** Throws when the runtime was closed meanwhile: whoever were led now would never be left. */
  add(leader: Leader): void {
    this.alive();
    this.failures.delete(leader.team);
    const end = new Promise<LeaderEnd>((resolve) => this.ends.set(leader, resolve));
    this.led.set(leader.team, { leader, end });
  }

  /** It never came to lead: whoever waits for its end looks into the stream instead. */
  remove(leader: Leader): void {
    this.ended(leader, { kind: 'stoodDown', epoch: 0 });
  }

  ended(leader: Leader, end: LeaderEnd): void {
    if (end.kind === 'failed') this.failures.set(leader.team, end.error);
    this.ends.get(leader)?.(end);
    this.ends.delete(leader);
    if (this.led.get(leader.team)?.leader === leader) this.led.delete(leader.team);
  }

  alive(): void {
    if (this.closed) throw new Error('this runtime is closed');
  }

  /** Stops what is under way, and leads nothing any more. Resolves with the teams that were led. */
  async close(graceMs: number): Promise<readonly TeamId[]> {
    this.closed = true;
    const leading = [...this.led.keys()];
    await Promise.all([...this.led.values()].map(({ leader }) => leader.close(graceMs)));
    return leading;
  }
}
