/** What requests name and mean, chosen without a model: the rows of the decision matrix and of the skill routing. */
import { describe, expect, test } from 'vitest';
import { Catalog } from '../../src/planning/catalog/catalog.ts';
import { recommend } from '../../src/planning/recommend.ts';

const catalog = new Catalog();

describe('the decision matrix', () => {
  test.each([
    [
      'Draft the privacy notice, have it reviewed, iterate and refine until it is valid.',
      'review-loop',
    ],
    ['Validate and refine our brand guidelines over a few rounds.', 'review-loop'],
    ['Choose between Terraform and Pulumi for our platform.', 'adversarial-debate'],
    ['Debate the tradeoffs of static typing for our scripts.', 'adversarial-debate'],
    [
      'Interpret the survey, then write the brief based on it, then build the page after that.',
      'assembly-line',
    ],
    [
      'Audit our mobile app for privacy leaks and investigate whatever turns up.',
      'swarm-discovery',
    ],
    ['Assess the whole platform and explore where it is fragile.', 'swarm-discovery'],
    ['Have the leads evaluate together and agree on a test framework.', 'consensus-deliberation'],
    [
      'Have client and server agree on the API, contract first, before building.',
      'contract-first-negotiation',
    ],
    ['Build the booking page and consult a payments specialist when needed.', 'expertise-routing'],
    [
      'Have two engineers write the adapters while a guardian enforces our standards and catches violations.',
      'watchdog',
    ],
    ['Research caching deeply in parallel, then iterate on a design.', 'nested-swarm'],
    ['Gather evidence in parallel, then debate whether to leave the cloud.', 'nested-swarm'],
    ['Plan then build a coupon service.', 'assembly-line'],
    ['Design then implement the tagging feature.', 'assembly-line'],
    ['Implement the invoice export with quality gates.', 'watched-line'],
    ['Build and test thoroughly a tax calculator.', 'watched-line'],
    ['Brainstorm approaches to churn, then decide.', 'adversarial-debate'],
    ['Learn from the legacy scheduler, then apply it to the new one.', 'assembly-line'],
    ['Give me independent perspectives on our refund policy.', 'swarm'],
    ['Convert this list to title case.', 'single-agent'],
  ])('%j: %s', async (request, pattern) => {
    expect((await recommend(request, catalog)).pattern).toBe(pattern);
  });
});

describe('the skill routing', () => {
  const shape = async (request: string) => {
    const { pattern, roster, workflow } = await recommend(request, catalog);
    const seats = workflow ? workflow.steps.flatMap((step) => step.seats) : roster;
    const shown = seats.filter(({ role }) => role !== 'specialist');
    return [pattern, [...new Set(shown.map(({ role, methodology }) => `${role}: ${methodology}`))]];
  };

  test.each([
    [
      'Plan and build a waiting list.',
      'assembly-line',
      ['stage: plan', 'stage: implement', 'stage: test', 'stage: review'],
    ],
    [
      'Design a search index, debate the approaches.',
      'adversarial-debate',
      ['advocate: brainstorm', 'judge: review'],
    ],
    [
      'Build and review a photo gallery.',
      'review-loop',
      ['producer: implement', 'reviewer: review'],
    ],
    ['Audit the payroll module thoroughly.', 'swarm-discovery', ['scout: review']],
    [
      'Research map libraries, then build the store finder.',
      'assembly-line',
      ['stage: learn', 'stage: plan', 'stage: implement'],
    ],
    [
      'Build a voucher form with quality gates.',
      'watched-line',
      [
        'implementer: plan',
        'watchdog: gate-testing',
        'implementer: implement',
        'implementer: test',
      ],
    ],
    [
      'Create an agent for price checks.',
      'review-loop',
      ['producer: skill-creator', 'reviewer: review'],
    ],
    [
      'Create a skill for translations.',
      'review-loop',
      ['producer: skill-creator', 'reviewer: review'],
    ],
    [
      'Full lifecycle for a guest book: plan, build, test, review.',
      'assembly-line',
      ['stage: plan', 'stage: implement', 'stage: test', 'stage: review'],
    ],
    [
      'Explore options for our map tiles and debate them.',
      'adversarial-debate',
      ['advocate: brainstorm', 'judge: review'],
    ],
  ])('%j: %s %j', async (request, pattern, seats) => {
    expect(await shape(request)).toEqual([pattern, seats]);
  });
});

describe('a workflow', () => {
  const request =
    'Brainstorm ways to cache our pages, let two advocates debate the best two, then build the winner. Embed horde-brainstorming in the scouts.';

  test('is taken where a request walks through all of its parts, its people in their roles', async () => {
    const { pattern, workflow, roster } = await recommend(request, catalog);
    expect(pattern).toBe('brainstorm-debate-build');
    expect(roster).toEqual([]);
    expect(workflow?.steps.map((step) => [step.step, step.pattern])).toEqual([
      ['brainstorm', 'swarm-discovery'],
      ['debate', 'adversarial-debate'],
      ['build', 'assembly-line'],
    ]);
    expect(workflow?.steps[0]?.seats[0]).toMatchObject({
      role: 'scout',
      methodology: 'brainstorm',
    });
  });

  test('that is named takes types, methodologies and limits where a step has them', async () => {
    const { workflow, by } = await recommend('Make a status page.', catalog, {
      workflow: 'watched-line',
      agents: { watchdog: ['security-auditor'] },
      methodologies: { watchdog: ['review'] },
      limits: { corrections: 2 },
    });
    expect(by).toBe('option');
    for (const { seats, patternLimits } of workflow?.steps ?? []) {
      expect(seats.find(({ role }) => role === 'watchdog')).toMatchObject({
        agentType: 'security-auditor',
        methodology: 'review',
      });
      expect(patternLimits).toMatchObject({ corrections: 2 });
    }
  });

  test.each([
    [{ agents: { cook: ['planner'] } }, /no step of watched-line has a role "cook"/],
    [{ limits: { rebuttals: 2 } }, /no step of watched-line knows the limit "rebuttals"/],
    [{ limits: { corrections: 9 } }, /watchdog: limit "corrections"/],
  ])('refuses what no step of it has: %j', async (offer, refusal) => {
    const asked = recommend('Make it.', catalog, { workflow: 'watched-line', ...offer });
    await expect(asked).rejects.toThrow(refusal);
  });
});
