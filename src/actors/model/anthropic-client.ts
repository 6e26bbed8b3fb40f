/**
 * A `ModelClient` that asks Claude, or any server that speaks the Messages API, through the official SDK.
 * It owns no retries: whatever goes wrong becomes one typed failure, and the machine decides.
 *
 * Invariants
 * 1. A reply is whole: cut off, refused or lost ones are failures, with what they used.
 * 2. A pause is continued at most `continuationsMax` times; usage is the sum of all parts.
 * 3. No key, and nothing that looks like one, leaves through a text, an error, or `key`.
 */
import { createHash } from 'node:crypto';
import type { Usage } from '../../events/vocabulary/work.ts';
import type { ContentBlock, ModelClient, ModelReply, ModelRequest } from '../model-client.ts';
import { WorkFailure } from '../worker.ts';
import { failureOf, scrub } from './anthropic-failure.ts';
import type { BrokenCall, CallOptions } from './anthropic-stream.ts';
import type { MessageFold, StreamUsage } from './message-fold.ts';
import { failureOfStop } from './stop-reason.ts';

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
  /** Strict schemas, where the provider can hold them. */
  strictTools?: boolean;
  promptCaching?: boolean;
}

export const anthropicUrl = 'https://api.anthropic.com';

type Sdk = typeof import('./anthropic-stream.ts');

/** Throws a TypeError without a key or with a URL that is none. */
export function createAnthropicClient(options: AnthropicClientOptions): ModelClient {
  const baseUrl = options.baseUrl || anthropicUrl;
  const secret = options.apiKey || options.authToken;
  if (!secret)
    throw new TypeError('a model client needs an apiKey or an authToken: set ANTHROPIC_API_KEY');
  if (!URL.canParse(baseUrl))
    throw new TypeError('baseUrl is not a URL: write https://host[/path]');
  const url = new URL(baseUrl);
  const secrets = [options.apiKey, options.authToken, url.password].filter((text) => !!text);
  const connection = {
    ...(options.apiKey ? { apiKey: options.apiKey } : { authToken: secret }),
    baseUrl,
  };
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
      const idleTimeoutMs = options.idleTimeoutMs ?? 120_000;
      const bodyOptions = {
        strictTools: options.strictTools ?? true,
        promptCaching: options.promptCaching ?? true,
      };
      return answer(request, options.continuationsMax ?? 3, secrets as string[], (continued) =>
        sdk.call(anthropic, sdk.apiBody(request, bodyOptions, continued), {
          idleTimeoutMs,
          signal,
          onText,
        } satisfies CallOptions),
      );
    },
  };
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
      throw broken(error as BrokenCall, spent, secrets);
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

const noUsage = (): StreamUsage => ({
  inputTokens: 0,
  outputTokens: 0,
  cacheReadTokens: 0,
  cacheWriteTokens: 0,
});

/** The worker that knows prices puts the price in. */
const unpriced = (usage: StreamUsage): Usage => ({ ...usage, usd: 0 });

function add(sum: StreamUsage, more: StreamUsage): void {
  sum.inputTokens += more.inputTokens;
  sum.outputTokens += more.outputTokens;
  sum.cacheReadTokens += more.cacheReadTokens;
  sum.cacheWriteTokens += more.cacheWriteTokens;
}

/** The API may answer with an empty text and would refuse to hear it again. */
const isEmptyText = (block: ContentBlock) => block.type === 'text' && block['text'] === '';

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
function broken(error: BrokenCall, spent: StreamUsage, secrets: readonly string[]): WorkFailure {
  const { reason, partial } = error.name === 'BrokenCall' ? error : { reason: error };
  if (partial) {
    add(spent, partial.usage);
    // What has streamed was paid for and is only counted at the end: three bytes a token is a fair guess.
    const unreported = Math.ceil(partial.bytes / 3) - partial.usage.outputTokens;
    spent.outputTokens += Math.max(0, unreported);
  }
  const used = Object.values(spent).some((tokens) => tokens > 0) ? unpriced(spent) : undefined;
  if (!(reason instanceof WorkFailure)) return failureOf(reason, secrets, used);
  return new WorkFailure(reason.kind, reason.message, {
    ...reason.data,
    ...(used && { usage: used }),
  });
}
