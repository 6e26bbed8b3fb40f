import { describe, expect, it } from 'vitest';
import { createRuntime } from '../../src/actors/runtime.ts';
import type { EventStore } from '../../src/events/store.ts';
import { openMemoryStore } from '../../src/events/stores/memory-store.ts';
import { hordeWorkers } from '../../src/hands/horde-workers.ts';
import type { ModelClient, ModelReply, ModelRequest } from '../../src/hands/model/model-client.ts';
import { createPriceTable } from '../../src/hands/model/prices.ts';
import { hordeMachines } from '../../src/machines/index.ts';
import { formTeam } from '../../src/planning/formation.ts';
import { dataOf, streamOf } from './family.ts';

const MODEL = 'claude-sonnet-4-5';
const assignments = ['Look at the readers.', 'Look at the writers.'];
const swarm = {
  purpose: 'Who uses the table?',
  agents: assignments.map((assignment) => ({ assignment })),
};
const product = { title: 'T', summary: 's', content: 'c' };

/** A scripted model: the producer dispatches as often as told and hands in; the others do their duty. */
function client(dispatches: number, asked: ModelRequest[] = []): ModelClient {
  const reply = (name: string, input: object): ModelReply => ({
    model: MODEL,
    content: [{ type: 'tool_use', id: `use-${asked.length}`, name, input: input as never }],
    stopReason: 'tool_use',
    usage: { inputTokens: 10, outputTokens: 10, cacheReadTokens: 0, cacheWriteTokens: 0 },
  });
  return {
    key: 'scripted',
    rehearsal: true,
    async reply(request: ModelRequest) {
      asked.push(request);
      const { agent } = request.turn;
      if (agent === 'producer') {
        const uses = JSON.stringify(request.messages).split('"name":"dispatch_swarm"').length - 1;
        return uses < dispatches
          ? reply('dispatch_swarm', swarm)
          : reply('submit_draft', { ...product, answers: [] });
      }
      if (agent.startsWith('contributor'))
        return reply('contribute', { ...product, confidence: 'high' });
      if (agent === 'scribe')
        return reply('submit_synthesis', {
          ...product,
          content: 'THE SYNTHESIS',
          decisions: [],
          dissent: [],
          confidence: 'high',
        });
      return reply('approve', { evidence: 'x'.repeat(100), issues: [] });
    },
  };
}

async function play(model: ModelClient, limits: object = {}, swarms = true) {
  const store = openMemoryStore();
  const { workers, tools } = hordeWorkers({
    client: model,
    prices: createPriceTable(),
    ...(swarms ? { swarms: {} } : {}),
  });
  const runtime = createRuntime({ store, machines: hordeMachines, workers });
  const plan = formTeam({
    id: 'above',
    request: 'R',
    pattern: 'review-loop',
    model: MODEL,
    tools,
    limits,
  });
  const result = await (await runtime.start(plan)).result();
  for (const id of await runtime.teams()) expect((await runtime.replay(id)).divergence).toBeNull();
  await runtime.close();
  return { store, result };
}

const below = async (store: EventStore) =>
  (await store.streams('team-above-')).map(({ stream }) => stream.slice(5));
const answers = async (store: EventStore) =>
  (await streamOf(store, 'above')).filter(({ type }) => type === 'tool.returned').map(dataOf);

describe('An agent that dispatches a swarm', () => {
  it('gets one synthesis back, and hands in its own work', async () => {
    const { store, result } = await play(client(1));
    expect(result).toMatchObject({ status: 'done', reason: 'all reviewers approved' });
    const [answer] = await answers(store);
    expect(answer).toMatchObject({
      tool: 'dispatch_swarm',
      ok: true,
      team: (await below(store))[0],
      // Two contributions and the synthesis, twenty tokens each.
      spent: { tokens: 60 },
      usage: { inputTokens: 30, outputTokens: 30 },
    });
    expect(answer.text).toContain('THE SYNTHESIS');
  });

  it('shows its teammates nothing of it, and its sub-agents nothing of each other or of the team', async () => {
    const asked: ModelRequest[] = [];
    const { store } = await play(client(1, asked));
    const seen = (agent: string) =>
      JSON.stringify(
        asked
          .filter(({ turn }) => turn.agent === agent)
          .map(({ system, messages }) => [system, messages]),
      );
    expect(seen('reviewer-1')).not.toContain('SYNTHESIS');
    expect(seen('contributor-1')).toContain(assignments[0]);
    expect(seen('contributor-1')).not.toContain(assignments[1]);
    expect(seen('contributor-2')).not.toContain(assignments[0]);
    const [formed] = await streamOf(store, (await below(store))[0]!);
    expect(dataOf(formed!)).toMatchObject({
      depth: 1,
      limits: { depth: 1, dispatchesPerAgent: 0 },
    });
    for (const { profile } of dataOf(formed!).input.roster)
      expect(profile.tools.map((tool: { name: string }) => tool.name)).not.toContain(
        'dispatch_swarm',
      );
  });

  it('may do so twice, and is refused the third time', async () => {
    const { store, result } = await play(client(3));
    expect(await below(store)).toHaveLength(2);
    const refused = (await streamOf(store, 'above')).filter(({ type }) => type === 'work.refused');
    expect(refused.map((raw) => dataOf(raw).limit)).toEqual(['dispatches']);
    expect(result.status).toBe('done');
  });

  it('is not offered it unless the run grants it', async () => {
    const { store } = await play(client(1), {}, false);
    expect(await below(store)).toEqual([]);
    const corrected = (await streamOf(store, 'above')).filter(
      ({ type }) => type === 'turn.corrected',
    );
    expect(dataOf(corrected[0]!).problem).toContain('no tool named "dispatch_swarm"');
  });

  it('never spends beyond the share that was reserved, and goes on with what comes back', async () => {
    const { store, result } = await play(client(1), { tokens: 60_000 });
    const admitted = (await streamOf(store, 'above'))
      .filter(({ type }) => type === 'work.admitted')
      .map(dataOf)
      .find(({ effect }) => effect === 'attaching');
    const [formed] = await streamOf(store, (await below(store))[0]!);
    expect(dataOf(formed!).limits.tokens).toBe(admitted.reserved.tokens);
    expect((await answers(store))[0].spent.tokens).toBeLessThanOrEqual(admitted.reserved.tokens);
    expect(result.status).toBe('done');
  });

  it('is told of unfit arguments, at no cost', async () => {
    const asked: ModelRequest[] = [];
    const model = client(1, asked);
    const unfit: ModelClient = {
      ...model,
      reply: async (...args: Parameters<ModelClient['reply']>) => {
        const reply = await model.reply(...args);
        const [block] = reply.content as any[];
        if (block.name === 'dispatch_swarm') block.input = { purpose: 'alone', agents: [] };
        return reply;
      },
    };
    const { store, result } = await play(unfit, { tokens: 60_000 });
    expect(await below(store)).toEqual([]);
    expect((await answers(store))[0]).toMatchObject({ ok: false, spent: { tokens: 0, usd: 0 } });
    expect(result.status).toBe('done');
  });
});
