/**
 * Scripted workers: what they answer, when, and whether at all, is drawn from the seed of the world. They
 * are quick or slow, fail, fall silent until they are aborted, answer after they were aborted, and talk
 * nonsense.
 */

import type { Reserve, WorkContext, Worker, Workers } from '../../src/actors/worker.ts';
import { WorkFailure } from '../../src/actors/worker.ts';
import type { EventDefinition, JsonObject } from '../../src/events/event.ts';
import type { EffectClass } from '../../src/events/words/work.ts';
import { throwDice } from '../../src/hands/model/rehearsal/dice.ts';
import type { Process, World } from './world.ts';

export interface Hand {
  effect: EffectClass;
  records?: Worker['records'];
  /** Most tokens of one call, in and out, for work that costs. */
  tokens?: { input: number; output: number };
  answer(input: JsonObject, luck: number): JsonObject;
}

export type Hands = Readonly<Record<string, Hand>>;

type Habit = 'prompt' | 'slow' | 'failing' | 'silent' | 'stubborn' | 'nonsensical' | 'throwing';

/** Told of every beginning, before anything is done. */
export type OnBegin = (process: Process, effect: EffectClass, context: WorkContext) => void;

export function workersOf(
  world: World,
  process: () => Process,
  hands: Hands,
  begin: OnBegin,
): Workers {
  return Object.fromEntries(
    Object.entries(hands).map(([src, hand]) => [src, workerOf(world, process, src, hand, begin)]),
  );
}

function workerOf(
  world: World,
  process: () => Process,
  src: string,
  hand: Hand,
  begin: OnBegin,
): Worker<JsonObject> {
  const { effect, records, tokens } = hand;
  return {
    effect,
    ...(records ? { records } : {}),
    ...(effect === 'paid' ? { governedBy: () => src } : {}),
    ...(tokens ? { reserve: ({ newBytes }) => reserveOf(tokens, newBytes) } : {}),
    run(input, context) {
      world.totals.works += 1;
      begin(process(), effect, context);
      const dice = throwDice('hand', src, context.work, context.attempt, world.dice.next());
      const habit = habitOf(dice.next(), world.mishapsLeft > 0);
      if (habit === 'throwing') throw new TypeError(`${src} fell over its own feet`);
      const answer = (): JsonObject =>
        habit === 'nonsensical'
          ? (NONSENSE[dice.int(0, NONSENSE.length - 1)] as JsonObject)
          : withUsage(hand.answer(input, dice.next()), tokens, dice.next());
      const failure = new WorkFailure(dice.pick(KINDS), `${src} could not do it`, {
        ...(dice.chance(0.3) ? { retryAfterMs: dice.int(1, 5000) } : {}),
      });
      return new Promise((resolve, reject) => {
        const done = () => (habit === 'failing' ? reject(failure) : resolve(answer()));
        const soon = () =>
          world.happen({
            process: process().id,
            what: `${src} answers`,
            needs: 'running',
            run: done,
          });
        const { signal } = context;
        if (habit !== 'stubborn') {
          const cancelled = () => reject(signal.reason ?? new WorkFailure('cancelled', 'aborted'));
          signal.addEventListener('abort', cancelled, { once: true });
        }
        if (habit === 'slow' || habit === 'stubborn')
          world.clockOf(process).wake(world.clock.now() + dice.int(1, 60_000), soon);
        else if (habit !== 'silent') soon();
      });
    },
  };
}

function habitOf(luck: number, rough: boolean): Habit {
  if (!rough) return luck < 0.7 ? 'prompt' : 'slow';
  if (luck < 0.45) return 'prompt';
  if (luck < 0.6) return 'slow';
  if (luck < 0.75) return 'failing';
  if (luck < 0.82) return 'silent';
  if (luck < 0.9) return 'stubborn';
  return luck < 0.95 ? 'nonsensical' : 'throwing';
}

const KINDS = ['transient', 'overloaded', 'refused', 'timedOut', 'strange'];
const NONSENSE: readonly unknown[] = [
  undefined,
  null,
  42,
  'text',
  [],
  {},
  { usage: 'much' },
  { big: 10n },
  { deep: { fn: () => 1, when: new Date(0) } },
  { not: Number.NaN },
];

const reserveOf = (tokens: { input: number; output: number }, newBytes: number): Reserve => ({
  inputTokens: tokens.input + newBytes * 0,
  outputTokens: tokens.output,
  outputTokensMin: Math.ceil(tokens.output / 4),
  usd: (input, output) => input * 3e-6 + output * 15e-6,
});

function withUsage(
  answer: JsonObject,
  tokens: { input: number; output: number } | undefined,
  luck: number,
): JsonObject {
  if (!tokens || !('usage' in answer)) return answer;
  const inputTokens = Math.floor(tokens.input * luck);
  const outputTokens = Math.floor((tokens.output / 4) * luck);
  const usd = inputTokens * 3e-6 + outputTokens * 15e-6;
  return {
    ...answer,
    usage: { inputTokens, outputTokens, cacheReadTokens: 0, cacheWriteTokens: 0, usd },
  };
}

export type { EventDefinition };
