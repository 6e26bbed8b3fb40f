/**
 * Execution: the work of one led team that is under way in this process. It begins work that the stream says may
 * begin, aborts work that nobody waits for any more, and reports what came of it.
 *
 * Invariants
 * 1. (G1) Work begins only when `reconcile` is told of an adopted state, whose events are durable.
 * 2. Work whose repetition costs or hurts runs only if its `work.started` is durable.
 * 3. Every permit of the governor is given back exactly once (`permits.ts`).
 * 4. Work begins at most once per attempt: what has been reported is not begun again while its report is on
 *    its way into the stream.
 * 5. A child team is attached to even when nobody waits for it any more: it is wound down, and settles then.
 */
import { NO_USAGE } from '../../events/amounts.ts';
import type { TeamId } from '../../events/ids.ts';
import { sentenceOf } from '../../events/thrown.ts';
import { decode } from '../../events/value.ts';
import type { ChildOrder } from '../children/child-teams.ts';
import type { Clock } from '../clock.ts';
import type { Governor, Permit } from '../governor/governor.ts';
import { logicOf } from '../machine/chart-reading.ts';
import { runOwnLogic } from '../machine/own-logic.ts';
import { timedOut, waitAfter } from '../machine/work-policy.ts';
import type { OwedWork, TeamState } from '../state/team-state.ts';
import {
  type ChildEnd,
  StandingDown,
  type WorkContext,
  type Worker,
  type Workers,
  WorkFailure,
} from '../worker.ts';
import { Permits } from './permits.ts';
import type { Views } from './views.ts';
import { failureReport, outcomeOf, resultReport, type WorkReport } from './work-report.ts';

export interface ExecutionSite {
  readonly team: TeamId;
  readonly workers: Workers;
  readonly views: Views;
  readonly clock: Clock;
  readonly governor: Governor | undefined;
  /** Runs a child team to its end. */
  runChild(order: ChildOrder): Promise<ChildEnd>;
  report(report: WorkReport): void;
  progress(actor: string, text: string): void;
}

interface Running {
  work: OwedWork;
  abort: AbortController;
  finished: Promise<void>;
}

export class Execution {
  private readonly running = new Map<string, Running>();
  readonly permits: Permits;
  /** Works that wait for the governor's leave, or for the record of it. */
  private readonly queueing = new Map<string, AbortController>();
  /** Works that have ended here and that the stream does not say so of yet. */
  private readonly reported = new Set<string>();

  constructor(private readonly site: ExecutionSite) {
    const { clock, governor } = site;
    this.permits = new Permits({ clock, governor, workerOf: (src) => this.workerOf(src) });
  }

  workerOf(src: string): Worker | undefined {
    return Object.hasOwn(this.site.workers, src) ? this.site.workers[src] : undefined;
  }

  /** Brings what runs here into line with what the team waits for. */
  reconcile(state: TeamState): void {
    for (const [id, { work, abort }] of this.running) {
      const waited = state.works.get(id);
      if (!waited || waited.status === 'cancelled') abort.abort(notWaitedFor(work));
    }
    for (const [id, abort] of this.queueing) {
      if (state.works.get(id)?.status !== 'admitted') this.giveUp(id, abort);
    }
    // What was reported is settled, or waits for its next attempt.
    for (const id of this.reported) {
      const work = state.works.get(id);
      if (!work || work.status === 'delayed') this.reported.delete(id);
    }
    for (const work of state.works.values()) {
      if (this.running.has(work.id) || this.reported.has(work.id)) continue;
      if (work.status === 'started') this.begin(work, state);
      else if (work.status === 'admitted') this.prepare(work, state);
      else if (work.status === 'cancelled' && work.effect === 'attaching')
        this.windDown(work, state);
      else if (work.status === 'cancelled') this.neverBegun(work);
    }
    this.permits.giveBack((id) => this.queueing.has(id));
  }

