/** The runtime: machines, workers and a store brought together, for all teams of a process, with one governor. */
import { randomUUID } from 'node:crypto';
import { hostname } from 'node:os';
import type { RecordedEvent } from '../events/event.ts';
import { type TeamId, teamId, teamOfStream, teamStream } from '../events/ids.ts';
import { createCatalog, type EventCatalog } from '../events/known-events.ts';
import {
  type EventStore,
  NO_STREAM,
  RevisionConflict,
  type Subscription,
} from '../events/store.ts';
import { vocabulary } from '../events/words/index.ts';
import { packageVersion } from '../package.ts';
import { TeamChildren } from './children/child-teams.ts';
import { type Clock, systemClock } from './clock.ts';
import { type Fork, type ForkWish, writeFork } from './fork.ts';
import { InboxLooks } from './inbox-look.ts';
import { handIn, withdraw } from './lead/forming.ts';
import { Leader, type LeaderSite } from './lead/leader.ts';
import { createTeamLeases, LedElsewhere, type TeamLeases } from './lead/leases.ts';
import { LedTeams } from './lead/led-teams.ts';
import { mend } from './lead/mending.ts';
import { type Recovery, recoverTeams } from './lead/recovery.ts';
import { takeoverOf } from './lead/takeover.ts';
import { type Engine, engineOf, type RuntimeOptions, workersFor } from './runtime-options.ts';
import type { Divergence } from './state/fold.ts';
import type { Formed } from './state/team-state.ts';
import { type HandleSite, type TeamHandle, teamHandle } from './team-handle.ts';
import { formedOf, idOf, refuseAnother, type StartOptions } from './team-plan.ts';
import { TeamReader } from './team-reader.ts';
import { resultOf, resultRead, type TeamResult } from './team-result.ts';
import type { Workers } from './worker.ts';

export interface Runtime {
  readonly store: EventStore;
  readonly catalog: EventCatalog;
  /**
   * Forms a team and leads it; the same id again attaches to it, or resumes it. Throws `TeamExists` when a team of
   * that id was formed with another machine or input.
   */
  start(options: StartOptions): Promise<TeamHandle>;
  /** Forms a team and leaves it to a host, or to whoever resumes it. Throws `TeamExists` as `start` does. */
  submit(options: StartOptions): Promise<TeamHandle>;
  /** Takes over an unfinished team. Rejects with `LedElsewhere` while another live process leads it. */
  resume(id: string): Promise<TeamHandle>;
  /** The result, once this runtime has led the team to its end; undefined once it does not lead it any more. */
  ledToEnd(id: string): Promise<TeamResult | undefined>;
  /** Resumes every unfinished team, and tells of those that cannot be resumed; none of them holds up the others. */
  recover(): Promise<Recovery<TeamHandle>>;
  /** A new team with this one's past up to a revision; nobody leads it yet: resume it. Throws `ForkRefused`. */
  fork(wish: ForkWish): Promise<Fork>;
  /**
   * Goes on with a team that a turn has stopped (`poisoned`, too long, too large): what it could not hear is heard
   * again, by the machines of this runtime. Rejects with `NotMended` when it would stop again; nothing is changed then.
   */
  retry(id: string): Promise<TeamHandle>;
  /** A team to read and speak to, without leading it. */
  team(id: string): TeamHandle;
  /** Ids of all teams in the store, oldest first; streams of others with such a name are among them. */
  teams(): Promise<TeamId[]>;
  /** Folds the stream again and compares heard with said; does no work. */
  replay(id: string): Promise<{ events: number; stateHash: string; divergence: Divergence | null }>;
  /** Events of all teams from now on (or after a position), by topic. */
  subscribe(
    topic: string,
    onEvent: (event: RecordedEvent) => void | Promise<void>,
    options?: { after?: number | 'end' },
  ): Subscription;
  /** Stops new work, breaks off what is under way, records where it stands. The store stays open. */
  close(options?: { graceMs?: number }): Promise<void>;
}

const CLOSE_GRACE_MS = 2_000;

