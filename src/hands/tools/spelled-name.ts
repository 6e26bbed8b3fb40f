/**
 * Names that are spelt in other characters than they were asked for: an accent joined to its letter or set after it
 * looks the same and is another name to most file systems. What is there under the other spelling is meant, so that
 * nothing is missed and no twin is written beside it.
 */
import { lstat, readdir } from 'node:fs/promises';
import { join, relative, sep } from 'node:path';

/** The path below `base` as its names really are spelt; names that are there exactly as asked go first. */
export async function asSpelled(base: string, absolute: string): Promise<string> {
  const names = relative(base, absolute).split(sep);
  // A name of ASCII has one spelling.
  if (names.every((name) => /^\p{ASCII}*$/u.test(name))) return absolute;
  let at = base;
  for (const [index, name] of names.entries()) {
    const found = (await isThere(join(at, name))) ? name : await otherSpelling(at, name);
    if (found === undefined) return join(at, ...names.slice(index));
    at = join(at, found);
  }
  return at;
}

const isThere = (path: string): Promise<boolean> =>
  lstat(path).then(
    () => true,
    () => false,
  );

async function otherSpelling(folder: string, name: string): Promise<string | undefined> {
  const wanted = name.normalize('NFC');
  const names = await readdir(folder).catch(() => []);
  return names.find((one) => one.normalize('NFC') === wanted);
}
