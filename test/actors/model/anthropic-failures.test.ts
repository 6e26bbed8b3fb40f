import { describe, expect, it, onTestFinished } from 'vitest';
import { eventsOf, type MessageReply } from '../../servers/reply-stream.ts';
import { aRequest, ask, inTurn, KEY, said, serverWith } from './asking.ts';

const error = (status: number, errorType: string, message = 'no', headers = {}) => ({
  status,
  errorType,
  message,
  headers,
});

describe('what the provider refuses to do', () => {
  it.each([
    [400, 'invalid_request_error', 'invalidRequest'],
    [401, 'authentication_error', 'authentication'],
    [402, 'billing_error', 'authentication'],
    [403, 'permission_error', 'authentication'],
    [404, 'not_found_error', 'invalidRequest'],
    [408, 'timeout_error', 'transient'],
    [409, 'api_error', 'transient'],
    [413, 'request_too_large', 'contextTooLong'],
    [422, 'invalid_request_error', 'invalidRequest'],
    [429, 'rate_limit_error', 'rateLimited'],
    [500, 'api_error', 'transient'],
    [502, 'api_error', 'transient'],
    [503, 'overloaded_error', 'overloaded'],
    [504, 'timeout_error', 'transient'],
    [529, 'overloaded_error', 'overloaded'],
  ])('as %i %s fails as %s, after one attempt', async (status, type, kind) => {
    const api = await serverWith(inTurn(error(status, type, 'the reason')));
    const { failure } = await ask(api.url);
    expect(failure?.kind).toBe(kind);
    expect(failure?.message).toContain('the reason');
    expect(failure?.data.usage).toBeUndefined();
    expect(api.requests).toHaveLength(1);
  });

  it('because the prompt is too long fails as such', async () => {
    const api = await serverWith(inTurn(said('Yes.')), { contextTokens: 10 });
    expect((await ask(api.url)).failure).toMatchObject({ kind: 'contextTooLong' });
    const message = 'input length and `max_tokens` exceed context limit: 199000 + 8000 > 200000';
    const other = await serverWith(inTurn(error(400, 'invalid_request_error', message)));
    expect((await ask(other.url)).failure?.kind).toBe('contextTooLong');
  });

  it('because it breaks a rule names the rule', async () => {
    const api = await serverWith(inTurn(said('Yes.')));
    const messages = [{ role: 'user' as const, content: [{ type: 'text', text: ' ' }] }];
    const { failure } = await ask(api.url, aRequest({ messages }));
    expect(failure?.kind).toBe('invalidRequest');
    expect(failure?.message).toContain(
      'messages.0.content.0: text content blocks must be non-empty',
    );
    expect(api.requests).toHaveLength(0);
  });

  it('without a body that can be read still has its status', async () => {
    const api = await serverWith(
      inTurn({ status: 502, contentType: 'text/html', raw: '<h1>Bad gateway</h1>' }),
    );
    const { failure } = await ask(api.url);
    expect(failure).toMatchObject({ kind: 'transient' });
    expect(failure?.message).toContain('502');
  });
});

describe('how long the provider asks us to wait', () => {
  it.each([
    [{ 'retry-after-ms': '1500' }, 1500],
    [{ 'retry-after': '7' }, 7000],
    [{ 'retry-after': '0.25' }, 250],
    [{ 'retry-after': '9', 'retry-after-ms': '40' }, 40],
  ])('is told with the failure: %o', async (headers, waitMs) => {
    const api = await serverWith(inTurn(error(429, 'rate_limit_error', 'slow down', headers)));
    expect((await ask(api.url)).failure?.data.retryAfterMs).toBe(waitMs);
  });

  it('may be given as a date', async () => {
    const date = new Date(Date.now() + 60_000).toUTCString();
    const api = await serverWith(
      inTurn(error(529, 'overloaded_error', 'later', { 'retry-after': date })),
    );
    const waitMs = (await ask(api.url)).failure?.data.retryAfterMs;
    expect(waitMs).toBeGreaterThan(55_000);
    expect(waitMs).toBeLessThanOrEqual(60_000);
  });

  it('is left out when it is not said, or makes no sense', async () => {
    for (const headers of [{}, { 'retry-after': 'soon' }]) {
      const api = await serverWith(inTurn(error(429, 'rate_limit_error', 'slow', headers)));
      expect((await ask(api.url)).failure?.data).not.toHaveProperty('retryAfterMs');
    }
  });
});