export function createRuntime(options: RuntimeOptions): Runtime {
  return new TeamRuntime(options);
}

class TeamRuntime implements Runtime {
  readonly store: EventStore;
  readonly catalog: EventCatalog;
  private readonly engine: Engine;
  private readonly site: LeaderSite;
  private readonly handles: HandleSite;
  private readonly led = new LedTeams();
  private readonly children: TeamChildren;
  private readonly workersOf: (formed: Formed) => Promise<Workers>;
  private readonly leases: TeamLeases;
  private readonly reader: TeamReader;
  private closed = false;

  constructor(options: RuntimeOptions) {
    const { store, clock = systemClock } = options;
    this.store = store;
    this.catalog = createCatalog(vocabulary, options.events);
    this.reader = new TeamReader(store, this.catalog);
    this.workersOf = workersFor(options);
    this.engine = engineOf(options, this.catalog);
    this.site = this.leaderSite(options, clock);
    const { fold, name } = this.site;
    this.leases = createTeamLeases({ store, clock, name, led: () => this.led.teams() });
    const { catalog, reader } = this;
    this.handles = {
      store,
      clock,
      catalog,
      reader,
      fold,
      looks: new InboxLooks(store),
      doorOf: async (id) => {
        const led = this.led.get(id)?.leader.state.formed;
        return this.engine.doorOf((led ?? (await reader.formed(id))).machine);
      },
      resultOf: (id) => this.result(id),
    };
    this.children = new TeamChildren({
      store,
      clock,
      start: (plan) => this.start(plan),
      resume: (id) => this.resume(id),
      team: (id) => this.team(id),
      withdraw: async (plan, detail) => {
        const id = idOf(plan);
        const formed = formedOf(id, plan, false);
        await withdraw(this.site, id, formed, plan.parent?.correlationId ?? id, detail);
      },
      isLedElsewhere: (error) => error instanceof LedElsewhere,
    });
  }

  private leaderSite(options: RuntimeOptions, clock: Clock): LeaderSite {
    const { store, governor } = options;
    return {
      ...this.engine,
      store,
      clock,
      execution: { clock, governor, runChild: (order) => this.children.run(order) },
      name: `${hostname()}:${process.pid}:${randomUUID().slice(0, 8)}`,
      package: packageVersion,
      // As XState does when nobody says otherwise.
      log: options.logger ?? console.log,
      progress: (team, actor, text) => options.onProgress?.(team, actor, text),
      left: (leader, why) => this.leaderLeft(leader, why),
    };
  }

  async start(options: StartOptions): Promise<TeamHandle> {
    const { id, formed } = this.planned(options);
    await this.led.opened(id, () => this.form(id, formed, options.parent?.correlationId ?? id));
    const led = this.led.get(id)?.leader.state.formed;
    if (led) refuseAnother(formed, led);
    return this.team(id);
  }

  async submit(options: StartOptions): Promise<TeamHandle> {
    const { id, formed } = this.planned(options);
    try {
      await handIn(this.site, id, formed, options.parent?.correlationId ?? id);
    } catch (error) {
      if (!(error instanceof RevisionConflict)) throw error;
      refuseAnother(formed, await this.reader.formed(id));
    }
    return this.team(id);
  }

  async resume(text: string): Promise<TeamHandle> {
    this.led.alive();
    const id = teamId(text);
    await this.led.opened(id, () => this.takeOver(id));
    return this.team(id);
  }

  async ledToEnd(text: string): Promise<TeamResult | undefined> {
    const id = teamId(text);
    const led = this.led.get(id);
    if (!led) return (await this.reader.lastEvent(id)).ended ? this.result(id) : undefined;
    return (await led.end).kind === 'stoodDown' ? undefined : this.result(id);
  }

  async recover(): Promise<Recovery<TeamHandle>> {
    return recoverTeams({
      teams: () => this.teams(),
      hasEnded: async (team) => (await this.reader.lastEvent(team)).ended,
      resume: (team) => this.resume(team),
    });
  }

