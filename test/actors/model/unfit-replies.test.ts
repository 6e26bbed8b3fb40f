/**
 * Replies that no model should give, from any server: each costs its turn and nothing more. The worker is asked through
 * the real client, and what it throws or returns must fit the event that it is recorded as.
 */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { gzipSync } from 'node:zlib';
import { describe, expect, it, onTestFinished } from 'vitest';
import type { WorkContext } from '../../../src/actors/worker.ts';
import { WorkFailure } from '../../../src/actors/worker.ts';
import type { RecordedEvent } from '../../../src/events/event.ts';
import { modelFailed, modelReplied } from '../../../src/events/words/agent.ts';
import { createAnthropicClient } from '../../../src/hands/model/anthropic/anthropic-client.ts';
import { callModel } from '../../../src/hands/model/call-model.ts';
import type { ModelClient } from '../../../src/hands/model/model-client.ts';
import { createPriceTable } from '../../../src/hands/model/prices.ts';
import { KEY } from './asking.ts';
import { context, granted, INPUT } from './owed-call.ts';

const prices = createPriceTable();
const reserved = { tokens: 9000, usd: 0.5 };
const good = {
  type: 'message',
  model: 'claude-sonnet-5-5',
  content: [{ type: 'text', text: 'Yes.' }],
  stop_reason: 'end_turn',
  usage: { input_tokens: 100, output_tokens: 7 },
};

