/** `horde resume`: continues one interrupted team, or all. */
import { LedElsewhere } from '../../actors/lead/team-leases.ts';
import type { EventStore } from '../../events/store.ts';
import { EXIT } from '../bad-usage.ts';
import { type Led, leadToEnd } from '../lead.ts';
import { createOutput, harmless, type Output } from '../output.ts';
import { type Progress, showProgress } from '../progress.ts';
import { leadingRuntime, readingRuntime } from '../session.ts';
import { knownTeam, openStoreOption } from '../store-option.ts';
import { printSummary } from './run.ts';

export async function resume(
  team: string | undefined,
  options: { store?: string; json?: boolean },
): Promise<number> {
  const output = createOutput(options.json ?? false);
  const store = await openStoreOption(options.store, true);
  try {
    const reader = readingRuntime(store);
    const wanted = team === undefined ? await reader.teams() : [await knownTeam(reader, team)];
    const led: Led[] = [];
    for (const id of wanted) {
      const one = await resumeOne(store, id, output, team !== undefined);
      if (one) led.push(one);
      if (one?.exit === EXIT.interrupted) break;
    }
    if (output.json)
      output.result(
        () => '',
        () => led.map(({ summary }) => summary),
      );
    else if (led.length === 0)
      output.note(
        team === undefined ? 'no team was interrupted' : `team ${team} has ended already`,
      );
    else for (const { summary } of led) printSummary(output, summary);
    return Math.max(EXIT.done, ...led.map(({ exit }) => exit));
  } finally {
    await store.close();
  }
}

async function resumeOne(
  store: EventStore,
  id: string,
  output: Output,
  named: boolean,
): Promise<Led | undefined> {
  const reader = readingRuntime(store);
  const { formed, ended } = await reader.team(id).state();
  // Asked for by name, a team that has ended is told as it ended; asked for all, it is passed over.
  if (ended && !named) return undefined;
  let progress: Progress | undefined;
  const { runtime } = ended
    ? { runtime: reader }
    : await leadingRuntime(store, formed!.labels, output, (_, actor, text) =>
        progress?.spoken(actor, text),
      );
  try {
    const handle = ended ? reader.team(id) : await runtime.resume(id);
    output.note(
      `team ${id} ${ended ? 'has ended already' : `goes on: ${harmless(formed!.labels['request'] ?? '').slice(0, 80)}`}`,
    );
    progress = ended ? undefined : showProgress(runtime, handle.id, output, formed!.limits.tokens);
    return await leadToEnd(runtime, handle, output, progress);
  } catch (error) {
    if (!(error instanceof LedElsewhere) || named) throw error;
    output.note(error.message);
    return undefined;
  } finally {
    progress?.close();
    await runtime.close();
  }
}
