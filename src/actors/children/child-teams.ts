/**
 * Child teams: one for each piece of work whose effect is `attaching`. Each has its own stream; between parent and
 * child there is no transaction, and none is needed.
 *
 * Invariants
 * 1. A child's id follows from its parent and the activation (`child-id.ts`): beginning twice is beginning once.
 * 2. It may use what its parent has reserved for it and no more; depth counts up, correlation is that of all of them.
 * 3. Nobody waits any more: it is asked to stop, once, whoever asks again after a crash; and one that was never
 *    begun is ended before it begins, so that a slow process cannot begin it later.
 * 4. Work that had a child settles only with what the child's stream says at its end.
 * 5. A process that ends, or leads no longer, leaves a child alone.
 */
import type { Amount } from '../../events/amounts.ts';
import { type TeamId, teamId, teamStream } from '../../events/ids.ts';
import { type EventStore, NO_STREAM, RevisionConflict, StoreFailure } from '../../events/store.ts';
import type { Limits } from '../../events/words/team.ts';
import type { Clock } from '../clock.ts';
import type { OwedWork, TeamState } from '../state/team-state.ts';
import type { TeamHandle } from '../team-handle.ts';
import type { StartOptions } from '../team-plan.ts';
import { ENDS } from '../team-reader.ts';
import { type ChildEnd, type ChildPlan, StandingDown, WorkFailure } from '../worker.ts';
import { type Awaited, abortOf, elapsed, firstOf, teamEnd } from './awaited.ts';
import { childId } from './child-id.ts';
import { endOfChild } from './ended-child.ts';
import { askToStop } from './stop-request.ts';

/** A piece of work that starts a child team, and the state of the team that owes it. */
export interface ChildOrder {
  team: TeamId;
  work: OwedWork;
  state: TeamState;
  plan(): Promise<ChildPlan>;
  signal: AbortSignal;
}

interface ChildrenSite {
  readonly store: EventStore;
  readonly clock: Clock;
  start(options: StartOptions): Promise<unknown>;
  resume(id: TeamId): Promise<unknown>;
  team(id: TeamId): TeamHandle;
  /** Ends a team before it has begun; throws `RevisionConflict` when it exists. */
  withdraw(options: StartOptions, detail: string): Promise<void>;
  /** Another process leads it. */
  isLedElsewhere(error: unknown): boolean;
}

/** How long a child that is led elsewhere goes unlooked at, milliseconds. */
const LOOK_MS = 15_000;
const FAILURES_MAX = 6;
const RETRY_MS = 500;
const NOTHING: Amount = { tokens: 0, usd: 0 };

export class TeamChildren {
  private readonly closing = new AbortController();

  constructor(private readonly site: ChildrenSite) {}

  /**
   * Starts the child or attaches to it, and follows it to its end. What goes wrong here says nothing of the child: it
   * is tried again, and then counted as spent in full.
   */
  async run(order: ChildOrder): Promise<ChildEnd> {
    const id = childId(order.team, order.work.id);
    for (let failures = 1; ; failures++) {
      try {
        return await this.follow(order, id);
      } catch (error) {
        if (error instanceof WorkFailure) throw error;
        this.leaveAlone(order.signal);
        if (failures >= FAILURES_MAX)
          throw new WorkFailure('unreachable', `team ${id}: ${(error as Error).message}`, {
            spent: order.work.reserved,
          });
        const again = elapsed(this.site.clock, RETRY_MS * 2 ** failures);
        await this.first([again, abortOf(this.closing.signal)]);
      }
    }
  }

  /** A child that is led again: if its parent has ended meanwhile, it is asked to stop. */
  async lookUp(child: TeamId, parent: { team: string; work: string } | undefined): Promise<void> {
    if (!parent) return;
    const above = teamId(parent.team);
    if (!(await this.exists(above)) || !(await this.hasEnded(above))) return;
    await askToStop(this.site.store, this.site.clock, child, above);
  }

  /** Leaves all children alone from now on. */
  close(): void {
    this.closing.abort();
  }

