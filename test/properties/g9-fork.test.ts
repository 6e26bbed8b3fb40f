/**
 * G9: a fork equals its origin up to the fork point and never touches it; what it asks in the origin's words
 * costs nothing.
 */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { ForkWish } from '../../src/actors/fork.ts';
import { UnfinishedFork } from '../../src/actors/lead/takeover.ts';
import { hashState } from '../../src/actors/state/team-state.ts';
import type { NewEvent } from '../../src/events/event.ts';
import { type StreamName, teamId, teamStream } from '../../src/events/ids.ts';
import { ANY_REVISION } from '../../src/events/store.ts';
import { patterns } from '../../src/machines/patterns/index.ts';
import { forkView } from '../../src/projections/fork/fork-view.ts';
import { metrics } from '../../src/projections/metrics/metrics.ts';
import { cutsOf, MODEL, type Rehearsed, rawEvents, rehearse } from './rehearsed-teams.ts';

const RUNS = 15;

const team = fc.record({
  pattern: fc.constantFrom(...Object.keys(patterns)),
  seed: fc.integer({ min: 1, max: 1000 }),
  failureRate: fc.constantFrom(0, 0, 0.3),
  share: fc.double({ min: 0, max: 0.999, noNaN: true }),
});

const change = fc.constantFrom<Partial<ForkWish>>(
  {},
  { model: 'claude-opus-5' },
  { limits: { tokens: 9_000 } },
  { limits: { tokens: 60_000, timeMs: 600_000 } },
  { answer: { content: [{ type: 'text', text: 'I would rather not' }], stopReason: 'end_turn' } },
);

/** What is wrong with a fork's past, if anything: each difference from the origin up to the fork point. */
async function differences(stage: Rehearsed, origin: string, fork: string, at: number) {
  const streamOf = (id: string) => teamStream(teamId(id));
  const before = await rawEvents(stage.store, streamOf(origin));
  const after = await rawEvents(stage.store, streamOf(fork));
  const found: string[] = [];
  for (let revision = 0; revision <= at; revision++) {
    const [a, b] = [before[revision]!, after[revision]];
    if (a.type !== b?.type || a.data !== b.data || a.meta !== b.meta || a.version !== b.version)
      found.push(`@${revision}`);
  }
  const [a, b] = await Promise.all(
    [origin, fork].map((id) => stage.runtime.team(id).state({ at }).then(hashState)),
  );
  if (a !== b) found.push('state');
  return found;
}

const cutAt = (cuts: readonly number[], share: number) => cuts[Math.floor(cuts.length * share)]!;

type Sabotage = (stage: Rehearsed) => void;

/** Nothing is changed: the fork comes to the origin's end, asks nothing again, and leaves the origin alone. */
const isItsOrigin = (sabotage: Sabotage = () => {}, reuse = true) =>
  fc.asyncProperty(team, async ({ share, ...drawn }) => {
    const stage = await rehearse({ ...drawn, reuse });
    const ended = await stage.run('o', drawn);
    const text = await stage.textHash('o');
    const at = cutAt(cutsOf(await stage.events('o')), share);
    const asked = stage.calls();
    sabotage(stage);
    const { handle, result } = await stage.fork({ origin: 'o', at, team: 'f' });
    expect(await differences(stage, 'o', 'f', at)).toEqual([]);
    expect(await stage.textHash('o')).toBe(text);
    expect(stage.calls() - asked).toBe(0);
    expect(await handle.view(forkView)).toMatchObject({ spent: { tokens: 0, usd: 0 } });
    expect([result.status, result.reason]).toEqual([ended.status, ended.reason]);
    expect((await stage.runtime.replay('f')).divergence).toBeNull();
    await stage.close();
  });

/** The store does something else with what is appended to the fork. */
const appending =
  (change: (events: readonly NewEvent[], stage: Rehearsed) => readonly NewEvent[]): Sabotage =>
  (stage) => {
    const { append } = stage.store;
    stage.store.append = (stream, events, expected) =>
      append.call(
        stage.store,
        stream,
        stream === 'team-f' ? change(events, stage) : events,
        expected,
      );
  };

