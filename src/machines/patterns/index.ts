/** The patterns of the horde by name, listed by hand. */
import type { PatternDefinition } from './pattern.ts';
import { reviewLoop } from './review-loop.ts';
import { swarm } from './swarm.ts';

export const patterns: Readonly<Record<string, PatternDefinition>> = {
  [reviewLoop.name]: reviewLoop as unknown as PatternDefinition,
  [swarm.name]: swarm as unknown as PatternDefinition,
};
