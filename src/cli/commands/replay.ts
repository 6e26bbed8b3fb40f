/** `horde replay`: folds the stream again and compares heard with said; calls nothing. */
import { EXIT } from '../bad-usage.ts';
import { harmless } from '../output.ts';
import { type ReadingOptions, reading } from '../reading.ts';

export const replay = (name: string, options: ReadingOptions): Promise<number> =>
  reading(name, options, async ({ runtime, team, output }) => {
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
  });
