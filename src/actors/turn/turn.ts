/**
 * A turn: one stimulus carried to quiescence. The whole of what the runtime decides happens here, purely:
 * the same state, stimulus and rulings give the same events, live and in replay.
 *
 * Invariants
 * 1. First said, first heard: events are recorded in the order in which they are heard.
 * 2. A result or timer reaches a machine only while the activation that it answers is in force.
 * 3. Every event said is heard, or its hearer is recorded as deaf, or its addressee as undeliverable.
 * 4. Work is judged when the turn is quiescent; a refusal is heard within the same turn.
 * 5. A turn that cannot complete changes nothing: it is replaced by its stimulus, unheard, and `team.stopped`.
 */

import type { EventMeta, Json, JsonObject, RawEvent } from '../../events/event.ts';
import { type EventCatalog, UNTYPED } from '../../events/known-events.ts';
import type { Amount } from '../../events/words/work.ts';
import type { Doorkeeper } from '../gate/doorkeeper.ts';
import type { FoldedEvent } from '../gate/policy.ts';
import type { Effect, Step } from '../machine/interpreter.ts';
import type { RegisteredMachine } from '../machine/registration.ts';
import { becomeFork, type Forked } from '../state/forked-state.ts';
import {
  type Formed,
  forkState,
  type OwedWork,
  type TeamActor,
  type TeamState,
  timerKey,
} from '../state/team-state.ts';

/** What sets a turn off. */
export interface Stimulus {
  type: string;
  version?: number;
  data: JsonObject;
  at: number;
  work?: string;
  origin?: string;
  to?: readonly string[];
  correlationId?: string;
}

/** An event of a turn, ready to be appended. `text` is `data` as JSON. */
export interface TurnEvent {
  revision: number;
  type: string;
  version: number;
  data: JsonObject;
  text: string;
  meta: EventMeta;
}

/** A verdict on one piece of work, as it is recorded. */
export interface Ruling {
  type: 'work.admitted' | 'work.delayed' | 'work.refused' | 'work.started';
  data: JsonObject;
}

/** Where rulings come from: the doorkeeper and the governor when live, the log in replay. */
export type Rule = (state: TeamState, work: OwedWork, at: number, index: number) => Ruling[];

export interface TurnRules {
  readonly catalog: EventCatalog;
  readonly doorkeeper: Doorkeeper;
  machineOf(name: string): RegisteredMachine;
}

/** Bounds of one turn. */
export const TURN_EVENTS_MAX = 512;
export const TURN_BYTES_MAX = 960_000;
/** How long a team that was asked to stop may take before it is stopped, milliseconds. */
export const STOP_GRACE_MS = 60_000;

const NOT_RECORDED: readonly RawEvent[] = [];

class TurnOverrun extends Error {
  constructor(
    readonly reason: 'turnTooLong' | 'turnTooLarge',
    message: string,
  ) {
    super(message);
  }
}

export interface TurnOutcome {
  state: TeamState;
  events: TurnEvent[];
}

/** Carries a stimulus to quiescence on a copy of the state. Never throws for what a machine does. */
export function takeTurn(
  before: TeamState,
  stimulus: Stimulus,
  rules: TurnRules,
  rule: Rule,
  recorded?: readonly RawEvent[],
): TurnOutcome {
  const limit = before.formed?.limits.turns ?? Number.POSITIVE_INFINITY;
  if (before.turn >= limit)
    return stopInstead(before, stimulus, rules, 'turnsSpent', `${limit} turns are over`);
  // In replay the state is used up: a turn that was recorded does not fail, or it diverges.
  const turn = new Turn(recorded ? before : forkState(before), stimulus, rules, rule, recorded);
  try {
    turn.run();
    return { state: turn.state, events: turn.events };
  } catch (error) {
    const reason = error instanceof TurnOverrun ? error.reason : 'poisoned';
    return stopInstead(
      before,
      stimulus,
      rules,
      reason,
      error instanceof Error ? error.message : String(error),
    );
  }
}

/** The turn that stands for one that could not complete. */
export function stopInstead(
  before: TeamState,
  stimulus: Stimulus,
  rules: TurnRules,
  reason: string,
  detail: string,
): TurnOutcome {
  const turn = new Turn(forkState(before), stimulus, rules, () => []);
  turn.stop(reason, detail.slice(0, 4000));
  return { state: turn.state, events: turn.events };
}

