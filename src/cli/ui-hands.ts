/**
 * What a person may do from the page: fork a team. Where there is a model to ask the fork is led here, in the
 * background, until it ends or the page is closed; else it is made, and waits for whoever resumes it.
 */
import type { Runtime } from '../actors/runtime.ts';
import { Refused } from '../visualizer/server/refusal.ts';
import type { Hands } from '../visualizer/server/steering.ts';
import type { ForkAsked, ForkMade } from '../visualizer/shared/wire.ts';
import { BadUsage } from './bad-usage.ts';
import type { Site } from './command.ts';
import { forkWish } from './fork-wish.ts';
import { canAsk } from './model-access.ts';
import { answerOf } from './written-answer.ts';

interface UiHands extends Hands {
  /** Forks that are led here and have not ended. */
  readonly leading: readonly string[];
}

export function uiHands({ shell, output }: Site, runtime: Runtime): UiHands {
  const leading = new Set<string>();
  const lead = async (team: string): Promise<void> => {
    const handle = await runtime.resume(team);
    leading.add(team);
    const told = (line: string) => output.note(`team ${team}: ${line}`);
    void handle.result().then(
      ({ status, reason }) => {
        leading.delete(team);
        told(`${status}, ${reason}`);
      },
      (error: Error) => told(error.message),
    );
  };
  return {
    async fork(origin, asked) {
      try {
        const { answer, ...options } = asked;
        const written = answer && answerOf(answer.text, answer.actor, 'the answer');
        const fork = await runtime.fork(await forkWish(shell, runtime, origin, options, written));
        const { formed } = await runtime.team(fork.team).state();
        const isLed = canAsk(shell, formed!.labels);
        if (isLed) await lead(fork.team);
        return { ...fork, led: isLed, remark: remarkOf(fork, asked, isLed) };
      } catch (error) {
        if (error instanceof BadUsage) throw new Refused(400, error.message);
        throw error;
      }
    },
    get leading() {
      return [...leading];
    },
  };
}

function remarkOf(
  { team, origin }: Pick<ForkMade, 'team' | 'origin'>,
  { at }: ForkAsked,
  isLed: boolean,
) {
  const rounded =
    origin.revision === at
      ? ''
      : `revision ${at} lies within a turn: forked at ${origin.revision}, the end of the turn before; `;
  if (isLed) return `${rounded}it goes on here`;
  return `${rounded}there is no model to ask here: go on with "horde resume ${team}" where there is one`;
}
