import { describe, expect, it } from 'vitest';
import { WorkFailure } from '../../../src/actors/worker.ts';
import type { RecordedEvent } from '../../../src/events/event.ts';
import { modelFailed, modelReplied } from '../../../src/events/words/agent.ts';
import { createAnthropicClient } from '../../../src/hands/model/anthropic/anthropic-client.ts';
import { callModel } from '../../../src/hands/model/call-model.ts';
import type {
  ModelClient,
  ModelReply,
  ModelRequest,
} from '../../../src/hands/model/model-client.ts';
import { createPriceTable } from '../../../src/hands/model/prices.ts';
import { createRehearsalModel } from '../../../src/hands/model/rehearsal/rehearsal-model.ts';
import { player } from '../../servers/player.ts';
import { inTurn, KEY, said, serverWith } from './asking.ts';
import { context, granted, INPUT, limits, MODEL } from './owed-call.ts';

const usage = { inputTokens: 1000, outputTokens: 100, cacheReadTokens: 500, cacheWriteTokens: 200 };

/** A client that tells what it was asked. */
function clientOf(
  answer: (request: ModelRequest) => ModelReply | Error,
): ModelClient & { asked: ModelRequest[] } {
  const asked: ModelRequest[] = [];
  return {
    rehearsal: false,
    key: 'scripted',
    asked,
    async reply(request) {
      asked.push(request);
      const reply = answer(request);
      if (reply instanceof Error) throw reply;
      return reply;
    },
  };
}

const yes = (request: ModelRequest): ModelReply => ({
  model: request.model,
  content: [{ type: 'text', text: 'Yes.' }],
  stopReason: 'end_turn',
  usage,
});

const prices = createPriceTable();

async function failureOf(running: Promise<unknown>): Promise<WorkFailure> {
  const failure = await running.then(
    () => undefined,
    (error: unknown) => error,
  );
  if (!(failure instanceof WorkFailure)) throw new Error(`not a WorkFailure: ${failure}`);
  modelFailed.data.parse({ kind: failure.kind, message: failure.message, ...failure.data });
  return failure;
}

describe('a reply', () => {
  it('is recorded as model.replied, with its price, the hash of its request and its latency', async () => {
    const client = clientOf(yes);
    const data = await callModel({ client, prices }).run(INPUT, context());
    const { usd, ...tokens } = modelReplied.data.parse(data).usage;
    expect(tokens).toEqual(usage);
    expect(usd).toBeCloseTo((1000 * 2 + 100 * 10 + 500 * 0.1 + 200 * 2.5) / 1e6);
    expect(data).toMatchObject({ requestHash: client.asked[0]!.hash, rehearsal: false });
  });

  it('answers the conversation as it stood when the call was owed', async () => {
    const client = clientOf(yes);
    const later: RecordedEvent = {
      ...granted()[3]!,
      revision: 4,
      type: 'message.told',
      data: { by: 'a person', text: 'Hurry up.' },
      meta: { at: 9, turn: 1, last: true, to: ['reviewer'] },
    };
    const worker = callModel({ client, prices });
    await worker.run(INPUT, context());
    await worker.run(INPUT, context({}, [...granted(), later]));
    expect(client.asked[1]).toEqual(client.asked[0]);
    expect(client.asked[0]!.turn).toMatchObject({
      grant: 1,
      moves: ['approve', 'request_changes'],
    });
  });

  it('may be no longer than the doorkeeper, the profile and the model allow', async () => {
    const client = clientOf(yes);
    const worker = callModel({ client, prices });
    await worker.run(INPUT, context({ outputTokensMax: 1500 }));
    await worker.run(INPUT, context());
    await worker.run(INPUT, context({ outputTokensMax: 9000 }));
    const small = createPriceTable({ [MODEL]: { ...prices.of(MODEL)!, outputTokensMax: 700 } });
    await callModel({ client, prices: small }).run(INPUT, context());
    expect(client.asked.map((request) => request.outputTokensMax)).toEqual([1500, 4000, 4000, 700]);
  });

  it('of a rehearsal is labelled and costs nothing, whatever the model is called', async () => {
    const worker = callModel({ client: createRehearsalModel(), prices });
    const data = await worker.run(INPUT, context());
    expect(modelReplied.data.parse(data)).toMatchObject({ rehearsal: true, usage: { usd: 0 } });
    expect(data['stopReason']).toBe('tool_use');
  });

  it('is shown to those who watch while it comes', async () => {
    const api = await serverWith(inTurn(said('A longer text, in several pieces.')));
    const client = createAnthropicClient({ apiKey: KEY, baseUrl: api.url });
    let seen = '';
    const progress = (text: string) => {
      seen += text;
    };
    await callModel({ client, prices }).run(INPUT, context({ progress }));
    expect(seen).toBe('A longer text, in several pieces.');
  });

  it('of a server that plays is a legal move', async () => {
    const api = await serverWith(player());
    const client = createAnthropicClient({ apiKey: KEY, baseUrl: api.url });
    const data = await callModel({ client, prices }).run(INPUT, context());
    const { content } = modelReplied.data.parse(data);
    const uses = content.filter((block) => block['type'] === 'tool_use');
    expect(['approve', 'request_changes']).toContain(uses[0]!['name']);
    expect(api.rejected).toEqual([]);
  });
});

