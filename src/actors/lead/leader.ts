/**
 * The leader of one team in one process: takes stimuli, lets them become turns, appends, and only then
 * adopts the new state and starts the work that it owes.
 *
 * Invariants
 * 1. (G1) Nothing is started before the append that owes and admits it has succeeded.
 * 2. (G5) After a newer epoch stands in the stream it appends nothing and starts nothing.
 * 3. Between the two suspension points of the loop, marked below, everything is synchronous and pure.
 * 4. A stimulus is given up only once it is recorded, or known to matter to nobody.
 */
import { randomUUID } from 'node:crypto';
import { amountOf, type Usage } from '../../events/amounts.ts';
import type {
  EventMeta,
  JsonObject,
  NewEvent,
  RawEvent,
  RecordedEvent,
} from '../../events/event.ts';
import { inboxStream, type StreamName, type TeamId, teamStream } from '../../events/ids.ts';
import { UnreadableEvent } from '../../events/known-events.ts';
import {
  type EventStore,
  NO_STREAM,
  RevisionConflict,
  StoreFailure,
  type Subscription,
} from '../../events/store.ts';
import type { Clock } from '../clock.ts';
import type { Doorkeeper } from '../gate/doorkeeper.ts';
import { isForOutsiders } from '../outside.ts';
import { type Fold, SNAPSHOT_EVERY } from '../state/fold.ts';
import { emptyState, type Formed, type OwedWork, type TeamState } from '../state/team-state.ts';
import type { Rule, Ruling, Stimulus, TurnEvent, TurnRules } from '../turn/draft.ts';
import type { Act } from '../turn/post.ts';
import { stopInstead, takeTurn } from '../turn/turn.ts';
import { StandingDown, type Workers, WorkFailure } from '../worker.ts';
import { Execution, type ExecutionSite } from './execution.ts';
import { OwnHands } from './own-hands.ts';
import type { Asking } from './permits.ts';
import { Views } from './views.ts';
import type { WorkReport } from './work-report.ts';

/** Bounds of one append: turns of several stimuli go together. */
const BATCH_TURNS_MAX = 64;
const BATCH_BYTES_MAX = 400_000;
/** Together with one more turn it stays within what a store takes at once. */
const BATCH_EVENTS_MAX = 2048;
const CONFLICTS_MAX = 5;
const APPEND_RETRIES_MAX = 6;

export interface LeaderSite {
  readonly store: EventStore;
  readonly fold: Fold;
  readonly rules: TurnRules;
  /** Who judges what these workers are to do. */
  doorkeeperOf(workers: Workers): Doorkeeper;
  readonly clock: Clock;
  readonly execution: Omit<ExecutionSite, 'team' | 'workers' | 'views' | 'report' | 'progress'>;
  /** Who leads: unique to this runtime in this process. */
  readonly name: string;
  readonly package: string;
  readonly code: string;
  progress(team: TeamId, actor: string, text: string): void;
  /** Where what machines log goes. */
  log(...said: unknown[]): void;
  /** The leader is done: the team and all below it have ended, another leads, or it was asked to stop. */
  left(leader: Leader, why: LeaderEnd): void;
}

export type LeaderEnd =
  | { kind: 'ended' }
  | { kind: 'stoodDown'; epoch: number }
  | { kind: 'closed' }
  | { kind: 'failed'; error: Error };

/** Consecutive turns, decided and not yet written, and the leave that they need. */
interface Batch {
  readonly state: TeamState;
  readonly events: readonly TurnEvent[];
  readonly asking: Asking;
  readonly acts: readonly Act[];
}

function* worksIn(events: readonly TurnEvent[]): Generator<string> {
  for (const { type, meta } of events)
    if (meta.work !== undefined && ASKED_FOR.has(type)) yield meta.work;
}

const ASKED_FOR: ReadonlySet<string> = new Set(['work.started', 'work.delayed']);

export class Leader {
  readonly stream: StreamName;
  readonly views: Views;
  state: TeamState = emptyState();
  private readonly execution: Execution;
  private readonly doorkeeper: Doorkeeper;
  private readonly reports: WorkReport[] = [];
  private readonly inbox: RawEvent[] = [];
  private readonly subscriptions: Subscription[] = [];
  private unwake: (() => void) | undefined;
  private resume: (() => void) | undefined;
  /** Told when the loop has nothing more to record, or has ended. */
  private onSettled: (() => void) | undefined;
  private readonly hands = new OwnHands(
    () => this.stir(),
    (...said) => this.site.log(...said),
  );
  private closing = false;
  private gone = false;
  private kept = -1;
  /** Results that came too late to matter, in this process. */
  dropped = 0;

