/**
 * The runtime: machines, workers and a store brought together. Holds no global state; several may live in
 * one process.
 */
import { createHash, randomUUID } from 'node:crypto';
import { hostname } from 'node:os';
import type { AnyStateMachine } from 'xstate';
import type { EventDefinition, Json, RecordedEvent } from '../events/event.ts';
import { inboxStream, type TeamId, teamId, teamOfStream, teamStream } from '../events/ids.ts';
import { createCatalog, type EventCatalog } from '../events/known-events.ts';
import {
  ANY_REVISION,
  type EventStore,
  NO_STREAM,
  pages,
  RevisionConflict,
  type Subscription,
} from '../events/store.ts';
import { decode, encode } from '../events/value.ts';
import { vocabulary } from '../events/words/index.ts';
import type { Limits } from '../events/words/team.ts';
import { createTeamsBelow, type TeamsBelow } from './children/teams-below.ts';
import { type Clock, systemClock } from './clock.ts';
import { type Fork, type ForkWish, writeFork } from './fork.ts';
import { createDoorkeeper, standardPolicies } from './gate/doorkeeper.ts';
import type { Policy } from './gate/policy.ts';
import type { Governor } from './governor/governor.ts';
import { Leader, type LeaderEnd, type LeaderSite } from './lead/leader.ts';
import { createTeamLeases, LedElsewhere, type TeamLeases } from './lead/team-leases.ts';
import { ceilings, limitsOf } from './limits.ts';
import type { MachineSource, RegisteredMachine } from './machine/registered-machine.ts';
import { registerMachine } from './machine/registration.ts';
import { writtenFromOutside } from './outside.ts';
import { packageVersion } from './package-version.ts';
import { createFold, type Divergence, DivergenceError } from './state/fold.ts';
import { type Formed, hashState, type TeamState } from './state/team-state.ts';
import { TeamEnded, type TeamHandle, type TeamResult } from './team-handle.ts';
import { ENDS, TeamReader } from './team-reader.ts';
import type { TurnRules } from './turn/draft.ts';
import type { Workers } from './worker.ts';

export interface RuntimeOptions {
  store: EventStore;
  /** Machines by the name under which teams are started and actors join. */
  machines?: Readonly<Record<string, MachineSource | AnyStateMachine>>;
  workers?: Workers;
  /**
   * More workers, chosen for each team as it was formed: its model, its folder, what it was granted. They stand in
   * front of `workers` of the same name. Asked once each time this runtime comes to lead a team.
   */
  workersOf?: (formed: Formed) => Workers | Promise<Workers>;
  /** Further policies, judged beside the standard ones (budget, counts). */
  policies?: readonly Policy[];
  /** Definitions of a user's own events; undefined ones are recorded as untyped JSON. */
  events?: readonly EventDefinition[];
  clock?: Clock;
  governor?: Governor;
  /** Text of models as it streams in; never recorded. */
  onProgress?: (team: TeamId, actor: string, text: string) => void;
  /** Where what `log` of one's own machines says goes; default: the console. */
  logger?: (...said: unknown[]) => void;
  /** What a registered machine does not answer; default: nobody is told. */
  onWarning?: (warning: string) => void;
}

export interface StartOptions {
  /** Default: a new one. Starting an id that exists attaches to or resumes that team. */
  id?: string;
  machine: string;
  /** The root actor's name; default `root`. */
  actor?: string;
  input?: unknown;
  request?: { text: string; materials?: { name: string; text: string }[] };
  limits?: Partial<Limits>;
  labels?: Record<string, string>;
  parent?: { team: string; work: string; correlationId: string; depth: number };
}

