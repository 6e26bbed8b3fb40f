/**
 * Teams below teams: one for each piece of work whose effect is `attaching`. Each has its own stream; between
 * parent and child there is no transaction, and none is needed.
 *
 * Invariants
 * 1. A child's id follows from its parent and the activation: beginning twice is beginning once.
 * 2. It may use what its parent has reserved for it and no more; depth counts up, correlation is the family's.
 * 3. Nobody waits any more: it is asked to stop, once, whoever asks again after a crash; and one that was never
 *    begun is ended before it begins, so that a slow process cannot begin it later.
 * 4. Work that had a child settles only with what the child's stream says at its end.
 * 5. A process that ends, or leads no longer, leaves a child alone.
 */
import { createHash, randomUUID } from 'node:crypto';
import type { Amount } from '../../events/amounts.ts';
import type { RawEvent } from '../../events/event.ts';
import { inboxStream, type TeamId, teamId, teamStream } from '../../events/ids.ts';
import {
  type EventStore,
  NO_STREAM,
  pages,
  RevisionConflict,
  StoreFailure,
} from '../../events/store.ts';
import type { Limits } from '../../events/words/team.ts';
import type { Clock } from '../clock.ts';
import type { Runtime, StartOptions } from '../runtime.ts';
import type { OwedWork, TeamState } from '../state/team-state.ts';
import { ENDS } from '../team-reader.ts';
import { type ChildEnd, type ChildPlan, StandingDown, WorkFailure } from '../worker.ts';
import { endOfChild } from './child-end.ts';

/** A piece of work that starts a team below, and the state of the team that owes it. */
export interface ChildOrder {
  team: TeamId;
  work: OwedWork;
  state: TeamState;
  plan(): Promise<ChildPlan>;
  signal: AbortSignal;
}

export interface TeamsBelow {
  /** Starts the child or attaches to it, and follows it to its end. */
  run(order: ChildOrder): Promise<ChildEnd>;
  /** A child that is led again: if its parent has ended meanwhile, it is asked to stop. */
  lookUp(child: TeamId, parent: { team: string; work: string } | undefined): Promise<void>;
  /** Leaves all children alone from now on. */
  close(): void;
}

