/** The bytes of a file of the workspace: bounded, hashed, and told apart from what is no text. */
import { createHash } from 'node:crypto';
import { ToolRefused } from './tool.ts';
import { type Place, shown, type Workspace } from './workspace.ts';

/** Larger files are refused; searching still says where to look. */
const FILE_MAX = 8 * 1024 * 1024;

export const sha256 = (bytes: Uint8Array): string =>
  createHash('sha256').update(bytes).digest('hex');

/** Reads at most `max` bytes; throws `ToolRefused` when there are more, even if the file grows meanwhile. */
export async function readBytes(workspace: Workspace, place: Place, max = FILE_MAX) {
  const handle = await workspace.openFile(place);
  try {
    const { size } = await handle.stat();
    if (size > max) throw tooLarge(place, size, max);
    const chunks: Buffer[] = [];
    for (let total = 0; ; ) {
      const chunk = Buffer.allocUnsafe(Math.min(65_536, max + 1 - total));
      const { bytesRead } = await handle.read(chunk, 0, chunk.length, null);
      if (bytesRead === 0) break;
      chunks.push(chunk.subarray(0, bytesRead));
      total += bytesRead;
      if (total > max) throw tooLarge(place, total, max);
    }
    return Buffer.concat(chunks);
  } finally {
    await handle.close();
  }
}

const tooLarge = (place: Place, size: number, max: number): ToolRefused =>
  new ToolRefused(`"${shown(place.path)}" has ${size} bytes; at most ${max} are read.`);

/** The text, or undefined when the bytes are no UTF-8 text. */
export function textOf(bytes: Uint8Array): string | undefined {
  if (bytes.includes(0)) return undefined;
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    return undefined;
  }
}
