/**
 * List prices of October 2026, for cache entries of five minutes. Names that the SDK knows and for which no price was
 * published are left out on purpose.
 */
import type { ModelPrice } from '../model-price.ts';

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

export const claudePrices: Readonly<Record<string, ModelPrice>> = {
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
