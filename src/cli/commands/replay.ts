/** `horde replay`: folds the stream again and compares heard with said; calls nothing. */

import { EXIT } from '../bad-usage.ts';
import type { Command } from '../command.ts';
import { type ReadingOptions, reading } from '../reading.ts';
import { harmless } from '../terminal-text.ts';

export default {
  options: [],
  action: (call) =>
    reading(call, async ({ runtime, team, output }) => {
      const { events, stateHash, divergence } = await runtime.replay(team.id);
      const document = { team: team.id, events, stateHash, divergence, modelCalls: 0 };
      output.result(
        () =>
          divergence
            ? harmless(
                `diverges at revision ${divergence.revision}\n  recorded: ${JSON.stringify(divergence.expected)}\n  said now: ${JSON.stringify(divergence.found)}`,
              )
            : `${events} events replayed, no difference, no model called; state ${stateHash}`,
        () => document,
      );
      return divergence ? EXIT.diverged : EXIT.done;
    }),
} satisfies Command<[team: string], ReadingOptions>;
