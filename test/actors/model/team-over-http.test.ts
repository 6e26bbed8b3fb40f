import { describe, expect, it, onTestFinished } from 'vitest';
import { createGovernor } from '../../../src/actors/governor/token-governor.ts';
import { createRuntime } from '../../../src/actors/runtime.ts';
import type { RecordedEvent } from '../../../src/events/event.ts';
import { openMemoryStore } from '../../../src/events/stores/memory-store.ts';
import { createAnthropicClient } from '../../../src/hands/model/anthropic/anthropic-client.ts';
import { callModel } from '../../../src/hands/model/call-model.ts';
import { createPriceTable } from '../../../src/hands/model/prices.ts';
import { defaultModel } from '../../../src/hands/model/providers.ts';
import { createUseTool } from '../../../src/hands/tools/use-tool.ts';
import { hordeMachines } from '../../../src/machines/index.ts';
import { formTeam } from '../../../src/planning/formation.ts';
import type { MessagesApi, Script } from '../../servers/messages-api.ts';
import { askedFor, player, SHOWN, troubled } from '../../servers/player.ts';
import { KEY, serverWith } from './asking.ts';

/** Runs a review loop against a server with this script, to its end. */
async function reviewed(script: Script): Promise<{ api: MessagesApi; events: RecordedEvent[] }> {
  const api = await serverWith(script, { cache: true });
  const store = openMemoryStore();
  const client = createAnthropicClient({ apiKey: KEY, baseUrl: api.url });
  const runtime = createRuntime({
    store,
    machines: hordeMachines,
    workers: {
      callModel: callModel({ client, prices: createPriceTable() }),
      useTool: createUseTool([]),
    },
    governor: createGovernor({ burst: 200 }),
  });
  onTestFinished(() => runtime.close());
  const team = await runtime.start(
    formTeam({
      request: 'Design a migration that splits the users table, then review it for safety.',
      materials: [],
      pattern: 'review-loop',
      agents: { reviewer: ['dba', 'security-auditor'] },
      model: defaultModel,
      limits: {},
      tools: [],
      labels: {},
    }),
  );
  await team.result();
  const events: RecordedEvent[] = [];
  for await (const event of team.events()) events.push(event);
  return { api, events };
}

const of = (events: RecordedEvent[], type: string) => events.filter((event) => event.type === type);

describe('a team whose model is asked over HTTP', () => {
  it('works until it dissolves, and asks nothing that the API would reject', async () => {
    const { api, events } = await reviewed(player());
    expect(api.rejected).toEqual([]);
    expect(events.at(-1)).toMatchObject({ type: 'team.dissolved', data: { status: 'done' } });
    const replies = of(events, 'model.replied');
    expect(replies).toHaveLength(api.requests.length);
    expect(of(events, 'turn.corrected')).toEqual([]);
    expect(of(events, 'budget.breached')).toEqual([]);
  });

  it('asks nothing twice, and the log tells what each reply answered', async () => {
    const { api, events } = await reviewed(player({ seed: 5 }));
    expect(
      [...api.calls.values()].every(({ asked, answered }) => asked === 1 && answered === 1),
    ).toBe(true);
    const answered = of(events, 'model.replied').flatMap(({ data }) =>
      (data['content'] as { type: string; id: string }[])
        .filter(({ type }) => type === 'tool_use')
        .map(({ id }) => askedFor(id)),
    );
    expect(answered.sort()).toEqual(
      [...api.calls.keys()].map((hash) => hash.slice(0, SHOWN)).sort(),
    );
  });

  it('reads from the cache what its agents were shown before', async () => {
    const { events } = await reviewed(player());
    const byAgent = new Map<string, number>();
    let extended = 0;
    for (const { data, meta } of of(events, 'model.replied')) {
      const agent = meta.work!.slice(0, meta.work!.indexOf('/'));
      const { inputTokens, cacheReadTokens, cacheWriteTokens } = data['usage'] as Record<
        string,
        number
      >;
      const before = byAgent.get(agent);
      if (before !== undefined) {
        expect(cacheReadTokens).toBe(before);
        extended += 1;
      }
      // Rounding alone: every block stands before a marker.
      expect(inputTokens).toBeLessThan(20);
      byAgent.set(agent, cacheReadTokens! + cacheWriteTokens!);
    }
    expect(byAgent.size).toBe(3);
    expect(extended).toBeGreaterThan(1);
  });

  it('gets over limits, overload and torn streams by retries that are recorded', async () => {
    const { api, events } = await reviewed(troubled(player(), { rate: 1 }));
    expect(events.at(-1)).toMatchObject({ type: 'team.dissolved', data: { status: 'done' } });
    const kinds = of(events, 'model.failed').map(({ data }) => data['kind']);
    expect(kinds.length).toBeGreaterThan(0);
    expect(api.requests).toHaveLength(of(events, 'model.replied').length + kinds.length);
    expect(api.rejected).toEqual([]);
  }, 60_000);
});
