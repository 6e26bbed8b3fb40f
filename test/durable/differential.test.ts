/**
 * Machines as people write them, held against XState's own actor: the same states in the same order, the same
 * context and output, straight, closed and resumed after every step, and killed after every step.
 */
import { describe, expect, it } from 'vitest';
import { everyday } from './machines/everyday.ts';
import { families } from './machines/families.ts';
import { serverless } from './machines/serverless.ts';
import { services } from './machines/services.ts';
import { byOracle, byRuntime } from './runs.ts';

const cases = [...serverless, ...services, ...everyday, ...families];

describe('a machine that createActor accepts', () => {
  it('comes in at least 46 shapes', () => {
    expect(cases.length).toBeGreaterThanOrEqual(46);
    expect(new Set(cases.map(({ name }) => name)).size).toBe(cases.length);
  });

  describe.each(cases)('$name', (tried) => {
    it.each(['never', 'at rest', 'in flight'] as const)(
      'runs the same when its process dies %s',
      async (deaths) => {
        const expected = await byOracle(tried);
        expect(await byRuntime(tried, deaths)).toEqual(expected);
      },
    );
  });
});
