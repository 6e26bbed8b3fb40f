/**
 * `npm run simulate -- --seeds N [--seed K] [--pattern NAME]`: simulates N teams, each from its own seed, and
 * says for each that went wrong what was violated and how to see it again. Ends with status 1 then.
 */
import { parseArgs } from 'node:util';
import { scenarios } from './scenarios/index.ts';
import { type Outcome, simulate } from './simulation.ts';

function options() {
  try {
    return parseArgs({
      options: {
        seeds: { type: 'string', default: '100' },
        seed: { type: 'string' },
        pattern: { type: 'string' },
        log: { type: 'boolean', default: false },
      },
    }).values;
  } catch (error) {
    console.error((error as Error).message);
    return process.exit(2);
  }
}
const values = options();

function whole(name: string, text: string): number {
  const number = Number(text);
  if (Number.isInteger(number) && number >= 0 && text.trim() !== '') return number;
  console.error(`--${name} ${text}: give a whole number from 0`);
  process.exit(2);
}

const chosen = values.pattern ? scenarios.filter(({ name }) => name === values.pattern) : scenarios;
if (chosen.length === 0) {
  console.error(
    `--pattern ${values.pattern}: there are ${scenarios.map(({ name }) => name).join(', ')}`,
  );
  process.exit(2);
}

const only = values.seed === undefined ? undefined : whole('seed', values.seed);
const first = only ?? 1;
const last = only ?? whole('seeds', values.seeds);
const began = performance.now();
const sums = {
  teams: 0,
  turns: 0,
  events: 0,
  steps: 0,
  crashes: 0,
  takeovers: 0,
  conflicts: 0,
  works: 0,
};
const failed: Outcome[] = [];

for (let seed = first; seed <= last; seed++) {
  for (const scenario of only === undefined ? [chosen[seed % chosen.length]!] : chosen) {
    const outcome = await simulate(seed, scenario, {
      ...(values.log
        ? {
            onEvent: ({ stream, revision, type, data, meta }, writer) =>
              console.log(`p${writer} ${stream}@${revision} ${type} ${data} ${meta}`),
          }
        : {}),
    });
    tell(outcome);
  }
  if (only === undefined && seed % 100 === 0) console.log(`${seed} seeds, ${seconds()} s`);
}

function tell(outcome: Outcome): void {
  const { totals } = outcome;
  sums.teams += 1;
  sums.turns += outcome.turns;
  sums.events += outcome.events;
  sums.steps += totals.steps;
  sums.crashes += totals.crashes;
  sums.takeovers += totals.takeovers;
  sums.conflicts += totals.conflicts;
  sums.works += totals.works;
  if (only !== undefined)
    console.log(`${outcome.scenario}: ${outcome.end}; log ${outcome.logHash}`, totals);
  if (outcome.violations.length === 0) return;
  failed.push(outcome);
  console.error(`seed ${outcome.seed}, ${outcome.scenario}: ${outcome.violations[0]!.message}`);
  console.error(
    `  see it again: npm run simulate -- --seed ${outcome.seed} --pattern ${outcome.scenario} --log`,
  );
}

function seconds(): string {
  return ((performance.now() - began) / 1000).toFixed(1);
}

console.log(
  `${sums.teams} teams, ${sums.turns} turns, ${sums.events} events, ${sums.steps} steps, ${sums.works} works, ` +
    `${sums.crashes} crashes, ${sums.takeovers} takeovers, ${sums.conflicts} conflicts, ${seconds()} s: ` +
    (failed.length === 0 ? 'every guarantee held' : `${failed.length} went wrong`),
);
process.exit(failed.length === 0 ? 0 : 1);
