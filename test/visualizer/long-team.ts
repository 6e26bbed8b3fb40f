/**
 * A team of as many events as wanted, for the page: the middle of a team that was really led, told again and again with
 * revisions, turns, works and times moved on. It reads like a stream, and its projections fold; its machines would not.
 */
import { randomUUID } from 'node:crypto';
import type { EventMeta, JsonObject, NewEvent, RecordedEvent } from '../../src/events/event.ts';
import { type TeamId, teamStream } from '../../src/events/ids.ts';
import type { EventStore } from '../../src/events/store.ts';

const CHUNK = 500;

/** Of `events`: the first turn once, then all turns before the last again and again, until there are `count`. */
export function longTeam(events: readonly RecordedEvent[], count: number, team: string) {
  const first = events.filter(({ meta }) => meta.turn === 0);
  const lastTurn = events.at(-1)!.meta.turn;
  const body = events.filter(({ meta }) => meta.turn > 0 && meta.turn < lastTurn);
  const long: RecordedEvent[] = first.map((event) => named(event, team));
  for (let lap = 0; long.length + body.length <= count; lap++)
    for (const event of body)
      long.push(later(named(event, team), lap * body.length, lap * (lastTurn - 1)));
  return long;
}

/** Appends it to a store. */
export async function appendTeam(store: EventStore, events: readonly RecordedEvent[]) {
  const [{ stream }] = events as [RecordedEvent];
  for (let from = 0; from < events.length; from += CHUNK)
    await store.append(stream, events.slice(from, from + CHUNK).map(written), from - 1);
}

const named = (event: RecordedEvent, team: string): RecordedEvent => ({
  ...event,
  stream: teamStream(team as TeamId),
  data: event.type === 'team.formed' ? { ...event.data, team } : event.data,
});

function later(event: RecordedEvent, by: number, turns: number): RecordedEvent {
  const { revision, position, data, meta } = event;
  return {
    ...event,
    revision: revision + by,
    position: position + by,
    data: moved(data, by) as JsonObject,
    meta: movedMeta(meta, by, turns),
  };
}

function movedMeta(meta: EventMeta, by: number, turns: number): EventMeta {
  const { causationId, work } = meta;
  return {
    ...meta,
    turn: meta.turn + turns,
    at: meta.at + by * 40,
    ...(causationId === undefined ? {} : { causationId: causationId + by }),
    ...(work === undefined ? {} : { work: movedWork(work, by) }),
  };
}

const movedWork = (work: string, by: number): string =>
  work.replace(/@(\d+)/, (_, revision) => `@${Number(revision) + by}`);

/** Names of works and revisions of material; grants and rounds stay. */
function moved(value: unknown, by: number): unknown {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return value;
  const data = value as { [key: string]: unknown };
  return Object.fromEntries(
    Object.entries(data).map(([key, item]) => {
      if (key === 'work' && typeof item === 'string') return [key, movedWork(item, by)];
      if (key === 'material' && Array.isArray(item)) return [key, item.map((n) => Number(n) + by)];
      return [key, item];
    }),
  );
}

const written = ({ type, version, data, meta }: RecordedEvent): NewEvent => ({
  id: randomUUID(),
  type,
  version,
  data: JSON.stringify(data),
  meta: JSON.stringify(meta),
});
