/**
 * Several steps taken as one: each sees what those before it remember, and what they say is said in their order.
 * For patterns in which a move has consequences that differ from case to case. Pure.
 */
import type { Taken } from '../../step.ts';
import type { PatternSays } from './pattern.ts';

export type StepOf<Context> = (now: Context) => Taken<Context, PatternSays>;

export function inTurn<Context>(
  context: Context,
  ...steps: readonly StepOf<Context>[]
): Taken<Context, PatternSays> {
  let remember: Partial<Context> = {};
  const say: PatternSays[] = [];
  for (const take of steps) {
    const step = take({ ...context, ...remember });
    remember = { ...remember, ...step.remember };
    say.push(...(step.say ?? []));
  }
  return { remember, say };
}
