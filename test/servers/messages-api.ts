/**
 * A server that speaks the Messages API on 127.0.0.1, for tests: it judges requests as the real one would,
 * answers by a script, misbehaves on demand, and remembers who was asked what.
 *
 * Invariants
 * 1. A request that breaks a rule never reaches the script.
 * 2. Requests of the same content have the same hash, whatever their cache markers and their `max_tokens`.
 * 3. `answered` counts replies whose last byte has gone out; whoever dies before that was not answered.
 */
import { createHash } from 'node:crypto';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createPromptCache, type PromptCache } from './prompt-cache.ts';
import {
  type ApiReply,
  type ApiUsage,
  type MessageReply,
  messageJson,
  send,
  stopReasonOf,
  wait,
} from './reply-stream.ts';
import { type ApiRequestBody, type Block, brokenRule } from './request-rules.ts';

export interface ReceivedRequest {
  body: ApiRequestBody;
  /** Over model, system, tools and messages, without cache markers. */
  hash: string;
  /** How often this content has been asked for, from 1. */
  nth: number;
}

/** `n` counts all requests that reached the script, from 0. */
export type Script = (request: ReceivedRequest, n: number) => ApiReply | Promise<ApiReply>;

export interface Call {
  hash: string;
  asked: number;
  answered: number;
}

export interface MessagesApi {
  readonly url: string;
  /** Requests that reached the script, in order. */
  readonly requests: readonly ReceivedRequest[];
  /** Messages of the 400s that were given. */
  readonly rejected: readonly string[];
  /** By hash. */
  readonly calls: ReadonlyMap<string, Call>;
  /** Requests under way now. */
  readonly open: number;
  close(): Promise<void>;
}

export interface MessagesApiOptions {
  script: Script;
  /** Accepted as `x-api-key` and as bearer token. */
  key?: string;
  port?: number;
  /** Longer prompts, at four bytes a token, are rejected. */
  contextTokens?: number;
  /** Counts reads and writes of cached prefixes; off, so that usage depends on the request alone. */
  cache?: boolean;
  /** Answers what is not `/v1/messages`; false: 404. */
  control?(request: IncomingMessage, body: string, response: ServerResponse): boolean;
}

class Refusal extends Error {
  constructor(
    readonly status: number,
    readonly type: string,
    message: string,
  ) {
    super(message);
  }
}

