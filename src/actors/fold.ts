/**
 * The fold: a team's state from its stream. Each recorded turn is taken again, from its stimulus, with the
 * recorded rulings, and what comes of it is compared with the record: folding *is* replaying.
 *
 * Invariants
 * 1. No work is done and nobody is asked: rulings come from the log.
 * 2. The first difference between what was recorded and what the machines say now is a `Divergence`.
 * 3. A snapshot is only a shortcut: state(snapshot) + tail = state(whole stream), and it can be deleted.
 */
import type { EventCatalog } from '../events/catalog.ts';
import type { Json, JsonObject, RawEvent, RecordedEvent } from '../events/event.ts';
import type { StreamName } from '../events/ids.ts';
import { type EventStore, pages } from '../events/store.ts';
import {
  canonical,
  emptyState,
  hashState,
  type OwedWork,
  persistState,
  reviveState,
  type TeamState,
} from './team-state.ts';
import {
  type Rule,
  type Stimulus,
  stopInstead,
  type TurnEvent,
  type TurnOutcome,
  type TurnRules,
  takeTurn,
} from './turn.ts';

/** An event as read: parsed, with the text as it was stored. */
export interface ReadEvent extends RecordedEvent {
  readonly text: string;
  readonly metaText: string;
}

export interface Divergence {
  revision: number;
  expected: JsonObject;
  found: JsonObject | null;
}

/** The log and the machines disagree; the message says where. */
export class DivergenceError extends Error {
  override readonly name = 'DivergenceError';
  constructor(
    readonly stream: string,
    readonly divergence: Divergence,
  ) {
    const { revision, expected, found } = divergence;
    super(
      `${stream}@${revision} diverges: recorded ${brief(expected)}, the machines now say ${found ? brief(found) : 'nothing'}. ` +
        'Run it with the version that wrote it, or replay it to see the difference',
    );
  }
}

const brief = (event: JsonObject) =>
  `${event['type']} ${JSON.stringify(event['data'] ?? null).slice(0, 200)}`;

/** A snapshot is kept about every so many events. */
export const SNAPSHOT_EVERY = 1000;

export interface Fold {
  /** The state after the last turn that ends at or before `at` (default: the end of the stream). */
  stateAt(stream: StreamName, at?: number): Promise<TeamState>;
  /** Folds from the first event, without snapshots. */
  replay(stream: StreamName): Promise<{
    state: TeamState;
    events: number;
    stateHash: string;
    divergence: Divergence | null;
  }>;
  /** Keeps a snapshot, if the store has a place for it. */
  keep(stream: StreamName, state: TeamState): Promise<void>;
}

export function createFold(store: EventStore, rules: TurnRules, code: string): Fold {
  const { catalog } = rules;
  const keep = async (stream: StreamName, state: TeamState) => {
    await store.snapshots?.put(stream, state.revision, code, JSON.stringify(persistState(state)));
  };
  const nearest = async (stream: StreamName, at: number): Promise<TeamState> => {
    const cached = await store.snapshots?.get(stream, at, code);
    if (!cached) return emptyState();
    try {
      return reviveState(JSON.parse(cached.body) as JsonObject, rules.machineOf);
    } catch {
      return emptyState();
    }
  };
  return {
    keep,
    async stateAt(stream, at = Number.MAX_SAFE_INTEGER) {
      let state = await nearest(stream, at);
      let kept = state.revision;
      for await (const turn of turnsOf(store, catalog, stream, state.revision + 1, at)) {
        const { outcome, divergence } = foldTurn(state, turn, rules);
        if (divergence) throw new DivergenceError(stream, divergence);
        state = outcome.state;
        if (state.revision - kept >= SNAPSHOT_EVERY) {
          kept = state.revision;
          await keep(stream, state);
        }
      }
      return state;
    },
    async replay(stream) {
      let state = emptyState();
      for await (const turn of turnsOf(store, catalog, stream, 0)) {
        const { outcome, divergence } = foldTurn(state, turn, rules);
        if (divergence)
          return { state, events: state.revision + 1, stateHash: hashState(state), divergence };
        state = outcome.state;
      }
      return { state, events: state.revision + 1, stateHash: hashState(state), divergence: null };
    },
  };
}