  async retry(text: string): Promise<TeamHandle> {
    this.led.alive();
    const id = teamId(text);
    await this.reader.known(id);
    await this.leases.ask(id);
    await mend(this.site, id);
    return this.resume(id);
  }

  async fork(wish: ForkWish): Promise<Fork> {
    this.led.alive();
    await this.reader.known(teamId(wish.origin));
    return writeFork(this.site, wish);
  }

  async teams(): Promise<TeamId[]> {
    const heads = await this.store.streams('team-');
    return heads.flatMap(({ stream, damage }) => (damage ? [] : (teamOfStream(stream) ?? [])));
  }

  team(text: string): TeamHandle {
    return teamHandle(teamId(text), this.handles);
  }

  async replay(text: string) {
    const id = teamId(text);
    await this.reader.known(id);
    const { events, stateHash, divergence } = await this.site.fold.replay(teamStream(id));
    return { events, stateHash, divergence };
  }

  subscribe(
    topic: string,
    onEvent: (event: RecordedEvent) => void | Promise<void>,
    options: { after?: number | 'end' } = {},
  ): Subscription {
    return this.reader.subscribe(topic, onEvent, options);
  }

  async close({ graceMs = CLOSE_GRACE_MS }: { graceMs?: number } = {}): Promise<void> {
    if (this.closed) return;
    this.closed = true;
    this.children.close();
    this.leases.close();
    this.reader.close();
    const leading = await this.led.close(graceMs);
    await Promise.all(leading.map((id) => this.leases.release(id)));
  }

  // ---- leading

  private planned(options: StartOptions): { id: TeamId; formed: Formed } {
    this.led.alive();
    const id = idOf(options);
    const { own } = this.site.rules.machineOf(options.machine);
    return { id, formed: formedOf(id, options, own) };
  }

  private async form(id: TeamId, formed: Formed, correlationId: string): Promise<void> {
    if ((await this.store.head(teamStream(id))) === NO_STREAM) {
      const leader = new Leader(id, this.site, await this.workersOf(formed));
      // Taken before the team exists, so that no host that waits for teams takes this one.
      await this.leases.take(id);
      if (await this.opens(leader, () => leader.form(formed, correlationId))) return;
    }
    refuseAnother(formed, await this.reader.formed(id));
    await this.takeOver(id);
  }

  /** False when the team exists already, so that it must be taken over instead. */
  private async opens(leader: Leader, open: () => Promise<unknown>): Promise<boolean> {
    this.led.add(leader);
    try {
      await open();
    } catch (error) {
      this.led.remove(leader);
      if (error instanceof RevisionConflict) return false;
      throw error;
    }
    this.leases.keep();
    return true;
  }

  private async takeOver(id: TeamId): Promise<void> {
    if ((await this.reader.lastEvent(id)).ended) return;
    await this.leases.ask(id);
    try {
      const { state, upgrade } = await takeoverOf(this.site, id);
      const leader = new Leader(id, this.site, await this.workersOf(state.formed!));
      this.led.add(leader);
      try {
        if (!(await leader.take(state, upgrade))) return this.led.remove(leader);
      } catch (error) {
        this.led.remove(leader);
        throw error;
      }
      void this.children.lookUp(id, leader.state.formed?.parent).catch(() => {});
    } catch (error) {
      await this.leases.release(id);
      throw error;
    }
    this.leases.keep();
  }

  private leaderLeft(leader: Leader, why: Parameters<LeaderSite['left']>[1]): void {
    this.led.ended(leader, why);
    if (why.kind !== 'closed') void this.leases.release(leader.team);
  }

  private async result(id: TeamId): Promise<TeamResult> {
    const failure = this.led.failureOf(id);
    if (failure) throw failure;
    const led = this.led.get(id);
    if (led) {
      const end = await led.end;
      if (end.kind === 'failed') throw end.error;
      if (end.kind === 'closed')
        throw new Error(`team ${id} was interrupted; go on with: horde resume ${id}`);
      if (end.kind === 'ended') return resultOf(id, led.leader.state);
    }
    return resultRead(id, this.reader, this.site.fold);
  }
}
