/**
 * A folder held fast: what is done in it is done in the folder that was looked at, whatever takes its path
 * meanwhile. Checking a path and then using it is a race that no amount of checking wins.
 *
 * On Linux the folder is opened and its names are reached through the open handle (`/proc/self/fd/N/name`),
 * which is exact. Elsewhere Node has no such way: there the path is looked at several times before and after
 * each use, which a rival who exchanges folders at the right moments could still slip through.
 */
import { constants } from 'node:fs';
import { type FileHandle, open, readlink, realpath } from 'node:fs/promises';
import { join } from 'node:path';
import { codeOf } from './file-error.ts';

const LOOKS = 4;

export interface AnchoredFolder {
  /** The path by which to reach a name in it, or the folder itself. */
  at(name?: string): string;
  /** Whether its path still leads to it; what is exact cannot be led astray. */
  holds(): Promise<boolean>;
  /** Makes names durable that were given or taken in it, where the system can. */
  flush(): Promise<void>;
  close(): Promise<void>;
}

/** Holds the folder whose real path this is; undefined when the path leads elsewhere by now. */
export async function anchorFolder(real: string): Promise<AnchoredFolder | undefined> {
  if (process.platform !== 'linux') return looked(real);
  const { O_RDONLY, O_DIRECTORY, O_NOFOLLOW } = constants;
  const handle = await open(real, O_RDONLY | O_DIRECTORY | O_NOFOLLOW).catch((error: unknown) => {
    // A link, or no folder at all, stands in its place.
    if (codeOf(error) === 'ENOTDIR' || codeOf(error) === 'ELOOP') return undefined;
    throw error;
  });
  if (!handle) return undefined;
  try {
    const name = `/proc/self/fd/${handle.fd}`;
    if ((await readlink(name)) === real) return exact(handle, name);
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return looked(real, handle);
    await handle.close();
    throw error;
  }
  await handle.close();
  return undefined;
}

const exact = (handle: FileHandle, path: string): AnchoredFolder => ({
  at: (name) => (name === undefined ? `${path}/.` : `${path}/${name}`),
  holds: async () => true,
  flush: () => flushed(handle),
  close: () => handle.close(),
});

async function looked(real: string, held?: FileHandle): Promise<AnchoredFolder | undefined> {
  const holds = async (): Promise<boolean> => {
    for (let i = 0; i < LOOKS; i++) if ((await realpath(real)) !== real) return false;
    return true;
  };
  if (!(await holds())) {
    await held?.close();
    return undefined;
  }
  return {
    at: (name) => (name === undefined ? real : join(real, name)),
    holds,
    async flush() {
      const handle = held ?? (await open(real, constants.O_RDONLY).catch(() => undefined));
      if (handle) await flushed(handle);
      if (handle !== held) await handle?.close();
    },
    close: async () => held?.close(),
  };
}

async function flushed(handle: FileHandle): Promise<void> {
  // Not every system lets a folder be flushed; the content of its files is whole all the same.
  await handle.sync().catch((error: unknown) => {
    if (codeOf(error) === undefined) throw error;
  });
}
