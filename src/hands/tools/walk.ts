/**
 * A walk through folders of the workspace, in order of names, that ends however large or strange they are.
 *
 * Invariants
 * 1. Links are told but never followed; what is hidden is not entered, unless the walk began inside it.
 * 2. At most `entriesMax` entries, `FOLDER_MAX` of one folder, `DEPTH_MAX` folders deep; `cut` says so.
 */
import { lstat, opendir } from 'node:fs/promises';
import { join } from 'node:path';
import type { AnchoredFolder } from './anchored-folder.ts';
import { codeOf } from './file-error.ts';
import { ToolRefused } from './tool.ts';
import { type Place, shown, type Workspace } from './workspace.ts';

const FOLDER_MAX = 5000;
const DEPTH_MAX = 24;

export interface Entry {
  readonly place: Place;
  readonly kind: 'file' | 'folder' | 'link' | 'other';
}

interface Walk {
  readonly entries: AsyncGenerator<Entry>;
  /** True when something was left out because of a bound. */
  cut: boolean;
}

interface WalkOptions {
  deep: boolean;
  entriesMax: number;
  signal: AbortSignal;
}

/** Begins at a folder; throws `ToolRefused` when it is none. */
export async function walk(
  workspace: Workspace,
  start: Place,
  options: WalkOptions,
): Promise<Walk> {
  if (!(await lstat(start.real)).isDirectory())
    throw new ToolRefused(`"${shown(start.path)}" is not a folder.`);
  const state: Walk = { cut: false, entries: enter(start, 0) };
  const isHidden = (path: string): boolean =>
    !(workspace.hides(start.path) && path.startsWith(start.path)) && workspace.hides(path);
  let left = options.entriesMax;

  async function* enter(folder: Place, depth: number): AsyncGenerator<Entry> {
    for (const { name, kind } of await namesIn(workspace, folder, state)) {
      options.signal.throwIfAborted();
      if (left-- <= 0) {
        state.cut = true;
        return;
      }
      const path = folder.path === '.' ? name : `${folder.path}/${name}`;
      const place = { path, real: join(folder.real, name), exists: true };
      yield { place, kind };
      if (kind !== 'folder' || !options.deep || isHidden(path)) continue;
      if (depth >= DEPTH_MAX) state.cut = true;
      else yield* enter(place, depth + 1);
    }
  }
  return state;
}

async function namesIn(workspace: Workspace, folder: Place, state: Walk) {
  const found: { name: string; kind: Entry['kind'] }[] = [];
  let held: AnchoredFolder | undefined;
  try {
    held = await workspace.enter(folder);
    for await (const entry of await opendir(held.at())) {
      if (found.length >= FOLDER_MAX) {
        state.cut = true;
        break;
      }
      const kind = entry.isFile()
        ? 'file'
        : entry.isDirectory()
          ? 'folder'
          : entry.isSymbolicLink()
            ? 'link'
            : 'other';
      found.push({ name: entry.name, kind });
    }
    if (!(await held.holds())) throw new ToolRefused('The folder was exchanged.');
  } catch (error) {
    // A folder that is closed or gone by now is passed over, as if it were empty.
    if (!(error instanceof ToolRefused) && codeOf(error) === undefined) throw error;
    state.cut = true;
    return [];
  } finally {
    await held?.close();
  }
  return found.sort((a, b) => (a.name < b.name ? -1 : 1));
}
