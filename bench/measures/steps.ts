/**
 * Durable steps a second: one team (a producer and its reviewer), and a hundred teams of eight at once.
 *
 * Invariants
 * 1. All contestants of a round do the same loop with the same texts, on files of the same disk.
 * 2. The raw limit is the quickest bare loop: kept scope or public `transition()`, one commit a step or one a turn.
 */

import type { Bench } from '../bench.ts';
import { summon } from '../contestant.ts';
import { type Entry, perSecond, type Run, roundRobin } from '../round-robin.ts';
import type { Ring } from '../workload.ts';

const OURS = 'Golden Horde';

export async function measureSteps(bench: Bench): Promise<void> {
  const { quick } = bench;
  await side(bench, 'One team', { teams: 1, agents: 2, answers: quick ? 300 : 1000 }, 2.5, 0.6, [
    ['raw: kept scope, one commit a turn', { stepper: 'kept', commits: 'turn' }],
    ['raw: kept scope, one commit a step', { stepper: 'kept', commits: 'step' }],
    ['raw: transition(), one commit a step', { stepper: 'public', commits: 'step' }],
  ]);
  const many = { teams: 100, agents: 8, answers: quick ? 16 : 40 };
  await side(bench, 'A hundred teams of eight', many, 1.5, 0.5, [
    ['raw: kept scope, grouped commits', { stepper: 'kept', commits: 'all' }],
    ['raw: transition(), grouped commits', { stepper: 'public', commits: 'all' }],
  ]);
}

async function side(
  { folder, build, rounds, results, tell, peers }: Bench,
  title: string,
  load: Ring,
  peerLeast: number,
  rawLeast: number,
  raws: [string, object][],
): Promise<void> {
  const horde = summon('horde', folder, build);
  const raw = summon('raw', folder, build);
  await raw.ask('learn', await horde.ask('log', load));
  const entries: Entry[] = [
    { label: OURS, contestant: horde, argument: load },
    ...raws.map(([label, how]) => ({ label, contestant: raw, argument: { ...load, ...how } })),
    ...[...peers].map(([, label, contestant]) => ({ label, contestant, argument: load })),
  ];
  const runs = await roundRobin(entries, rounds, tell);
  horde.dismiss();
  raw.dismiss();

  const measure = `${title}: durable steps a second (${load.teams} x ${load.answers} answers of ${load.agents} agents)`;
  for (const [label, its] of runs)
    results.add(measure, label, perSecond(its), 'steps/s', beside(its));
  const ours = runs.get(OURS);
  if (!ours) return;
  const best = (labels: string[]) =>
    Math.max(0, ...labels.map((label) => (runs.has(label) ? perSecond(runs.get(label)!) : 0)));
  const limit = best(raws.map(([label]) => label));
  const peer = best([...peers].map(([, label]) => label));
  if (peer > 0) {
    const strict = perSecond(ours, 'answers') / peer;
    results.add(measure, 'answers a second to the fastest peer (strict)', strict, 'times');
    results.demand({
      goal: `${title}: steps a second to the fastest peer`,
      value: perSecond(ours) / peer,
      least: peerLeast,
      unit: 'times',
    });
  }
  results.demand({
    goal: `${title}: part of the raw limit`,
    value: perSecond(ours) / limit,
    least: rawLeast,
    unit: 'of it',
  });
}

function beside(runs: readonly Run[]): string {
  if (!runs[0]?.commits) return '';
  const answers = Math.round(perSecond(runs, 'answers')).toLocaleString('en-US');
  const commits = Math.round(perSecond(runs, 'commits')).toLocaleString('en-US');
  return `${answers} answers/s, ${commits} commits/s`;
}
