import { describe, expect, it } from 'vitest';
import { createAnthropicClient } from '../../../src/hands/model/anthropic/anthropic-client.ts';
import { anthropic } from '../../../src/hands/model/anthropic/anthropic-provider.ts';
import {
  type ChoosingOptions,
  cheapestModel,
  modelChooser,
} from '../../../src/hands/model/choose.ts';
import { createPriceTable, listPrices } from '../../../src/hands/model/prices.ts';
import { Catalog } from '../../../src/planning/catalog/catalog.ts';
import { recommend } from '../../../src/planning/recommend.ts';
import { KEY, said, serverWith } from './asking.ts';

const catalog = new Catalog();
const prices = createPriceTable();
const model = 'claude-haiku-4-5';
const request = 'Write a policy and have a lawyer review it until she approves.';
const input = {
  pattern: 'review-loop',
  confidence: 0.9,
  signals: [],
  reasons: ['A lawyer is to approve it.'],
  seats: [],
  alternatives: [],
};
const answer = (given: object) => ({
  content: [{ type: 'tool_use', id: 'toolu_1', name: 'choose_way_of_working', input: given }],
  usage: { output_tokens: 40 },
});

async function asking(
  reply: Parameters<typeof serverWith>[0],
  more: Partial<ChoosingOptions> = {},
) {
  const api = await serverWith(reply);
  const client = createAnthropicClient({ apiKey: KEY, baseUrl: api.url });
  const { ask, used } = modelChooser({ client, prices, model, ...more });
  const taken = await recommend(request, catalog, { ask });
  return { api, taken, used: used() };
}

describe('a model that chooses', () => {
  it('is made to call the one tool, and its answer becomes the recommendation', async () => {
    const { api, taken, used } = await asking(() => answer(input));
    expect(taken).toMatchObject({ pattern: 'review-loop', confidence: 0.9, unanswered: null });
    expect(taken.roster[1]).toMatchObject({
      role: 'reviewer',
      agentType: 'compliance-auditor',
    });
    expect(used?.outputTokens).toBe(40);
    expect(used?.usd).toBeGreaterThan(0);
    expect(api.rejected).toEqual([]);
    expect(api.requests).toHaveLength(1);
    const { body } = api.requests[0]!;
    expect(body.tools).toHaveLength(1);
    expect((body as any).tool_choice).toEqual({ type: 'tool', name: 'choose_way_of_working' });
  });

  it('that answers with anything else has not chosen, and what it used is told', async () => {
    const { taken, used } = await asking(() => answer({ ...input, pattern: 'committee' }));
    expect(taken).toMatchObject({ by: 'judge', pattern: 'review-loop' });
    expect(taken.unanswered).toContain('no answer that fits');
    expect(used?.outputTokens).toBe(40);
    const talking = await asking(() => said('Take a review loop.'));
    expect(talking.taken.unanswered).toContain('no answer that fits');
  });

  it('that cannot be asked leaves the choice to the judge, which says why', async () => {
    const { taken } = await asking(() => ({
      status: 500,
      errorType: 'api_error',
      message: 'Internal server error',
    }));
    expect(taken).toMatchObject({ by: 'judge', pattern: 'review-loop' });
    expect(taken.unanswered).toMatch(/./);
  });

  it('is not asked when the call could exceed what it may use', async () => {
    for (const bound of [{ tokensMax: 3000 }, { usdMax: 0.0001 }]) {
      const { api, taken } = await asking(() => answer(input), bound);
      expect(taken.unanswered).toMatch(/too small/);
      expect(api.requests).toHaveLength(0);
    }
    const unpriced = await asking(() => answer(input), { model: 'unknown', usdMax: 100 });
    expect(unpriced.taken.unanswered).toMatch(/too small/);
  });

  it('is the cheapest of the provider that is asked, whatever else is in the table', () => {
    const name = cheapestModel(prices, anthropic)!;
    const cost = ({ usdPerMillion }: (typeof listPrices)[string]) => usdPerMillion.input;
    expect(cost(listPrices[name]!)).toBe(Math.min(...Object.values(listPrices).map(cost)));
    expect(cheapestModel(createPriceTable({}), anthropic)).toBeUndefined();
    expect(cheapestModel(prices, { prices: {} })).toBeUndefined();
  });
});
