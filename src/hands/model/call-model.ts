/**
 * The worker that asks a model: it builds the request from the agent's conversation as it stood when the call
 * was owed, asks the client once, puts a price on the answer, and names what went wrong.
 *
 * Invariants
 * 1. The request depends on the log up to `through` and on the doorkeeper's bound on output, on nothing else.
 * 2. Whatever happens becomes `model.replied` or a `model.failed` of a kind that its schema names.
 * 3. `reserve` is never below what a provider can bill for the call, as long as a token has at least one byte.
 * 4. Where dollars are limited, a model without a price is not called.
 * 5. An answer whose usage is not told, or is no count, costs what was reserved for it.
 */

import type { Reserve, ReserveQuestion, WorkContext, Worker } from '../../actors/worker.ts';
import { WorkFailure } from '../../actors/worker.ts';
import type { Usage } from '../../events/amounts.ts';
import type { JsonObject } from '../../events/event.ts';
import { modelFailed, modelReplied } from '../../events/words/agent.ts';
import {
  conversationRequest,
  conversation as ofTheHorde,
} from '../../projections/conversation/conversation.ts';
import type { ConversationState } from '../../projections/conversation/conversation-state.ts';
import type { Projection } from '../../projections/kit/projection.ts';
import { fitReply } from './fit-reply.ts';
import type { ModelClient, ModelReply, ModelRequest } from './model-client.ts';
import type { PriceTable } from './prices.ts';
import { failureOfStop } from './stop-reason.ts';
import { reservedUsage, toldUsage } from './told-usage.ts';
import { wellFormed, wellFormedJson } from './well-formed.ts';

interface CallModelInput {
  agent: string;
  grant: number;
  purpose: string;
}

interface CallModelOptions {
  client: ModelClient;
  prices: PriceTable;
  /** How conversations are folded; default: with the moves of the horde's own patterns. */
  conversation?: Projection<ConversationState>;
  /** Told once of each model that has no price: its dollars are then recorded as 0. */
  onUnpriced?(model: string): void;
}

/** Below this a reply has no room for a move; a profile that allows less is taken at its word. */
const OUTPUT_TOKENS_MIN = 1024;
/** For an actor without a profile, which then fails when it is run. */
const OUTPUT_TOKENS_UNKNOWN = 8192;

/** Longer explanations are cut; the cause stands first. */
const MESSAGE_MAX = 4000;
/** Whoever asks for a longer pause, for ever included, is asked again after this. */
const RETRY_AFTER_MAX_MS = 3_600_000;

const KINDS: ReadonlySet<string> = new Set(modelFailed.data.shape.kind.options);

export function callModel(options: CallModelOptions): Worker<CallModelInput, JsonObject> {
  const { client, prices, conversation = ofTheHorde } = options;
  const unpriced = new Set<string>();
  const priceOf =
    (request: ModelRequest, context: WorkContext): PriceOf =>
    (told) => {
      const used = toldUsage(told);
      if (!used) return reservedUsage(context, request);
      return { ...used, usd: client.rehearsal ? 0 : prices.usd(request.model, used) };
    };
  return {
    effect: 'paid',
    records: { done: modelReplied, failed: modelFailed },
    // A rehearsal loads nobody: no rate to keep, no circuit to open.
    ...(!client.rehearsal && { governedBy: () => client.key }),
    reserve: (question) => reserve(question, client, prices),
    async run(input, context) {
      const startedAt = performance.now();
      const latencyMs = () => Math.round(performance.now() - startedAt);
      let request: ModelRequest | undefined;
      try {
        request = bounded(await build(input, context, conversation), context, prices);
        if (!client.rehearsal && !prices.of(request.model)) {
          refuseUnpriced(request.model, context);
          if (!unpriced.has(request.model)) options.onUnpriced?.(request.model);
          unpriced.add(request.model);
        }
        const reply = await client.reply(request, {
          signal: context.signal,
          onText: (text) => context.progress(text),
        });
        const made = { latencyMs: latencyMs(), rehearsal: client.rehearsal };
        return { ...replied(reply, request, priceOf(request, context)), ...made };
      } catch (error) {
        throw failed(error, request, latencyMs(), request && priceOf(request, context));
      }
    },
  };
}

