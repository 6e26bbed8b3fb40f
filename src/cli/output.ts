/**
 * Where output goes: with `--json` standard output holds JSON only, and everything for people goes to
 * standard error.
 */
import { createColors } from 'picocolors';
import type { Shell } from './shell.ts';
import { Sink } from './sink.ts';

export interface Output {
  readonly json: boolean;
  /** Colours and live progress only on a terminal. */
  readonly terminal: boolean;
  readonly paint: ReturnType<typeof createColors>;
  /** Columns of the terminal. */
  readonly width: number;
  /** Standard output and standard error, for what is written as it is. */
  readonly out: Sink;
  readonly err: Sink;
  /** The result: for people as text, with `--json` as one document. */
  result(text: () => string, document: () => unknown): void;
  /** One document of a JSONL stream, or its line for people. */
  line(text: () => string, document: () => unknown): void;
  /** Remarks beside the result. */
  note(text: string): void;
}

export interface Sinks {
  readonly out: Sink;
  readonly err: Sink;
}

export const sinksOf = ({ stdout, stderr }: Shell): Sinks => ({
  out: new Sink(stdout),
  err: new Sink(stderr),
});

export function createOutput(
  { stdout, stderr, env }: Pick<Shell, 'stdout' | 'stderr' | 'env'>,
  { out, err }: Sinks,
  json: boolean,
): Output {
  const terminal = stderr.isTTY === true && env['TERM'] !== 'dumb';
  const coloured = stdout.isTTY === true && !env['NO_COLOR'] && !json;
  const print = (text: string) => void out.write(text.endsWith('\n') ? text : `${text}\n`);
  return {
    json,
    terminal,
    paint: createColors(coloured),
    get width() {
      return stderr.columns || 80;
    },
    out,
    err,
    result: (text, document) => print(json ? JSON.stringify(document(), null, 2) : text()),
    line: (text, document) => print(json ? JSON.stringify(document()) : text()),
    note: (text) => void err.write(`${text}\n`),
  };
}
