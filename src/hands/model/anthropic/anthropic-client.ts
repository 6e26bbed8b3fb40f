/**
 * A `ModelClient` that asks Claude, or any server that speaks the Messages API, through the official SDK.
 * It owns no retries: whatever goes wrong becomes one typed failure, and the machine decides.
 *
 * Invariants
 * 1. A reply is whole: cut off, refused or lost ones are failures, with what they used.
 * 2. A pause is continued at most `continuationsMax` times; usage is the sum of all parts.
 * 3. A request is sent once; only a refusal of strict tools, which costs nothing, is answered by sending it
 *    again without strictness.
 * 4. No key, and nothing that looks like one, leaves through a text, an error, or `key`.
 */
import { createHash } from 'node:crypto';
import { WorkFailure } from '../../../actors/worker.ts';
import { NO_TOKENS, type Usage } from '../../../events/amounts.ts';
import type { MessageFold, StreamUsage } from '../message-fold.ts';
import type { ContentBlock, ModelClient, ModelReply, ModelRequest } from '../model-client.ts';
import { scrub } from '../secrets.ts';
import { failureOfStop } from '../stop-reason.ts';
import { failureOf } from './anthropic-failure.ts';
import { problemOfKey, problemOfUrl } from './anthropic-key.ts';
import type { BrokenCall } from './anthropic-stream.ts';

export interface AnthropicClientOptions {
  /** Sent as `x-api-key`. Exactly one of `apiKey` and `authToken` is needed; a key goes first. */
  apiKey?: string;
  /** Sent as `authorization: Bearer`. */
  authToken?: string;
  baseUrl?: string;
  /** How long the provider may say nothing, not even a ping. */
  idleTimeoutMs?: number;
  /** How often a paused turn is continued within one reply. */
  continuationsMax?: number;
  /** Strict schemas, as far as the provider can hold them; given up for good when a server refuses. */
  strictTools?: boolean;
  promptCaching?: boolean;
}

export const anthropicUrl = 'https://api.anthropic.com';

type Sdk = typeof import('./anthropic-stream.ts');

/** Throws a TypeError without a key, with one that no header can hold, or with a URL that is none. */
export function createAnthropicClient(options: AnthropicClientOptions): ModelClient {
  const baseUrl = options.baseUrl || anthropicUrl;
  const secret = options.apiKey || options.authToken;
  if (!secret)
    throw new TypeError('a model client needs an apiKey or an authToken: set ANTHROPIC_API_KEY');
  const problem =
    problemOfKey(options.apiKey ? 'apiKey' : 'authToken', secret) ??
    problemOfUrl('baseUrl', baseUrl);
  if (problem !== undefined) throw new TypeError(problem);
  const url = new URL(baseUrl);
  const secrets = [options.apiKey, options.authToken, url.password].filter(
    (text): text is string => !!text,
  );
  const connection = {
    ...(options.apiKey ? { apiKey: options.apiKey } : { authToken: secret }),
    baseUrl,
  };
  const idleTimeoutMs = options.idleTimeoutMs ?? 120_000;
  const promptCaching = options.promptCaching ?? true;
  let strictTools = options.strictTools ?? true;
  let opened: { sdk: Sdk; anthropic: ReturnType<Sdk['connect']> } | undefined;
  return {
    rehearsal: false,
    key: `anthropic:${url.host}:${fingerprint(secret)}`,
    async reply(request, { signal, onText }) {
      if (!opened) {
        // Loading the SDK takes longer than most commands run; only a real call pays for it.
        const sdk = await import('./anthropic-stream.ts');
        opened ??= { sdk, anthropic: sdk.connect(connection) };
      }
      const { sdk, anthropic } = opened;
      const call = (continued: readonly ContentBlock[], strict: boolean) => {
        const body = sdk.apiBody(request, { strictTools: strict, promptCaching }, continued);
        return sdk.call(anthropic, body, { idleTimeoutMs, signal, onText });
      };
      return answer(request, options.continuationsMax ?? 3, secrets, async (continued) => {
        const strict = strictTools;
        try {
          return await call(continued, strict);
        } catch (error) {
          if (!strict || !isRefusedStrictness(error as BrokenCall)) throw error;
          // Nothing was answered or billed; this server is not asked for strictness again.
          strictTools = false;
          return call(continued, false);
        }
      });
    },
  };
}