/** What the last reply and its prompt held is in the new prompt, and what is new has at most its bytes. */
function reserve(
  { profile, lastTokens, newBytes }: ReserveQuestion<CallModelInput>,
  client: ModelClient,
  prices: PriceTable,
): Reserve {
  const price = profile && prices.of(profile.model);
  const outputTokens = Math.min(
    profile?.outputTokensMax ?? OUTPUT_TOKENS_UNKNOWN,
    price?.outputTokensMax ?? Number.MAX_SAFE_INTEGER,
  );
  // No provider bills a prompt that its model cannot hold.
  const inputTokens = Math.min(
    lastTokens + newBytes,
    price?.contextTokens ?? Number.MAX_SAFE_INTEGER,
  );
  return {
    inputTokens,
    outputTokens,
    outputTokensMin: Math.min(OUTPUT_TOKENS_MIN, outputTokens),
    usd: (input, output) =>
      client.rehearsal || !profile ? 0 : prices.worstUsd(profile.model, input, output),
  };
}

async function build(
  { agent }: CallModelInput,
  context: WorkContext,
  conversation: Projection<ConversationState>,
): Promise<ModelRequest> {
  const state = await context.view(conversation);
  const request = conversationRequest(state, agent, context.through);
  if (request) return request;
  throw new WorkFailure(
    'invalidRequest',
    `${agent} has not joined or was granted no turn up to revision ${context.through} of team ${context.team}: ` +
      'grant it a turn before it calls a model',
  );
}

function bounded(request: ModelRequest, context: WorkContext, prices: PriceTable): ModelRequest {
  const outputTokensMax = Math.min(
    request.outputTokensMax,
    context.outputTokensMax ?? Number.MAX_SAFE_INTEGER,
    prices.of(request.model)?.outputTokensMax ?? Number.MAX_SAFE_INTEGER,
  );
  const { system, tools, messages } = request;
  return { ...request, ...wellFormedJson({ system, tools, messages }), outputTokensMax };
}

function refuseUnpriced(model: string, { limits }: WorkContext): void {
  if (limits.usd === undefined) return;
  throw new WorkFailure(
    'invalidRequest',
    `the model ${model} has no price, so a limit of ${limits.usd} USD cannot be kept: ` +
      'add it to the price table, or limit tokens instead of dollars',
  );
}

/** What a call has cost, by what its provider says of it. */
type PriceOf = (told: unknown) => Usage;

function replied(reply: ModelReply, request: ModelRequest, priceOf: PriceOf): JsonObject {
  const usage = priceOf(reply.usage);
  try {
    const fit = fitReply(reply, request.outputTokensMax);
    const stop = failureOfStop({ ...request, stopReason: fit.stopReason });
    if (stop) throw new WorkFailure(stop.kind, stop.message);
    return { ...fit, usage, requestHash: request.hash };
  } catch (error) {
    const { kind, message } = error as WorkFailure;
    throw new WorkFailure(kind, message, { usage });
  }
}

/** The data of `model.failed`; what a client throws without a name counts as transient. */
function failed(
  error: unknown,
  request: ModelRequest | undefined,
  latencyMs: number,
  priceOf: PriceOf | undefined,
): WorkFailure {
  const failure = error instanceof WorkFailure ? error : undefined;
  const { retryAfterMs, usage } = failure?.data ?? {};
  const message = error instanceof Error ? error.message : String(error);
  return new WorkFailure(
    failure && KINDS.has(failure.kind) ? failure.kind : 'transient',
    wellFormed(message.slice(0, MESSAGE_MAX)) || 'the model client failed without a reason',
    {
      latencyMs,
      ...(request && { requestHash: request.hash }),
      ...(isWait(retryAfterMs) && { retryAfterMs: Math.min(retryAfterMs, RETRY_AFTER_MAX_MS) }),
      ...(priceOf && usage && { usage: priceOf(usage) }),
    },
  );
}

const isWait = (ms: unknown): ms is number =>
  typeof ms === 'number' && !Number.isNaN(ms) && ms >= 0;
