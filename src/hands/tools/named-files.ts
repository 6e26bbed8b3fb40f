/**
 * The files that a command names, by hash: whoever approves `sh build.sh` approves what is in it, and what was changed
 * since is another command. A file counts when an argument, or a word of a line for the shell, is its path.
 */
import { posix } from 'node:path';
import { readBytes, sha256 } from './file-bytes.ts';
import { reasonOf } from './file-error.ts';
import { ToolRefused } from './tool.ts';
import type { Workspace } from './workspace.ts';

/** Paths below the root with their sha-256, in the order in which they are named. */
export async function filesNamed(
  workspace: Workspace,
  folder: string,
  argv: readonly string[],
): Promise<Record<string, string>> {
  const words = argv.flatMap((part) => [part, ...part.split(/[\s"'`;|&<>()=]+/)]);
  const files: Record<string, string> = {};
  for (const word of new Set(words)) {
    if (word === '' || word.length > 1024) continue;
    try {
      const path = posix.isAbsolute(word) ? word : posix.join(folder, word);
      const place = await workspace.locate(path, 'read');
      if (place.exists) files[place.path] = sha256(await readBytes(workspace, place));
    } catch (error) {
      // A folder, no path at all, or a file that is closed to agents: the command says what it is.
      if (!(error instanceof ToolRefused) && reasonOf(error) === undefined) throw error;
    }
  }
  return files;
}
