/** A person speaks to a team that another process leads. */
import { describe, expect, it, onTestFinished } from 'vitest';
import type { RecordedEvent } from '../../src/events/event.ts';
import { startMessagesApi } from '../servers/messages-api.ts';
import { player } from '../servers/player.ts';
import { type Ended, type Horde, hordeIn } from './horde.ts';
import { until as untilFound } from './until.ts';

const request = 'Write a policy and have a security specialist review it';

/** A slow rehearsal that is under way. */
async function atWork(latencyMs: number): Promise<{ horde: Horde; ended: Promise<Ended> }> {
  const horde = hordeIn();
  const { ended } = horde.begin([
    ...['run', '--rehearse', '--json', '--pattern', 'review-loop', '--team', 't'],
    ...['--latency', String(latencyMs), request],
  ]);
  const begun = until(horde, (log) => log.some(({ type }) => type === 'work.started'));
  await Promise.race([begun, ended.then(({ err }) => Promise.reject(new Error(err)))]);
  return { horde, ended };
}

/** The log of the team, as soon as it stands so. */
const until = (horde: Horde, holds: (log: RecordedEvent[]) => boolean) =>
  untilFound(async () => {
    const log = await horde.log('t');
    return holds(log) ? log : undefined;
  });

describe('a person, from another process', () => {
  it('tells an agent something, which it reads in its next request and the report marks', async () => {
    const { horde, ended } = await atWork(700);
    const told = await horde.run(['tell', 't', 'producer', 'Mind', 'the', 'audit.', '--json']);
    expect(told.json()).toEqual({ team: 't', said: 'message.told', to: 'producer', led: true });
    const { json, status } = await ended;
    expect(status).toBe(0);
    const log = await horde.log('t');
    const heard = log.find(({ type }) => type === 'message.told');
    expect(heard).toMatchObject({ data: { by: 'person', text: 'Mind the audit.' } });
    expect(heard?.meta.to).toEqual(['producer']);
    expect(JSON.stringify(json().report)).toContain('Mind the audit.');
    expect((await horde.run(['replay', 't'])).status).toBe(0);
  });

  it('pauses a team, which starts nothing until it goes on', async () => {
    const { horde, ended } = await atWork(1000);
    expect((await horde.run(['pause', 't'])).out).toContain('horde continue t');
    const still = (log: RecordedEvent[]) =>
      log.filter(({ type }) => type === 'work.started').length;
    const paused = await until(horde, (log) => {
      const at = log.findIndex(({ type }) => type === 'team.paused');
      return at >= 0 && log.some(({ type }) => type === 'draft.submitted');
    });
    const before = still(paused);
    expect((await horde.run(['pause', 't'])).out).toContain('paused already');
    expect(still(await horde.log('t'))).toBe(before);
    const gone = await horde.run(['continue', 't']);
    expect([gone.status, gone.err]).toEqual([0, '']);
    expect((await ended).json().status).toBe('done');
    expect(still(await horde.log('t'))).toBeGreaterThan(before);
  });

  it('stops a team, which ends with what there is and says by whom', async () => {
    const { horde, ended } = await atWork(60_000);
    const { status } = await horde.run(['stop', 't', '--reason', 'the question has changed']);
    expect(status).toBe(0);
    const { json } = await ended;
    expect(json().reason).toContain('the question has changed');
    expect(json().confidence).toBe('low');
  });

  it('approves exactly the command that was shown, and answers what an agent asks', async () => {
    const script = player({ seed: 1 });
    const uses = [
      { name: 'run_command', input: { program: 'node', args: ['-p', '6*7'] } },
      { name: 'ask_person', input: { question: 'For whom is it?' } },
    ];
    const api = await startMessagesApi({
      key: 'k',
      script: (request, n) => {
        const use = uses[n];
        return use
          ? { content: [{ type: 'tool_use', id: `toolu_${n}`, ...use }], stopReason: 'tool_use' }
          : script(request, n);
      },
    });
    onTestFinished(() => api.close());
    const horde = hordeIn({ ANTHROPIC_API_KEY: 'k', ANTHROPIC_BASE_URL: api.url });
    const { ended } = horde.begin([
      ...['run', '--json', '--pattern', 'single-agent', '--team', 't', '--workspace', '.'],
      ...['--allow-commands', '--people', request],
    ]);
    const waits = (kind: string) =>
      untilFound(async () => {
        const listed = await horde.run(['approve', 't', '--json']);
        return listed.status === 0 && listed.json<any[]>().find((one) => one.kind === kind);
      });
    const command = await waits('approval');
    expect(command).toMatchObject({ kind: 'approval', text: expect.stringContaining('6*7') });
    expect((await horde.run(['approve', 't'])).out).toContain(command.hash);
    const unclear = await horde.run(['approve', 't', command.question]);
    expect([unclear.status, unclear.err]).toEqual([2, expect.stringContaining('--yes or --no')]);
    expect((await horde.run(['approve', 't', 'nothing', '--yes'])).status).toBe(2);
    expect((await horde.run(['approve', 't', command.question, '--yes'])).status).toBe(0);
    const question = await waits('question');
    expect(question).toMatchObject({ kind: 'question', text: expect.stringContaining('For whom') });
    await horde.run(['approve', 't', question.question, 'For', 'our', 'customers.']);
    expect((await ended).status).toBe(0);
    const log = await horde.log('t');
    const returned = log.filter(({ type }) => type === 'tool.returned').map(({ data }) => data);
    expect(returned[0]).toMatchObject({ tool: 'run_command', ok: true });
    expect(String(returned[0]?.['text'])).toContain('42');
    expect(returned[1]).toMatchObject({ tool: 'ask_person', text: 'For our customers.' });
    const answered = log.filter(({ type }) => type === 'person.answered');
    expect(answered).toHaveLength(2);
    expect(String(answered[0]?.data['text'])).toContain(command.hash);
    expect((await horde.run(['approve', 't'])).out).toContain('nothing waits');
    expect((await horde.run(['replay', 't'])).status).toBe(0);
  });

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
  });
});