  private async follow(order: ChildOrder, id: TeamId): Promise<ChildEnd> {
    const { store, clock } = this.site;
    const { signal } = order;
    const ended = teamEnd(store, id);
    const stop = abortOf(signal);
    const left = abortOf(this.closing.signal);
    try {
      if (!(await this.exists(id))) await this.begin(order, id);
      for (let asked = false; !(await this.hasEnded(id)); ) {
        this.leaveAlone(signal);
        if (signal.aborted && !asked) {
          await askToStop(store, clock, id, order.team);
          asked = true;
        }
        await this.unlessLedElsewhere(this.site.resume(id));
        const look = elapsed(clock, LOOK_MS);
        await firstOf([ended, left, look, ...(asked ? [] : [stop])]);
        look.release();
      }
      return await endOfChild(this.site.team(id));
    } finally {
      for (const awaited of [ended, stop, left]) awaited.release();
    }
  }

  private async begin(order: ChildOrder, id: TeamId): Promise<void> {
    if (order.signal.aborted) {
      const before = 'nobody waited for it any more before it began';
      const options = await optionsOf(this.site, order, id, WITHDRAWN);
      await this.site.withdraw(options, before).catch(unlessThere);
      return;
    }
    const options = await optionsOf(this.site, order, id, await planned(order));
    await this.unlessLedElsewhere(this.site.start(options)).catch((error) => {
      throw error instanceof RangeError ? neverBegun(error) : error;
    });
  }

  private async unlessLedElsewhere(leading: Promise<unknown>): Promise<void> {
    await leading.catch((error) => {
      if (!this.site.isLedElsewhere(error)) throw error;
    });
  }

  private async first(awaited: readonly Awaited[]): Promise<void> {
    await firstOf(awaited);
    for (const one of awaited) one.release();
  }

  private async exists(id: TeamId): Promise<boolean> {
    return (await this.site.store.head(teamStream(id))) !== NO_STREAM;
  }

  private async hasEnded(id: TeamId): Promise<boolean> {
    const [last] = await this.site.store.read(teamStream(id), { direction: 'backward', limit: 1 });
    return last !== undefined && ENDS.has(last.type);
  }

  /** A process that ends or leads no longer does nothing more for a child, and nothing against it. */
  private leaveAlone(signal: AbortSignal): void {
    if (this.closing.signal.aborted) throw new StandingDown('the process is closing');
    if (signal.reason instanceof StandingDown) throw signal.reason;
  }
}

const neverBegun = (error: Error) =>
  new WorkFailure(error instanceof WorkFailure ? error.kind : 'invalidRequest', error.message, {
    spent: NOTHING,
  });

async function planned(order: ChildOrder): Promise<ChildPlan> {
  try {
    return await order.plan();
  } catch (error) {
    throw error instanceof StoreFailure ? error : neverBegun(error as Error);
  }
}

const WITHDRAWN: ChildPlan = { machine: 'none' };

function unlessThere(error: unknown): void {
  if (!(error instanceof RevisionConflict)) throw error;
}

async function optionsOf(
  { store }: ChildrenSite,
  { team, work, state }: ChildOrder,
  id: TeamId,
  plan: ChildPlan,
): Promise<StartOptions> {
  const [first] = await store.read(teamStream(team), { limit: 1 });
  const { correlationId } = JSON.parse(first!.meta) as { correlationId?: string };
  const { depth, limits } = state.formed!;
  const parent = { team, work: work.id, correlationId: correlationId ?? team, depth: depth + 1 };
  return {
    ...plan,
    id,
    limits: {
      ...plan.limits,
      ...shareOf(work.reserved),
      depth: Math.min(limits.depth, plan.limits?.depth ?? limits.depth),
    },
    labels: { ...plan.labels, parent: team },
    parent,
  };
}

/** What was reserved is the limit; nothing is reserved only where there is none. */
function shareOf({ tokens, usd }: Amount): Partial<Limits> {
  return { ...(tokens > 0 ? { tokens } : {}), ...(usd > 0 ? { usd } : {}) };
}