  /** Recorded as started and cancelled within one append: it never ran and cost nothing. */
  private neverBegun(work: OwedWork): void {
    this.reported.add(work.id);
    this.site.report({ work: work.id, type: 'work.late', data: { usage: NO_USAGE } });
  }

  private prepare(work: OwedWork, state: TeamState): void {
    if (isFree(work)) this.begin(work, state);
    else if (!this.queueing.has(work.id)) this.queue(work);
  }

  /** Asks the governor again, and reports the start once it gives leave. */
  private queue(work: OwedWork): void {
    const abort = new AbortController();
    const entry = this.permits.enter(work, abort.signal);
    const started = { work: work.id, src: work.src, attempt: work.attempt + 1 };
    const start = (permit?: Permit) => {
      if (permit && abort.signal.aborted) permit.leave('cancelled');
      if (abort.signal.aborted) return;
      if (permit) this.permits.hold(work.id, permit);
      this.site.report({ work: work.id, type: 'work.started', data: started });
    };
    this.queueing.set(work.id, abort);
    if (entry === undefined) start();
    else if ('now' in entry) start(entry.now);
    else if ('soon' in entry)
      entry.soon.then(start, (error) => {
        if (!abort.signal.aborted) this.site.report(this.failureOf(work, error, 0));
      });
    else if ('until' in entry) {
      const { until, reason } = entry;
      this.site.report({
        work: work.id,
        type: 'work.delayed',
        data: { work: work.id, src: work.src, until, reason },
      });
    } else this.site.report(this.failureOf(work, entry.failed, 0));
  }

  private giveUp(id: string, abort: AbortController): void {
    this.queueing.delete(id);
    abort.abort();
  }

  /** Cancelled by an earlier leader, or before it was begun here: what there is of it is asked to stop. */
  private windDown(work: OwedWork, state: TeamState): void {
    const abort = new AbortController();
    abort.abort(notWaitedFor(work));
    this.begin(work, state, abort);
  }

  private begin(work: OwedWork, state: TeamState, abort = new AbortController()): void {
    this.queueing.delete(work.id);
    const finished = this.permitted(work, state, abort.signal).then((report) => {
      this.running.delete(work.id);
      this.reported.add(work.id);
      this.site.report(report);
    });
    this.running.set(work.id, { work, abort, finished });
  }

  private async permitted(
    work: OwedWork,
    state: TeamState,
    signal: AbortSignal,
  ): Promise<WorkReport> {
    let permit = this.permits.claim(work.id);
    if (!permit && this.permits.keyOf(work) !== undefined) {
      try {
        permit = await this.permits.waitFor(work, signal);
      } catch (error) {
        return this.failureOf(work, signal.aborted ? signal.reason : error, 0);
      }
    }
    const report = await this.run(work, state, signal);
    permit?.leave(...outcomeOf(report, signal));
    return report;
  }

  private async run(work: OwedWork, state: TeamState, signal: AbortSignal): Promise<WorkReport> {
    const begun = this.site.clock.now();
    const worker = this.workerOf(work.src);
    try {
      if (!worker) return await this.runOwn(work, state, signal);
      const output = await worker.run(inputOf(work, state), this.contextOf(work, state, signal));
      return resultReport(work, worker, output);
    } catch (error) {
      // Whatever is thrown once nobody waits for it any more, it was broken off. What paid work says itself may tell
      // what it cost; what can be done again has nothing to say.
      const isTold = error instanceof WorkFailure && !isFree(work);
      const failure = signal.aborted && !isTold ? signal.reason : error;
      const report = this.failureOf(work, failure, this.site.clock.now() - begun);
      if (signal.reason instanceof StandingDown && report.data['kind'] === 'cancelled')
        report.brokenOff = true;
      return report;
    }
  }