export interface Runtime {
  readonly store: EventStore;
  readonly catalog: EventCatalog;
  /** Forms a team and leads it; the same id again attaches to it, or resumes it. */
  start(options: StartOptions): Promise<TeamHandle>;
  /** Forms a team and leaves it to a worker, or to whoever resumes it. */
  submit(options: StartOptions): Promise<TeamHandle>;
  /** Takes over an unfinished team. Rejects with `LedElsewhere` while another live process leads it. */
  resume(id: string): Promise<TeamHandle>;
  /** The result, once this runtime has led the team to its end; undefined once it does not lead it any more. */
  ledToEnd(id: string): Promise<TeamResult | undefined>;
  /** Resumes every unfinished team that nobody leads. */
  recover(): Promise<TeamHandle[]>;
  /** A new team with this one's past up to a revision; nobody leads it yet: resume it. Throws `ForkRefused`. */
  fork(wish: ForkWish): Promise<Fork>;
  /** A team to read and speak to, without leading it. */
  team(id: string): TeamHandle;
  /** Ids of all teams in the store, oldest first. */
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

/** A copy of another team's past that is not complete: nobody may lead it. */
export class UnfinishedFork extends Error {
  override readonly name = 'UnfinishedFork';
}
const CLOSE_GRACE_MS = 2_000;

export function createRuntime(options: RuntimeOptions): Runtime {
  return new TeamRuntime(options);
}

interface Led {
  leader: Leader;
  end: Promise<LeaderEnd>;
}

class TeamRuntime implements Runtime {
  readonly store: EventStore;
  readonly catalog: EventCatalog;
  private readonly clock: Clock;
  private readonly machines: ReadonlyMap<string, RegisteredMachine>;
  private readonly rules: TurnRules;
  private readonly site: LeaderSite;
  private readonly led = new Map<TeamId, Led>();
  /** Why a team that was led here could not go on, for whoever asks for its result later. */
  private readonly failures = new Map<TeamId, Error>();
  private readonly ends = new Map<Leader, (end: LeaderEnd) => void>();
  /** Teams that are being taken over. */
  private readonly opening = new Map<TeamId, Promise<TeamHandle>>();
  private readonly below: TeamsBelow;
  private readonly workersOf: (formed: Formed) => Promise<Workers>;
  private readonly leases: TeamLeases;
  private readonly reader: TeamReader;
  private closed = false;
  private readonly name = `${hostname()}:${process.pid}:${randomUUID().slice(0, 8)}`;

  constructor(options: RuntimeOptions) {
    const { store, workers = {}, clock = systemClock } = options;
    this.store = store;
    this.clock = clock;
    this.catalog = createCatalog(vocabulary, options.events);
    this.reader = new TeamReader(store, this.catalog);
    this.leases = createTeamLeases({ store, clock, name: this.name, led: () => this.led.keys() });
    checkWorkers(workers);
    this.workersOf = async (formed) => {
      const chosen = await options.workersOf?.(formed);
      if (chosen) checkWorkers(chosen);
      return { ...workers, ...chosen };
    };
    const machines = registered(options);
    this.machines = machines;
    const machineOf = (name: string) => knownMachine(machines, name);
    const policies = [...standardPolicies, ...(options.policies ?? [])];
    const doorkeeperOf = (own: Workers) => createDoorkeeper(policies, own);
    this.rules = { catalog: this.catalog, doorkeeper: doorkeeperOf(workers), machineOf };
    const code = codeOf(machines, policies);
    this.site = {
      store,
      clock,
      doorkeeperOf,
      code,
      fold: createFold(store, this.rules, code),
      rules: this.rules,
      execution: {
        clock,
        governor: options.governor,
        below: (order) => this.below.run(order),
      },
      name: this.name,
      package: packageVersion,
      // As XState does when nobody says otherwise.
      log: options.logger ?? console.log,
      progress: (team, actor, text) => options.onProgress?.(team, actor, text),
      left: (leader, why) => this.leaderLeft(leader, why),
    };
    this.below = createTeamsBelow({
      store,
      clock,
      runtime: this,
      withdraw: (options, detail) => this.withdraw(options, detail),
      isLedElsewhere: (error) => error instanceof LedElsewhere,
    });
  }

  async start(options: StartOptions): Promise<TeamHandle> {
    this.alive();
    const id = teamId(options.id ?? newTeamId());
    this.rules.machineOf(options.machine);
    return this.once(id, () => this.form(id, options));
  }

  /** One opening of a team at a time: whoever asks meanwhile gets the same. */
  private async once(id: TeamId, open: () => Promise<TeamHandle>): Promise<TeamHandle> {
    if (this.led.has(id)) return this.team(id);
    const opening = this.opening.get(id) ?? open().finally(() => this.opening.delete(id));
    this.opening.set(id, opening);
    return opening;
  }

