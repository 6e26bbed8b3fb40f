/**
 * The workspace: the one folder in which tools may read and, when allowed, write. It owns the answer to
 * "where does this path really lead, and may it be touched?"; nobody else opens files for an agent.
 *
 * Invariants
 * 1. A place lies below the real root after every symbolic link has been followed, its last name included;
 *    of a path that does not exist yet, its nearest existing parent does.
 * 2. Guarded names are refused both as asked for and as they really are (`guarded-name.ts`).
 * 3. Only regular files with a single name are opened: a second hard link may be a file outside.
 * 4. Files are opened in the folder that was looked at (`anchored-folder.ts`), never through a link that
 *    took its place in between.
 */
import { constants } from 'node:fs';
import { type FileHandle, lstat, open, realpath } from 'node:fs/promises';
import { basename, dirname, isAbsolute, join, relative, resolve, sep } from 'node:path';
import { type AnchoredFolder, anchorFolder } from './anchored-folder.ts';
import { codeOf } from './file-error.ts';
import { environmentAmong, foldedName, guardedAmong } from './guarded-name.ts';
import { asSpelled } from './spelled-name.ts';
import { ToolRefused } from './tool.ts';

const PATH_MAX = 1024;

export interface WorkspaceOptions {
  root: string;
  /** Folders and files of these names are never written. */
  protect?: readonly string[];
  /** Environment files are neither read nor written. Default true. */
  hideEnv?: boolean;
  /** Names or paths below the root of environment files that may be used all the same. */
  grants?: readonly string[];
}

const PROTECTED = ['.horde', '.git', '.claude'] as const;

type Purpose = 'read' | 'write';

export interface Place {
  /** Below the root, with `/` between names; `.` for the root itself. */
  readonly path: string;
  /** The real path on this machine. */
  readonly real: string;
  readonly exists: boolean;
}

export interface Workspace {
  /** Where a path leads; throws `ToolRefused`. */
  locate(path: string, purpose: Purpose): Promise<Place>;
  /** Opens a regular file for reading, verified (invariants 3 and 4). The caller closes it. */
  openFile(place: Place): Promise<FileHandle>;
  /** Holds a folder fast, so that what is done in it cannot be led astray. The caller closes it. */
  enter(folder: Place): Promise<AnchoredFolder>;
  /** Why something of this name is passed over by walks, if it is. */
  hides(path: string): boolean;
}

