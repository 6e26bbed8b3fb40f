/**
 * `write_file`: puts a whole text into a file, at once or not at all.
 *
 * Invariants
 * 1. Readers see the old file or the new one: a temporary file beside it, flushed, takes its name.
 * 2. Converging: what is already there as wanted is left alone, so repeating after a crash changes nothing.
 * 3. With an expected hash nothing is replaced that the writer has not seen; writers of one process take turns.
 */
import { randomBytes } from 'node:crypto';
import { constants } from 'node:fs';
import { lstat, mkdir, open, rename, rm } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { z } from 'zod';
import type { AnchoredFolder } from './anchored-folder.ts';
import { readBytes, sha256 } from './file-bytes.ts';
import { codeOf } from './file-error.ts';
import { defineTool, type ToolAnswer, ToolRefused } from './tool.ts';
import { type Place, shown, type Workspace } from './workspace.ts';

const CONTENT_MAX = 1_000_000;
/** What `expectedHash` says of a file that must not be there yet. */
const ABSENT = 'absent';

export const writeFileTool = (workspace: Workspace) => {
  let turn: Promise<unknown> = Promise.resolve();
  return defineTool(
    'write_file',
    'Write a whole text file of the workspace; folders are made as needed. Give expectedHash (the sha-256 from read_file, or "absent") so that nobody else\'s change is lost.',
    {
      path: z.string().min(1).max(1024).describe('Path below the root of the workspace'),
      content: z.string().max(CONTENT_MAX),
      expectedHash: z
        .string()
        .regex(/^([0-9a-f]{64}|absent)$/)
        .optional(),
    },
    'converging',
    async ({ path, content, expectedHash }, { signal }) => {
      const mine = turn.then(async () => {
        signal.throwIfAborted();
        const place = await workspace.locate(path, 'write');
        return write(workspace, place, Buffer.from(content, 'utf8'), expectedHash);
      });
      turn = mine.catch(() => undefined);
      return mine;
    },
  );
};

async function write(
  workspace: Workspace,
  place: Place,
  bytes: Buffer,
  expected: string | undefined,
): Promise<ToolAnswer> {
  const hash = sha256(bytes);
  const done = { ok: true, path: place.path, hash, bytes: bytes.length, wrote: true };
  const told = `${shown(place.path)}: ${bytes.length} bytes, sha256 ${hash}`;
  const before = await hashAt(workspace, place);
  if (before === hash) return { ...done, text: `Already so: ${told}` };
  mustBeExpected(place, before, expected);
  const folder = await folderFor(workspace, place);
  try {
    await replace(folder, place, bytes, async () => {
      mustBeExpected(place, expected && (await hashAt(workspace, place)), expected);
    });
  } finally {
    await folder.close();
  }
  return { ...done, text: `${before === ABSENT ? 'Made' : 'Replaced'} ${told}` };
}

async function hashAt(workspace: Workspace, place: Place): Promise<string> {
  try {
    return sha256(await readBytes(workspace, place));
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return ABSENT;
    throw error;
  }
}

function mustBeExpected(place: Place, before: string | undefined, expected?: string): void {
  if (expected === undefined || before === expected) return;
  const found = before === ABSENT ? 'is not there' : `has sha256 ${before}`;
  throw new ToolRefused(
    `"${shown(place.path)}" ${found}, not what you expected; nothing was written. Read it again.`,
  );
}

/** The folder to write into, held fast. Each on the way is held while the next is made in it. */
async function folderFor(workspace: Workspace, place: Place): Promise<AnchoredFolder> {
  const names = place.path.split('/').slice(0, -1);
  let real = place.real;
  for (let i = 0; i <= names.length; i++) real = dirname(real);
  let folder = await workspace.enter({ path: '.', real, exists: true });
  for (const [index, name] of names.entries()) {
    try {
      await mkdir(folder.at(name)).catch((error: unknown) => {
        if (codeOf(error) !== 'EEXIST') throw error;
      });
    } finally {
      await folder.close();
    }
    real = join(real, name);
    const path = names.slice(0, index + 1).join('/');
    folder = await workspace.enter({ path, real, exists: true });
  }
  return folder;
}

async function replace(
  folder: AnchoredFolder,
  place: Place,
  bytes: Buffer,
  lastLook: () => Promise<void>,
): Promise<void> {
  const target = folder.at(basename(place.real));
  // The name is drawn: where folders cannot be held exactly, there is nothing of it to rename elsewhere.
  const temporary = folder.at(`.write-${randomBytes(12).toString('hex')}.tmp`);
  const { O_WRONLY, O_CREAT, O_EXCL, O_NOFOLLOW = 0 } = constants;
  const before = await lstat(target).catch(() => undefined);
  const handle = await open(temporary, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW, 0o644);
  try {
    await mustHold(folder, place);
    if (before) await handle.chmod(before.mode & 0o777);
    await handle.writeFile(bytes);
    await handle.sync();
    await handle.close();
    await lastLook();
    await mustHold(folder, place);
    await rename(temporary, target);
  } catch (error) {
    await handle.close().catch(() => undefined);
    await rm(temporary, { force: true }).catch(() => undefined);
    throw error;
  }
  await folder.flush();
}

async function mustHold(folder: AnchoredFolder, place: Place): Promise<void> {
  if (!(await folder.holds()))
    throw new ToolRefused(`"${shown(place.path)}" changed while it was being written; try again.`);
}
