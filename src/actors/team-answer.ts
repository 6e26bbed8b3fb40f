/**
 * What became of an event that was sent to a team: read from the team's stream, whoever leads it.
 *
 * Invariant: an event of the inbox is heard once, in the order of the inbox; so it was heard where its origin stands,
 * was not yet where an earlier one of the same inbox stands last, and never will be once the team has ended.
 */
import type { EventMeta, Json, RawEvent, RecordedEvent } from '../events/event.ts';
import { inboxStream, type StreamName, type TeamId, teamStream } from '../events/ids.ts';
import type { EventCatalog } from '../events/known-events.ts';
import { type EventStore, PAGE_MAX } from '../events/store.ts';
import { originRefused } from '../events/words/team.ts';
import { ENDS, type TeamReader } from './team-reader.ts';
import { isReserved } from './turn/own-events.ts';

export interface TeamAnswer {
  /**
   * `heard`: at least one of those addressed acted on it. `deaf`: none could. `undeliverable`: none of them is there.
   * `refused`: it does not fit, or may not come from outside. `ended`: the team had ended before it was heard.
   */
  readonly outcome: 'heard' | 'deaf' | 'undeliverable' | 'refused' | 'ended';
  /** Why it was refused, or how the team ended. */
  readonly problem?: string;
  /** Revision of the turn's last event in the team's stream; of the team's end, where it came before. */
  readonly revision: number;
  /** The state value of the root actor after that turn. */
  readonly state: Json;
  /** What was said within the turn that it set off, in order. */
  readonly said: readonly RecordedEvent[];
}

interface AnswerSite {
  readonly store: EventStore;
  readonly catalog: EventCatalog;
  readonly reader: TeamReader;
}

/** Resolves once the event at this revision of the inbox has been heard, or never will be. Rejects when given up. */
export async function answerTo(
  team: TeamId,
  inboxRevision: number,
  { store, catalog, reader }: AnswerSite,
  signal?: AbortSignal,
): Promise<TeamAnswer> {
  const stream = teamStream(team);
  const origin = `${inboxStream(team)}@${inboxRevision}`;
  const { actor: root } = await reader.formed(team);
  let turn: RecordedEvent[] | undefined;
  for (let from = await firstUnheard(team, inboxRevision, store); ; ) {
    const page = await store.read(stream, { from, limit: PAGE_MAX });
    for (const raw of page) {
      const event = catalog.decode(raw);
      if (turn) turn.push(event);
      else if (event.meta.origin === origin) turn = [event];
      else if (ENDS.has(event.type)) return tooLate(event, await stateAt(root, event, store));
      if (turn && event.meta.last)
        return { ...outcomeOf(turn), state: await stateAt(root, event, store) };
    }
    from += page.length;
    if (page.length > 0) continue;
    signal?.throwIfAborted();
    if (reader.isClosed) throw new Error(`nobody waits for the answer of team ${team} any more`);
    await reader.untilThere(stream, from, signal);
  }
}

/** From where the stream has to be read: behind the last event that came before from the same inbox. */
async function firstUnheard(
  team: TeamId,
  inboxRevision: number,
  store: EventStore,
): Promise<number> {
  const prefix = `${inboxStream(team)}@`;
  for await (const { meta, revision } of backwards(store, teamStream(team))) {
    const { origin = '' } = JSON.parse(meta) as { origin?: string };
    if (origin.startsWith(prefix) && Number(origin.slice(prefix.length)) < inboxRevision)
      return revision + 1;
  }
  return 0;
}

/** What is looked for mostly stands near the end. */
const BACK_PAGE = 64;

async function* backwards(
  store: EventStore,
  stream: StreamName,
  before?: number,
): AsyncGenerator<RawEvent> {
  for (let from = before; ; ) {
    const place = from === undefined ? {} : { from };
    const page = await store.read(stream, { direction: 'backward', limit: BACK_PAGE, ...place });
    yield* page;
    const first = page.at(-1);
    if (!first || first.revision === 0) return;
    from = first.revision - 1;
  }
}

function outcomeOf(turn: readonly RecordedEvent[]): Omit<TeamAnswer, 'state'> {
  const [stimulus, ...others] = turn;
  const { revision } = turn.at(-1)!;
  const { type, data, meta } = stimulus!;
  const told = { revision, said: others.filter(({ meta: { actor } }) => actor !== undefined) };
  if (type === originRefused.type)
    return { ...told, outcome: 'refused', problem: String(data['problem']) };
  // A request to pause is the runtime's own to hear.
  if (isReserved(type)) return { ...told, outcome: 'heard' };
  const hearers = meta.to ?? [];
  const deaf = new Set(meta.deaf ?? []);
  if (hearers.some((name) => !deaf.has(name))) return { ...told, outcome: 'heard' };
  return { ...told, outcome: hearers.length > 0 ? 'deaf' : 'undeliverable' };
}

const tooLate = ({ type, data, revision }: RecordedEvent, state: Json): TeamAnswer => ({
  outcome: 'ended',
  problem: `${type}: ${data['reason']}`,
  revision,
  state,
  said: [],
});

/** The root's state value as it was recorded last. */
async function stateAt(
  root: string,
  { stream, revision }: RecordedEvent,
  store: EventStore,
): Promise<Json> {
  for await (const { meta } of backwards(store, stream, revision)) {
    const { state } = JSON.parse(meta) as EventMeta;
    const value = state?.[root];
    if (value !== undefined) return value;
  }
  return null;
}
