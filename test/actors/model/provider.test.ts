import { describe, expect, it, onTestFinished } from 'vitest';
import { createRuntime } from '../../../src/actors/runtime.ts';
import type { RecordedEvent } from '../../../src/events/event.ts';
import { openMemoryStore } from '../../../src/events/stores/memory-store.ts';
import { hordeWorkers } from '../../../src/hands/horde-workers.ts';
import { createPriceTable, listPrices } from '../../../src/hands/model/prices.ts';
import type { ModelProvider } from '../../../src/hands/model/provider.ts';
import { providerOf, providers, reach, waysToModel } from '../../../src/hands/model/providers.ts';
import { createRehearsalModel } from '../../../src/hands/model/rehearsal/rehearsal-model.ts';
import { rehearsalLabels } from '../../../src/hands/model/rehearsal/rehearsal-provider.ts';
import { hordeMachines } from '../../../src/machines/index.ts';
import { formTeam } from '../../../src/planning/formation.ts';

const acmePrices: ModelProvider['prices'] = {
  'acme-1': {
    contextTokens: 100_000,
    outputTokensMax: 8000,
    usdPerMillion: { input: 1, output: 3, cacheRead: 0, cacheWrite: 1 },
  },
};

/** A whole provider: this much stands in its folder. */
const acme: ModelProvider = {
  name: 'acme',
  prices: acmePrices,
  defaultModel: 'acme-1',
  ways: ['set ACME_KEY'],
  access: ({ env }) =>
    env['ACME_KEY'] === undefined
      ? undefined
      : {
          detail: 'ACME_KEY is set',
          isElsewhere: false,
          client: async (moves) => ({
            ...createRehearsalModel({ seed: 5, moves }),
            rehearsal: false,
            key: 'acme:1',
          }),
        },
};

const known = [...providers, acme];
const labels = {};

describe('a model provider of one folder and one entry in the list', () => {
  it('answers a team to its end, at its own prices', async () => {
    const access = reach({ env: { ACME_KEY: 'k' }, labels }, known)!;
    const prices = createPriceTable({ ...listPrices, ...access.provider.prices });
    const { workers } = hordeWorkers({ client: await access.client([]), prices });
    const runtime = createRuntime({ store: openMemoryStore(), machines: hordeMachines, workers });
    onTestFinished(() => runtime.close());
    const model = access.provider.defaultModel!;
    const request = 'Write a note about tides, then review it.';
    const team = await runtime.start(formTeam({ pattern: 'review-loop', request, model }));
    await team.result();
    const events: RecordedEvent[] = [];
    for await (const event of team.events()) events.push(event);
    expect(events.at(-1)).toMatchObject({ type: 'team.dissolved', data: { status: 'done' } });
    const replies = events.filter(({ type }) => type === 'model.replied');
    expect(replies.length).toBeGreaterThan(1);
    for (const { data } of replies)
      expect(data).toMatchObject({ model: 'acme-1', rehearsal: false });
    const usd = replies.map(({ data }) => (data['usage'] as { usd: number }).usd);
    expect(Math.min(...usd)).toBeGreaterThan(0);
  });

  it('is asked where it is the first that can be reached', () => {
    const both = { ACME_KEY: 'k', ANTHROPIC_API_KEY: 'a' };
    expect(reach({ env: both, labels }, known)?.provider.name).toBe('anthropic');
    expect(reach({ env: both, labels }, [acme, ...providers])?.provider.name).toBe('acme');
    expect(reach({ env: { ACME_KEY: 'k' }, labels }, known)?.provider.name).toBe('acme');
    expect(reach({ env: {}, labels }, known)).toBeUndefined();
  });

  it('is told of where no model can be reached, and named in spans', () => {
    expect(waysToModel(known)).toContain('set ACME_KEY');
    expect(waysToModel()).not.toContain('ACME_KEY');
    expect(providerOf('acme-1', known)).toBe('acme');
    expect(providerOf('claude-sonnet-5-5', known)).toBe('anthropic');
  });

  it('does not answer a team that was formed to rehearse', async () => {
    const rehearsing = rehearsalLabels({ seed: 3, latencyMs: 0, failureRate: 0 });
    const env = { ACME_KEY: 'k', ANTHROPIC_API_KEY: 'a' };
    const access = reach({ env, labels: rehearsing }, known)!;
    expect(access.provider.name).toBe('rehearsal');
    expect((await access.client([])).rehearsal).toBe(true);
    // Streams of old say it in another word.
    expect(reach({ env, labels: { rehearsal: 'true' } }, known)?.provider.name).toBe('rehearsal');
  });
});
