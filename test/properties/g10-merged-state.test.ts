/**
 * G10: merged state converges. Whatever the order, the repetition and the grouping in which the updates of some
 * streams are merged, the state is the same, and it is what the streams, one by one, give.
 */
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { canonical } from '../../src/events/canonical.ts';
import type { Json, RecordedEvent } from '../../src/events/event.ts';
import { board } from '../../src/projections/board/board.ts';
import { decisions } from '../../src/projections/decisions/decisions.ts';
import { project } from '../../src/projections/kit/projection.ts';
import { itemsOf, sizeOf } from '../../src/projections/kit/sequence.ts';
import { emptyMerged, merge, merged, updateOf } from '../../src/projections/merged/merged.ts';
import type { Merged } from '../../src/projections/merged/merged-state.ts';
import { mergedView } from '../../src/projections/merged/merged-view.ts';
import { metrics } from '../../src/projections/metrics/metrics.ts';
import { given, type Said } from '../projections/given.ts';
import { type Rehearsed, rehearse } from './rehearsed-teams.ts';

const text = (state: Merged): string => canonical(state as unknown as Json);
const shown = (state: Merged): string => JSON.stringify(mergedView(state));
const foldOf = (events: Iterable<RecordedEvent>): Merged => project(merged, events);
const all = (states: readonly Merged[]): Merged => states.reduce(merge, emptyMerged);

/** How updates reach a reader: some again, in any order, and merged in any grouping. */
interface Delivery {
  again: number[];
  order: number[];
  pairs: number[];
}

const delivery: fc.Arbitrary<Delivery> = fc.record({
  again: fc.array(fc.nat(), { maxLength: 40 }),
  order: fc.array(fc.nat(), { minLength: 1, maxLength: 60 }),
  pairs: fc.array(fc.nat(), { minLength: 1, maxLength: 60 }),
});

function delivered(updates: readonly Merged[], { again, order, pairs }: Delivery): Merged {
  if (updates.length === 0) return emptyMerged;
  const heard = [...updates, ...again.map((nth) => updates[nth % updates.length]!)];
  for (let i = heard.length - 1; i > 0; i--) {
    const other = (order[i % order.length]! + i * 7) % (i + 1);
    [heard[i], heard[other]] = [heard[other]!, heard[i]!];
  }
  // Two neighbours become one, here and there, until one is left.
  for (let step = 0; heard.length > 1; step++) {
    const at = (pairs[step % pairs.length]! + step) % (heard.length - 1);
    heard.splice(at, 2, merge(heard[at]!, heard[at + 1]!));
  }
  return heard[0]!;
}

// ---- streams as they are drawn: few names, awkward ones among them, and times that often are equal

const name = fc.constantFrom('a', 'b', '__proto__', 'constructor', 'a b', '');
const hash = fc.constantFrom('h1', 'h2', 'h3');
const status = fc.constantFrom('pending', 'inProgress', 'blocked', 'completed', 'failed');
const tag = fc.constantFrom('A', 'B');
const amount = fc.nat({ max: 1000 });
const record = (type: string, data: Record<string, fc.Arbitrary<any>>): fc.Arbitrary<Said> =>
  fc.record({ type: fc.constant(type), data: fc.record(data) }) as fc.Arbitrary<Said>;
const none = fc.constant([]);

