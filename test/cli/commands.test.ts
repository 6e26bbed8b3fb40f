import { chmodSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { hordeIn } from './horde.ts';

const request =
  'Design a migration that splits the users table, then have a DBA review it for safety';
const rehearse = ['run', '--rehearse', '--pattern', 'review-loop', '--team', 't1', request];

describe('horde run --rehearse', () => {
  it('forms a team, works to the end and tells what the contract promises', async () => {
    const horde = hordeIn();
    const { status, json, err } = await horde.run([
      ...rehearse,
      '--json',
      '--budget-tokens',
      '200000',
    ]);
    expect(status).toBe(0);
    expect(json()).toMatchObject({
      team: 't1',
      pattern: 'review-loop',
      status: 'done',
      reason: 'all reviewers approved',
      confidence: 'high',
      usd: 0,
      tokens: { limit: 200000 },
      report: { rehearsal: true },
    });
    expect(Object.keys(json())).toEqual([
      'team',
      'pattern',
      'status',
      'reason',
      'confidence',
      'rounds',
      'events',
      'tokens',
      'usd',
      'modelCalls',
      'stateHash',
      'report',
    ]);
    expect(err).toContain('a rehearsal');
  });

  it('prints a report that is labelled as a rehearsal', async () => {
    const { out, status } = await hordeIn().run(rehearse);
    expect(status).toBe(0);
    expect(out).toContain('# Report of team t1');
    expect(out).toContain('Rehearsal');
    expect(out).not.toContain('\u001b');
  });

  it('says the same for the same seed and another thing for another', async () => {
    const texts: string[] = [];
    for (const seed of ['5', '5', '6']) {
      const { json } = await hordeIn().run([...rehearse, '--json', '--seed', seed]);
      texts.push(JSON.stringify(json().report.summary.results));
    }
    expect(texts[0]).toBe(texts[1]);
    expect(texts[0]).not.toBe(texts[2]);
  });

  it('run again under the same id attaches to the team instead of starting a second one', async () => {
    const horde = hordeIn();
    const first = await horde.run([...rehearse, '--json']);
    const again = await horde.run([...rehearse, '--json']);
    expect(again.json().stateHash).toBe(first.json().stateHash);
    expect((await horde.run(['teams', '--json'])).json()).toHaveLength(1);
  });

  it('ends gracefully on a budget that is too small, within it, and says so', async () => {
    const { status, json } = await hordeIn().run([
      ...rehearse,
      '--json',
      '--budget-tokens',
      '9000',
    ]);
    const { tokens, confidence, report } = json();
    expect(tokens.input + tokens.output).toBeLessThanOrEqual(9000);
    expect(confidence).toBe('low');
    expect(JSON.stringify(report.summary.notes)).toMatch(/tokens|reviewed|approved/);
    expect([0, 1]).toContain(status);
  });

  it('takes the request from standard input', async () => {
    const { json } = await hordeIn().run(
      ['run', '--rehearse', '--json', '--file', '-'],
      'Write a haiku about tables',
    );
    expect(json().report.summary.request).toBe('Write a haiku about tables');
  });
});

describe('a team that stands in the store', () => {
  it('is listed, logged, shown at any revision, measured and replayed', async () => {
    const horde = hordeIn();
    const { events, stateHash } = (await horde.run([...rehearse, '--json'])).json();
    const [listed] = (await horde.run(['teams', '--json'])).json();
    expect(listed).toMatchObject({
      team: 't1',
      pattern: 'review-loop',
      status: 'done',
      request,
      events,
    });
    const log = (await horde.run(['log', 't1', '--json'])).lines();
    expect(log.map(({ revision }) => revision)).toEqual([...Array(events).keys()]);
    expect(
      (await horde.run(['log', 't1', '--json', '--type', 'draft.*', '--from', '3'])).lines().length,
    ).toBeGreaterThan(0);
    const replay = (await horde.run(['replay', 't1', '--json'])).json();
    expect(replay).toEqual({ team: 't1', events, stateHash, divergence: null, modelCalls: 0 });
    const late = (await horde.run(['state', 't1', '--json'])).json();
    expect(late).toMatchObject({ team: 't1', revision: events - 1, stateHash });
    const turnEnd = log.find(({ meta, revision }) => meta.last && revision > 10).revision;
    const early = await horde.run(['state', 't1', '--json', '--at', String(turnEnd + 1)]);
    expect(early.json().revision).toBe(turnEnd);
    expect(early.err).toContain(`showing ${turnEnd}`);
    expect(early.json().actors.producer).toMatchObject({ machine: 'agent', status: 'active' });
    expect((await horde.run(['board', 't1', '--json'])).json().tasks).toHaveProperty('draft');
    expect((await horde.run(['metrics', 't1', '--json'])).json().total.modelCalls).toBeGreaterThan(
      1,
    );
    expect((await horde.run(['report', 't1', '--json'])).json().team).toBe('t1');
    expect((await horde.run(['resume', '--json'])).json()).toEqual([]);
  });
});

describe('bad input', () => {
  const cases: [string, string[], RegExp][] = [
    ['no request', ['run', '--rehearse'], /no request/],
    ['no model', ['run', 'x'], /ANTHROPIC_API_KEY.*ANTHROPIC_BASE_URL.*--rehearse/],
    ['an unknown option', ['run', '--frob', 'x'], /--frob.*--help/],
    ['an unknown command', ['frob'], /frob/],
    [
      'an unknown pattern',
      ['run', '--rehearse', '--pattern', 'nope', 'x'],
      /there are: .*review-loop/,
    ],
    ['a number that is none', ['run', '--rehearse', '--rounds', 'many', 'x'], /--rounds many/],
    [
      'a budget of nothing',
      ['run', '--rehearse', '--budget-tokens', '0', 'x'],
      /--budget-tokens 0/,
    ],
    [
      'a file that is not there',
      ['run', '--rehearse', '--file', 'nope.md', 'x'],
      /nope\.md: there is no such file/,
    ],
    ['a folder as a file', ['run', '--rehearse', '--file', '.', 'x'], /folder/],
    [
      'a role that the pattern has not',
      ['run', '--rehearse', '--pattern', 'swarm', '--agent', 'judge=debate-judge', 'x'],
      /no role "judge"/,
    ],
    [
      'a role that no pattern has',
      ['run', '--rehearse', '--agent', 'cook=debate-judge', 'x'],
      /no pattern has a role "cook"/,
    ],
    [
      'a type of agent that is unknown',
      ['run', '--rehearse', '--agent', 'reviewer=security-auditr', 'x'],
      /did you mean security-auditor/,
    ],
    ['an id that cannot be', ['run', '--rehearse', '--team', '../x', 'x'], /--team/],
    [
      'a workspace that is not there',
      ['run', '--rehearse', '--workspace', 'nope', 'x'],
      /--workspace nope/,
    ],
    ['writing without a workspace', ['run', '--rehearse', '--allow-write', 'x'], /--workspace/],
    ['a seed without a rehearsal', ['run', '--seed', '1', 'x'], /--rehearse/],
    ['a store of an unknown kind', ['teams', '--store', 'foo:bar'], /foo:bar/],
    ['a store that is not there', ['teams'], /there is no store/],
    ['a foreign file as a store', ['teams', '--store', 'sqlite:foreign.txt'], /foreign\.txt/],
  ];
  for (const [what, args, said] of cases) {
    it(`such as ${what} ends with one clear line and status 2, and writes nothing`, async () => {
      const horde = hordeIn();
      writeFileSync(
        join(horde.folder, 'foreign.txt'),
        'my only copy of something else, long enough to have a header'.repeat(20),
      );
      const { status, out, err } = await horde.run(args);
      expect(status).toBe(2);
      expect(out).toBe('');
      expect(err.trim().split('\n')).toHaveLength(1);
      expect(err).toMatch(said);
      expect(readFileSync(join(horde.folder, 'foreign.txt'), 'utf8')).toContain('my only copy');
    });
  }

  it('such as an unknown team names the way to find the right one', async () => {
    const horde = hordeIn();
    await horde.run(rehearse);
    for (const command of ['log', 'state', 'replay', 'report', 'resume']) {
      const { status, err } = await horde.run([command, 'nope']);
      expect([status, err.trim().split('\n').length]).toEqual([2, 1]);
      expect(err).toContain('horde teams');
    }
    const { status, err } = await horde.run(['state', 't1', '--at', '100000']);
    expect([status, /--at 100000/.test(err)]).toEqual([2, true]);
  });

  it('such as a folder that cannot be written is found by the doctor', async () => {
    const horde = hordeIn();
    const { json, status } = await horde.run(['doctor', '--json']);
    expect(status).toBe(0);
    expect(json().map(({ check }: { check: string }) => check)).toEqual([
      'node',
      'store',
      'model',
      'prices',
      'disk',
    ]);
    mkdirSync(join(horde.folder, 'sealed'));
    chmodSync(join(horde.folder, 'sealed'), 0o500);
    writeFileSync(join(horde.folder, 'broken.db'), 'not a database at all');
    const broken = await horde.run(['doctor', '--json', '--store', 'sqlite:broken.db']);
    expect(broken.status).toBe(1);
    expect(broken.json().find(({ check }: { check: string }) => check === 'store')).toMatchObject({
      ok: false,
    });
  });
});

describe('horde --help', () => {
  it('loads nothing but the parser', () => {
    const files = new Set<string>();
    const packages = new Set<string>();
    const load = (url: URL): void => {
      files.add(url.href);
      const text = readFileSync(url, 'utf8');
      for (const [, name] of text.matchAll(/^(?:import|\} from) (?!type )[^;]*?'([^']+)';$/gm)) {
        const next = new URL(name!, url);
        if (!name!.startsWith('.')) packages.add(name!);
        else if (!files.has(next.href)) load(next);
      }
    };
    load(new URL('../../src/cli/main.ts', import.meta.url));
    expect([...packages].filter((name) => !name.startsWith('node:')).sort()).toEqual([
      'commander',
      'picocolors',
    ]);
    const beside = [...files].filter((file) => !file.includes('/src/cli/'));
    expect(beside.map((file) => file.split('/src/')[1])).toEqual(['package.ts']);
    expect([...files].filter((file) => file.includes('/commands/'))).toHaveLength(1);
  });

  it('names every command', async () => {
    const { out, status } = await hordeIn().run(['--help']);
    expect(status).toBe(0);
    for (const command of [
      'run',
      'resume',
      'teams',
      'report',
      'log',
      'state',
      'board',
      'metrics',
      'replay',
      'patterns',
      'select',
      'agents',
      'methodologies',
      'tell',
      'pause',
      'continue',
      'stop',
      'approve',
      'doctor',
    ]) {
      expect(out).toContain(command);
    }
  });
});

describe('horde run --workflow', () => {
  it('runs teams that build on each other, each with its share, and replays them all', async () => {
    const horde = hordeIn();
    const workflow = ['run', '--rehearse', '--workflow', 'plan-build-test-review', '--team', 'w'];
    const { status, json } = await horde.run([
      ...workflow,
      '--json',
      '--budget-tokens',
      '400000',
      request,
    ]);
    expect(status).toBe(0);
    expect(json()).toMatchObject({ pattern: 'plan-build-test-review', status: 'done' });
    const teams = (await horde.run(['teams', '--json'])).json<{ team: string; status: string }[]>();
    expect(teams).toHaveLength(5);
    expect((await horde.run(['upgrade-check'])).status).toBe(0);
  });

  it('does not go together with what is for one team', async () => {
    const { status, err } = await hordeIn().run([
      'run',
      '--rehearse',
      '--workflow',
      'watched-line',
      '--pattern',
      'swarm',
      'x',
    ]);
    expect([status, err.trim().split('\n').length]).toEqual([2, 1]);
    expect(err).toContain('--pattern is for one team');
  });
});
