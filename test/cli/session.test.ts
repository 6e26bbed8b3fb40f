import { describe, expect, it, onTestFinished } from 'vitest';
import { startHost } from '../../src/actors/lead/host.ts';
import { formingSession, leadingSession } from '../../src/cli/session.ts';
import { teamId, teamStream } from '../../src/events/ids.ts';
import { openMemoryStore } from '../../src/events/stores/memory-store.ts';
import { formTeam } from '../../src/planning/formation.ts';
import { startMessagesApi } from '../servers/messages-api.ts';
import { siteOf } from './horde.ts';
import { until } from './until.ts';

/** What a process allows itself towards one key (`createGovernor`). */
const AT_ONCE = 8;
const TEAMS = ['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h'] as const;

describe('a session', () => {
  it('asks one key for eight replies at once and no more, however many teams it leads', async () => {
    let open = 0;
    let most = 0;
    const api = await startMessagesApi({
      key: 'sk-test',
      // Nobody is answered: whatever may be under way at once comes to be.
      script: () => {
        open += 1;
        most = Math.max(most, open);
        return new Promise(() => {});
      },
    });
    onTestFinished(() => api.close());
    const store = openMemoryStore();
    const site = siteOf({ ANTHROPIC_API_KEY: 'sk-test', ANTHROPIC_BASE_URL: api.url });
    const front = formingSession(site, store);
    for (const id of TEAMS)
      await front.runtime.submit(
        formTeam({
          id,
          request: `Decide where the ${id} tests should live`,
          pattern: 'consensus-deliberation',
          model: 'claude-sonnet-5',
        }),
      );
    const { runtime } = await leadingSession(site, store);
    const host = startHost({ runtime, teamsMax: TEAMS.length });
    const started = async (id: (typeof TEAMS)[number]) => {
      const events = await store.read(teamStream(teamId(id)));
      const of = (type: string) => events.filter((event) => event.type === type).length;
      return { judged: of('work.admitted') + of('work.delayed'), started: of('work.started') };
    };
    // Each team waits for several replies, together for far more than may be asked for at once; all that has
    // been started has been asked for.
    await until(async () => {
      const counts = await Promise.all(TEAMS.map(started));
      const asked = counts.reduce((sum, count) => sum + count.started, 0);
      return counts.every(({ judged }) => judged >= 2) && asked === open;
    });
    expect(most).toBe(AT_ONCE);
    await host.close();
    await front.runtime.close();
  });
});