const said: fc.Arbitrary<Said> = fc.oneof(
  record('task.created', { task: name, title: name, owner: name, blockedBy: none }),
  record('task.assigned', { task: name, owner: name }),
  record('task.progressed', { task: name, status, note: name }),
  record('artifact.registered', { title: name, by: name, path: name, hash, locked: fc.boolean() }),
  record('artifact.registered', { title: name, by: name, held: amount, locked: fc.boolean() }),
  record('actor.joined', { actor: name, machine: name, input: fc.constant(null) }),
  record('actor.left', { actor: name, reason: name }),
  record('team.phased', { phase: fc.constantFrom('forming', 'working'), reason: name }),
  record('team.paused', { by: name }),
  record('team.continued', { by: name }),
  record('team.stopped', {
    ...{ reason: fc.constant('stopped'), detail: name, heard: fc.constant({}) },
  }),
  record('round.started', { round: fc.integer({ min: 1 }), of: fc.constant(9), title: name }),
  record('decision.made', {
    ...{ subject: name, proposedBy: name, challengedBy: none, resolution: name, basis: name },
  }),
  record('dissent.noted', { by: name, about: name, view: name }),
  record('findings.reported', {
    ...{ title: tag, summary: tag, more: fc.boolean(), grant: fc.constant(1) },
    findings: fc.array(
      fc.record({
        tag,
        title: tag,
        severity: fc.constant('low'),
        detail: tag,
        evidence: tag,
        specialist: tag,
      }),
      { maxLength: 3 },
    ),
  }),
  record('message.sent', { seq: fc.constant(1), text: name }),
  record('model.failed', {
    ...{ kind: fc.constant('truncated'), message: name, latencyMs: amount },
    usage: fc.record({
      ...{
        inputTokens: amount,
        outputTokens: amount,
        cacheReadTokens: amount,
        cacheWriteTokens: amount,
      },
      usd: fc.double({ min: 0, max: 3, noNaN: true }),
    }),
  }),
);

const streams: fc.Arbitrary<RecordedEvent[][]> = fc
  .array(fc.array(fc.tuple(said, fc.nat({ max: 2 })), { maxLength: 30, size: 'max' }), {
    minLength: 1,
    maxLength: 4,
  })
  .map((drawn) =>
    drawn.map((turns, nth) => {
      let at = 0;
      const times = turns.map(([, later]) => (at += later));
      return given(...turns.map(([one]) => one)).map((event, revision) => ({
        ...event,
        stream: `team-t${nth}` as RecordedEvent['stream'],
        meta: { ...event.meta, at: times[revision]! },
      }));
    }),
  );

describe('G10: drawn updates', () => {
  it('give the same state in any order, repeated, in any grouping', () => {
    fc.assert(
      fc.property(streams, delivery, (drawn, way) => {
        const state = delivered(drawn.flat().map(updateOf), way);
        const expected = all(drawn.map(foldOf));
        expect(text(state)).toBe(text(expected));
        expect(state).toEqual(expected);
        expect(shown(state)).toBe(shown(expected));
      }),
      { numRuns: 300 },
    );
  });

  it('merge commutatively, associatively and idempotently, and change nothing that was merged', () => {
    const some = fc.tuple(fc.nat(), fc.nat(), fc.nat());
    fc.assert(
      fc.property(streams, some, (drawn, cuts) => {
        const events = drawn.flat();
        const [a, b, c] = cuts.map((cut) =>
          foldOf(events.filter((_, nth) => (cut >> (nth % 30)) & 1)),
        ) as [Merged, Merged, Merged];
        const before = [a, b, c].map(text);
        expect(text(merge(a, b))).toBe(text(merge(b, a)));
        expect(text(merge(merge(a, b), c))).toBe(text(merge(a, merge(b, c))));
        expect(merge(a, a)).toBe(a);
        expect(merge(merge(a, b), b)).toEqual(merge(a, b));
        expect([a, b, c].map(text)).toEqual(before);
      }),
      { numRuns: 300 },
    );
  });

  it('of a team show the tasks that its board shows', () => {
    fc.assert(
      fc.property(streams, delivery, ([stream], way) => {
        isOnTheBoard(delivered(stream!.map(updateOf), way), 't0', stream!);
      }),
      { numRuns: 200 },
    );
  });
});

/** The tasks of a team as its board has them, whose names of objects' own it writes differently. */
function isOnTheBoard(state: Merged, team: string, events: readonly RecordedEvent[]): void {
  const own = mergedView(state).tasks.filter((task) => task.team === team);
  const tasks = own.map(({ team: _, ...task }) => task);
  const byName = (a: { task: string }, b: { task: string }) => (a.task < b.task ? -1 : 1);
  const expected = Object.values(project(board, events).tasks);
  expect(tasks.sort(byName)).toEqual(expected.sort(byName));
}

