/**
 * What a person may do from the page: fork a team. Where there is a model to ask the fork is led here, in the
 * background, until it ends or the page is closed; else it is made, and waits for whoever resumes it.
 */
import type { Runtime } from '../actors/runtime.ts';
import type { EventStore } from '../events/store.ts';
import { Refused } from '../visualizer/server/refusal.ts';
import type { Hands } from '../visualizer/server/steering.ts';
import type { ForkAsked, ForkMade } from '../visualizer/shared/wire.ts';
import { BadUsage } from './bad-usage.ts';
import { answerOf, forkWish } from './commands/fork.ts';
import { hasModelAccess, rehearsalOf } from './model-access.ts';
import type { Output } from './output.ts';
import { leadingRuntime, readingRuntime } from './session.ts';

interface UiHands extends Hands {
  /** Breaks off what is led here; it can be resumed. Resolves with the teams that had not ended. */
  close(): Promise<string[]>;
}

interface HandsSite {
  store: EventStore;
  output: Output;
  /** Text of models that forks led here ask. */
  onSpoken(team: string, actor: string, text: string): void;
}

export function uiHands({ store, output, onSpoken }: HandsSite): UiHands {
  const led = new Map<string, Runtime>();
  const lead = async (team: string, labels: Readonly<Record<string, string>>): Promise<void> => {
    // Nobody sits at a terminal for it.
    const quiet = { ...output, terminal: false };
    const { runtime } = await leadingRuntime(store, labels, quiet, onSpoken);
    led.set(team, runtime);
    const leave = async () => {
      led.delete(team);
      await runtime.close();
    };
    try {
      const handle = await runtime.resume(team);
      const told = (line: string) => output.note(`team ${team}: ${line}`);
      void handle
        .result()
        .then(
          ({ status, reason }) => told(`${status}, ${reason}`),
          (error: Error) => told(error.message),
        )
        .finally(leave);
    } catch (error) {
      await leave();
      throw error;
    }
  };
  return {
    async fork(origin, asked) {
      const reader = readingRuntime(store);
      try {
        const { answer, ...options } = asked;
        const written = answer && answerOf(answer.text, answer.actor, 'the answer');
        const fork = await reader.fork(await forkWish(reader, origin, options, written));
        const { formed } = await reader.team(fork.team).state();
        const isLed = rehearsalOf(formed!.labels) !== undefined || hasModelAccess();
        if (isLed) await lead(fork.team, formed!.labels);
        return { ...fork, led: isLed, remark: remarkOf(fork, asked, isLed) };
      } catch (error) {
        if (error instanceof BadUsage) throw new Refused(400, error.message);
        throw error;
      } finally {
        await reader.close();
      }
    },
    async close() {
      const teams = [...led.keys()];
      await Promise.all([...led.values()].map((runtime) => runtime.close()));
      return teams;
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
