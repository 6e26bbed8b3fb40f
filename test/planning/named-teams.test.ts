/** The team that was asked for: names, numbers, methodologies, duties and sub-agents of a request, as they stand. */
import { describe, expect, test } from 'vitest';
import { marksIn } from '../../src/planning/casting/names.ts';
import { Catalog } from '../../src/planning/catalog/catalog.ts';
import { recommend } from '../../src/planning/recommend.ts';
import { planRecommended } from '../../src/planning/recommendation.ts';

const catalog = new Catalog();
const of = (pattern: string) => async (request: string) =>
  (await recommend(request, catalog, { pattern })).roster;
const typesIn = async (pattern: string, request: string) =>
  (await of(pattern)(request)).map(({ role, agentType }) => `${role}: ${agentType}`);

describe('a name of the catalog', () => {
  test.each([...catalog.agents.values()].map((one) => [one.name, one] as const))(
    '%s is found as it is written, as an alias, and as it is spoken of as an agent',
    (name, { aliases }) => {
      for (const spelling of [name, ...aliases]) {
        for (const request of [
          `Have a ${spelling} agent look at it, and a lawyer.`,
          `Let the ${spelling.replace(/[-:]/g, ' ')} agent decide.`,
        ]) {
          const found = marksIn(request, catalog).filter(({ kind }) => kind === 'agent');
          expect(found, request).toMatchObject([{ name }]);
        }
      }
    },
  );

  test.each([
    ['backend-development:saga-orchestration', 'saga-orchestration'],
    ['superpowers:code-reviewer', 'plan-conformance-reviewer'],
    ['a chaos engineer', 'chaos-engineer'],
    ['a Next.js architecture expert', 'nextjs-architecture-expert'],
    ['two penetration testers', 'security-auditor'],
    ['a web accessibility checker', 'web-accessibility-checker'],
    ['an agent-sdk verifier ts', 'agent-sdk-verifier-ts'],
  ])('%s is %s', (spelling, name) => {
    expect(marksIn(`Use ${spelling} for it.`, catalog)).toMatchObject([{ kind: 'agent', name }]);
  });

  test.each([
    'Plan the migration and explore expert opinions.',
    'Implement saga orchestration for orders.',
    'Write a bash script that lists microservices patterns.',
    'Create a new horde-deploy skill.',
  ])('is not found in %j, which only speaks of things', (request) => {
    expect(marksIn(request, catalog)).toEqual([]);
  });

  test('that the catalog lacks is refused, and the nearest are named', async () => {
    await expect(
      recommend('Write it with backend-development:saga-orchestrator as producer.', catalog),
    ).rejects.toThrow(/"backend-development:saga-orchestrator".*did you mean saga-orchestration/);
    await expect(recommend('Plan it with horde-planing methodology.', catalog)).rejects.toThrow(
      /methodology "horde-planing"; there are: brainstorm/,
    );
  });
});

describe('who is named', () => {
  test.each([
    [
      'consensus-deliberation',
      'A security auditor, a cost analyst and a chaos engineer agree on the failover plan.',
      ['expert: security-auditor', 'expert: cost-analyst', 'expert: chaos-engineer'],
    ],
    [
      'review-loop',
      'Write the order flow with backend-development:saga-orchestration as producer and a DBA as reviewer.',
      ['producer: saga-orchestration', 'reviewer: database-admin'],
    ],
    [
      'review-loop',
      'A penetration tester reviews the login flow that a nextjs architecture expert has written.',
      ['producer: nextjs-architecture-expert', 'reviewer: security-auditor'],
    ],
    [
      'assembly-line',
      'Build the exporter with a Plan agent, then a python-pro, then an integration-tester.',
      ['stage: planner', 'stage: python-pro', 'stage: integration-tester'],
    ],
    [
      'expertise-routing',
      'Build the import with two generalists, ask a temporal python pro about retries.',
      [
        'generalist: general-purpose',
        'generalist: general-purpose',
        'specialist: temporal-python-pro',
      ],
    ],
  ])('for %s: %s', async (pattern, request, expected) => {
    const seats = (await typesIn(pattern, request)).filter((one) => !one.startsWith('facilitator'));
    expect(seats).toEqual(expected);
  });

  test('is not doubled to fill a chair, and what was added is said', async () => {
    const request = 'Have a graphql architect and a database optimizer agree on the schema.';
    const { roster, reasons } = await recommend(request, catalog, {
      pattern: 'consensus-deliberation',
    });
    const experts = roster.filter(({ role }) => role === 'expert').map((one) => one.agentType);
    expect(experts.slice(0, 2)).toEqual(['graphql-architect', 'database-optimizer']);
    expect(new Set(experts).size).toBe(3);
    expect(reasons.join()).toContain('needs 3 of the role expert: added');
  });

  test.each([
    [
      'consensus-deliberation',
      'Have 7 experts agree on a queue.',
      /at most 5 .*"expert".* names 7/,
    ],
    ['review-loop', 'Write it, and have six reviewers review it.', /at most 3 .* names 6/],
    ['watchdog', 'Have four developers build it under a watchdog.', /at most 3 .* names 4/],
    [
      'nested-swarm',
      'Have a developer swarm 9 sub-agents to research it.',
      /at most 5 sub-agents at a time; the request asks for 9/,
    ],
  ])('for %s in too great a number is refused: %s', async (pattern, request, refusal) => {
    await expect(recommend(request, catalog, { pattern })).rejects.toThrow(refusal);
  });

  test('in a number that fits is seated in that number', async () => {
    const roles = async (pattern: string, request: string, role: string) =>
      (await of(pattern)(request)).filter((seat) => seat.role === role).length;
    expect(await roles('consensus-deliberation', 'Have five experts agree.', 'expert')).toBe(5);
    expect(await roles('review-loop', 'Write it; three reviewers review it.', 'reviewer')).toBe(3);
  });

  test('is only spoken of where nobody is set to work: no number is taken from it', async () => {
    const request = 'Debate whether a company of 20 engineers should use a monorepo or many repos.';
    const { roster } = await recommend(request, catalog, { pattern: 'adversarial-debate' });
    expect(roster.map(({ role }) => role)).toEqual(['advocate', 'advocate', 'judge']);
  });
});

