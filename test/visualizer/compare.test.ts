/** Two teams in step: nothing is left out, what both have begins together, and the sentence says where they part. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { RecordedEvent } from '../../src/events/event.ts';
import { firstDifference } from '../../src/projections/comparison/first-difference.ts';
import { inStep, tellDifference, unlikeFields } from '../../src/visualizer/page/compare/compare.ts';
import { kindOf } from '../../src/visualizer/page/timeline/event-kind.ts';
import { type Rehearsed, rehearse } from '../properties/rehearsed-teams.ts';

let stage: Rehearsed;
const streams = new Map<string, RecordedEvent[]>();
const of = (team: string) => streams.get(team)!;

beforeAll(async () => {
  stage = await rehearse({ seed: 5 });
  await stage.run('one', { pattern: 'review-loop', seed: 5 });
  await stage.run('other', { pattern: 'review-loop', seed: 6, rounds: 1 });
  const half = (await stage.events('one')).find(({ type }) => type === 'draft.submitted')!;
  await stage.fork({ origin: 'one', at: half.revision, team: 'fork', rounds: 1 });
  for (const team of ['one', 'other', 'fork']) streams.set(team, await stage.events(team));
}, 60_000);
afterAll(() => stage.close());

const stepped = (a: string, b: string, withRuntime: boolean) =>
  inStep(of(a), of(b), firstDifference(of(a), of(b)), withRuntime);

describe('two teams in step', () => {
  it('fold a stream and itself into one line', () => {
    const { equalTo, rows } = stepped('one', 'one', true);
    expect(rows).toEqual([]);
    expect(equalTo).toEqual({ a: of('one').length - 1, b: of('one').length - 1 });
    expect(tellDifference(null, 'one', 'one')).toContain('the same from beginning to end');
  });

  it('have every event after the shared beginning in exactly one row, in order', () => {
    for (const [a, b] of [
      ['one', 'other'],
      ['one', 'fork'],
      ['fork', 'one'],
    ] as const) {
      for (const withRuntime of [true, false]) {
        const { equalTo, rows } = stepped(a, b, withRuntime);
        const rest = (team: string, after: number) =>
          of(team)
            .filter((event) => event.revision > after)
            .filter((event) => withRuntime || kindOf(event) !== 'runtime')
            .map(({ revision }) => revision);
        expect(rows.flatMap((row) => row.a ?? [])).toEqual(rest(a, equalTo.a));
        expect(rows.flatMap((row) => row.b ?? [])).toEqual(rest(b, equalTo.b));
      }
    }
  });

  it('begin at the first difference, and each later round in one row', () => {
    const first = firstDifference(of('one'), of('other'))!;
    const { rows } = inStep(of('one'), of('other'), first, true);
    expect(rows[0]).toMatchObject({ a: first.revision, b: first.revisionB, isSame: false });
    const starts = (team: string) =>
      of(team).flatMap(({ type, revision }) => (type === 'round.started' ? [revision] : []));
    const [ones, others] = [starts('one'), starts('other')];
    for (const row of rows) {
      const [one, other] = [ones.indexOf(row.a ?? -1), others.indexOf(row.b ?? -1)];
      if (one >= 0 && other >= 0) expect(one).toBe(other);
    }
  });

  it('say where they part, in words and with both places', () => {
    const first = firstDifference(of('one'), of('fork'))!;
    const told = tellDifference(first, 'one', 'fork');
    expect(told).toContain('one');
    expect(told).toContain('fork');
    expect(told).toContain(String(first.revision ?? first.revisionB));
  });

  it('say which goes on alone', () => {
    const whole = of('one');
    const part = whole.slice(
      0,
      whole.findIndex(({ meta }) => meta.turn === 2),
    );
    const first = firstDifference(whole, part)!;
    expect(tellDifference(first, 'whole', 'part')).toMatch(/^whole goes on alone/);
    const { equalTo, rows } = inStep(whole, part, first, true);
    expect(equalTo.b).toBe(part.length - 1);
    expect(rows.every(({ b }) => b === null)).toBe(true);
  });

  it('do not take measures for what differs', () => {
    const a = of('one');
    const replied = a.find(({ type }) => type === 'model.replied')!;
    const said = (latencyMs: number, stopReason: string) => ({
      revision: replied.revision,
      type: replied.type,
      actor: null,
      to: [],
      data: { ...replied.data, latencyMs, stopReason },
    });
    const first = firstDifference(a, of('other'))!;
    expect(unlikeFields({ ...first, a: said(1, 'x'), b: said(2, 'y') })).toEqual(['stopReason']);
  });

  it('name the field that differs where both say the same kind of thing', () => {
    const a = of('one');
    const place = a.findIndex(({ type }) => type === 'round.started');
    const b = a.map((event, i) =>
      i === place ? { ...event, data: { ...event.data, title: 'Another' } } : event,
    );
    const told = tellDifference(firstDifference(a, b), 'a', 'b');
    expect(told).toBe(
      `They part at revision ${place} of a, ${place} of b: in both pattern says “round started”, with another “title”.`,
    );
  });
});
