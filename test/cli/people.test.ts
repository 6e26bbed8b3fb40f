/** A person speaks to a team that another process leads. */
import { describe, expect, it } from 'vitest';
import type { RecordedEvent } from '../../src/events/event.ts';
import { type Ended, type Horde, hordeIn } from './horde.ts';

const request = 'Write a policy and have a security specialist review it';

/** A slow rehearsal that is under way. */
async function atWork(latencyMs: number): Promise<{ horde: Horde; ended: Promise<Ended> }> {
  const horde = hordeIn();
  const { ended } = horde.begin([
    ...['run', '--rehearse', '--json', '--pattern', 'review-loop', '--team', 't'],
    ...['--latency', String(latencyMs), request],
  ]);
  await until(horde, (log) => log.some(({ type }) => type === 'work.started'));
  return { horde, ended };
}

const logOf = async (horde: Horde) => {
  const { status, lines } = await horde.run(['log', 't', '--json']);
  return status === 0 ? lines<RecordedEvent>() : [];
};

async function until(horde: Horde, holds: (log: RecordedEvent[]) => boolean) {
  for (let i = 0; i < 100; i++) {
    const log = await logOf(horde);
    if (holds(log)) return log;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  throw new Error('it did not come to that in time');
}

describe('a person, from another process', () => {
  it('tells an agent something, which it reads in its next request and the report marks', async () => {
    const { horde, ended } = await atWork(1500);
    const told = await horde.run(['tell', 't', 'producer', 'Mind', 'the', 'audit.', '--json']);
    expect(told.json()).toEqual({ team: 't', said: 'message.told', to: 'producer', led: true });
    const { json, status } = await ended;
    expect(status).toBe(0);
    const log = await logOf(horde);
    const heard = log.find(({ type }) => type === 'message.told');
    expect(heard).toMatchObject({ data: { by: 'person', text: 'Mind the audit.' } });
    expect(heard?.meta.to).toEqual(['producer']);
    expect(JSON.stringify(json().report)).toContain('Mind the audit.');
    expect((await horde.run(['replay', 't'])).status).toBe(0);
  }, 60_000);

  it('pauses a team, which starts nothing until it goes on', async () => {
    const { horde, ended } = await atWork(2500);
    expect((await horde.run(['pause', 't'])).out).toContain('horde continue t');
    const still = (log: RecordedEvent[]) =>
      log.filter(({ type }) => type === 'work.started').length;
    const paused = await until(horde, (log) => {
      const at = log.findIndex(({ type }) => type === 'team.paused');
      return at >= 0 && log.some(({ type }) => type === 'draft.submitted');
    });
    const before = still(paused);
    expect((await horde.run(['pause', 't'])).out).toContain('paused already');
    expect(still(await logOf(horde))).toBe(before);
    expect((await horde.run(['continue', 't'])).status).toBe(0);
    expect((await ended).json().status).toBe('done');
    expect(still(await logOf(horde))).toBeGreaterThan(before);
  }, 60_000);

  it('stops a team, which ends with what there is and says by whom', async () => {
    const { horde, ended } = await atWork(60_000);
    const { status } = await horde.run(['stop', 't', '--reason', 'the question has changed']);
    expect(status).toBe(0);
    const { json } = await ended;
    expect(json().reason).toContain('the question has changed');
    expect(json().confidence).toBe('low');
  }, 60_000);

  it('is told when nobody leads the team, and is heard when it goes on', async () => {
    const { horde, ended } = await atWork(60_000);
    const { child } = horde.begin(['log', 't', '--follow']);
    const leader = (await logOf(horde)).find(({ type }) => type === 'leader.took');
    process.kill(Number(String(leader?.data['leader']).split(':')[1]), 'SIGKILL');
    await ended;
    child.kill('SIGKILL');
    await horde.run(['stop', 't']);
    const resumed = await horde.run(['resume', 't', '--json']);
    expect(resumed.json()[0]).toMatchObject({ team: 't' });
    expect(resumed.json()[0].reason).toContain('stopped by');
  }, 60_000);

  it('who names nobody known is told who there is, and whom the team has ended is told so', async () => {
    const { horde, ended } = await atWork(1000);
    const unknown = await horde.run(['tell', 't', 'reviewer', 'hello']);
    expect(unknown.status).toBe(2);
    expect(unknown.err).toMatch(/did you mean reviewer-1\?.*producer/);
    expect((await horde.run(['tell', 't', 'producer', ' '])).err).toContain('nothing to tell');
    expect((await horde.run(['stop', 'nobody'])).err).toContain('horde teams');
    await horde.run(['stop', 't']);
    await ended;
    for (const args of [
      ['tell', 't', 'producer', 'hi'],
      ['pause', 't'],
      ['continue', 't'],
      ['stop', 't'],
    ]) {
      const { status, err } = await horde.run(args);
      expect([status, err.trim().split('\n').length]).toEqual([2, 1]);
      expect(err).toContain('has ended');
    }
  }, 60_000);
});
