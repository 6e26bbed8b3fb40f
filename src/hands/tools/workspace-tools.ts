/**
 * The tools that a run grants, and the one worker that runs them. What is not granted does not exist:
 * its spec is not among `specs`, and asking for it is answered with an error.
 */

import type { Clock } from '../../actors/clock.ts';
import type { Worker } from '../../actors/worker.ts';
import type { ToolSpec } from '../../events/words/agent.ts';
import { type AskPerson, askPersonTool } from './ask-person.ts';
import { listFilesTool } from './list-files.ts';
import { type BoardView, listTasksTool } from './list-tasks.ts';
import { readFileTool } from './read-file.ts';
import { type CommandGrant, runCommandTool } from './run-command.ts';
import { searchFilesTool } from './search-files.ts';
import type { Tool } from './tool.ts';
import { createUseTool, type ToolUseInput } from './use-tool.ts';
import { createWorkspace, type WorkspaceOptions } from './workspace.ts';
import { writeFileTool } from './write-file.ts';

export interface WorkspaceToolsOptions extends WorkspaceOptions {
  /** Files may be written. Default false. */
  write?: boolean;
  /** Commands may be run, each approved by a person. */
  commands?: CommandGrant;
  board?: BoardView;
  ask?: AskPerson;
  /** Tools of the embedder's own, run by the same worker. */
  more?: readonly Tool[];
  clock?: Pick<Clock, 'now'>;
}

/** Throws a TypeError when two tools have one name. */
export function workspaceTools(options: WorkspaceToolsOptions): {
  specs: ToolSpec[];
  worker: Worker<ToolUseInput>;
} {
  const workspace = createWorkspace(options);
  const tools: Tool[] = [
    readFileTool(workspace),
    listFilesTool(workspace),
    searchFilesTool(workspace),
    ...(options.write ? [writeFileTool(workspace)] : []),
    ...(options.commands ? [runCommandTool(workspace, options.commands)] : []),
    ...(options.board ? [listTasksTool(options.board)] : []),
    ...(options.ask ? [askPersonTool(options.ask)] : []),
    ...(options.more ?? []),
  ];
  const names = new Set<string>();
  for (const { spec } of tools) {
    if (names.has(spec.name)) throw new TypeError(`there are two tools named "${spec.name}"`);
    names.add(spec.name);
  }
  return { specs: tools.map(({ spec }) => spec), worker: createUseTool(tools, options.clock) };
}
