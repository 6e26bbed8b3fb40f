import { describe, expect, it } from 'vitest';
import { createRuntime } from '../../src/actors/runtime.ts';
import type { EventStore } from '../../src/events/store.ts';
import { openMemoryStore } from '../../src/events/stores/memory-store.ts';
import { hordeWorkers } from '../../src/hands/horde-workers.ts';
import { createPriceTable } from '../../src/hands/model/prices.ts';
import { defaultModel } from '../../src/hands/model/providers.ts';
import { createRehearsalModel } from '../../src/hands/model/rehearsal/rehearsal-model.ts';
import { hordeMachines } from '../../src/machines/index.ts';
import { formWorkflow } from '../../src/planning/workflows/form-workflow.ts';
import { reportOf } from '../../src/projections/report/report.ts';
import { dataOf, dyingStore, streamOf } from '../actors/family.ts';

function process(store: EventStore) {
  const { workers, tools } = hordeWorkers({
    client: createRehearsalModel({ seed: 7 }),
    prices: createPriceTable(),
  });
  const runtime = createRuntime({ store, machines: hordeMachines, workers });
  const plan = formWorkflow({
    id: 'flow',
    workflow: 'plan-build-test-review',
    request: 'Split the users table without downtime',
    materials: [{ name: 'schema.sql', text: 'create table users (id int)' }],
    model: defaultModel,
    tools,
    labels: { rehearsal: 'true' },
  });
  return { runtime, start: () => runtime.start(plan) };
}

/** Runs it to its end; the first processes die at these of their appends. */
async function run(deaths: readonly number[]) {
  const store = openMemoryStore();
  for (const appends of deaths) {
    const dying = dyingStore(store, appends, appends % 2 === 0);
    const ended = process(dying.store)
      .start()
      .then((team) => team.result());
    await Promise.race([dying.dead, ended.catch(() => undefined)]);
  }
  const { runtime, start } = process(store);
  const team = await start();
  const result = await team.result();
  const events = [];
  for await (const event of team.events()) events.push(event);
  for (const id of await runtime.teams()) expect((await runtime.replay(id)).divergence).toBeNull();
  await runtime.close();
  return { store, result, told: reportOf(events) };
}

describe('A workflow of teams', () => {
  it('carries a request through all its steps, and reports what each has made', async () => {
    const { result, told, store } = await run([]);
    expect(result).toMatchObject({ status: 'done', reason: 'all steps are done' });
    expect(told.rehearsal).toBe(true);
    expect(told.summary.pattern).toBe('plan-build-test-review');
    expect(told.summary.results).toHaveLength(4);
    for (const { text } of told.summary.results) expect(text?.length).toBeGreaterThan(0);
    expect(told.artifacts.map(({ title }) => title)).toEqual([
      'The plan',
      'What was built',
      'The test',
      'The review',
    ]);
    const formed = await Promise.all(
      (await store.streams('team-flow-')).map(async ({ stream }) =>
        dataOf((await streamOf(store, stream.slice(5)))[0]!),
      ),
    );
    expect(
      formed.map(({ request }) => request.materials.map(({ name }: { name: string }) => name)),
    ).toEqual([
      ['schema.sql'],
      ['schema.sql', 'The plan'],
      ['schema.sql', 'The plan', 'What was built'],
      ['schema.sql', 'What was built', 'The test'],
    ]);
  });

  it('survives the death of its process in any of its steps, each step done once', async () => {
    for (const deaths of [[2], [5, 9], [30, 1, 17], [44, 61]]) {
      const { store, result } = await run(deaths);
      expect(result).toMatchObject({ status: 'done', reason: 'all steps are done' });
      expect(await store.streams('team-flow-')).toHaveLength(4);
      const types = (await streamOf(store, 'flow')).map(({ type }) => type);
      expect(types.filter((type) => type === 'team.returned')).toHaveLength(4);
      expect(types).not.toContain('work.lapsed');
    }
  });
});
