/** The store that a command works on: `--store`, else `HORDE_STORE`, else a file below the current folder. */
import { existsSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import type { Runtime } from '../actors/runtime.ts';
import { type TeamId, teamId, teamStream } from '../events/ids.ts';
import { type EventStore, NO_STREAM, StoreFailure } from '../events/store.ts';
import { openStore } from '../events/stores/open-store.ts';
import { BadUsage } from './bad-usage.ts';
import { pathIn, type Shell } from './shell.ts';
import { harmless } from './terminal-text.ts';

const DEFAULT_STORE = 'sqlite:.horde/horde.db';

/** As it was named. */
export const storeUrl = ({ env }: Pick<Shell, 'env'>, option: string | undefined): string =>
  option ?? (env['HORDE_STORE'] || DEFAULT_STORE);

const SQLITE = /^sqlite:(?:\/\/(?=\/))?([^?]*)/;

/** The file that a URL names, if it names one. */
export const storePath = (shell: Pick<Shell, 'cwd'>, url: string): string | undefined => {
  const path = SQLITE.exec(url)?.[1];
  return path && path !== ':memory:' ? pathIn(shell, path) : undefined;
};

/** The same store, wherever it is named from. */
export function absoluteUrl(shell: Pick<Shell, 'cwd'>, url: string): string {
  const path = storePath(shell, url);
  return path === undefined ? url : url.replace(SQLITE, () => `sqlite:${path}`);
}

/** Where this user's programs keep what can be made again; `HORDE_CACHE` names another place, or is `off`. */
function cacheFolder({ env }: Pick<Shell, 'env'>): { keepIn?: string } {
  const named = env['HORDE_CACHE'];
  if (named === 'off') return {};
  const caches = env['XDG_CACHE_HOME'] || join(env['HOME'] || homedir(), '.cache');
  return { keepIn: named || join(caches, 'golden-horde') };
}

/**
 * Opens the store, and tells what it waits for. A command that only reads does not make a new file; one that
 * `waits` begins before its server does.
 */
export async function openStoreOption(
  shell: Shell,
  option: string | undefined,
  reading = false,
  waits = false,
): Promise<EventStore> {
  const url = storeUrl(shell, option);
  const path = storePath(shell, url);
  if (path?.startsWith(shell.cwd) && !existsSync(shell.cwd))
    throw new BadUsage(
      'this folder is gone, or its name is not UTF-8, and a store in it would land elsewhere: name one by its whole path with --store',
    );
  if (reading && path && !existsSync(path)) {
    throw new BadUsage(
      `there is no store at ${SQLITE.exec(url)?.[1]}: start a team with "horde run", or name another with --store`,
    );
  }
  try {
    return await openStore(absoluteUrl(shell, url), {
      ...cacheFolder(shell),
      waits,
      onTrouble: (line) => void shell.stderr.write(`horde: ${harmless(line)}\n`),
    });
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
    if ((await runtime.store.head(teamStream(id))) !== NO_STREAM) {
      const strangeness = await runtime.team(id).strangeness();
      if (strangeness === undefined) return id;
      throw new BadUsage(`"${id}" is no team of ours: ${strangeness}`);
    }
  } catch (error) {
    if (error instanceof StoreFailure && error.kind === 'deleted')
      throw new BadUsage(error.message);
    if (!(error instanceof RangeError)) throw error;
  }
  throw new BadUsage(
    `there is no team "${text.slice(0, 100)}" in ${runtime.store.url}; list them with: horde teams`,
  );
}
