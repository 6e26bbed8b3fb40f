/** Folding a long stream cold, in a process of its own each time: ours through the machines, peers as they can. */
import path from 'node:path';
import type { Bench } from '../bench.ts';
import { summon } from '../contestant.ts';
import { median } from '../round-robin.ts';
import type { PeerName } from './peers.ts';

interface Fold {
  ms: number;
  events: number;
  heard: number;
}

const HOW: Record<PeerName, string> = {
  langgraph: 'reads the history of a thread',
  restate: 'replays the journal of a suspended handler',
  emmett: 'aggregateStream with a plain reducer',
};

const longFile = (folder: string, events: number) => path.join(folder, `long-${events}.db`);

export async function measureFold(bench: Bench): Promise<void> {
  const { folder, build, quick, results, peers, tell } = bench;
  for (const events of [10_000, 100_000]) {
    const file = await fill(bench, events);
    const folds: Fold[] = [];
    const bare: Fold[] = [];
    for (let i = 0; i < 3; i++) {
      for (const [name, its] of [
        ['horde', folds],
        ['raw', bare],
      ] as const) {
        const contestant = summon(name, folder, build);
        its.push(await contestant.ask<Fold>('fold', { file }));
        contestant.dismiss();
      }
    }
    const ms = median(folds.map((fold) => fold.ms));
    const heardIn = (its: Fold[]) => median(its.map((fold) => (fold.heard / fold.ms) * 1000));
    const heard = heardIn(folds);
    const measure = `Folding ${events.toLocaleString('en-US')} events cold`;
    results.add(measure, 'Golden Horde', ms, 'ms', `${Math.round(heard)} heard events/s`);
    results.add(
      measure,
      'raw: reads, parses and steps, compares nothing',
      median(bare.map((fold) => fold.ms)),
      'ms',
      `${Math.round(heardIn(bare))} heard events/s`,
    );
    results.demand({
      goal: `${measure}: heard events a second`,
      value: heard,
      // A cold process folds 10,000 before its code is warm.
      least: events > 10_000 ? 40_000 : 25_000,
      unit: '/s',
    });
    if (events > 10_000 || quick) continue;
    for (const [name, label, contestant] of peers) {
      try {
        const rebuilt = await contestant.ask<Fold>('rebuild', events);
        results.add(measure, label, rebuilt.ms, 'ms', HOW[name]);
      } catch (error) {
        results.add(measure, label, null, 'ms', (error as Error).message.split('\n')[0]);
        peers.drop(name);
      }
      tell(`${label} rebuilt`);
    }
  }
}

/** A file with one team of so many events, made once. */
export async function fill({ folder, build, tell }: Bench, events: number): Promise<string> {
  const file = longFile(folder, events);
  if (made.has(file)) return file;
  const horde = summon('horde', folder, build);
  const filled = await horde.ask<{ events: number }>('fill', { events, file });
  horde.dismiss();
  made.add(file);
  tell(`a team of ${filled.events} events`);
  return file;
}

const made = new Set<string>();