/** A server that answers every request with these bytes. */
async function serving(body: string | Buffer, headers: Record<string, string> = {}, status = 200) {
  const server = createServer((_, response) => {
    response.on('error', () => {});
    response.writeHead(status, { 'content-type': 'application/json', ...headers });
    response.end(body);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

/** What would be recorded of a call: a reply or a failure that fits its event. */
async function recorded(client: ModelClient, changes: Partial<WorkContext> = {}) {
  const worker = callModel({ client, prices });
  try {
    const data = await worker.run(INPUT, context({ reserved, ...changes }));
    return { replied: modelReplied.data.parse(data) };
  } catch (error) {
    if (!(error instanceof WorkFailure)) throw error;
    const { kind, message, data } = error;
    return { failed: modelFailed.data.parse({ kind, message, ...data }) };
  }
}

async function answered(body: string | Buffer, headers?: Record<string, string>, status?: number) {
  const baseUrl = await serving(body, headers, status);
  return recorded(createAnthropicClient({ apiKey: KEY, baseUrl }));
}

const withContent = (content: string) =>
  JSON.stringify({ ...good, content: 'HERE' }).replace('"HERE"', content);

const stream = (events: object[]) =>
  events
    .map((event) => `event: ${Object(event).type}\ndata: ${JSON.stringify(event)}\n\n`)
    .join('');
const STREAM = { 'content-type': 'text/event-stream' };

const nested = (depth: number) => `${'{"a":'.repeat(depth)}1${'}'.repeat(depth)}`;
const all = (usage: { inputTokens: number; outputTokens: number }) =>
  usage.inputTokens + usage.outputTokens;

describe('a reply of another shape', () => {
  it.each([
    ['bare text for a block', '["hello"]'],
    ['null for a block', '[null]'],
    ['a list for a block', '[[]]'],
    ['a block without a type', '[{"text":"hello"}]'],
    ['a text that is none', '[{"type":"text","text":7}]'],
    ['a tool without an id', '[{"type":"tool_use","name":"approve","input":{}}]'],
    ['input that is a text', '[{"type":"tool_use","id":"u","name":"approve","input":"x"}]'],
    ['no list', '"hello"'],
    ['a number beyond all', '[{"type":"text","text":"x","n":1e999}]'],
    [
      'input nested 3,000 deep',
      `[{"type":"tool_use","id":"u","name":"a","input":${nested(3000)}}]`,
    ],
    [
      'input nested 20,000 deep',
      `[{"type":"tool_use","id":"u","name":"a","input":${nested(2e4)}}]`,
    ],
  ])('such as one with %s is a failure that tells what was used', async (_, content) => {
    const { failed } = await answered(withContent(content));
    expect(['transient', 'truncated']).toContain(failed?.kind);
    expect(failed?.usage).toMatchObject({ inputTokens: 100, outputTokens: 7 });
    expect(failed?.usage?.usd).toBeGreaterThan(0);
  });

  it('comes from any client, not from one provider alone', async () => {
    const told = { ...good, stopReason: 'end_turn', usage: { inputTokens: 1, outputTokens: 1 } };
    const client = (reply: unknown): ModelClient => ({
      rehearsal: false,
      key: 'odd',
      reply: async () => reply as never,
    });
    for (const reply of [
      undefined,
      null,
      7,
      {},
      { ...told, content: ['hello'] },
      { ...told, model: 4 },
    ])
      expect((await recorded(client(reply))).failed?.kind).toBe('transient');
  });

  it('that nests no deeper than a move may is heard', async () => {
    const content = `[{"type":"tool_use","id":"u","name":"a","input":${nested(40)}}]`;
    expect((await answered(withContent(content))).replied?.stopReason).toBe('end_turn');
  });

  it('that is broken off amid JSON has cost what was reserved', async () => {
    const { failed } = await answered('{"type":"message","model":"m","content":[');
    expect(failed?.kind).toBe('transient');
    expect(all(failed!.usage!)).toBe(reserved.tokens);
  });
});

describe('a wait that is none', () => {
  it.each([
    [{ 'retry-after-ms': 'Infinity' }, undefined],
    [{ 'retry-after-ms': '1e400' }, undefined],
    [{ 'retry-after-ms': '-5' }, undefined],
    [{ 'retry-after': '9'.repeat(400) }, undefined],
    [{ 'retry-after': '300' }, 300_000],
    [{ 'retry-after': '400000000' }, 3_600_000],
  ])('%o is recorded as %s', async (headers, waitMs) => {
    const { failed } = await answered('{}', headers, 429);
    expect(failed?.kind).toBe('rateLimited');
    expect(failed?.retryAfterMs).toBe(waitMs);
  });

  it('of any client is bounded', async () => {
    const client = (retryAfterMs: number): ModelClient => ({
      rehearsal: false,
      key: 'odd',
      reply: () => Promise.reject(new WorkFailure('rateLimited', 'later', { retryAfterMs })),
    });
    expect((await recorded(client(Number.POSITIVE_INFINITY))).failed?.retryAfterMs).toBe(3_600_000);
    expect((await recorded(client(Number.NaN))).failed?.retryAfterMs).toBeUndefined();
  });
});

describe('usage that is missing or no count', () => {
  it.each([
    ['missing', undefined],
    ['null', null],
    ['without output', { input_tokens: 100 }],
    ['fractional', { input_tokens: 100.5, output_tokens: 7 }],
    ['a text', { input_tokens: '100', output_tokens: 7 }],
    ['negative', { input_tokens: 100, output_tokens: -7 }],
    ['beyond 2^53', { input_tokens: 2 ** 60, output_tokens: 7 }],
    ['beyond what any model holds', { input_tokens: 2 ** 53 - 1, output_tokens: 7 }],
    [
      'fractional in the cache',
      { input_tokens: 1, output_tokens: 7, cache_read_input_tokens: 0.5 },
    ],
  ])('(%s) settles the full reservation', async (_, usage) => {
    const { replied } = await answered(JSON.stringify({ ...good, usage }));
    expect(all(replied!.usage)).toBe(reserved.tokens);
    expect(replied!.usage.usd).toBe(reserved.usd);
  });

  it('settles it in a stream too, and in one that is torn', async () => {
    const { usage: _, ...message } = { ...good, content: [], stop_reason: null };
    const events = [
      { type: 'message_start', message },
      { type: 'content_block_start', index: 0, content_block: { type: 'text', text: 'Yes.' } },
      { type: 'content_block_stop', index: 0 },
      { type: 'message_delta', delta: { stop_reason: 'end_turn' } },
      { type: 'message_stop' },
    ];
    const whole = await answered(stream(events), STREAM);
    expect(all(whole.replied!.usage)).toBe(reserved.tokens);
    const torn = await answered(stream(events.slice(0, 3)), STREAM);
    expect(all(torn.failed!.usage!)).toBe(reserved.tokens);
  });

  it('that is told counts as it is told', async () => {
    const { replied } = await answered(JSON.stringify(good));
    expect(replied!.usage).toMatchObject({ inputTokens: 100, outputTokens: 7 });
  });
});

describe('half a surrogate', () => {
  it('in a reply is written as U+FFFD, in texts and in names', async () => {
    const content =
      '[{"type":"text","text":"a\\ud83d b\\udc00\\ud83d\\ude00"},{"type":"tool_use","id":"u","name":"t","input":{"k\\ud800":"\\\\ud800 \\ud800"}}]';
    const { replied } = await answered(withContent(content));
    expect(replied?.content).toEqual([
      { type: 'text', text: 'a\ufffd b\ufffd😀' },
      { type: 'tool_use', id: 'u', name: 't', input: { 'k\ufffd': '\\ud800 \ufffd' } },
    ]);
  });

  it('in a conversation reaches no provider', async () => {
    let asked = '';
    const client: ModelClient = {
      rehearsal: false,
      key: 'odd',
      reply(request) {
        asked = JSON.stringify([request.system, request.messages, request.tools]);
        return Promise.reject(new WorkFailure('transient', 'enough'));
      },
    };
    await recorded(client, context({ reserved }, withHalf()));
    expect(asked).toContain('a half \ufffd of it');
    expect(asked).not.toMatch(/\\ud[89a-f]/);
  });
});

/** The owed call, with half a surrogate in what the agent was asked. */
function withHalf(): RecordedEvent[] {
  return JSON.parse(
    JSON.stringify(granted()).replace('You review.', 'You review a half \\ud83d of it.'),
  );
}

describe('a reply longer than its tokens can be', () => {
  const text = (bytes: number) => [{ type: 'text', text: 'x'.repeat(bytes) }];
  const megabytes = (count: number) => JSON.stringify({ ...good, content: text(count * 1e6) });

  it.each([1, 40])('of %i MB costs its turn', async (count) => {
    const { failed } = await answered(megabytes(count));
    expect(failed?.kind).toBe('truncated');
    expect(all(failed!.usage!)).toBeLessThanOrEqual(reserved.tokens);
  });

  it.each([1, 40])('of %i MB in a stream costs its turn', async (count) => {
    const events: object[] = [
      { type: 'message_start', message: { ...good, content: [], stop_reason: null } },
      { type: 'content_block_start', index: 0, content_block: { type: 'text', text: '' } },
    ];
    for (let i = 0; i < count * 10; i++)
      events.push({
        type: 'content_block_delta',
        index: 0,
        delta: { type: 'text_delta', text: 'x'.repeat(1e5) },
      });
    let seen = 0;
    const body = stream(events);
    const { failed } = await recorded(
      createAnthropicClient({ apiKey: KEY, baseUrl: await serving(body, STREAM) }),
      {
        progress: (part) => {
          seen += part.length;
        },
      },
    );
    expect(failed?.kind).toBe('truncated');
    expect(all(failed!.usage!)).toBeLessThanOrEqual(reserved.tokens);
    expect(seen).toBeLessThan(400_000);
  });

  it('is given up although it is packed small, in an answer, a stream and an error', async () => {
    const packed = { 'content-encoding': 'gzip' };
    const bomb = gzipSync(Buffer.alloc(100_000_000, 0x20));
    expect(bomb.length).toBeLessThan(200_000);
    const before = process.memoryUsage().arrayBuffers;
    expect((await answered(bomb, packed)).failed?.kind).toBe('truncated');
    expect((await answered(bomb, { ...packed, ...STREAM })).failed?.kind).toBe('truncated');
    expect((await answered(bomb, packed, 500)).failed).toBeDefined();
    expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(60_000_000);
  });
});
