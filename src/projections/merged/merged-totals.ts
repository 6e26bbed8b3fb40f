/** What teams used in all: whole numbers added up, so that no order of adding changes them. */
import { NO_TOKENS } from '../../events/amounts.ts';
import { entriesOf } from './merged-dictionary.ts';
import type { Counts, Merged } from './merged-state.ts';

export interface Totals extends Omit<Counts, 'nanoUsd'> {
  /** All tokens, as the budget counts them. */
  tokens: number;
  usd: number;
}

/** What the events of each team count. */
export function countsOf({ counted }: Merged): Map<string, Counts> {
  const sums = new Map<string, Counts>();
  for (const [, { team, counts }] of entriesOf(counted)) {
    const sum = sums.get(team) ?? noCounts();
    sums.set(team, sum);
    add(sum, counts);
  }
  return sums;
}

export function sumOf(all: Iterable<Counts>): Counts {
  const sum = noCounts();
  for (const counts of all) add(sum, counts);
  return sum;
}

export function totalsOf({ nanoUsd, ...counts }: Counts): Totals {
  const { inputTokens, outputTokens, cacheReadTokens, cacheWriteTokens } = counts;
  const tokens = inputTokens + outputTokens + cacheReadTokens + cacheWriteTokens;
  return { ...counts, tokens, usd: nanoUsd / 1e9 };
}

function add(sum: Counts, counts: Readonly<Partial<Counts>>): void {
  for (const key of COUNTED) sum[key] += counts[key] ?? 0;
}

const noCounts = (): Counts => ({
  modelCalls: 0,
  modelFailures: 0,
  ...NO_TOKENS,
  nanoUsd: 0,
  messages: 0,
  moves: 0,
  toolCalls: 0,
  toolErrors: 0,
  corrections: 0,
  forfeits: 0,
  refusals: 0,
});

const COUNTED = Object.keys(noCounts()) as (keyof Counts)[];