class Turn {
  readonly events: TurnEvent[] = [];
  /** Works armed in this turn, whose `through` is set at its end. */
  private readonly armed: OwedWork[] = [];
  private bytes = 0;
  private cause: number | undefined;
  /** Said once the turn is quiescent: the root actor has reached its end. */
  private dissolution: JsonObject | undefined;

  constructor(
    readonly state: TeamState,
    private readonly stimulus: Stimulus,
    private readonly rules: TurnRules,
    private readonly rule: Rule,
    /** In replay: the turn as it was recorded. What is said again to the letter need not be checked again. */
    private readonly recorded: readonly RawEvent[] = NOT_RECORDED,
  ) {
    this.state.at = Math.max(state.at, stimulus.at);
    const { type, data, work, origin, to } = stimulus;
    const event = this.push(
      type,
      data,
      { ...(to ? { to: [...to] } : {}), ...(work ? { work } : {}), ...(origin ? { origin } : {}) },
      stimulus.version,
    );
    if (stimulus.correlationId) event.meta.correlationId = stimulus.correlationId;
    if (origin) this.hearOrigin(origin);
  }

  run(): void {
    for (let i = 0; ; i++) {
      if (i === this.events.length && !this.quiesce()) break;
      if (i === this.events.length) break;
      this.hear(this.events[i]!);
    }
    this.finish();
  }

  stop(reason: string, detail: string): void {
    const [stimulus] = this.events;
    if (stimulus!.type === 'team.formed') this.form(stimulus!.data as unknown as Formed);
    delete stimulus!.meta.to;
    // The end is recorded however large the stimulus was.
    this.bytes = 0;
    this.push('team.stopped', { reason, detail, heard: Object.fromEntries(this.state.heard) });
    this.end(this.events[1]!);
    this.finish();
  }

  private finish(): void {
    const last = this.events.at(-1)!;
    last.meta.last = true;
    this.state.revision = last.revision;
    this.state.turn += 1;
    for (const work of this.armed) work.through = last.revision;
  }

  private push(
    type: string,
    data: JsonObject,
    meta: Partial<EventMeta> = {},
    version?: number,
  ): TurnEvent {
    if (this.events.length >= TURN_EVENTS_MAX) {
      throw new TurnOverrun(
        'turnTooLong',
        `a turn set off by ${this.stimulus.type} did not end within ${TURN_EVENTS_MAX} events`,
      );
    }
    const text = JSON.stringify(data);
    this.bytes += text.length;
    if (this.bytes > TURN_BYTES_MAX && this.events.length > 0) {
      throw new TurnOverrun(
        'turnTooLarge',
        `a turn set off by ${this.stimulus.type} grew beyond ${TURN_BYTES_MAX} bytes`,
      );
    }
    const { catalog } = this.rules;
    const known = version ?? catalog.get(type)?.version ?? UNTYPED;
    const heard = JSON.parse(text) as JsonObject;
    const before = this.recorded[this.events.length];
    if (before?.data !== text || before.version !== known) catalog.check(type, known, heard);
    const event: TurnEvent = {
      revision: this.state.revision + 1 + this.events.length,
      type,
      version: known,
      data: heard,
      text,
      meta: { at: this.state.at, turn: this.state.turn, ...meta },
    };
    if (this.cause !== undefined) event.meta.causationId = this.cause;
    this.events.push(event);
    return event;
  }

  /** Everything said has been heard: judge what is owed, then see whether the team has ended. */
  private quiesce(): boolean {
    if (this.state.ended) return false;
    this.cause = undefined;
    const before = this.events.length;
    if (!this.state.paused && !this.dissolution) {
      for (const work of this.state.works.values()) {
        if (work.status !== 'owed') continue;
        for (const { type, data } of this.rule(
          this.state,
          work,
          this.state.at,
          this.events.length,
        )) {
          this.push(type, data, { work: work.id });
        }
        // One verdict at a time: it changes the ground on which the next is judged.
        if (this.events.length > before) return true;
      }
    }
    if (this.dissolution) {
      this.push('team.dissolved', this.dissolution, {});
      this.dissolution = undefined;
    }
    return this.events.length > before;
  }

