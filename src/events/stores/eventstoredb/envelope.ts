/**
 * An event as it lies in EventStoreDB: `data` as JSON, and beside it a JSON object of metadata
 *
 *   {"$correlationId":"t1","$causationId":"team-t1@4","version":1,"meta":{…}}
 *
 * so that the server's own tools read it and group a team.
 *
 * Invariants
 * 1. The texts of `data` and `meta` are stored byte for byte and come back so; nothing is parsed and
 *    written anew. For this `meta` stands last: its text lies between the first `,"meta":` and the brace.
 * 2. What somebody else wrote into a stream is read too, as version 1 with empty or foreign meta.
 */
import type { NewEvent } from '../../event.ts';

const META = ',"meta":';
const VERSION = /,?"version":(\d+)$/;

interface Relations {
  correlationId?: unknown;
  causationId?: unknown;
}

/** The metadata text. Throws a RangeError when `meta` is not JSON. */
export function envelope(stream: string, event: NewEvent): string {
  const meta = relations(stream, event);
  const correlation = meta?.correlationId ?? stream.slice(stream.indexOf('-') + 1);
  const head = [`"$correlationId":${JSON.stringify(String(correlation))}`];
  const cause = meta?.causationId;
  if (cause !== undefined) head.push(`"$causationId":${JSON.stringify(`${stream}@${cause}`)}`);
  head.push(`"version":${event.version}`);
  return `{${head.join(',')}${META}${event.meta}}`;
}

function relations(stream: string, { type, meta }: NewEvent): Relations | null {
  try {
    return JSON.parse(meta) as Relations | null;
  } catch (cause) {
    throw new RangeError(`append to ${stream}: the meta of ${type} is not JSON`, { cause });
  }
}

export function opened(metadata: string): { version: number; meta: string } {
  // Inside a JSON string a quote is escaped, so the first bare `,"meta":` is the key itself.
  const at = metadata.indexOf(META);
  const version = at > 0 && VERSION.exec(metadata.slice(0, at))?.[1];
  if (version && metadata.endsWith('}'))
    return { version: Number(version), meta: metadata.slice(at + META.length, -1) };
  return { version: 1, meta: isJson(metadata) ? metadata : '{}' };
}

/** Data that is not JSON (a foreign event, binary or broken) is read as `null`. */
export function jsonData(contentType: string | undefined, data: string): string {
  return contentType === 'application/json' && data !== '' ? data : 'null';
}

function isJson(text: string): boolean {
  if (text === '') return false;
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}
