/** A workspace in a temporary folder, and the worker at work in it. Removed after each test. */
import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach } from 'vitest';
import type { WorkContext } from '../../../src/actors/worker.ts';
import type { JsonObject, RecordedEvent } from '../../../src/events/event.ts';
import { toolReturned } from '../../../src/events/words/agent.ts';
import {
  type WorkspaceToolsOptions,
  workspaceTools,
} from '../../../src/hands/tools/workspace-tools.ts';

const made: string[] = [];
afterEach(() => {
  for (const folder of made.splice(0)) rmSync(folder, { recursive: true, force: true });
});

/** A folder with `inside` (the workspace) and `outside`. */
export function twoFolders(): { inside: string; outside: string } {
  const folder = realpathSync(mkdtempSync(join(tmpdir(), 'horde-tools-')));
  made.push(folder);
  const [inside, outside] = [join(folder, 'inside'), join(folder, 'outside')];
  mkdirSync(inside);
  mkdirSync(outside);
  return { inside, outside };
}

export function put(folder: string, files: Record<string, string | Buffer>): void {
  for (const [path, content] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), content);
  }
}

export type Answer = {
  ok: boolean;
  text: string;
  path?: string;
  hash?: string;
  bytes?: number;
  wrote?: boolean;
  use: string;
  reply: number;
  latencyMs: number;
};

/** What the worker knows of its team: one reply at revision 7 with the given content. */
export function contextWith(content: JsonObject[], over: Partial<WorkContext> = {}): WorkContext {
  const reply = {
    type: 'model.replied',
    revision: 7,
    data: { content },
    meta: { at: 0, turn: 3, work: 'producer/reply@6' },
  } as unknown as RecordedEvent;
  return {
    team: 't1',
    actor: 'producer',
    work: 'producer/tool@8',
    signal: new AbortController().signal,
    event: async () => reply,
    ...over,
  } as unknown as WorkContext;
}

/** Uses a tool as the model asked for it; the answer fits `tool.returned`, or this throws. */
export async function use(
  options: WorkspaceToolsOptions,
  name: string,
  input: JsonObject,
  over: Partial<WorkContext> = {},
): Promise<Answer> {
  const { worker } = workspaceTools(options);
  const content: JsonObject[] = [
    { type: 'text', text: 'Let me see.' },
    { type: 'tool_use', id: 'toolu_1', name, input },
  ];
  const asked = { agent: 'producer', tool: name, reply: 7, index: 1 };
  const answer = await worker.run(asked, contextWith(content, over));
  toolReturned.data.parse(answer);
  return answer as unknown as Answer;
}
