/**
 * The bench: everything side by side in one run.  npm run bench -- [--quick] [--rounds N] [--skip-peers]
 *
 *   --quick       shorter loops and fewer rounds: under three minutes
 *   --rounds N    rounds of the two throughput measures (default 5, quick 3)
 *   --only A,B    only these measures: steps, fold, seek, crash, bytes, start, memory
 *   --skip-peers  ours and the raw limit alone
 *   --build DIR   the built package to measure (default dist)
 */
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { parseArgs } from 'node:util';
import type { Bench } from './bench.ts';
import { measureBytes } from './measures/bytes.ts';
import { measureCrash } from './measures/crash.ts';
import { measureFold } from './measures/fold.ts';
import { measureMemory } from './measures/memory.ts';
import { Peers } from './measures/peers.ts';
import { measureSeek } from './measures/seek.ts';
import { measureStart } from './measures/start.ts';
import { measureSteps } from './measures/steps.ts';
import { Results } from './results.ts';

const { values } = parseArgs({
  options: {
    quick: { type: 'boolean', default: false },
    rounds: { type: 'string' },
    only: { type: 'string' },
    'skip-peers': { type: 'boolean', default: false },
    build: { type: 'string', default: 'dist' },
  },
});
const quick = values.quick;
const rounds = Number(values.rounds ?? (quick ? 3 : 5));
if (!Number.isInteger(rounds) || rounds < 1) {
  console.error(`--rounds ${values.rounds}: give a whole number from 1 on`);
  process.exit(2);
}

const startedAt = new Date();
const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'horde-bench-'));
const results = new Results();
const tell = (line: string) => console.error(`  ${line}`);
const bench = { folder, build: path.resolve(values.build), quick, rounds, results, tell };

const measures: Record<string, (bench: Bench) => Promise<void>> = {
  start: measureStart,
  steps: measureSteps,
  fold: measureFold,
  seek: measureSeek,
  crash: measureCrash,
  bytes: measureBytes,
  memory: measureMemory,
};
const wanted = values.only?.split(',') ?? Object.keys(measures);
const peers = await Peers.summon(folder, bench.build, values['skip-peers'], results.notes);
try {
  for (const name of wanted) {
    const measure = measures[name];
    if (!measure) throw new Error(`--only ${name}: there are ${Object.keys(measures).join(', ')}`);
    console.error(`${name} …`);
    await measure({ ...bench, peers });
  }
} finally {
  peers.dismiss();
  fs.rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
}

const [cpu] = os.cpus();
const machine = `${os.cpus().length} x ${cpu?.model ?? 'cpu'}, ${Math.round(os.totalmem() / 2 ** 30)} GB`;
const options = [
  ...(quick ? ['--quick'] : []),
  ...(values.rounds ? ['--rounds', values.rounds] : []),
  ...(values.only ? ['--only', values.only] : []),
  ...(values['skip-peers'] ? ['--skip-peers'] : []),
  ...(values.build === 'dist' ? [] : ['--build', 'DIR']),
];
const command = ['npm run bench', ...(options.length > 0 ? ['--', ...options] : [])].join(' ');
const about = {
  date: startedAt.toISOString(),
  seconds: Math.round((Date.now() - startedAt.getTime()) / 1000),
  machine,
  load: os.loadavg().map((load) => Number(load.toFixed(2))),
  node: process.version,
  command,
};
console.log(`${about.date}  ${machine}  Node ${process.version}  load ${about.load.join(' ')}`);
results.print();
results.write(new URL('results.json', import.meta.url).pathname, about);
