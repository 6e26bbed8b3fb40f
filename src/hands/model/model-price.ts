/**
 * What one model costs and holds, in USD per million tokens: an entry of a provider's list, and of the price file of
 * a user. Whoever computes with it is `prices.ts`.
 */
import { z } from 'zod';

const rates = z.strictObject({
  input: z.number().nonnegative(),
  output: z.number().nonnegative(),
  cacheRead: z.number().nonnegative(),
  cacheWrite: z.number().nonnegative(),
});
export type Rates = z.output<typeof rates>;

export const modelPrice = z.strictObject({
  /** Most tokens of prompt and reply together. */
  contextTokens: z.int().positive(),
  /** Most tokens of one reply. */
  outputTokensMax: z.int().positive(),
  usdPerMillion: rates,
  /** Other rates for the whole call when its prompt, cached parts included, is longer than this. */
  longPrompt: z.strictObject({ aboveTokens: z.int().positive(), usdPerMillion: rates }).optional(),
});
export type ModelPrice = z.output<typeof modelPrice>;