describe('a failure', () => {
  it('keeps its kind and its wait, and has a price where something was used', async () => {
    const client = clientOf(
      () =>
        new WorkFailure('rateLimited', 'slow down', {
          retryAfterMs: 5,
          usage: { ...usage, usd: 0 },
        }),
    );
    const failure = await failureOf(callModel({ client, prices }).run(INPUT, context()));
    expect(failure).toMatchObject({
      kind: 'rateLimited',
      data: { retryAfterMs: 5, requestHash: client.asked[0]!.hash },
    });
    expect(failure.data.usage?.usd).toBeCloseTo(0.00355);
  });

  it('that has no name is transient', async () => {
    const client = clientOf(() => new TypeError('socket hang up'));
    const failure = await failureOf(callModel({ client, prices }).run(INPUT, context()));
    expect(failure).toMatchObject({ kind: 'transient', message: 'socket hang up' });
    const other = clientOf(() => new WorkFailure('misheard', ''));
    expect((await failureOf(callModel({ client: other, prices }).run(INPUT, context()))).kind).toBe(
      'transient',
    );
  });

  it.each([
    ['max_tokens', 'truncated'],
    ['refusal', 'refused'],
    ['model_context_window_exceeded', 'contextTooLong'],
  ])('is what any client calls a reply stopped by %s', async (stopReason, kind) => {
    const client = clientOf((request) => ({ ...yes(request), stopReason }));
    const failure = await failureOf(callModel({ client, prices }).run(INPUT, context()));
    expect(failure).toMatchObject({ kind, data: { usage } });
  });

  it('is named when nobody sits where a reply is wanted', async () => {
    const client = clientOf(yes);
    const worker = callModel({ client, prices });
    const failure = await failureOf(worker.run({ ...INPUT, agent: 'nobody' }, context()));
    expect(failure.kind).toBe('invalidRequest');
    expect(failure.message).toContain(
      'nobody has not joined or was granted no turn up to revision 3',
    );
    expect(client.asked).toEqual([]);
  });

  it('is cancelled when the machine has left the waiting state', async () => {
    const api = await serverWith(() => new Promise(() => {}));
    const client = createAnthropicClient({ apiKey: KEY, baseUrl: api.url });
    const leaving = new AbortController();
    const running = callModel({ client, prices }).run(INPUT, context({ signal: leaving.signal }));
    await expect.poll(() => api.requests.length).toBe(1);
    leaving.abort();
    expect((await failureOf(running)).kind).toBe('cancelled');
  });
});

describe('a model without a price', () => {
  const events = granted('local-model');

  it('is not called where dollars are limited', async () => {
    const client = clientOf(yes);
    const running = callModel({ client, prices }).run(
      INPUT,
      context({ limits: { ...limits, usd: 5 } }, events),
    );
    const failure = await failureOf(running);
    expect(failure.kind).toBe('invalidRequest');
    expect(failure.message).toContain(
      'local-model has no price, so a limit of 5 USD cannot be kept',
    );
    expect(client.asked).toEqual([]);
  });

  it('costs nothing elsewhere, and that is said once', async () => {
    const unpriced: string[] = [];
    const worker = callModel({
      client: clientOf(yes),
      prices,
      onUnpriced: (model) => unpriced.push(model),
    });
    const data = await worker.run(INPUT, context({}, events));
    await worker.run(INPUT, context({}, events));
    expect(modelReplied.data.parse(data).usage.usd).toBe(0);
    expect(unpriced).toEqual(['local-model']);
  });
});

describe('what is reserved for a call', () => {
  const worker = callModel({ client: clientOf(yes), prices });
  const question = {
    input: INPUT,
    profile: { model: MODEL, outputTokensMax: 4000 },
    lastTokens: 7000,
    newBytes: 500,
    free: { tokens: null, usd: null },
  };

  it('is what was last used, what is new, and all that may be answered', () => {
    const { inputTokens, outputTokens, outputTokensMin } = worker.reserve!(question);
    expect({ inputTokens, outputTokens, outputTokensMin }).toEqual({
      inputTokens: 7500,
      outputTokens: 4000,
      outputTokensMin: 1024,
    });
  });

  it('is not more than the model can hold or say', () => {
    const most = worker.reserve!({
      ...question,
      profile: { model: 'claude-haiku-4-5', outputTokensMax: 500_000 },
      lastTokens: 5_000_000,
    });
    expect(most).toMatchObject({ inputTokens: 200_000, outputTokens: 64_000 });
  });

  it('costs as much as the dearest way to use it, and nothing in a rehearsal', () => {
    expect(worker.reserve!(question).usd(1e6, 1e6)).toBeCloseTo(12.5);
    const rehearsing = callModel({ client: createRehearsalModel(), prices });
    expect(rehearsing.reserve!(question).usd(1e6, 1e6)).toBe(0);
  });

  it('is governed under the key of its client, a rehearsal not at all', () => {
    expect(worker.governedBy!(INPUT)).toBe('scripted');
    expect(callModel({ client: createRehearsalModel(), prices }).governedBy).toBeUndefined();
  });

  it('is below no real use of a conversation', async () => {
    const api = await serverWith(player({ verbosity: 'long' }));
    const client = createAnthropicClient({ apiKey: KEY, baseUrl: api.url });
    const data = await callModel({ client, prices }).run(INPUT, context());
    const { usage: used } = modelReplied.data.parse(data);
    const newBytes = Buffer.byteLength(JSON.stringify(granted().map((event) => event.data)));
    const reserved = worker.reserve!({ ...question, lastTokens: 0, newBytes });
    expect(used.inputTokens).toBeLessThanOrEqual(reserved.inputTokens);
    expect(used.outputTokens).toBeLessThanOrEqual(reserved.outputTokens);
    expect(used.usd).toBeLessThanOrEqual(reserved.usd(reserved.inputTokens, reserved.outputTokens));
  });

  it('asks for little room when the profile gives little', () => {
    const profile = { model: MODEL, outputTokensMax: 300 };
    expect(worker.reserve!({ ...question, profile }).outputTokensMin).toBe(300);
  });
});
