import { describe, expect, it } from 'vitest';
import { allMoves } from '../../../src/events/words/index.ts';
import { createAnthropicClient } from '../../../src/hands/model/anthropic/anthropic-client.ts';
import type { ReceivedRequest } from '../../servers/messages-api.ts';
import type { Block } from '../../servers/request-rules.ts';
import { aRequest, ask, inTurn, KEY, said, serverWith } from './asking.ts';

const use = (input: unknown, id = 'toolu_1'): Block => ({
  type: 'tool_use',
  id,
  name: 'approve',
  input,
});

describe('a reply', () => {
  it('comes as it streams and arrives whole, block by block', async () => {
    const content = [
      { type: 'thinking', thinking: 'Is it sound? ✓ Yes.', signature: 'c2ln' },
      { type: 'text', text: 'Looks right — “naïve” but 正しい. '.repeat(8) },
      use({ evidence: 'I read each line.\n"All" of it.', issues: [] }),
    ];
    const api = await serverWith(inTurn({ content, model: 'claude-sonnet-5-5-20260901' }));
    const parts: string[] = [];
    const { reply } = await ask(api.url, aRequest(), { onText: (part) => parts.push(part) });
    expect(reply).toMatchObject({ content, stopReason: 'tool_use' });
    expect(reply?.model).toBe('claude-sonnet-5-5-20260901');
    expect(parts.length).toBeGreaterThan(3);
    expect(parts.join('')).toBe(content[1]!['text']);
  });

  it('tells what was used, cached parts apart', async () => {
    const usage = {
      input_tokens: 10,
      output_tokens: 200,
      cache_read_input_tokens: 3000,
      cache_creation_input_tokens: 400,
    };
    const api = await serverWith(inTurn(said('Yes.', { usage })));
    expect((await ask(api.url)).reply?.usage).toEqual({
      inputTokens: 10,
      outputTokens: 200,
      cacheReadTokens: 3000,
      cacheWriteTokens: 400,
    });
  });

  it('is read right however its bytes are cut', async () => {
    const content = [
      { type: 'text', text: 'Fünf Äpfel: 🍏🍎🍏🍎🍏\r\n\nkeine 梨' },
      use({ evidence: '🍏' }),
    ];
    const api = await serverWith((_, n) => ({ content, chunkBytes: [1, 2, 3, 7][n]! }));
    for (let i = 0; i < 4; i++) expect((await ask(api.url)).reply?.content).toEqual(content);
  });

  it('is taken in one piece from a server that does not stream', async () => {
    const message = {
      type: 'message',
      role: 'assistant',
      model: 'local',
      content: [{ type: 'text', text: 'Whole.' }],
      stop_reason: 'end_turn',
      usage: { input_tokens: 5, output_tokens: 2 },
    };
    const raw = JSON.stringify(message);
    const api = await serverWith(inTurn({ status: 200, contentType: 'application/json', raw }));
    expect((await ask(api.url)).reply).toMatchObject({
      content: message.content,
      stopReason: 'end_turn',
      usage: { inputTokens: 5, outputTokens: 2 },
    });
  });

  it('leaves out empty texts, which the API would not hear again', async () => {
    const content = [{ type: 'text', text: '' }, use({})];
    const api = await serverWith(inTurn({ content }));
    expect((await ask(api.url)).reply?.content).toEqual([use({})]);
  });

  it('ends as the model ended it: by itself, by a move, by a stop sequence, or by a reason yet unknown', async () => {
    for (const stopReason of ['end_turn', 'tool_use', 'stop_sequence', 'a_new_reason']) {
      const api = await serverWith(inTurn(said('Done.', { stopReason })));
      expect((await ask(api.url)).reply?.stopReason).toBe(stopReason);
    }
  });
});

