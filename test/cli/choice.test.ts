import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { startMessagesApi } from '../servers/messages-api.ts';
import { player } from '../servers/player.ts';
import { type Horde, hordeIn } from './horde.ts';

const review = 'Write a policy and have a security specialist review it until it is safe';
const debate = 'Debate whether to use X or Y, then have a judge decide';

const formedOf = async (horde: Horde, team: string) =>
  (await horde.run(['log', team, '--json', '--type', 'team.formed'])).lines()[0].data;
const write = (horde: Horde, path: string, text: string) => {
  mkdirSync(join(horde.folder, path, '..'), { recursive: true });
  writeFileSync(join(horde.folder, path), text);
};
const gardener = (more = '') =>
  `---\nname: gardener\ndescription: Knows plants.\n${more}---\nYou are the gardener of this team.\n`;

describe('horde select', () => {
  it('shows pattern, roster and reasons, and leaves nothing behind', async () => {
    const horde = hordeIn();
    const { status, json, err } = await horde.run(['select', '--json', review]);
    expect([status, err]).toEqual([0, '']);
    expect(json()).toMatchObject({
      pattern: 'review-loop',
      roster: [{ role: 'producer' }, { role: 'reviewer', agentType: 'security-auditor' }],
    });
    for (const field of ['confidence', 'signals', 'alternatives'])
      expect(json()).toHaveProperty(field);
    const { out } = await horde.run(['select', review]);
    expect(out).toMatch(/^review-loop \(\d+ %, sure\)/);
    expect(out).toContain('reviewer-1: security-auditor, by review');
    expect((await horde.run(['teams'])).status).toBe(2);
  });

  it('takes no ordinary sentence for a team', async () => {
    const request = 'Rename the function, then review the diff and choose a good commit message';
    const { json } = await hordeIn().run(['select', '--json', request]);
    expect(json().pattern).toBe('single-agent');
  });
});

describe('who takes part, how, and within which limits', () => {
  const selected = async (...args: string[]) =>
    (await hordeIn().run(['select', '--json', ...args, review])).json();

  it('is said by role: type, methodology, limit', async () => {
    const { roster, limits } = await selected(
      ...[
        '--agent',
        'reviewer=chaos-engineer+horde-gate-testing',
        '--agent',
        'reviewer=cost-analyst',
      ],
      ...['--methodology', 'producer=plan', '--limit', 'rounds=2', '--limit', 'sameTag=4'],
    );
    expect(roster).toMatchObject([
      { role: 'producer', methodology: 'plan' },
      { agentType: 'chaos-engineer', methodology: 'gate-testing' },
      { agentType: 'cost-analyst', methodology: 'review' },
    ]);
    expect(limits).toMatchObject({ rounds: 2, sameTag: 4 });
    const none = await selected('--methodology', 'reviewer=none');
    expect(none.roster[1].methodology).toBeNull();
  });

  it.each([
    [['--limit', 'rounds'], /write NAME=N, like rebuttals=3/],
    [['--limit', 'rounds=99'], /limit "rounds": .*<=/],
    [['--limit', 'tea=1'], /none of these knows tea/],
    [['--methodology', 'reviewer=reveiw'], /no methodology "reveiw"; did you mean review\?/],
    [['--methodology', 'reviewer'], /write ROLE=NAME/],
    [['--agent', 'reviewer=planner+'], /ROLE=TYPE\+METHODOLOGY/],
    [['--methodology', 'cook=plan'], /no pattern has a role "cook"/],
  ])('is refused in one line where it does not fit: %j', async (args, refusal) => {
    const { status, err } = await hordeIn().run(['select', ...args, review]);
    expect([status, err.trim().split('\n').length]).toEqual([2, 1]);
    expect(err).toMatch(refusal);
  });

  it('reaches the steps of a workflow', async () => {
    const horde = hordeIn();
    const { status } = await horde.run([
      ...['run', '--rehearse', '--json', '--team', 'w', '--workflow', 'watched-line'],
      ...['--agent', 'watchdog=security-auditor+review', '--limit', 'corrections=2', 'Make a form'],
    ]);
    expect(status).toBe(0);
    const { teams } = { teams: (await horde.run(['teams', '--json'])).json() };
    const step = teams.map(({ team }: { team: string }) => team).find((one: string) => one !== 'w');
    const joined = (await horde.run(['log', step, '--json', '--type', 'agent.joined'])).lines();
    const { profile } = joined.find(({ data }) => data.actor === 'watchdog').data;
    expect(profile.agentType).toBe('security-auditor');
    expect(profile.system).toContain('How to go about it');
    const refused = await horde.run([
      'run',
      '--rehearse',
      '--workflow',
      'watched-line',
      '--agent',
      'cook=planner',
      'x',
    ]);
    expect(refused.err).toContain('no step of watched-line has a role "cook"');
  });

  it('has the sub-agents that the request asks for, without an option', async () => {
    const horde = hordeIn();
    const request =
      'Debate Kafka versus RabbitMQ for our events; each advocate first swarms 3 sub-agents to gather evidence';
    const { err, status } = await horde.run(['run', '--rehearse', '--team', 't', request]);
    expect(status).toBe(0);
    expect(err).toContain('its agents may have sub-agents, as the request asks');
    expect((await formedOf(horde, 't')).labels.swarms).toBe('yes');
  });
});