  private async form(id: TeamId, options: StartOptions): Promise<TeamHandle> {
    const formed = formedOf(id, options, this.rules.machineOf(options.machine).own);
    const known = (await this.store.head(teamStream(id))) !== NO_STREAM;
    if (known) return this.takeOver(id);
    const leader = new Leader(id, this.site, await this.workersOf(formed));
    const remove = this.enlist(leader);
    try {
      // Taken before the team exists, so that no worker that waits for teams takes this one.
      await this.leases.take(id);
      await leader.form(formed, options.parent?.correlationId ?? id);
    } catch (error) {
      remove();
      if (!(error instanceof RevisionConflict)) throw error;
      return this.takeOver(id);
    }
    this.leases.keep();
    return this.team(id);
  }

  async submit(options: StartOptions): Promise<TeamHandle> {
    this.alive();
    const id = teamId(options.id ?? newTeamId());
    this.rules.machineOf(options.machine);
    try {
      await new Leader(id, this.site, {}).handIn(
        formedOf(id, options, this.rules.machineOf(options.machine).own),
        options.parent?.correlationId ?? id,
      );
    } catch (error) {
      if (!(error instanceof RevisionConflict)) throw error;
    }
    return this.team(id);
  }

  async resume(text: string): Promise<TeamHandle> {
    this.alive();
    const id = teamId(text);
    return this.once(id, () => this.takeOver(id));
  }

  private async takeOver(id: TeamId): Promise<TeamHandle> {
    const last = await this.reader.lastEvent(id);
    if (last.ended) return this.team(id);
    await this.leases.ask(id);
    try {
      await this.takeFolded(id);
    } catch (error) {
      await this.leases.release(id);
      throw error;
    }
    this.leases.keep();
    return this.team(id);
  }

  private async takeFolded(id: TeamId): Promise<void> {
    const { state, upgrade } = await this.foldForTaking(id);
    refuseUnfinishedFork(id, state);
    const leader = new Leader(id, this.site, await this.workersOf(state.formed!));
    const remove = this.enlist(leader);
    try {
      if (!(await leader.take(state, upgrade))) return remove();
    } catch (error) {
      remove();
      throw error;
    }
    void this.below.lookUp(id, leader.state.formed?.parent).catch(() => {});
  }

  async ledToEnd(text: string): Promise<TeamResult | undefined> {
    const id = teamId(text);
    const led = this.led.get(id);
    if (!led) return (await this.reader.lastEvent(id)).ended ? this.result(id) : undefined;
    return (await led.end).kind === 'stoodDown' ? undefined : this.result(id);
  }

  async recover(): Promise<TeamHandle[]> {
    const handles: TeamHandle[] = [];
    for (const id of await this.teams()) {
      if ((await this.reader.lastEvent(id)).ended) continue;
      try {
        handles.push(await this.resume(id));
      } catch (error) {
        if (!(error instanceof LedElsewhere || error instanceof UnfinishedFork)) throw error;
      }
    }
    return handles;
  }

  async fork(wish: ForkWish): Promise<Fork> {
    this.alive();
    await this.reader.known(teamId(wish.origin));
    return writeFork(this.site, wish);
  }

  async teams(): Promise<TeamId[]> {
    const heads = await this.store.streams('team-');
    return heads.map(({ stream }) => teamOfStream(stream)!);
  }

  team(text: string): TeamHandle {
    const id = teamId(text);
    const stream = teamStream(id);
    const { fold } = this.site;
    return {
      id,
      events: (options) => this.reader.read(id, options),
      result: () => this.result(id),
      state: async ({ at } = {}) => {
        await this.reader.known(id);
        return fold.stateAt(stream, at);
      },
      view: async (projection, { at } = {}) => {
        await this.reader.known(id);
        let state = projection.initial;
        for await (const page of pages(this.store, stream, 0, at)) {
          for (const raw of page)
            if (projection.hears.has(raw.type))
              state = projection.apply(state, this.catalog.decode(raw));
        }
        return state;
      },
      send: (event, sent) => this.send(id, event, sent?.to),
      stop: (reason = 'stopped by a person') =>
        this.send(id, { type: 'team.stopRequested', team: id, reason, by: 'person' }),
      pause: () => this.send(id, { type: 'team.paused', by: 'person' }),
      continue: () => this.send(id, { type: 'team.continued', by: 'person' }),
    };
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
    this.below.close();
    this.leases.close();
    this.reader.close();
    const leading = [...this.led.keys()];
    await Promise.all([...this.led.values()].map(({ leader }) => leader.close(graceMs)));
    await Promise.all(leading.map((id) => this.leases.release(id)));
  }

