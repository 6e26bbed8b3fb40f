/** Workers as processes over EventStoreDB's wire: killed ones are replaced, one that stood still stands down. */
import { describe, expect, it, onTestFinished } from 'vitest';
import type { RecordedEvent } from '../../src/events/event.ts';
import { startTestServer } from '../eventstoredb/test-server.ts';
import { type MessagesApi, startMessagesApi } from '../servers/messages-api.ts';
import { player } from '../servers/player.ts';
import { type HordeProcess, hordeProcessIn } from './horde-process.ts';

const TAKEN_OVER_WITHIN_MS = 10_000;

interface Site {
  horde: HordeProcess;
  api: MessagesApi;
  /** What stands in the team's stream, read where it is kept: at the server. */
  log(team: string): RecordedEvent[];
}

async function site(latencyMs: number): Promise<Site> {
  const server = await startTestServer();
  onTestFinished(() => server.stop());
  const api = await startMessagesApi({ script: player({ seed: 5, latencyMs }), key: 'k' });
  onTestFinished(() => api.close());
  const horde = hordeProcessIn({
    ANTHROPIC_API_KEY: 'k',
    ANTHROPIC_BASE_URL: api.url,
    HORDE_STORE: server.connectionString,
  });
  const log = (team: string) =>
    server.log.records
      .filter(({ stream }) => stream === `team-${team}`)
      .map(
        ({ type, data }) => ({ type, data: JSON.parse(data.toString('utf8')) }) as RecordedEvent,
      );
  return { horde, api, log };
}

async function handIn({ horde }: Site, teams: readonly string[]): Promise<void> {
  for (const team of teams) {
    const request = `Design the table ${team}, then have it reviewed`;
    const args = ['run', '--detach', '--json', '--pattern', 'review-loop', '--team', team, request];
    const { status, json } = await horde.run(args);
    expect([status, json().status]).toEqual([0, 'running']);
  }
}

function begin({ horde }: Site) {
  const worker = horde.begin(['worker', '--json']);
  onTestFinished(() => void worker.child.kill('SIGKILL'));
  return worker;
}

async function until(holds: () => boolean, withinMs: number): Promise<void> {
  const begun = Date.now();
  while (!holds()) {
    if (Date.now() - begun > withinMs)
      throw new Error(`it did not come to that within ${withinMs} ms`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

const takes = (log: readonly RecordedEvent[]) =>
  log.filter(({ type }) => type === 'leader.took').map(({ data }) => String(data['leader']));
const pidOf = (leader: string | undefined) => Number(leader?.split(':')[1]);
const isEnded = (log: readonly RecordedEvent[]) => log.at(-1)?.type === 'team.dissolved';

/** Nothing is answered twice in a log, and the logs know of every request. */
async function audited({ horde, api, log }: Site, teams: readonly string[]): Promise<void> {
  let known = 0;
  for (const team of teams) {
    const replies = log(team).filter(({ type }) => type === 'model.replied');
    const hashes = new Set(replies.map(({ data }) => data['requestHash']));
    expect(hashes.size).toBe(replies.length);
    const more = log(team).filter(({ type }) => type === 'work.lapsed' || type === 'work.late');
    known += replies.length + more.length;
    expect((await horde.run(['replay', team])).status).toBe(0);
  }
  expect(api.requests.length).toBeLessThanOrEqual(known);
}

describe('horde worker on EventStoreDB', () => {
  it('takes over what a killed one led within 10 s, and nothing is lost or doubled', async () => {
    const place = await site(400);
    const teams = ['e1', 'e2', 'e3', 'e4'];
    await handIn(place, teams);
    const workers = [begin(place), begin(place)];
    const ledBy = (pid: number | undefined) =>
      teams.filter((team) => {
        const log = place.log(team);
        return pidOf(takes(log).at(-1)) === pid && !isEnded(log);
      });
    const busiest = () =>
      [...workers].sort(
        ({ child: a }, { child: b }) => ledBy(b.pid).length - ledBy(a.pid).length,
      )[0]!;
    await until(() => teams.every((team) => takes(place.log(team)).length > 0), 20_000);
    const victim = busiest();
    const left = ledBy(victim.child.pid);
    expect(left.length).toBeGreaterThan(0);
    victim.child.kill('SIGKILL');
    const another = (team: string) => pidOf(takes(place.log(team)).at(-1)) !== victim.child.pid;
    await until(() => left.every((team) => another(team)), TAKEN_OVER_WITHIN_MS);
    await until(() => teams.every((team) => isEnded(place.log(team))), 40_000);
    await audited(place, teams);
    const survivor = workers.find((worker) => worker !== victim)!;
    survivor.child.kill('SIGTERM');
    const { status, lines } = await survivor.ended;
    expect(status).toBe(0);
    const told = lines<{ event: string; team: string }>();
    for (const team of left) expect(told).toContainEqual({ event: 'taken', team, detail: '' });
  });

  it('stands down when it wakes up and another leads, and is there for other teams', async () => {
    const place = await site(600);
    const first = begin(place);
    await handIn(place, ['s1']);
    await until(() => place.api.requests.length >= 1, 20_000);
    first.child.kill('SIGSTOP');
    const second = begin(place);
    await until(() => takes(place.log('s1')).length === 2, 20_000);
    first.child.kill('SIGCONT');
    await until(() => isEnded(place.log('s1')), 40_000);
    expect(takes(place.log('s1')).map(pidOf)).toEqual([first.child.pid, second.child.pid]);
    second.child.kill('SIGTERM');
    expect((await second.ended).status).toBe(0);
    // It was not ended by standing down: it leads what comes next.
    await handIn(place, ['s2']);
    await until(() => isEnded(place.log('s2')), 40_000);
    expect(takes(place.log('s2')).map(pidOf)).toEqual([first.child.pid]);
    first.child.kill('SIGTERM');
    const { status, lines } = await first.ended;
    expect(status).toBe(0);
    const told = lines<{ event: string; team: string }>().map(
      ({ event, team }) => `${event} ${team}`,
    );
    expect(told).toContain('lost s1');
    await audited(place, ['s1', 's2']);
  });
});