  constructor(
    readonly team: TeamId,
    private readonly site: LeaderSite,
    /** Of this team. */
    workers: Workers,
  ) {
    this.doorkeeper = site.doorkeeperOf(workers);
    this.stream = teamStream(team);
    this.views = new Views(site.store, site.rules.catalog, this.stream);
    this.execution = new Execution({
      ...site.execution,
      team,
      workers,
      views: this.views,
      report: (report) => {
        this.reports.push(report);
        this.stir();
      },
      progress: (actor, text) => site.progress(team, actor, text),
    });
  }

  /** Forms the team and leads it. Throws `RevisionConflict` when it exists already. */
  async form(formed: Formed, correlationId: string): Promise<void> {
    const forming = this.forming(formed, correlationId);
    const batch = this.turns([forming, this.took(1, forming.at, 0)], emptyState());
    await this.opening(this.commit(batch, NO_STREAM));
    this.adopt(batch, NO_STREAM);
    this.start();
  }

  /** Ends the team before it has begun, so that nobody can begin it. Throws `RevisionConflict` when it exists. */
  async withdraw(formed: Formed, correlationId: string, detail: string): Promise<void> {
    const forming = this.forming(formed, correlationId);
    const { rules } = this.site;
    await this.write(
      stopInstead(emptyState(), forming, rules, 'withdrawn', detail).events,
      NO_STREAM,
    );
  }

  private forming(formed: Formed, correlationId: string): Stimulus {
    const data = formed as unknown as JsonObject;
    return { type: 'team.formed', data, at: this.site.clock.now(), correlationId };
  }

  /** Forms the team and leaves it to whoever leads it. Throws `RevisionConflict` when it exists already. */
  async handIn(formed: Formed, correlationId: string): Promise<void> {
    const at = this.site.clock.now();
    const data = formed as unknown as JsonObject;
    const stimulus = { type: 'team.formed', data, at, correlationId };
    const { state, events, acts } = this.turns([stimulus], emptyState());
    await this.write(events, NO_STREAM);
    // Whoever leads it later folds this turn, and does nothing of what it left to do.
    this.hands.act(state, acts);
  }

  /** Takes over a team that stands in the store. False when it has ended already. */
  async take(
    state: TeamState,
    upgrade: { before: string; now: string } | undefined,
  ): Promise<boolean> {
    const taken = await this.opening(this.takeFrom(state, upgrade));
    if (!taken) this.retire();
    return taken;
  }

  private async takeFrom(
    state: TeamState,
    upgrade: { before: string; now: string } | undefined,
  ): Promise<boolean> {
    let current = state;
    for (let conflicts = 0; ; conflicts++) {
      if (current.ended) return false;
      const at = Math.max(this.site.clock.now(), current.at);
      const stimuli = [this.took(current.epoch + 1, at, at - current.at)];
      if (upgrade) stimuli.unshift({ type: 'team.upgraded', data: upgrade, at });
      const batch = this.turns(stimuli, current);
      try {
        await this.commit(batch, current.revision);
        this.adopt(batch, current.revision);
        this.start();
        return true;
      } catch (error) {
        if (!(error instanceof RevisionConflict) || conflicts >= CONFLICTS_MAX) throw error;
        current = await this.site.fold.stateAt(this.stream);
      }
    }
  }

  /** A leader whose opening failed never leads: whoever closes it must not wait for its loop. */
  private async opening<Result>(firstStep: Promise<Result>): Promise<Result> {
    try {
      return await firstStep;
    } catch (error) {
      this.retire();
      throw error;
    }
  }

  private took(epoch: number, at: number, downMs: number): Stimulus {
    const { name, code } = this.site;
    return {
      type: 'leader.took',
      data: { epoch, leader: name, downMs, package: this.site.package, code },
      at,
    };
  }

