/** Bytes that the file grows by for one step, near step 100, 1,000 and 10,000. Snapshots and indexes included. */

import type { Bench } from '../bench.ts';
import { summon } from '../contestant.ts';

type Window = [from: number, to: number];
const OURS: Window[] = [
  [100, 1100],
  [1000, 2000],
  [9000, 10_000],
];

const PAIR = { teams: 1, agents: 2 };

export async function measureBytes(bench: Bench): Promise<void> {
  const { folder, build, quick, results } = bench;
  const horde = summon('horde', folder, build);
  const load = { ...PAIR, answers: OURS.at(-1)![1] / 2 + 1 };
  const bytes = await horde.ask<number[]>('grow', { load, windows: OURS });
  horde.dismiss();
  show(bench, 'Golden Horde', OURS, bytes);
  const furthest = Math.max(...bytes.map((each) => Math.abs(each / bytes[0]! - 1))) * 100;
  results.demand({
    goal: 'Bytes a step: change from step 100 to step 10,000',
    value: furthest,
    most: 10,
    unit: '%',
  });

  const flat: Window[] = quick
    ? [[100, 300]]
    : [
        [100, 1100],
        [1000, 2000],
        [9000, 10_000],
      ];
  const list: Window[] = quick
    ? [[100, 150]]
    : [
        [100, 150],
        [1000, 1050],
      ];
  await grown(bench, 'emmett', '', flat, {});
  await grown(bench, 'langgraph', ' (newest text only)', flat, { memory: 'last' });
  await grown(bench, 'langgraph', ' (list of messages)', list, { memory: 'all' });
}

async function grown(
  bench: Bench,
  name: 'emmett' | 'langgraph',
  how: string,
  windows: Window[],
  extra: object,
): Promise<void> {
  const contestant = bench.peers.get(name);
  if (!contestant) return;
  const load = { ...PAIR, answers: windows.at(-1)![1] + 1 };
  const bytes = await contestant.ask<number[]>('grow', { load, windows, ...extra });
  bench.tell(`${bench.peers.label(name)}${how} has grown`);
  show(bench, bench.peers.label(name) + how, windows, bytes);
}

function show({ results }: Bench, who: string, windows: Window[], bytes: number[]): void {
  for (const [i, [from]] of windows.entries())
    results.add('Bytes a step', `${who}, from step ${from}`, bytes[i]!, 'bytes');
}
