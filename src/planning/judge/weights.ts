/**
 * The learned weights of the judge: data in `catalog/judge.json`, whose head names the choices that they were
 * learned for. Read once, at the first use.
 *
 * Invariant: weights that do not fit the choices of the program are refused in one sentence that names the
 * remedy; nothing is ever judged by weights of another list.
 */
import { readFileSync } from 'node:fs';
import { z } from 'zod';
import { packageRoot } from '../../package.ts';
import { CHOICES } from '../choice.ts';

export const WEIGHTS_FILE = new URL('catalog/judge.json', packageRoot);

const weightsFile = z.strictObject({
  /** The ways to work that the columns stand for, in their order. */
  choices: z.array(z.string()),
  /** Hash of the requests that they were learned from. */
  source: z.string(),
  /** What one unit of a weight is worth. */
  step: z.number().positive(),
  /** What speaks for each choice whatever is said. */
  bias: z.array(z.number()),
  /** A signed byte for each choice, by feature, in base 64. */
  rows: z.record(z.string(), z.base64()),
});
export type WeightsFile = z.output<typeof weightsFile>;

interface Weights {
  readonly source: string;
  readonly step: number;
  readonly bias: readonly number[];
  readonly rows: ReadonlyMap<string, Int8Array>;
}

let read: Weights | undefined;

export function learnedWeights(): Weights {
  read ??= weightsFrom(JSON.parse(readFileSync(WEIGHTS_FILE, 'utf8')));
  return read;
}

/** Checks what a file holds. Throws a RangeError when it was not learned for these choices. */
export function weightsFrom(file: unknown, choices: readonly string[] = CHOICES): Weights {
  const parsed = weightsFile.safeParse(file);
  if (!parsed.success) throw refused(`it is damaged (${parsed.error.issues[0]?.path.join('.')})`);
  const { choices: learned, source, step, bias, rows } = parsed.data;
  if (learned.join() !== choices.join())
    throw refused(`it was learned for ${learned.join(', ')}, and there are ${choices.join(', ')}`);
  const decoded = Object.entries(rows).map(
    ([name, code]) => [name, new Int8Array(Buffer.from(code, 'base64'))] as const,
  );
  const whole = [bias, ...decoded.map(([, row]) => row)];
  if (whole.some(({ length }) => length !== choices.length))
    throw refused('a row of it has not one number for each choice');
  return { source, step, bias, rows: new Map(decoded) };
}

const refused = (why: string) =>
  new RangeError(`the judge's weights do not fit: ${why}; learn them anew: npm run train:judge`);