describe('horde run without a pattern', () => {
  it('takes the one that the request calls for, and says why', async () => {
    const horde = hordeIn();
    const { status, err, json } = await horde.run([
      'run',
      '--rehearse',
      '--json',
      '--team',
      't',
      debate,
    ]);
    expect(status).toBe(0);
    expect(json()).toMatchObject({ pattern: 'adversarial-debate', status: 'done' });
    expect(err).toMatch(/^pattern adversarial-debate \(\d+ %, sure\): .*another: --pattern NAME/);
    const { labels } = await formedOf(horde, 't');
    expect(labels).toMatchObject({ chosenBy: 'judge', pattern: 'adversarial-debate' });
    expect(labels.why).toContain('a judge decide');
    const again = await horde.run(['run', '--rehearse', '--json', '--team', 't', 'Write a haiku']);
    expect(again.json().pattern).toBe('adversarial-debate');
    expect(again.err).not.toContain('--pattern NAME');
  });

  it('lets one agent do what needs no team', async () => {
    const { json } = await hordeIn().run(['run', '--rehearse', '--json', 'Write a haiku']);
    expect(json()).toMatchObject({ pattern: 'single-agent', status: 'done', modelCalls: 1 });
    expect(json().report.summary.notes.join()).toContain('nobody else has looked');
  });

  it('lays the prompt of the type and at most one methodology into each agent', async () => {
    const horde = hordeIn();
    await horde.run(['run', '--rehearse', '--team', 't', review]);
    const joined = (await horde.run(['log', 't', '--json', '--type', 'agent.joined'])).lines();
    const reviewer = joined.find(({ data }) => data.actor === 'reviewer-1').data.profile;
    expect(reviewer.agentType).toBe('security-auditor');
    const { json } = await horde.run(['agents', 'security-auditor', '--json']);
    expect(reviewer.system).toContain(json()[0].prompt.split('\n')[0]);
    expect(reviewer.system.match(/How to go about it/g)).toHaveLength(1);
  });

  it('asks a model once where there is one, and takes what that used from the budget', async () => {
    const script = player({ seed: 1 });
    const api = await startMessagesApi({
      key: 'k',
      script: (request, n) =>
        request.body.tools?.[0]?.name === 'choose_way_of_working'
          ? {
              content: [
                {
                  type: 'tool_use',
                  id: 'toolu_choice',
                  name: 'choose_way_of_working',
                  input: {
                    pattern: 'swarm',
                    confidence: 0.9,
                    signals: [],
                    reasons: ['Views are wanted.'],
                    seats: [
                      { role: 'contributor', agentType: 'planner', methodology: 'plan' },
                      { role: 'contributor', agentType: 'cost-analyst', methodology: 'none' },
                    ],
                    alternatives: [],
                  },
                },
              ],
            }
          : script(request, n),
    });
    onTestFinished(() => api.close());
    const horde = hordeIn({ ANTHROPIC_API_KEY: 'k', ANTHROPIC_BASE_URL: api.url });
    const run = ['run', '--json', '--team', 't', '--budget-tokens', '900000', review];
    const { status, err, json } = await horde.run(run);
    expect(status).toBe(0);
    expect(json().pattern).toBe('swarm');
    expect(err).toContain('chosen by');
    const { labels, limits } = await formedOf(horde, 't');
    expect(labels).toMatchObject({ why: 'Views are wanted.' });
    expect(limits.tokens).toBeLessThan(900_000);
    expect(limits.tokens).toBeGreaterThan(850_000);
    const asked = api.requests.length;
    await horde.run(run);
    expect(api.requests.length).toBe(asked);
    const small = await horde.run(['run', '--json', '--budget-tokens', '20000', review]);
    expect(small.err).toContain('too small to spend a call on the choice');
    expect(small.json()).toMatchObject({ pattern: 'review-loop', tokens: { limit: 20_000 } });
  });
});

