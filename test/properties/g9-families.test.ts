/**
 * G9 for families: the fork of a team takes along what stood below it at that moment of the store, each child in
 * a fork of its own; the children of the origin are left alone.
 */
import { describe, expect, it } from 'vitest';
import { childId } from '../../src/actors/children/child-id.ts';
import type { RawEvent, RecordedEvent } from '../../src/events/event.ts';
import { teamId } from '../../src/events/ids.ts';
import type { EventStore } from '../../src/events/store.ts';
import { dataOf, family, openMemoryStore, streamOf, thinking } from '../actors/family.ts';
import { rawEvents, rehearse } from './rehearsed-teams.ts';

const child = (thoughts: number) => ({ machine: 'thinker', input: { thoughts } });

const essence = (events: readonly RawEvent[]) =>
  events.map(({ type, version, data, meta }) => [type, version, data, meta]);

/** A child as it stood at a position of the store. */
async function standing(store: EventStore, team: string, position: number): Promise<RawEvent[]> {
  return (await streamOf(store, team)).filter((event) => event.position <= position);
}

/** Everything of the origin's family. */
async function originText(store: EventStore): Promise<string> {
  const teams = (await store.streams('team-above')).map(({ stream }) =>
    stream.slice('team-'.length),
  );
  return JSON.stringify(await Promise.all(teams.map((team) => streamOf(store, team))));
}

const settledAt = (events: readonly RawEvent[], at: number): string[] =>
  events
    .filter(({ revision, type }) => revision <= at && type === 'team.returned')
    .map(({ meta }) => JSON.parse(meta).work);

/** Works of teams below that were begun and not settled at a revision. */
const owedBelow = (events: readonly RawEvent[], at: number): string[] =>
  events
    .filter(({ revision, type }) => revision <= at && type === 'work.started')
    .map((event) => String(dataOf(event)['work']))
    .filter((work) => !settledAt(events, at).includes(work));

/** The child's fork begins with what stood, up to the end of a turn, and says whose it is. */
async function isShared(store: EventStore, was: readonly RawEvent[], fork: string, work: string) {
  const team = childId(teamId(fork), work);
  const now = await streamOf(store, team);
  const forked = now.findIndex(({ type }) => type === 'team.forked');
  const shared = forked < 0 ? now : now.slice(0, forked);
  expect(essence(shared)).toEqual(essence(was.slice(0, shared.length)));
  expect(was.slice(shared.length).some(({ meta }) => JSON.parse(meta).last)).toBe(false);
  if (forked >= 0)
    expect(dataOf(now[forked]!)).toMatchObject({ team, parent: { team: fork, work } });
}

/** Thoughts that no stream of the fork's family holds yet. */
async function leftToThink(
  store: EventStore,
  fork: string,
  thoughts: readonly number[],
  events: readonly RawEvent[],
  at: number,
): Promise<number> {
  const below = await store.streams(`team-${fork}-`);
  const held = await Promise.all(
    below.map(async ({ stream }) =>
      (await rawEvents(store, stream)).filter(({ type }) => type === 'thought.come'),
    ),
  );
  const returned = events.filter(
    ({ revision, type }) => revision <= at && type === 'team.returned',
  );
  const told = returned.map((event) => Number(/\d+/.exec(String(dataOf(event)['reason']))![0]));
  const all = [...thoughts].reduce((sum, count) => sum + count, 0);
  return all - held.flat().length - told.reduce((sum, count) => sum + count, 0);
}

const told = (output: unknown) =>
  (output as { ends: string[] }).ends.map((end) => end.replace(/^\S+ /, '')).sort();

