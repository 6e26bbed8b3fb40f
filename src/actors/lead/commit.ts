/**
 * Committing: the append of decided turns, with the leave of the governor that their works need.
 *
 * Invariants
 * 1. Leave is taken as soon as the turns are decided, and given back on every way out but success.
 * 2. A store that is briefly away is asked again with the same attempt, so that nothing doubles.
 * 3. An append that had to be repeated counts only while nothing stands behind it.
 */
import { randomUUID } from 'node:crypto';
import type { NewEvent } from '../../events/event.ts';
import type { StreamName } from '../../events/ids.ts';
import { type EventStore, RevisionConflict, StoreFailure } from '../../events/store.ts';
import { workDelayed, workStarted } from '../../events/words/work.ts';
import type { Clock } from '../clock.ts';
import type { TurnEvent } from '../turn/draft.ts';
import type { TurnBatch } from './turn-batch.ts';

const TRIES_MAX = 6;

interface CommitSite {
  readonly store: EventStore;
  readonly clock: Clock;
  /** Told of what is appended before it is: it may stand in the stream from then on. */
  onSent?(attempt: readonly NewEvent[]): void;
}

/** Throws `RevisionConflict` when something else stands at the expected place. */
export async function commit(
  site: CommitSite,
  stream: StreamName,
  { events, asking }: Pick<TurnBatch, 'events' | 'asking'>,
  expected: number,
): Promise<void> {
  asking.take(worksIn(events));
  try {
    await write(site, stream, events, expected);
  } catch (error) {
    asking.giveBack();
    throw error;
  }
}

function* worksIn(events: readonly TurnEvent[]): Generator<string> {
  for (const { type, meta } of events)
    if (meta.work !== undefined && (type === workStarted.type || type === workDelayed.type))
      yield meta.work;
}

/** Appends turns that need no leave. */
export async function write(
  { store, clock, onSent }: CommitSite,
  stream: StreamName,
  events: readonly TurnEvent[],
  expected: number,
): Promise<void> {
  const attempt = events.map(asNew);
  onSent?.(attempt);
  for (let tries = 1; ; tries++) {
    try {
      await store.append(stream, attempt, expected);
      if (tries > 1) await standsLast(store, stream, expected + events.length);
      return;
    } catch (error) {
      const away = error instanceof StoreFailure && error.kind === 'unavailable';
      if (!away || tries >= TRIES_MAX) throw error;
      await new Promise<void>((resolve) => {
        clock.wake(clock.now() + 50 * 2 ** tries, resolve);
      });
    }
  }
}

/** It may have been answered long after another took over. */
async function standsLast(store: EventStore, stream: StreamName, revision: number): Promise<void> {
  const head = await store.head(stream);
  if (head > revision) throw new RevisionConflict(stream, revision, head);
}

const asNew = ({ type, version, text, meta }: TurnEvent): NewEvent => ({
  id: randomUUID(),
  type,
  version,
  data: text,
  meta: JSON.stringify(meta),
});
