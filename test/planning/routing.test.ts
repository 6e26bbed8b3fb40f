import { describe, expect, test } from 'vitest';
import { agentsOf, methodologyOf, ROUTES, routeOf } from '../../src/planning/casting/routing.ts';
import { Catalog } from '../../src/planning/catalog/catalog.ts';
import { judgeReading } from '../../src/planning/judge/judge.ts';
import { read } from '../../src/planning/language/reading.ts';

const kindOf = async (request: string) => {
  const reading = await read(request);
  return routeOf(reading, judgeReading(reading).pattern)?.kind;
};

describe('routing', () => {
  test.each([
    ['Plan and build a billing dashboard.', 'plan-and-build'],
    ['Plan, implement, test, and review a user notification service.', 'full-lifecycle'],
    [
      'Brainstorm 5 approaches for our cache and have two advocates debate the top 2.',
      'design-and-debate',
    ],
    ['Build a rate limiter and have a senior engineer review it.', 'build-and-review'],
    ['Audit this codebase for security vulnerabilities, full scope unknown.', 'audit'],
    [
      'Study our auth module, then plan a new OAuth2 flow, then implement it.',
      'research-then-build',
    ],
    ['Create a new agent for triage and have it reviewed until it is ready.', 'create-agent'],
    [
      'Two developers build the module with quality gates while a watchdog enforces the standards.',
      'build-with-gates',
    ],
    ['Rename the function.', undefined],
  ])('sends %j to %s', async (request, kind) => {
    expect(await kindOf(request)).toBe(kind);
  });

  test('names only agents and methodologies that the catalog has', () => {
    const catalog = new Catalog();
    for (const route of ROUTES) {
      for (const seat of Object.values(route.seats).flat()) {
        expect(catalog.agent(seat.agentType)?.name, `${route.kind}: ${seat.agentType}`).toBe(
          seat.agentType,
        );
        if (seat.methodology)
          expect(catalog.methodology(seat.methodology), seat.methodology).toBeDefined();
      }
    }
  });

  test('gives the stages of a full life cycle a methodology each, in their order', () => {
    const route = ROUTES.find(({ kind }) => kind === 'full-lifecycle');
    const stages = [0, 1, 2, 3].map((index) => methodologyOf(route, 'stage', index));
    expect(stages).toEqual(['plan', 'implement', 'test', 'review']);
    expect(agentsOf(route!)['stage']).toHaveLength(4);
  });

  test('without a route gives a role what fits it, and otherwise none', () => {
    expect(methodologyOf(undefined, 'reviewer', 0)).toBe('review');
    expect(methodologyOf(undefined, 'stage', 0, 'general-tester')).toBe('test');
    expect(methodologyOf(undefined, 'negotiator', 0)).toBeUndefined();
  });
});
