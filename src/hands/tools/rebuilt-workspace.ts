/**
 * The workspace of a fork, rebuilt from what its stream says was written: each write again, in order, into a
 * folder of its own. What stood in the origin's folder before, and what commands did there, is not recorded.
 *
 * Invariant: a file that does not come out with the hash that was recorded is an error, not a near miss.
 */
import { mkdirSync } from 'node:fs';
import type { WorkContext } from '../../actors/worker.ts';
import type { JsonObject, RecordedEvent } from '../../events/event.ts';
import { createWorkspace } from './workspace.ts';
import { writeFileTool } from './write-file.ts';

/** A file as an agent last wrote it. */
interface RecordedWrite {
  path: string;
  content: string;
  hash: string;
  revision: number;
}

/** The last write of each file, in the order in which they were made. */
async function recordedWrites(
  events: AsyncIterable<RecordedEvent> | Iterable<RecordedEvent>,
): Promise<RecordedWrite[]> {
  const asked = new Map<string, JsonObject>();
  const files = new Map<string, RecordedWrite>();
  for await (const { type, data, revision } of events) {
    if (type === 'model.replied') {
      for (const block of data['content'] as JsonObject[])
        if (block['type'] === 'tool_use' && block['name'] === 'write_file')
          asked.set(`${revision}/${block['id']}`, block['input'] as JsonObject);
    }
    if (type !== 'tool.returned' || data['wrote'] !== true || data['ok'] !== true) continue;
    const args = asked.get(`${data['reply']}/${data['use']}`);
    if (typeof args?.['content'] !== 'string') continue;
    const path = String(data['path']);
    files.delete(path);
    files.set(path, { path, content: args['content'], hash: String(data['hash']), revision });
  }
  return [...files.values()];
}

/** Writes them into `root`, which is made when it is not there. */
export async function rebuildWorkspace(
  events: AsyncIterable<RecordedEvent> | Iterable<RecordedEvent>,
  root: string,
): Promise<RecordedWrite[]> {
  const writes = await recordedWrites(events);
  mkdirSync(root, { recursive: true });
  const tool = writeFileTool(createWorkspace({ root }));
  const context = { signal: new AbortController().signal } as WorkContext;
  for (const { path, content, hash, revision } of writes) {
    const made = await tool.run({ path, content }, context);
    if (made.hash !== hash)
      throw new Error(
        `${path} of revision ${revision} comes out with sha-256 ${made.hash}, recorded is ${hash}: the store is damaged`,
      );
  }
  return writes;
}
