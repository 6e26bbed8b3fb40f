/**
 * The witness of a simulated world: it sees the disk and the hands, and nothing of the inside of a process.
 * It folds the team's stream for itself as it grows and holds what it sees against the guarantees.
 *
 * Held after every step
 * - G1: a hand begins only what stands on the disk as admitted, and as started where that is recorded.
 * - G3: every turn's end is a valid stream, and from a snapshot of it the fold goes on to the same state.
 * - G4: nothing settled is begun again; once-only work is begun once; a paid attempt is begun once.
 * - G5: who has lost the lead writes nothing more, and begins only what was recorded while it led.
 * - G6: by the witness's own account, settled + reserved stays within every limit.
 * - G8: what was said and what came in is recorded once, in order, with everybody it was for.
 */
import { createDoorkeeper, standardPolicies } from '../../src/actors/gate/doorkeeper.ts';
import type {
  MachineSource,
  RegisteredMachine,
} from '../../src/actors/machine/registered-machine.ts';
import { registerMachine } from '../../src/actors/machine/registration.ts';
import { foldTurn } from '../../src/actors/state/fold.ts';
import { reviveState } from '../../src/actors/state/revived-state.ts';
import {
  emptyState,
  forkState,
  hashState,
  persistState,
  type TeamState,
} from '../../src/actors/state/team-state.ts';
import type { TurnRules } from '../../src/actors/turn/draft.ts';
import type { WorkContext } from '../../src/actors/worker.ts';
import type { EventDefinition, RawEvent, RecordedEvent } from '../../src/events/event.ts';
import { createCatalog, type EventCatalog } from '../../src/events/known-events.ts';
import { vocabulary } from '../../src/events/words/index.ts';
import type { EffectClass } from '../../src/events/words/work.ts';
import { createAccount } from './account.ts';
import { createListener } from './listener.ts';
import type { Process } from './world.ts';

/** A guarantee does not hold; the message says which, and where. */
export class Violation extends Error {
  override readonly name = 'Violation';
}

export interface WitnessSite {
  machines: Readonly<Record<string, MachineSource>>;
  events: readonly EventDefinition[];
  hands: readonly string[];
  stream: string;
  inbox: string;
}

interface WorkLife {
  admitted: boolean;
  /** Which process recorded an attempt as started. */
  starts: Map<number, number>;
  settled: boolean;
  begun: Set<string>;
}

export class Witness {
  state: TeamState = emptyState();
  readonly violations: Violation[] = [];
  turns = 0;
  /** Turns that the limits of the team bound: results, its own timers, its forming. */
  counted = 0;
  private readonly catalog: EventCatalog;
  private readonly rules: TurnRules;
  private readonly works = new Map<string, WorkLife>();
  private readonly account = createAccount();
  private readonly listener;
  private turn: RecordedEvent[] = [];
  private raw: RawEvent[] = [];
  /** Which process leads, by what is written. */
  private leads = -1;
  private epochs = 0;
  private heardFromInbox = -1;
  private inboxHead = -1;
  private ended = false;

  constructor(private readonly site: WitnessSite) {
    this.catalog = createCatalog([...vocabulary, ...site.events]);
    const machines = new Map<string, RegisteredMachine>();
    for (const [name, source] of Object.entries(site.machines))
      machines.set(
        name,
        registerMachine(name, source, (src) => site.hands.includes(src)),
      );
    this.listener = createListener(machines);
    this.rules = {
      catalog: this.catalog,
      doorkeeper: createDoorkeeper(standardPolicies, {}),
      machineOf: (name) => this.listener.machineOf(name),
    };
  }

  /** The disk has written. */
  written(writer: number, events: readonly RawEvent[]): void {
    if (events[0]!.stream === this.site.inbox) this.inboxHead = events.at(-1)!.revision;
    if (events[0]!.stream !== this.site.stream) return;
    this.wroteAsLeader(writer, events);
    for (const raw of events) this.record(raw, this.catalog.decode(raw), writer);
  }

  /**
   * A hand begins. A process that has lost the lead without having heard of it (the answer to its append is
   * under way, or it was paused) may begin what was recorded as its own; nobody can prevent that.
   */
  begun(process: Process, effect: EffectClass, { work, attempt }: WorkContext): void {
    const life = this.works.get(work);
    const where = `${work} (attempt ${attempt}, process ${process.id})`;
    const dear = effect === 'paid' || effect === 'once';
    if (!life) {
      this.violated(`G1: ${where} begins and is not admitted on the disk`);
      return;
    }
    if (dear && life.starts.get(attempt) !== process.id)
      this.violated(`G1: ${where} begins and was not started on the disk by it`);
    if (process.id === this.leads) {
      if (!life.admitted) this.violated(`G1: ${where} begins and is not admitted on the disk`);
      if (life.settled) this.violated(`G4: ${where} begins and is settled already`);
    }
    // A leader that takes over begins anew what may be repeated, in the same process too.
    const key = dear ? `${attempt}` : `epoch ${this.epochs}/${process.id}`;
    if (life.begun.has(key)) this.violated(`G4: ${where} begins a second time`);
    if (effect === 'once' && life.begun.size > 0)
      this.violated(`G4: ${where} must be done but once`);
    life.begun.add(key);
  }