  private start(): void {
    const inbox = inboxStream(this.team);
    const onError = (error: Error) => this.leave({ kind: 'failed', error });
    const { store } = this.site;
    this.subscriptions.push(
      store.subscribe({
        stream: inbox,
        afterRevision: this.state.heard.get(inbox) ?? -1,
        onEvents: (events) => {
          this.inbox.push(...events);
          this.stir();
        },
        onError,
      }),
      // A leader that has nothing to append would otherwise never learn that another has taken over.
      store.subscribe({
        stream: this.stream,
        afterRevision: this.state.revision,
        onEvents: (events) => this.watch(events),
        onError,
      }),
    );
    void this.lead();
  }

  private watch(events: readonly RawEvent[]): void {
    const took = events.find(({ type }) => type === 'leader.took');
    if (took)
      this.leave({ kind: 'stoodDown', epoch: (JSON.parse(took.data) as { epoch: number }).epoch });
  }

  // ---- the loop

  private async lead(): Promise<void> {
    try {
      while (!this.gone) {
        if (this.state.ended) return this.leave({ kind: 'ended' });
        const before = this.state;
        const batch = this.turns(this.stimuli(), before);
        if (batch.events.length === 0) {
          await this.rest(); // suspension point 1: nothing to hear
          continue;
        }
        await this.commit(batch, before.revision); // suspension point 2: the append
        if (this.gone) return batch.asking.giveBack();
        this.adopt(batch, before.revision);
      }
    } catch (error) {
      if (error instanceof RevisionConflict) await this.recover();
      else this.leave({ kind: 'failed', error: error as Error });
    }
  }

  /** Somebody else has appended. Only a newer leader may; then this one stands down. */
  private async recover(): Promise<void> {
    try {
      const state = await this.site.fold.stateAt(this.stream);
      if (state.leader === this.site.name && state.epoch === this.state.epoch && !state.ended) {
        // Our own append, whose answer was lost: its stimuli are recorded, so start from what is there.
        this.state = state;
        this.execution.reconcile(state);
        this.hands.follow(state, []);
        void this.lead();
      } else this.leave({ kind: 'stoodDown', epoch: state.epoch });
    } catch (error) {
      this.leave({ kind: 'failed', error: error as Error });
    }
  }

  /** Consecutive turns on consecutive states, as many as fit into one append. */
  private turns(stimuli: Iterable<Stimulus>, from: TeamState): Batch {
    const asking = this.execution.permits.ask();
    const rule: Rule = (state, work, at) => this.rule(asking, state, work, at);
    const events: TurnEvent[] = [];
    const acts: Act[] = [];
    let state = from;
    let bytes = 0;
    let turns = 0;
    this.deciding = from;
    for (const stimulus of stimuli) {
      const outcome = takeTurn(state, stimulus, this.site.rules, rule);
      state = outcome.state;
      this.deciding = state;
      acts.push(...outcome.acts);
      for (const event of outcome.events) {
        events.push(event);
        bytes += event.text.length;
      }
      const full = bytes >= BATCH_BYTES_MAX || events.length >= BATCH_EVENTS_MAX;
      if (state.ended || ++turns >= BATCH_TURNS_MAX || full) break;
    }
    return { state, events, asking, acts };
  }

  /** The state that the next stimulus of this batch will meet. */
  private deciding: TeamState = this.state;

  /** What there is to hear now: results first (a result that is here beats its time-out), then messages, then timers. */
  private *stimuli(): Generator<Stimulus> {
    const now = Math.max(this.site.clock.now(), this.state.at);
    for (let report = this.reports.shift(); report; report = this.reports.shift()) {
      const stimulus = this.stimulusOf(report, now);
      if (stimulus) yield stimulus;
    }
    yield* this.hands.stimuli(now, () => this.deciding);
    for (let raw = this.inbox.shift(); raw; raw = this.inbox.shift()) {
      const stimulus = this.fromInbox(raw, now);
      if (stimulus) yield stimulus;
    }
    for (;;) {
      const timer = this.nextTimer();
      if (!timer || timer.dueAt > now || this.closing) return;
      const { actor, timer: name, armed, dueAt } = timer;
      yield { type: 'timer.fired', data: { actor, timer: name, armed, dueAt }, at: now };
    }
  }

