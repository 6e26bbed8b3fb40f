/**
 * A team as an embedding program holds it: to read, to wait for, to speak to. It works the same whether
 * this process leads the team or another does.
 */
import type { RecordedEvent } from '../events/event.ts';
import { type TeamId, teamStream } from '../events/ids.ts';
import type { EventCatalog } from '../events/known-events.ts';
import { type EventStore, pages } from '../events/store.ts';
import type { Projection } from '../projections/kit/projection.ts';
import type { Clock } from './clock.ts';
import { type InboxEvent, sayTo } from './inbox.ts';
import type { Fold } from './state/fold.ts';
import type { TeamState } from './state/team-state.ts';
import { type FollowOptions, TeamEnded, type TeamReader } from './team-reader.ts';
import type { TeamResult } from './team-result.ts';

export interface TeamHandle {
  readonly id: TeamId;
  /** The recorded events, in order. */
  events(options?: FollowOptions): AsyncGenerator<RecordedEvent>;
  /** Resolves when the team has ended. Rejects when this process led it and could not go on. */
  result(): Promise<TeamResult>;
  /** The folded state at the last turn that ends at or before `at` (a revision). */
  state(options?: { at?: number }): Promise<TeamState>;
  /** A projection of the team's events, up to and with revision `at`. */
  view<State>(projection: Projection<State>, options?: { at?: number }): Promise<State>;
  /** Says something to the team through its inbox; `to` names actors, default the root. */
  send(event: InboxEvent, options?: { to?: readonly string[] }): Promise<void>;
  stop(reason?: string): Promise<void>;
  pause(): Promise<void>;
  continue(): Promise<void>;
}

export interface HandleSite {
  readonly store: EventStore;
  readonly clock: Clock;
  readonly catalog: EventCatalog;
  readonly reader: TeamReader;
  readonly fold: Fold;
  /** Whether its root is a machine of one's own. */
  isOwn(id: TeamId): Promise<boolean>;
  resultOf(id: TeamId): Promise<TeamResult>;
}

export function teamHandle(id: TeamId, site: HandleSite): TeamHandle {
  const { reader, fold } = site;
  const send = async (
    event: InboxEvent,
    { to }: { to?: readonly string[] } = {},
  ): Promise<void> => {
    const { ended } = await reader.lastEvent(id);
    if (ended) throw new TeamEnded(`team ${id} has ended; it cannot hear "${event.type}" any more`);
    await sayTo(id, event, { to, isOwn: await site.isOwn(id) }, site);
  };
  return {
    id,
    events: (options) => reader.read(id, options),
    result: () => site.resultOf(id),
    state: async ({ at } = {}) => {
      await reader.known(id);
      return fold.stateAt(teamStream(id), at);
    },
    view: async (projection, { at } = {}) => {
      await reader.known(id);
      return project(projection, id, at, site);
    },
    send,
    stop: (reason = 'stopped by a person') =>
      send({ type: 'team.stopRequested', team: id, reason, by: 'person' }),
    pause: () => send({ type: 'team.paused', by: 'person' }),
    continue: () => send({ type: 'team.continued', by: 'person' }),
  };
}

async function project<State>(
  projection: Projection<State>,
  id: TeamId,
  at: number | undefined,
  { store, catalog }: HandleSite,
): Promise<State> {
  let state = projection.initial;
  for await (const page of pages(store, teamStream(id), 0, at)) {
    for (const raw of page)
      if (projection.hears.has(raw.type)) state = projection.apply(state, catalog.decode(raw));
  }
  return state;
}