describe('a stream that goes wrong', () => {
  const usage = { input_tokens: 90, output_tokens: 40 };
  const whole = said('A text of some length that goes over in several pieces.', { usage });
  const bytes = Buffer.byteLength(
    eventsOf({
      reply: whole,
      id: `msg_${'0'.repeat(16)}_1`,
      model: 'claude-sonnet-5-5',
      usage: {
        input_tokens: 90,
        output_tokens: 40,
        cache_read_input_tokens: 0,
        cache_creation_input_tokens: 0,
      },
    }).join(''),
  );
  // The id's last part counts up with each asking, so that a stream may be some digits longer.
  const lastLine =
    bytes - Buffer.byteLength('event: message_stop\ndata: {"type":"message_stop"}\n\n');

  it.each(['tornAt', 'endsAt'] as const)(
    'is never taken for an answer, wherever it ends (%s)',
    async (fault) => {
      const places = [
        0,
        1,
        ...Array.from({ length: 30 }, (_, i) => Math.ceil((i * lastLine) / 30)),
      ];
      places.push(...Array.from({ length: 12 }, (_, i) => lastLine + i));
      const api = await serverWith((_, n) => ({ ...whole, [fault]: places[n]! }));
      for (const place of places) {
        const { reply, failure } = await ask(api.url);
        expect({ place, reply, kind: failure?.kind }).toEqual({ place, kind: 'transient' });
      }
    },
  );

  it('tells what the provider has said of its use, and counts what had streamed', async () => {
    const text = 'word '.repeat(600);
    const content = [{ type: 'text', text }];
    const api = await serverWith(inTurn({ content, usage, endsAt: 5000 }));
    const { failure, text: seen } = await ask(api.url);
    expect(failure?.data.usage?.inputTokens).toBe(90);
    expect(seen.length).toBeGreaterThan(500);
    expect(failure?.data.usage?.outputTokens).toBe(Math.ceil(seen.length / 3));
  });

  it.each([
    ['overloaded_error', 'overloaded'],
    ['rate_limit_error', 'rateLimited'],
    ['api_error', 'transient'],
    ['timeout_error', 'transient'],
    ['invalid_request_error', 'invalidRequest'],
    ['authentication_error', 'authentication'],
    ['an_error_of_tomorrow', 'transient'],
  ])('by an error event of type %s fails as %s', async (type, kind) => {
    const errorAt = { event: 3, type, message: 'in the middle' };
    const api = await serverWith(inTurn({ ...whole, errorAt }));
    const { failure } = await ask(api.url);
    expect(failure).toMatchObject({ kind, data: { usage: { inputTokens: 90 } } });
    expect(failure?.message).toContain('in the middle');
  });

  it.each([
    ['no JSON', 'event: content_block_delta\ndata: {"type":"content_blo\n\n'],
    ['no type', 'event: content_block_delta\ndata: {"index":0}\n\n'],
    ['a list', 'event: content_block_delta\ndata: []\n\n'],
    ['null', 'event: content_block_delta\ndata: null\n\n'],
    ['a delta without a block', delta({ index: 7, delta: { type: 'text_delta', text: 'x' } })],
    ['a delta without a delta', delta({ index: 0 })],
    ['a text that is none', delta({ index: 0, delta: { type: 'text_delta', text: 5 } })],
  ])('by an event that is %s is lost', async (_, text) => {
    const api = await serverWith(inTurn({ ...whole, garbledAt: { event: 2, text } }));
    expect((await ask(api.url)).failure?.kind).toBe('transient');
  });

  it.each([
    ['the message', 0],
    ['a block', 1],
    ['the reason why it stopped', -2],
  ])('in which %s is missing is lost', async (_, event) => {
    const api = await serverWith(inTurn({ ...whole, garbledAt: { event, text: '' } }));
    expect((await ask(api.url)).failure?.kind).toBe('transient');
  });

  it('passes over events and deltas that it does not know', async () => {
    const text = `event: news\ndata: {"type":"news"}\n\n${delta({ index: 0, delta: { type: 'newer' } })}`;
    const reply: MessageReply = { ...whole, content: [{ type: 'text', text: '' }] };
    // The third event of an empty block is its end, which may be missing.
    const api = await serverWith(inTurn({ ...reply, garbledAt: { event: 2, text } }));
    expect((await ask(api.url)).reply?.stopReason).toBe('end_turn');
  });

  it('is given up when nothing comes any more', async () => {
    const api = await serverWith(inTurn({ ...whole, silentAt: 900 }));
    const { failure } = await ask(api.url, aRequest(), { idleTimeoutMs: 2000 });
    expect(failure).toMatchObject({ kind: 'timedOut', data: { usage: { inputTokens: 90 } } });
    await expect.poll(() => api.open).toBe(0);
  });

  it('is given up when nothing has come at all', async () => {
    const api = await serverWith(() => new Promise(() => {}));
    const { failure } = await ask(api.url, aRequest(), { idleTimeoutMs: 60 });
    expect(failure?.kind).toBe('timedOut');
    await expect.poll(() => api.open).toBe(0);
  });

  it('is waited for as long as it pings', async () => {
    const api = await serverWith(inTurn({ ...whole, pings: { times: 10, everyMs: 40 } }));
    expect((await ask(api.url, aRequest(), { idleTimeoutMs: 300 })).reply).toBeDefined();
  });
});

