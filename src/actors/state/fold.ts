/**
 * The fold: a team's state from its stream. Each recorded turn is taken again, from its stimulus, with the
 * recorded rulings, and what comes of it is compared with the record: folding *is* replaying.
 *
 * Invariants
 * 1. No work is done and nobody is asked: rulings come from the log.
 * 2. The first difference between what was recorded and what the machines say now is a `Divergence`.
 * 3. A snapshot is only a shortcut: state(snapshot) + tail = state(whole stream), and it can be deleted.
 */

import { canonical } from '../../events/canonical.ts';
import type { EventMeta, Json, JsonObject, RawEvent, RecordedEvent } from '../../events/event.ts';
import type { StreamName } from '../../events/ids.ts';
import type { EventCatalog } from '../../events/known-events.ts';
import type { EventStore } from '../../events/store.ts';
import { workAdmitted, workDelayed, workRefused, workStarted } from '../../events/words/work.ts';
import type { Rule, Ruling, Stimulus, TurnEvent, TurnRules } from '../turn/draft.ts';
import { RecordedTurn } from '../turn/recorded-turn.ts';
import { stopInstead, type TurnOutcome, takeTurn } from '../turn/turn.ts';
import { beginningOf, isBehindTheEnd, untouched } from './behind-the-end.ts';
import { reviveState } from './revived-state.ts';
import { emptyState, hashState, persistState, type TeamState } from './team-state.ts';

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
    super(
      `${stream}@${divergence.revision} diverges: ${told(divergence)}. Ways on: run it with the version that wrote it; ` +
        'keep that machine as a version for the teams in flight, and migrate them (versions); ' +
        `or go on from before the difference with a fork (--at ${Math.max(0, divergence.revision - 1)})`,
    );
  }
}

/** The actor whose state differs is named; where none does, what was said. */
function told({ expected, found }: Divergence): string {
  const was = statesOf(expected);
  const is = found ? statesOf(found) : {};
  const actor = [...Object.keys(was), ...Object.keys(is)].find(
    (name) => canonical(was[name] ?? null) !== canonical(is[name] ?? null),
  );
  if (!found || expected['type'] !== found['type'] || actor === undefined)
    return `recorded ${brief(expected)}, the machines now say ${found ? brief(found) : 'nothing'}`;
  const state = (states: { [actor: string]: Json }) => JSON.stringify(states[actor] ?? 'unchanged');
  return (
    `at "${expected['type']}" actor "${actor}" was recorded in state ${state(was)}, ` +
    `and the machines now bring it to ${state(is)}`
  );
}

const statesOf = (event: JsonObject): { [actor: string]: Json } =>
  (event['meta'] as Partial<EventMeta> | undefined)?.state ?? {};

const brief = (event: JsonObject) =>
  `${event['type']} ${JSON.stringify(event['data'] ?? null).slice(0, 200)}`;

/** A snapshot is kept about every so many events. */
export const SNAPSHOT_EVERY = 1000;

export interface Fold {
  /** The state after the last turn that ends at or before `at` (default: the end of the stream). */
  stateAt(stream: StreamName, at?: number): Promise<TeamState>;
  /**
   * The states after each turn that stands behind this one. The state that is given is used up, and each that is
   * yielded is, once the next is asked for.
   */
  following(stream: StreamName, state: TeamState): AsyncGenerator<TeamState>;
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
  const upTo = async (stream: StreamName, at: number): Promise<TeamState> => {
    let state = emptyState();
    for await (const turns of turnsOf(store, stream, 0, at)) {
      for (const turn of turns) state = foldTurn(state, turn, rules).outcome.state;
    }
    return state;
  };
  return {
    keep,
    async stateAt(stream, at = Number.MAX_SAFE_INTEGER) {
      let state = await nearest(stream, at);
      let kept = state.revision;
      for await (const turns of turnsOf(store, stream, state.revision + 1, at)) {
        for (const turn of turns) {
          const { outcome, divergence } = foldTurn(state, turn, rules);
          if (divergence) throw new DivergenceError(stream, divergence);
          state = outcome.state;
        }
        if (state.revision - kept < SNAPSHOT_EVERY) continue;
        kept = state.revision;
        await keep(stream, state);
      }
      return state;
    },
    async *following(stream, from) {
      let state = from;
      for await (const turns of turnsOf(store, stream, from.revision + 1)) {
        for (const turn of turns) {
          const { outcome, divergence } = foldTurn(state, turn, rules);
          if (divergence) throw new DivergenceError(stream, divergence);
          state = outcome.state;
          yield state;
        }
      }
    },
    async replay(stream) {
      let state = emptyState();
      for await (const turns of turnsOf(store, stream, 0)) {
        for (const turn of turns) {
          const before = state.revision;
          const { outcome, divergence } = foldTurn(state, turn, rules);
          if (divergence) {
            // The turn at fault was taken on this very state: what stands before it is folded again.
            const agreed = before < 0 ? emptyState() : await upTo(stream, before);
            return { state: agreed, events: before + 1, stateHash: hashState(agreed), divergence };
          }
          state = outcome.state;
        }
      }
      return { state, events: state.revision + 1, stateHash: hashState(state), divergence: null };
    },
  };
}

