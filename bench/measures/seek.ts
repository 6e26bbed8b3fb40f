/** The state at a random revision of a long stream, once it has been visited: 40 times, each with a new runtime. */

import type { Bench } from '../bench.ts';
import { summon } from '../contestant.ts';
import { median } from '../round-robin.ts';
import { fill } from './fold.ts';

const VISITS = 40;

export async function measureSeek(bench: Bench): Promise<void> {
  const { folder, build, results } = bench;
  const file = await fill(bench, 100_000);
  const horde = summon('horde', folder, build);
  const visit = (at?: number) => horde.ask<{ ms: number; revision: number }>('visit', { file, at });
  const first = await visit();
  const times: number[] = [];
  for (let i = 0; i < VISITS; i++) {
    // A fixed series that goes all over the stream.
    const at = (i * 61_803 + 39_337) % first.revision;
    times.push((await visit(at)).ms);
  }
  horde.dismiss();
  const measure = 'State at a random revision of 100,000 events';
  results.add(measure, 'the first visit', first.ms, 'ms');
  results.add(measure, `median of ${VISITS} visits after it`, median(times), 'ms');
  results.add(measure, 'the slowest of them', Math.max(...times), 'ms');
  results.demand({ goal: `${measure}: median`, value: median(times), most: 100, unit: 'ms' });
}
