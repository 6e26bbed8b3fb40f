/** The page from the command line: beside running teams, with a run, and in one file. */
import { existsSync, readFileSync, statSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import type { TeamLine } from '../../src/projections/teams/teams.ts';
import type { ForkMade, ShownEvent } from '../../src/visualizer/shared/wire.ts';
import { hordeIn } from './horde.ts';
import { lineOf, rehearse, request, type Ui, ui } from './served-page.ts';
import { until } from './until.ts';

const fork = async ({ base, token }: Ui, team: string, asked: object): Promise<ForkMade> => {
  const response = await fetch(`${base}/api/teams/${team}/fork`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', authorization: `Bearer ${token}` },
    body: JSON.stringify(asked),
  });
  const made = (await response.json()) as ForkMade;
  expect(response.status, JSON.stringify(made)).toBe(200);
  return made;
};

describe('horde ui', () => {
  it('shows a team while another process leads it, and ends with 0', async () => {
    const horde = hordeIn();
    await horde.run(rehearse('before'));
    const page = await ui(horde);
    const running = horde.begin(rehearse('t1', '--latency', '300'));
    const line = await until(() => lineOf(page, 't1'));
    expect(line.status).toBe('running');
    const live = await fetch(`${page.base}/api/teams/t1/live`);
    const heard: ShownEvent[] = [];
    let rest = '';
    for await (const chunk of live.body!.pipeThrough(new TextDecoderStream())) {
      const lines = (rest + chunk).split('\n');
      rest = lines.pop()!;
      for (const text of lines)
        if (text.startsWith('data: [')) heard.push(...(JSON.parse(text.slice(6)) as ShownEvent[]));
      if (heard.at(-1)?.type === 'team.dissolved') break;
    }
    const { status, json } = await running.ended;
    expect([status, json().events]).toEqual([0, heard.length]);
    expect(heard.map(({ revision }) => revision)).toEqual(heard.map((_, i) => i));
    expect(await page.interrupt()).toBe(0);
  });

  it('makes no store, needs one that outlives its process, and a free port', async () => {
    const horde = hordeIn();
    const none = await horde.run(['ui']);
    expect([none.status, none.out]).toEqual([2, '']);
    expect(none.err).toMatch(/there is no store at \.horde/);
    expect(existsSync(join(horde.folder, '.horde'))).toBe(false);
    const forgotten = await horde.run(['ui', '--store', 'memory:']);
    expect(forgotten.status).toBe(2);
    expect(forgotten.err).toMatch(/use "horde run --ui"/);
    await horde.run(rehearse('t1'));
    const other = createServer().listen(0, '127.0.0.1');
    onTestFinished(() => void other.close());
    await until(() => other.listening);
    const { port } = other.address() as { port: number };
    const taken = await horde.run(['ui', '--port', String(port)]);
    expect(taken.status).toBe(2);
    expect(taken.err).toMatch(new RegExp(`--port ${port}: EADDRINUSE; take another`));
  });

  it('forks a rehearsed team and leads the fork to its end', async () => {
    const horde = hordeIn();
    await horde.run(rehearse('t1', '--rounds', '3'));
    const page = await ui(horde);
    const made = await fork(page, 't1', { at: 40, rounds: 2, budgetTokens: 500_000 });
    expect(made).toMatchObject({ origin: { team: 't1' }, led: true });
    expect(made.origin.revision).toBeLessThanOrEqual(40);
    const line = await until(async () => {
      const found = await lineOf(page, made.team);
      return found?.status === 'done' ? found : undefined;
    });
    expect(line.tokens.limit).toBe(500_000);
    const written = await fork(page, 't1', { at: 20, answer: { text: 'A word of a person.' } });
    await until(async () => (await lineOf(page, written.team))?.status === 'done');
    const log = (await horde.run(['log', written.team, '--json'])).out;
    expect(log).toContain('A word of a person.');
    const late = await fetch(`${page.base}/api/teams/t1/fork`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', authorization: `Bearer ${page.token}` },
      body: JSON.stringify({ at: 9999 }),
    });
    expect([late.status, await late.json()]).toEqual([
      400,
      { error: expect.stringMatching(/the last revision of team t1 is \d+/) },
    ]);
    expect(await page.interrupt()).toBe(0);
  });

  it('makes a fork that it has no model for, and says how it goes on', async () => {
    const horde = hordeIn();
    const handed = await horde.run([
      'run',
      '--detach',
      '--pattern',
      'review-loop',
      '--team',
      't2',
      request,
    ]);
    expect(handed.status).toBe(0);
    const page = await ui(horde);
    const { events } = (await lineOf(page, 't2'))!;
    const made = await fork(page, 't2', { at: events - 1 });
    expect(made.led).toBe(false);
    expect(made.remark).toContain(`horde resume ${made.team}`);
    expect(await page.interrupt()).toBe(0);
  });
});