  private hear(event: TurnEvent): void {
    this.cause = event.revision;
    this.apply(event);
    const folded = this.folded(event);
    for (const { type, data } of this.rules.doorkeeper.note(this.state, folded))
      this.push(type, data, {});
    if (!folded.work || !SETTLING.test(event.type)) return;
    // Something settled: whoever waits for reserved tokens is judged again at the end of this turn.
    for (const work of this.state.works.values()) {
      if (work.status === 'delayed' && work.waitsFor === 'budget') this.due(work);
    }
  }

  private folded({ type, data, revision, meta, text }: TurnEvent): FoldedEvent {
    const definition = this.rules.catalog.get(type);
    const message = definition
      ? definition.message
      : meta.actor !== undefined && (meta.to?.length ?? 0) > 0;
    const bytes = Buffer.byteLength(text);
    return {
      type,
      data,
      revision,
      at: meta.at,
      actor: meta.actor,
      to: meta.to ?? [],
      work: meta.work,
      bytes,
      message,
    };
  }

  private apply(event: TurnEvent): void {
    const { data } = event;
    const handler = OWN[event.type];
    if (handler) {
      handler(this, event);
      return;
    }
    if (event.meta.work !== undefined) {
      this.settle(event);
      return;
    }
    const effect = this.rules.catalog.get(event.type)?.effect;
    if (effect === 'joins')
      this.join(event, String(data['actor']), String(data['machine']), data['input'] as Json);
    if (effect === 'leaves') this.leave(String(data['actor']));
    this.deliver(event, event.meta.to ?? this.subscribers(event));
  }

  // ---- actors

  form(formed: Formed): void {
    this.state.formed = formed;
    this.state.root = formed.actor;
    this.state.package = formed.package;
    this.rules.doorkeeper.open(this.state, formed);
    if (formed.limits.timeMs !== undefined) {
      this.armOwn('deadline', this.state.at + formed.limits.timeMs, false);
    }
  }

  join(event: TurnEvent, id: string, machineName: string, input: Json): void {
    const machine = this.rules.machineOf(machineName);
    if (this.state.actors.get(id)?.status === 'active') {
      throw new Error(
        `an actor "${id}" is in the team already; say that it left before another joins under its name`,
      );
    }
    const actor: TeamActor = { id, machine, snapshot: undefined as never, status: 'active' };
    // Set anew, so that the order of hearing is the order of joining.
    this.state.actors.delete(id);
    this.state.actors.set(id, actor);
    this.adopt(actor, machine.interpreter.start(input), event);
  }

  private leave(id: string): void {
    const actor = this.state.actors.get(id);
    if (actor?.status !== 'active') return;
    actor.status = 'left';
    this.release(id);
  }

  /** Nothing is owed to, and no timer runs for, an actor that is no longer active. */
  private release(id: string): void {
    for (const work of [...this.state.works.values()]) if (work.actor === id) this.cancel(work);
    for (const [key, timer] of this.state.timers)
      if (timer.actor === id) this.state.timers.delete(key);
  }

  /** Takes over a step: the new snapshot, and what the machine wants done. */
  private adopt(actor: TeamActor, { snapshot, effects }: Step, event: TurnEvent): void {
    const changed = actor.snapshot !== snapshot;
    actor.snapshot = snapshot;
    if (changed) {
      event.meta.state ??= {};
      event.meta.state[actor.id] = snapshot.value as Json;
    }
    for (const effect of effects) this.want(actor, effect);
    if (snapshot.status === 'done') this.finished(actor, snapshot.output as Json);
  }

  private finished(actor: TeamActor, output: Json): void {
    actor.status = 'done';
    this.release(actor.id);
    if (actor.id !== this.state.root) {
      this.push('actor.done', { actor: actor.id, status: 'done', output: output ?? null }, {});
      return;
    }
    const end = (typeof output === 'object' && output !== null ? output : {}) as JsonObject;
    this.dissolution = {
      status: end['status'] === 'failed' ? 'failed' : 'done',
      reason: typeof end['reason'] === 'string' ? end['reason'] : 'done',
      output: output ?? null,
      heard: Object.fromEntries(this.state.heard),
    };
  }