describe('methodologies', () => {
  const ways = async (pattern: string, request: string) =>
    (await of(pattern)(request)).map(({ role, methodology }) => `${role}: ${methodology}`);

  test.each([
    [
      'review-loop',
      'Design the cache, producer with horde-brainstorming and reviewer with horde-gate-testing.',
      ['producer: brainstorm', 'reviewer: gate-testing'],
    ],
    [
      'review-loop',
      'Create a skill for triage: a skill creator agent with horde-skill-creator methodology as producer, a reviewer with horde-review methodology.',
      ['producer: skill-creator', 'reviewer: review'],
    ],
    [
      'assembly-line',
      'Study our auth module using horde-learn, then plan the new flow using horde-plan methodology, then implement it.',
      ['stage: learn', 'stage: plan', 'stage: implement'],
    ],
  ])('that %s is asked to embed are embedded: %s', async (pattern, request, expected) => {
    expect(await ways(pattern, request)).toEqual(expected);
  });

  test('that a person names for a role hold over all others; none is none', async () => {
    const request = 'Write it and have it reviewed with horde-gate-testing.';
    const { roster } = await recommend(request, catalog, {
      pattern: 'review-loop',
      agents: { reviewer: ['chaos-engineer', 'cost-analyst'] },
      methodologies: { reviewer: ['test', 'none'], producer: ['plan'] },
    });
    expect(roster.map(({ methodology }) => methodology)).toEqual(['plan', 'test', null]);
  });
});

describe('duties', () => {
  const duties = async (pattern: string, request: string) =>
    (await of(pattern)(request)).map(({ duty }) => duty);

  test('of a line are the steps of the request, a stage each', async () => {
    const request = 'Take the interviews through extract, analyze, summarise, format.';
    expect(await duties('assembly-line', request)).toEqual([
      'extract',
      'analyze',
      'summarise',
      'format',
    ]);
    const four =
      'Analyze the needs of a mailer, then design its API, then implement it, then write tests.';
    const roster = await of('assembly-line')(four);
    expect(roster.map(({ agentType, duty }) => [agentType, duty])).toEqual([
      ['requirements-analyst', 'Analyze the needs of a mailer'],
      ['api-contract-designer', 'design its API'],
      ['backend-architect', 'implement it'],
      ['integration-tester', 'write tests'],
    ]);
  });

  test('of a line of too few steps are filled up where their phase belongs', async () => {
    expect(await duties('assembly-line', 'Collect the figures, then implement it.')).toEqual([
      'Collect the figures',
      'implement it',
      'Test what was made against what was asked',
    ]);
    expect(await duties('assembly-line', 'Plan and build a mailer.')).toEqual([
      'Plan a mailer',
      'build a mailer',
      'Test what was made against what was asked',
      'Review the whole: is it fit to be used, and what must be done before',
    ]);
  });

  test('of a debate are its sides', async () => {
    const sides = (request: string) => duties('adversarial-debate', request);
    const both = ['Argue for Kafka.', 'Argue for RabbitMQ.', null];
    expect(await sides('Should we be using Kafka versus RabbitMQ for our events?')).toEqual(both);
    expect(await sides('Debate whether to use Kafka or RabbitMQ.')).toEqual(both);
    expect(await sides('Choose between Kafka and RabbitMQ for the shop.')).toEqual(both);
  });

  test('of those who build side by side are a part each', async () => {
    const request =
      'Have two developers implement the cart and checkout modules while a guard watches for leaks.';
    expect(await duties('watchdog', request)).toEqual([
      'implement the cart module',
      'implement the checkout module',
      'watches for leaks',
    ]);
  });

  test('of specialists are what they are asked about', async () => {
    const request =
      'Build the upload, but consult the security specialist for validation and the DB specialist for storage.';
    expect(await duties('expertise-routing', request)).toEqual([null, 'validation', 'storage']);
  });
});

