/** What commands that only read a team have in common: the store, the runtime, the team, the revision. */

import type { Runtime } from '../actors/runtime.ts';
import type { TeamHandle } from '../actors/team-handle.ts';
import { UnreadableEvent } from '../events/catalog.ts';
import { BadUsage } from './bad-usage.ts';
import { createOutput, type Output } from './output.ts';
import { readingRuntime } from './session.ts';
import { knownTeam, openStoreOption } from './store-option.ts';

export interface ReadingOptions {
  store?: string;
  json?: boolean;
}

export interface Reading {
  runtime: Runtime;
  team: TeamHandle;
  output: Output;
}

/** Runs a command on a team of the store, and leaves store and runtime as they were. */
export async function reading(
  name: string,
  options: ReadingOptions,
  command: (reading: Reading) => Promise<number>,
): Promise<number> {
  const output = createOutput(options.json ?? false);
  const store = await openStoreOption(options.store, true);
  const runtime = readingRuntime(store);
  try {
    return await command({ runtime, output, team: runtime.team(await knownTeam(runtime, name)) });
  } catch (error) {
    if (error instanceof UnreadableEvent) throw new BadUsage(error.message);
    throw error;
  } finally {
    await runtime.close();
    await store.close();
  }
}

/** The last revision of a turn at or before the one asked for, and a remark when they differ. */
export async function turnEnd(
  { team, runtime, output }: Reading,
  at: number | undefined,
): Promise<number | undefined> {
  if (at === undefined) return undefined;
  const head = await runtime.store.head(`team-${team.id}` as never);
  if (at > head) throw new BadUsage(`--at ${at}: the last revision of team ${team.id} is ${head}`);
  let end = -1;
  for await (const event of team.events({ from: 0 })) {
    if (event.revision > at) break;
    if (event.meta.last) end = event.revision;
  }
  if (end !== at)
    output.note(`revision ${at} lies within a turn; showing ${end}, the end of the turn before`);
  return end;
}
