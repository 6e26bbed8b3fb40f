/** `horde teams`: lists the teams of a store. */

import { teamOfStream } from '../../events/ids.ts';
import { createCatalog } from '../../events/known-events.ts';
import type { EventStore } from '../../events/store.ts';
import { vocabulary } from '../../events/words/index.ts';
import { catchUp } from '../../projections/kit/read-model.ts';
import { teams as projection } from '../../projections/teams/teams.ts';
import { verdictWords } from '../../projections/verdict/verdict-words.ts';
import type { Command, CommandCall } from '../command.ts';
import type { ReadingOptions } from '../reading.ts';
import { openStoreOption } from '../store-option.ts';
import { harmless, oneLine, table } from '../terminal-text.ts';

export default { options: [], action: teams } satisfies Command<[], ReadingOptions>;

/** What was done to teams with a server's own tools; asking it costs a file of our own nothing. */
async function damaged(store: EventStore): Promise<ReadonlyMap<string, string>> {
  const heads = await store.streams('team-');
  return new Map(
    heads.flatMap(({ stream, damage }) => {
      const team = teamOfStream(stream);
      return damage && team ? [[team, damage] as const] : [];
    }),
  );
}

async function teams({ shell, output, options }: CommandCall<[], ReadingOptions>): Promise<number> {
  const store = await openStoreOption(shell, options.store, true);
  try {
    const catalog = createCatalog(vocabulary);
    const folded = await catchUp(store, projection, { catalog, prefix: 'team-' });
    const { passedOver, firstPassedOver } = folded;
    if (passedOver > 0)
      output.note(
        harmless(
          `${passedOver} events of other programs or versions were passed over, first ${firstPassedOver}`,
        ),
      );
    const damage = await damaged(store);
    for (const [team, what] of damage) output.note(`team ${team}: ${what}`);
    const listed = Object.values(folded.state.teams).map((team) => ({
      ...team,
      ...(damage.has(team.team) ? { damage: damage.get(team.team) } : {}),
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
                damage.get(line.team)?.startsWith('it was deleted')
                  ? 'deleted'
                  : verdictWords(line),
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