  private async withdraw(options: StartOptions, detail: string): Promise<void> {
    const id = teamId(options.id!);
    const leader = new Leader(id, this.site, {});
    await leader.withdraw(formedOf(id, options, false), options.parent!.correlationId, detail);
  }

  // ---- leading

  private enlist(leader: Leader): () => void {
    // Closed while this was on its way: whoever is led now would never be left.
    this.alive();
    this.failures.delete(leader.team);
    const end = new Promise<LeaderEnd>((resolve) => this.ends.set(leader, resolve));
    this.led.set(leader.team, { leader, end });
    return () => {
      if (this.led.get(leader.team)?.leader === leader) this.led.delete(leader.team);
      // It never led: whoever waits for its end looks into the stream instead.
      this.ends.get(leader)?.({ kind: 'stoodDown', epoch: 0 });
      this.ends.delete(leader);
    };
  }

  private leaderLeft(leader: Leader, why: LeaderEnd): void {
    if (why.kind === 'failed') this.failures.set(leader.team, why.error);
    this.ends.get(leader)?.(why);
    this.ends.delete(leader);
    if (this.led.get(leader.team)?.leader === leader) this.led.delete(leader.team);
    if (why.kind !== 'closed') void this.leases.release(leader.team);
  }

  /** Another version (or other machines) first replays the whole stream and compares. */
  private async foldForTaking(
    id: TeamId,
  ): Promise<{ state: TeamState; upgrade: { before: string; now: string } | undefined }> {
    const stream = teamStream(id);
    const cached = await this.store.snapshots?.get(stream, Number.MAX_SAFE_INTEGER, this.site.code);
    if (cached) {
      const state = await this.site.fold.stateAt(stream);
      if (state.code === this.site.code) return { state, upgrade: undefined };
    }
    const { state, divergence } = await this.site.fold.replay(stream);
    if (divergence) throw new DivergenceError(stream, divergence);
    const before = `${state.package}+${state.code}`;
    const now = `${packageVersion}+${this.site.code}`;
    return { state, upgrade: state.code !== '' && before !== now ? { before, now } : undefined };
  }

  // ---- reading

  private alive(): void {
    if (this.closed) throw new Error('this runtime is closed');
  }

  private async result(id: TeamId): Promise<TeamResult> {
    const failure = this.failures.get(id);
    if (failure) throw failure;
    const led = this.led.get(id);
    if (led) {
      const end = await led.end;
      if (end.kind === 'failed') throw end.error;
      if (end.kind === 'closed')
        throw new Error(`team ${id} was interrupted; go on with: horde resume ${id}`);
      if (end.kind === 'ended') return resultOf(id, led.leader.state);
    }
    for await (const { type } of this.reader.read(id, {
      from: Math.max(0, await this.store.head(teamStream(id))),
      follow: true,
    })) {
      if (ENDS.has(type)) return resultOf(id, await this.site.fold.stateAt(teamStream(id)));
    }
    throw new Error(`team ${id} has not ended; go on with: horde resume ${id}`);
  }

  private async send(
    id: TeamId,
    event: { type: string; [key: string]: unknown },
    to?: readonly string[],
  ): Promise<void> {
    const { type } = event;
    const { ended } = await this.reader.lastEvent(id);
    if (ended) throw new TeamEnded(`team ${id} has ended; it cannot hear "${type}" any more`);
    const { version, data } = writtenFromOutside(event, this.catalog, await this.isOwn(id));
    const meta = { at: this.clock.now(), turn: 0, ...(to ? { to } : {}) };
    const written = { type, version, data: JSON.stringify(data), meta: JSON.stringify(meta) };
    await this.store.append(inboxStream(id), [{ id: randomUUID(), ...written }], ANY_REVISION);
  }

