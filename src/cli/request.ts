/** The request of a command: its words, and what is given with it in files. Throws `BadUsage`. */
import { readFileSync } from 'node:fs';
import { basename } from 'node:path';
import { BadUsage } from './bad-usage.ts';

/** Material beyond this does not fit into one event beside everything else. */
const MATERIAL_MAX = 700_000;

/** The request in words, and the files with it; with files alone the first is the request. */
export function requestOf(words: readonly string[], files: readonly string[]) {
  const materials = files.map(readMaterial);
  const text = words.join(' ').trim();
  const total = materials.reduce(
    (sum, material) => sum + Buffer.byteLength(material.text),
    Buffer.byteLength(text),
  );
  if (total > MATERIAL_MAX) {
    throw new BadUsage(
      `the request and its files have ${total} bytes; at most ${MATERIAL_MAX} fit: give a folder with --workspace instead`,
    );
  }
  if (text) return { request: text, materials };
  const [first, ...rest] = materials;
  if (!first || first.text.trim() === '') {
    throw new BadUsage('there is no request: say what the team shall do, or give it with --file');
  }
  return { request: first.text, materials: rest };
}

function readMaterial(file: string): { name: string; text: string } {
  let bytes: Buffer;
  try {
    bytes = readFileSync(file === '-' ? 0 : file);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    const why =
      code === 'ENOENT'
        ? 'there is no such file'
        : code === 'EISDIR'
          ? 'that is a folder; give it with --workspace'
          : `it cannot be read (${code})`;
    throw new BadUsage(`--file ${file}: ${why}`);
  }
  if (bytes.length > MATERIAL_MAX) {
    throw new BadUsage(
      `--file ${file}: ${bytes.length} bytes; at most ${MATERIAL_MAX} fit: give its folder with --workspace instead`,
    );
  }
  if (bytes.includes(0)) throw new BadUsage(`--file ${file}: it is not a text file`);
  return { name: file === '-' ? 'standard input' : basename(file), text: bytes.toString('utf8') };
}
