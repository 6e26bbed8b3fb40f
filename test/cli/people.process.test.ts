import { describe, expect, it } from 'vitest';
import { hordeProcessIn } from './horde-process.ts';
import { until } from './until.ts';

describe('a person who speaks to a team whose leader was killed', () => {
  it('is told when nobody leads the team, and is heard when it goes on', async () => {
    const horde = hordeProcessIn();
    const leader = horde.begin([
      ...['run', '--rehearse', '--json', '--pattern', 'review-loop', '--team', 't'],
      ...['--latency', '60000', 'Write a policy and have a security specialist review it'],
    ]);
    await until(async () => (await horde.log('t')).some(({ type }) => type === 'work.started'));
    leader.child.kill('SIGKILL');
    await leader.ended;
    await horde.run(['stop', 't']);
    const resumed = await horde.run(['resume', 't', '--json']);
    expect(resumed.json()[0]).toMatchObject({ team: 't' });
    expect(resumed.json()[0].reason).toContain('stopped by');
  });
});