describe('horde run --ui', () => {
  it('shows what is led here and what is said on the way, and ends with the run', async () => {
    const horde = hordeIn();
    const shown = horde.begin([...rehearse('t1', '--latency', '400'), '--ui']);
    const [, base] = await until(
      () => /watch it at (http:\S+)\/#token=[\w-]+\/team\/t1/.exec(shown.err) ?? undefined,
    );
    const live = await fetch(`${base}/api/teams/t1/live`);
    let text = '';
    for await (const chunk of live.body!.pipeThrough(new TextDecoderStream())) {
      text += chunk;
      if (/event: spoken\ndata: \{"actor":"[\w-]+","text":".+"\}/.test(text)) break;
    }
    expect(text).toMatch(/event: spoken/);
    const { status, json } = await shown.ended;
    expect([status, json().status]).toEqual([0, 'done']);
  });

  it('stays when it is told to, until it is interrupted', async () => {
    const horde = hordeIn();
    const shown = horde.begin([...rehearse('t1'), '--ui', '--stay']);
    const [, base] = await until(
      () => /the page stays at (http:\S+)\/#token/.exec(shown.err) ?? undefined,
    );
    const teams = (await (await fetch(`${base}/api/teams`)).json()) as TeamLine[];
    expect(teams.map(({ status }) => status)).toEqual(['done']);
    shown.interrupt();
    expect((await shown.ended).status).toBe(0);
  });

  it('works with a store that is forgotten, and refuses what does not fit together', async () => {
    const horde = hordeIn({ HORDE_STORE: 'memory:' });
    expect((await horde.run([...rehearse('t1'), '--ui'])).status).toBe(0);
    for (const args of [['--stay'], ['--port', '4000'], ['--ui', '--detach']]) {
      const { status, err } = await horde.run([...rehearse('t1'), ...args]);
      expect([args, status, err]).toEqual([args, 2, expect.stringMatching(/--ui/)]);
    }
  });
});

describe('horde export', () => {
  it('writes one file for this person alone, and does not write over another', async () => {
    const horde = hordeIn();
    await horde.run(rehearse('t1'));
    const first = await horde.run(['export', 't1', '--json']);
    expect(first.status, first.err).toBe(0);
    const path = join(horde.folder, 't1.html');
    const { size, mode } = statSync(path);
    const events = (await horde.run(['log', 't1', '--json'])).lines().length;
    expect(first.json()).toEqual({ team: 't1', file: 't1.html', bytes: size, events });
    expect(mode & 0o077).toBe(0);
    const again = await horde.run(['export', 't1']);
    expect(again.status).toBe(2);
    expect(again.err).toMatch(/there is one already; add --force/);
    expect((await horde.run(['export', 't1', '--force'])).status).toBe(0);
    const out = await horde.run(['export', 't1', '--output', '-']);
    const moment = /"exportedAt":\d+/;
    expect(out.out.replace(moment, '')).toBe(readFileSync(path, 'utf8').replace(moment, ''));
    const nowhere = await horde.run(['export', 't1', '--output', 'no/such/folder.html']);
    expect([nowhere.status, nowhere.err]).toEqual([2, expect.stringMatching(/ENOENT/)]);
    expect((await horde.run(['export', 'nobody'])).status).toBe(2);
  });
});
