/** The request of a command: its words, and what is given with it in files. Throws `BadUsage`. */
import { readFile } from 'node:fs/promises';
import { basename } from 'node:path';
import { buffer } from 'node:stream/consumers';
import { BadUsage } from './bad-usage.ts';
import { pathIn, type Shell } from './shell.ts';

/** Material beyond this does not fit into one event beside everything else. */
const MATERIAL_MAX = 700_000;

interface Material {
  name: string;
  text: string;
}

/** The request in words, and the files with it; with files alone the first is the request. */
export async function requestOf(
  shell: Shell,
  words: readonly string[],
  files: readonly string[],
): Promise<{ request: string; materials: Material[] }> {
  const materials: Material[] = [];
  for (const file of files) materials.push(await readMaterial(shell, file));
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

async function readMaterial(shell: Shell, file: string): Promise<Material> {
  const bytes = await bytesOf(shell, '--file', file);
  if (bytes.length > MATERIAL_MAX) {
    throw new BadUsage(
      `--file ${file}: ${bytes.length} bytes; at most ${MATERIAL_MAX} fit: give its folder with --workspace instead`,
    );
  }
  if (bytes.includes(0)) throw new BadUsage(`--file ${file}: it is not a text file`);
  return { name: file === '-' ? 'standard input' : basename(file), text: textOf(file, bytes) };
}

/** What stands in a file that an option names; `-` is standard input, which may be in no hurry. */
export async function bytesOf(shell: Shell, option: string, file: string): Promise<Buffer> {
  try {
    return await (file === '-' ? buffer(shell.stdin) : readFile(pathIn(shell, file)));
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    const why =
      code === 'ENOENT'
        ? 'there is no such file'
        : code === 'EISDIR'
          ? 'that is a folder; give it with --workspace'
          : `it cannot be read (${code})`;
    throw new BadUsage(`${option} ${file}: ${why}`);
  }
}

/** Another encoding would reach the model as replacement characters. */
function textOf(file: string, bytes: Buffer): string {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    throw new BadUsage(
      `--file ${file}: it is not UTF-8; turn it first, like: iconv -f LATIN1 -t UTF-8 FILE`,
    );
  }
}
