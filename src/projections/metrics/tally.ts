/**
 * One column of the metrics: what is counted for a team, an agent or a round.
 */
import { NO_USAGE, type Usage } from '../../events/amounts.ts';
import type { Sequence } from '../kit/sequence.ts';
import { emptySequence, itemsOf } from '../kit/sequence.ts';

export interface Tally {
  modelCalls: number;
  modelFailures: { [kind: string]: number };
  /** Calls made again after a failure, and attempts after the first. */
  retries: number;
  /** Uncached input. */
  inputTokens: number;
  outputTokens: number;
  cacheReadTokens: number;
  cacheWriteTokens: number;
  usd: number;
  latenciesMs: Sequence<number>;
  messages: number;
  moves: number;
  toolCalls: number;
  toolErrors: number;
  corrections: number;
  forfeits: number;
}

export const emptyTally = (): Tally => ({
  modelCalls: 0,
  modelFailures: {},
  retries: 0,
  ...NO_USAGE,
  latenciesMs: emptySequence(),
  messages: 0,
  moves: 0,
  toolCalls: 0,
  toolErrors: 0,
  corrections: 0,
  forfeits: 0,
});

export function countRetry(tally: Tally): void {
  tally.retries++;
}

export function countUsage(tally: Tally, usage: Usage): void {
  tally.inputTokens += usage.inputTokens;
  tally.outputTokens += usage.outputTokens;
  tally.cacheReadTokens += usage.cacheReadTokens;
  tally.cacheWriteTokens += usage.cacheWriteTokens;
  tally.usd += usage.usd;
}

interface Percentiles {
  p50: number;
  p90: number;
  p99: number;
  max: number;
}

/** Nearest-rank percentiles, in milliseconds; undefined when nothing was measured. */
export function percentiles(samples: Sequence<number>): Percentiles | undefined {
  const sorted = [...itemsOf(samples)].sort((a, b) => a - b);
  const max = sorted.at(-1);
  if (max === undefined) return undefined;
  const rank = (share: number): number => sorted[Math.ceil(share * sorted.length) - 1] ?? max;
  return { p50: rank(0.5), p90: rank(0.9), p99: rank(0.99), max };
}
