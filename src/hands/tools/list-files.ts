/** `list_files`: what is in a folder, or in it and all below. */
import { z } from 'zod';
import { defineTool } from './tool.ts';
import { walk } from './walk.ts';
import { shown, type Workspace } from './workspace.ts';

const ENTRIES_MAX = 1000;
const MARKS = { file: '', folder: '/', link: ' (link)', other: ' (no file)' } as const;

export const listFilesTool = (workspace: Workspace) =>
  defineTool(
    'list_files',
    `List a folder of the workspace, at most ${ENTRIES_MAX} entries. Folders end in "/". Links are not followed.`,
    {
      path: z.string().min(1).max(1024).optional().describe('The folder; default: the root'),
      recursive: z.boolean().optional().describe('Also list what is in its folders'),
    },
    'repeatable',
    async ({ path = '.', recursive = false }, { signal }) => {
      const start = await workspace.locate(path, 'read');
      const found = await walk(workspace, start, {
        deep: recursive,
        entriesMax: ENTRIES_MAX,
        signal,
      });
      const lines: string[] = [];
      for await (const { place, kind } of found.entries)
        lines.push(`${shown(place.path)}${MARKS[kind]}`);
      if (found.cut) lines.push('[not complete: list a folder below for more]');
      return { ok: true, text: lines.join('\n') || '(empty)', path: start.path };
    },
  );
