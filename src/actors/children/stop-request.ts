/**
 * Asking a child team to stop, once: who asks again, in another process too, finds that it has been said.
 */
import { randomUUID } from 'node:crypto';
import type { RawEvent } from '../../events/event.ts';
import { inboxStream, type TeamId } from '../../events/ids.ts';
import { type EventStore, NO_STREAM, pages, RevisionConflict } from '../../events/store.ts';
import { teamStopRequested } from '../../events/words/team.ts';
import type { Clock } from '../clock.ts';

export async function askToStop(
  store: EventStore,
  clock: Clock,
  id: TeamId,
  parent: TeamId,
): Promise<void> {
  const inbox = inboxStream(id);
  const by = `team ${parent}`;
  const told = (raw: RawEvent) =>
    raw.type === teamStopRequested.type && (JSON.parse(raw.data) as { by?: string }).by === by;
  for (;;) {
    let head = NO_STREAM;
    for await (const page of pages(store, inbox)) {
      if (page.some(told)) return;
      head = page.at(-1)!.revision;
    }
    const data = { team: id, reason: 'nobody waits for it any more', by };
    const event = {
      id: randomUUID(),
      type: teamStopRequested.type,
      version: teamStopRequested.version,
      data: JSON.stringify(data),
      meta: JSON.stringify({ at: clock.now(), turn: 0 }),
    };
    try {
      await store.append(inbox, [event], head);
      return;
    } catch (error) {
      if (!(error instanceof RevisionConflict)) throw error;
    }
  }
}
