import { createHash } from 'node:crypto';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { type Horde, hordeIn } from './horde.ts';

const request = 'Design a migration that splits the users table, then have a DBA review it';

/** A rehearsed team t1 and the ends of its turns. */
async function reviewed(more: string[] = []): Promise<{ horde: Horde; cuts: number[] }> {
  const horde = hordeIn();
  await horde.run([
    'run',
    '--rehearse',
    '--pattern',
    'review-loop',
    '--team',
    't1',
    ...more,
    request,
  ]);
  const log = await horde.log('t1');
  const cuts = log.filter(({ meta }) => meta.last).map(({ revision }) => revision);
  return { horde, cuts };
}

const logHash = async (horde: Horde, team: string) =>
  createHash('sha256')
    .update(JSON.stringify(await horde.log(team)))
    .digest('hex');

describe('horde fork', () => {
  it('goes on from a revision, takes over what was answered, and leaves the origin as it was', async () => {
    const { horde, cuts } = await reviewed();
    const before = await logHash(horde, 't1');
    const { status, json, err } = await horde.run([
      'fork',
      't1',
      '--at',
      String(cuts[2]! + 1),
      '--team',
      'f1',
      '--json',
    ]);
    expect(status).toBe(0);
    expect(json()).toMatchObject({
      team: 'f1',
      status: 'done',
      origin: { team: 't1', revision: cuts[2] },
      spent: { tokens: 0, usd: 0, modelCalls: 0 },
    });
    expect(json().reused).toBeGreaterThan(0);
    expect(err).toContain(`forking at ${cuts[2]}`);
    expect(await logHash(horde, 't1')).toBe(before);
    for (const at of [cuts[0]!, cuts[2]!]) {
      const states = await Promise.all(
        ['t1', 'f1'].map((team) => horde.run(['state', team, '--at', String(at), '--json'])),
      );
      expect(states[0]!.json().stateHash).toBe(states[1]!.json().stateHash);
    }
    expect((await horde.run(['replay', 'f1', '--json'])).json().divergence).toBeNull();
    const { first } = (await horde.run(['diff', 't1', 'f1', '--json'])).json();
    expect(first).toBeNull();
  });

  it('takes a written answer in place of the next one, and the teams part there', async () => {
    const { horde, cuts } = await reviewed();
    writeFileSync(join(horde.folder, 'answer.txt'), 'I would rather not say.');
    const at = String(cuts[2]!);
    const forked = await horde.run([
      'fork',
      't1',
      '--at',
      at,
      '--team',
      'f1',
      '--answer',
      'answer.txt',
      '--json',
    ]);
    expect(forked.status).toBe(0);
    const { first, tokens } = (await horde.run(['diff', 't1', 'f1', '--json'])).json();
    expect(first.b).toMatchObject({ type: 'model.replied' });
    expect(JSON.stringify(first.b.data.content)).toContain('I would rather not say.');
    expect(tokens.a).not.toBe(tokens.b);
    const shown = await horde.run(['diff', 't1', 'f1']);
    expect(shown.out).toMatch(/they part: something else was said/);
  });

  it('has a folder of its own, rebuilt from what was written, or writes nothing', async () => {
    const horde = hordeIn();
    mkdirSync(join(horde.folder, 'work'));
    await horde.run([
      ...['run', '--rehearse', '--pattern', 'single-agent', '--team', 't1'],
      ...['--workspace', 'work', '--allow-write', request],
    ]);
    const cut = (await horde.run(['log', 't1', '--json']))
      .lines()
      .filter(({ meta }) => meta.last)[1].revision;
    const fork = (more: string[]) => horde.run(['fork', 't1', '--at', String(cut), ...more]);
    expect((await fork(['--workspace', 'work'])).err).toContain("that is the origin's");
    mkdirSync(join(horde.folder, 'full'));
    writeFileSync(join(horde.folder, 'full', 'mine.txt'), 'mine');
    expect((await fork(['--workspace', 'full'])).err).toContain('empty folder');
    expect(readFileSync(join(horde.folder, 'full', 'mine.txt'), 'utf8')).toBe('mine');
    await fork(['--team', 'plain']);
    const own = await fork(['--team', 'own', '--workspace', 'copy']);
    expect(own.err).toContain('recorded files rebuilt');
    const labels = async (team: string) =>
      (await horde.run(['log', team, '--json', '--type', 'team.forked'])).lines()[0].data.labels;
    expect(await labels('plain')).not.toHaveProperty('write');
    expect(await labels('own')).toMatchObject({
      workspace: join(horde.folder, 'copy'),
      write: 'yes',
    });
  });

  const refused: [string, string[], RegExp][] = [
    ['no revision', ['fork', 't1'], /--at/],
    [
      'a revision that is not there',
      ['fork', 't1', '--at', '99999'],
      /the last revision of team t1/,
    ],
    ['a revision after the end', ['fork', 't1', '--at', 'END'], /had ended at revision/],
    ['the id of another team', ['fork', 't1', '--at', '13', '--team', 't1'], /t1/],
    ['rounds beyond the pattern', ['fork', 't1', '--at', '13', '--rounds', '99'], /--rounds 99/],
    [
      'an answer that is not there',
      ['fork', 't1', '--at', '13', '--answer', 'nope.txt'],
      /nope\.txt/,
    ],
    [
      'a folder for a team without one',
      ['fork', 't1', '--at', '13', '--workspace', 'x'],
      /works in no folder/,
    ],
    ['a what-if without a budget', ['what-if', 't1'], /--budget-tokens/],
    [
      'an artifact that nobody made',
      ['why', 't1', 'a unicorn'],
      /no artifact "a unicorn".*horde board/,
    ],
    ['a team to compare that is not there', ['diff', 't1', 't9'], /no team "t9"/],
  ];
  it('and its fellows end with one clear line on bad input, and write nothing', async () => {
    const { horde, cuts } = await reviewed();
    for (const [what, args, said] of refused) {
      const given = args.map((arg) => (arg === 'END' ? String(cuts.at(-1)) : arg));
      const { status, out, err } = await horde.run(given);
      expect([what, status, out, err.trim().split('\n').length]).toEqual([what, 2, '', 1]);
      expect(err).toMatch(said);
    }
    expect((await horde.run(['teams', '--json'])).json()).toHaveLength(1);
  });
});

describe('horde what-if, why and upgrade-check', () => {
  it('tell where another budget ends the team, why it said what it said, and that it replays', async () => {
    const { horde } = await reviewed();
    const told = (await horde.run(['what-if', 't1', '--budget-tokens', '9000', '--json'])).json();
    expect(told).toMatchObject({ team: 't1', stops: { why: 'refused' }, lost: { result: true } });
    expect(told.spent.tokens + told.saved.tokens).toBe(told.recorded.tokens);
    expect((await horde.run(['what-if', 't1', '--budget-tokens', '9000'])).out).toContain(
      'it would have stopped',
    );
    const chain = (await horde.run(['why', 't1', 'migration', '--json'])).json();
    expect(chain.steps[0].type).toBe('team.formed');
    expect(chain.tokens).toBeGreaterThan(0);
    expect((await horde.run(['why', 't1', String(chain.revision)])).out).toContain(
      'it goes back to the request',
    );
    const checked = await horde.run(['upgrade-check', '--json']);
    expect([checked.status, checked.json().map(({ ok }: { ok: boolean }) => ok)]).toEqual([
      0,
      [true],
    ]);
  });
});
