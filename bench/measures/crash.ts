/** A team killed at 10,000 events: from opening the file in a new process until its work has begun again. */
import fs from 'node:fs';
import path from 'node:path';
import type { Bench } from '../bench.ts';
import { summon } from '../contestant.ts';
import { median } from '../round-robin.ts';

const EVENTS = 10_000;
const TIMES = 7;

export async function measureCrash({ folder, build, results }: Bench): Promise<void> {
  const crashed = path.join(folder, 'crashed.db');
  const victim = summon('horde', folder, build);
  await victim.ask('crash', { file: crashed, events: EVENTS }).catch(() => {});
  const times: number[] = [];
  for (let i = 0; i < TIMES; i++) {
    const file = path.join(folder, `crashed-${i}.db`);
    for (const ending of ['', '-wal'])
      if (fs.existsSync(crashed + ending)) fs.copyFileSync(crashed + ending, file + ending);
    const heir = summon('horde', folder, build);
    const { ms, events } = await heir.ask<{ ms: number; events: number }>('recover', { file });
    if (events < EVENTS) throw new Error(`the crashed team has ${events} events only`);
    times.push(ms);
  }
  const measure = 'A team killed at 10,000 events works again';
  results.add(measure, `median of ${TIMES} new processes`, median(times), 'ms');
  results.add(measure, 'the slowest of them', Math.max(...times), 'ms');
  results.demand({ goal: measure, value: median(times), most: 100, unit: 'ms' });
}
