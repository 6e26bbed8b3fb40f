/**
 * The package that this is: its root, and its version as streams record it. Any room may ask. The root is found from
 * below, since the sources and the files that are built of them stand at different depths.
 */
import { existsSync, readFileSync } from 'node:fs';

export const packageRoot: URL = rootAbove(new URL('./', import.meta.url));

export const packageVersion: string = (
  JSON.parse(readFileSync(new URL('package.json', packageRoot), 'utf8')) as { version: string }
).version;

function rootAbove(folder: URL): URL {
  if (existsSync(new URL('package.json', folder))) return folder;
  const above = new URL('../', folder);
  if (above.href === folder.href) throw new Error(`no package.json above ${import.meta.url}`);
  return rootAbove(above);
}
