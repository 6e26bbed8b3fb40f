/**
 * The price table: what models cost and how much they hold, by name. It begins with the lists of all providers; a
 * user's JSON file, in the same shape, joins it or replaces it.
 *
 * Invariants
 * 1. Only a model in the table has a price; an unknown one is never taken for a similar one.
 * 2. `worstUsd` is never less than `usd` of a call with that many tokens or fewer.
 */
import { readFileSync } from 'node:fs';
import { z } from 'zod';
import type { Usage } from '../../events/amounts.ts';
import { type ModelPrice, modelPrice, type Rates } from './model-price.ts';
import { providers } from './providers.ts';

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

/** The lists of all providers together. */
export const listPrices: Readonly<Record<string, ModelPrice>> = Object.assign(
  {},
  ...providers.map(({ prices }) => prices),
);

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
