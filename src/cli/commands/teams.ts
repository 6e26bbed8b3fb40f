/** `horde teams`: lists the teams of a store. */

import { createCatalog } from '../../events/known-events.ts';
import { vocabulary } from '../../events/words/index.ts';
import { catchUp } from '../../projections/kit/read-model.ts';
import { teams as projection } from '../../projections/teams/teams.ts';
import { verdictWords } from '../../projections/verdict/verdict-words.ts';
import type { Command, CommandCall } from '../command.ts';
import type { ReadingOptions } from '../reading.ts';
import { openStoreOption } from '../store-option.ts';
import { oneLine, table } from '../terminal-text.ts';

export default { options: [], action: teams } satisfies Command<[], ReadingOptions>;

async function teams({ shell, output, options }: CommandCall<[], ReadingOptions>): Promise<number> {
  const store = await openStoreOption(shell, options.store, true);
  try {
    const catalog = createCatalog(vocabulary);
    const { state, passedOver } = await catchUp(store, projection, { catalog, prefix: 'team-' });
    if (passedOver > 0) output.note(`${passedOver} events of another version were passed over`);
    const listed = Object.values(state.teams).map((team) => ({
      ...team,
      startedAt: new Date(team.startedAt).toISOString(),
      updatedAt: new Date(team.updatedAt).toISOString(),
    }));
    output.result(
      () =>
        listed.length === 0
          ? 'there are no teams yet; start one with: horde run'
          : table([
              ['team', 'pattern', 'verdict', 'events', 'tokens', 'updated', 'request'],
              ...listed.map((line) => [
                line.team,
                line.pattern,
                verdictWords(line),
                String(line.events),
                String(line.tokens.input + line.tokens.output),
                line.updatedAt,
                oneLine([line.request, line.cause].filter(Boolean).join(' · '), 100),
              ]),
            ]),
      () => listed,
    );
    return 0;
  } finally {
    await store.close();
  }
}
