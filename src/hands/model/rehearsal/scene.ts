/** What a part is played from: the request, its gist, the dice of this one call, and how much there is to say. */

import { allMoves } from '../../../events/words/index.ts';
import type { Move } from '../../../events/words/moves.ts';
import type { Dice } from '../../../events/words/scene.ts';
import type { ModelRequest } from '../model-client.ts';
import { throwDice } from './dice.ts';
import { type Gist, gistOf } from './gist.ts';

export type Verbosity = 'terse' | 'normal' | 'long';

export const BREATH: Readonly<Record<Verbosity, number>> = { terse: 0.5, normal: 2, long: 9 };

export interface Scene {
  readonly request: ModelRequest;
  readonly gist: Gist;
  readonly dice: Dice;
  /** 0: as short as can be; 2: normal; 9: long. */
  readonly breath: number;
  /** How often this seat has had its say: the older, the readier to come to an end. From 1. */
  readonly age: number;
  /** The file written in this turn, which then holds the text. */
  readonly written: string | undefined;
  /** Every move there is, by the name of its tool. */
  readonly moves: ReadonlyMap<string, Move>;
}

export function sceneOf(
  request: ModelRequest,
  seed: number,
  breath: number,
  moves: ReadonlyMap<string, Move> = allMoves,
): Scene {
  const { agent, grant, round } = request.turn;
  const gist = gistOf(request);
  return {
    request,
    moves,
    gist,
    dice: throwDice('rehearsal', seed, request.hash, agent, grant),
    breath,
    age: Math.max(1, round, grant),
    written: gist.uses.findLast(({ name, ok }) => name === 'write_file' && ok)?.path,
  };
}
