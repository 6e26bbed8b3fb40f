/** `search_files`: lines that hold a word or match a regular expression, in text files below a folder. */
import { lstat } from 'node:fs/promises';
import { z } from 'zod';
import { readBytes, textOf } from './file-bytes.ts';
import { codeOf } from './file-error.ts';
import { expressionMatcher, type LineMatcher, wordMatcher } from './line-matcher.ts';
import { defineTool, ToolRefused } from './tool.ts';
import { type Entry, walk } from './walk.ts';
import { type Place, shown, type Workspace } from './workspace.ts';

const ENTRIES_MAX = 20_000;
const FILE_BYTES_MAX = 1024 * 1024;
const ALL_BYTES_MAX = 64 * 1024 * 1024;
const HITS_MAX = 200;
const SHOWN_MAX = 300;
/** For matching alone; a search of plain words needs no such bound. */
const PATTERN_TIME_MS = 1500;

export const searchFilesTool = (workspace: Workspace) =>
  defineTool(
    'search_files',
    'Search text files of the workspace. The answer has a line "path:number: text" for each hit.',
    {
      pattern: z.string().min(1).max(500).describe('A plain text, or a regular expression'),
      regex: z.boolean().optional().describe('Take the pattern as a regular expression'),
      ignoreCase: z.boolean().optional(),
      path: z.string().min(1).max(1024).optional().describe('A folder or file; default: all'),
      endsWith: z.string().max(100).optional().describe('Only paths that end so, like ".ts"'),
      limit: z.int().min(1).max(HITS_MAX).optional().describe('Hits; default 50'),
    },
    'repeatable',
    async (args, { signal }) => {
      const { pattern, regex = false, ignoreCase = false, path = '.', endsWith = '' } = args;
      const start = await workspace.locate(path, 'read');
      const matcher = regex
        ? expressionMatcher(pattern, { ignoreCase, timeMs: PATTERN_TIME_MS })
        : wordMatcher(pattern, ignoreCase);
      const close = (): void => void matcher.close();
      signal.addEventListener('abort', close, { once: true });
      try {
        const search = { hits: [], bytes: 0, files: 0, notes: new Set<string>() };
        await searchBelow(workspace, start, matcher, endsWith, args.limit ?? 50, signal, search);
        return { ok: true, text: reportOf(search), path: start.path };
      } finally {
        signal.removeEventListener('abort', close);
        await matcher.close();
      }
    },
  );

interface Search {
  hits: string[];
  bytes: number;
  files: number;
  notes: Set<string>;
}

async function searchBelow(
  workspace: Workspace,
  start: Place,
  matcher: LineMatcher,
  endsWith: string,
  limit: number,
  signal: AbortSignal,
  search: Search,
): Promise<void> {
  const found = (await lstat(start.real)).isDirectory()
    ? await walk(workspace, start, { deep: true, entriesMax: ENTRIES_MAX, signal })
    : { cut: false, entries: only(start) };
  for await (const { place, kind } of found.entries) {
    if (kind !== 'file' || !place.path.endsWith(endsWith)) continue;
    if (place !== start && workspace.hides(place.path) && !workspace.hides(start.path)) continue;
    const text = await textIn(workspace, place, search);
    if (text === undefined) continue;
    const lines = text.split('\n');
    for (const number of await matcher.linesIn(text, limit - search.hits.length))
      search.hits.push(`${shown(place.path)}:${number}: ${clipped(lines[number - 1]!)}`);
    if (search.hits.length >= limit) search.notes.add(`stopped at ${limit} hits`);
    if (search.bytes > ALL_BYTES_MAX) search.notes.add('stopped: too much text, search a folder');
    if (search.hits.length >= limit || search.bytes > ALL_BYTES_MAX) break;
  }
  if (found.cut) search.notes.add('not all folders were searched');
}

async function* only(place: Place): AsyncGenerator<Entry> {
  yield { place, kind: 'file' };
}

/** The text of a file, if it may be read, is one, and is not too large. Locating applies every guard anew. */
async function textIn(
  workspace: Workspace,
  place: Place,
  search: Search,
): Promise<string | undefined> {
  try {
    const located = await workspace.locate(place.path, 'read');
    const bytes = await readBytes(workspace, located, FILE_BYTES_MAX);
    search.files++;
    search.bytes += bytes.length;
    return textOf(bytes);
  } catch (error) {
    if (!(error instanceof ToolRefused) && codeOf(error) === undefined) throw error;
    search.notes.add('some files were passed over (closed, too large, or no text)');
    return undefined;
  }
}

const clipped = (line: string): string =>
  line.length > SHOWN_MAX ? `${line.slice(0, SHOWN_MAX)}...` : line.replace(/\r$/, '');

function reportOf({ hits, files, notes }: Search): string {
  const head = hits.length > 0 ? hits : [`No hit in ${files} files.`];
  return [...head, ...[...notes].map((note) => `[${note}]`)].join('\n');
}
