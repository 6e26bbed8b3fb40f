/** When files of the repository were last changed: what is built is stale where its sources are newer. */
import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

export const root = fileURLToPath(new URL('../', import.meta.url));

const changedAt = (path: string): number =>
  statSync(join(root, path), { throwIfNoEntry: false })?.mtimeMs ?? 0;

/** Of files, and of all that is below folders. */
export function newest(paths: readonly string[]): number {
  let latest = 0;
  for (const path of paths) {
    const isFolder = statSync(join(root, path)).isDirectory();
    const below = isFolder
      ? readdirSync(join(root, path), { recursive: true, encoding: 'utf8' })
      : [];
    for (const one of [path, ...below.map((name) => join(path, name))])
      latest = Math.max(latest, changedAt(one));
  }
  return latest;
}

/** Zero where one of them is missing. */
export const oldest = (paths: readonly string[]): number => Math.min(...paths.map(changedAt));
