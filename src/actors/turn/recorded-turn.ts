/**
 * A turn as it stands in the log, while it is taken again. Its events are read as data once, and only where
 * somebody looks; what a machine says again is compared with what it said, and is then the recorded event itself.
 *
 * Invariant: two things are the same here exactly when they would be written down as the same JSON, whatever the
 * order of their keys. What JSON would write in a way of its own (a Date, NaN) is never the same here, and is
 * written down to be compared.
 */
import type { Json, JsonObject, RawEvent, RecordedEvent } from '../../events/event.ts';

export class RecordedTurn {
  private readonly data: (JsonObject | undefined)[] = [];

  constructor(
    readonly events: readonly RawEvent[],
    /** The first of them, as it is read today. */
    readonly first: RecordedEvent,
  ) {
    // One that was brought up to date is not what stands there.
    if (events[0]?.version === first.version) this.data[0] = first.data;
  }

  dataOf(index: number): JsonObject | undefined {
    const raw = this.events[index];
    if (!raw) return undefined;
    this.data[index] ??= JSON.parse(raw.data) as JsonObject;
    return this.data[index];
  }

  /** The recorded event, when this is said again to the letter. */
  again(
    index: number,
    type: string,
    version: number,
    said: JsonObject,
  ): { data: JsonObject; text: string } | undefined {
    const raw = this.events[index];
    if (raw?.type !== type || raw.version !== version) return undefined;
    const data = this.dataOf(index);
    return data && isSame(said, data) ? { data, text: raw.data } : undefined;
  }
}

function isSame(said: unknown, recorded: Json | undefined): boolean {
  if (said === recorded) return true;
  if (typeof said !== 'object' || said === null) return false;
  if (typeof recorded !== 'object' || recorded === null || 'toJSON' in said) return false;
  if (Array.isArray(said)) {
    if (!Array.isArray(recorded) || said.length !== recorded.length) return false;
    return said.every((one, index) => isSame(one, recorded[index]));
  }
  return !Array.isArray(recorded) && isSameObject(said, recorded);
}

function isSameObject(said: object, recorded: JsonObject): boolean {
  let count = 0;
  for (const [key, value] of Object.entries(said)) {
    // JSON leaves these out.
    if (value === undefined || typeof value === 'function' || typeof value === 'symbol') continue;
    if (!isSame(value, recorded[key])) return false;
    count += 1;
  }
  return count === Object.keys(recorded).length;
}
