/**
 * A team's stream in the words of the Stately inspector: events of the protocol of `@statelyai/inspect` (0.7), so that
 * people can look at a team with the inspector that they know. Contexts are not in it: they are not in the log.
 *
 * Invariants
 * 1. However much an actor goes through in a turn, it has one snapshot a turn: the state in which the turn left it.
 * 2. What only the runtime says to itself is not told: its leave for work, its timers, its leaders.
 * 3. A fork goes by its own name from its first event on: the stream's.
 */
import type { Json, JsonObject, RecordedEvent } from '../../events/event.ts';
import { teamOfStream } from '../../events/ids.ts';

const PROTOCOL = '0.7.2';

interface Told {
  rootId: string;
  sessionId: string;
  createdAt: string;
  id: string;
  _version: string;
}

export type InspectionEvent = Told &
  (
    | {
        type: '@xstate.actor';
        name: string;
        parentId: string | undefined;
        definition: string | undefined;
        snapshot: { status: string; value?: Json };
      }
    | { type: '@xstate.event'; sourceId: string | undefined; event: JsonObject & { type: string } }
    | {
        type: '@xstate.snapshot';
        event: JsonObject & { type: string };
        snapshot: { status: string; value: Json };
      }
  );

/** `definitionOf` gives a machine's configuration as JSON, by the machine's name. */
export function createInspection(definitionOf: (machine: string) => string | undefined) {
  const inspection = new Inspection(definitionOf);
  return (event: RecordedEvent): InspectionEvent[] => inspection.tell(event);
}

class Inspection {
  private root = '';
  private team = '';
  private readonly known = new Set<string>();
  /** The last state of each actor in the turn that is being told, and the event that led to it. */
  private readonly states = new Map<string, { value: Json; event: RecordedEvent }>();
  private readonly done = new Set<string>();

  constructor(private readonly definitionOf: (machine: string) => string | undefined) {}

  /** What the inspector is told of the next event. */
  tell(event: RecordedEvent): InspectionEvent[] {
    const { type, data, meta } = event;
    const said: InspectionEvent[] = [];
    if (type === 'team.formed') {
      this.root = String(data['actor']);
      this.team = teamOfStream(event.stream) ?? String(data['team']);
      said.push(this.joined(event, this.root, String(data['machine'])));
    } else if (type === 'actor.joined' || type === 'agent.joined')
      said.push(this.joined(event, String(data['actor']), String(data['machine'])));
    else if (type === 'actor.done') this.done.add(String(data['actor']));
    else if (type === 'team.dissolved') this.done.add(this.root);
    said.push(...this.heard(event));
    for (const [actor, value] of Object.entries(meta.state ?? {}))
      this.states.set(actor, { value, event });
    return meta.last ? [...said, ...this.settledStates()] : said;
  }

  private joined(event: RecordedEvent, actor: string, machine: string): InspectionEvent {
    this.known.add(actor);
    this.done.delete(actor);
    return {
      ...this.told(actor, event, '/actor'),
      type: '@xstate.actor',
      name: actor,
      parentId: actor === this.root ? undefined : this.sessionOf(this.root),
      definition: this.definitionOf(machine),
      snapshot: { status: 'active', ...stateOf(event, actor) },
    };
  }

  private heard(event: RecordedEvent): InspectionEvent[] {
    if (UNTOLD.test(event.type)) return [];
    const { actor, to = [], deaf = [] } = event.meta;
    return to
      .filter((hearer) => this.known.has(hearer) && !deaf.includes(hearer))
      .map((hearer) => ({
        ...this.told(hearer, event, `/${hearer}`),
        type: '@xstate.event',
        sourceId: actor === undefined ? undefined : this.sessionOf(actor),
        event: { ...event.data, type: event.type },
      }));
  }

  private settledStates(): InspectionEvent[] {
    const all = [...this.states].map(
      ([actor, { value, event }]): InspectionEvent => ({
        ...this.told(actor, event, `/${actor}/state`),
        type: '@xstate.snapshot',
        event: { ...event.data, type: event.type },
        snapshot: { status: this.done.has(actor) ? 'done' : 'active', value },
      }),
    );
    this.states.clear();
    return all;
  }

  private sessionOf = (actor: string): string => `${this.team}/${actor}`;

  private told = (actor: string, { meta, revision }: RecordedEvent, what: string): Told => ({
    rootId: this.sessionOf(this.root),
    sessionId: this.sessionOf(actor),
    createdAt: String(meta.at),
    id: `${this.team}@${revision}${what}`,
    _version: PROTOCOL,
  });
}

/**
 * The same story in at most `most` messages, and two more for each actor: who there is and where each of them stood
 * is told first, then the newest in full.
 */
export function bounded(messages: readonly InspectionEvent[], most: number): InspectionEvent[] {
  if (messages.length <= most) return [...messages];
  const actors = new Map<string, InspectionEvent>();
  const stood = new Map<string, InspectionEvent>();
  for (const message of messages.slice(0, messages.length - most)) {
    if (message.type === '@xstate.actor') actors.set(message.sessionId, message);
    else if (message.type === '@xstate.snapshot') stood.set(message.sessionId, message);
  }
  return [...actors.values(), ...stood.values(), ...messages.slice(-most)];
}

/** What an actor went through and left again is left out: of each actor its last snapshot. */
export function coalesced(messages: readonly InspectionEvent[]): InspectionEvent[] {
  const last = new Map<string, InspectionEvent>();
  for (const message of messages)
    if (message.type === '@xstate.snapshot') last.set(message.sessionId, message);
  return messages.filter(
    (message) => message.type !== '@xstate.snapshot' || last.get(message.sessionId) === message,
  );
}

function stateOf({ meta }: RecordedEvent, actor: string): { value?: Json } {
  const value = meta.state?.[actor];
  return value === undefined ? {} : { value };
}

/** What only the runtime says to itself. */
const UNTOLD =
  /^(leader\.|timer\.|work\.(admitted|delayed|started|cancelled|late|lapsed)$|origin\.|team\.(formed|upgraded|forked)$)/;
