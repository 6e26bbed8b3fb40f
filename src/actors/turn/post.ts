/**
 * The post between actors of one's own: what one of them says to another is heard in the order in which XState
 * would have it heard. An actor that is busy hears what comes in between when it is done; any other at once, so
 * that an answer is there before its sender goes on.
 *
 * Invariants
 * 1. What is posted is recorded when it is heard, so that the record has the order of hearing.
 * 2. Nothing posted vanishes: where its addressee has gone in the meantime, it is recorded as undeliverable.
 */
import type { EventMeta, JsonObject } from '../../events/event.ts';
import type { Ref, Told } from '../own/effects.ts';

interface Letter {
  type: string;
  data: JsonObject;
  meta: Partial<EventMeta>;
  /** Of a word of the runtime's own, its version; of anyone else's, none. */
  version?: number;
  /** What its hearer hears, where that is not the event as it is recorded. */
  heard?: Told;
}

/** Something that a custom action does; run once, after the append. */
export interface Act {
  actor: string;
  name: string;
  run: () => unknown;
}

interface Waiting extends Letter {
  cause: number | undefined;
}

/** The turn that the post belongs to. */
interface Ground<Event> {
  cause: number | undefined;
  ownVersion(type: string): number;
  push(type: string, data: JsonObject, meta: Partial<EventMeta>, version: number): Event;
}

/** Of one turn, what concerns its own actors. */
export class Post<Event extends object = object> {
  readonly acts: Act[] = [];
  /** The reference of whoever joins by an event. */
  readonly arrivals = new Map<Event, Ref>();
  private readonly desks = new Map<string, Waiting[]>();
  private readonly heardAs = new Map<Event, Told>();
  private readonly opened = new Set<Event>();

  constructor(
    private readonly draft: Ground<Event>,
    private readonly hear: (event: Event) => void,
  ) {}

  /** Heard already, before what was said earlier. */
  isHeard(event: Event): boolean {
    return this.opened.has(event);
  }

  isBusy(actor: string): boolean {
    return this.desks.has(actor);
  }

  wordsOf(event: Event): Told | undefined {
    return this.heardAs.get(event);
  }

  /** Says something to one actor: now, or once that actor is done with what it is hearing. */
  send(to: string, letter: Letter): void {
    const desk = this.desks.get(to);
    if (desk) desk.push({ ...letter, cause: this.draft.cause });
    else this.say(letter);
  }

  /** What waits for an actor is not heard by it any more: it is stopped. */
  clear(actor: string): void {
    const desk = this.desks.get(actor);
    if (desk) desk.length = 0;
  }

  /** Records something and has it heard at once. */
  say({ type, data, meta, version, heard }: Letter, arrival?: Ref): Event {
    const { draft } = this;
    const outer = draft.cause;
    const event = draft.push(type, data, meta, version ?? draft.ownVersion(type));
    if (heard) this.heardAs.set(event, heard);
    if (arrival) this.arrivals.set(event, arrival);
    this.opened.add(event);
    this.hear(event);
    draft.cause = outer;
    return event;
  }

  /** An actor is busy with `step`; then it hears what has come for it meanwhile, and what comes of that. */
  occupy(actor: string, step: () => void): void {
    if (this.desks.has(actor)) {
      step();
      return;
    }
    const desk: Waiting[] = [];
    this.desks.set(actor, desk);
    const outer = this.draft.cause;
    step();
    for (let letter = desk.shift(); letter; letter = desk.shift()) {
      this.draft.cause = letter.cause;
      this.say(letter);
    }
    this.draft.cause = outer;
    this.desks.delete(actor);
  }
}