  private want(actor: TeamActor, effect: Effect): void {
    switch (effect.kind) {
      case 'say':
        this.say(actor, effect.event);
        return;
      case 'owe':
        this.owe(actor, effect);
        return;
      case 'cancel': {
        const work = this.workOf(actor.id, effect.invoke);
        if (work) this.cancel(work);
        return;
      }
      case 'arm': {
        const { timer, event, delayMs } = effect;
        const dueAt = this.state.at + delayMs;
        this.state.timers.set(timerKey(actor.id, timer), {
          actor: actor.id,
          timer,
          event,
          dueAt,
          armed: this.cause!,
          relative: true,
        });
        return;
      }
      case 'disarm':
        this.state.timers.delete(timerKey(actor.id, effect.timer));
    }
  }

  private say(
    actor: TeamActor,
    said: { type: string; to?: string | readonly string[]; [key: string]: unknown },
  ): void {
    const { type, to, ...data } = said;
    if (typeof type !== 'string' || OWN[type]) {
      throw new Error(
        `machine "${actor.machine.name}" says "${type}", which only the runtime may say`,
      );
    }
    const meta: Partial<EventMeta> = { actor: actor.id };
    if (to !== undefined) meta.to = typeof to === 'string' ? [to] : [...to];
    this.push(type, data as JsonObject, meta);
  }

  // ---- hearing

  private subscribers(event: TurnEvent): string[] {
    const hearers: string[] = [];
    for (const actor of this.state.actors.values()) {
      if (
        actor.status === 'active' &&
        actor.id !== event.meta.actor &&
        actor.machine.hears(event.type)
      )
        hearers.push(actor.id);
    }
    return hearers;
  }

  private deliver(event: TurnEvent, to: readonly string[], from = event.meta.actor ?? ''): void {
    const hearers: string[] = [];
    for (const id of to) {
      const actor = this.state.actors.get(id);
      if (actor?.status !== 'active') {
        event.meta.undeliverable = [...(event.meta.undeliverable ?? []), id];
        continue;
      }
      hearers.push(id);
      const { revision, version } = event;
      const meta = { from, revision, at: this.state.at };
      const heard =
        version === UNTYPED
          ? { ...meta, ...event.data, type: event.type }
          : { ...event.data, ...meta, type: event.type };
      this.step(actor, event, actor.machine.interpreter.hear(actor.snapshot, heard));
    }
    if (hearers.length > 0) event.meta.to = hearers;
    else delete event.meta.to;
  }

  private step(actor: TeamActor, event: TurnEvent, step: Step): void {
    if (step.snapshot === actor.snapshot && step.effects.length === 0) {
      event.meta.deaf = [...(event.meta.deaf ?? []), actor.id];
      return;
    }
    this.adopt(actor, step, event);
  }

  // ---- work

  private owe(
    actor: TeamActor,
    { invoke, src, input }: { invoke: string; src: string; input: Json },
  ): void {
    let id = `${actor.id}/${invoke}@${this.cause}`;
    // Left and entered again within one event: a new activation all the same.
    for (let n = 2; this.state.works.has(id) || this.armed.some((work) => work.id === id); n++) {
      id = `${actor.id}/${invoke}@${this.cause}.${n}`;
    }
    const work: OwedWork = {
      id,
      actor: actor.id,
      invoke,
      src,
      input,
      armed: this.cause!,
      through: this.cause!,
      status: 'owed',
      effect: null,
      reserved: { tokens: 0, usd: 0 },
      outputTokensMax: null,
      attempt: 0,
      waitsFor: null,
    };
    this.state.works.set(id, work);
    this.armed.push(work);
  }

  private workOf(actor: string, invoke: string): OwedWork | undefined {
    for (const work of this.state.works.values()) {
      if (work.actor === actor && work.invoke === invoke && work.status !== 'cancelled')
        return work;
    }
    return undefined;
  }

  /** What was started and paid for stays until it settles; everything else is forgotten. */
  private cancel(work: OwedWork): void {
    if (work.status === 'cancelled') return;
    const started = work.status === 'started';
    const recorded =
      (started || work.status === 'admitted') && (settlesLate(work) || work.effect === 'once');
    if (recorded)
      this.push('work.cancelled', { work: work.id, src: work.src, started }, { work: work.id });
    this.state.timers.delete(timerKey('', `work:${work.id}`));
    if (started && settlesLate(work)) work.status = 'cancelled';
    else this.state.works.delete(work.id);
  }

