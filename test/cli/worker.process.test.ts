/** Workers as processes: teams handed in are led, and a killed worker's teams are taken over. */
import { describe, expect, it, onTestFinished } from 'vitest';
import type { RecordedEvent } from '../../src/events/event.ts';
import { startMessagesApi } from '../servers/messages-api.ts';
import { player } from '../servers/player.ts';
import { type HordeProcess, hordeProcessIn } from './horde-process.ts';
import { until } from './until.ts';

/** On a machine that is not busy: looked at by `npm run test:slow` alone. */
const TAKEN_OVER_WITHIN_MS = process.env['HORDE_SLOW'] ? 10_000 : Number.POSITIVE_INFINITY;

const TEAMS = ['w1', 'w2', 'w3'];

const ended = async (horde: HordeProcess) => {
  const ends = await Promise.all(TEAMS.map(async (team) => (await horde.log(team)).at(-1)));
  return ends.filter((end) => end?.type === 'team.dissolved' && end.data['status'] === 'done')
    .length;
};

describe('horde worker', () => {
  it('leads what was handed in, and takes over from one that was killed, asking nothing twice', async () => {
    const api = await startMessagesApi({ script: player({ seed: 2, latencyMs: 250 }), key: 'k' });
    onTestFinished(() => api.close());
    const horde = hordeProcessIn({ ANTHROPIC_API_KEY: 'k', ANTHROPIC_BASE_URL: api.url });
    const teams = TEAMS;
    for (const team of teams) {
      const { status, json } = await horde.run([
        'run',
        '--detach',
        '--json',
        '--pattern',
        'review-loop',
        '--team',
        team,
        `Design the table ${team}, then have it reviewed`,
      ]);
      expect([status, json().status]).toEqual([0, 'running']);
    }
    const first = horde.begin(['worker', '--json']);
    onTestFinished(() => void first.child.kill('SIGKILL'));
    await until(() => api.requests.length >= 4);
    first.child.kill('SIGKILL');
    const killedAt = Date.now();
    const second = horde.begin(['worker', '--json']);
    onTestFinished(() => void second.child.kill('SIGKILL'));
    const logOf = (team: string): Promise<RecordedEvent[]> => horde.log(team);
    await until(async () => {
      const led = (await logOf('w1')).filter(({ type }) => type === 'leader.took');
      return led.length >= 2 || (await ended(horde)) === teams.length;
    });
    expect(Date.now() - killedAt).toBeLessThan(TAKEN_OVER_WITHIN_MS);
    await until(async () => (await ended(horde)) === teams.length);
    second.child.kill('SIGTERM');
    expect((await second.ended).status).toBe(0);
    let allowed = 0;
    for (const team of teams) {
      const log = await logOf(team);
      const hashes = log
        .filter(({ type }) => type === 'model.replied')
        .map(({ data }) => data['requestHash']);
      expect(new Set(hashes).size).toBe(hashes.length);
      // What was under way when the first was killed is on record, and may be asked again.
      allowed += hashes.length + log.filter(({ type }) => type === 'work.lapsed').length;
      expect((await horde.run(['replay', team])).status).toBe(0);
    }
    expect(api.requests.length).toBeLessThanOrEqual(allowed);
  });
});
