/**
 * A recorded event as the page's timeline is given it: texts beyond a bound are cut, so that a team of tens of thousands
 * of events, or one with a message of a megabyte, stays a page that one can scroll.
 */
import type { Json, JsonObject, RecordedEvent } from '../events/event.ts';
import { type ShownEvent, TEXT_SHOWN } from './wire.ts';

/** Most entries of a list, and most levels, that are shown. */
const LIST_SHOWN = 200;
const DEPTH_SHOWN = 8;

/** The event, shortened. */
export function shownEvent({ revision, type, data, meta }: RecordedEvent): ShownEvent {
  const scissors = { cut: false };
  const shown = shortened(data, DEPTH_SHOWN, scissors) as JsonObject;
  return { revision, type, data: shown, meta, ...(scissors.cut ? { cut: true } : {}) };
}

/** The event as it was recorded. */
export const wholeEvent = ({ revision, type, data, meta }: RecordedEvent): ShownEvent => ({
  revision,
  type,
  data,
  meta,
});

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
