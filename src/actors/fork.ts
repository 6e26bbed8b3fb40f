/**
 * Forking: a new team that shares another's past up to a revision and goes on from there by itself.
 *
 * The past is copied event by event, to the letter; `team.forked` follows it. Nobody leads the fork yet: resume
 * it, with workers that know the answers of the origin (`origin-answers.ts`).
 *
 * Invariants
 * 1. (G9) The fork's prefix folds to the origin's state at that revision, and the origin is only read.
 * 2. `team.forked` is appended last: a copy that was broken off cannot be led, and forking again completes it.
 * 3. Teams below are cut at the same position of the store, and stand before whoever waits for them.
 */
import { randomUUID } from 'node:crypto';
import type { JsonObject, NewEvent, RawEvent } from '../events/event.ts';
import { type StreamName, type TeamId, teamId, teamStream } from '../events/ids.ts';
import { type EventStore, NO_STREAM, PAGE_MAX, pages, RevisionConflict } from '../events/store.ts';
import type { WrittenAnswer } from '../events/words/fork.ts';
import { type Limits, limitsChanged } from '../events/words/team.ts';
import { childId } from './children/child-id.ts';
import type { Clock } from './clock.ts';
import { type Ledger, reservedFor } from './gate/ledger.ts';
import { limitsOf } from './limits.ts';
import type { Fold } from './state/fold.ts';
import type { Forked } from './state/forked-state.ts';
import type { TeamActor, TeamState } from './state/team-state.ts';
import type { TurnEvent, TurnRules } from './turn/draft.ts';
import { takeTurn } from './turn/turn.ts';

export interface ForkWish {
  origin: string;
  /** The last revision to share; rounded down to the end of a turn. */
  at: number;
  /** The fork's id; default: a new one. The same again completes or finds the same fork. */
  team?: string;
  /** Asked of every agent from then on. */
  model?: string;
  /** Rounds of the pattern in all. */
  rounds?: number;
  /** Limits that change; the shared past counts against them. */
  limits?: Partial<Limits>;
  /** Labels that change; undefined takes one away. */
  labels?: Readonly<Record<string, string | undefined>>;
  answer?: WrittenAnswer;
}

export interface Fork {
  team: TeamId;
  origin: { team: TeamId; revision: number };
}

interface ForkSite {
  readonly store: EventStore;
  readonly fold: Fold;
  readonly rules: TurnRules;
  readonly clock: Clock;
}

/** A fork that cannot be: the message says why, and what to do instead. Nothing is written. */
export class ForkRefused extends Error {
  override readonly name = 'ForkRefused';
}

/** What is appended at once. */
const CHUNK_EVENTS = 500;
const CHUNK_BYTES = 400_000;

export async function writeFork(site: ForkSite, wish: ForkWish): Promise<Fork> {
  const origin = teamId(wish.origin);
  const state = await site.fold.stateAt(teamStream(origin), wish.at);
  refuseUnforkable(origin, wish, state);
  const id = teamId(wish.team ?? newForkId(origin, state.revision));
  const fork = { team: id, origin: { team: origin, revision: state.revision } };
  const turn = forkedTurn(site, fork, wish, state);
  await forkTeamsBelow(site, fork, wish, state);
  await copy(site, fork, turn);
  return fork;
}

const newForkId = (origin: TeamId, revision: number): string =>
  `${origin.slice(0, 80)}-at-${revision}-${randomUUID().slice(0, 4)}`;

function refuseUnforkable(origin: TeamId, wish: ForkWish, state: TeamState): void {
  if (!state.formed)
    throw new ForkRefused(`team ${origin} has no turn that ends at or before ${wish.at}`);
  if (state.ended)
    throw new ForkRefused(
      `team ${origin} had ended at revision ${state.ended.revision}: fork it at an earlier one`,
    );
  if (wish.rounds !== undefined && ![...state.actors.values()].some(countsRounds))
    throw new ForkRefused(`nobody in team ${origin} counts rounds at revision ${state.revision}`);
}

