import { describe, expect, it } from 'vitest';
import { hordeMachines } from '../../src/machines/index.ts';
import { coverageOf, renderCoverage, shareTaken } from './coverage.ts';
import { keyOfState, keyOfTransition, type Node, nodesOf, transitionsOf } from './keys.ts';

const nodes = Object.values(hordeMachines).flatMap(({ machine }) =>
  nodesOf(machine.root as unknown as Node),
);
const transitions = nodes.flatMap(transitionsOf).map((one) => keyOfTransition(one)!);

describe('The coverage of statecharts', () => {
  it('names every state and every transition of every machine once', () => {
    const keys = [...nodes.map(keyOfState), ...transitions];
    expect(keys).not.toContain(undefined);
    expect(new Set(keys).size).toBe(keys.length);
    expect(transitions).toContain('review-loop: reviewing, review.approved [isHollow] (1)');
  });

  it('is whole when everything was taken, and says what never was', () => {
    expect(shareTaken(coverageOf(new Set(transitions)))).toBe(1);
    expect(shareTaken(coverageOf(new Set()))).toBe(0);
    const [first, ...others] = transitions;
    const text = renderCoverage(coverageOf(new Set([...others, ...nodes.map(keyOfState)])));
    expect(text.split('\n').filter((line) => line.includes('never'))).toEqual([
      `  never taken    ${first}`,
    ]);
  });
});
