/** The metrics as people and scripts read them: sums, and percentiles instead of every latency. */

import { itemsOf } from '../kit/sequence.ts';
import type { Metrics } from './metrics-state.ts';
import type { Tally } from './tally.ts';

export interface TallySummary extends Omit<Tally, 'latenciesMs'> {
  /** Milliseconds of model calls; null without a call. */
  latencyMs: { median: number; p95: number; most: number } | null;
}

export interface MetricsSummary {
  total: TallySummary;
  agents: { [agent: string]: TallySummary };
  rounds: { [round: string]: TallySummary };
  settled: Metrics['settled'];
  reserved: Metrics['reserved'];
  limits: Metrics['limits'];
  delays: number;
  delayedMs: number;
  refusals: { [limit: string]: number };
  neared: string[];
  breaches: number;
  /** Calls that child teams made; `total` and the agents do not count them. */
  childCalls: number;
  /** True when any reply was only rehearsed. */
  rehearsal: boolean;
  round: number;
  /** From the first event to the last, milliseconds. */
  elapsedMs: number;
}

export function summarizeMetrics(metrics: Metrics): MetricsSummary {
  const { settled, reserved, limits, delays, delayedMs, refusals, neared, breaches, round } =
    metrics;
  return {
    total: summarize(metrics.total),
    agents: mapped(metrics.agents),
    rounds: mapped(metrics.rounds),
    settled,
    reserved,
    limits,
    delays,
    delayedMs,
    refusals,
    neared,
    breaches,
    childCalls: metrics.childCalls,
    rehearsal: metrics.rehearsed > 0,
    round,
    elapsedMs: (metrics.updatedAt ?? 0) - (metrics.startedAt ?? 0),
  };
}

const mapped = (tallies: Readonly<Record<string, Tally>>) =>
  Object.fromEntries(Object.entries(tallies).map(([key, tally]) => [key, summarize(tally)]));

function summarize({ latenciesMs, ...counts }: Tally): TallySummary {
  const sorted = [...itemsOf(latenciesMs)].sort((a, b) => a - b);
  const most = sorted.at(-1) ?? 0;
  const at = (share: number) => sorted[Math.floor(sorted.length * share)] ?? most;
  return {
    ...counts,
    latencyMs: sorted.length === 0 ? null : { median: at(0.5), p95: at(0.95), most },
  };
}

export function renderMetrics(metrics: MetricsSummary): string {
  const { total, agents, rounds, limits, settled, reserved, refusals } = metrics;
  const limit = limits.tokens === null ? '' : ` of ${limits.tokens}`;
  const money = limits.usd === null ? '' : ` of $${limits.usd}`;
  const refused = Object.entries(refusals).map(([name, count]) => `${name} ${count}`);
  return [
    metrics.rehearsal ? 'a rehearsal: no model was asked\n' : '',
    `tokens     ${settled.tokens} settled${limit}, ${reserved.tokens} reserved`,
    `money      $${settled.usd.toFixed(4)}${money}`,
    `elapsed    ${(metrics.elapsedMs / 1000).toFixed(1)} s`,
    `refusals   ${refused.join(', ') || 'none'}`,
    ...(metrics.childCalls > 0 ? [`children   ${metrics.childCalls} calls of child teams`] : []),
    '',
    ...rowsOf('team', { all: total }),
    ...rowsOf('agent', agents),
    ...rowsOf('round', rounds),
  ]
    .filter((line, i) => line !== '' || i > 0)
    .join('\n');
}

function rowsOf(title: string, tallies: Readonly<Record<string, TallySummary>>): string[] {
  return Object.entries(tallies).map(([name, tally]) => {
    const tokens =
      tally.inputTokens + tally.outputTokens + tally.cacheReadTokens + tally.cacheWriteTokens;
    const failures = Object.values(tally.modelFailures).reduce((sum, count) => sum + count, 0);
    const latency = tally.latencyMs
      ? `, median ${tally.latencyMs.median} ms, p95 ${tally.latencyMs.p95} ms`
      : '';
    return `${title.padEnd(6)} ${name.padEnd(16)} ${tally.modelCalls} calls, ${tokens} tokens, ${tally.moves} moves, ${tally.messages} messages, ${failures} failures, ${tally.retries} retries${latency}`;
  });
}
