/**
 * A team's story as the page holds it: all its events, and what they come to at every revision. It knows nothing of
 * the screen. Looking back costs a look into an array: each fold keeps its state after every event, and immer shares
 * what did not change.
 *
 * Invariants
 * 1. Events are appended in order and without a gap; what was told of a revision is never told differently later.
 * 2. What is asked of a revision depends on the events up to it alone.
 */

import type { Json, RecordedEvent } from '../../../events/event.ts';
import { armedAt } from '../../../events/work-id.ts';
import { type Board, board } from '../../../projections/board/board.ts';
import {
  type ChangeOfMind,
  type ChangesOfMind,
  changesOfMind,
} from '../../../projections/decisions/changes-of-mind.ts';
import type { Projection } from '../../../projections/kit/projection.ts';
import { metrics } from '../../../projections/metrics/metrics.ts';
import type { Metrics } from '../../../projections/metrics/metrics-state.ts';
import { isMove } from '../../../projections/moves/moves-made.ts';
import { lineOf } from '../../../projections/transcript/transcript.ts';
import { type TeamVerdict, verdict } from '../../../projections/verdict/verdict.ts';
import { recorded, type ShownEvent } from '../../shared/wire.ts';
import { type EventKind, kindOf } from '../timeline/event-kind.ts';
import { lastAt, lastWhere } from './ascending.ts';
import { Cast, type Standing } from './cast.ts';

/** Something that one actor said to others; `index` counts messages. */
export interface StoryMessage {
  index: number;
  revision: number;
  from: string;
  to: readonly string[];
  type: string;
}

/** What is told from actor to actor, beside moves. */
const TOLD: ReadonlySet<string> = new Set(['message.sent', 'message.told', 'turn.granted']);

export class TeamStory {
  readonly events: RecordedEvent[] = [];
  /** The shown events are cut where long; whether one is. */
  readonly cuts = new Set<number>();
  readonly cast = new Cast();
  readonly messages: StoryMessage[] = [];
  /** Revisions at which a round began, in order. */
  readonly rounds: number[] = [];
  /** Revisions that end a turn, in order. */
  readonly turnEnds: number[] = [];
  readonly #kinds: EventKind[] = [];
  readonly #ends: number[] = [];
  readonly #effects = new Map<number, number[]>();
  readonly #works = new Map<string, number[]>();
  readonly #grants = new Map<string, number[]>();
  readonly #folds = new Map<Projection<unknown>, unknown[]>();

  constructor(readonly team: string) {}

  /** The last revision; -1 before the first event. */
  get head(): number {
    return this.events.length - 1;
  }

  /** Takes what follows; what is known already is passed over, a gap is a `RangeError`. */
  append(batch: readonly ShownEvent[]): void {
    for (const shown of batch) {
      if (shown.revision < this.events.length) continue;
      if (shown.revision > this.events.length)
        throw new RangeError(`revision ${shown.revision} came where ${this.events.length} was due`);
      this.#take(shown);
    }
  }

