/**
 * Reading a projection live: what each agent has said so far, while a swarm works.
 * npx tsx examples/live-projection.ts
 */
import {
  createPriceTable,
  createRehearsalModel,
  createRuntime,
  defaultModel,
  defineProjection,
  formTeam,
  hordeMachines,
  hordeWorkers,
  openStore,
  vocabulary,
} from 'golden-horde';

const modelReplied = vocabulary.find(({ type }) => type === 'model.replied')!;
const tokensByAgent = defineProjection({
  name: 'tokens-by-agent',
  version: 1,
  initial: {} as Record<string, number>,
  events: { modelReplied },
  on: {
    modelReplied: (draft, { data, meta }) => {
      const agent = meta.to?.[0] ?? 'nobody';
      draft[agent] =
        (draft[agent] ?? 0) + (data as { usage: { outputTokens: number } }).usage.outputTokens;
    },
  },
});

const store = await openStore('memory:');
const { workers } = hordeWorkers({
  client: createRehearsalModel({ seed: 3, latencyMs: [10, 40] }),
  prices: createPriceTable(),
});
const runtime = createRuntime({ store, machines: hordeMachines, workers });
const request = 'Give three independent views on caching user profiles';
const team = await runtime.start(formTeam({ pattern: 'swarm', request, model: defaultModel }));

let seen = tokensByAgent.initial;
for await (const event of team.events({ follow: true })) {
  const next = tokensByAgent.apply(seen, event);
  if (next !== seen) console.log(`revision ${event.revision}:`, next);
  seen = next;
}
await runtime.close();
