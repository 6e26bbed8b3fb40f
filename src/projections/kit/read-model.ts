/**
 * A read model: a projection over all streams of a store, kept there between processes. Its position and its
 * state are saved as one, so that it never counts an event twice or not at all.
 *
 * Invariants
 * 1. What is saved under a name is the fold of exactly the events up to its position.
 * 2. A model saved by another version of its projection is folded anew from the beginning.
 * 3. What cannot be understood here (unknown, newer than this program, broken, or written by another program) is
 *    passed over and counted, and the first of it is named: one event hides no team.
 */

import type { RawEvent, RecordedEvent } from '../../events/event.ts';
import type { EventCatalog } from '../../events/known-events.ts';
import { UnreadableEvent } from '../../events/known-events.ts';
import type { EventStore } from '../../events/store.ts';
import { PAGE_MAX } from '../../events/store.ts';
import { applyAll, type Projection } from './projection.ts';

export interface ReadModel<State> {
  readonly state: State;
  /** The last position that it has handled; -1 before the first event. */
  readonly position: number;
  /** Events that this program cannot understand. */
  readonly passedOver: number;
  /** Which was the first of them, and why. */
  readonly firstPassedOver?: string | undefined;
}

interface Saved<State> {
  version: number;
  passedOver: number;
  firstPassedOver?: string | undefined;
  state: State;
}

interface ReadModelOptions {
  catalog: EventCatalog;
  /** Only streams whose name starts so, `team-` say. */
  prefix?: string;
}

/**
 * Brings the model up to the store's present and saves it there, when the store keeps read models.
 * Several processes may do so at once: each saves a whole, so the last one stands.
 */
export async function catchUp<State>(
  store: EventStore,
  projection: Projection<State>,
  { catalog, prefix }: ReadModelOptions,
): Promise<ReadModel<State>> {
  const saved = await load(store, projection);
  let model = saved;
  for (;;) {
    const page = await store.readAll({
      ...(model.position >= 0 ? { after: model.position } : {}),
      limit: PAGE_MAX,
      ...(prefix === undefined ? {} : { prefix }),
    });
    if (page.length > 0) model = folded(model, projection, catalog, page);
    if (page.length < PAGE_MAX) break;
  }
  if (model.position !== saved.position) await save(store, projection, model);
  return model;
}

function folded<State>(
  from: ReadModel<State>,
  projection: Projection<State>,
  catalog: EventCatalog,
  page: readonly RawEvent[],
): ReadModel<State> {
  let { passedOver, position, firstPassedOver } = from;
  const events: RecordedEvent[] = [];
  for (const raw of page) {
    position = raw.position;
    if (projection.hears.has(raw.type) || !catalog.get(raw.type)) {
      const event = read(catalog, raw);
      if (!(event instanceof UnreadableEvent)) events.push(event);
      else {
        passedOver++;
        firstPassedOver ??= event.message;
      }
    }
  }
  const state = applyAll(projection, from.state, events);
  return { state, passedOver, position, firstPassedOver };
}

function read(catalog: EventCatalog, raw: RawEvent): RecordedEvent | UnreadableEvent {
  try {
    return catalog.decode(raw);
  } catch (error) {
    if (error instanceof UnreadableEvent) return error;
    throw error;
  }
}

async function load<State>(
  store: EventStore,
  projection: Projection<State>,
): Promise<ReadModel<State>> {
  const empty = { state: projection.initial, position: -1, passedOver: 0 };
  const kept = await store.readModels?.load(projection.name);
  if (!kept) return empty;
  const saved = parsed<State>(kept.body);
  if (saved?.version !== projection.version) return empty;
  const { state, passedOver, firstPassedOver } = saved;
  return { state, position: kept.position, passedOver, firstPassedOver };
}

/** A body that is no JSON is as good as none: read models can be folded again. */
function parsed<State>(body: string): Saved<State> | undefined {
  try {
    return JSON.parse(body);
  } catch {
    return undefined;
  }
}

async function save<State>(
  store: EventStore,
  projection: Projection<State>,
  model: ReadModel<State>,
): Promise<void> {
  const { passedOver, firstPassedOver, state } = model;
  const body: Saved<State> = {
    version: projection.version,
    passedOver,
    firstPassedOver,
    state,
  };
  await store.readModels?.save(projection.name, model.position, JSON.stringify(body));
}