  private settle(event: TurnEvent): void {
    const work = this.state.works.get(event.meta.work!);
    const actor = work && this.state.actors.get(work.actor);
    if (!work || !actor || work.status === 'cancelled') {
      // Left within this very turn, by an event heard before: there is nobody to hear it any more.
      event.meta.undeliverable = [event.meta.work!.split('/', 1)[0]!];
      return;
    }
    this.state.works.delete(work.id);
    this.state.timers.delete(timerKey('', `work:${work.id}`));
    const { interpreter } = actor.machine;
    const origin = { revision: event.revision, at: this.state.at };
    const failed = isFailure(event.type);
    const step = failed
      ? interpreter.fail(actor.snapshot, work.invoke, event.data, origin)
      : interpreter.settle(
          actor.snapshot,
          work.invoke,
          event.type === 'work.done' ? (event.data['output'] as Json) : event.data,
          origin,
        );
    this.step(actor, event, step);
    const others = this.subscribers(event).filter((id) => id !== actor.id);
    // Whoever else hears a result is told whose work it was.
    if (others.length > 0) this.deliver(event, others, actor.id);
    event.meta.to = [actor.id, ...(event.meta.to ?? [])];
  }

  /** Judged again when the turn is quiescent. */
  due(work: OwedWork): void {
    work.status = 'owed';
    work.waitsFor = null;
    this.state.timers.delete(timerKey('', `work:${work.id}`));
  }

  /**
   * After a crash: paid attempts count as spent and are judged anew, once-only work has an unknown outcome. A team
   * below has its own stream and is attached to again, so its reservation stands.
   */
  lapse(): void {
    for (const work of [...this.state.works.values()]) {
      const { id, src, attempt, reserved } = work;
      if (work.status === 'started' && work.effect === 'once') {
        const message =
          'the process ended while this work, which must not be done twice, was under way';
        this.push('work.failed', { kind: 'outcomeUnknown', message }, { work: id });
      } else if (
        (work.status === 'started' || work.status === 'cancelled') &&
        work.effect === 'paid'
      ) {
        this.push('work.lapsed', { work: id, src, attempt, settled: reserved }, { work: id });
      }
    }
  }

  /** From here on the stream is another team's: what the origin had under way is owed anew, or unknown. */
  fork({ data }: TurnEvent): void {
    const forked = data as unknown as Forked;
    const { again, unknown } = becomeFork(this.state, forked);
    // Another model is asked anew, with all that is known by now; the same one as it was asked.
    if (forked.model !== undefined) this.armed.push(...again);
    const message =
      'the team was forked while this work, which must not be done twice, was under way';
    for (const { id } of unknown)
      this.push('work.failed', { kind: 'outcomeUnknown', message }, { work: id });
  }

  // ---- the runtime's own timers, and the end

  armOwn(timer: string, dueAt: number, relative: boolean): void {
    const key = timerKey('', timer);
    if (this.state.timers.has(key)) return;
    this.state.timers.set(key, {
      actor: '',
      timer,
      event: { type: timer },
      dueAt,
      armed: this.cause ?? 0,
      relative,
    });
  }

  fire(event: TurnEvent): void {
    const {
      actor: id,
      timer,
      armed,
    } = event.data as { actor: string; timer: string; armed: number };
    const key = timerKey(id, timer);
    const waiting = this.state.timers.get(key);
    if (!waiting || waiting.armed !== armed)
      throw new Error(`timer ${key} fired and is not armed at revision ${armed}`);
    this.state.timers.delete(key);
    if (id !== '') {
      const actor = this.state.actors.get(id)!;
      event.meta.to = [id];
      const { revision } = event;
      this.step(
        actor,
        event,
        actor.machine.interpreter.hear(actor.snapshot, {
          revision,
          at: this.state.at,
          ...waiting.event,
        } as never),
      );
    } else if (timer === 'deadline') {
      this.push(
        'team.stopRequested',
        { team: this.state.formed!.team, reason: 'time spent', by: 'doorkeeper' },
        {},
      );
    } else if (timer === 'stop') {
      this.halt('stopped', 'the team was asked to stop and did not end in time');
    } else {
      const work = this.state.works.get(timer.slice('work:'.length));
      if (work) this.due(work);
    }
  }

  /** A request to stop goes to the root; one that cannot act on it is stopped for it. */
  stopRequested(event: TurnEvent): void {
    this.deliver(event, [this.state.root]);
    if (event.meta.deaf || event.meta.undeliverable) {
      this.halt('stopped', `asked by ${event.data['by']}: ${event.data['reason']}`);
    } else {
      this.armOwn('stop', this.state.at + STOP_GRACE_MS, true);
    }
  }