  private wroteAsLeader(writer: number, events: readonly RawEvent[]): void {
    const takes = events.some(({ type }) => type === 'leader.took');
    if (!takes && writer !== this.leads)
      this.violated(`G5: process ${writer} writes while process ${this.leads} leads`);
    if (!takes) return;
    this.leads = writer;
    this.epochs += 1;
  }

  private record(raw: RawEvent, event: RecordedEvent, writer: number): void {
    if (this.ended) this.violated(`G3: ${event.type}@${event.revision} stands after the end`);
    this.live(event, writer);
    this.account.note(event, (problem) => this.violated(`G6: @${event.revision}: ${problem}`));
    this.turn.push(event);
    this.raw.push(raw);
    if (event.meta.last) this.endTurn();
  }

  private live({ type, data, meta }: RecordedEvent, writer: number): void {
    if (meta.work === undefined) return;
    let life = this.works.get(meta.work);
    if (!life) {
      life = { admitted: false, starts: new Map(), settled: false, begun: new Set() };
      this.works.set(meta.work, life);
    }
    if (type === 'work.admitted') life.admitted = true;
    else if (type === 'work.started') life.starts.set(Number(data['attempt']), writer);
    else if (type === 'work.delayed' || type === 'work.lapsed') life.admitted = false;
    else if (type !== 'work.cancelled') {
      if (life.settled && type !== 'work.late') this.violated(`G4: ${meta.work} is settled twice`);
      life.settled = true;
    }
  }

  private endTurn(): void {
    const { turn, raw } = this;
    this.turn = [];
    this.raw = [];
    this.turns += 1;
    if (isBounded(turn[0]!)) this.counted += 1;
    const before = this.state;
    this.listener.forget();
    const { outcome, divergence } = foldTurn(forkState(before), raw, this.rules);
    if (divergence) {
      this.violated(
        `G2: @${divergence.revision} diverges: ${JSON.stringify(divergence).slice(0, 900)}`,
      );
    }
    this.state = outcome.state;
    this.ended ||= outcome.state.ended !== null;
    this.well(turn, before);
    for (const problem of this.listener.compare(turn, before, outcome.state))
      this.violated(`G8: ${problem}`);
    this.fromInbox(turn);
    if (this.turns % 16 === 0) this.again();
  }

  /** Numbers of a turn fit to those before it. */
  private well(turn: readonly RecordedEvent[], before: TeamState): void {
    turn.forEach((event, i) => {
      const { revision, meta } = event;
      if (revision !== before.revision + 1 + i || meta.turn !== before.turn)
        this.violated(`G3: ${event.type}@${revision} of turn ${meta.turn} does not follow`);
      if (meta.at < before.at)
        this.violated(`G3: ${event.type}@${revision} is older than the one before`);
    });
    if (this.state.revision !== turn.at(-1)!.revision)
      this.violated(
        `G3: the state stands at ${this.state.revision}, the turn ends at ${turn.at(-1)!.revision}`,
      );
  }

  private fromInbox(turn: readonly RecordedEvent[]): void {
    const [origin, revision] = (turn[0]!.meta.origin ?? '').split('@');
    if (origin !== this.site.inbox) return;
    if (Number(revision) !== this.heardFromInbox + 1)
      this.violated(`G8: ${origin}@${revision} is heard after @${this.heardFromInbox}`);
    this.heardFromInbox = Number(revision);
  }

  /** The state as a snapshot would keep it, and back. */
  private again(): void {
    const kept = JSON.parse(JSON.stringify(persistState(this.state)));
    const revived = reviveState(kept, this.rules.machineOf);
    if (hashState(revived) !== hashState(this.state))
      this.violated(`G3: a snapshot at ${this.state.revision} is not the state it was made of`);
    this.state = revived;
  }

  /** Held when the team has ended. */
  atEnd(): void {
    const heard = this.state.ended?.data['heard'] as Record<string, number> | undefined;
    const last = heard?.[this.site.inbox] ?? -1;
    if (last !== this.heardFromInbox)
      this.violated(
        `G8: the end names ${this.site.inbox}@${last}, heard was @${this.heardFromInbox}`,
      );
    if (last > this.inboxHead) this.violated(`G8: more was heard than was said`);
    if (this.turn.length > 0) this.violated(`G3: the stream ends within a turn`);
  }

  get hash(): string {
    return hashState(this.state);
  }

  violated(message: string): void {
    this.violations.push(new Violation(message));
  }
}

/** Words from outside, new leaders, and the doorkeeper's own turns add to the bound of a team, one each. */
const isBounded = ({ type, data, meta }: RecordedEvent) =>
  meta.origin === undefined &&
  type !== 'leader.took' &&
  !(type.startsWith('work.') && type !== 'work.done' && type !== 'work.failed') &&
  !(type === 'timer.fired' && data['actor'] === '');
