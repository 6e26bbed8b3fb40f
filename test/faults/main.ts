/**
 * `npm run simulate:faults -- [--runs N] [--seed K] [--teams N] [--workers N] [--at-once N]`: N fault runs from
 * seed K on, each in a process of its own. Prints what was found, how long takeovers took, and how to see a
 * failing seed again; ends with status 1 when something went wrong, or could not be seen to its end.
 *
 * A run whose process died under it (Node itself, not a check) is made once more, and is counted apart: what a
 * dead process would have found is not known.
 */
import { parseArgs } from 'node:util';
import type { FaultRun } from './fault-run.ts';
import { pause } from './mischief.ts';
import { type Outcome, runApart, type Strain } from './own-process.ts';

const LANE_AFTER_MS = 1_500;
const TRIES_MAX = 2;

const { values } = parseArgs({
  options: {
    runs: { type: 'string', default: '10' },
    seed: { type: 'string', default: '1' },
    teams: { type: 'string', default: '20' },
    workers: { type: 'string', default: '3' },
    'at-once': { type: 'string', default: '2' },
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
/** Seeds with violations, or whose run broke off. */
const failed: number[] = [];
/** Seeds whose process died, once for each death. */
const deaths: number[] = [];
/** Seeds whose process died every time: nothing is known of them. */
const unknown: number[] = [];
let next = first;

const lanes = Array.from({ length: Math.min(runs, whole('at-once', 1)) }, async (_, i) => {
  // Begun together they would all wait for the first one's compilation.
  await pause(i * LANE_AFTER_MS);
  await lane();
});
await Promise.all(lanes);
summarize();
process.exit(failed.length + unknown.length === 0 ? 0 : 1);

/** Runs wait for leases most of the time: several go at once. */
async function lane(): Promise<void> {
  while (next < first + runs && performance.now() - began < withinMs) {
    const seed = next++;
    const outcome = await outcomeOf(seed);
    if (outcome.kind === 'done') tell(outcome.run, outcome.strain);
    else if (outcome.kind === 'died') unknown.push(seed);
    else {
      failed.push(seed);
      console.error(`seed ${seed}: ${outcome.stack}`);
    }
  }
}

async function outcomeOf(seed: number): Promise<Outcome> {
  const onNote = (text: string) =>
    values.notes &&
    console.log(`${seconds(performance.now() - began)} seed ${seed}, ${text.slice(0, 160)}`);
  for (let tries = 1; ; tries++) {
    const outcome = await runApart({ seed, teams, workers }, onNote);
    if (outcome.kind !== 'died') return outcome;
    deaths.push(seed);
    const again = tries < TRIES_MAX ? '; it is made once more' : '; given up';
    console.error(`the harness's process died: ${outcome.cause}, seed ${seed}${again}`);
    console.error(outcome.said);
    if (tries === TRIES_MAX) return outcome;
  }
}

function tell(run: FaultRun, { stillMs, coreShare }: Strain): void {
  done.push(run);
  const { requests, replied, lapsed, late, failed: refused, taken } = run.counts;
  const slowest = run.takeoversMs.length === 0 ? '-' : seconds(Math.max(...run.takeoversMs));
  console.log(
    `seed ${run.seed}: ${requests} requests = ${replied} replies + ${refused} failures + ${lapsed} lapses + ` +
      `${late} late, ${taken} takes, slowest takeover ${slowest}; ${run.faults.join(' ')}; ` +
      `stood still ${seconds(stillMs)}, ${Math.round(coreShare * 100)} % of a core`,
  );
  for (const text of run.keptWaiting) console.log(`  ${text}`);
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
      `${seconds(performance.now() - began)}`,
  );
  if (takeovers.length > 0) {
    const median = takeovers[Math.floor(takeovers.length / 2)]!;
    console.log(
      `${takeovers.length} takeovers from dead workers: median ${seconds(median)}, slowest ${seconds(takeovers.at(-1)!)}`,
    );
  }
  const waited = sum((run) => run.keptWaiting.length);
  if (waited > 0)
    console.log(`${waited} of them later than 10 s because the machine was busy otherwise`);
  const violations = sum((run) => run.violations.length);
  console.log(`${violations} violations, ${deaths.length} deaths of the harness's own processes`);
  if (unknown.length > 0) console.log(`nothing is known of seeds ${unknown.join(', ')}`);
  if (failed.length > 0)
    console.log(
      `${failed.length} went wrong: seeds ${[...failed].sort((a, b) => a - b).join(', ')}`,
    );
  else
    console.log(
      'nothing lost, nothing doubled, every team ended, as far as runs were seen to their end',
    );
}

function seconds(ms: number): string {
  return `${(ms / 1000).toFixed(1)} s`;
}
