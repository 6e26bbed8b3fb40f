/**
 * One attempt to append: what makes it unfit, and what a stream's present state makes of it.
 *
 * Pure, and shared by the stores that keep the order themselves (memory, SQLite), so that both give the
 * same verdict.
 *
 * Invariants
 * 1. A verdict is reached before anything is written; a refused attempt leaves no trace.
 * 2. Only the whole attempt, id by id, counts as a repeat. A stream that shares but a part of it holds a
 *    rival's write, since an attempt is never stored by halves.
 */
import type { NewEvent } from '../event.ts';
import type { StreamName } from '../ids.ts';
import {
  ANY_REVISION,
  type ExpectedRevision,
  NO_STREAM,
  PAGE_MAX,
  RevisionConflict,
  StoreFailure,
} from '../store.ts';

/** The most events one append may hold: a repeat is recognised by reading one page. */
const APPEND_EVENTS_MAX = PAGE_MAX;
/** The most characters, of all texts together, that one append may hold. */
const APPEND_CHARS_MAX = 32 * 1024 * 1024;

type Verdict = 'append' | 'repeat';

/** Where a stream ends: its head (`NO_STREAM` when there is none) and the id of the event there. */
export interface StreamEnd {
  head: number;
  lastId: string;
}

/**
 * Decides what becomes of an attempt. `idsFrom(revision, count)` tells the ids that stand there; it is
 * asked only when the attempt may be a repeat. Throws `RevisionConflict`.
 */
export function judge(
  stream: StreamName,
  events: readonly NewEvent[],
  expected: ExpectedRevision,
  end: StreamEnd,
  idsFrom: (revision: number, count: number) => readonly string[],
): Verdict {
  const { head } = end;
  if (head === expected) return 'append';
  if (expected === ANY_REVISION) {
    if (end.lastId !== events[events.length - 1]!.id) return 'append';
    return standsAt(head - events.length + 1, events, idsFrom) ? 'repeat' : 'append';
  }
  if (head >= expected + events.length && standsAt(expected + 1, events, idsFrom)) return 'repeat';
  throw new RevisionConflict(stream, expected, head);
}

function standsAt(
  revision: number,
  events: readonly NewEvent[],
  idsFrom: (revision: number, count: number) => readonly string[],
): boolean {
  if (revision < 0) return false;
  const ids = idsFrom(revision, events.length);
  return ids.length === events.length && ids.every((id, i) => id === events[i]!.id);
}

/**
 * Refuses what no store could keep and give back unchanged: an empty append, an impossible revision, text
 * that is cut at a zero character or changed by UTF-8. Throws a RangeError, or `StoreFailure` 'tooLarge'.
 */
export function refuseUnfit(
  stream: StreamName,
  events: readonly NewEvent[],
  expected: ExpectedRevision,
): void {
  if (events.length === 0)
    throw new RangeError(`append to ${stream}: there is no event; append at least one`);
  if (expected !== ANY_REVISION && !(Number.isSafeInteger(expected) && expected >= NO_STREAM))
    throw new RangeError(
      `append to ${stream}: expected revision ${expected}; give the head's revision, NO_STREAM or ANY_REVISION`,
    );
  if (stream === '') throw new RangeError('append: a stream needs a name');
  refuseUnfitText(stream, `the stream's name`);
  let chars = 0;
  for (const event of events) {
    if (!Number.isSafeInteger(event.version) || event.version < 0)
      throw new RangeError(`append to ${stream}: ${event.type} has version ${event.version}`);
    for (const field of ['id', 'type', 'data', 'meta'] as const) {
      refuseUnfitText(event[field], `${field} of an event of ${stream}`);
      chars += event[field].length;
    }
  }
  if (events.length > APPEND_EVENTS_MAX || chars > APPEND_CHARS_MAX)
    throw new StoreFailure(
      `append to ${stream}: ${events.length} events with ${chars} characters; ` +
        `at most ${APPEND_EVENTS_MAX} events and ${APPEND_CHARS_MAX} characters fit: append in parts`,
      'tooLarge',
    );
}

/** Throws a RangeError for text that would come back changed. JSON as `JSON.stringify` writes it is fit. */
export function refuseUnfitText(text: string, what: string): void {
  // In Node since version 20; the configured library of types is older.
  const { isWellFormed } = text as unknown as { isWellFormed(): boolean };
  if (text.includes('\0') || !isWellFormed.call(text))
    throw new RangeError(
      `${what} holds a zero character or half a surrogate pair; escape it (JSON.stringify does)`,
    );
}

/** The number of events a read may give: `limit`, or a whole page. Throws a RangeError. */
export function pageLimit(limit: number | undefined): number {
  if (limit === undefined) return PAGE_MAX;
  if (!Number.isInteger(limit) || limit < 1 || limit > PAGE_MAX)
    throw new RangeError(`read: limit ${limit}; give 1 to ${PAGE_MAX}`);
  return limit;
}
