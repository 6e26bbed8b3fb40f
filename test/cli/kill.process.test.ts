/**
 * G4 from outside: the real program against a real server is killed with SIGKILL at drawn moments and resumed
 * until it is done.
 */
import { describe, expect, it, onTestFinished } from 'vitest';
import type { RecordedEvent } from '../../src/events/event.ts';
import { type MessagesApi, startMessagesApi } from '../servers/messages-api.ts';
import { player } from '../servers/player.ts';
import { type HordeProcess, hordeProcessIn } from './horde-process.ts';
import { until } from './until.ts';

const request =
  'Design a migration that splits the users table, then have a DBA review it for safety';
const run = ['run', '--pattern', 'review-loop', '--team', 'k', '--json', request];

async function provider(latencyMs: number): Promise<{ api: MessagesApi; horde: HordeProcess }> {
  const api = await startMessagesApi({ script: player({ seed: 3, latencyMs }), key: 'test-key' });
  onTestFinished(() => api.close());
  return {
    api,
    horde: hordeProcessIn({ ANTHROPIC_API_KEY: 'test-key', ANTHROPIC_BASE_URL: api.url }),
  };
}

const logOf = (horde: HordeProcess): Promise<RecordedEvent[]> => horde.log('k');
const answered = (log: readonly RecordedEvent[]) =>
  log.filter(({ type }) => type === 'model.replied').map(({ data }) => String(data['requestHash']));

/** What the team made, without the revisions and times that depend on when it was killed. */
const made = (log: readonly RecordedEvent[]) =>
  log
    .filter(
      ({ type, meta }) => meta.actor && /^(draft|review|changes|decision|pattern)\./.test(type),
    )
    .map(({ type, data, meta }) => {
      const { result: _, ...rest } = data;
      return [meta.actor, type, rest];
    });

describe('a team whose process is killed', () => {
  it('goes on as if nothing had happened, and asks nothing twice that was answered', async () => {
    const { api, horde } = await provider(40);
    let kills = 0;
    let known: string[] = [];
    let status: number | null = null;
    for (let round = 0; status !== 0; round++) {
      expect(round).toBeLessThan(30);
      const callsBefore = api.requests.length;
      const { child, ended } = horde.begin(round === 0 ? run : ['resume', 'k', '--json']);
      // Drawn moments: after so many more calls have reached the server, and so many milliseconds.
      const moreCalls = kills % 3 === 2 ? 2 : 1;
      const delayMs = (kills * 29) % 61;
      const isOver = ended.then(() => true);
      void (async () => {
        await Promise.race([isOver, until(() => api.requests.length >= callsBefore + moreCalls)]);
        await new Promise((resolve) => setTimeout(resolve, delayMs));
        if (kills < 6) child.kill('SIGKILL');
      })();
      const end = await ended;
      if (end.signal === 'SIGKILL') kills++;
      status = end.signal ? null : end.status;
      if (status === 2) status = null; // killed before the team was formed: there is nothing to resume yet
      const log = await logOf(horde).catch(() => []);
      const now = answered(log);
      expect(now.slice(0, known.length)).toEqual(known);
      expect(new Set(now).size).toBe(now.length);
      known = now;
      if (log.length === 0) round = -1;
      if (kills >= 6 && status === null && end.signal !== 'SIGKILL') throw new Error(end.err);
    }
    expect(kills).toBeGreaterThanOrEqual(3);

    const log = await logOf(horde);
    const replay = await horde.run(['replay', 'k', '--json']);
    expect(replay.json().divergence).toBeNull();
    // Every request that was answered on record was asked at most once more per kill, never after the record.
    for (const { asked } of api.calls.values()) expect(asked).toBeLessThanOrEqual(1 + kills);
    expect(api.requests.length).toBeLessThanOrEqual(answered(log).length + kills);

    const calm = await provider(0);
    expect((await calm.horde.run(run)).status).toBe(0);
    expect(made(log)).toEqual(made(await logOf(calm.horde)));
  });

  it('stopped by Ctrl-C records where it stands, exits 130, and goes on', async () => {
    const { api, horde } = await provider(200);
    const { child, ended } = horde.begin(run);
    await until(() => api.requests.length >= 2);
    child.kill('SIGINT');
    const end = await ended;
    expect(end.status).toBe(130);
    expect(end.json().status).toBe('interrupted');
    expect(end.err).toContain('horde resume k');
    const resumed = await horde.run(['resume', 'k', '--json']);
    expect(resumed.status).toBe(0);
    expect(resumed.json()[0]).toMatchObject({ team: 'k', status: 'done' });
    expect((await horde.run(['replay', 'k'])).status).toBe(0);
  });
});