export function createWorkspace(options: WorkspaceOptions): Workspace {
  const { root, protect = PROTECTED, hideEnv = true, grants = [] } = options;
  const granted = new Set(grants.map((grant) => grant.replaceAll('\\', '/').replace(/^\.\//, '')));
  const asked = resolve(root);
  // The root is resolved once: a root exchanged later leads elsewhere and is then refused.
  let real: Promise<string> | undefined;
  const realRoot = (): Promise<string> => {
    real ??= realpath(asked);
    real.catch(() => {
      real = undefined;
    });
    return real;
  };

  const isHiddenEnv = (path: string): boolean => {
    if (!hideEnv) return false;
    const names = namesOf(path);
    if (environmentAmong(names) === undefined) return false;
    return !granted.has(path) && !(granted.has(names.at(-1)!) && onlyLastIsEnv(names));
  };

  const check = (path: string, purpose: Purpose): void => {
    if (purpose === 'write') {
      const guarded = guardedAmong(namesOf(path), protect);
      if (guarded !== undefined)
        throw new ToolRefused(`"${shown(path)}": nothing in ${shown(guarded)} may be written.`);
    }
    if (isHiddenEnv(path))
      throw new ToolRefused(
        `"${shown(path)}": environment files may hold secrets and are closed, unless granted by name.`,
      );
  };

  return {
    async locate(path, purpose) {
      const base = await realRoot();
      const absolute = absoluteOf(path, asked, base);
      check(below(base, absolute), purpose);
      const found = await follow(await asSpelled(base, absolute));
      if (!isBelow(base, found.real))
        throw new ToolRefused(`"${shown(path)}" leads out of the workspace; stay below its root.`);
      const place = below(base, found.real);
      check(place, purpose);
      return { ...found, path: place };
    },
    async openFile(place) {
      const folder = await enter(place, dirname(place.real));
      try {
        const at = folder.at(basename(place.real));
        mustBeRegular(await lstat(at), place);
        const { O_RDONLY, O_NOFOLLOW = 0, O_NONBLOCK = 0 } = constants;
        const handle = await open(at, O_RDONLY | O_NOFOLLOW | O_NONBLOCK);
        try {
          mustBeRegular(await handle.stat(), place);
          if (!(await folder.holds())) throw moved(place);
          return handle;
        } catch (error) {
          await handle.close();
          throw error;
        }
      } finally {
        await folder.close();
      }
    },
    enter: (folder) => enter(folder, folder.real),
    hides: (path) =>
      guardedAmong(namesOf(path), protect) !== undefined ||
      namesOf(path).some((name) => foldedName(name) === 'node_modules') ||
      isHiddenEnv(path),
  };
}

function absoluteOf(path: string, asked: string, base: string): string {
  if (path === '' || path.length > PATH_MAX)
    throw new ToolRefused(`A path has 1 to ${PATH_MAX} characters; this one has ${path.length}.`);
  if (/[\p{Cc}\p{Cs}]/u.test(path))
    throw new ToolRefused(`"${shown(path)}": a path cannot hold control characters.`);
  let absolute = resolve(base, path);
  // An absolute path may name the root as it was given or as it really is.
  if (isAbsolute(path) && isBelow(asked, resolve(path)))
    absolute = join(base, relative(asked, resolve(path)));
  if (!isBelow(base, absolute))
    throw new ToolRefused(
      `"${shown(path)}" lies outside the workspace; give a path below its root.`,
    );
  return absolute;
}

/** Follows every link. Of a path that does not exist, the nearest existing parent is followed. */
async function follow(absolute: string): Promise<{ real: string; exists: boolean }> {
  const missing: string[] = [];
  let at = absolute;
  for (let i = 0; i <= PATH_MAX; i++) {
    try {
      const found = await realpath(at);
      if (missing.length > 0 && !(await lstat(found)).isDirectory())
        throw new ToolRefused('A part of the path is a file, not a folder.');
      return { real: join(found, ...missing), exists: missing.length === 0 };
    } catch (error) {
      if (codeOf(error) !== 'ENOENT') throw error;
    }
    // A link that leads to nothing is not a free name: writing would follow it.
    if (await isThere(at)) throw new ToolRefused('The path holds a link that leads nowhere.');
    const parent = resolve(at, '..');
    if (parent === at) break;
    missing.unshift(at.slice(parent.endsWith(sep) ? parent.length : parent.length + 1));
    at = parent;
  }
  throw new ToolRefused('The workspace itself is gone.');
}

const isThere = (path: string): Promise<boolean> =>
  lstat(path).then(
    () => true,
    () => false,
  );

function mustBeRegular(
  stat: { isFile(): boolean; isDirectory(): boolean; isSymbolicLink(): boolean; nlink: number },
  place: Place,
): void {
  const name = `"${shown(place.path)}"`;
  if (stat.isDirectory()) throw new ToolRefused(`${name} is a folder, not a file.`);
  if (stat.isSymbolicLink()) throw moved(place);
  if (!stat.isFile()) throw new ToolRefused(`${name} is a device, pipe or socket, not a file.`);
  if (stat.nlink > 1)
    throw new ToolRefused(`${name} has a second name elsewhere (a hard link) and stays closed.`);
}

async function enter(place: Place, real: string): Promise<AnchoredFolder> {
  const folder = await anchorFolder(real);
  if (!folder) throw moved(place);
  return folder;
}

const moved = (place: Place): ToolRefused =>
  new ToolRefused(`"${shown(place.path)}" changed while it was being opened; try again.`);

function isBelow(root: string, path: string): boolean {
  const way = relative(root, path);
  return way === '' || (way !== '..' && !way.startsWith(`..${sep}`) && !isAbsolute(way));
}

const below = (root: string, real: string): string =>
  relative(root, real).split(sep).join('/') || '.';

/** Both slashes part names, so that a name that would be a path elsewhere is looked at as one. */
const namesOf = (path: string): string[] => path.split(/[/\\]/).filter((name) => name !== '');

const onlyLastIsEnv = (names: readonly string[]): boolean =>
  environmentAmong(names.slice(0, -1)) === undefined;

/** A path for people: bounded, control characters written out. */
export const shown = (path: string): string =>
  path
    .slice(0, 200)
    .replace(
      /[\p{C}\u2028\u2029]/gu,
      (sign) => `\\u{${sign.codePointAt(0)!.toString(16).padStart(4, '0')}}`,
    );
