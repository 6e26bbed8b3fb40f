/** What commands that only read a team have in common: the store, the runtime, the team, the revision. */

import type { Runtime } from '../actors/runtime.ts';
import type { TeamHandle } from '../actors/team-handle.ts';
import type { RecordedEvent } from '../events/event.ts';
import { teamStream } from '../events/ids.ts';
import { UnreadableEvent } from '../events/known-events.ts';
import { BadUsage } from './bad-usage.ts';
import type { CommandCall, Given, Site } from './command.ts';
import type { PastMoment } from './past-moment.ts';
import { readingRuntime } from './session.ts';
import { knownTeam, openStoreOption } from './store-option.ts';

export interface ReadingOptions {
  store?: string;
}

/** Of commands that show a team at a moment of its past. */
export interface PastOptions extends ReadingOptions {
  at?: PastMoment;
}

export interface Reading extends Site {
  runtime: Runtime;
  team: TeamHandle;
}

/** A call whose first word names a team. */
export type TeamCall = CommandCall<readonly [team: string, ...more: Given[]], ReadingOptions>;

/** Runs a command on the team that it names, and leaves store and runtime as they were. */
export async function reading(
  { shell, output, own, words: [name], options }: TeamCall,
  command: (reading: Reading) => Promise<number>,
): Promise<number> {
  const store = await openStoreOption(shell, options.store, true);
  await own.loadFor(store, name).catch((error: Error) => output.note(error.message));
  const runtime = readingRuntime(own, store);
  try {
    const team = runtime.team(await knownTeam(runtime, name));
    return await command({ shell, output, own, runtime, team });
  } catch (error) {
    if (error instanceof UnreadableEvent) throw new BadUsage(error.message);
    throw error;
  } finally {
    await runtime.close();
    await store.close();
  }
}

/** Up to where a team is shown: the end of a turn. */
export interface Cut {
  readonly revision: number;
  /** Of that event in the store: what stood in other streams by then. */
  readonly position: number;
  /** The time that was asked for, if it was one: other streams are cut by their own clocks. */
  readonly time: number | undefined;
}

/** Whether an event of another stream had happened. */
export const hadHappened = ({ time, position }: Cut, event: RecordedEvent): boolean =>
  time === undefined ? event.position <= position : event.meta.at <= time;

/** The revision at which a past moment is shown; undefined without one: the team as it stands. */
export async function turnEnd(
  site: Reading,
  at: PastMoment | undefined,
): Promise<number | undefined> {
  return at === undefined ? undefined : (await cutAt(site, at)).revision;
}

/** The last turn that had ended by then, and a remark where that is not what was asked for to the letter. */
export async function cutAt({ team, runtime, output }: Reading, at: PastMoment): Promise<Cut> {
  const head = await runtime.store.head(teamStream(team.id));
  if ('revision' in at && at.revision > head)
    throw new BadUsage(`--at ${at.text}: the last revision of team ${team.id} is ${head}`);
  const time = 'revision' in at ? undefined : await timeOf(team, at, head);
  const isIncluded = (event: RecordedEvent): boolean =>
    'revision' in at ? event.revision <= at.revision : event.meta.at <= time!;
  let end: RecordedEvent | undefined;
  for await (const event of team.events({ from: 0 })) {
    if (isIncluded(event)) {
      if (event.meta.last) end = event;
    } else if (end) break;
    else if (event.meta.last) throw tooEarly(team, at, event);
  }
  if (!end) throw new BadUsage(`--at ${at.text}: team ${team.id} has not ended its first turn`);
  const { revision, position, meta } = end;
  if (time !== undefined)
    output.note(
      `at ${isoOf(time)} team ${team.id} stood at revision ${revision}, said at ${isoOf(meta.at)}`,
    );
  else if ('revision' in at && revision !== at.revision)
    output.note(
      `revision ${at.text} lies within a turn; showing ${revision}, the end of the turn before`,
    );
  return { revision, position, time };
}

const isoOf = (time: number): string => new Date(time).toISOString();

async function timeOf(
  team: TeamHandle,
  at: { time: number } | { agoMs: number },
  head: number,
): Promise<number> {
  if ('time' in at) return at.time;
  for await (const last of team.events({ from: head })) return last.meta.at - at.agoMs;
  throw new RangeError(`team ${team.id} has no event ${head}`);
}

const tooEarly = (team: TeamHandle, at: PastMoment, first: RecordedEvent): BadUsage =>
  new BadUsage(
    `--at ${at.text}: the first turn of team ${team.id} ended at revision ${first.revision}, ${isoOf(first.meta.at)}; give that or a later one`,
  );