describe('a turn that the provider pauses', () => {
  const paused = said('Still searching.', {
    stopReason: 'pause_turn',
    usage: { input_tokens: 100, output_tokens: 10 },
  });

  it('is continued from where it paused, and what it used adds up', async () => {
    const end = said('Found it.', { usage: { input_tokens: 120, output_tokens: 5 } });
    const api = await serverWith(inTurn(paused, end));
    const { reply } = await ask(api.url);
    expect(reply?.content).toEqual([...paused.content, ...end.content]);
    expect(reply?.usage).toMatchObject({ inputTokens: 220, outputTokens: 15 });
    expect(api.requests[1]!.body.messages.at(-1)).toMatchObject({
      role: 'assistant',
      content: [{ text: 'Still searching.' }],
    });
  });

  it('may be paused in the middle of a thought', async () => {
    const thought = { type: 'thinking', thinking: 'I should search', signature: 'c2ln' };
    const api = await serverWith(
      inTurn({ content: [thought], stopReason: 'pause_turn' }, said('Found it.')),
    );
    expect((await ask(api.url)).reply?.content).toEqual([
      thought,
      { type: 'text', text: 'Found it.' },
    ]);
  });

  it('is given up after the bound, with all that it used', async () => {
    const api = await serverWith(inTurn(paused));
    const { failure } = await ask(api.url, aRequest(), { continuationsMax: 2 });
    expect(failure).toMatchObject({
      kind: 'truncated',
      data: { usage: { inputTokens: 300, outputTokens: 30 } },
    });
    expect(api.requests).toHaveLength(3);
  });
});

describe('a reply that is no answer', () => {
  const usage = { input_tokens: 50, output_tokens: 7 };
  const used = {
    inputTokens: 50,
    outputTokens: 7,
    cacheReadTokens: 0,
    cacheWriteTokens: 0,
    usd: 0,
  };

  it.each([
    ['max_tokens', 'truncated', 'cut off at 1000 output tokens'],
    [
      'model_context_window_exceeded',
      'contextTooLong',
      'context window of claude-sonnet-5-5 is full',
    ],
    ['refusal', 'refused', 'refused to answer: cyber, not this'],
  ])('stopped by %s fails as %s, with what it used', async (stopReason, kind, message) => {
    const stopDetails = { type: 'refusal', category: 'cyber', explanation: 'not this' } as const;
    const api = await serverWith(inTurn(said('Half a', { stopReason, stopDetails, usage })));
    const { failure } = await ask(api.url);
    expect(failure).toMatchObject({ kind, data: { usage: used } });
    expect(failure?.message).toContain(message);
  });

  it('is truncated, not malformed, when the cut goes through the input of a tool', async () => {
    const content = [use('{"evidence": "I rea')];
    const api = await serverWith(inTurn({ content, stopReason: 'max_tokens' }));
    expect((await ask(api.url)).failure?.kind).toBe('truncated');
  });

  it('is lost when the input of a finished tool use is no JSON', async () => {
    const api = await serverWith(inTurn({ content: [use('{"evidence": }')], usage }));
    expect((await ask(api.url)).failure).toMatchObject({
      kind: 'transient',
      data: { usage: used },
    });
  });
});

