/**
 * What models cost and how much they hold, as data: USD per million tokens. A user's JSON file, in the same
 * shape, joins the table or replaces it. Prices are list prices of October 2026 for cache entries of five
 * minutes; names that the SDK knows and for which no price was published are left out on purpose.
 *
 * Invariants
 * 1. Only a model in the table has a price; an unknown one is never taken for a similar one.
 * 2. `worstUsd` is never less than `usd` of a call with that many tokens or fewer.
 */
import { readFileSync } from 'node:fs';
import { z } from 'zod';
import type { Usage } from '../../events/amounts.ts';

const rates = z.strictObject({
  input: z.number().nonnegative(),
  output: z.number().nonnegative(),
  cacheRead: z.number().nonnegative(),
  cacheWrite: z.number().nonnegative(),
});
type Rates = z.output<typeof rates>;

const modelPrice = z.strictObject({
  /** Most tokens of prompt and reply together. */
  contextTokens: z.int().positive(),
  /** Most tokens of one reply. */
  outputTokensMax: z.int().positive(),
  usdPerMillion: rates,
  /** Other rates for the whole call when its prompt, cached parts included, is longer than this. */
  longPrompt: z.strictObject({ aboveTokens: z.int().positive(), usdPerMillion: rates }).optional(),
});
type ModelPrice = z.output<typeof modelPrice>;

const priceFile = z.strictObject({
  /** False: only the models of the file are known. */
  extends: z.boolean().optional(),
  models: z.record(z.string().min(1), modelPrice),
});

export interface PriceTable {
  readonly models: Readonly<Record<string, ModelPrice>>;
  /** The entry of a model; a dated name (`…-20251001`) is found by its undated one. */
  of(model: string): ModelPrice | undefined;
  /** USD of what was used; 0 for a model that is not in the table. */
  usd(model: string, used: Omit<Usage, 'usd'>): number;
  /** USD of the dearest call with at most these tokens; 0 for a model that is not in the table. */
  worstUsd(model: string, inputTokens: number, outputTokens: number): number;
}

const M = 1_000_000;
const K = 1_000;

/** Cache writes cost 1.25 times the input; reads differ by generation. */
const priced = (
  input: number,
  output: number,
  cacheRead: number,
  contextTokens: number,
  outputTokensMax: number,
): ModelPrice => ({
  contextTokens,
  outputTokensMax,
  usdPerMillion: { input, output, cacheRead, cacheWrite: input * 1.25 },
});

export const listPrices: Readonly<Record<string, ModelPrice>> = {
  'claude-fable-5-1': priced(10, 50, 0.25, M, 128 * K),
  'claude-mythos-5-1': priced(10, 50, 0.25, M, 128 * K),
  'claude-fable-5': priced(10, 50, 1, M, 128 * K),
  'claude-mythos-5': priced(10, 50, 1, M, 128 * K),
  'claude-opus-5-5': priced(4, 20, 0.2, M, 128 * K),
  'claude-opus-5': priced(5, 25, 0.5, M, 128 * K),
  'claude-opus-4-8': priced(5, 25, 0.5, M, 128 * K),
  'claude-opus-4-7': priced(5, 25, 0.5, M, 128 * K),
  'claude-opus-4-6': priced(5, 25, 0.5, M, 128 * K),
  'claude-opus-4-5': priced(5, 25, 0.5, 200 * K, 64 * K),
  'claude-sonnet-5-5': priced(2, 10, 0.1, M, 128 * K),
  'claude-sonnet-5': priced(2, 10, 0.2, M, 128 * K),
  'claude-sonnet-4-6': priced(3, 15, 0.3, M, 64 * K),
  'claude-sonnet-4-5': priced(3, 15, 0.3, 200 * K, 64 * K),
  'claude-haiku-5-5': {
    ...priced(0.1, 0.5, 0.01, M, 128 * K),
    longPrompt: {
      aboveTokens: 100 * K,
      usdPerMillion: { input: 0.5, output: 2.5, cacheRead: 0.05, cacheWrite: 0.625 },
    },
  },
  'claude-haiku-4-5': priced(1, 5, 0.1, 200 * K, 64 * K),
};

/** What a team is given when nobody names a model: good enough for all roles at a middle price. */
export const defaultModel = 'claude-sonnet-5-5';

export function createPriceTable(
  models: Readonly<Record<string, ModelPrice>> = listPrices,
): PriceTable {
  const of = (model: string): ModelPrice | undefined =>
    own(models, model) ?? own(models, model.replace(/-\d{8}$/, ''));
  return {
    models,
    of,
    usd(model, used) {
      const price = of(model);
      if (!price) return 0;
      const prompt = used.inputTokens + used.cacheReadTokens + used.cacheWriteTokens;
      const per = ratesFor(price, prompt);
      return (
        (used.inputTokens * per.input +
          used.outputTokens * per.output +
          used.cacheReadTokens * per.cacheRead +
          used.cacheWriteTokens * per.cacheWrite) /
        M
      );
    },
    worstUsd(model, inputTokens, outputTokens) {
      const price = of(model);
      if (!price) return 0;
      const choices = [price.usdPerMillion];
      if (price.longPrompt && inputTokens > price.longPrompt.aboveTokens)
        choices.push(price.longPrompt.usdPerMillion);
      return Math.max(
        ...choices.map(
          (per) =>
            (inputTokens * Math.max(per.input, per.cacheRead, per.cacheWrite) +
              outputTokens * per.output) /
            M,
        ),
      );
    },
  };
}

const own = <T>(record: Readonly<Record<string, T>>, key: string): T | undefined =>
  Object.hasOwn(record, key) ? record[key] : undefined;

function ratesFor(price: ModelPrice, promptTokens: number): Rates {
  return price.longPrompt && promptTokens > price.longPrompt.aboveTokens
    ? price.longPrompt.usdPerMillion
    : price.usdPerMillion;
}

/**
 * Reads a user's table, `{ "models": { "name": { contextTokens, outputTokensMax, usdPerMillion } } }`. It joins
 * the built-in one, or replaces it with `"extends": false`. Throws an Error that says what is wrong where.
 */
export function loadPrices(path: string): PriceTable {
  let json: unknown;
  try {
    json = JSON.parse(readFileSync(path, 'utf8'));
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    throw new Error(`the price table ${path} cannot be read: ${why}`);
  }
  const parsed = priceFile.safeParse(json);
  if (!parsed.success) {
    const issue = parsed.error.issues[0]!;
    throw new Error(
      `the price table ${path} is wrong at ${issue.path.join('.') || 'the top'}: ${issue.message}. ` +
        'Write {"models": {"name": {"contextTokens": 1000000, "outputTokensMax": 64000, "usdPerMillion": ' +
        '{"input": 2, "output": 10, "cacheRead": 0.2, "cacheWrite": 2.5}}}}',
    );
  }
  const builtIn = parsed.data.extends === false ? {} : listPrices;
  return createPriceTable({ ...builtIn, ...parsed.data.models });
}