describe('the catalog', () => {
  it('is listed, shown by name or alias, and ships with the program', async () => {
    const horde = hordeIn();
    const all = (await horde.run(['agents', '--json'])).json();
    expect(all.length).toBeGreaterThan(60);
    expect((await horde.run(['agents', 'Plan', '--json'])).json()[0]).toMatchObject({
      name: 'planner',
    });
    expect((await horde.run(['agents', 'planner'])).out).toContain('the command line grants');
    expect((await horde.run(['methodologies', '--json'])).json()).toHaveLength(8);
    expect((await horde.run(['methodologies', 'plan'])).out).toContain('plan:');
  });

  it('takes agents of the workspace and of a named folder, and names what it overrides', async () => {
    const horde = hordeIn();
    write(horde, '.claude/agents/gardener.md', gardener());
    write(horde, 'more/gardener.md', gardener('model: inherit\n'));
    write(horde, 'work/.claude/agents/weeder.md', gardener().replace('gardener', 'weeder'));
    expect((await horde.run(['agents', 'gardener'])).out).toContain('the gardener of this team');
    const { err } = await horde.run(['agents', 'gardener', '--catalog', 'more']);
    expect(err).toMatch(/overrides/);
    expect((await horde.run(['agents', 'weeder', '--workspace', 'work'])).status).toBe(0);
    const chosen = await horde.run([
      'select',
      '--json',
      'Write a plan and have a gardener review it',
    ]);
    expect(chosen.json().roster[1].agentType).toBe('gardener');
    const run = await horde.run([
      ...['run', '--rehearse', '--json', '--pattern', 'review-loop', '--team', 't'],
      ...['--agent', 'reviewer=gardener', 'Write a plan'],
    ]);
    expect(run.status).toBe(0);
    const joined = (await horde.run(['log', 't', '--json', '--type', 'agent.joined'])).lines();
    expect(joined[1].data.profile.system).toContain('You are the gardener of this team.');
  });

  it('with a malformed file says so: it ends a run only if its folder was named', async () => {
    const horde = hordeIn();
    write(horde, '.claude/agents/bad.md', '---\nname: Bad Name\ndescription: x\n---\ntext\n');
    const listed = await horde.run(['agents', '--json']);
    expect(listed.status).toBe(0);
    expect(listed.err).toMatch(/left out: .*bad\.md: field "name"/);
    const named = await horde.run(['agents', '--catalog', '.claude/agents']);
    expect([named.status, named.out]).toEqual([2, '']);
    expect(named.err.trim()).toMatch(/^horde: .*bad\.md: field "name"[^\n]*$/);
    expect((await horde.run(['agents', '--catalog', 'nowhere'])).status).toBe(2);
    write(horde, 'empty/readme.txt', 'nothing');
    expect((await horde.run(['agents', '--catalog', 'empty'])).err).toContain('holds no agents');
  });

  it('grants nothing: tools come from the command line alone', async () => {
    const horde = hordeIn();
    write(horde, '.claude/agents/gardener.md', gardener('tools: Bash, Write\n'));
    await horde.run([
      ...['run', '--rehearse', '--pattern', 'review-loop', '--team', 't'],
      ...['--agent', 'producer=gardener', 'Write a plan'],
    ]);
    const [joined] = (await horde.run(['log', 't', '--json', '--type', 'agent.joined'])).lines();
    const tools = joined.data.profile.tools.map(({ name }: { name: string }) => name);
    expect(tools).not.toContain('run_command');
    expect(tools).not.toContain('write_file');
  });

  it.each([
    ['agents', 'security-auditr', /did you mean security-auditor/],
    ['methodologies', 'plans', /did you mean plan\?/],
  ])('%s names the nearest for %s', async (command, name, said) => {
    const { status, err } = await hordeIn().run([command, name]);
    expect([status, err.trim().split('\n').length]).toEqual([2, 1]);
    expect(err).toMatch(said);
  });
});
