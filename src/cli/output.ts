/**
 * Where output goes: with `--json` standard output holds JSON only, and everything for people goes to
 * standard error.
 */
import { createColors } from 'picocolors';

export interface Output {
  readonly json: boolean;
  /** Colours and live progress only on a terminal. */
  readonly terminal: boolean;
  readonly paint: ReturnType<typeof createColors>;
  /** The result: for people as text, with `--json` as one document. */
  result(text: () => string, document: () => unknown): void;
  /** One document of a JSONL stream, or its line for people. */
  line(text: () => string, document: () => unknown): void;
  /** Remarks beside the result. */
  note(text: string): void;
}

export function createOutput(json: boolean): Output {
  const terminal = process.stderr.isTTY === true && process.env['TERM'] !== 'dumb';
  const coloured = process.stdout.isTTY === true && !process.env['NO_COLOR'] && !json;
  const print = (text: string) => process.stdout.write(text.endsWith('\n') ? text : `${text}\n`);
  return {
    json,
    terminal,
    paint: createColors(coloured),
    result: (text, document) => print(json ? JSON.stringify(document(), null, 2) : text()),
    line: (text, document) => print(json ? JSON.stringify(document()) : text()),
    note: (text) => process.stderr.write(`${text}\n`),
  };
}

/** Text that came from a model, a message or a file, made harmless for a terminal. */
export function harmless(text: string): string {
  return text.replace(UNSAFE, (c) =>
    c === '\n' || c === '\t' ? c : `\\u${c.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}

/** Control characters (but tab and line feed) and those that turn the direction of writing. */
const UNSAFE = /[\p{Cc}\u202a-\u202e\u2066-\u2069]/gu;

/** The first line of a text, cut to a width. */
export function oneLine(text: string, width: number): string {
  const line = harmless(text.replace(/\s+/g, ' ').trim());
  return line.length <= width ? line : `${line.slice(0, Math.max(0, width - 1))}…`;
}

/** Columns aligned by their widest cell. */
export function table(rows: readonly (readonly string[])[]): string {
  const widths: number[] = [];
  for (const row of rows) {
    for (const [i, cell] of row.entries()) widths[i] = Math.max(widths[i] ?? 0, cell.length);
  }
  return rows
    .map((row) =>
      row
        .map((cell, i) => (i === row.length - 1 ? cell : cell.padEnd(widths[i]!)))
        .join('  ')
        .trimEnd(),
    )
    .join('\n');
}