  /** Whether its root is a machine of one's own. */
  private async isOwn(id: TeamId): Promise<boolean> {
    const led = this.led.get(id)?.leader.state.formed?.machine;
    if (led !== undefined) return this.machines.get(led)?.own ?? false;
    const [first] = await this.store.read(teamStream(id), { limit: 1 });
    const formed = first ? (JSON.parse(first.data) as { machine?: string }) : {};
    return this.machines.get(formed.machine ?? '')?.own ?? false;
  }
}

/** A machine of one's own may poll and wait for as long as it lives. */
const UNCOUNTED = { works: ceilings.works, turns: ceilings.turns };

function formedOf(id: TeamId, options: StartOptions, own: boolean): Formed {
  const { machine, actor = 'root', input = null, request, limits, labels = {}, parent } = options;
  return {
    team: id,
    actor,
    machine,
    input: own
      ? encode(input, 'the input of the team')
      : (JSON.parse(JSON.stringify(input)) as Json),
    ...(request ? { request: { text: request.text, materials: request.materials ?? [] } } : {}),
    limits: limitsOf(own ? { ...UNCOUNTED, ...limits } : limits),
    depth: parent?.depth ?? 0,
    ...(parent ? { parent: { team: parent.team, work: parent.work } } : {}),
    labels,
    package: packageVersion,
  };
}

function resultOf(team: TeamId, state: TeamState): TeamResult {
  const { type, data, revision } = state.ended!;
  const stateHash = hashState(state);
  if (type === 'team.stopped') {
    return {
      team,
      status: 'stopped',
      reason: `${data['reason']}: ${data['detail']}`,
      output: null,
      revision,
      stateHash,
    };
  }
  return {
    team,
    status: data['status'] as 'done' | 'failed',
    reason: String(data['reason']),
    output: decode(data['output'] ?? null),
    revision,
    stateHash,
  };
}

/** Events of another team without `team.forked` after them: the copy was broken off. */
function refuseUnfinishedFork(id: TeamId, { formed, revision }: TeamState): void {
  if (!formed || formed.team === id) return;
  throw new UnfinishedFork(
    `team ${id} is a fork of ${formed.team} whose making was broken off at revision ${revision}; ` +
      `complete it with the same command: horde fork ${formed.team} --team ${id} --at …`,
  );
}

function registered(options: RuntimeOptions): Map<string, RegisteredMachine> {
  const { workers = {}, workersOf } = options;
  // Which workers a team will have is not known before it is formed.
  const hasWorker = (src: string) => workersOf !== undefined || Object.hasOwn(workers, src);
  const machines = new Map<string, RegisteredMachine>();
  for (const [name, source] of Object.entries(options.machines ?? {})) {
    const machine = registerMachine(name, source, hasWorker);
    for (const warning of machine.warnings) options.onWarning?.(`machine "${name}": ${warning}`);
    machines.set(name, machine);
  }
  return machines;
}

function knownMachine(
  machines: ReadonlyMap<string, RegisteredMachine>,
  name: string,
): RegisteredMachine {
  const machine = machines.get(name);
  if (machine) return machine;
  const known = [...machines.keys()].join(', ') || 'none';
  throw new Error(`no machine "${name}" is registered; there are: ${known}`);
}

/** A fingerprint of what folds streams here: snapshots of other code are not used. */
function codeOf(
  machines: ReadonlyMap<string, RegisteredMachine>,
  policies: readonly Policy[],
): string {
  const prints = [...machines].map(([name, { fingerprint }]) => [name, fingerprint]).sort();
  return createHash('sha256')
    .update(JSON.stringify([packageVersion, prints, policies.map(({ name }) => name)]))
    .digest('hex')
    .slice(0, 16);
}

const newTeamId = () => randomUUID().replaceAll('-', '').slice(0, 12);

function checkWorkers(workers: Workers): void {
  for (const [name, { records }] of Object.entries(workers)) {
    if (
      records &&
      (!records.failed.type.endsWith('.failed') || records.done.type.endsWith('.failed'))
    ) {
      throw new TypeError(
        `worker "${name}": a failure is recorded as an event whose type ends in ".failed", and only a failure is`,
      );
    }
  }
}