export function readEvent(catalog: EventCatalog, raw: RawEvent): ReadEvent {
  return Object.assign(catalog.decode(raw), { text: raw.data, metaText: raw.meta });
}

/** The stream's turns, whole ones only, that end at or before `to`. */
export async function* turnsOf(
  store: EventStore,
  catalog: EventCatalog,
  stream: StreamName,
  from: number,
  to = Number.MAX_SAFE_INTEGER,
): AsyncGenerator<ReadEvent[]> {
  let turn: ReadEvent[] = [];
  for await (const page of pages(store, stream, from, to)) {
    for (const raw of page) {
      const event = readEvent(catalog, raw);
      turn.push(event);
      if (!event.meta.last) continue;
      yield turn;
      turn = [];
    }
  }
}

/** Takes a recorded turn again and compares. The state that is given is left as it was. */
export function foldTurn(
  state: TeamState,
  recorded: readonly ReadEvent[],
  rules: TurnRules,
): { outcome: TurnOutcome; divergence: Divergence | null } {
  const stimulus = stimulusOf(recorded[0]!);
  const second = recorded[1];
  const stopped =
    second?.type === 'team.stopped' && recorded.length === 2 ? String(second.data['reason']) : '';
  const outcome = INSTEAD.has(stopped)
    ? stopInstead(state, stimulus, rules, stopped, String(second!.data['detail']))
    : takeTurn(state, stimulus, rules, recordedRulings(recorded));
  return { outcome, divergence: compare(recorded, outcome.events) };
}

/** Reasons of a turn that was replaced; a plain `stopped` was reached in the ordinary way. */
const INSTEAD = new Set(['poisoned', 'turnTooLong', 'turnTooLarge', 'turnsSpent']);

function stimulusOf({ type, version, data, meta }: ReadEvent): Stimulus {
  const addressed = [...(meta.to ?? []), ...(meta.undeliverable ?? [])];
  return {
    type,
    version,
    data,
    at: meta.at,
    ...(meta.work === undefined ? {} : { work: meta.work }),
    ...(meta.origin === undefined ? {} : { origin: meta.origin, to: addressed }),
    ...(meta.correlationId === undefined ? {} : { correlationId: meta.correlationId }),
  };
}

const RULINGS = new Set(['work.admitted', 'work.delayed', 'work.refused', 'work.started']);

/** The rulings that were recorded for a work: what the doorkeeper said then counts, whatever it would say now. */
function recordedRulings(recorded: readonly ReadEvent[]): Rule {
  return (_state: TeamState, work: OwedWork, _at: number, index: number) => {
    const rulings = [];
    for (let i = index; i < recorded.length; i++) {
      const { type, data, meta } = recorded[i]!;
      if (meta.work !== work.id || !RULINGS.has(type)) break;
      rulings.push({ type: type as 'work.admitted', data });
      if (type !== 'work.admitted') break;
    }
    return rulings;
  };
}

function compare(recorded: readonly ReadEvent[], said: readonly TurnEvent[]): Divergence | null {
  for (let i = 0; i < Math.max(recorded.length, said.length); i++) {
    const expected = recorded[i];
    const found = said[i];
    if (expected && found && same(expected, found)) continue;
    return {
      revision: expected?.revision ?? found!.revision,
      expected: expected ? shown(expected) : { type: 'nothing' },
      found: found ? shown(found) : null,
    };
  }
  return null;
}

function same(expected: ReadEvent, found: TurnEvent): boolean {
  if (expected.type !== found.type) return false;
  if (expected.text !== found.text && canonical(expected.data) !== canonical(found.data))
    return false;
  const meta = JSON.stringify(found.meta);
  return (
    expected.metaText === meta ||
    canonical(expected.meta as unknown as Json) === canonical(found.meta as unknown as Json)
  );
}

const shown = ({
  type,
  data,
  meta,
}: {
  type: string;
  data: JsonObject;
  meta: unknown;
}): JsonObject => ({
  type,
  data,
  meta: meta as JsonObject,
});