export async function startMessagesApi(options: MessagesApiOptions): Promise<MessagesApi> {
  const requests: ReceivedRequest[] = [];
  const rejected: string[] = [];
  const calls = new Map<string, Call>();
  /** Last blocks of turns that were paused. */
  const paused = new Set<string>();
  const cache = options.cache ? createPromptCache() : undefined;
  let open = 0;

  const receive = (text: string, headers: IncomingMessage['headers']): ReceivedRequest => {
    const body = judged(text, headers, options, (content) =>
      paused.has(JSON.stringify(content.at(-1))),
    );
    const hash = contentHash(body);
    const call = calls.get(hash) ?? { hash, asked: 0, answered: 0 };
    calls.set(hash, { ...call, asked: call.asked + 1 });
    const request = { body, hash, nth: call.asked + 1 };
    requests.push(request);
    return request;
  };

  const serve = async (message: IncomingMessage, response: ServerResponse): Promise<void> => {
    const text = await textOf(message);
    if (message.url?.split('?')[0] !== '/v1/messages' || message.method !== 'POST') {
      if (options.control?.(message, text, response)) return;
      throw new Refusal(404, 'not_found_error', 'Not found');
    }
    const request = receive(text, message.headers);
    const reply = await options.script(request, requests.length - 1);
    if ('content' in reply && stopReasonOf(reply) === 'pause_turn') {
      paused.add(JSON.stringify(unmarked(reply.content.at(-1))));
    }
    if (await answer(request, reply, response, cache)) calls.get(request.hash)!.answered += 1;
  };

  const server = createServer((message, response) => {
    open += 1;
    response.on('close', () => {
      open -= 1;
    });
    serve(message, response).catch((error: unknown) => {
      if (error instanceof Refusal && error.status === 400) rejected.push(error.message);
      const { status, type } =
        error instanceof Refusal ? error : { status: 500, type: 'api_error' };
      if (response.headersSent) response.destroy();
      else sendError(response, status, type, error instanceof Error ? error.message : `${error}`);
    });
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(options.port ?? 0, '127.0.0.1', resolve);
  });
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    requests,
    rejected,
    calls,
    get open() {
      return open;
    },
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

function judged(
  text: string,
  headers: IncomingMessage['headers'],
  { key, contextTokens }: MessagesApiOptions,
  mayContinue: (content: Block[]) => boolean,
): ApiRequestBody {
  const given = headers['x-api-key'] || headers.authorization?.replace(/^Bearer /, '');
  if (!given) throw new Refusal(401, 'authentication_error', 'x-api-key header is required');
  if (key !== undefined && given !== key)
    throw new Refusal(401, 'authentication_error', `invalid x-api-key: ${given}`);
  const invalid = (message: string) => new Refusal(400, 'invalid_request_error', message);
  if (!headers['anthropic-version']) throw invalid('anthropic-version: header is required');
  let body: ApiRequestBody;
  try {
    body = JSON.parse(text) as ApiRequestBody;
  } catch {
    throw invalid('The request body is not valid JSON');
  }
  const broken = brokenRule(unmarked(body), mayContinue) ?? brokenRule(body, () => true);
  if (broken) throw invalid(broken);
  const tokens = promptTokens(body);
  if (contextTokens !== undefined && tokens > contextTokens)
    throw invalid(`prompt is too long: ${tokens} tokens > ${contextTokens} maximum`);
  return body;
}

async function answer(
  request: ReceivedRequest,
  reply: ApiReply,
  response: ServerResponse,
  cache: PromptCache | undefined,
): Promise<boolean> {
  if ('raw' in reply) {
    response.writeHead(reply.status, { 'content-type': reply.contentType }).end(reply.raw);
    return false;
  }
  if ('errorType' in reply) {
    sendError(response, reply.status, reply.errorType, reply.message, reply.headers);
    return false;
  }
  const { body } = request;
  const id = `msg_${request.hash.slice(0, 16)}_${request.nth}`;
  const sent = { reply, id, model: body.model, usage: usageOf(body, reply, cache) };
  await wait((reply.latencyMs ?? 0) / 2, response);
  if (body.stream) return send(sent, response);
  response.writeHead(200, { 'content-type': 'application/json' });
  return new Promise((resolve) => {
    response.on('close', () => resolve(response.writableFinished));
    response.end(JSON.stringify(messageJson(sent)));
  });
}

function usageOf(
  body: ApiRequestBody,
  { content, usage }: MessageReply,
  cache: PromptCache | undefined,
): ApiUsage {
  const tokens = promptTokens(body);
  const { read, written } = cache?.take(body) ?? { read: 0, written: 0 };
  return {
    input_tokens: Math.max(0, tokens - read - written),
    output_tokens: Math.ceil(Buffer.byteLength(JSON.stringify(content)) / 4),
    cache_read_input_tokens: read,
    cache_creation_input_tokens: written,
    ...usage,
  };
}

const promptTokens = ({ system, tools, messages }: ApiRequestBody): number =>
  Math.ceil(Buffer.byteLength(JSON.stringify(unmarked([system, tools, messages]))) / 4);

export function contentHash({ model, system, tools, messages }: ApiRequestBody): string {
  const content = JSON.stringify(unmarked([model, system, tools, messages]));
  return createHash('sha256').update(content).digest('hex');
}

/** Without cache markers. */
export function unmarked<Value>(value: Value): Value {
  return JSON.parse(
    JSON.stringify(value, (key, inner) => (key === 'cache_control' ? undefined : inner)),
  ) as Value;
}

export function sendJson(response: ServerResponse, status: number, json: unknown): void {
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(json));
}

function sendError(
  response: ServerResponse,
  status: number,
  type: string,
  message: string,
  headers: Record<string, string> = {},
): void {
  response
    .writeHead(status, { 'content-type': 'application/json', ...headers })
    .end(JSON.stringify({ type: 'error', error: { type, message } }));
}

async function textOf(message: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of message) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString('utf8');
}