const fails = async (property: ReturnType<typeof isItsOrigin>) =>
  (await fc.check(property, { numRuns: 10, seed: 9, endOnFailure: true })).failed;

describe('a fork', () => {
  it('has its origin’s past and state, never touches it, and asks nothing again when nothing is changed', () =>
    fc.assert(isItsOrigin(), { numRuns: RUNS, seed: 9 }));

  it('would be found out if one fact of the past were another', async () => {
    const later = appending((events) =>
      events.map((event) =>
        event.type === 'leader.took'
          ? { ...event, data: event.data.replace('"downMs":', '"downMs":1') }
          : event,
      ),
    );
    expect(await fails(isItsOrigin(later))).toBe(true);
  });

  it('would be found out if anything were written to the origin', async () => {
    const alsoThere = appending((events, { store }) => {
      const told = { ...events[0]!, id: `${events[0]!.id}-o` };
      void store.append('inbox-o' as StreamName, [told], ANY_REVISION);
      return events;
    });
    expect(await fails(isItsOrigin(alsoThere))).toBe(true);
  });

  it('would be found out if it asked a model what the origin has asked', async () => {
    expect(await fails(isItsOrigin(undefined, false))).toBe(true);
  });

  it('keeps to that under another model, budget, time or answer, and replays', async () => {
    await fc.assert(
      fc.asyncProperty(team, change, async ({ share, ...drawn }, changed) => {
        const stage = await rehearse(drawn);
        await stage.run('o', drawn);
        const text = await stage.textHash('o');
        const at = cutAt(cutsOf(await stage.events('o')), share);
        const { handle } = await stage.fork({ origin: 'o', at, team: 'f', ...changed });
        expect(await differences(stage, 'o', 'f', at)).toEqual([]);
        expect(await stage.textHash('o')).toBe(text);
        expect((await stage.runtime.replay('f')).divergence).toBeNull();
        const { settled, reserved } = await handle.view(metrics);
        const past = (await handle.view(metrics, { at })).settled.tokens;
        const limit = changed.limits?.tokens;
        if (limit !== undefined)
          expect(settled.tokens + reserved.tokens).toBeLessThanOrEqual(Math.max(limit, past));
        await stage.close();
      }),
      { numRuns: RUNS },
    );
  });

  it('asks the other model for everything that is said after it, and for nothing before', async () => {
    const stage = await rehearse({ seed: 3 });
    await stage.run('o', { pattern: 'review-loop', seed: 3 });
    const at = cutsOf(await stage.events('o'))[2]!;
    await stage.fork({ origin: 'o', at, team: 'f', model: 'claude-opus-5' });
    const models = (await stage.events('f'))
      .filter(({ type }) => type === 'model.replied')
      .map(({ revision, data }) => [revision <= at, data['model']]);
    expect(new Set(models.filter(([past]) => past).map(([, model]) => model))).toEqual(
      new Set([MODEL]),
    );
    expect(new Set(models.filter(([past]) => !past).map(([, model]) => model))).toEqual(
      new Set(['claude-opus-5']),
    );
  });

  it('gives the written answer once, to the call that was under way, and goes on from it', async () => {
    const stage = await rehearse({ seed: 3 });
    await stage.run('o', { pattern: 'review-loop', seed: 3 });
    const owed = async (at: number) => [
      ...(await stage.runtime.team('o').state({ at })).works.keys(),
    ];
    const cuts = cutsOf(await stage.events('o'));
    const works = await Promise.all(cuts.map(owed));
    const at = cuts[works.findIndex(([work]) => work?.startsWith('reviewer-1/reply'))]!;
    const input = {
      evidence: 'Every step was checked against the schema and can be undone.'.repeat(3),
      issues: [],
    };
    const content = [{ type: 'tool_use', id: 'toolu_w', name: 'approve', input }];
    const { result } = await stage.fork({
      origin: 'o',
      at,
      team: 'f',
      answer: { actor: 'reviewer-1', content, stopReason: 'tool_use' },
    });
    expect(result.reason).toBe('all reviewers approved');
    const written = (await stage.events('f')).filter(
      ({ data }) => (data['answeredBy'] as { source?: string } | undefined)?.source === 'person',
    );
    expect(written.map(({ data }) => data['content'])).toEqual([content]);
  });

  it('counts rounds anew when they are given, and refuses them where nobody counts', async () => {
    const stage = await rehearse({ seed: 3 });
    await stage.run('o', { pattern: 'review-loop', seed: 3 });
    const at = cutsOf(await stage.events('o'))[1]!;
    const { result } = await stage.fork({ origin: 'o', at, team: 'f', rounds: 1 });
    expect(result.reason).toMatch(/rounds spent|approved/);
    expect((await stage.events('f')).filter(({ type }) => type === 'round.started')).toHaveLength(
      1,
    );
    const told = (await stage.events('f')).filter(({ type }) => type === 'limits.changed');
    expect(told.map(({ data, meta }) => [data, meta.to, meta.deaf])).toEqual([
      [{ rounds: 1 }, ['pattern'], undefined],
    ]);
    await stage.run('s', { pattern: 'swarm', seed: 3 });
    await expect(stage.runtime.fork({ origin: 's', at, rounds: 2 })).rejects.toThrow(
      'counts rounds',
    );
  });

  it('of a fork is a fork like any other', async () => {
    const stage = await rehearse({ seed: 5 });
    await stage.run('o', { pattern: 'review-loop', seed: 5 });
    const at = cutsOf(await stage.events('o'))[2]!;
    await stage.fork({ origin: 'o', at, team: 'f' });
    const asked = stage.calls();
    const later = cutsOf(await stage.events('f')).at(-1)!;
    await stage.fork({ origin: 'f', at: later, team: 'g' });
    expect(await differences(stage, 'f', 'g', later)).toEqual([]);
    expect(stage.calls()).toBe(asked);
    expect((await stage.runtime.replay('g')).divergence).toBeNull();
  });

  it('is refused after the end, and before anything has happened', async () => {
    const stage = await rehearse({ seed: 5 });
    const { revision } = await stage.run('o', { pattern: 'single-agent', seed: 5 });
    await expect(stage.runtime.fork({ origin: 'o', at: revision })).rejects.toThrow('had ended');
    await expect(stage.runtime.fork({ origin: 'o', at: 0 })).rejects.toThrow('no turn that ends');
  });

  it('whose making was broken off is led by nobody, and is completed by being made again', async () => {
    const stage = await rehearse({ seed: 5 });
    await stage.run('o', { pattern: 'review-loop', seed: 5 });
    const at = cutsOf(await stage.events('o'))[2]!;
    const { append } = stage.store;
    stage.store.append = (stream, events, expected) =>
      events[0]!.type === 'team.forked'
        ? Promise.reject(new Error('the lights went out'))
        : append.call(stage.store, stream, events, expected);
    const wish = { origin: 'o', at, team: 'f' };
    await expect(stage.runtime.fork(wish)).rejects.toThrow('lights');
    stage.store.append = append;
    await expect(stage.runtime.resume('f')).rejects.toBeInstanceOf(UnfinishedFork);
    await stage.fork(wish);
    expect(await differences(stage, 'o', 'f', at)).toEqual([]);
    // Made again once more, it is found as it is.
    const head = await stage.store.head(teamStream(teamId('f')));
    await stage.runtime.fork(wish);
    expect(await stage.store.head(teamStream(teamId('f')))).toBe(head);
    await expect(stage.runtime.fork({ ...wish, at: at + 40 })).rejects.toThrow(/fork/);
  });
});
