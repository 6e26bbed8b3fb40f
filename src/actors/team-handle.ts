/**
 * A team as an embedding program holds it: to read, to wait for, to speak to. It works the same whether
 * this process leads the team or another does.
 */
import type { AnyMachineSnapshot } from 'xstate';
import type { RawEvent, RecordedEvent } from '../events/event.ts';
import { type TeamId, teamStream } from '../events/ids.ts';
import { type EventCatalog, isDefined, UnreadableEvent } from '../events/known-events.ts';
import { type EventStore, pages } from '../events/store.ts';
import type { Projection } from '../projections/kit/projection.ts';
import type { Clock } from './clock.ts';
import { type InboxEvent, sayTo } from './inbox.ts';
import type { InboxLooks } from './inbox-look.ts';
import type { Door } from './machine/registered-machine.ts';
import type { Fold } from './state/fold.ts';
import type { TeamState } from './state/team-state.ts';
import { answerTo, type TeamAnswer } from './team-answer.ts';
import { ENDS, type FollowOptions, TeamEnded, type TeamReader } from './team-reader.ts';
import type { TeamResult } from './team-result.ts';

export interface Addressed {
  /** The sender's own id: sent again under it, by any process, it is one event. */
  id?: string;
  /** Names of actors; default the root. */
  to?: readonly string[];
}

export interface Sent {
  /** Its place in the inbox. */
  readonly revision: number;
  /** What became of it; waits until somebody who leads the team has heard it, or the team has ended. */
  answer(options?: { signal?: AbortSignal }): Promise<TeamAnswer>;
}

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
  hasEnded(): Promise<boolean>;
  /** Why a stream with a team's name is no team's, in one line; undefined: it is one. */
  strangeness(): Promise<string | undefined>;
  /** Says something to the team through its inbox; resolves when it stands there, and can ask what became of it. */
  send(event: InboxEvent, options?: Addressed): Promise<Sent>;
  /** Sends, and waits for what became of that very event. Somebody must lead the team. */
  update(event: InboxEvent, options?: Addressed & { signal?: AbortSignal }): Promise<TeamAnswer>;
  /**
   * The root's snapshot after the first turn, from now on or as it stands, for which the predicate holds. Rejects with
   * `TeamEnded` when the team ends without it.
   */
  waitFor(
    predicate: (snapshot: AnyMachineSnapshot) => boolean,
    options?: { signal?: AbortSignal },
  ): Promise<AnyMachineSnapshot>;
  stop(reason?: string): Promise<Sent>;
  pause(): Promise<Sent>;
  continue(): Promise<Sent>;
}

export interface HandleSite {
  readonly store: EventStore;
  readonly clock: Clock;
  readonly catalog: EventCatalog;
  readonly reader: TeamReader;
  readonly fold: Fold;
  readonly looks: InboxLooks;
  /** What its root lets in. */
  doorOf(id: TeamId): Promise<Door>;
  resultOf(id: TeamId): Promise<TeamResult>;
}

export function teamHandle(id: TeamId, site: HandleSite): TeamHandle {
  const { reader, fold } = site;
  const send = async (event: InboxEvent, { id: own, to }: Addressed = {}): Promise<Sent> => {
    const { ended } = await reader.lastEvent(id);
    // What was sent under an id may have been heard before the end.
    if (ended && own === undefined)
      throw new TeamEnded(`team ${id} has ended; it cannot hear "${event.type}" any more`);
    const revision = await sayTo(id, event, { id: own, to, door: await site.doorOf(id) }, site);
    return { revision, answer: ({ signal } = {}) => answerTo(id, revision, site, signal) };
  };
  return {
    id,
    events: (options) => reader.read(id, options),
    result: () => site.resultOf(id),
    hasEnded: async () => (await reader.lastEvent(id)).ended,
    strangeness: () => reader.strangeness(id),
    state: async ({ at } = {}) => {
      await reader.known(id);
      return fold.stateAt(teamStream(id), at);
    },
    view: async (projection, { at } = {}) => {
      await reader.known(id);
      return project(projection, id, at, site);
    },
    send,
    update: async (event, options = {}) => (await send(event, options)).answer(options),
    waitFor: (predicate, { signal } = {}) => waitFor(id, predicate, site, signal),
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
  let ended = false;
  for await (const page of pages(store, teamStream(id), 0, at)) {
    for (const raw of page) {
      if (!projection.hears.has(raw.type) || !isDefined(raw, catalog)) continue;
      const event = ended ? readable(raw, catalog) : catalog.decode(raw);
      if (event) state = projection.apply(state, event);
      ended ||= ENDS.has(raw.type);
    }
  }
  return state;
}

async function waitFor(
  id: TeamId,
  predicate: (snapshot: AnyMachineSnapshot) => boolean,
  { fold, reader }: HandleSite,
  signal?: AbortSignal,
): Promise<AnyMachineSnapshot> {
  await reader.known(id);
  const stream = teamStream(id);
  let state = await fold.stateAt(stream);
  const met = () => {
    const snapshot = state.actors.get(state.root)?.snapshot;
    return snapshot && predicate(snapshot) ? snapshot : undefined;
  };
  for (let found = met(); ; ) {
    if (found) return found;
    if (state.ended) throw new TeamEnded(`team ${id} has ended without what is waited for`);
    signal?.throwIfAborted();
    if (reader.isClosed) throw new Error(`nobody waits for team ${id} any more`);
    await reader.untilThere(stream, state.revision + 1, signal);
    for await (const next of fold.following(stream, state)) {
      state = next;
      found = met();
      if (found) break;
    }
  }
}

/** What others wrote behind the end of a team is not its own. */
function readable(raw: RawEvent, catalog: EventCatalog): RecordedEvent | undefined {
  try {
    return catalog.decode(raw);
  } catch (error) {
    if (error instanceof UnreadableEvent) return undefined;
    throw error;
  }
}
