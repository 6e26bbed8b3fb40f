/**
 * One call of the Messages API through the SDK, read event by event, so that a reply may take as long as it
 * keeps coming. This is the only file that loads the SDK; it is loaded when the first call is made.
 *
 * Invariants
 * 1. The one suspension point is the next event; between two events the fold is synchronous.
 * 2. A call ends in time: by its answer, by the signal, or when nothing came for `idleTimeoutMs`; pings count
 *    as something. However it ends, the connection is given up.
 * 3. The SDK retries nothing and logs nothing.
 * 4. No more is read than an answer of that many tokens can have, whatever is sent and however it is packed.
 */
import Anthropic from '@anthropic-ai/sdk';
import { Stream } from '@anthropic-ai/sdk/core/streaming';
import { WorkFailure } from '../../../actors/worker.ts';
import type { Json, JsonObject } from '../../../events/event.ts';
import { replyBytesMax, tooLong } from '../fit-reply.ts';
import { foldMessage, type MessageFold, type MessageFolder, takeWhole } from '../message-fold.ts';
import { type ApiBody, apiBody } from './anthropic-request.ts';
import { boundedResponse } from './bounded-response.ts';

export { apiBody };

/** An event that carries one token is not longer. */
const WIRE_BYTES_A_TOKEN = 512;
const WIRE_BYTES_ASIDE = 1024 * 1024;
const ERROR_BYTES_MAX = 256 * 1024;

export interface ConnectOptions {
  apiKey?: string;
  authToken?: string;
  baseUrl: string;
}

export interface CallOptions {
  idleTimeoutMs: number;
  signal: AbortSignal;
  onText(text: string): void;
}

/** A call that did not end in a whole message: what went wrong, and how far it had come. */
export class BrokenCall extends Error {
  override readonly name = 'BrokenCall';
  constructor(
    readonly reason: unknown,
    readonly partial: MessageFold | undefined,
  ) {
    super('the call did not end in a whole message');
  }
}

export function connect({ apiKey, authToken, baseUrl }: ConnectOptions): Anthropic {
  return new Anthropic({
    // `null` keeps the SDK from looking into the environment for what it was not given.
    apiKey: apiKey ?? null,
    authToken: apiKey === undefined ? (authToken ?? null) : null,
    baseURL: baseUrl,
    maxRetries: 0,
    logLevel: 'off',
    fetch: async (url, init) => {
      const response = await fetch(url, init);
      // The SDK reads what is wrong to its end.
      return response.ok ? response : boundedResponse(response, ERROR_BYTES_MAX, 0);
    },
  });
}

/** Resolves with a complete message, or throws `BrokenCall`. */
export async function call(
  anthropic: Anthropic,
  body: ApiBody,
  options: CallOptions,
): Promise<MessageFold> {
  const watch = watchSilence(options.idleTimeoutMs, options.signal);
  const folder = foldMessage();
  const { message } = folder;
  try {
    const response = await anthropic.messages
      .create(body, { signal: watch.signal, timeout: options.idleTimeoutMs })
      .asResponse();
    watch.heard();
    const contentType = response.headers.get('content-type') ?? '';
    const { max_tokens: tokensMax } = body;
    if (contentType.includes('json')) {
      const whole = boundedResponse(response, 2 * replyBytesMax(tokensMax), tokensMax);
      takeWhole(folder, (await readJson(whole)) as Json);
    } else if (contentType.includes('event-stream')) {
      const bytesMax = WIRE_BYTES_ASIDE + WIRE_BYTES_A_TOKEN * tokensMax;
      const stream = boundedResponse(response, bytesMax, tokensMax);
      await read(stream, folder, watch, tokensMax, options.onText);
    } else throw notTheApi(contentType);
    if (!message.complete) throw dropped();
    return message;
  } catch (error) {
    const reason = options.signal.aborted
      ? cancelled()
      : watch.silent
        ? silence(options.idleTimeoutMs)
        : known(error instanceof AnsweredInVain ? error.reason : error);
    const isBilled = message.begun || error instanceof AnsweredInVain;
    throw new BrokenCall(reason, isBilled ? message : undefined);
  } finally {
    watch.end();
  }
}

/** An answer in one piece was made and is billed, also when it cannot be read to its end. */
async function readJson(response: Response): Promise<unknown> {
  try {
    return await response.json();
  } catch (error) {
    throw new AnsweredInVain(error);
  }
}

class AnsweredInVain extends Error {
  override readonly name = 'AnsweredInVain';
  constructor(readonly reason: unknown) {
    super('the answer cannot be read');
  }
}

async function read(
  response: Response,
  folder: MessageFolder,
  watch: Watch,
  tokensMax: number,
  onText: CallOptions['onText'],
): Promise<void> {
  for await (const { event, data } of Stream.rawEvents(response)) {
    watch.heard();
    if (event === 'error') throw streamError(data, response.headers);
    if (event === 'ping' || event === null || data === '') continue;
    const text = folder.take(parsed(data));
    if (folder.message.bytes > replyBytesMax(tokensMax)) throw tooLong(tokensMax);
    if (text !== '') onText(text);
    if (folder.message.complete) return;
  }
}

function parsed(data: string): JsonObject {
  try {
    return JSON.parse(data) as JsonObject;
  } catch {
    throw new WorkFailure('transient', 'an event of the stream is not JSON: the reply is lost');
  }
}

/** An error that the provider met after it had begun to answer: it has a type and no status. */
function streamError(data: string, headers: Headers): Error {
  let body: { error?: { type?: string } } | undefined;
  try {
    body = JSON.parse(data);
  } catch {
    // The text itself is then all there is to tell.
  }
  return new Anthropic.APIError(
    undefined,
    body,
    data,
    headers,
    (body?.error?.type ?? 'api_error') as never,
  );
}

function known(error: unknown): unknown {
  if (error instanceof Anthropic.APIConnectionTimeoutError)
    return new WorkFailure('timedOut', 'the provider did not begin to answer in time');
  return error;
}

const cancelled = () => new WorkFailure('cancelled', 'the call was cancelled');
const dropped = () =>
  new WorkFailure('transient', 'the connection ended before the reply was complete');
const silence = (ms: number) =>
  new WorkFailure('timedOut', `the provider said nothing for ${ms / 1000} s`);
const notTheApi = (contentType: string) =>
  new WorkFailure(
    'invalidRequest',
    `the server answered with ${contentType || 'no content type'}, which is not the Messages API. Check ANTHROPIC_BASE_URL`,
  );

interface Watch {
  readonly signal: AbortSignal;
  readonly silent: boolean;
  heard(): void;
  end(): void;
}

/** Aborts its signal when `outer` is aborted, or when `heard` was not called for `ms`. */
function watchSilence(ms: number, outer: AbortSignal): Watch {
  const inner = new AbortController();
  let silent = false;
  const abort = () => inner.abort();
  const timer = setTimeout(() => {
    silent = true;
    abort();
  }, ms);
  if (outer.aborted) abort();
  outer.addEventListener('abort', abort, { once: true });
  return {
    signal: inner.signal,
    get silent() {
      return silent;
    },
    heard: () => timer.refresh(),
    end() {
      clearTimeout(timer);
      outer.removeEventListener('abort', abort);
      abort();
    },
  };
}
