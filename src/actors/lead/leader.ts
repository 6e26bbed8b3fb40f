/**
 * The leader of one team in one process: takes stimuli, lets them become turns, appends, and only then
 * adopts the new state and starts the work that it owes. Its neighbours: `stimuli` (what there is to hear),
 * `turn-batch` (deciding), `commit` (the append), `execution` and `own-hands` (what is under way).
 *
 * Invariants
 * 1. (G1) Nothing is started before the append that owes and admits it has succeeded.
 * 2. (G5) After a newer epoch stands in the stream it appends nothing and starts nothing.
 * 3. Between the two suspension points of the loop, marked below, everything is synchronous.
 * 4. A stimulus is given up only once it is recorded, or known to matter to nobody.
 */
import type { RawEvent, RecordedEvent } from '../../events/event.ts';
import { inboxStream, type StreamName, type TeamId, teamStream } from '../../events/ids.ts';
import {
  type EventStore,
  NO_STREAM,
  RevisionConflict,
  type Subscription,
} from '../../events/store.ts';
import type { Clock } from '../clock.ts';
import type { Doorkeeper } from '../gate/doorkeeper.ts';
import { type Fold, SNAPSHOT_EVERY } from '../state/fold.ts';
import { emptyState, type Formed, type TeamState } from '../state/team-state.ts';
import type { Rule, Stimulus, TurnEvent, TurnRules } from '../turn/draft.ts';
import { StandingDown, type Workers, WorkFailure } from '../worker.ts';
import { Execution, type ExecutionSite } from './execution.ts';
import { formingOf } from './forming.ts';
import type { LeaderEnd } from './leader-end.ts';
import { Others } from './others.ts';
import { OwnHands } from './own-hands.ts';
import { Rest } from './rest.ts';
import { rulingsOn } from './rulings.ts';
import { hearAgainAfter, nextTimer, Stimuli } from './stimuli.ts';
import { decideTurns, oneAfterAnother, type StimulusSource, type TurnBatch } from './turn-batch.ts';
import { Views } from './views.ts';

const CONFLICTS_MAX = 5;

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
  /** The leader is done: the team and its child teams have ended, another leads, or it was asked to stop. */
  left(leader: Leader, why: LeaderEnd): void;
}

/** Versions of package and machines, `package+code`. */
export type TeamUpgrade = { before: string; now: string };

export class Leader {
  readonly stream: StreamName;
  readonly views: Views;
  state: TeamState = emptyState();
  private readonly execution: Execution;
  private readonly doorkeeper: Doorkeeper;
  private readonly stimuli: Stimuli;
  private readonly hands: OwnHands;
  private readonly rest: Rest;
  private readonly subscriptions: Subscription[] = [];
  private closing = false;
  private gone = false;
  /** Revision of the last snapshot that was kept. */
  private kept = -1;
  private readonly others: Others;

  constructor(
    readonly team: TeamId,
    private readonly site: LeaderSite,
    /** Of this team. */
    workers: Workers,
  ) {
    const { clock, rules } = site;
    this.doorkeeper = site.doorkeeperOf(workers);
    this.stream = teamStream(team);
    this.others = new Others(site, this.stream);
    this.views = new Views(site.store, rules.catalog, this.stream);
    this.rest = new Rest(clock);
    this.hands = new OwnHands(() => this.rest.end(), site.log);
    const { hands } = this;
    const { catalog } = rules;
    this.stimuli = new Stimuli({ clock, catalog, hands, isClosing: () => this.closing });
    this.execution = new Execution({
      ...site.execution,
      team,
      workers,
      views: this.views,
      report: (report) => {
        this.stimuli.report(report);
        this.rest.end();
      },
      progress: (actor, text) => site.progress(team, actor, text),
    });
  }

  /** Forms the team and leads it. Throws `RevisionConflict` when it exists already. */
  async form(formed: Formed, correlationId: string): Promise<void> {
    const forming = formingOf(formed, this.site.clock.now(), correlationId);
    const first = oneAfterAnother([forming, this.took(1, forming.at, 0)]);
    await this.opening(this.begin(first, emptyState(), NO_STREAM));
  }

  /** Takes over a team that stands in the store. False when it has ended already. */
  async take(from: TeamState, upgrade: TeamUpgrade | undefined): Promise<boolean> {
    const taken = await this.opening(this.takeFrom(from, upgrade));
    if (!taken) this.retire();
    return taken;
  }

  private async takeFrom(from: TeamState, upgrade: TeamUpgrade | undefined): Promise<boolean> {
    let current = from;
    for (let conflicts = 0; ; conflicts++) {
      if (current.ended) return false;
      const at = Math.max(this.site.clock.now(), current.at);
      const stimuli = [this.took(current.epoch + 1, at, at - current.at)];
      if (upgrade) stimuli.unshift({ type: 'team.upgraded', data: upgrade, at });
      try {
        await this.begin(oneAfterAnother(stimuli), current, current.revision);
        return true;
      } catch (error) {
        if (!(error instanceof RevisionConflict) || conflicts >= CONFLICTS_MAX) throw error;
        const before = current.revision;
        current = await this.site.fold.stateAt(this.stream);
        if (current.revision === before) await this.others.refuse(before);
      }
    }
  }

