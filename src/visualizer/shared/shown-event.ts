/**
 * A recorded event as the page's timeline is given it: texts beyond a bound are cut, so that a team of tens of thousands
 * of events, or one with a message of a megabyte, stays a page that one can scroll.
 *
 * Invariant: whatever stands in a store is shown, as far as it can be read; what cannot be understood says why.
 */

import type { Json, JsonObject, RawEvent, RecordedEvent } from '../../events/event.ts';
import { type EventCatalog, isOurs } from '../../events/known-events.ts';
import { type ShownEvent, TEXT_SHOWN } from './wire.ts';

/** Most entries of a list, and most levels, that are shown. */
const LIST_SHOWN = 200;
const DEPTH_SHOWN = 8;

/** The event, shortened. */
export function shownEvent(event: Omit<ShownEvent, 'cut'> | RecordedEvent): ShownEvent {
  const scissors = { cut: false };
  const data = shortened(event.data, DEPTH_SHOWN, scissors) as JsonObject;
  return { ...wholeEvent(event), data, ...(scissors.cut ? { cut: true } : {}) };
}

/** The event as it was recorded. */
export const wholeEvent = (event: Omit<ShownEvent, 'cut'> | RecordedEvent): ShownEvent => {
  const { revision, type, data, meta } = event;
  const problem = 'problem' in event ? event.problem : undefined;
  return { revision, type, data, meta, ...(problem === undefined ? {} : { problem }) };
};

/**
 * An event of a store, brought up to the newest version. It was checked when it was written and is not checked again:
 * a page asks for tens of thousands.
 */
export function storedEvent(raw: RawEvent, catalog: EventCatalog): ShownEvent {
  const { revision, type } = raw;
  const problem = problemOf(raw, catalog);
  try {
    let data: JsonObject = JSON.parse(raw.data);
    const meta: unknown = JSON.parse(raw.meta);
    if (typeof data !== 'object' || data === null || !isOurs(meta))
      throw new Error('it was written by another program');
    const { version = 0, upcasts } = catalog.get(type) ?? {};
    if (raw.version > 0)
      for (let from = raw.version; from < version; from++) data = upcasts![from]!(data);
    return { revision, type, data, meta, ...(problem === undefined ? {} : { problem }) };
  } catch (error) {
    const [line] = String(error instanceof Error ? error.message : error).split('\n', 1);
    const damage = `${raw.stream}@${revision}: what is stored cannot be read: ${line}`;
    return { revision, type, data: {}, meta: { at: 0, turn: 0 }, problem: problem ?? damage };
  }
}

/** An event of a store as the timeline shows it. A short one has nothing to cut. */
export function storedShown(raw: RawEvent, catalog: EventCatalog): ShownEvent {
  const event = storedEvent(raw, catalog);
  return raw.data.length <= TEXT_SHOWN ? event : shownEvent(event);
}

function problemOf({ stream, revision, type, version }: RawEvent, catalog: EventCatalog) {
  if (version === 0) return undefined;
  const known = catalog.get(type)?.version;
  if (known !== undefined && version <= known) return undefined;
  const found = known === undefined ? 'is not known here' : `has version ${version}, not ${known}`;
  return `${stream}@${revision}: "${type}" ${found}: read it with the version that wrote it`;
}

function shortened(value: Json, depth: number, scissors: { cut: boolean }): Json {
  if (typeof value === 'string') {
    if (value.length <= TEXT_SHOWN) return value;
    scissors.cut = true;
    return `${value.slice(0, TEXT_SHOWN)}…`;
  }
  if (typeof value !== 'object' || value === null) return value;
  if (depth === 0) {
    scissors.cut = true;
    return '…';
  }
  if (Array.isArray(value)) {
    if (value.length > LIST_SHOWN) scissors.cut = true;
    return value.slice(0, LIST_SHOWN).map((item) => shortened(item, depth - 1, scissors));
  }
  const fields = Object.entries(value).map(
    ([key, item]) => [key.slice(0, TEXT_SHOWN), shortened(item, depth - 1, scissors)] as const,
  );
  return Object.fromEntries(fields);
}