describe('sub-agents', () => {
  test('are those of whom the request gives them to', async () => {
    const request =
      'Have a developer build the importer: let them swarm 4 sub-agents first to read the formats. Then a security reviewer iterates on the result.';
    const { roster, swarms } = await recommend(request, catalog, { pattern: 'nested-swarm' });
    expect(roster).toMatchObject([
      { role: 'producer', subAgents: { count: 4 } },
      { role: 'reviewer', agentType: 'security-auditor', subAgents: null },
    ]);
    expect(swarms).toBe(true);
  });

  test('of each advocate make a debate', async () => {
    const request =
      'Debate Kafka versus RabbitMQ for our events; each advocate first swarms 3 sub-agents to gather evidence.';
    const { pattern, roster, swarms } = await recommend(request, catalog);
    expect(pattern).toBe('adversarial-debate');
    expect(roster.map(({ subAgents }) => subAgents?.count)).toEqual([3, 3, undefined]);
    expect(swarms).toBe(true);
  });

  test('for angles taken side by side are those of a lead', async () => {
    const request =
      'Research our billing from 5 parallel angles (security, speed, design, tests, docs), then have an architect design improvements while a reviewer validates them.';
    const { roster } = await recommend(request, catalog, { pattern: 'nested-swarm' });
    expect(roster).toMatchObject([
      { role: 'lead', subAgents: { count: 5, task: 'security, speed, design, tests, docs' } },
      { role: 'producer', agentType: 'code-architect', duty: 'design improvements' },
      { role: 'reviewer', agentType: 'code-reviewer' },
    ]);
  });
});

describe('everybody', () => {
  const systems = async (request: string, pattern: string, tools: { name: string }[] = []) => {
    const taken = await recommend(request, catalog, { pattern });
    const plan = planRecommended(taken, catalog, { request, model: 'm', tools: tools as any });
    const { roster } = plan.input as any;
    return new Map<string, string>(roster.map((seat: any) => [seat.actor, seat.profile.system]));
  };

  test('is told who the others are, what they are good at, and which part is whose', async () => {
    const request =
      'Build the upload, but consult the security specialist for validation and the DB specialist for storage.';
    const told = (await systems(request, 'expertise-routing')).get('generalist-1')!;
    expect(told).toMatch(
      /- specialist-1: specialist, security-auditor\. .+ Their part: validation\./,
    );
    expect(told).toMatch(/- specialist-2: specialist, database-admin\. .+ Their part: storage\./);
    const own = (await systems(request, 'expertise-routing')).get('specialist-2')!;
    expect(own).toContain('Your part: storage.');
  });

  test('who builds side by side without a part divides the work before beginning', async () => {
    const request = 'Have two developers build the shop while a guard watches for leaks.';
    const told = await systems(request, 'watchdog');
    expect(told.get('implementer-1')).toContain('You share the work with implementer-2');
    expect(told.get('watchdog')).not.toContain('You share the work');
    const parts = 'Have two developers build the cart and checkout pages while a guard watches.';
    expect((await systems(parts, 'watchdog')).get('implementer-1')).not.toContain('You share');
  });

  test('hears of sub-agents only with the tool to have them', async () => {
    const request = 'Have a developer build it: let them swarm 4 sub-agents to read the formats.';
    const tool = { name: 'dispatch_swarm', description: 'd', input: { type: 'object' } };
    const granted = (await systems(request, 'nested-swarm', [tool])).get('producer')!;
    expect(granted).toContain('one swarm of 4 sub-agents');
    expect((await systems(request, 'nested-swarm')).get('producer')).not.toContain(
      'sub-agents with',
    );
  });
});
