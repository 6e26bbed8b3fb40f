/** `horde upgrade-check`: replays every team of the store with this program's machines. Changes nothing. */

import type { Runtime } from '../../actors/runtime.ts';
import type { Divergence } from '../../actors/state/fold.ts';
import type { TeamId } from '../../events/ids.ts';
import { packageVersion } from '../../package.ts';
import { EXIT } from '../bad-usage.ts';
import type { Command, CommandCall } from '../command.ts';
import type { ReadingOptions } from '../reading.ts';
import { readingRuntime } from '../session.ts';
import { openStoreOption } from '../store-option.ts';
import { harmless, notePassedOver, oneLine, table } from '../terminal-text.ts';

interface Finding {
  team: string;
  events: number;
  /** It goes on with this program, or could be read to its end. */
  ok: boolean;
  divergence: Divergence | null;
  /** Why it cannot be replayed at all: events of another version, a machine that is not there. */
  problem: string | null;
}

export default { options: [], action: upgradeCheck } satisfies Command<[], ReadingOptions>;

async function upgradeCheck({
  shell,
  output,
  own,
  options,
}: CommandCall<[], ReadingOptions>): Promise<number> {
  const store = await openStoreOption(shell, options.store, true);
  await own.loadFor(store);
  const runtime = readingRuntime(own, store);
  try {
    const findings: Finding[] = [];
    const strange: string[] = [];
    for (const team of await runtime.teams()) {
      const strangeness = await runtime.team(team).strangeness();
      if (strangeness === undefined) findings.push(await check(runtime, team));
      else strange.push(strangeness);
    }
    notePassedOver(strange, output);
    const bad = findings.filter(({ ok }) => !ok);
    output.result(
      () =>
        [
          ...(bad.length > 0 ? [table(bad.map(rowOf)), ''] : []),
          `${findings.length - bad.length} of ${findings.length} teams replay as they were recorded with ${packageVersion}`,
        ].join('\n'),
      () => findings,
    );
    return bad.length > 0 ? EXIT.diverged : EXIT.done;
  } finally {
    await runtime.close();
    await store.close();
  }
}

async function check(runtime: Runtime, team: TeamId): Promise<Finding> {
  try {
    const { events, divergence } = await runtime.replay(team);
    return { team, events, ok: divergence === null, divergence, problem: null };
  } catch (error) {
    const [problem] = (error as Error).message.split('\n', 1);
    return { team, events: 0, ok: false, divergence: null, problem: problem! };
  }
}

function rowOf({ team, divergence, problem }: Finding): string[] {
  if (!divergence) return [team, oneLine(harmless(problem ?? ''), 140)];
  const { revision, expected, found } = divergence;
  const said = (event: { type?: unknown } | null) => String(event?.type ?? 'nothing');
  return [
    team,
    `revision ${revision}: recorded ${said(expected)}, said now ${said(found)}; horde replay ${team} shows both`,
  ];
}
