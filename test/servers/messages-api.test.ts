import Anthropic from '@anthropic-ai/sdk';
import { describe, expect, it, onTestFinished } from 'vitest';
import { type MessagesApi, type MessagesApiOptions, startMessagesApi } from './messages-api.ts';

const hello = { role: 'user', content: [{ type: 'text', text: 'Hello.' }] };
const tool = { name: 'look', description: 'Looks.', input_schema: { type: 'object' } };
const body = { model: 'm', max_tokens: 10, messages: [hello] };
const use = (id: string) => ({ type: 'tool_use', id, name: 'look', input: {} });
const result = (id: string) => ({ type: 'tool_result', tool_use_id: id, content: 'seen' });
const assistant = (...content: object[]) => ({ role: 'assistant', content });
const user = (...content: object[]) => ({ role: 'user', content });
const text = (words: string) => ({ type: 'text', text: words });
const strict = (schema: object) => ({
  ...body,
  tools: [{ ...tool, strict: true, input_schema: schema }],
});

async function serving(options: Partial<MessagesApiOptions> = {}): Promise<MessagesApi> {
  const api = await startMessagesApi({
    script: () => ({ content: [{ type: 'text', text: 'Yes.' }] }),
    ...options,
  });
  onTestFinished(() => api.close());
  return api;
}

async function post(api: MessagesApi, json: unknown, headers = {}): Promise<[number, any]> {
  const response = await fetch(`${api.url}/v1/messages`, {
    method: 'POST',
    headers: { 'x-api-key': 'k', 'anthropic-version': '2023-06-01', ...headers },
    body: typeof json === 'string' ? json : JSON.stringify(json),
  });
  return [response.status, await response.json()];
}

describe('the scripted Messages API', () => {
  it('answers in one piece or as a stream, with the same message', async () => {
    const api = await serving();
    const client = new Anthropic({ apiKey: 'k', baseURL: api.url, maxRetries: 0 });
    const request = {
      model: 'm',
      max_tokens: 10,
      messages: [{ role: 'user' as const, content: [text('Hi.') as Anthropic.TextBlockParam] }],
    };
    const whole = await client.messages.create(request);
    const streamed = await client.messages.stream(request).finalMessage();
    expect(streamed.content).toEqual(whole.content);
    expect(streamed.usage.output_tokens).toBe(whole.usage.output_tokens);
    expect(streamed.stop_reason).toBe('end_turn');
  });

  it.each<[string, unknown]>([
    ['not valid JSON', '{'],
    ['not a JSON object', []],
    ['model: Field required', { ...body, model: undefined }],
    ['max_tokens: Field required', { ...body, max_tokens: undefined }],
    ['greater than or equal to 1', { ...body, max_tokens: 0 }],
    ['turn: Extra inputs', { ...body, turn: {} }],
    ['messages: Field required', { ...body, messages: undefined }],
    ['at least one message', { ...body, messages: [] }],
    ['roles must alternate', { ...body, messages: [hello, hello] }],
    ['roles must alternate', { ...body, messages: [assistant(text('Hi.')), hello] }],
    ["should be 'user' or 'assistant'", { ...body, messages: [{ ...hello, role: 'tool' }] }],
    ['non-empty content', { ...body, messages: [user()] }],
    ['valid array', { ...body, messages: [{ role: 'user', content: 5 }] }],
    ['text content blocks must be non-empty', { ...body, messages: [user(text('  '))] }],
    ['system: text content blocks', { ...body, system: [text('')] }],
    ['prefill', { ...body, messages: [hello, assistant(text('I think'))] }],
    ["tag 'tool_result' is not allowed", { ...body, messages: [hello, assistant(result('a'))] }],
    ['without `tool_result` blocks', { ...body, messages: [hello, assistant(use('a')), hello] }],
    [
      'without `tool_result` blocks immediately after: b',
      { ...body, messages: [hello, assistant(use('a'), use('b')), user(result('a'))] },
    ],
    [
      'must come first',
      { ...body, messages: [hello, assistant(use('a')), user(text('Here.'), result('a'))] },
    ],
    ['unexpected `tool_use_id`', { ...body, messages: [user(result('a'))] }],
    [
      'unexpected `tool_use_id`',
      { ...body, messages: [hello, assistant(use('a')), user(result('a'), result('a'))] },
    ],
    [
      'ids must be unique',
      {
        ...body,
        messages: [
          hello,
          assistant(use('a')),
          user(result('a')),
          assistant(use('a')),
          user(result('a')),
        ],
      },
    ],
    [
      'valid dictionary',
      { ...body, messages: [hello, assistant({ ...use('a'), input: 'x' }), user(result('a'))] },
    ],
    [
      'signature: Field required',
      { ...body, messages: [hello, assistant({ type: 'thinking', thinking: 'Hm.' }), hello] },
    ],
    ['should match pattern', { ...body, tools: [{ ...tool, name: 'look here' }] }],
    ['must be unique', { ...body, tools: [tool, tool] }],
    ['input_schema: Field required', { ...body, tools: [{ name: 'look' }] }],
    ["should be 'object'", { ...body, tools: [{ ...tool, input_schema: { type: 'string' } }] }],
    ['explicitly set to false', strict({ type: 'object', properties: {} })],
    [
      "'minLength' is not supported",
      strict({
        type: 'object',
        properties: { a: { type: 'array', items: { type: 'string', minLength: 1 } } },
        additionalProperties: false,
      }),
    ],
    [
      'A maximum of 4 blocks',
      {
        ...body,
        messages: [user(...Array(5).fill({ ...text('a'), cache_control: { type: 'ephemeral' } }))],
      },
    ],
  ])('rejects as the real one would: %s', async (message, broken) => {
    const api = await serving();
    const [status, json] = await post(api, broken);
    expect(status).toBe(400);
    expect(json.error.type).toBe('invalid_request_error');
    expect(json.error.message).toContain(message);
    expect(api.requests).toHaveLength(0);
    expect(api.rejected).toHaveLength(1);
  });

  it('takes a whole conversation with tools', async () => {
    const api = await serving();
    const messages = [
      hello,
      assistant(
        { type: 'thinking', thinking: 'Hm.', signature: 's' },
        text('I look.'),
        use('a'),
        use('b'),
      ),
      user(result('b'), result('a'), text('Go on.')),
    ];
    expect((await post(api, { ...body, tools: [tool], messages }))[0]).toBe(200);
  });

  it('lets in nobody with a wrong key, or with none', async () => {
    const api = await serving({ key: 'right' });
    expect((await post(api, body))[0]).toBe(401);
    expect((await post(api, body, { 'x-api-key': '' }))[0]).toBe(401);
    expect((await post(api, body, { 'x-api-key': 'right' }))[0]).toBe(200);
    expect((await post(api, body, { 'x-api-key': '', authorization: 'Bearer right' }))[0]).toBe(
      200,
    );
  });

  it('counts who was asked what, and whether the answer went out', async () => {
    const content = [{ type: 'text', text: 'x'.repeat(300) }];
    const api = await serving({ script: (_, n) => ({ content, ...(n === 0 && { tornAt: 50 }) }) });
    await expect(post(api, { ...body, stream: true })).rejects.toThrow();
    await post(api, body);
    await post(api, { ...body, max_tokens: 99 });
    await post(api, { ...body, system: 'Be brief.' });
    await expect
      .poll(() => [...api.calls.values()].map(({ asked, answered }) => [asked, answered]))
      .toEqual([
        [3, 2],
        [1, 1],
      ]);
  });
});
