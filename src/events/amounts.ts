/**
 * What work costs: tokens and US dollars, as models report them and as budgets count them. Its neighbours are
 * the words of work, which carry these amounts, and everyone who adds them up.
 *
 * Invariants
 * 1. The tokens of an amount are the sum of all four counts of a usage.
 * 2. Dollars are kept to a millionth of a cent and never below zero: adding and taking away the same amounts
 *    comes out at zero.
 */
import { z } from 'zod';

/** Tokens are input plus output; money is US dollars. */
export const amount = z.strictObject({
  tokens: z.int().nonnegative(),
  usd: z.number().nonnegative(),
});
export type Amount = z.output<typeof amount>;

/** What a model says it used. */
export const usage = z.strictObject({
  inputTokens: z.int().nonnegative(),
  outputTokens: z.int().nonnegative(),
  cacheReadTokens: z.int().nonnegative(),
  cacheWriteTokens: z.int().nonnegative(),
  usd: z.number().nonnegative(),
});
export type Usage = z.output<typeof usage>;

/** The counts of a usage without its price. */
type TokenCounts = Omit<Usage, 'usd'>;

export const NO_TOKENS: TokenCounts = Object.freeze({
  inputTokens: 0,
  outputTokens: 0,
  cacheReadTokens: 0,
  cacheWriteTokens: 0,
});

export const NO_USAGE: Usage = Object.freeze({ ...NO_TOKENS, usd: 0 });

/** All tokens, as the budget counts them. */
export const tokensOf = (used: TokenCounts): number =>
  used.inputTokens + used.outputTokens + used.cacheReadTokens + used.cacheWriteTokens;

export const amountOf = (used: Usage): Amount => ({ tokens: tokensOf(used), usd: used.usd });

export const NO_AMOUNT: Amount = Object.freeze({ tokens: 0, usd: 0 });

export const plus = (a: Amount, b: Amount): Amount => ({
  tokens: a.tokens + b.tokens,
  usd: money(a.usd + b.usd),
});

export const minus = (a: Amount, b: Amount): Amount => ({
  tokens: a.tokens - b.tokens,
  usd: money(a.usd - b.usd),
});

export const money = (usd: number): number => Math.max(0, Math.round(usd * 1e8) / 1e8);
