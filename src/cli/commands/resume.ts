/** `horde resume`: continues one interrupted team, or all. */
import { LedElsewhere } from '../../actors/lead/leases.ts';
import type { Runtime } from '../../actors/runtime.ts';
import { EXIT } from '../bad-usage.ts';
import type { Command, CommandCall, Site } from '../command.ts';
import { type Led, leadToEnd } from '../lead.ts';
import { type Progress, showProgress } from '../progress.ts';
import type { ReadingOptions } from '../reading.ts';
import { leadingSession } from '../session.ts';
import { knownTeam, openStoreOption } from '../store-option.ts';
import { printSummary } from '../summary.ts';
import { harmless, notePassedOver } from '../terminal-text.ts';

type ResumeCall = CommandCall<[team: string | undefined], ReadingOptions>;

export default {
  options: [],
  action: resume,
} satisfies Command<ResumeCall['words'], ReadingOptions>;

async function resume(call: ResumeCall): Promise<number> {
  const {
    shell,
    output,
    own,
    words: [team],
    options,
  } = call;
  const store = await openStoreOption(shell, options.store, true);
  try {
    // A runtime knows its machines from the start: those of the teams that may be led are loaded before.
    await own.loadFor(store, team);
    let progress: Progress | undefined;
    const { runtime } = await leadingSession(call, store, (_, actor, text) =>
      progress?.spoken(actor, text),
    );
    const show: Show = (shown) => {
      progress = shown;
    };
    const wanted = team === undefined ? await runtime.teams() : [await knownTeam(runtime, team)];
    const led: Led[] = [];
    const strange: string[] = [];
    for (const id of wanted) {
      const strangeness = team === undefined ? await runtime.team(id).strangeness() : undefined;
      if (strangeness !== undefined) {
        strange.push(strangeness);
        continue;
      }
      const one = await resumeOne({ site: call, runtime, show }, id, team !== undefined);
      if (one) led.push(one);
      if (one?.exit === EXIT.interrupted) break;
    }
    notePassedOver(strange, output);
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
    await runtime.close();
    return Math.max(EXIT.done, ...led.map(({ exit }) => exit));
  } finally {
    await store.close();
  }
}

/** Whose progress is shown now. */
type Show = (progress: Progress | undefined) => void;

async function resumeOne(
  { site, runtime, show }: { site: Site; runtime: Runtime; show: Show },
  id: string,
  named: boolean,
): Promise<Led | undefined> {
  const { formed, ended } = await runtime.team(id).state();
  // Asked for by name, a team that has ended is told as it ended; asked for all, it is passed over.
  if (ended && !named) return undefined;
  let progress: Progress | undefined;
  try {
    const handle = ended ? runtime.team(id) : await runtime.resume(id);
    site.output.note(
      `team ${id} ${ended ? 'has ended already' : `goes on: ${harmless(formed!.labels['request'] ?? '').slice(0, 80)}`}`,
    );
    progress = ended
      ? undefined
      : showProgress(runtime, handle.id, site.output, formed!.limits.tokens);
    show(progress);
    return await leadToEnd(site, runtime, handle, progress);
  } catch (error) {
    if (!(error instanceof LedElsewhere) || named) throw error;
    site.output.note(error.message);
    return undefined;
  } finally {
    progress?.close();
    show(undefined);
  }
}