  private stimulusOf(
    { work: id, type, data, brokenOff }: WorkReport,
    at: number,
  ): Stimulus | undefined {
    const work = this.deciding.works.get(id);
    if (type === 'work.started' || type === 'work.delayed') {
      return work?.status === 'admitted' && !this.closing
        ? { type, data, at, work: id }
        : undefined;
    }
    if (!work) {
      this.dropped += 1;
      return undefined;
    }
    const { src } = work;
    const { usage, spent } = data;
    // Broken off here, and gone on with by whoever leads next.
    if (work.effect === 'attaching' && data['kind'] === 'standingDown') return undefined;
    if (work.status === 'cancelled') {
      return {
        type: 'work.late',
        data: { work: id, src, ...(usage ? { usage } : {}), ...(spent ? { spent } : {}) },
        at,
        work: id,
      };
    }
    if (brokenOff) return this.interrupted(work, data, at);
    return { type, data, at, work: id };
  }

  /** Work broken off by closing: what it cost is settled, and the next leader judges it anew. */
  private interrupted(work: OwedWork, data: JsonObject, at: number): Stimulus | undefined {
    if (work.effect !== 'paid') return undefined;
    const usage = data['usage'] as Usage | undefined;
    const spent = usage ? amountOf(usage) : work.reserved;
    const { id, src, attempt } = work;
    return { type: 'work.lapsed', data: { work: id, src, attempt, settled: spent }, at, work: id };
  }

  private fromInbox(raw: RawEvent, at: number): Stimulus | undefined {
    const origin = `${raw.stream}@${raw.revision}`;
    // Heard before: a repeat is dropped.
    if ((this.deciding.heard.get(raw.stream) ?? -1) >= raw.revision) return undefined;
    try {
      const { type, version, data, meta } = this.site.rules.catalog.decode(raw);
      if (!isForOutsiders(type, this.deciding.system !== undefined)) {
        throw new UnreadableEvent(`"${type}" may not come from outside`, 'invalid');
      }
      return {
        type,
        version,
        data,
        at,
        origin,
        to: addressees(meta) ?? [this.deciding.root],
      };
    } catch (error) {
      return {
        type: 'origin.refused',
        data: { problem: String((error as Error).message).slice(0, 400) },
        at,
        origin,
      };
    }
  }

  private nextTimer() {
    const { timers, paused } = this.deciding;
    let next: { actor: string; timer: string; armed: number; dueAt: number } | undefined;
    for (const timer of timers.values()) {
      // A team that was asked to stop is stopped in time, paused or not.
      if (paused && timer.relative && (timer.actor !== '' || timer.timer !== 'stop')) continue;
      if (
        !next ||
        timer.dueAt < next.dueAt ||
        (timer.dueAt === next.dueAt && timer.armed < next.armed)
      )
        next = timer;
    }
    return next;
  }

  /** The doorkeeper's verdict; when the governor would give leave at once, the start stands beside it. */
  private rule(asking: Asking, state: TeamState, work: OwedWork, at: number): Ruling[] {
    // Nobody judges before it leads: what forming owes is judged in the turn of `leader.took`.
    if (this.closing || state.leader !== this.site.name) return [];
    const { doorkeeper } = this;
    const { id, src } = work;
    const verdict = doorkeeper.judge(state, work, at);
    if ('refuse' in verdict) {
      return [
        { type: 'work.refused', data: { work: id, src, kind: 'refused', ...verdict.refuse } },
      ];
    }
    if ('delay' in verdict)
      return [{ type: 'work.delayed', data: { work: id, src, ...verdict.delay } }];
    const effect = doorkeeper.effectOf(state, work);
    const purpose =
      (work.input as JsonObject | null)?.['purpose'] === 'synthesis' ? 'synthesis' : 'work';
    const admitted: Ruling = {
      type: 'work.admitted',
      data: { work: id, src, effect, purpose, ...verdict.admit },
    };
    if (effect === 'repeatable' || effect === 'converging') return [admitted];
    const leave = asking.look(work);
    if (leave === 'later') return [admitted];
    if (leave !== 'now') return [{ type: 'work.delayed', data: { work: id, src, ...leave } }];
    return [admitted, { type: 'work.started', data: { work: id, src, attempt: work.attempt + 1 } }];
  }

  /** Appends with the leave that the turns need; it is given back unless they stand in the stream. */
  private async commit({ events, asking }: Batch, expected: number): Promise<void> {
    asking.take(worksIn(events));
    try {
      await this.write(events, expected);
    } catch (error) {
      asking.giveBack();
      throw error;
    }
  }

