/**
 * Speaking to a team: through its inbox, which whoever leads it hears. Nobody else writes to a team's stream.
 *
 * Invariant: what is sent under an id stands in the inbox once, whichever process sends it again, and whenever.
 */
import { createHash, randomUUID } from 'node:crypto';
import { inboxStream, type StreamName, type TeamId } from '../events/ids.ts';
import type { EventCatalog } from '../events/known-events.ts';
import { ANY_REVISION, type EventStore } from '../events/store.ts';
import type { Clock } from './clock.ts';
import type { InboxLooks } from './inbox-look.ts';
import type { Door } from './machine/registered-machine.ts';
import { writtenFromOutside } from './outside.ts';

export interface InboxEvent {
  type: string;
  [key: string]: unknown;
}

interface InboxSite {
  readonly store: EventStore;
  readonly clock: Clock;
  readonly catalog: EventCatalog;
  readonly looks: InboxLooks;
}

interface Sending {
  /** The sender's own name of it; without one every sending is another event. */
  id?: string | undefined;
  /** Names of actors; default the root. */
  to?: readonly string[] | undefined;
  /** What the team's root lets in. */
  door: Door;
}

/** Gives its revision in the inbox. Throws when the event may not come from outside, or does not fit its definition. */
export async function sayTo(
  team: TeamId,
  said: InboxEvent,
  { id, to, door }: Sending,
  { store, clock, catalog, looks }: InboxSite,
): Promise<number> {
  const { version, data } = writtenFromOutside(said, catalog, door);
  const meta = JSON.stringify({ at: clock.now(), turn: 0, ...(to ? { to } : {}) });
  const written = { type: said.type, version, data: JSON.stringify(data), meta };
  const inbox = inboxStream(team);
  if (id !== undefined) return looks.of(inbox).once({ id: eventId(inbox, id), ...written });
  const event = { id: randomUUID(), ...written };
  return (await store.append(inbox, [event], ANY_REVISION)).revision;
}

/** A UUID that follows from the inbox and the sender's id. */
function eventId(inbox: StreamName, id: string): string {
  const hex = createHash('sha256').update(`${inbox}/${id}`).digest('hex');
  const parts = [
    hex.slice(0, 8),
    hex.slice(8, 12),
    `5${hex.slice(13, 16)}`,
    `8${hex.slice(17, 20)}`,
  ];
  return [...parts, hex.slice(20, 32)].join('-');
}
