/**
 * A team of as many events as wanted, for the page: a team that was really led, told again and again with revisions, turns,
 * works and times moved on, and without its end. It reads like a stream, and its projections fold; its machines would not.
 */
import { randomUUID } from 'node:crypto';
import type { EventMeta, JsonObject, NewEvent, RecordedEvent } from '../../src/events/event.ts';
import { type TeamId, teamStream } from '../../src/events/ids.ts';
import type { EventStore } from '../../src/events/store.ts';

const CHUNK = 500;
/** Time from one lap to the next, milliseconds. */
const LAP_MS = 60_000;
/** What a team does only once. */
const ONCE = /^(team\.(formed|dissolved|stopped)|actor\.(done|left)|agent\.left|shutdown\..*)$/;

/** Of `events`: the first turn once, then all that follows again and again, `count` events or a few less. */
export function longTeam(events: readonly RecordedEvent[], count: number, team: string) {
  const first = events.filter(({ meta }) => meta.turn === 0);
  const body = events.filter(({ meta, type }) => meta.turn > 0 && !ONCE.test(type));
  const turns = body.at(-1)!.meta.turn;
  const long = first.map((event) => placed(event, event.revision, team, (at) => at, 0, 0));
  for (let lap = 0; long.length + body.length <= count; lap++) {
    const begin = long.length;
    const places = new Map(body.map(({ revision }, index) => [revision, begin + index]));
    const moved = (revision: number) => places.get(revision) ?? revision;
    for (const event of body)
      long.push(placed(event, moved(event.revision), team, moved, lap * turns, lap * LAP_MS));
  }
  return long;
}

/** Appends it to a store. */
export async function appendTeam(store: EventStore, events: readonly RecordedEvent[]) {
  const [{ stream }] = events as [RecordedEvent];
  for (let from = 0; from < events.length; from += CHUNK)
    await store.append(stream, events.slice(from, from + CHUNK).map(written), from - 1);
}

type Moved = (revision: number) => number;

function placed(
  event: RecordedEvent,
  revision: number,
  team: string,
  moved: Moved,
  turns: number,
  byMs: number,
): RecordedEvent {
  const data = event.type === 'team.formed' ? { ...event.data, team } : event.data;
  return {
    ...event,
    stream: teamStream(team as TeamId),
    revision,
    position: revision + 1,
    data: movedData(data, moved),
    meta: movedMeta(event.meta, moved, turns, byMs),
  };
}

function movedMeta(meta: EventMeta, moved: Moved, turns: number, byMs: number): EventMeta {
  const { causationId, work } = meta;
  return {
    ...meta,
    turn: meta.turn + turns,
    at: meta.at + byMs,
    ...(causationId === undefined ? {} : { causationId: moved(causationId) }),
    ...(work === undefined ? {} : { work: movedWork(work, moved) }),
  };
}

const movedWork = (work: string, moved: Moved): string =>
  work.replace(/@(\d+)/, (_, revision) => `@${moved(Number(revision))}`);

/** Names of works and revisions of material; grants and rounds stay. */
function movedData(data: JsonObject, moved: Moved): JsonObject {
  const fields = Object.entries(data).map(([key, item]) => {
    if (key === 'work' && typeof item === 'string') return [key, movedWork(item, moved)];
    if (key === 'material' && Array.isArray(item))
      return [key, item.map((revision) => moved(Number(revision)))];
    return [key, item];
  });
  return Object.fromEntries(fields) as JsonObject;
}

/** Ready to append. */
export const written = ({ type, version, data, meta }: RecordedEvent): NewEvent => ({
  id: randomUUID(),
  type,
  version,
  data: JSON.stringify(data),
  meta: JSON.stringify(meta),
});
