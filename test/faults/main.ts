/**
 * `npm run simulate:faults -- [--runs N] [--seed K] [--teams N] [--workers N] [--at-once N]`: N fault runs from
 * seed K on. Prints what was found, how long takeovers took, and how to see a failing seed again; ends with
 * status 1 when something went wrong.
 */

import { monitorEventLoopDelay } from 'node:perf_hooks';
import { parseArgs } from 'node:util';
import { type FaultRun, faultRun } from './fault-run.ts';
import { pause } from './mischief.ts';

const LANE_AFTER_MS = 1_500;

const { values } = parseArgs({
  options: {
    runs: { type: 'string', default: '10' },
    seed: { type: 'string', default: '1' },
    teams: { type: 'string', default: '20' },
    workers: { type: 'string', default: '3' },
    'at-once': { type: 'string', default: '3' },
    'within-seconds': { type: 'string', default: '0' },
    notes: { type: 'boolean', default: false },
  },
});

function whole(name: keyof typeof values, min: number): number {
  const number = Number(values[name]);
  if (Number.isInteger(number) && number >= min) return number;
  console.error(`--${name} ${values[name]}: give a whole number from ${min}`);
  process.exit(2);
}

const runs = whole('runs', 1);
const first = whole('seed', 0);
const teams = whole('teams', 1);
const workers = whole('workers', 2);
const withinMs = whole('within-seconds', 0) * 1000 || Number.POSITIVE_INFINITY;
const began = performance.now();
const done: FaultRun[] = [];
const failed: number[] = [];
let next = first;

const lag = monitorEventLoopDelay({ resolution: 20 });
lag.enable();
const lanes = Array.from({ length: Math.min(runs, whole('at-once', 1)) }, async (_, i) => {
  // Begun together they would all wait for the first one's compilation.
  await pause(i * LANE_AFTER_MS);
  await lane();
});
await Promise.all(lanes);
summarize();
process.exit(failed.length === 0 ? 0 : 1);

/** Runs wait for leases most of the time: several go at once. */
async function lane(): Promise<void> {
  while (next < first + runs && performance.now() - began < withinMs) {
    const seed = next++;
    try {
      const onNote = (text: string) =>
        values.notes &&
        console.log(`${seconds(performance.now() - began)} seed ${seed}, ${text.slice(0, 160)}`);
      tell(await faultRun(seed, { teams, workers, onNote }));
    } catch (error) {
      failed.push(seed);
      console.error(`seed ${seed}: ${(error as Error).stack}`);
    }
  }
}

function tell(run: FaultRun): void {
  done.push(run);
  const { requests, replied, lapsed, late, failed: refused, taken } = run.counts;
  const slowest = run.takeoversMs.length === 0 ? '-' : seconds(Math.max(...run.takeoversMs));
  console.log(
    `seed ${run.seed}: ${requests} requests = ${replied} replies + ${refused} failures + ${lapsed} lapses + ` +
      `${late} late, ${taken} takes, slowest takeover ${slowest}; ${run.faults.join(' ')}`,
  );
  if (run.violations.length === 0) return;
  failed.push(run.seed);
  for (const violation of run.violations.slice(0, 10)) console.error(`  ${violation}`);
  const shape = `${teams === 20 ? '' : ` --teams ${teams}`}${workers === 3 ? '' : ` --workers ${workers}`}`;
  console.error(
    `  see it again: npm run simulate:faults -- --runs 1 --seed ${run.seed}${shape} --notes`,
  );
}

function summarize(): void {
  const takeovers = done.flatMap(({ takeoversMs }) => takeoversMs).sort((a, b) => a - b);
  const sum = (of: (run: FaultRun) => number) => done.reduce((all, run) => all + of(run), 0);
  console.log(
    `${done.length} runs, ${done.length * teams} teams, ${sum(({ counts }) => counts.events)} events, ` +
      `${sum(({ counts }) => counts.requests)} model requests, ${sum(({ faults }) => faults.length)} faults, ` +
      `${seconds(performance.now() - began)}; this process stood still for up to ${seconds(lag.max / 1e6)}`,
  );
  if (takeovers.length > 0) {
    const median = takeovers[Math.floor(takeovers.length / 2)]!;
    console.log(
      `${takeovers.length} takeovers from dead workers: median ${seconds(median)}, slowest ${seconds(takeovers.at(-1)!)}`,
    );
  }
  console.log(
    failed.length === 0
      ? 'nothing lost, nothing doubled, every team ended'
      : `${failed.length} went wrong: seeds ${failed.join(', ')}`,
  );
}

function seconds(ms: number): string {
  return `${(ms / 1000).toFixed(1)} s`;
}
