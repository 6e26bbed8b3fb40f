import { describe, expect, it } from 'vitest';
import { BadUsage } from '../../src/cli/bad-usage.ts';
import { pastMoment } from '../../src/cli/past-moment.ts';
import type { RecordedEvent } from '../../src/events/event.ts';
import { type Horde, hordeIn } from './horde.ts';

const request = 'Design a migration that splits the users table, then have a DBA review it';
const iso = (at: number) => new Date(at).toISOString();

/** A rehearsed team that takes its time, so that its turns end at different moments, and what it recorded. */
async function reviewed(...more: string[]): Promise<{ horde: Horde; log: RecordedEvent[] }> {
  const horde = hordeIn();
  const args = ['--pattern', 'review-loop', '--latency', '15', '--team', 't1', ...more];
  await horde.run(['run', '--rehearse', ...args, request]);
  return { horde, log: await horde.log('t1') };
}

/** The revision at which a team stood at a time. */
const standingAt = (log: readonly RecordedEvent[], time: number): number =>
  log.findLast(({ meta }) => meta.last && meta.at <= time)!.revision;

describe('--at', () => {
  it('takes a time, and shows the last turn that had ended by then', async () => {
    const { horde, log } = await reviewed();
    const middle = log[Math.floor(log.length / 2)]!.meta.at;
    const revision = standingAt(log, middle);
    expect(revision).toBeLessThan(log.length - 1);
    for (const command of ['state', 'board', 'metrics', 'merged']) {
      const [byTime, byRevision] = await Promise.all(
        [iso(middle), String(revision)].map((at) =>
          horde.run([command, 't1', '--at', at, '--json']),
        ),
      );
      expect([byTime!.status, byRevision!.status]).toEqual([0, 0]);
      expect(byTime!.json()).toEqual(byRevision!.json());
      expect(byTime!.err).toContain(`team t1 stood at revision ${revision}`);
      expect(byRevision!.err).toBe('');
    }
    const inIndia = `${iso(middle + 5.5 * 3_600_000).slice(0, -1)}+05:30`;
    const ago = log.at(-1)!.meta.at - middle;
    const [zoned, before, late] = await Promise.all(
      [inIndia, `-${ago}ms`, '2999-01-01T00:00Z'].map((at) =>
        horde.run(['state', 't1', '--at', at, '--json']),
      ),
    );
    expect(zoned!.json().revision).toBe(revision);
    expect(before!.json().revision).toBe(revision);
    expect(before!.err).toContain(`at ${iso(middle)} team t1 stood at revision ${revision}`);
    expect(late!.json().revision).toBe(log.length - 1);
  });

  it.each([
    ...['yesterday', '2026-02-30T00:00:00Z', '2026-02-03T25:00:00Z', '2026-02-03'],
    ...['2026-02-03T10:00:00', '-5', '-5 minutes', '1.5', '-1e3s', ''],
  ])('does not take %j', (text) => {
    const refused = () => pastMoment('--at')(text);
    expect(refused).toThrow(BadUsage);
    expect(refused).toThrow(`--at ${text}: give a revision, a time such as`);
  });

  it('of anything else says in one clear line what it takes', async () => {
    const { horde, log } = await reviewed();
    const began = log.find(({ meta }) => meta.last)!;
    const cases: [string, RegExp][] = [
      ['yesterday', /--at yesterday: give a revision, a time such as/],
      ['99999999999999999999', /--at/],
      ['2001-01-01T00:00:00Z', /the first turn of team t1 ended at revision/],
      ['-999999999d', /the first turn of team t1 ended at revision/],
      ['0', new RegExp(`ended at revision ${began.revision}, ${iso(began.meta.at)}`)],
      ['99999', /the last revision of team t1 is/],
    ];
    const answers = await Promise.all(
      cases.map(([at], i) =>
        horde.run([['state', 'board', 'metrics', 'merged'][i % 4]!, 't1', '--at', at]),
      ),
    );
    for (const [i, { status, out, err }] of answers.entries()) {
      const [at, said] = cases[i]!;
      expect([at, status, out, err.trim().split('\n').length]).toEqual([at, 2, '', 1]);
      expect(err).toMatch(said);
    }
  });
});