const delta = (rest: object) =>
  `event: content_block_delta\ndata: ${JSON.stringify({ type: 'content_block_delta', ...rest })}\n\n`;

describe('a call that nobody waits for any more', () => {
  it('is given up in the middle, and tells what it has used so far', async () => {
    const text = 'word '.repeat(400);
    const api = await serverWith(inTurn(said(text, { silentAt: 2500 })));
    const leaving = new AbortController();
    const { failure } = await ask(api.url, aRequest(), {
      signal: leaving.signal,
      onText: () => leaving.abort(),
    });
    expect(failure?.kind).toBe('cancelled');
    expect(failure?.data.usage?.inputTokens).toBeGreaterThan(0);
    expect(failure?.data.usage?.outputTokens).toBeGreaterThan(0);
    await expect.poll(() => api.open).toBe(0);
  });

  it('is given up before the first byte', async () => {
    const leaving = new AbortController();
    const api = await serverWith(() => {
      leaving.abort();
      return new Promise(() => {});
    });
    const { failure } = await ask(api.url, aRequest(), { signal: leaving.signal });
    expect(failure).toMatchObject({ kind: 'cancelled', data: {} });
  });

  it('is not begun', async () => {
    const api = await serverWith(inTurn(said('Yes.')));
    const { failure } = await ask(api.url, aRequest(), { signal: AbortSignal.abort() });
    expect(failure?.kind).toBe('cancelled');
    expect(api.requests).toHaveLength(0);
  });

  it('leaves nothing behind on a signal that outlives it', async () => {
    const { signal } = new AbortController();
    let listeners = 0;
    const [add, remove] = [signal.addEventListener, signal.removeEventListener];
    signal.addEventListener = (...args: Parameters<typeof add>) => {
      listeners++;
      add.apply(signal, args);
    };
    signal.removeEventListener = (...args: Parameters<typeof remove>) => {
      listeners--;
      remove.apply(signal, args);
    };
    const api = await serverWith(inTurn(said('Yes.')));
    for (let i = 0; i < 3; i++) await ask(api.url, aRequest(), { signal });
    expect(listeners).toBe(0);
  });
});

