/**
 * The coverage of the horde's statecharts: `tsx test/statecharts/coverage.ts FOLDER`, where FOLDER holds what the
 * recorder wrote. Prints a line a machine and everything that was never taken; exits with 1 below the threshold.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { hordeMachines } from '../../src/machines/index.ts';
import { keyOfState, keyOfTransition, type Node, nodesOf, transitionsOf } from './keys.ts';

/** Share of all transitions that a whole run must take. */
export const THRESHOLD = 0.95;

export interface Coverage {
  machine: string;
  states: { all: number; missed: string[] };
  transitions: { all: number; missed: string[] };
}

/** What of each machine was taken, and what never. */
export function coverageOf(taken: ReadonlySet<string>): Coverage[] {
  return Object.entries(hordeMachines).map(([machine, { machine: chart }]) => {
    const nodes = nodesOf(chart.root as unknown as Node);
    return {
      machine,
      states: counted(nodes.map(keyOfState), taken),
      transitions: counted(nodes.flatMap(transitionsOf).map(key), taken),
    };
  });
}

const key = (transition: Parameters<typeof keyOfTransition>[0]): string =>
  keyOfTransition(transition)!;

const counted = (keys: readonly string[], taken: ReadonlySet<string>) => ({
  all: keys.length,
  missed: keys.filter((one) => !taken.has(one)),
});

export const shareTaken = (coverages: readonly Coverage[]): number => {
  const all = coverages.reduce((sum, { transitions }) => sum + transitions.all, 0);
  const missed = coverages.reduce((sum, { transitions }) => sum + transitions.missed.length, 0);
  return all === 0 ? 0 : (all - missed) / all;
};

const of = ({ all, missed }: Coverage['states']): string =>
  `${all - missed.length} of ${all}`.padStart(10);

export function renderCoverage(coverages: readonly Coverage[]): string {
  const width = Math.max(...coverages.map(({ machine }) => machine.length));
  const lines = coverages.map(
    ({ machine, states, transitions }) =>
      `  ${machine.padEnd(width)}  states ${of(states)}   transitions ${of(transitions)}`,
  );
  const missed = coverages.flatMap(({ states, transitions }) => [
    ...states.missed.map((one) => `  never entered  ${one}`),
    ...transitions.missed.map((one) => `  never taken    ${one}`),
  ]);
  const percent = (shareTaken(coverages) * 100).toFixed(1);
  return [
    'Statecharts',
    ...lines,
    ...missed,
    `  ${percent} % of all transitions taken; at least ${THRESHOLD * 100} % are wanted`,
    '',
  ].join('\n');
}

function readTaken(folder: string): Set<string> {
  const files = readdirSync(folder).filter((name) => name.endsWith('.txt'));
  return new Set(files.flatMap((name) => readFileSync(join(folder, name), 'utf8').split('\n')));
}

const [, script, folder] = process.argv;
if (folder && script && import.meta.url === pathToFileURL(script).href) {
  const coverages = coverageOf(readTaken(folder));
  console.log(`\n${renderCoverage(coverages)}`);
  if (shareTaken(coverages) < THRESHOLD) process.exitCode = 1;
}
