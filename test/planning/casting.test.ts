import { describe, expect, test } from 'vitest';
import { patterns } from '../../src/machines/patterns/index.ts';
import { castFor } from '../../src/planning/casting/casting.ts';
import { mentionsIn } from '../../src/planning/casting/mentions.ts';
import { TOPICS, topicsIn, viewsIn } from '../../src/planning/casting/topics.ts';
import { Catalog } from '../../src/planning/catalog/catalog.ts';
import { nearestNames } from '../../src/planning/language/nearest.ts';
import { skim } from '../../src/planning/language/reading.ts';

const catalog = new Catalog();
const cast = async (request: string, name: string, wanted?: Record<string, string[]>) => {
  const { seats } = castFor(request, patterns[name]!, catalog, {
    ...(wanted ? { agents: wanted } : {}),
  });
  return seats;
};
const types = async (request: string, name: string, wanted?: Record<string, string[]>) =>
  Object.fromEntries((await cast(request, name, wanted)).map((s) => [s.actor, s.agentType]));

describe('people that a request names', () => {
  test.each([
    ['Have a DBA review the schema.', ['database-admin']],
    ['Ask the security specialist and the cost analyst.', ['security-auditor', 'cost-analyst']],
    ['Have the backend and frontend agents agree.', ['backend-architect', 'frontend-developer']],
    [
      'Let a data engineer and a performance engineer decide.',
      ['senior-data-engineer', 'performance-profiler'],
    ],
    ['Have someone look at it.', [undefined]],
  ])('in %j are %j', async (request, expected) => {
    const mentions = mentionsIn(skim(request), catalog);
    expect(mentions.map(({ agentType }) => agentType)).toEqual(expected);
  });

  test('are found by the name of a type of one’s own', async () => {
    const known = { agent: (name: string) => (name === 'gardener' ? { name } : undefined) };
    const [mention] = mentionsIn(skim('Have a gardener review the plan.'), known);
    expect(mention).toMatchObject({ agentType: 'gardener', count: 1, deed: 'review' });
  });

  test('are types that the catalog has', () => {
    for (const [type] of TOPICS) expect(catalog.agents.has(type), type).toBe(true);
  });
});

describe('a request', () => {
  test('is about topics, each once, in its order; people are none', async () => {
    const request = 'Check the payment code for security and payment latency, says the DBA.';
    expect(topicsIn(skim(request))).toEqual([
      'payment-integration',
      'security-auditor',
      'performance-profiler',
    ]);
  });

  test('may say how many views it wants', async () => {
    expect(viewsIn(skim('Get five perspectives on our pricing.'))).toBe(5);
    expect(viewsIn(skim('Our five shops need a new view.'))).toBeUndefined();
  });
});

describe('casting', () => {
  test('seats whoever is named for a review as the reviewer', async () => {
    expect(
      await types('Design a migration, then have a DBA review it for safety.', 'review-loop'),
    ).toMatchObject({ 'reviewer-1': 'database-admin' });
  });

  test('seats those who are to agree, and somebody to lead them', async () => {
    const request =
      'Have a backend architect, security specialist, and performance engineer agree on caching.';
    expect(await types(request, 'consensus-deliberation')).toEqual({
      'expert-1': 'backend-architect',
      'expert-2': 'security-auditor',
      'expert-3': 'performance-profiler',
      facilitator: 'deliberation-facilitator',
    });
  });

  test('seats those to be consulted as specialists', async () => {
    const request =
      'Build the upload with a generalist developer, but consult the security specialist for validation and the DB specialist for storage.';
    expect(await types(request, 'expertise-routing')).toEqual({
      'generalist-1': 'general-purpose',
      'specialist-1': 'security-auditor',
      'specialist-2': 'database-admin',
    });
  });

  test('gives as many seats as people are asked for', async () => {
    const request =
      'Have two developers implement the payment modules while a security watchdog monitors them.';
    const seats = await types(request, 'watchdog');
    expect(Object.keys(seats)).toEqual(['implementer-1', 'implementer-2', 'watchdog']);
    expect(seats['watchdog']).toBe('security-auditor');
  });

  test('gives each stage of a line its type and its methodology', async () => {
    const seats = await cast('Plan, implement, test, and review a service.', 'assembly-line');
    expect(seats.map(({ methodology }) => methodology)).toEqual([
      'plan',
      'implement',
      'test',
      'review',
    ]);
    expect(seats[0]).toMatchObject({ actor: 'stage-1', agentType: 'planner' });
  });

  test('gives a swarm as many contributors as views are asked for, by its topics', async () => {
    const request = 'Get 4 perspectives on our shop: security, performance, accessibility.';
    expect(Object.values(await types(request, 'swarm'))).toEqual([
      'security-auditor',
      'performance-profiler',
      'web-accessibility-checker',
      'general-purpose',
    ]);
  });

  test('never gives a role more seats than the pattern has', async () => {
    const request =
      'A DBA, a lawyer, an economist, a tester and a security engineer review the plan.';
    const seats = await types(request, 'review-loop');
    expect(Object.keys(seats).filter((name) => name.startsWith('reviewer'))).toHaveLength(3);
  });

  test('prepares for a team that grows whoever its topics and its kind may call for', async () => {
    const request = 'Audit this code for security holes and slow SQL; the scope is unknown.';
    const { seats } = castFor(request, patterns['swarm-discovery']!, catalog);
    const prepared = seats.filter((one) => one.role === 'specialist').map((one) => one.agentType);
    expect(prepared).toEqual(expect.arrayContaining(['security-auditor', 'database-admin']));
    expect(new Set(prepared).size).toBe(prepared.length);
    expect(prepared.length).toBeGreaterThan(5);
  });

  test('follows what is said on the command line for a role, and refuses a role that is not there', async () => {
    const wanted = { reviewer: ['chaos-engineer'] };
    expect(await types('Have a DBA review it.', 'review-loop', wanted)).toMatchObject({
      'reviewer-1': 'chaos-engineer',
    });
    await expect(types('x', 'review-loop', { judge: ['x'] })).rejects.toThrow(/no role "judge"/);
  });

  test('of a request that names nobody is the default', async () => {
    expect(await types('Write a haiku.', 'single-agent')).toEqual({ agent: 'general-purpose' });
    expect(await types('Argue it out.', 'adversarial-debate')).toEqual({
      'advocate-1': 'debate-advocate',
      'advocate-2': 'debate-advocate',
      judge: 'debate-judge',
    });
  });
});

describe('the nearest names', () => {
  const names = ['security-auditor', 'database-admin', 'code-reviewer', 'planner'];
  test.each([
    ['security-auditr', 'security-auditor'],
    ['databse-admin', 'database-admin'],
    ['reviewer', 'code-reviewer'],
    ['Planer', 'planner'],
  ])('to %j begin with %j', (word, name) => {
    expect(nearestNames(word, names)[0]).toBe(name);
  });
  test('to nothing like them are none', () => {
    expect(nearestNames('xyzzy', names)).toEqual([]);
  });
});
