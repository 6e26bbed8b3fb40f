/** `read_file`: lines of a text file, with the hash of the whole. */
import { z } from 'zod';
import { readBytes, sha256, textOf } from './file-bytes.ts';
import { ANSWER_MAX, defineTool, ToolRefused } from './tool.ts';
import { shown, type Workspace } from './workspace.ts';

const LINES_MAX = 2000;

export const readFileTool = (workspace: Workspace) =>
  defineTool(
    'read_file',
    'Read a text file of the workspace. The first line of the answer names the lines shown and the sha-256 of the whole file.',
    {
      path: z.string().min(1).max(1024).describe('Path below the root of the workspace'),
      offset: z.int().min(1).max(100_000_000).optional().describe('First line, counted from 1'),
      limit: z.int().min(1).max(LINES_MAX).optional().describe(`Lines; ${LINES_MAX} at most`),
    },
    'repeatable',
    async ({ path, offset = 1, limit = LINES_MAX }) => {
      const place = await workspace.locate(path, 'read');
      const bytes = await readBytes(workspace, place);
      const text = textOf(bytes);
      if (text === undefined)
        throw new ToolRefused(`"${shown(place.path)}" is not a text file (${bytes.length} bytes).`);
      const hash = sha256(bytes);
      const page = pageOf(text, offset, limit);
      const head = `${shown(place.path)}: ${page.which}; sha256 ${hash}`;
      return {
        ok: true,
        text: `${head}\n${page.text}`,
        path: place.path,
        hash,
        bytes: bytes.length,
      };
    },
  );

function pageOf(text: string, offset: number, limit: number): { which: string; text: string } {
  if (text === '') return { which: 'empty', text: '' };
  const lines = text.split('\n');
  if (lines.at(-1) === '') lines.pop();
  if (offset > lines.length)
    throw new ToolRefused(`There are ${lines.length} lines; line ${offset} is beyond the end.`);
  const shownLines: string[] = [];
  let length = 0;
  for (const line of lines.slice(offset - 1, offset - 1 + limit)) {
    length += line.length + 1;
    // Room is left for the head; the first line is shown whatever it takes, and then cut as an answer.
    if (length > ANSWER_MAX - 2000 && shownLines.length > 0) break;
    shownLines.push(line);
  }
  const last = offset + shownLines.length - 1;
  const more = last < lines.length ? `, more from line ${last + 1}` : '';
  return {
    which: `lines ${offset} to ${last} of ${lines.length}${more}`,
    text: shownLines.join('\n'),
  };
}