/** Whoever counts rounds hears when their number changes. */
const countsRounds = ({ status, machine }: TeamActor): boolean =>
  status === 'active' && machine.hears(limitsChanged.type);

/** The turn of `team.forked`, taken on the origin's state. */
function forkedTurn(site: ForkSite, fork: Fork, wish: ForkWish, state: TeamState): TurnEvent[] {
  const { clock, rules } = site;
  const at = Math.max(clock.now(), state.at);
  const limits = limitsOf({ ...state.formed!.limits, ...wish.limits });
  const labels = Object.entries({ ...state.formed!.labels, ...wish.labels }).filter(
    (entry): entry is [string, string] => entry[1] !== undefined,
  );
  const parent = (wish as ForkOfChild).parent;
  const data: Forked = {
    ...fork,
    ...(parent ? { parent } : {}),
    limits,
    labels: Object.fromEntries(labels),
    ...(wish.model === undefined ? {} : { model: wish.model }),
    ...(wish.rounds === undefined ? {} : { changed: { rounds: wish.rounds } }),
    ...(wish.answer === undefined ? {} : { answer: wish.answer }),
    below: worksBelow(state),
    downMs: at - state.at,
  };
  refuseTooSmall(fork, limits, state);
  // Nobody leads yet: what is owed anew is judged in the turn of `leader.took`.
  const correlationId = (wish as ForkOfChild).family ?? fork.team;
  const told = data as unknown as JsonObject;
  const stimulus = { type: 'team.forked', data: told, at, correlationId };
  const { events } = takeTurn(state, stimulus, rules, () => []);
  return events;
}

/** What teams below hold stays reserved, so that they can go on; a limit must have room for it. */
function refuseTooSmall({ origin }: Fork, limits: Limits, state: TeamState): void {
  const ledger = state.policies.get('budget') as unknown as Ledger | undefined;
  if (!ledger) return;
  for (const unit of ['tokens', 'usd'] as const) {
    let held = 0;
    for (const id of worksBelow(state)) held += reservedFor(ledger, id)?.[unit] ?? 0;
    const limit = limits[unit];
    if (held > 0 && limit !== undefined && ledger.settled[unit] + held > limit)
      throw new ForkRefused(
        `at revision ${origin.revision} team ${origin.team} has used ${ledger.settled[unit]} ${unit} and teams ` +
          `below it hold ${held}: give a limit of at least ${ledger.settled[unit] + held}`,
      );
  }
}

// ---- teams below

interface ForkOfChild extends ForkWish {
  parent?: { team: TeamId; work: string };
  /** The first team of the family. */
  family?: TeamId;
}

/** Teams below that were begun, waited for or not. */
const worksBelow = (state: TeamState): string[] =>
  [...state.works.values()]
    .filter(({ effect, status }) => effect === 'attaching' && UNDER_WAY.has(status))
    .map(({ id }) => id);

const UNDER_WAY: ReadonlySet<string> = new Set(['started', 'cancelled']);

async function forkTeamsBelow(site: ForkSite, fork: Fork, wish: ForkWish, state: TeamState) {
  const below = worksBelow(state);
  if (below.length === 0) return;
  const [cut] = await site.store.read(teamStream(fork.origin.team), {
    from: fork.origin.revision,
    limit: 1,
  });
  for (const id of below) {
    const origin = childId(fork.origin.team, id);
    const at = await headAt(site.store, teamStream(origin), cut!.position);
    if (at === NO_STREAM) continue;
    const child: ForkOfChild = {
      origin,
      at,
      team: childId(fork.team, id),
      parent: { team: fork.team, work: id },
      family: (wish as ForkOfChild).family ?? fork.team,
      ...(wish.model === undefined ? {} : { model: wish.model }),
      labels: { ...wish.labels, parent: fork.team },
    };
    await forkChild(site, child);
  }
}

