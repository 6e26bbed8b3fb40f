/** The operational log of a process. */
import { mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { inboxStream, teamId, teamStream } from '../../src/events/ids.ts';
import { type EventStore, StoreFailure } from '../../src/events/store.ts';
import { openMemoryStore } from '../../src/events/stores/memory-store.ts';
import { moveEvents } from '../../src/projections/moves/moves-made.ts';
import { logLineOf } from '../../src/telemetry/process-log/log-line.ts';
import { openProcessLog } from '../../src/telemetry/process-log/process-log.ts';
import { rehearse } from '../properties/rehearsed-teams.ts';

const o = teamId('o');

async function logged(level: string, env: Record<string, string> = {}) {
  const folder = mkdtempSync(join(tmpdir(), 'horde-log-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  const file = join(folder, 'deep', 'horde.log');
  const log = (await openProcessLog({ HORDE_LOG: `${level}:${file}`, ...env }))!;
  const text = () => readFileSync(file, 'utf8');
  return {
    log,
    file,
    text,
    lines: () =>
      text()
        .trim()
        .split('\n')
        .filter(Boolean)
        .map((line) => JSON.parse(line)),
  };
}

describe('the operational log', () => {
  it('is silent unless it is asked for, and says what it does not understand', async () => {
    expect(await openProcessLog({})).toBeUndefined();
    expect(await openProcessLog({ HORDE_LOG: 'silent' })).toBeUndefined();
    await expect(openProcessLog({ HORDE_LOG: 'loud:x' })).rejects.toThrow(
      /HORDE_LOG=loud:x: give a level/,
    );
  });

  it('tells of leadership, failures and the end of a team that is led here, one JSON object a line', async () => {
    const { log, lines, file } = await logged('info');
    for (let seed = 2; ; seed++) {
      const stage = await rehearse({ seed, failureRate: 0.4 });
      const following = log.follow(stage.store, o);
      await stage.run('o', { pattern: 'review-loop', seed });
      await following.end();
      const events = await stage.events('o');
      await stage.close();
      if (events.some(({ type }) => type === 'model.failed')) break;
    }
    const told = lines();
    const of = (msg: string) => told.filter((line) => line.msg === msg);
    expect(of('leadership taken').at(-1)).toMatchObject({
      level: 'info',
      team: 'o',
      epoch: 1,
      pid: process.pid,
    });
    expect(of('model failed').at(-1)).toMatchObject({
      level: 'warn',
      kind: expect.any(String),
      work: expect.any(String),
    });
    expect(told.at(-1)).toMatchObject({ msg: 'team dissolved', status: 'done' });
    expect(new Date(told[0].time).toISOString()).toBe(told[0].time);
    // What people may not read is not for others either.
    expect(statSync(file).mode & 0o077).toBe(0);
  });

  it('tells of the teams below, and of no other', async () => {
    for (let seed = 1; ; seed++) {
      const { log, lines } = await logged('info');
      const stage = await rehearse({ seed, swarms: true });
      const following = log.follow(stage.store, o);
      await stage.run('o', { pattern: 'nested-swarm', seed });
      await stage.run('o-other', { pattern: 'single-agent', seed });
      await following.end();
      const teams = await stage.runtime.teams();
      await stage.close();
      const below = teams.filter((id) => id.startsWith('o-') && id !== 'o-other');
      if (below.length === 0) continue;
      const dissolved = lines().filter(({ msg }) => msg === 'team dissolved');
      expect(new Set(dissolved.map(({ team }) => team))).toEqual(new Set(['o', ...below]));
      return;
    }
  });

  it('tells when another takes the team', () => {
    const event = (leader: string) => ({
      id: 'i',
      stream: teamStream(o),
      revision: 7,
      position: 8,
      type: 'leader.took',
      version: 1,
      data: JSON.stringify({ epoch: 2, leader, downMs: 0, package: 'p', code: 'c' }),
      meta: JSON.stringify({ at: 1, turn: 1, correlationId: 'o' }),
    });
    expect(logLineOf(event('here:1:x'), 'here:1:')).toMatchObject({
      message: 'leadership taken',
    });
    expect(logLineOf(event('there:1:x'), 'here:1:')).toMatchObject({
      level: 'warn',
      message: 'leadership lost',
      fields: { team: 'o', revision: 7, leader: 'there:1:x' },
    });
  });

  it('has no word of a request, an answer or a move in it, whatever level', async () => {
    const { log, text } = await logged('trace');
    const stage = await rehearse({ seed: 2, failureRate: 0.3 });
    const following = log.follow(log.watched(stage.store), o);
    await stage.run('o', { pattern: 'consensus-deliberation', seed: 2 });
    await following.end();
    const told = text();
    const events = await stage.events('o');
    expect(told).not.toContain('users table');
    for (const { type, data } of events) {
      if (!moveEvents.has(type)) continue;
      for (const value of Object.values(data))
        if (typeof value === 'string' && value.length > 25)
          expect(told).not.toContain(JSON.stringify(value).slice(1, -1));
    }
    await stage.close();
  });

  it('shows no secret, in whatever field or text it comes', async () => {
    const key = 'plainkey-without-a-shape';
    const { log, text, lines } = await logged('info', {
      ANTHROPIC_API_KEY: key,
      OTEL_EXPORTER_OTLP_HEADERS: 'x-tenant=quite-secret-tenant',
    });
    log.tell('error', 'a call failed', {
      detail: `401 for ${key} at https://me:pass@host/ with Bearer abcdefgh and sk-ant-0123456789 of quite-secret-tenant`,
      apiKey: 'something',
      request: { headers: { cookie: 'c' }, password: 'hidden' },
    });
    for (const secret of [
      key,
      'me:pass',
      'abcdefgh',
      'sk-ant',
      'quite-secret',
      'something',
      'hidden',
      'cookie',
    ])
      expect(text()).not.toContain(secret);
    expect(lines()[0]).toMatchObject({ apiKey: '[secret]', request: { password: '[secret]' } });
  });

  it('tells what the store could not do, and changes nothing of it', async () => {
    const { log, lines } = await logged('info');
    const store = await openMemoryStore();
    const full: EventStore = Object.assign(Object.create(store), {
      append: () => Promise.reject(new StoreFailure('the disk is full: make room', 'full')),
    });
    const watched = log.watched(full);
    await expect(watched.append(inboxStream(o), [], 0)).rejects.toThrow(StoreFailure);
    expect(lines().at(-1)).toMatchObject({
      level: 'error',
      msg: 'the store did not append',
      kind: 'full',
      detail: 'the disk is full: make room',
      stream: 'inbox-o',
    });
    expect(await log.watched(store).head(teamStream(o))).toBe(-1);
    await store.close();
  });
});
