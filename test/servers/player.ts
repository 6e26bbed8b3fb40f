/**
 * A script that plays whole teams: it reads the brief and the legal moves from the last turn that it was
 * granted, as a model would, and lets the rehearsal's player choose and fill a move.
 *
 * Invariants
 * 1. What it says depends on seed and content of the request alone, not on when or how often it is asked.
 * 2. The id of a tool use begins with the hash of the request that it answers: a log tells which were asked.
 */

import type {
  ContentBlock,
  ModelMessage,
  ModelRequest,
} from '../../src/hands/model/model-client.ts';
import { playReply } from '../../src/hands/model/rehearsal/player.ts';
import type { Verbosity } from '../../src/hands/model/rehearsal/scene.ts';
import type { ReceivedRequest, Script } from './messages-api.ts';
import type { ApiReply, MessageReply } from './reply-stream.ts';

export interface PlayerOptions {
  seed?: number;
  latencyMs?: number;
  verbosity?: Verbosity;
}

/** Characters of a request's hash that its tool use shows. */
export const SHOWN = 24;

export function player({
  seed = 1,
  latencyMs = 0,
  verbosity = 'terse',
}: PlayerOptions = {}): Script {
  return (received) => {
    const { content, stopReason, usage } = playReply(modelRequest(received), seed, verbosity);
    return {
      content: content.map((block, i) =>
        block.type === 'tool_use'
          ? { ...block, id: `toolu_${received.hash.slice(0, SHOWN)}_${i}` }
          : block,
      ),
      stopReason,
      usage: { output_tokens: usage.outputTokens },
      latencyMs,
    } satisfies MessageReply;
  };
}

/** The hash, as far as it is shown, of the request that a recorded tool use answered. */
export const askedFor = (toolUseId: string): string | undefined =>
  /^toolu_([0-9a-f]+)_\d+$/.exec(toolUseId)?.[1];

const MOVES = /^Legal moves \(grant (\d+), round (\d+)\): (.*)$/m;

/** What the rehearsal is told of a turn, read from the text of the request. */
export function modelRequest({ body, hash }: ReceivedRequest): ModelRequest {
  const messages = body.messages as unknown as ModelMessage[];
  const texts = messages
    .filter(({ role }) => role === 'user')
    .flatMap(({ content }) => content.map(textOf).filter((text) => MOVES.test(text)));
  const granted = texts.at(-1) ?? '';
  const [, grant = '1', round = '1', moves = ''] = MOVES.exec(granted) ?? [];
  const brief = granted.slice(0, granted.search(MOVES)).replace(/^Your turn\.\s*/, '');
  const system = body.system ?? '';
  return {
    model: body.model,
    system: typeof system === 'string' ? system : system.map((block) => block['text']).join('\n'),
    tools: (body.tools ?? []).map(({ name, description = '', input_schema }) => ({
      name,
      description,
      input: input_schema as ModelRequest['tools'][number]['input'],
    })),
    messages,
    outputTokensMax: body.max_tokens,
    hash,
    turn: {
      agent: '',
      role: '',
      grant: Number(grant),
      round: Number(round),
      moves: moves === '' ? [] : moves.split(', '),
      brief: brief.trim(),
      purpose: 'work',
    },
  };
}

const textOf = (block: ContentBlock): string =>
  typeof block['text'] === 'string' ? block['text'] : '';

export interface Trouble {
  /** The share of first attempts at a content that go wrong, from 0 to 1. */
  rate: number;
  seed?: number;
}

/** Lets some first attempts fail, drawn from the content: limited, overloaded, torn or unavailable. */
export function troubled(script: Script, { rate, seed = 1 }: Trouble): Script {
  return async (request, n) => {
    const draw = (Number.parseInt(request.hash.slice(0, 12), 16) * (seed * 2 + 1)) % 10_007;
    if (request.nth > 1 || draw / 10_007 >= rate) return script(request, n);
    return trouble(draw % 4, await script(request, n));
  };
}

function trouble(kind: number, reply: ApiReply): ApiReply {
  const headers = { 'retry-after-ms': '20' };
  switch (kind) {
    case 0:
      return { status: 429, errorType: 'rate_limit_error', message: 'Too many requests', headers };
    case 1:
      return { status: 529, errorType: 'overloaded_error', message: 'Overloaded', headers };
    case 2:
      return 'content' in reply ? { ...reply, tornAt: 400 } : reply;
    default:
      return { status: 503, errorType: 'api_error', message: 'Unavailable', headers };
  }
}
