/**
 * What a turn has come to so far: the state that it changes, and the events that it will append. Owns the
 * bounds of a turn and the way from something said to an event that can be written; what an event means to
 * the team is said by its neighbours `handlers` and `hearing`.
 *
 * Invariants
 * 1. Events stand in the order in which they were said, with consecutive revisions.
 * 2. What a machine hears is the JSON that is stored, not the object that was said.
 * 3. Every event fits its schema. In replay, what is said again to the letter was checked when it was appended.
 */
import type { EventMeta, JsonObject } from '../../events/event.ts';
import { type EventCatalog, UNTYPED } from '../../events/known-events.ts';
import type { Doorkeeper } from '../gate/doorkeeper.ts';
import type { RegisteredMachine } from '../machine/registered-machine.ts';
import type { Ref } from '../own/effects.ts';
import type { OwedWork, TeamState } from '../state/team-state.ts';
import { type Act, Post } from './post.ts';
import type { RecordedTurn } from './recorded-turn.ts';

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
  /** The actor that said it: a live hand, or a custom action of one. */
  actor?: string;
}

/** An event of a turn, ready to be appended. `text` is `data` as JSON. */
export interface TurnEvent<Data extends JsonObject = JsonObject> {
  revision: number;
  type: string;
  version: number;
  data: Data;
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

const NO_ACTS: readonly Act[] = [];

/** A turn went beyond one of its bounds. */
export class TurnOverrun extends Error {
  override readonly name = 'TurnOverrun';
  constructor(
    readonly reason: 'turnTooLong' | 'turnTooLarge',
    message: string,
  ) {
    super(message);
  }
}

export class TurnDraft {
  readonly events: TurnEvent[] = [];
  /** Works armed in this turn, whose `through` is set at its end. */
  readonly armed: OwedWork[] = [];
  /** Revision of the event that is being heard. */
  cause: number | undefined;
  /** Said once the turn is quiescent: the root actor has reached its end. */
  dissolution: JsonObject | undefined;
  private bytes = 0;
  private mail: Post<TurnEvent> | undefined;

  constructor(
    readonly state: TeamState,
    readonly stimulus: Stimulus,
    readonly rules: TurnRules,
    /** In replay: the turn as it was recorded. */
    private readonly recorded: RecordedTurn | undefined = undefined,
    /** Carries one event of this turn to its hearers. */
    private readonly hear: (event: TurnEvent) => void = () => {},
  ) {
    this.state.at = Math.max(state.at, stimulus.at);
    this.state.system?.look(this.state.actors);
    const { type, data, work, origin, to, actor } = stimulus;
    const event = this.push(
      type,
      data,
      {
        ...(actor ? { actor } : {}),
        ...(to ? { to: [...to] } : {}),
        ...(work ? { work } : {}),
        ...(origin ? { origin } : {}),
      },
      stimulus.version,
    );
    if (stimulus.correlationId) event.meta.correlationId = stimulus.correlationId;
    if (origin) this.hearOrigin(origin);
  }

  /** What has to do with actors of one's own. */
  get post(): Post<TurnEvent> {
    this.mail ??= new Post(this, (event) => this.hear(event));
    return this.mail;
  }

  /** What custom actions have to do once the turn is appended. */
  get acts(): readonly Act[] {
    return this.mail?.acts ?? NO_ACTS;
  }

  /** The reference of whoever joins by an event, when one of this turn's steps has made it. */
  arrivalBy(event: TurnEvent): Ref | undefined {
    return this.mail?.arrivals.get(event);
  }

  /** Heard already, out of turn. */
  isHeard(event: TurnEvent): boolean {
    return this.mail?.isHeard(event) ?? false;
  }

  /** Says something: the event stands behind all that were said before it. */
  push(type: string, data: JsonObject, meta: Partial<EventMeta> = {}, version?: number): TurnEvent {
    const known = version ?? this.rules.catalog.get(type)?.version ?? UNTYPED;
    const again = this.recorded?.again(this.events.length, type, known, data);
    const written = again ?? this.written(type, known, data);
    this.bound(written.text);
    const event: TurnEvent = {
      revision: this.state.revision + 1 + this.events.length,
      type,
      version: known,
      data: written.data,
      text: written.text,
      meta: { at: this.state.at, turn: this.state.turn, ...meta },
    };
    if (this.cause !== undefined) event.meta.causationId = this.cause;
    this.events.push(event);
    return event;
  }

  /** The version in which a machine of one's own says a word: the horde's meaning of it is not its. */
  ownVersion(type: string): number {
    const { catalog } = this.rules;
    return catalog.isUsers(type) ? (catalog.get(type)?.version ?? UNTYPED) : UNTYPED;
  }

  /** Says the end that stands for a turn which could not complete, however large its stimulus was. */
  pushEnd(reason: string, detail: string): TurnEvent {
    this.bytes = 0;
    return this.push('team.stopped', { reason, detail, heard: this.origins() });
  }

  /** The turn is over: its last event says so. */
  finish(): void {
    const last = this.events.at(-1);
    if (!last) return;
    last.meta.last = true;
    this.state.revision = last.revision;
    this.state.turn += 1;
    for (const work of this.armed) work.through = last.revision;
  }

  /** Last heard revision of each origin stream. */
  origins(): { [stream: string]: number } {
    return Object.fromEntries(this.state.heard);
  }

  private hearOrigin(origin: string): void {
    const split = origin.lastIndexOf('@');
    this.state.heard.set(origin.slice(0, split), Number(origin.slice(split + 1)));
  }

  private written(type: string, version: number, said: JsonObject) {
    const text = JSON.stringify(said);
    const data = JSON.parse(text) as JsonObject;
    this.rules.catalog.check(type, version, data);
    return { data, text };
  }

  private bound(text: string): void {
    const { type } = this.stimulus;
    if (this.events.length >= TURN_EVENTS_MAX) {
      throw new TurnOverrun(
        'turnTooLong',
        `a turn set off by ${type} did not end within ${TURN_EVENTS_MAX} events`,
      );
    }
    this.bytes += text.length;
    if (this.bytes > TURN_BYTES_MAX && this.events.length > 0) {
      throw new TurnOverrun(
        'turnTooLarge',
        `a turn set off by ${type} grew beyond ${TURN_BYTES_MAX} bytes`,
      );
    }
  }
}