/** A team below that had ended by then is shared with its end; any other is forked like its parent. */
async function forkChild(site: ForkSite, child: ForkOfChild): Promise<void> {
  const stream = teamStream(teamId(child.origin));
  const { ended, revision } = await site.fold.stateAt(stream, child.at);
  if (!ended) await writeFork(site, child);
  else await copy(site, forkOf(child, revision), []);
}

const forkOf = ({ origin, team }: ForkWish, revision: number): Fork => ({
  team: teamId(team!),
  origin: { team: teamId(origin), revision },
});

/** The last revision of a stream at or before a position of the store. */
async function headAt(store: EventStore, stream: StreamName, position: number): Promise<number> {
  let head = NO_STREAM;
  for await (const page of pages(store, stream)) {
    for (const raw of page) {
      if (raw.position > position) return head;
      head = raw.revision;
    }
  }
  return head;
}

// ---- copying

async function copy({ store }: ForkSite, fork: Fork, turn: readonly TurnEvent[]): Promise<void> {
  const from = teamStream(fork.origin.team);
  const to = teamStream(fork.team);
  const { revision } = fork.origin;
  let head = await store.head(to);
  if (head !== NO_STREAM && (await isMade(store, fork, head, turn.length > 0))) return;
  for await (const page of pages(store, from, head + 1, revision)) {
    for (const chunk of chunksOf(page)) head = await append(store, to, chunk.map(copied), head);
  }
  if (turn.length > 0) await append(store, to, turn.map(written), head);
}

async function append(store: EventStore, to: StreamName, events: NewEvent[], head: number) {
  try {
    return (await store.append(to, events, head)).revision;
  } catch (error) {
    if (!(error instanceof RevisionConflict)) throw error;
    throw new ForkRefused(`stream ${to} is being written by another process: name another fork`);
  }
}

/** True when the fork stands already, false when its copy was broken off; refuses any other team. */
async function isMade(store: EventStore, fork: Fork, head: number, isForked: boolean) {
  const { team, origin } = fork;
  const shared = Math.min(head, origin.revision);
  if (!(await isSame(store, teamStream(origin.team), teamStream(team), shared)))
    throw new ForkRefused(`there is a team ${team} already, and it is no fork of ${origin.team}`);
  if (head < origin.revision) return false;
  if (!isForked) return true;
  const [next] = await store.read(teamStream(team), { from: origin.revision + 1, limit: 1 });
  if (!next) return false;
  const told = JSON.parse(next.data) as Partial<Forked>;
  if (next.type === 'team.forked' && told.origin?.revision === origin.revision) return true;
  throw new ForkRefused(`team ${team} was forked from ${origin.team} at another revision`);
}

async function isSame(store: EventStore, a: StreamName, b: StreamName, to: number) {
  for (let from = 0; from <= to; from += PAGE_MAX) {
    const limit = Math.min(PAGE_MAX, to - from + 1);
    const [left, right] = [
      await store.read(a, { from, limit }),
      await store.read(b, { from, limit }),
    ];
    if (left.some((one, i) => contentOf(one) !== contentOf(right[i]!))) return false;
  }
  return true;
}

const contentOf = ({ type, version, data, meta }: RawEvent): string =>
  JSON.stringify([type, version, data, meta]);

/** Parts that every store takes at once. */
function* chunksOf(events: readonly RawEvent[]): Generator<RawEvent[]> {
  let chunk: RawEvent[] = [];
  let bytes = 0;
  for (const event of events) {
    const size = event.data.length + event.meta.length;
    if (chunk.length > 0 && (chunk.length >= CHUNK_EVENTS || bytes + size > CHUNK_BYTES)) {
      yield chunk;
      chunk = [];
      bytes = 0;
    }
    chunk.push(event);
    bytes += size;
  }
  if (chunk.length > 0) yield chunk;
}

const copied = ({ type, version, data, meta }: RawEvent): NewEvent => ({
  id: randomUUID(),
  type,
  version,
  data,
  meta,
});

const written = ({ type, version, text, meta }: TurnEvent): NewEvent => ({
  id: randomUUID(),
  type,
  version,
  data: text,
  meta: JSON.stringify(meta),
});
