/** Asking a scripted server through the real client: what the tests of this folder begin with. */
import { onTestFinished } from 'vitest';
import { WorkFailure } from '../../../src/actors/worker.ts';
import {
  type AnthropicClientOptions,
  createAnthropicClient,
} from '../../../src/hands/model/anthropic/anthropic-client.ts';
import type { ModelReply, ModelRequest } from '../../../src/hands/model/model-client.ts';
import { approve, requestChanges } from '../../../src/machines/patterns/review-loop/words.ts';
import {
  type MessagesApi,
  type MessagesApiOptions,
  type Script,
  startMessagesApi,
} from '../../servers/messages-api.ts';
import type { MessageReply } from '../../servers/reply-stream.ts';

export const KEY = 'sk-ant-test-0123456789abcdef';

export const aRequest = (changes: Partial<ModelRequest> = {}): ModelRequest => ({
  model: 'claude-sonnet-5-5',
  system: 'You are a reviewer.',
  tools: [approve.tool, requestChanges.tool],
  messages: [{ role: 'user', content: [{ type: 'text', text: 'Review the draft.' }] }],
  outputTokensMax: 1000,
  hash: 'h',
  turn: {
    agent: 'reviewer-1',
    role: 'reviewer',
    grant: 1,
    round: 1,
    moves: ['approve', 'request_changes'],
    brief: 'Review the draft.',
    purpose: 'work',
  },
  ...changes,
});

export const said = (text: string, changes: Partial<MessageReply> = {}): MessageReply => ({
  content: [{ type: 'text', text }],
  ...changes,
});

/** Answers in order; the last one again and again. */
export const inTurn =
  (...replies: ReturnType<Script>[]): Script =>
  (_, n) =>
    replies[Math.min(n, replies.length - 1)]!;

/** A server for one test. */
export async function serverWith(
  script: Script,
  options: Partial<MessagesApiOptions> = {},
): Promise<MessagesApi> {
  const api = await startMessagesApi({ key: KEY, ...options, script });
  onTestFinished(() => api.close());
  return api;
}

export interface Asked {
  reply?: ModelReply;
  failure?: WorkFailure;
  /** What watchers saw. */
  text: string;
}

/** Asks once, and tells how it went; anything but a reply or a `WorkFailure` is thrown on. */
export async function ask(
  baseUrl: string,
  request: ModelRequest = aRequest(),
  options: Partial<AnthropicClientOptions> & {
    signal?: AbortSignal;
    onText?(text: string): void;
  } = {},
): Promise<Asked> {
  const { signal = new AbortController().signal, onText, ...rest } = options;
  const client = createAnthropicClient({
    ...(rest.authToken === undefined && { apiKey: KEY }),
    baseUrl,
    ...rest,
  });
  let text = '';
  const hear = (part: string): void => {
    text += part;
    onText?.(part);
  };
  try {
    return { reply: await client.reply(request, { signal, onText: hear }), text };
  } catch (error) {
    if (error instanceof WorkFailure) return { failure: error, text };
    throw error;
  }
}
