/**
 * What a provider says that a call has used, as far as it can be believed. Budgets count with it, so what is missing
 * or no count is not taken for nothing: the call then costs all that was reserved for it.
 *
 * Invariant: what is let through are whole numbers whose sums over all calls of a team stay exact.
 */

import type { WorkContext } from '../../actors/worker.ts';
import { NO_TOKENS, tokensOf, type Usage } from '../../events/amounts.ts';
import type { ModelRequest } from './model-client.ts';

type Counts = Omit<Usage, 'usd'>;

/** No model holds or says as much: whoever says more does not count tokens. */
const TOKENS_MAX = 1e9;

/** The counts, and nothing else of what was said; undefined when one of them is none. */
export function toldUsage(told: unknown): Counts | undefined {
  if (typeof told !== 'object' || told === null) return undefined;
  const said: Partial<Record<keyof Counts, unknown>> = told;
  const counts: Counts = { ...NO_TOKENS };
  for (const key of [
    'inputTokens',
    'outputTokens',
    'cacheReadTokens',
    'cacheWriteTokens',
  ] as const) {
    const count = said[key];
    if (typeof count !== 'number' || !Number.isSafeInteger(count) || count < 0) return undefined;
    counts[key] = count;
  }
  return tokensOf(counts) <= TOKENS_MAX ? counts : undefined;
}

/** All that was reserved for the call, as if it had been used. */
export function reservedUsage(
  { reserved }: Pick<WorkContext, 'reserved'>,
  { outputTokensMax }: Pick<ModelRequest, 'outputTokensMax'>,
): Usage {
  const outputTokens = Math.min(outputTokensMax, reserved.tokens);
  return {
    ...NO_TOKENS,
    inputTokens: reserved.tokens - outputTokens,
    outputTokens,
    usd: reserved.usd,
  };
}