describe('the request that goes out', () => {
  it('carries the key, and everything of the request but the turn', async () => {
    const api = await serverWith(inTurn(said('Yes.')));
    await ask(api.url, aRequest({ temperature: 0.5 }));
    const { body } = api.requests[0]!;
    expect(body).toMatchObject({ model: 'claude-sonnet-5-5', max_tokens: 1000, temperature: 0.5 });
    expect(body.stream).toBe(true);
    expect(JSON.stringify(body)).not.toContain('grant');
  });

  it('carries a token as bearer when there is no key', async () => {
    const api = await serverWith(inTurn(said('Yes.')), { key: 'token-1' });
    expect((await ask(api.url, aRequest(), { authToken: 'token-1' })).reply).toBeDefined();
  });

  it('leaves out system and tools when there are none', async () => {
    const api = await serverWith(inTurn(said('Yes.')));
    await ask(api.url, aRequest({ system: '', tools: [] }));
    expect(Object.keys(api.requests[0]!.body).sort()).toEqual([
      'max_tokens',
      'messages',
      'model',
      'stream',
    ]);
  });

  it('offers every move strictly, within what a strict schema may say', async () => {
    const api = await serverWith(inTurn(said('Yes.')));
    const tools = [...allMoves.values()].map((move) => move.tool).slice(0, 12);
    await ask(api.url, aRequest({ tools }));
    const sent = api.requests[0]!.body.tools!;
    expect(sent.map(({ strict }) => strict)).toEqual(tools.map(() => true));
    expect(sent.map(({ name }) => name)).toEqual(tools.map(({ name }) => name));
  });

  it('keeps a tool as it is where strictness would change what it admits', async () => {
    const open = {
      name: 'anything',
      description: 'Takes any fields.',
      input: { type: 'object', properties: {}, additionalProperties: { type: 'string' } },
    };
    const api = await serverWith(inTurn(said('Yes.')));
    await ask(api.url, aRequest({ tools: [open] }));
    expect(api.requests[0]!.body.tools![0]).toEqual({
      name: open.name,
      description: open.description,
      input_schema: open.input,
      cache_control: { type: 'ephemeral' },
    });
  });

  it('is strict for no more tools than the provider allows', async () => {
    const tools = Array.from({ length: 30 }, (_, i) => ({
      name: `tool_${i}`,
      description: 'One of many.',
      input: { type: 'object', properties: {}, additionalProperties: false },
    }));
    const api = await serverWith(inTurn(said('Yes.')));
    expect((await ask(api.url, aRequest({ tools }))).reply).toBeDefined();
    const strict = api.requests[0]!.body.tools!.filter((tool) => tool.strict);
    expect(strict.map(({ name }) => name)).toEqual(tools.slice(0, 20).map(({ name }) => name));
  });

  it('does without strictness, from then on, where a server cannot hold it', async () => {
    const refusal = {
      status: 400,
      errorType: 'invalid_request_error',
      message: 'tools.0.custom.strict: Extra inputs are not permitted',
    };
    const isStrict = ({ body }: ReceivedRequest) => body.tools!.some((tool) => tool.strict);
    const api = await serverWith((request) => (isStrict(request) ? refusal : said('Yes.')));
    const client = createAnthropicClient({ apiKey: KEY, baseUrl: api.url });
    const listening = { signal: new AbortController().signal, onText() {} };
    const both = [client.reply(aRequest(), listening), client.reply(aRequest(), listening)];
    expect(await Promise.all(both)).toHaveLength(2);
    await client.reply(aRequest(), listening);
    expect(api.requests.map(isStrict)).toEqual([true, true, false, false, false]);
  });

  it('lets the next request read from the cache all that this one held', async () => {
    const api = await serverWith(inTurn(said('Yes.')), { cache: true });
    const first = aRequest();
    const one = await ask(api.url, first);
    const longer = aRequest({
      messages: [
        ...first.messages,
        {
          role: 'assistant',
          content: [
            { type: 'thinking', thinking: 'Hm.', signature: 'c2ln' },
            { type: 'text', text: 'Yes.' },
          ],
        },
        { role: 'user', content: [{ type: 'text', text: 'Are you sure?' }] },
      ],
    });
    const two = await ask(api.url, longer);
    expect(one.reply!.usage.cacheReadTokens).toBe(0);
    expect(one.reply!.usage.cacheWriteTokens).toBeGreaterThan(100);
    expect(two.reply!.usage.cacheReadTokens).toBe(one.reply!.usage.cacheWriteTokens);
    expect(two.reply!.usage.cacheWriteTokens).toBeGreaterThan(0);
  });

  it('has the same bytes when it is asked again', async () => {
    const api = await serverWith(inTurn(said('Yes.')));
    await ask(api.url);
    await ask(api.url);
    const [one, two] = api.requests;
    expect(JSON.stringify(one!.body)).toBe(JSON.stringify(two!.body));
    expect(two!.nth).toBe(2);
  });
});

describe('a client', () => {
  it('has a key for the governor that tells keys apart and tells none', () => {
    const keys = ['sk-ant-one-11111111', 'sk-ant-two-22222222'].map(
      (apiKey) => createAnthropicClient({ apiKey, baseUrl: 'http://host:1/' }).key,
    );
    expect(keys[0]).toMatch(/^anthropic:host:1:[0-9a-f]{8}$/);
    expect(keys[0]).not.toBe(keys[1]);
  });

  it('is refused without a key, or with a URL that is none, without telling either', () => {
    expect(() => createAnthropicClient({})).toThrow('set ANTHROPIC_API_KEY');
    const apiKey = KEY;
    expect(() => createAnthropicClient({ apiKey, baseUrl: 'not a url' })).toThrow('https://host');
  });
});