describe('what is not the provider', () => {
  it('is nobody: the failure says where it looked and why that failed', async () => {
    const gone = await serverWith(inTurn(said('Yes.')));
    await gone.close();
    const { failure } = await ask(gone.url);
    expect(failure?.kind).toBe('transient');
    expect(failure?.message).toMatch(/ECONNREFUSED 127\.0\.0\.1/);
  });

  it('is something else: the failure says to check the address', async () => {
    const page = { status: 200, contentType: 'text/html', raw: '<h1>Welcome</h1>' };
    const api = await serverWith(inTurn(page));
    const { failure } = await ask(api.url);
    expect(failure?.kind).toBe('invalidRequest');
    expect(failure?.message).toContain('text/html, which is not the Messages API');
    const other = await serverWith(inTurn({ ...page, contentType: 'application/json', raw: '{}' }));
    expect((await ask(other.url)).failure?.kind).toBe('transient');
  });
});

describe('a key', () => {
  it('is in no failure, even when the server tells it back', async () => {
    const api = await serverWith(inTurn(said('Yes.')), { key: 'another' });
    const { failure } = await ask(api.url);
    expect(failure?.kind).toBe('authentication');
    expect(failure?.message).toContain('invalid x-api-key: [secret]');
    expect(everythingIn(failure)).not.toContain(KEY);
    const bearer = await ask(api.url, aRequest(), { authToken: 'plain-token-77' });
    expect(everythingIn(bearer.failure)).not.toContain('plain-token-77');
  });

  it('is in no failure of any other kind', async () => {
    const echoes = [
      error(500, 'api_error', `you sent Authorization: Bearer ${KEY} to https://u:${KEY}@host/`),
      said('x', { errorAt: { event: 1, type: 'overloaded_error', message: `key ${KEY}` } }),
      said('x', {
        stopReason: 'refusal',
        stopDetails: { type: 'refusal', category: null, explanation: `because of ${KEY}` },
      }),
      { status: 418, contentType: 'text/plain', raw: `key ${KEY} sk-ant-somebody-elses-key` },
    ];
    const api = await serverWith(inTurn(...echoes));
    for (const _ of echoes) {
      const text = everythingIn((await ask(api.url)).failure);
      expect(text).toContain('[secret]');
      expect(text).not.toContain('sk-ant-');
    }
  });

  it('is written nowhere, even where the environment asks the SDK to log', async () => {
    const written: string[] = [];
    const methods = ['log', 'info', 'warn', 'error', 'debug'] as const;
    const kept = methods.map((method) => console[method]);
    for (const method of methods) console[method] = (...args) => written.push(JSON.stringify(args));
    process.env['ANTHROPIC_LOG'] = 'debug';
    onTestFinished(() => {
      delete process.env['ANTHROPIC_LOG'];
      for (const [i, method] of methods.entries()) console[method] = kept[i]!;
    });
    const garbledAt = { event: 2, text: 'event: content_block_delta\ndata: {\n\n' };
    const api = await serverWith(inTurn(said('x'), said('x', { garbledAt })));
    await ask(api.url);
    await ask(api.url);
    expect(written).toEqual([]);
  });

  it('is not looked for in the environment', async () => {
    process.env['ANTHROPIC_API_KEY'] = 'sk-ant-from-the-environment';
    onTestFinished(() => {
      delete process.env['ANTHROPIC_API_KEY'];
    });
    const api = await serverWith(inTurn(said('Yes.')), { key: 'token-2' });
    expect((await ask(api.url, aRequest(), { authToken: 'token-2' })).reply).toBeDefined();
  });
});

/** Message, data, cause and stack: everything that could be written down. */
function everythingIn(failure: Error | undefined): string {
  if (!failure) return '';
  const { message, stack, cause } = failure;
  return [
    message,
    stack,
    JSON.stringify(failure),
    cause ? everythingIn(cause as Error) : '',
  ].join();
}
