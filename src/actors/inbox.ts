/** Speaking to a team: through its inbox, which whoever leads it hears. Nobody else writes to a team's stream. */
import { randomUUID } from 'node:crypto';
import { inboxStream, type TeamId } from '../events/ids.ts';
import type { EventCatalog } from '../events/known-events.ts';
import { ANY_REVISION, type EventStore } from '../events/store.ts';
import type { Clock } from './clock.ts';
import { writtenFromOutside } from './outside.ts';

export interface InboxEvent {
  type: string;
  [key: string]: unknown;
}

interface InboxSite {
  readonly store: EventStore;
  readonly clock: Clock;
  readonly catalog: EventCatalog;
}

interface Address {
  /** Names of actors; default the root. */
  to: readonly string[] | undefined;
  /** Whether the team's root is a machine of one's own. */
  isOwn: boolean;
}

/** Throws when the event may not come from outside, or does not fit its definition. */
export async function sayTo(
  team: TeamId,
  said: InboxEvent,
  { to, isOwn }: Address,
  { store, clock, catalog }: InboxSite,
): Promise<void> {
  const { version, data } = writtenFromOutside(said, catalog, isOwn);
  const meta = JSON.stringify({ at: clock.now(), turn: 0, ...(to ? { to } : {}) });
  const { type } = said;
  const event = { id: randomUUID(), type, version, data: JSON.stringify(data), meta };
  await store.append(inboxStream(team), [event], ANY_REVISION);
}