  /** Appends; a store that is briefly away is asked again with the same attempt, so that nothing doubles. */
  private async write(events: readonly TurnEvent[], expected: number): Promise<void> {
    const attempt: NewEvent[] = events.map(({ type, version, text, meta }) => ({
      id: randomUUID(),
      type,
      version,
      data: text,
      meta: JSON.stringify(meta),
    }));
    for (let tries = 1; ; tries++) {
      try {
        await this.site.store.append(this.stream, attempt, expected);
        if (tries > 1) await this.standsLast(expected + events.length);
        return;
      } catch (error) {
        const away = error instanceof StoreFailure && error.kind === 'unavailable';
        if (!away || tries >= APPEND_RETRIES_MAX) throw error;
        await new Promise<void>((resolve) => {
          this.site.clock.wake(this.site.clock.now() + 50 * 2 ** tries, resolve);
        });
      }
    }
  }

  /** An append that had to be repeated may have been answered long after another took over. */
  private async standsLast(revision: number): Promise<void> {
    const head = await this.site.store.head(this.stream);
    if (head > revision) throw new RevisionConflict(this.stream, revision, head);
  }

  private adopt({ state, events, acts }: Batch, before: number): void {
    this.state = state;
    this.deciding = state;
    this.views.note(events.map((event) => this.recorded(event)));
    if (!this.closing) this.execution.reconcile(state);
    this.hands.follow(state, acts);
    if (before === NO_STREAM) this.kept = -1;
    if (state.revision - this.kept >= SNAPSHOT_EVERY && !state.ended) {
      this.kept = state.revision;
      void this.site.fold.keep(this.stream, state).catch(() => {});
    }
  }

  private recorded({ revision, type, version, data, meta }: TurnEvent): RecordedEvent {
    return { id: '', stream: this.stream, revision, position: -1, type, version, data, meta };
  }

  // ---- waiting and leaving

  private rest(): Promise<void> {
    return new Promise((resolve) => {
      const awake = () => {
        this.unwake?.();
        this.unwake = undefined;
        this.resume = undefined;
        resolve();
      };
      this.resume = awake;
      const waits = this.reports.length > 0 || this.inbox.length > 0 || !this.hands.isSilent;
      if (waits || this.gone) return awake();
      const timer = this.nextTimer();
      if (timer && !this.closing) this.unwake = this.site.clock.wake(timer.dueAt, awake);
      this.onSettled?.();
    });
  }

  private stir(): void {
    this.resume?.();
  }

  private leave(why: LeaderEnd): void {
    if (this.gone) return;
    this.retire();
    for (const subscription of this.subscriptions) subscription.close();
    this.stir();
    if (why.kind === 'ended') this.execution.reconcile(this.state);
    if (why.kind === 'ended') {
      void this.execution.stop(new WorkFailure('cancelled', 'the team has ended'), 0);
      const below = this.execution.below();
      if (below) void below.then(() => this.site.left(this, why));
      else this.site.left(this, why);
      return;
    }
    void this.execution.stop(new StandingDown('this process leads the team no longer'), 0);
    this.site.left(this, why);
  }

  /** Stops new work, breaks off what is under way, records where it stands. The team can be resumed. */
  async close(graceMs: number): Promise<void> {
    if (this.gone) return;
    this.closing = true;
    for (const subscription of this.subscriptions) subscription.close();
    await this.execution.stop(new StandingDown('the process is closing'), graceMs);
    await this.settled();
    if (this.gone) return;
    if (this.state.revision > this.kept)
      await this.site.fold.keep(this.stream, this.state).catch(() => {});
    this.leave({ kind: 'closed' });
  }

  private retire(): void {
    this.gone = true;
    this.hands.stop();
    this.onSettled?.();
  }

  /** Resolves once the loop has recorded every report that has come in, or is over. */
  private settled(): Promise<void> {
    if (this.gone || (this.resume && this.reports.length === 0)) return Promise.resolve();
    return new Promise((resolve) => {
      this.onSettled = resolve;
      this.stir();
    });
  }
}

/** Who is meant by what came from outside, which nobody has checked yet. */
function addressees(meta: EventMeta): string[] | undefined {
  const { to } = meta as { to?: unknown };
  if (to === undefined) return undefined;
  if (!Array.isArray(to) || to.some((name) => typeof name !== 'string'))
    throw new UnreadableEvent('`to` is a list of the names of actors', 'invalid');
  return to.length > 0 ? to : undefined;
}
