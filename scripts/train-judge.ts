/**
 * Learns the offline judge's weights from the development requests, and writes `catalog/judge.json`.
 *
 *     npm run train:judge
 *
 * Multinomial logistic regression with L2, full-batch gradient descent with momentum, from zero: the same
 * requests give the same weights. The held-out requests are never read here.
 */
import { createHash } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { CHOICES, type Choice } from '../src/planning/choice.ts';
import { SCALE } from '../src/planning/judge/classifier.ts';
import { featuresOf } from '../src/planning/judge/features.ts';
import { WEIGHTS_FILE, type WeightsFile } from '../src/planning/judge/weights.ts';
import { read } from '../src/planning/language/reading.ts';

const REQUESTS = new URL('../test/planning/requests/development.txt', import.meta.url);
/** A feature must be seen so often before it is believed. */
const SEEN_MIN = 2;
const DECAY = 0.0007;
const ROUNDS = 400;
const RATE = 0.3;
const MOMENTUM = 0.9;

interface Example {
  label: number;
  features: Set<string>;
}

interface Row {
  label: number;
  columns: Int32Array;
  value: number;
}

async function examples(): Promise<Example[]> {
  const found: Example[] = [];
  let label = 0;
  for (const line of readFileSync(REQUESTS, 'utf8').split('\n')) {
    if (line.startsWith('# ')) {
      const name = line.slice(2);
      label = CHOICES.indexOf(name === 'ordinary' ? 'single-agent' : (name as Choice));
      if (label < 0) throw new Error(`${REQUESTS.pathname}: no choice is called "${name}"`);
    } else if (line.trim()) {
      found.push({ label, features: featuresOf(await read(line)) });
    }
  }
  return found;
}

function columnsOf(all: readonly Example[]): string[] {
  const seen = new Map<string, number>();
  for (const { features } of all) {
    for (const name of features) seen.set(name, (seen.get(name) ?? 0) + 1);
  }
  return [...seen].flatMap(([name, times]) => (times >= SEEN_MIN ? [name] : [])).sort();
}

function rowsOf(all: readonly Example[], columns: readonly string[]): Row[] {
  const index = new Map(columns.map((name, i) => [name, i]));
  return all.map(({ label, features }) => {
    const known = [...features].flatMap((name) => index.get(name) ?? []);
    return {
      label,
      columns: Int32Array.from(known),
      value: SCALE / Math.sqrt(Math.max(1, known.length)),
    };
  });
}

/** Shares of the choices for one row. */
function sharesOf(row: Row, weights: Float64Array, bias: Float64Array): Float64Array {
  const K = CHOICES.length;
  const sums = Float64Array.from(bias);
  for (const column of row.columns) {
    for (let k = 0; k < K; k++) sums[k]! += weights[column * K + k]! * row.value;
  }
  const top = Math.max(...sums);
  const powers = sums.map((sum) => Math.exp(sum - top));
  const all = powers.reduce((a, b) => a + b, 0);
  return powers.map((power) => power / all);
}

function learn(rows: readonly Row[], width: number): { weights: Float64Array; bias: Float64Array } {
  const K = CHOICES.length;
  const weights = new Float64Array(width * K);
  const bias = new Float64Array(K);
  const speed = new Float64Array(width * K);
  for (let round = 0; round < ROUNDS; round++) {
    const slope = weights.map((weight) => weight * DECAY);
    const lean = new Float64Array(K);
    for (const row of rows) {
      const shares = sharesOf(row, weights, bias);
      shares[row.label]! -= 1;
      for (let k = 0; k < K; k++) lean[k]! += shares[k]! / rows.length;
      for (const column of row.columns) {
        for (let k = 0; k < K; k++) {
          slope[column * K + k]! += (shares[k]! * row.value) / rows.length;
        }
      }
    }
    for (let i = 0; i < weights.length; i++) {
      speed[i] = MOMENTUM * speed[i]! + slope[i]!;
      weights[i]! -= RATE * speed[i]!;
    }
    for (let k = 0; k < K; k++) bias[k]! -= RATE * lean[k]!;
  }
  return { weights, bias };
}

/** Every weight in one byte: `step` times -127 to 127. */
function pack(
  columns: readonly string[],
  weights: Float64Array,
): Pick<WeightsFile, 'step' | 'rows'> {
  const K = CHOICES.length;
  const step = Math.max(...weights.map(Math.abs)) / 127;
  const rows = columns.map((name, i) => {
    const bytes = Int8Array.from(weights.subarray(i * K, i * K + K), (w) => Math.round(w / step));
    return [name, Buffer.from(bytes.buffer).toString('base64')];
  });
  return { step, rows: Object.fromEntries(rows) };
}

const all = await examples();
const columns = columnsOf(all);
const { weights, bias } = learn(rowsOf(all, columns), columns.length);
const { step, rows } = pack(columns, weights);
const learned: WeightsFile = {
  choices: [...CHOICES],
  source: createHash('sha256').update(readFileSync(REQUESTS)).digest('hex').slice(0, 16),
  step,
  bias: [...bias].map((one) => Number(one.toFixed(4))),
  rows,
};
writeFileSync(WEIGHTS_FILE, `${JSON.stringify(learned, null, 2)}\n`);
console.log(`${all.length} requests, ${columns.length} features, step ${step.toFixed(5)}`);