  #take(shown: ShownEvent): void {
    const event = recorded(this.team, shown);
    const { revision, type, meta } = event;
    this.events.push(event);
    if (shown.cut) this.cuts.add(revision);
    this.cast.hear(event);
    this.#kinds.push(kindOf(event));
    this.#ends.push(meta.last ? revision : (this.#ends[revision - 1] ?? -1));
    if (meta.last) this.turnEnds.push(revision);
    if (type === 'round.started') this.rounds.push(revision);
    if (type === 'turn.granted') note(this.#grants, grantKey(event.data), revision);
    const work = meta.work ?? event.data['work'];
    if (typeof work === 'string') note(this.#works, work, revision);
    const cause = causeOf(event);
    if (cause !== undefined) note(this.#effects, cause, revision);
    if (isMove(event) || TOLD.has(type))
      this.messages.push({
        index: this.messages.length,
        revision,
        from: meta.actor ?? lineOf(event).by,
        to: meta.to ?? [],
        type,
      });
    for (const [projection, states] of this.#folds) states.push(next(projection, states, event));
  }

  /** The event of a revision that is known to be there. */
  eventAt(revision: number): RecordedEvent {
    const event = this.events[revision];
    if (!event) throw new RangeError(`revision ${revision} is not there`);
    return event;
  }

  kindAt(revision: number): EventKind {
    return this.#kinds[revision] ?? 'runtime';
  }

  /** The end of the last turn at or before it: only there a prefix is consistent. */
  turnEndAt(revision: number): number {
    return this.#ends[Math.min(revision, this.head)] ?? -1;
  }

  /** The last round that was begun by then; undefined before the first. */
  roundAt(revision: number): number | undefined {
    const begun = this.rounds[lastAt(this.rounds, revision)];
    return begun === undefined ? undefined : Number(this.eventAt(begun).data['round']);
  }

  /** All that is said of a piece of work: its admission, start, end. */
  ofWork(work: string): readonly number[] {
    return this.#works.get(work) ?? [];
  }

  /** The turn in which a move was made: the grant that it answers. */
  grantOf(revision: number): number | undefined {
    const event = this.events[revision];
    const { actor } = event?.meta ?? {};
    if (!event || actor === undefined || event.data['grant'] === undefined) return undefined;
    const granted = this.#grants.get(grantKey({ agent: actor, grant: event.data['grant'] })) ?? [];
    return granted[lastAt(granted, revision)];
  }

  /** Every actor that has joined by then, as it stood. */
  standingsAt(revision: number): Standing[] {
    return this.cast.at(revision);
  }

  stateAt(actor: string, revision: number): Json | undefined {
    return this.cast.stateOf(actor, revision);
  }

  /** What follows from it, by its own word. */
  effectsOf(revision: number): readonly number[] {
    return this.#effects.get(revision) ?? [];
  }

  causeOf(revision: number): number | undefined {
    const event = this.events[revision];
    return event && causeOf(event);
  }

  boardAt = (revision: number): Board => this.at(board, revision);
  /** How the team stood, and why. */
  verdictAt = (revision: number): TeamVerdict => this.at(verdict, revision);
  metricsAt = (revision: number): Metrics => this.at(metrics, revision);

  changesOfMind(): readonly ChangeOfMind[] {
    const { changes } = this.at<ChangesOfMind>(changesOfMind, this.head);
    return changes;
  }

  changeOfMindAt(revision: number): ChangeOfMind | undefined {
    return this.changesOfMind().find((change) => change.revision === revision);
  }

  /** The state of any projection after a revision. */
  at<State>(projection: Projection<State>, revision: number): State {
    if (revision < 0) return projection.initial;
    const key = projection as Projection<unknown>;
    let states = this.#folds.get(key) as State[] | undefined;
    if (!states) {
      states = [];
      for (const event of this.events) states.push(next(projection, states, event));
      this.#folds.set(key, states);
    }
    return states[Math.min(revision, this.head)] ?? projection.initial;
  }

  /** The first message at or after a revision, as an index into `messages`. */
  messageFrom(revision: number): number {
    return lastWhere(this.messages, (message) => message.revision < revision) + 1;
  }
}

function note<Key>(index: Map<Key, number[]>, key: Key, revision: number): void {
  const known = index.get(key);
  if (known) known.push(revision);
  else index.set(key, [revision]);
}

const grantKey = (data: { [key: string]: Json }): string =>
  `${String(data['agent'])}#${String(data['grant'])}`;

const next = <State>(
  projection: Projection<State>,
  states: readonly State[],
  event: RecordedEvent,
): State => projection.apply(states.at(-1) ?? projection.initial, event);

/** What it was heard after, or the event that made the work owed which it settles. */
function causeOf({ revision, meta }: RecordedEvent): number | undefined {
  const armed = armedAt(meta.work ?? '');
  if (armed !== undefined && armed < revision) return armed;
  return meta.causationId;
}