  /** The first append of this leader; then it leads. */
  private async begin(first: StimulusSource, from: TeamState, before: number): Promise<void> {
    const batch = this.turns(first, from);
    await this.others.append(batch, before);
    this.adopt(batch);
    this.start();
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
    const { name: leader, package: version, code } = this.site;
    return { type: 'leader.took', data: { epoch, leader, downMs, package: version, code }, at };
  }

  private start(): void {
    const inbox = inboxStream(this.team);
    const onError = (error: Error) => this.leave({ kind: 'failed', error });
    const { store } = this.site;
    this.subscriptions.push(
      store.subscribe({
        stream: inbox,
        afterRevision: hearAgainAfter(this.state, inbox),
        onEvents: (events) => {
          this.stimuli.hear(events);
          this.rest.end();
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
    if (this.others.among(events)) void this.recover(this.state.revision);
  }

  // ---- the loop

  private async lead(): Promise<void> {
    try {
      while (!this.gone) {
        if (this.state.ended) return this.leave({ kind: 'ended' });
        const before = this.state;
        const batch = this.turns(this.stimuli.next(), before);
        if (batch.events.length === 0) {
          await this.untilStimulus(); // suspension point 1: nothing to hear
          continue;
        }
        await this.others.append(batch, before.revision); // suspension point 2: the append
        if (this.gone) return batch.asking.giveBack();
        this.adopt(batch);
      }
    } catch (error) {
      if (error instanceof RevisionConflict) await this.recover(this.state.revision, true);
      else this.leave({ kind: 'failed', error: error as Error });
    }
  }

  private turns(next: StimulusSource, from: TeamState): TurnBatch {
    const asking = this.execution.permits.ask();
    const rule: Rule = (state, work, at) =>
      // Nobody judges before it leads: what forming owes is judged in the turn of `leader.took`.
      this.closing || state.leader !== this.site.name
        ? []
        : rulingsOn(state, work, at, this.doorkeeper, asking);
    return decideTurns(from, next, this.site.rules, { rule, asking });
  }

  /** Somebody else has appended. Only a newer leader may; then this one stands down. */
  private async recover(after: number, isConflict = false): Promise<void> {
    try {
      const verdict = this.gone ? undefined : await this.others.judge(after);
      if (verdict) return this.leave(verdict);
      if (!isConflict || this.gone) return;
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

  private adopt({ state, events, acts }: TurnBatch): void {
    this.state = state;
    this.views.note(events.map((event) => this.recorded(event)));
    if (!this.closing) this.execution.reconcile(state);
    this.hands.follow(state, acts);
    if (state.revision - this.kept >= SNAPSHOT_EVERY && !state.ended) {
      this.kept = state.revision;
      void this.site.fold.keep(this.stream, state).catch(() => {});
    }
  }

  private recorded({ revision, type, version, data, meta }: TurnEvent): RecordedEvent {
    return { id: '', stream: this.stream, revision, position: -1, type, version, data, meta };
  }

  private untilStimulus(): Promise<void> {
    if (!this.stimuli.isEmpty || this.gone) return Promise.resolve();
    const timer = this.closing ? undefined : nextTimer(this.state);
    return this.rest.until(timer?.dueAt);
  }

  // ---- leaving

  private leave(why: LeaderEnd): void {
    if (this.gone) return;
    this.retire();
    for (const subscription of this.subscriptions) subscription.close();
    if (why.kind !== 'ended') {
      void this.execution.stop(new StandingDown('this process leads the team no longer'), 0);
      this.site.left(this, why);
      return;
    }
    this.execution.reconcile(this.state);
    void this.execution.stop(new WorkFailure('cancelled', 'the team has ended'), 0);
    const children = this.execution.childTeams();
    if (children) void children.then(() => this.site.left(this, why));
    else this.site.left(this, why);
  }

  /** Stops new work, breaks off what is under way, records where it stands. The team can be resumed. */
  async close(graceMs: number): Promise<void> {
    if (this.gone) return;
    this.closing = true;
    for (const subscription of this.subscriptions) subscription.close();
    await this.execution.stop(new StandingDown('the process is closing'), graceMs);
    // Every report that has come in is recorded, or the loop is over.
    while (!this.gone && (!this.rest.isResting || this.stimuli.hasReports)) await this.rest.next();
    if (this.gone) return;
    if (this.state.revision > this.kept)
      await this.site.fold.keep(this.stream, this.state).catch(() => {});
    this.leave({ kind: 'closed' });
  }

  private retire(): void {
    this.gone = true;
    this.hands.stop();
    this.rest.end();
  }
}
