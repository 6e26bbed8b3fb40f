/**
 * What was learned from labelled requests: a linear classifier over the features of a reading.
 *
 * Its weights are data, `catalog/judge.json`, made by `scripts/train-judge.ts` from the development requests below
 * `test/planning/requests/`; `weights.ts` reads them at the first use.
 *
 * Invariants
 * 1. The shares of all choices add up to 1.
 * 2. A request of unknown words gets the share that its known features say, never a failure.
 */

import { CHOICES, type Choice } from '../choice.ts';
import type { Reading } from '../language/word.ts';
import { featuresOf } from './features.ts';
import { learnedWeights } from './weights.ts';

export interface Share {
  choice: Choice;
  share: number;
  /** The features that say most for it, the strongest first. */
  because: string[];
}

/** Features are scaled so that long requests do not shout: each counts `SCALE` / sqrt(how many). */
export const SCALE = 3;

/** How much speaks for each choice, in the order of `CHOICES`. */
export function classify(reading: Reading): Share[] {
  const { rows, step, bias } = learnedWeights();
  const known = [...featuresOf(reading)].flatMap((name) => {
    const row = rows.get(name);
    return row ? [{ name, row }] : [];
  });
  const unit = (step * SCALE) / Math.sqrt(Math.max(1, known.length));
  const sums = CHOICES.map(
    (_, k) => bias[k]! + unit * known.reduce((sum, { row }) => sum + row[k]!, 0),
  );
  const top = Math.max(...sums);
  const powers = sums.map((sum) => Math.exp(sum - top));
  const all = powers.reduce((sum, power) => sum + power, 0);
  return CHOICES.map((choice, k) => ({
    choice,
    share: powers[k]! / all,
    because: strongest(known, k),
  }));
}

const TOLD = /^(word|person|pair):/;

function strongest(known: readonly { name: string; row: Int8Array }[], k: number): string[] {
  return known
    .filter(({ name, row }) => TOLD.test(name) && row[k]! > 0)
    .sort((a, b) => b.row[k]! - a.row[k]!)
    .slice(0, 4)
    .map(({ name }) => name.replace(TOLD, '').replace('_', ' '));
}
