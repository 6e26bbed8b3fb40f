/**
 * Two teams side by side: where they part, and how they stand now: states, board, messages, tokens. Reads only.
 */

import { tokensOf } from '../../events/amounts.ts';
import { canonical } from '../../events/canonical.ts';
import type { Json, JsonObject, RecordedEvent } from '../../events/event.ts';
import type { EventCatalog } from '../../events/known-events.ts';
import { type Artifact, board, type Task } from '../board/board.ts';
import { project } from '../kit/projection.ts';
import { metrics } from '../metrics/metrics.ts';
import { type Difference, firstDifference } from './first-difference.ts';

export interface Both<Value> {
  a: Value;
  b: Value;
}

export interface ActorStanding {
  machine: string;
  status: string;
  state: Json;
}

export interface Comparison {
  teams: Both<string>;
  /** Null when nothing else was said in one than in the other. */
  first: Difference | null;
  /** Limits and labels that differ. */
  given: { [name: string]: Both<number | string | null> };
  /** Only what differs; null where it does not exist. */
  states: { [actor: string]: Both<ActorStanding | null> };
  board: {
    tasks: { [task: string]: Both<Pick<Task, 'status' | 'owner'> | null> };
    artifacts: {
      [key: string]: Both<Pick<Artifact, 'by' | 'versions' | 'hash' | 'locked'> | null>;
    };
  };
  /** Messages that each actor said, where the counts differ. */
  messages: { [actor: string]: Both<number> };
  /** Settled; in a fork the shared past is counted too. */
  tokens: Both<number>;
  usd: Both<number>;
  modelCalls: Both<number>;
  rounds: Both<number>;
  events: Both<number>;
  end: Both<{ status: string; reason: string } | null>;
}

/** Who reads teams: a runtime does. */
interface TeamsReader {
  readonly catalog: Pick<EventCatalog, 'get'>;
  team(team: string): {
    events(): AsyncIterable<RecordedEvent>;
    state(): Promise<TeamNow>;
  };
}

/** What is compared of a team as it stands now. */
interface TeamNow {
  readonly formed: { readonly limits: object; readonly labels: object } | null;
  readonly ended: Pick<RecordedEvent, 'type' | 'data'> | null;
  readonly actors: ReadonlyMap<string, StandingActor>;
}

interface StandingActor {
  readonly id: string;
  readonly machine: { readonly name: string };
  readonly status: string;
  readonly snapshot: { readonly value: unknown };
}

interface Side {
  team: string;
  events: RecordedEvent[];
  state: TeamNow;
}

export async function compareTeams(
  runtime: TeamsReader,
  a: string,
  b: string,
): Promise<Comparison> {
  const [left, right] = [await sideOf(runtime, a), await sideOf(runtime, b)];
  const both = <Value>(of: (side: Side) => Value): Both<Value> => ({ a: of(left), b: of(right) });
  const boards = both(({ events }) => project(board, events));
  const numbers = both(({ events }) => project(metrics, events));
  return {
    teams: { a, b },
    first: firstDifference(left.events, right.events),
    given: unlike(both(({ state }) => ({ ...state.formed?.limits, ...state.formed?.labels }))),
    states: unlike(both(standings)),
    board: {
      tasks: unlike(mapped(boards, ({ tasks }) => each(tasks, taskShown))),
      artifacts: unlike(mapped(boards, ({ artifacts }) => each(artifacts, artifactShown))),
    },
    messages: counted(unlike(both((side) => messagesOf(runtime, side)))),
    tokens: mapped(numbers, ({ total }) => tokensOf(total)),
    usd: mapped(numbers, ({ total }) => total.usd),
    modelCalls: mapped(numbers, ({ total }) => total.modelCalls),
    rounds: mapped(numbers, ({ round }) => round),
    events: both(({ events }) => events.length),
    end: both(endOf),
  };
}

async function sideOf(runtime: TeamsReader, team: string): Promise<Side> {
  const events: RecordedEvent[] = [];
  for await (const event of runtime.team(team).events()) events.push(event);
  return { team, events, state: await runtime.team(team).state() };
}

const standings = ({ state }: Side): Record<string, ActorStanding> =>
  Object.fromEntries(
    [...state.actors.values()].map(({ id, machine, status, snapshot }) => [
      id,
      { machine: machine.name, status, state: snapshot.value as Json },
    ]),
  );

const taskShown = ({ status, owner }: Task) => ({ status, owner });

const artifactShown = ({ by, versions, hash, locked }: Artifact) => ({
  by,
  versions,
  hash,
  locked,
});

function messagesOf({ catalog }: TeamsReader, { events }: Side): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const { type, meta } of events) {
    if (meta.actor === undefined || catalog.get(type)?.message !== true) continue;
    counts[meta.actor] = (counts[meta.actor] ?? 0) + 1;
  }
  return counts;
}

function endOf({ state: { ended } }: Side): { status: string; reason: string } | null {
  if (!ended) return null;
  const status = ended.type === 'team.stopped' ? 'stopped' : String(ended.data['status']);
  return { status, reason: String(ended.data['reason']) };
}

const mapped = <From, To>({ a, b }: Both<From>, to: (value: From) => To): Both<To> => ({
  a: to(a),
  b: to(b),
});

const each = <From, To>(record: Readonly<Record<string, From>>, to: (value: From) => To) =>
  Object.fromEntries(Object.entries(record).map(([key, value]) => [key, to(value)]));

/** The entries that are not equal. */
function unlike<Value>({
  a,
  b,
}: Both<Readonly<Record<string, Value>>>): Record<string, Both<Value | null>> {
  const found: Record<string, Both<Value | null>> = {};
  for (const key of new Set([...Object.keys(a), ...Object.keys(b)])) {
    const entry = { a: a[key] ?? null, b: b[key] ?? null };
    if (text(entry.a) !== text(entry.b)) found[key] = entry;
  }
  return found;
}

const text = (value: unknown): string => canonical((value ?? null) as JsonObject);

const counted = (entries: Record<string, Both<number | null>>): Record<string, Both<number>> =>
  each(entries, ({ a, b }) => ({ a: a ?? 0, b: b ?? 0 }));
