/**
 * How a move is played, and which of the legal moves is chosen. What a move does not say of itself is filled from its
 * schema (`filling.ts`).
 */
import { z } from 'zod';
import type { JsonObject } from '../../../events/event.ts';
import { playedScene } from './played-scene.ts';
import type { Scene } from './scene.ts';

/** The arguments that a move decides on when it is played from this scene. */
export function playedArguments(move: string, scene: Scene): JsonObject {
  const plays = scene.moves.get(move)?.plays;
  return plays ? asJson.parse(plays(playedScene(scene))) : {};
}

const asJson = z.record(z.string(), z.json());

/** What kind of thing a move does to the common work, read from its name, with its weight by age. */
const LEANINGS: readonly (readonly [RegExp, readonly number[]])[] = [
  [
    /^(send_back|return|escalate|withdraw|decline|abstain|block|warn|name_issues)/,
    [1, 0.5, 0.2, 0.1],
  ],
  [/change|counter|rebut|object|challenge|correct|reject|dissent|disagree/, [9, 3.5, 1.5, 0.5]],
  [/consult|ask|question|delegate|dispatch|recruit|spawn/, [6, 3, 1.5, 0.5]],
  [/approve|accept|agree|all_clear|sign|rule|finish|complete|conclude|done|clear/, [1, 6.5, 9, 12]],
];

/** Chooses among moves that are legal and known; `undefined` when there is none. */
export function chooseMove(legal: readonly string[], scene: Scene): string | undefined {
  if (legal.length === 0) return undefined;
  const at = Math.min(scene.age, 4) - 1;
  return scene.dice.weigh(
    legal.map((move) => {
      const leaning = LEANINGS.find(([fits]) => fits.test(move));
      return [move, leaning ? leaning[1][at]! : 5] as const;
    }),
  );
}