/** A server, or a bound on grammars, that strict tools do not pass: 400, and the message speaks of it. */
function isRefusedStrictness({ reason }: BrokenCall): boolean {
  const { status, message } = reason as { status?: number; message?: string };
  return (
    status === 400 &&
    /\bstrict\b|grammar|schema\b.*\b(complex|large|support)|tools\.\d+\.custom/i.test(message ?? '')
  );
}

/** Tells keys apart without telling them. */
const fingerprint = (secret: string) =>
  createHash('sha256').update(`golden-horde ${secret}`).digest('hex').slice(0, 8);

async function answer(
  request: ModelRequest,
  continuationsMax: number,
  secrets: readonly string[],
  ask: (continued: readonly ContentBlock[]) => Promise<MessageFold>,
): Promise<ModelReply> {
  const content: ContentBlock[] = [];
  const spent: StreamUsage = noUsage();
  for (let continuations = 0; ; continuations++) {
    let part: MessageFold;
    try {
      part = await ask(content);
    } catch (error) {
      throw broken(error as BrokenCall, spent, request, secrets);
    }
    add(spent, part.usage);
    content.push(...part.content.filter((block) => !isEmptyText(block)));
    if (part.stopReason === 'pause_turn' && continuations < continuationsMax) continue;
    const failure = failureIn(part, request);
    if (failure) {
      const message = scrub(failure.message, secrets);
      throw new WorkFailure(failure.kind, message, { usage: unpriced(spent) });
    }
    return { model: part.model, content, stopReason: part.stopReason!, usage: spent };
  }
}

const noUsage = (): StreamUsage => ({ ...NO_TOKENS });

/** The worker that knows prices puts the price in. */
const unpriced = (usage: StreamUsage): Usage => ({ ...usage, usd: 0 });

function add(sum: StreamUsage, more: StreamUsage): void {
  sum.inputTokens += more.inputTokens;
  sum.outputTokens += more.outputTokens;
  sum.cacheReadTokens += more.cacheReadTokens;
  sum.cacheWriteTokens += more.cacheWriteTokens;
}

/** The API may answer with an empty text and would refuse to hear it again. */
const isEmptyText = (block: ContentBlock | null) => block?.type === 'text' && block['text'] === '';

/** Why a complete message is nevertheless no answer; undefined when it is one. */
function failureIn(
  { stopReason, stopDetails, brokenInput }: MessageFold,
  { model, outputTokensMax }: ModelRequest,
): { kind: string; message: string } | undefined {
  const failure = failureOfStop({
    model,
    stopReason: stopReason!,
    outputTokensMax,
    details: stopDetails,
  });
  if (failure || !brokenInput) return failure;
  return { kind: 'transient', message: 'the input of a tool is not JSON: the reply is lost' };
}

/** The failure of a broken call, with what this reply has used so far. */
function broken(
  error: BrokenCall,
  spent: StreamUsage,
  { outputTokensMax }: ModelRequest,
  secrets: readonly string[],
): WorkFailure {
  const { reason, partial } = error.name === 'BrokenCall' ? error : { reason: error };
  if (partial) {
    add(spent, partial.usage);
    // What has streamed was paid for and is only counted at the end: three bytes a token is a fair guess, and no
    // more is billed than was asked for.
    const streamed = Math.min(Math.ceil(partial.bytes / 3), outputTokensMax);
    const unreported = streamed - partial.usage.outputTokens;
    spent.outputTokens += Math.max(0, unreported);
  }
  const used = Object.values(spent).some((tokens) => tokens !== 0) ? unpriced(spent) : undefined;
  if (!(reason instanceof WorkFailure)) return failureOf(reason, secrets, used);
  return new WorkFailure(reason.kind, reason.message, {
    ...reason.data,
    ...(used && { usage: used }),
  });
}