/** Lets a whole family come to its end, and gives the parent's revisions at which a turn ends. */
async function grown(thoughts: readonly number[], limits = {}) {
  const store = openMemoryStore();
  const { begun, workers } = thinking();
  const runtime = family(store, { workers });
  const plans = thoughts.map(child);
  const team = await runtime.start({ id: 'above', machine: 'parent', input: { plans }, limits });
  await team.result();
  const events = await streamOf(store, 'above');
  const cuts = events.filter(({ meta }) => JSON.parse(meta).last).map(({ revision }) => revision);
  return { store, runtime, begun, events, cuts: cuts.slice(0, -1) };
}

describe('a fork of a family', () => {
  it.each([[[4, 2]], [[2, 6]], [[3, 5]]])(
    'of %j thoughts has below it what stood below the origin at that moment, and thinks only what is left',
    async (thoughts) => {
      const { store, runtime, events, cuts, begun } = await grown(thoughts);
      const before = await originText(store);
      let taken = 0;
      for (const at of cuts) {
        const fork = `f${at}`;
        await runtime.fork({ origin: 'above', at, team: fork });
        for (const work of owedBelow(events, at)) {
          const was = await standing(store, childId(teamId('above'), work), events[at]!.position);
          if (was.length === 0) continue;
          taken += 1;
          await isShared(store, was, fork, work);
        }
        const thought = begun.length;
        const left = await leftToThink(store, fork, thoughts, events, at);
        const { output } = await (await runtime.resume(fork)).result();
        expect(told(output)).toEqual(thoughts.map((count) => `thought ${count} times`).sort());
        expect(begun.length - thought).toBe(left);
        expect((await runtime.replay(fork)).divergence).toBeNull();
      }
      expect(taken).toBeGreaterThan(0);
      expect(await originText(store)).toBe(before);
      await runtime.close();
    },
  );

  it('keeps what its children hold reserved, and is refused a limit that has no room for it', async () => {
    const { runtime, cuts, events } = await grown([3], { tokens: 10_000 });
    const started = events.findIndex(({ type }) => type === 'work.started');
    const at = cuts.find((cut) => cut >= started)!;
    const wish = { origin: 'above', at };
    await expect(runtime.fork({ ...wish, limits: { tokens: 1 } })).rejects.toThrow(
      /teams below it hold/,
    );
    const { team } = await runtime.fork({ ...wish, team: 'f' });
    await (await runtime.resume(team)).result();
    const returned = (await runtime.team(team).state()).policies.get('budget');
    expect(returned).toMatchObject({ settled: { tokens: 300 }, reserved: { tokens: 0 }, open: [] });
    await runtime.close();
  });
});

describe('a fork of a rehearsed team with swarms below it', () => {
  it('takes over the answers of every generation', async () => {
    let under = 0;
    for (let seed = 1; under < 3; seed++) {
      const stage = await rehearse({ seed, swarms: true });
      const ended = await stage.run('o', { pattern: 'nested-swarm', seed });
      const children = (await stage.runtime.teams()).filter((id) => id.startsWith('o-'));
      const events = await stage.events('o');
      const cuts = events.filter(
        ({ revision, meta }) => meta.last && swarmsAt(events, revision) > 0,
      );
      for (const [i, { revision: at }] of cuts.entries()) {
        under += 1;
        const asked = stage.calls();
        const texts = await Promise.all(children.map(stage.textHash));
        const { result } = await stage.fork({ origin: 'o', at, team: `f${i}` });
        expect(result.reason).toBe(ended.reason);
        expect(stage.calls()).toBe(asked);
        expect(await Promise.all(children.map(stage.textHash))).toEqual(texts);
      }
      await stage.close();
    }
  });
});

/** Swarms that were begun and had not come back at a revision. */
function swarmsAt(events: readonly RecordedEvent[], at: number): number {
  const past = events.slice(0, at + 1);
  const begun = past.filter(
    ({ type, data }) => type === 'work.admitted' && data['effect'] === 'attaching',
  );
  return begun.filter(
    ({ meta }) => !past.some((one) => one.meta.work === meta.work && /^tool\./.test(one.type)),
  ).length;
}
