import { describe, expect, it } from 'vitest';
import { limits as limitsSchema } from '../../src/events/words/team.ts';
import type { WorkflowInput } from '../../src/machines/workflow/workflow-ledger.ts';
import { formWorkflow, type WorkflowWish } from '../../src/planning/workflows/form-workflow.ts';
import { withoutCycles } from '../../src/planning/workflows/step-order.ts';
import type { StepWish } from '../../src/planning/workflows/workflow.ts';
import { workflows } from '../../src/planning/workflows/workflow-list.ts';

const wish = (workflow: WorkflowWish['workflow'], limits = {}): WorkflowWish => ({
  workflow,
  request: 'Split the users table',
  materials: [{ name: 'schema.sql', text: 'create table users' }],
  model: 'm',
  limits,
});
const stepsOf = (plan: { input: unknown }) => (plan.input as WorkflowInput).steps;
const step = (name: string, ...needs: string[]): StepWish => ({
  step: name,
  title: `The ${name}`,
  task: `Do ${name}.`,
  pattern: 'review-loop',
  part: 4,
  needs,
});

describe('Every workflow', () => {
  for (const name of Object.keys(workflows)) {
    it(`${name} is planned, each step after what it needs`, () => {
      const plan = formWorkflow(wish(name, { tokens: 100_000, usd: 2 }));
      const seen = new Set<string>();
      let tokens = 0;
      let usd = 0;
      for (const { step: one, needs, plan: team } of stepsOf(plan)) {
        for (const need of needs) expect(seen).toContain(need);
        seen.add(one);
        const { limits, request, machine } = team as any;
        expect(machine).toBe('team');
        expect(request.text).toContain('Split the users table');
        // What was given with the request is handed on by reference, not copied into every plan.
        expect(request.materials).toEqual([]);
        tokens += limits.tokens;
        usd += limits.usd;
      }
      expect(tokens).toBeLessThanOrEqual(100_000);
      expect(usd).toBeCloseTo(2);
      expect(limitsSchema.shape.tokens.parse(plan.limits.tokens)).toBe(100_000);
      expect(plan.labels['pattern']).toBe(name);
    });
  }

  it('without limits sets its teams none', () => {
    for (const { plan, atLeast } of stepsOf(formWorkflow(wish('watched-line')))) {
      expect(plan['limits']).toEqual({});
      expect(atLeast).toEqual({});
    }
  });

  it('that is not known is refused by name', () => {
    expect(() => formWorkflow(wish('waterfall'))).toThrow(
      /no workflow "waterfall"; there are: plan-build/,
    );
  });
});

describe('Steps that wait for each other', () => {
  it('are broken by a draft that waits for nothing', () => {
    const mended = withoutCycles([step('client', 'server'), step('server', 'client')]);
    expect(mended.map(({ step: name, needs }) => [name, needs])).toEqual([
      ['draft-of-client', []],
      ['server', ['draft-of-client']],
      ['client', ['server']],
    ]);
    expect(mended[0]).toMatchObject({ pattern: 'single-agent', part: 1 });
    expect(mended[0]!.task).toContain('Do client.');
    const own = {
      name: 'api',
      purpose: 'p',
      steps: [step('client', 'server'), step('server', 'client')],
    };
    expect(stepsOf(formWorkflow(wish(own)))).toHaveLength(3);
  });

  it('are left alone when there is no circle, however they were listed', () => {
    const listed = withoutCycles([step('c', 'b'), step('b', 'a'), step('a')]);
    expect(listed.map(({ step: name }) => name)).toEqual(['a', 'b', 'c']);
  });

  it('are broken in longer circles, and where a step waits for itself', () => {
    const circle = withoutCycles([step('a', 'c'), step('b', 'a'), step('c', 'b')]);
    expect(circle.map(({ step: name }) => name)).toContainEqual(
      expect.stringMatching(/^draft-of-/),
    );
    expect(circle).toHaveLength(4);
    expect(withoutCycles([step('a', 'a')]).map(({ step: name }) => name)).toEqual([
      'draft-of-a',
      'a',
    ]);
  });

  it('that nobody knows, that have one name, or are too many are refused', () => {
    expect(() => withoutCycles([step('a', 'x')])).toThrow(/"a" needs "x"/);
    expect(() => withoutCycles([step('a'), step('a')])).toThrow(/one name/);
    expect(() => withoutCycles(Array.from({ length: 9 }, (_, i) => step(`s${i}`)))).toThrow(
      /at most 8/,
    );
  });
});