  /** A promise of a machine's own; one that fails and may be tried again is delayed until then. */
  private async runOwn(work: OwedWork, state: TeamState, signal: AbortSignal): Promise<WorkReport> {
    const { machine, policies } = state.actors.get(work.actor)!.machine;
    const { src, logic = logicOf(machine, src) } = work;
    const { clock, team } = this.site;
    const attempt = attemptOf(work);
    const policy = Object.hasOwn(policies, src) ? policies[src] : undefined;
    const late = new AbortController();
    const { timeoutMs } = policy ?? {};
    const unwake =
      timeoutMs === undefined
        ? undefined
        : clock.wake(clock.now() + timeoutMs, () => late.abort(timedOut(src, timeoutMs)));
    try {
      const data = await runOwnLogic({
        logic,
        src,
        input: inputOf(work, state),
        activation: { key: `${team}/${work.id}`, attempt },
        signal: AbortSignal.any([signal, late.signal]),
      });
      return { work: work.id, type: 'work.done', data };
    } catch (error) {
      const waitMs = signal.aborted ? undefined : waitAfter(policy, attempt);
      if (waitMs === undefined) throw error;
      const reason = `retry: ${sentenceOf(error)}`.slice(0, 400);
      const data = { work: work.id, src, until: clock.now() + waitMs, reason, attempt };
      return { work: work.id, type: 'work.delayed', data };
    } finally {
      unwake?.();
    }
  }

  private failureOf(work: OwedWork, error: unknown, latencyMs: number): WorkReport {
    return failureReport(work, this.workerOf(work.src), error, latencyMs);
  }

  private contextOf(work: OwedWork, state: TeamState, signal: AbortSignal): WorkContext {
    const { team, views, progress } = this.site;
    const { limits, depth, labels } = state.formed!;
    return {
      team,
      actor: work.actor as WorkContext['actor'],
      work: work.id,
      attempt: attemptOf(work),
      through: work.through,
      reserved: work.reserved,
      ...(work.outputTokensMax === null ? {} : { outputTokensMax: work.outputTokensMax }),
      limits,
      depth,
      labels,
      signal,
      event: (revision) => views.event(revision),
      view: (projection) => views.view(projection, work.through),
      progress: (text) => progress(work.actor, text),
      childTeam: (plan) => {
        if (work.effect === 'attaching')
          return this.site.runChild({ work, state, team, plan, signal });
        throw new TypeError(`"${work.src}" starts a team: its worker's effect must be "attaching"`);
      },
    };
  }

  /** Resolves once all child teams have ended or were left to others; undefined when there are none. */
  childTeams(): Promise<void> | undefined {
    const ending = [...this.running.values()].filter(({ work }) => work.effect === 'attaching');
    return ending.length === 0
      ? undefined
      : Promise.all(ending.map(({ finished }) => finished)).then(() => undefined);
  }

  /** Aborts everything, and resolves once all of it has ended or the time is up. */
  async stop(why: WorkFailure | StandingDown, graceMs: number): Promise<void> {
    for (const [id, abort] of this.queueing) this.giveUp(id, abort);
    const ending = [...this.running.values()];
    for (const { work, abort } of ending) {
      // Once-only work is let finish: aborting it would leave its outcome unknown.
      if (work.effect !== 'once') abort.abort(why);
    }
    this.permits.giveBack();
    if (ending.length === 0) return;
    if (graceMs > 0) {
      let unwake = () => {};
      const { clock } = this.site;
      const grace = new Promise<void>((resolve) => {
        unwake = clock.wake(clock.now() + graceMs, resolve);
      });
      await Promise.race([Promise.all(ending.map(({ finished }) => finished)), grace]);
      unwake();
    }
    for (const { abort } of ending) abort.abort(why);
  }
}

const inputOf = ({ input }: OwedWork, state: TeamState) => decode(input, state.system?.codec);
const notWaitedFor = ({ src }: OwedWork) =>
  new WorkFailure('cancelled', `${src} is not waited for any more`);

/** Beginning it again costs nothing and hurts nobody, so no start of it is recorded. */
const isFree = ({ effect }: OwedWork) => effect === 'repeatable' || effect === 'converging';

/** Recorded starts count themselves; of free work, the leaders under whom it may have been begun are counted. */
const attemptOf = (work: OwedWork) => (isFree(work) ? work.attempt + 1 : work.attempt);
