import { describe, expect, it } from 'vitest';
import { createAnthropicClient } from '../../../src/hands/model/anthropic/anthropic-client.ts';
import {
  type ChoosingOptions,
  cheapestModel,
  choose,
  NotChosen,
} from '../../../src/hands/model/choose.ts';
import { createPriceTable, listPrices } from '../../../src/hands/model/prices.ts';
import { Catalog } from '../../../src/planning/catalog/catalog.ts';
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
  const chosen = choose(request, catalog, { client, prices, model, ...more });
  return { api, chosen };
}

describe('a model that chooses', () => {
  it('is made to call the one tool, and its answer becomes the selection', async () => {
    const { api, chosen } = await asking(() => answer(input));
    const { selection, usage } = await chosen;
    expect(selection).toMatchObject({ pattern: 'review-loop', confidence: 0.9 });
    expect(selection.roster[1]).toMatchObject({
      role: 'reviewer',
      agentType: 'compliance-auditor',
    });
    expect(usage.outputTokens).toBe(40);
    expect(usage.usd).toBeGreaterThan(0);
    expect(api.rejected).toEqual([]);
    expect(api.requests).toHaveLength(1);
    const { body } = api.requests[0]!;
    expect(body.tools).toHaveLength(1);
    expect((body as any).tool_choice).toEqual({ type: 'tool', name: 'choose_way_of_working' });
  });

  it('that answers with anything else has not chosen, and what it used is told', async () => {
    const { chosen } = await asking(() => answer({ ...input, pattern: 'committee' }));
    const failure = await chosen.catch((error: NotChosen) => error);
    expect(failure).toBeInstanceOf(NotChosen);
    expect((failure as NotChosen).message).toContain('no answer that fits');
    expect((failure as NotChosen).usage?.outputTokens).toBe(40);
    const talking = await asking(() => said('Take a review loop.'));
    await expect(talking.chosen).rejects.toThrow(NotChosen);
  });

  it('that cannot be asked has not chosen', async () => {
    const { chosen } = await asking(() => ({
      status: 500,
      errorType: 'api_error',
      message: 'Internal server error',
    }));
    await expect(chosen).rejects.toThrow(NotChosen);
  });

  it('is not asked when the call could exceed what it may use', async () => {
    for (const bound of [{ tokensMax: 3000 }, { usdMax: 0.0001 }]) {
      const { api, chosen } = await asking(() => answer(input), bound);
      await expect(chosen).rejects.toThrow(/too small/);
      expect(api.requests).toHaveLength(0);
    }
    const unpriced = await asking(() => answer(input), { model: 'unknown', usdMax: 100 });
    await expect(unpriced.chosen).rejects.toThrow(/too small/);
  });

  it('is the cheapest of the table', () => {
    const name = cheapestModel(prices)!;
    const cost = ({ usdPerMillion }: (typeof listPrices)[string]) => usdPerMillion.input;
    expect(cost(listPrices[name]!)).toBe(Math.min(...Object.values(listPrices).map(cost)));
    expect(cheapestModel(createPriceTable({}))).toBeUndefined();
  });
});