interface BelowSite {
  readonly store: EventStore;
  readonly clock: Clock;
  readonly runtime: Pick<Runtime, 'start' | 'resume' | 'team'>;
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

/** The child's id: the parent's, and what follows from the activation. */
export function childId(parent: TeamId, work: string): TeamId {
  const hash = createHash('sha256').update(`${parent}/${work}`).digest('hex').slice(0, 10);
  return teamId(`${parent.slice(0, 80)}-${hash}`);
}

export function createTeamsBelow(site: BelowSite): TeamsBelow {
  const { store, runtime } = site;
  const closing = new AbortController();
  const exists = async (id: TeamId) => (await store.head(teamStream(id))) !== NO_STREAM;
  const hasEnded = async (id: TeamId) => {
    const [last] = await store.read(teamStream(id), { direction: 'backward', limit: 1 });
    return last !== undefined && ENDS.has(last.type);
  };

  const begin = async (order: ChildOrder, id: TeamId): Promise<void> => {
    if (order.signal.aborted) {
      const before = 'nobody waited for it any more before it began';
      await site.withdraw(await optionsOf(site, order, id, WITHDRAWN), before).catch(unlessThere);
      return;
    }
    const options = await optionsOf(site, order, id, await planned(order));
    await runtime.start(options).catch((error) => {
      if (error instanceof RangeError) throw neverBegun(error);
      if (!site.isLedElsewhere(error)) throw error;
    });
  };

  const follow = async (order: ChildOrder, id: TeamId): Promise<ChildEnd> => {
    const { signal } = order;
    const ended = untilEnded(store, id);
    const stop = whenAborted(signal);
    const left = whenAborted(closing.signal);
    try {
      if (!(await exists(id))) await begin(order, id);
      for (let asked = false; !(await hasEnded(id)); ) {
        leaveAlone(signal, closing.signal);
        if (signal.aborted && !asked) {
          await askToStop(store, site.clock, id, order.team);
          asked = true;
        }
        await runtime.resume(id).catch((error) => {
          if (!site.isLedElsewhere(error)) throw error;
        });
        const look = wait(site.clock, LOOK_MS);
        await Promise.race([
          ended.reached,
          left.reached,
          look.reached,
          ...(asked ? [] : [stop.reached]),
        ]);
        look.give();
      }
      return await endOfChild(runtime.team(id));
    } finally {
      for (const waited of [ended, stop, left]) waited.give();
    }
  };

  /** What goes wrong here says nothing of the child: it is tried again, and then counted as spent in full. */
  const run = async (order: ChildOrder): Promise<ChildEnd> => {
    const id = childId(order.team, order.work.id);
    for (let failures = 1; ; failures++) {
      try {
        return await follow(order, id);
      } catch (error) {
        if (error instanceof WorkFailure) throw error;
        leaveAlone(order.signal, closing.signal);
        if (failures >= FAILURES_MAX)
          throw new WorkFailure('unreachable', `team ${id}: ${(error as Error).message}`, {
            spent: order.work.reserved,
          });
        const again = wait(site.clock, RETRY_MS * 2 ** failures);
        const left = whenAborted(closing.signal);
        await Promise.race([again.reached, left.reached]);
        for (const waited of [again, left]) waited.give();
      }
    }
  };

  return {
    run,
    async lookUp(child, parent) {
      if (!parent || !(await exists(teamId(parent.team)))) return;
      const above = teamId(parent.team);
      if (await hasEnded(above)) await askToStop(store, site.clock, child, above);
    },
    close: () => closing.abort(),
  };
}

/** A process that ends or leads no longer does nothing more for a child, and nothing against it. */
function leaveAlone(signal: AbortSignal, closing: AbortSignal): void {
  if (closing.aborted) throw new StandingDown('the process is closing');
  if (signal.reason instanceof StandingDown) throw signal.reason;
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
  { store }: BelowSite,
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

/** Says it once: who asks again, in another process too, finds that it has been said. */
async function askToStop(store: EventStore, clock: Clock, id: TeamId, parent: TeamId) {
  const inbox = inboxStream(id);
  const by = `team ${parent}`;
  const told = (raw: RawEvent) =>
    raw.type === 'team.stopRequested' && (JSON.parse(raw.data) as { by?: string }).by === by;
  for (;;) {
    let head = NO_STREAM;
    for await (const page of pages(store, inbox)) {
      if (page.some(told)) return;
      head = page.at(-1)!.revision;
    }
    const data = { team: id, reason: 'nobody waits for it any more', by };
    const event = {
      id: randomUUID(),
      type: 'team.stopRequested',
      version: 1,
      data: JSON.stringify(data),
      meta: JSON.stringify({ at: clock.now(), turn: 0 }),
    };
    try {
      await store.append(inbox, [event], head);
      return;
    } catch (error) {
      unlessThere(error);
    }
  }
}

interface Awaited {
  readonly reached: Promise<unknown>;
  give(): void;
}

function untilEnded(store: EventStore, id: TeamId): Awaited {
  let give = () => {};
  const reached = new Promise<void>((resolve) => {
    const subscription = store.subscribe({
      stream: teamStream(id),
      onEvents: (events) => {
        if (events.some(({ type }) => ENDS.has(type))) resolve();
      },
      // Whoever waits looks again in a while.
      onError: () => {},
    });
    give = () => subscription.close();
  });
  return { reached, give: () => give() };
}

function whenAborted(signal: AbortSignal): Awaited {
  let give = () => {};
  const reached = new Promise<void>((resolve) => {
    const aborted = () => resolve();
    if (signal.aborted) resolve();
    signal.addEventListener('abort', aborted, { once: true });
    give = () => signal.removeEventListener('abort', aborted);
  });
  return { reached, give: () => give() };
}

function wait(clock: Clock, ms: number): Awaited {
  let give = () => {};
  const reached = new Promise<void>((resolve) => {
    give = clock.wake(clock.now() + ms, resolve);
  });
  return { reached, give: () => give() };
}
