/** The store that a command works on: `--store`, else `HORDE_STORE`, else a file below the current folder. */
import { existsSync } from 'node:fs';
import type { Runtime } from '../actors/runtime.ts';
import { type TeamId, teamId, teamStream } from '../events/ids.ts';
import { type EventStore, NO_STREAM, StoreFailure } from '../events/store.ts';
import { openStore } from '../events/stores/open-store.ts';
import { BadUsage } from './bad-usage.ts';

const DEFAULT_STORE = 'sqlite:.horde/horde.db';

export const storeUrl = (option: string | undefined): string =>
  option ?? process.env['HORDE_STORE'] ?? DEFAULT_STORE;

/** Opens the store. A command that only reads does not make a new file. */
export async function openStoreOption(
  option: string | undefined,
  reading = false,
): Promise<EventStore> {
  const url = storeUrl(option);
  const path = /^sqlite:([^?]*)/.exec(url)?.[1];
  if (reading && path && !existsSync(path)) {
    throw new BadUsage(
      `there is no store at ${path}: start a team with "horde run", or name another with --store`,
    );
  }
  try {
    return await openStore(url);
  } catch (error) {
    if (
      error instanceof StoreFailure ||
      error instanceof RangeError ||
      error instanceof TypeError
    ) {
      throw new BadUsage(error.message.split('\n', 1)[0]!);
    }
    throw error;
  }
}

/** A team that must be in the store; throws `BadUsage` saying how to find the right name. */
export async function knownTeam(runtime: Runtime, text: string): Promise<TeamId> {
  try {
    const id = teamId(text);
    if ((await runtime.store.head(teamStream(id))) !== NO_STREAM) return id;
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
  }
  throw new BadUsage(
    `there is no team "${text.slice(0, 100)}" in ${runtime.store.url}; list them with: horde teams`,
  );
}
