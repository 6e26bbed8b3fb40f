/**
 * Streams that an older version recorded, replayed with today's machines: what they say, owe and arm is what stands
 * in the log. A pattern may be written anew as long as this holds.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import { afterAll, describe, expect, it } from 'vitest';
import type { MachineSource } from '../../src/actors/machine/registered-machine.ts';
import { createRuntime } from '../../src/actors/runtime.ts';
import type { NewEvent } from '../../src/events/event.ts';
import { type StreamName, teamId } from '../../src/events/ids.ts';
import { type EventStore, NO_STREAM } from '../../src/events/store.ts';
import { openMemoryStore } from '../../src/events/stores/memory-store.ts';
import { hordeMachines } from '../../src/machines/index.ts';
import { patterns } from '../../src/machines/patterns/index.ts';

const folder = new URL('../fixtures/streams/', import.meta.url);
const files = readdirSync(folder).filter((name) => name.endsWith('.jsonl.gz'));

type Line = [stream: StreamName, type: string, version: number, data: string, meta: string];

function linesOf(file: string): Line[] {
  const text = gunzipSync(readFileSync(new URL(file, folder))).toString('utf8');
  return text
    .trim()
    .split('\n')
    .map((line): Line => JSON.parse(line));
}

const stores: EventStore[] = [];

async function stored(file: string): Promise<EventStore> {
  const streams = new Map<StreamName, NewEvent[]>();
  for (const [stream, type, version, data, meta] of linesOf(file)) {
    const events = streams.get(stream) ?? [];
    streams.set(stream, events);
    events.push({ id: `${stream}-${events.length}`, type, version, data, meta });
  }
  const store = await openMemoryStore();
  stores.push(store);
  for (const [stream, events] of streams) await store.append(stream, events, NO_STREAM);
  return store;
}

/** What replaying every team of the store comes to, by team. */
async function replayed(store: EventStore, machines: Record<string, MachineSource>) {
  const idle = {
    effect: 'repeatable' as const,
    run: () => Promise.reject(new Error('nothing is done here')),
  };
  const workers = { callModel: idle, useTool: idle, runTeam: idle };
  const runtime = createRuntime({ store, machines, workers });
  const found = new Map<string, Awaited<ReturnType<typeof runtime.replay>>>();
  for (const team of await runtime.teams()) found.set(team, await runtime.replay(teamId(team)));
  await runtime.close();
  return found;
}

afterAll(() => Promise.all(stores.map((store) => store.close())));

describe('Streams recorded before', () => {
  it('are there for every pattern of that time, for workflows, and for forks that were given rounds', () => {
    expect(files.map((file) => file.split('.')[0]).sort()).toEqual(
      [
        'adversarial-debate',
        'assembly-line',
        'consensus-deliberation',
        'contract-first-negotiation',
        'expertise-routing',
        'forks-with-rounds',
        'nested-swarm',
        'review-loop',
        'single-agent',
        'swarm',
        'swarm-discovery',
        'watchdog',
        'workflow',
      ].sort(),
    );
  });

  it('hold turns given back, seats refilled and lost, and ends that were asked for', () => {
    const types = new Set(files.flatMap(linesOf).map(([, type]) => type));
    for (const type of ['turn.forfeited', 'seat.refilled', 'seat.lost', 'finalize.asked'])
      expect(types).toContain(type);
  });

  for (const file of files) {
    it(`of ${file.split('.')[0]} replay without divergence`, async () => {
      const found = await replayed(await stored(file), hordeMachines);
      const diverged = [...found].filter(([, { divergence }]) => divergence !== null);
      expect(diverged).toEqual([]);
      const events = [...found.values()].reduce((sum, one) => sum + one.events, 0);
      expect(events).toBeGreaterThan(100);
    });
  }

  it('diverge where a machine says something else than was recorded', async () => {
    const other = { machine: patterns['swarm']!.machine, hears: [] };
    const found = await replayed(await stored('review-loop.jsonl.gz'), {
      ...hordeMachines,
      'review-loop': other,
    });
    for (const { divergence } of found.values()) expect(divergence).not.toBeNull();
  });
});
