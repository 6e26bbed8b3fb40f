/** How long `horde --help` takes, process and all: the median of twenty. */
import { spawnSync } from 'node:child_process';
import path from 'node:path';
import type { Bench } from '../bench.ts';
import { median } from '../round-robin.ts';

const TIMES = 20;

export async function measureStart({ build, results }: Bench): Promise<void> {
  const time = (args: string[]) => {
    const startedAt = performance.now();
    const { status } = spawnSync(process.execPath, args, { stdio: 'ignore' });
    if (status !== 0) throw new Error(`node ${args.join(' ')} ended with ${status}`);
    return performance.now() - startedAt;
  };
  const help = [path.join(build, 'cli/main.js'), '--help'];
  const both = Array.from({ length: TIMES }, () => [time(help), time(['-e', '0'])] as const);
  const ms = median(both.map(([horde]) => horde));
  results.add('Start-up', 'horde --help', ms, 'ms');
  results.add('Start-up', 'node -e 0', median(both.map(([, node]) => node)), 'ms');
  results.demand({ goal: 'Start-up of horde --help', value: ms, most: 150, unit: 'ms' });
}
