/** What the server tells of teams, asked over the wire and compared with what is recorded. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { RecordedEvent } from '../../src/events/event.ts';
import { patterns } from '../../src/machines/patterns/index.ts';
import { reportOf } from '../../src/projections/report/report.ts';
import type { Prompt, ShownEvent } from '../../src/visualizer/shared/wire.ts';
import { type Rehearsed, rehearse } from '../properties/rehearsed-teams.ts';
import { appendTo, ownEvent, served } from './served.ts';

let stage: Rehearsed;
const recordedOf = new Map<string, RecordedEvent[]>();

beforeAll(async () => {
  stage = await rehearse({ seed: 3, failureRate: 0.15 });
  for (const pattern of Object.keys(patterns)) await stage.run(pattern, { pattern, seed: 1 });
  for (const pattern of Object.keys(patterns)) recordedOf.set(pattern, await stage.events(pattern));
}, 60_000);
afterAll(() => stage.close());

const server = () => served({ runtime: stage.runtime });

async function linesOf(response: Response): Promise<ShownEvent[]> {
  const text = await response.text();
  return text
    .split('\n')
    .filter(Boolean)
    .map((line) => JSON.parse(line));
}

describe('the server', () => {
  it('tells every event of a team in order, long texts cut and said to be', async () => {
    const { get } = await server();
    for (const [team, events] of recordedOf) {
      const shown = await linesOf(await get(`/api/teams/${team}/events`));
      expect(shown.map(({ revision, type }) => [revision, type])).toEqual(
        events.map(({ revision, type }) => [revision, type]),
      );
      for (const [i, event] of shown.entries()) {
        expect(event.meta).toEqual(events[i]!.meta);
        const isSame = JSON.stringify(event.data) === JSON.stringify(events[i]!.data);
        expect([event.revision, isSame]).toEqual([event.revision, event.cut !== true]);
      }
      expect(shown.some(({ cut }) => cut)).toBe(true);
    }
  });

  it('begins where it is asked to, and gives one event whole', async () => {
    const { get } = await server();
    const events = recordedOf.get('review-loop')!;
    const shown = await linesOf(await get('/api/teams/review-loop/events?from=20'));
    expect(shown.map(({ revision }) => revision)).toEqual(
      events.slice(20).map(({ revision }) => revision),
    );
    expect(await linesOf(await get(`/api/teams/review-loop/events?from=${events.length}`))).toEqual(
      [],
    );
    const { revision, type, data, meta } = events.find((one) => one.type === 'agent.joined')!;
    const whole = await get(`/api/teams/review-loop/events/${revision}`);
    expect(await whole.json()).toEqual({ revision, type, data, meta });
  });

  it('rebuilds every prompt with the hash that was recorded with its answer', async () => {
    const { get } = await server();
    let compared = 0;
    for (const [team, events] of recordedOf) {
      for (const { revision, type, data } of events) {
        if (!type.startsWith('model.') || data['requestHash'] === undefined) continue;
        const prompt = await get(`/api/teams/${team}/prompt/${revision}`);
        const { hash, messages } = (await prompt.json()) as Prompt;
        expect([team, revision, hash]).toEqual([team, revision, data['requestHash']]);
        expect(messages.at(-1)!.role).toBe('user');
        compared++;
      }
    }
    expect(compared).toBeGreaterThan(40);
  });

  it('rebuilds the prompts of a fork that went over to another model', async () => {
    const events = recordedOf.get('review-loop')!;
    const cuts = events.filter(({ meta }) => meta.last).map(({ revision }) => revision);
    const { get } = await server();
    let compared = 0;
    for (const at of cuts.slice(1, -1)) {
      const { handle } = await stage.fork({ origin: 'review-loop', at, model: 'claude-haiku-4-5' });
      for (const { revision, type, data } of await stage.events(handle.id)) {
        if (!type.startsWith('model.') || data['requestHash'] === undefined) continue;
        const prompt = await get(`/api/teams/${handle.id}/prompt/${revision}`);
        const { hash, model } = (await prompt.json()) as Prompt;
        expect([at, revision, hash]).toEqual([at, revision, data['requestHash']]);
        if (revision > at) expect(model).toBe('claude-haiku-4-5');
        compared++;
      }
    }
    expect(compared).toBeGreaterThan(5);
  });

  it('knows what an admitted call will ask, and that other events ask nothing', async () => {
    const { get } = await server();
    const events = recordedOf.get('review-loop')!;
    const reply = events.find(({ type }) => type === 'model.replied')!;
    const admitted = events.find(
      ({ type, data }) => type === 'work.admitted' && data['work'] === reply.meta.work,
    )!;
    const prompt = await get(`/api/teams/review-loop/prompt/${admitted.revision}`);
    expect(((await prompt.json()) as Prompt).hash).toBe(reply.data['requestHash']);
    const none = await get('/api/teams/review-loop/prompt/0');
    expect([none.status, await none.json()]).toEqual([200, null]);
  });

  it('gives the report, the list, a comparison, another budget and charts', async () => {
    const { get } = await server();
    const events = recordedOf.get('watchdog')!;
    const json = async (path: string) => (await get(path)).json() as Promise<any>;
    expect(await json('/api/teams/watchdog/report')).toEqual(
      JSON.parse(JSON.stringify(reportOf(events))),
    );
    const listed = await json('/api/teams');
    for (const [team, { length }] of recordedOf)
      expect(listed.find((line: { team: string }) => line.team === team)).toMatchObject({
        status: 'done',
        events: length,
      });
    expect(await json('/api/compare?a=watchdog&b=watchdog')).toMatchObject({ first: null });
    expect((await json('/api/compare?a=watchdog&b=review-loop')).first).not.toBeNull();
    const folded = await json('/api/teams/watchdog/what-if?tokens=3000');
    expect(folded).toMatchObject({
      budget: { tokens: 3000, usd: null },
      stops: { why: 'refused' },
    });
    expect(await json('/api/charts/agent')).toMatchObject({ machine: 'agent' });
    expect(await json('/api/about')).toMatchObject({ store: 'memory:', mayChange: false });
  });

  it('says in one line what is not there, or was asked amiss', async () => {
    const { get } = await server();
    const refusals: [string, number, RegExp][] = [
      ['/api/teams/nobody/events', 404, /no team "nobody" in memory:/],
      ['/api/teams/nobody/live', 404, /no team/],
      ['/api/teams/-x/events', 400, /cannot be a team's id/],
      ['/api/teams/watchdog/events/99999', 404, /no revision 99999; its last one is \d+/],
      ['/api/teams/watchdog/events/1e3', 400, /whole number/],
      ['/api/teams/watchdog/events?from=-1', 400, /from=-1/],
      ['/api/teams/watchdog/prompt/zero', 400, /whole number/],
      ['/api/teams/watchdog/what-if', 400, /give tokens=N, usd=X/],
      ['/api/teams/watchdog/what-if?tokens=0', 400, /above 0/],
      ['/api/compare?a=watchdog', 400, /cannot be a team's id/],
      ['/api/charts/constructor', 404, /no machine "constructor"/],
      ['/api/nothing', 404, /nothing at GET \/api\/nothing/],
    ];
    for (const [path, status, line] of refusals) {
      const response = await get(path);
      const { error } = (await response.json()) as { error: string };
      expect([path, response.status, error]).toEqual([path, status, expect.stringMatching(line)]);
      expect(error).not.toContain('\n');
    }
  });

  it('shows events of a later version as far as they can be read, and says so', async () => {
    const stranger = await rehearse({ seed: 5 });
    const team = 'review-loop';
    await stranger.run(team, { pattern: team, seed: 1 });
    const head = (await stranger.events(team)).length - 1;
    await appendTo(
      stranger.store,
      team,
      [
        ownEvent('task.created', { title: 'from the future' }, 99),
        ownEvent('comet.seen', { tail: 'long' }, 1),
        { ...ownEvent('task.created', {}, 1), data: '{"broken' },
      ],
      head,
    );
    const { get, listen } = await served({ runtime: stranger.runtime });
    const shown = await linesOf(await get(`/api/teams/${team}/events?from=${head}`));
    expect(shown.map(({ problem }) => problem ?? null)).toEqual([
      null,
      expect.stringMatching(/@\d+: "task.created" has version 99, not \d+/),
      expect.stringMatching(/"comet.seen" is not known here/),
      expect.stringMatching(/what is stored cannot be read/),
    ]);
    expect(shown[1]!.data).toEqual({ title: 'from the future' });
    const report = await get(`/api/teams/${team}/report`);
    const { summary } = (await report.json()) as { summary: { notes: string[] } };
    expect(summary.notes.join()).toMatch(/3 events were written by another version/);
    const listed = (await (await get('/api/teams')).json()) as { events: number }[];
    expect(listed.map(({ events }) => events)).toEqual([head + 1]);
    const live = await listen(`/api/teams/${team}/live?after=${head}`);
    await live.until((heard) => heard.length === 1);
    expect(live.heard[0]!.data).toEqual(shown.slice(1));
    const compared = await get(`/api/compare?a=${team}&b=${team}`);
    // What stands behind the end of a team is no part of it, whoever wrote it.
    expect([compared.status, await compared.json()]).toMatchObject([200, { first: null }]);
    await stranger.close();
  });

  it('says clearly when the page was not built', async () => {
    const page = new URL('./not-built/', import.meta.url);
    const { get } = await served({ runtime: stage.runtime, page });
    for (const path of ['/', '/page.js', '/page.css', '/api/teams/watchdog/export.html']) {
      const response = await get(path);
      const { error } = (await response.json()) as { error: string };
      expect([path, response.status]).toEqual([path, 503]);
      expect(error).toMatch(/the page was not built: .*npm run build/);
    }
  });
});
