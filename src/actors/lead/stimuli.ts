/**
 * What a led team has to hear, in the order in which it hears it: results first (a result that is here beats its
 * time-out), then what its own hands say, then messages, then timers.
 *
 * Invariants
 * 1. What is taken from here is a stimulus, or matters to nobody any more: a late result, a repeated message.
 * 2. Each is made for the state that it will meet, not for the one that stood when it came in.
 * 3. Of work that is broken off by standing down nothing is told but what it has cost.
 */
import { amountOf, usage } from '../../events/amounts.ts';
import type { EventMeta, JsonObject, RawEvent } from '../../events/event.ts';
import type { StreamName } from '../../events/ids.ts';
import { type EventCatalog, UnreadableEvent } from '../../events/known-events.ts';
import type { Clock } from '../clock.ts';
import { isForOutsiders } from '../outside.ts';
import { type ArmedTimer, emptyState, type OwedWork, type TeamState } from '../state/team-state.ts';
import type { Stimulus } from '../turn/draft.ts';
import type { OwnHands } from './own-hands.ts';
import type { StimulusSource } from './turn-batch.ts';
import type { WorkReport } from './work-report.ts';

interface StimuliSite {
  readonly clock: Clock;
  readonly catalog: EventCatalog;
  readonly hands: OwnHands;
  /** Nothing is begun any more, and no timer fires. */
  isClosing(): boolean;
}

export class Stimuli {
  private readonly reports: WorkReport[] = [];
  private readonly inbox: RawEvent[] = [];
  /** Ids of what the inbox has said: the same word may stand there twice. */
  private readonly heardIds = new Set<string>();
  /** The state that the next stimulus will meet. */
  private meets: TeamState = emptyState();
  /** Results that came too late to matter, in this process. */
  dropped = 0;

  constructor(private readonly site: StimuliSite) {}

  report(report: WorkReport): void {
    this.reports.push(report);
  }

  hear(events: readonly RawEvent[]): void {
    this.inbox.push(...events);
  }

  /** Reports that are not recorded yet. */
  get hasReports(): boolean {
    return this.reports.length > 0;
  }

  get isEmpty(): boolean {
    return !this.hasReports && this.inbox.length === 0 && this.site.hands.isSilent;
  }

  /** For the turns of one append. */
  next(): StimulusSource {
    let all: Generator<Stimulus> | undefined;
    return (state) => {
      this.meets = state;
      all ??= this.all(Math.max(this.site.clock.now(), state.at));
      const { value, done } = all.next();
      return done ? undefined : value;
    };
  }

  private *all(now: number): Generator<Stimulus, undefined> {
    for (let report = this.reports.shift(); report; report = this.reports.shift()) {
      const stimulus = this.fromReport(report, now);
      if (stimulus) yield stimulus;
    }
    yield* this.site.hands.stimuli(now, () => this.meets);
    for (let raw = this.inbox.shift(); raw; raw = this.inbox.shift()) {
      const stimulus = this.fromInbox(raw, now);
      if (stimulus) yield stimulus;
    }
    for (;;) {
      const timer = nextTimer(this.meets);
      if (!timer || timer.dueAt > now || this.site.isClosing()) return;
      const { actor, timer: name, armed, dueAt } = timer;
      yield { type: 'timer.fired', data: { actor, timer: name, armed, dueAt }, at: now };
    }
  }

  private fromReport(report: WorkReport, at: number): Stimulus | undefined {
    const { work: id, type, data, brokenOff } = report;
    const work = this.meets.works.get(id);
    if (type === 'work.started' || type === 'work.delayed') {
      // Of work that was begun, only the next attempt is delayed.
      const { status } = work ?? {};
      const isNew = status === 'admitted' || (status === 'started' && 'attempt' in data);
      const isWanted = isNew && !this.site.isClosing();
      return isWanted ? { type, data, at, work: id } : undefined;
    }
    if (!work) {
      this.dropped += 1;
      return undefined;
    }
    if (work.effect === 'attaching' && data['kind'] === 'standingDown') return undefined;
    if (work.status === 'cancelled') return late(work, data, at);
    if (brokenOff) return lapsed(work, data, at);
    return { type, data, at, work: id };
  }

  private fromInbox(raw: RawEvent, at: number): Stimulus | undefined {
    const origin = `${raw.stream}@${raw.revision}`;
    const isRepeat = this.heardIds.has(raw.id);
    this.heardIds.add(raw.id);
    if (isRepeat || (this.meets.heard.get(raw.stream) ?? -1) >= raw.revision) return undefined;
    try {
      const { type, version, data, meta } = this.site.catalog.decode(raw, 'outside');
      if (!isForOutsiders(type, this.meets.system !== undefined))
        throw new UnreadableEvent(`"${type}" may not come from outside`, 'invalid');
      return { type, version, data, at, origin, to: addressees(meta) ?? [this.meets.root] };
    } catch (error) {
      const problem = String((error as Error).message).slice(0, 400);
      return { type: 'origin.refused', data: { problem }, at, origin };
    }
  }
}

/** Words of the inbox that a new leader reads again. */
const HEARD_AGAIN = 256;

/** Some of what was heard comes again, so that a word that stands there twice is known. */
export const hearAgainAfter = ({ heard }: TeamState, inbox: StreamName): number =>
  Math.max(-1, (heard.get(inbox) ?? -1) - HEARD_AGAIN);

/** Nobody waits for it any more: what it has cost is settled. */
function late({ id, src }: OwedWork, data: JsonObject, at: number): Stimulus {
  const { usage: used, spent } = data;
  const cost = { ...(used ? { usage: used } : {}), ...(spent ? { spent } : {}) };
  return { type: 'work.late', data: { work: id, src, ...cost }, at, work: id };
}

/** Broken off by standing down: what it has cost is settled, and the next leader judges it anew. */
function lapsed(work: OwedWork, data: JsonObject, at: number): Stimulus | undefined {
  if (work.effect !== 'paid') return undefined;
  const used = usage.safeParse(data['usage']);
  const settled = used.success ? amountOf(used.data) : work.reserved;
  const { id, src, attempt } = work;
  return { type: 'work.lapsed', data: { work: id, src, attempt, settled }, at, work: id };
}

/** The timer that fires next, as far as the team lets timers fire. */
export function nextTimer({ timers, paused }: TeamState): ArmedTimer | undefined {
  let next: ArmedTimer | undefined;
  for (const timer of timers.values()) {
    // A team that was asked to stop is stopped in time, paused or not.
    if (paused && (timer.actor !== '' || (timer.relative && timer.timer !== 'stop'))) continue;
    if (!next || isBefore(timer, next)) next = timer;
  }
  return next;
}

/** Timers of one's own actors stand in the order in which XState would have set them. */
const isBefore = (one: ArmedTimer, other: ArmedTimer): boolean =>
  one.dueAt < other.dueAt ||
  (one.dueAt === other.dueAt && one.to === undefined && one.armed < other.armed);

/** Who is meant by what came from outside, which nobody has checked yet. */
function addressees(meta: EventMeta): string[] | undefined {
  const { to } = meta as { to?: unknown };
  if (to === undefined) return undefined;
  if (!Array.isArray(to) || to.some((name) => typeof name !== 'string'))
    throw new UnreadableEvent('`to` is a list of the names of actors', 'invalid');
  return to.length > 0 ? to : undefined;
}