describe('horde merged', () => {
  it('shows a team and all below it, now, at a revision and at a time, and so of a fork', async () => {
    const horde = hordeIn();
    await horde.run([
      ...['run', '--rehearse', '--workflow', 'plan-build-test-review', '--latency', '10'],
      ...['--team', 'w', request],
    ]);
    const log = await horde.log('w');
    const now = (await horde.run(['merged', 'w', '--json'])).json();
    const teams = (await horde.run(['teams', '--json'])).json<{ team: string; events: number }[]>();
    expect(now.teams.map(({ team }: { team: string }) => team).sort()).toEqual(
      teams.map(({ team }) => team).sort(),
    );
    expect(now.revisions).toEqual(
      Object.fromEntries(teams.map(({ team, events }) => [team, events - 1])),
    );
    expect(now.teams.slice(1).every(({ parent }: { parent: string }) => parent === 'w')).toBe(true);
    const calls = await Promise.all(
      teams.map(
        async ({ team }) => (await horde.run(['metrics', team, '--json'])).json().total.modelCalls,
      ),
    );
    expect(now.total.modelCalls).toBe(calls.reduce((sum, count) => sum + count, 0));

    // When the first step had come back: one team below had ended, and the next had at most begun.
    const returned = log.find(({ type }) => type === 'team.returned')!;
    const at = log.find(({ revision, meta }) => revision >= returned.revision && meta.last)!;
    const early = (await horde.run(['merged', 'w', '--json', '--at', String(at.revision)])).json();
    const done = early.teams.filter(({ status }: { status: string }) => status === 'done');
    expect(done).toMatchObject([{ parent: 'w' }]);
    expect(early.teams.length).toBeLessThan(teams.length);

    // While the first step works: its parent says nothing, but the clock goes on below it.
    const child = done[0].team as string;
    const below = await horde.log(child);
    const half = below[Math.floor(below.length / 2)]!.meta.at;
    const midway = await horde.run(['merged', 'w', '--json', '--at', iso(half)]);
    expect(midway.json().revisions[child]).toBe(standingAt(below, half));
    expect(midway.json().revisions['w']).toBe(standingAt(log, half));

    const { out, status } = await horde.run(['merged', 'w']);
    expect(status).toBe(0);
    expect(out).toContain('team w: plan-build-test-review, done (all steps are done)');
    expect(out).toContain(', child of w: review-loop, completed, high confidence');
    expect(out).toContain('5 teams in all: ');

    // What had ended before the fork stands below its origin; the rest it began itself.
    const second = log.filter(({ type }) => type === 'team.returned')[1]!;
    const fork = ['fork', 'w', '--at', String(second.revision), '--team', 'f', '--json'];
    const made = await horde.run(fork);
    expect([made.status, made.err]).toEqual([0, expect.any(String)]);
    const [origin, forked] = await Promise.all(
      ['w', 'f'].map(async (team) => (await horde.run(['merged', team, '--json'])).json()),
    );
    expect(forked.teams).toHaveLength(origin.teams.length);
    expect(forked.teams.find(({ team }: { team: string }) => team === 'f')).toMatchObject({
      status: 'done',
      origin: { team: 'w' },
    });

    // Before the fork it was its origin, and so was what stood below.
    const past = ['merged', 'f', '--at', String(at.revision), '--json'];
    const before = (await horde.run(past)).json();
    expect(before.teams.slice(1)).toEqual(early.teams.slice(1));
    expect(before.total).toEqual(early.total);
    expect(before.total.modelCalls).toBeGreaterThan(0);
  });
});
