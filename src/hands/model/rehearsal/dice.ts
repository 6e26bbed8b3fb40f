/**
 * Chance that can be thrown again: every number follows from the seed and the names it was thrown for,
 * never from the time or from what was thrown before elsewhere.
 */
import { createHash } from 'node:crypto';
import type { Dice } from '../../../events/words/scene.ts';

/** Dice for these names. Equal names throw equal numbers. */
export function throwDice(...names: readonly (string | number)[]): Dice {
  const digest = createHash('sha256').update(JSON.stringify(names)).digest();
  let a = digest.readUInt32LE(0);
  let b = digest.readUInt32LE(4);
  let c = digest.readUInt32LE(8);
  let count = 1;
  // sfc32 by Chris Doty-Humphrey (PractRand): small, fast, and good enough for plausible text.
  const next = (): number => {
    const sum = (a + b + count) | 0;
    count = (count + 1) | 0;
    a = b ^ (b >>> 9);
    b = (c + (c << 3)) | 0;
    c = ((c << 21) | (c >>> 11)) + sum;
    return (sum >>> 0) / 2 ** 32;
  };
  const int = (min: number, max: number): number => min + Math.floor(next() * (max - min + 1));
  const pick = <Item>(list: readonly Item[]): Item => list[int(0, list.length - 1)]!;
  return {
    next,
    int,
    pick,
    chance: (probability) => next() < probability,
    some(list, wanted) {
      const rest = [...list];
      const drawn: (typeof list)[number][] = [];
      while (rest.length > 0 && drawn.length < wanted)
        drawn.push(rest.splice(int(0, rest.length - 1), 1)[0]!);
      return drawn;
    },
    weigh(pairs) {
      let left = next() * pairs.reduce((sum, [, weight]) => sum + weight, 0);
      for (const [item, weight] of pairs) {
        if (left < weight) return item;
        left -= weight;
      }
      return pairs.at(-1)![0];
    },
  };
}