/** The stream's turns, whole ones only, that end at or before `to`, page by page: a snapshot can be kept after each. */
async function* turnsOf(
  store: EventStore,
  stream: StreamName,
  from: number,
  to = Number.MAX_SAFE_INTEGER,
): AsyncGenerator<RawEvent[][]> {
  let turn: RawEvent[] = [];
  for (let next = from; next <= to; ) {
    const page = await store.read(stream, {
      from: next,
      limit: Math.min(SNAPSHOT_EVERY, to - next + 1),
    });
    const turns: RawEvent[][] = [];
    for (const raw of page) {
      turn.push(raw);
      if (!endsTurn(raw.meta)) continue;
      turns.push(turn);
      turn = [];
    }
    if (turns.length > 0) yield turns;
    next += page.length;
    if (page.length < SNAPSHOT_EVERY) return;
  }
}

/** `last` is written last, so that turns can be told apart without parsing every event's meta. */
const endsTurn = (meta: string) =>
  meta.endsWith('"last":true}') ||
  (meta.includes('"last":true') && (JSON.parse(meta) as EventMeta).last === true);

/**
 * Takes a recorded turn again and compares. The state that is given is used up: it becomes the next one.
 * Only the stimulus is read as data; of the rest, equal text is equal.
 */
export function foldTurn(
  state: TeamState,
  recorded: readonly RawEvent[],
  rules: TurnRules,
): { outcome: TurnOutcome; divergence: Divergence | null } {
  const begins = beginningOf(recorded);
  if (isBehindTheEnd(state, begins)) return untouched(state);
  const turn = new RecordedTurn(recorded, rules.catalog.decode(begins));
  const stimulus = stimulusOf(turn.first);
  const second =
    recorded.length === 2 && recorded[1]!.type === 'team.stopped'
      ? rules.catalog.decode(recorded[1]!)
      : undefined;
  const outcome =
    second && INSTEAD.has(String(second.data['reason']))
      ? stopInstead(
          state,
          stimulus,
          rules,
          String(second.data['reason']),
          String(second.data['detail']),
        )
      : takeTurn(state, stimulus, rules, recordedRulings(turn), turn);
  return { outcome, divergence: compare(recorded, outcome.events, rules.catalog) };
}

/** Reasons of a turn that was replaced; a plain `stopped` was reached in the ordinary way. */
const INSTEAD = new Set(['poisoned', 'turnTooLong', 'turnTooLarge', 'turnsSpent', 'withdrawn']);

function stimulusOf({ type, version, data, meta }: RecordedEvent): Stimulus {
  const stimulus: Stimulus = { type, version, data, at: meta.at };
  if (meta.work !== undefined) stimulus.work = meta.work;
  if (meta.correlationId !== undefined) stimulus.correlationId = meta.correlationId;
  if (meta.origin !== undefined) stimulus.origin = meta.origin;
  if (meta.actor !== undefined) stimulus.actor = meta.actor;
  if (meta.origin !== undefined || meta.actor !== undefined) {
    const to = [...(meta.to ?? []), ...(meta.undeliverable ?? [])];
    if (to.length > 0) stimulus.to = to;
  }
  return stimulus;
}

const RULINGS: readonly string[] = [
  workAdmitted.type,
  workDelayed.type,
  workRefused.type,
  workStarted.type,
] satisfies Ruling['type'][];

const isRuling = (type: string | undefined): type is Ruling['type'] =>
  type !== undefined && RULINGS.includes(type);

/** The rulings that were recorded for a work: what the doorkeeper said then counts, whatever it would say now. */
function recordedRulings(recorded: RecordedTurn): Rule {
  return (_state, work, _at, index) => {
    const rulings: Ruling[] = [];
    for (let i = index; ; i++) {
      const type = recorded.events[i]?.type;
      const data = isRuling(type) ? recorded.dataOf(i) : undefined;
      if (!isRuling(type) || data?.['work'] !== work.id) break;
      rulings.push({ type, data });
      if (type !== workAdmitted.type) break;
    }
    return rulings;
  };
}

function compare(
  recorded: readonly RawEvent[],
  said: readonly TurnEvent[],
  catalog: EventCatalog,
): Divergence | null {
  for (let i = 0; i < Math.max(recorded.length, said.length); i++) {
    const expected = recorded[i];
    const found = said[i];
    if (expected && found && same(expected, found, catalog)) continue;
    return {
      revision: expected?.revision ?? found!.revision,
      expected: expected ? shown(catalog.decode(expected)) : { type: 'nothing' },
      found: found ? shown(found) : null,
    };
  }
  return null;
}

function same(expected: RawEvent, found: TurnEvent, catalog: EventCatalog): boolean {
  if (expected.type !== found.type) return false;
  const meta = JSON.stringify(found.meta);
  if (expected.data === found.text && expected.meta === meta) return true;
  // Another order of keys, or an older shape: compare what they mean.
  const recorded = catalog.decode(expected);
  return (
    canonical(recorded.data) === canonical(found.data) &&
    canonical(recorded.meta as unknown as Json) === canonical(JSON.parse(meta) as Json)
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