describe('G10: rehearsed teams and the teams below them', () => {
  let stage: Rehearsed;
  const family = new Map<string, RecordedEvent[]>();

  beforeAll(async () => {
    stage = await rehearse({ seed: 3, swarms: true, failureRate: 0.1 });
    for (const pattern of ['nested-swarm', 'swarm-discovery', 'contract-first-negotiation'])
      await stage.run(pattern, { pattern, seed: 3 });
    for (const id of await stage.runtime.teams()) family.set(id, await stage.events(id));
  });
  afterAll(() => stage.close());

  it('have one merged state, in whatever order, grouping and repetition their events arrive', () => {
    const updates = [...family.values()].flat().map(updateOf);
    const expected = text(all([...family.values()].map(foldOf)));
    expect(family.size).toBeGreaterThan(3);
    fc.assert(
      fc.property(delivery, (way) => {
        expect(text(delivered(updates, way))).toBe(expected);
      }),
      { numRuns: 40 },
    );
  });

  it('have it from a prefix and any later range that overlaps it', () => {
    const events = [...family.get('nested-swarm')!];
    const expected = foldOf(events);
    const revision = fc.nat({ max: events.length });
    fc.assert(
      fc.property(revision, revision, (one, two) => {
        const [from, to] = [Math.min(one, two), Math.max(one, two)];
        const [prefix, rest] = [foldOf(events.slice(0, to)), foldOf(events.slice(from))];
        expect(merge(prefix, rest)).toEqual(expected);
        expect(merge(rest, prefix)).toEqual(expected);
      }),
      { numRuns: 60 },
    );
  });

  it('have it whatever stream is read first', () => {
    const folds = [...family.values()].map(foldOf);
    const expected = shown(all(folds));
    fc.assert(
      fc.property(fc.shuffledSubarray(folds, { minLength: folds.length }), (order) => {
        expect(shown(all(order))).toBe(expected);
      }),
    );
  });

  it('show what board, decisions, metrics and the fold of each team show', async () => {
    const state = all([...family.values()].map(foldOf));
    const view = mergedView(state);
    for (const [id, events] of family) {
      isOnTheBoard(state, id, events);
      const team = view.teams.find((one) => one.team === id)!;
      const { actors } = await stage.runtime.team(id).state();
      expect(Object.fromEntries(team.members.map(({ actor, status }) => [actor, status]))).toEqual(
        Object.fromEntries([...actors.values()].map(({ id, status }) => [id, status])),
      );
      const made = project(decisions, events);
      const own = (one: { team: string }) => one.team === id;
      expect(view.decisions.filter(own).map(({ resolution }) => resolution)).toEqual(
        [...itemsOf(made.decisions)].map(({ resolution }) => resolution),
      );
      expect(view.dissent.filter(own)).toHaveLength(sizeOf(made.dissent));
      const { modelCalls, moves, messages, toolCalls } = project(metrics, events).total;
      expect(team.used).toMatchObject({ modelCalls, moves, messages, toolCalls });
    }
  });

  it('count for a whole family what its first team was told at the ends of those below it', () => {
    const below = [...family.keys()].filter((id) => id.startsWith('nested-swarm'));
    expect(below.length).toBeGreaterThan(1);
    const { total } = mergedView(all(below.map((id) => foldOf(family.get(id)!))));
    const { inputTokens, outputTokens } = project(metrics, family.get('nested-swarm')!).total;
    expect(total).toMatchObject({ inputTokens, outputTokens });
  });

  it('show artifacts as the board of their team does', () => {
    for (const [id, events] of family) {
      const on = Object.values(project(board, events).artifacts);
      const { artifacts } = mergedView(foldOf(events));
      const essence = (
        all: readonly { title: string; by: string; locked: boolean; held: number | null }[],
      ) =>
        all.map(({ title, by, locked, held }) => JSON.stringify([title, by, locked, held])).sort();
      expect([id, ...essence(artifacts)]).toEqual([id, ...essence(on)]);
    }
  });
});
