/**
 * Rounds: every contestant in turn, the order moved on by one each round, so that a noisy neighbour or a
 * warming machine meets all of them. What counts is the median.
 */
import type { Contestant } from './contestant.ts';

export interface Entry {
  label: string;
  contestant: Contestant;
  argument: unknown;
}

export interface Run {
  ms: number;
  steps: number;
  answers?: number;
  commits?: number;
  events?: number;
}

export const median = (values: readonly number[]): number => {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2;
};

/** Runs by label; a contestant that fails is left out from then on, and the reason is told. */
export async function roundRobin(
  entries: readonly Entry[],
  rounds: number,
  tell: (line: string) => void,
): Promise<Map<string, Run[]>> {
  const runs = new Map<string, Run[]>(entries.map(({ label }) => [label, []]));
  const out = new Set<string>();
  for (let round = -1; round < rounds; round++) {
    for (let i = 0; i < entries.length; i++) {
      const { label, contestant, argument } = entries[(i + round + 1) % entries.length]!;
      if (out.has(label)) continue;
      try {
        const run = await contestant.ask<Run>('steps', argument);
        // The first round warms: it does not count.
        if (round >= 0) runs.get(label)!.push(run);
      } catch (error) {
        out.add(label);
        tell(`${label} is left out: ${(error as Error).message.split('\n')[0]}`);
      }
    }
    tell(round < 0 ? 'warm' : `round ${round + 1} of ${rounds}`);
  }
  for (const label of out) runs.delete(label);
  return runs;
}

export const perSecond = (runs: readonly Run[], of: 'steps' | 'answers' | 'commits' = 'steps') =>
  median(runs.map((run) => ((run[of] ?? 0) / run.ms) * 1000));