  private halt(reason: string, detail: string): void {
    if (this.state.ended || this.dissolution) return;
    this.push('team.stopped', { reason, detail, heard: Object.fromEntries(this.state.heard) }, {});
  }

  end(event: TurnEvent): void {
    this.state.ended = { type: event.type, data: event.data, revision: event.revision };
    for (const actor of this.state.actors.values())
      if (actor.status === 'active') actor.status = 'left';
    this.state.timers.clear();
    for (const work of this.state.works.values()) {
      if (work.status === 'started' && settlesLate(work)) work.status = 'cancelled';
      else if (work.status !== 'cancelled' || work.effect !== 'attaching')
        this.state.works.delete(work.id);
    }
  }

  shiftTimers(byMs: number): void {
    if (byMs <= 0) return;
    for (const timer of this.state.timers.values()) if (timer.relative) timer.dueAt += byMs;
  }

  private hearOrigin(origin: string): void {
    const split = origin.lastIndexOf('@');
    this.state.heard.set(origin.slice(0, split), Number(origin.slice(split + 1)));
  }
}

const SETTLING = /^(?!work\.(admitted|delayed|started)$)/;

/** What was begun may cost although nobody waits for it any more: it keeps its reservation until it settles. */
const settlesLate = ({ effect }: OwedWork) => effect === 'paid' || effect === 'attaching';

/** Failures are named so; a worker's own names of results keep to it. */
export const isFailure = (type: string) => type.endsWith('.failed') || type === 'work.refused';

const found = (turn: Turn, event: TurnEvent): OwedWork => {
  const work = turn.state.works.get(event.meta.work!);
  if (!work) throw new Error(`${event.type} speaks of ${event.meta.work}, which is not owed`);
  return work;
};

/** What the runtime itself says, and what hearing it means. A machine may not say these. */
const OWN: Record<string, (turn: Turn, event: TurnEvent) => void> = {
  'team.formed': (turn, event) => {
    const formed = event.data as unknown as Formed;
    turn.form(formed);
    turn.join(event, formed.actor, formed.machine, formed.input as Json);
  },
  'leader.took': (turn, { data }) => {
    turn.state.epoch = Number(data['epoch']);
    turn.state.leader = String(data['leader']);
    turn.state.package = String(data['package']);
    turn.state.code = String(data['code']);
    // While the team is paused its timers stand still anyway, and are moved when it continues.
    if (!turn.state.paused) turn.shiftTimers(Number(data['downMs']));
    turn.lapse();
  },
  'team.upgraded': () => {},
  'team.forked': (turn, event) => turn.fork(event),
  'origin.refused': () => {},
  'team.paused': (turn, event) => {
    delete event.meta.to;
    turn.state.paused ??= { at: turn.state.at };
  },
  'team.continued': (turn, event) => {
    delete event.meta.to;
    if (turn.state.paused) turn.shiftTimers(turn.state.at - turn.state.paused.at);
    turn.state.paused = null;
  },
  'team.stopRequested': (turn, event) => turn.stopRequested(event),
  'team.stopped': (turn, event) => turn.end(event),
  'team.dissolved': (turn, event) => turn.end(event),
  'timer.fired': (turn, event) => turn.fire(event),
  'work.admitted': (turn, event) => {
    const work = found(turn, event);
    work.status = 'admitted';
    work.effect = event.data['effect'] as OwedWork['effect'];
    work.reserved = event.data['reserved'] as Amount;
    work.outputTokensMax = (event.data['outputTokensMax'] as number | undefined) ?? null;
  },
  'work.delayed': (turn, event) => {
    const work = found(turn, event);
    work.status = 'delayed';
    work.waitsFor = String(event.data['reason']).split(':')[0]!;
    turn.armOwn(`work:${work.id}`, Number(event.data['until']), true);
  },
  'work.started': (turn, event) => {
    const work = found(turn, event);
    work.status = 'started';
    work.attempt = Number(event.data['attempt']);
  },
  'work.cancelled': () => {},
  'work.late': (turn, event) => {
    turn.state.works.delete(event.meta.work!);
  },
  'work.lapsed': (turn, event) => {
    const work = found(turn, event);
    if (work.status === 'cancelled') turn.state.works.delete(work.id);
    else turn.due(work);
  },
};
