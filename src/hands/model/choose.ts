/**
 * One call to a model that chooses the way of working: a single tool that it must use. What the call may cost is
 * bounded before it is made, and what it cost is told. The port that `recommend` asks through.
 *
 * Invariants
 * 1. One call; no retry. Whatever goes wrong is `NotChosen`, and the caller falls back to the offline judge.
 * 2. No call is made whose worst case exceeds `tokensMax` or `usdMax`.
 */
import { createHash } from 'node:crypto';
import { NO_TOKENS, type Usage } from '../../events/amounts.ts';
import {
  type AskModel,
  type ChoiceQuestion,
  NotChosen,
} from '../../planning/judge/choice-question.ts';
import { fitReply } from './fit-reply.ts';
import type { ModelClient, ModelRequest } from './model-client.ts';
import type { PriceTable } from './prices.ts';
import type { ModelProvider } from './provider.ts';
import { toldUsage } from './told-usage.ts';

const OUTPUT_TOKENS_MAX = 1500;
const TIMEOUT_MS = 60_000;

export interface ChoosingOptions {
  client: ModelClient;
  prices: PriceTable;
  model: string;
  /** What the call may use at most; default: no bound. */
  tokensMax?: number;
  usdMax?: number;
  signal?: AbortSignal;
}

export interface ModelChooser {
  readonly ask: AskModel;
  /** What has been used so far, for an answer or in vain. */
  used(): Usage | undefined;
}

export function modelChooser(options: ChoosingOptions): ModelChooser {
  const { client, prices, model, signal } = options;
  let used: Usage | undefined;
  return {
    used: () => used,
    async ask(question) {
      const asked = modelRequest(question, model);
      checkCost(asked, options);
      const timeout = AbortSignal.timeout(TIMEOUT_MS);
      const until = signal ? AbortSignal.any([signal, timeout]) : timeout;
      const reply = await client
        .reply(asked, { signal: until, onText() {} })
        .catch((error: Error & { data?: { usage?: Usage } }) => {
          used = error.data?.usage;
          throw new NotChosen(error.message);
        });
      const told = toldUsage(reply.usage) ?? mostOf(asked);
      used = { ...told, usd: prices.usd(reply.model, told) };
      fitReply(reply, OUTPUT_TOKENS_MAX);
      return reply;
    },
  };
}

/** The cheapest model of a provider by what a choice costs; undefined when the table has none of its models. */
export function cheapestModel(
  { models, worstUsd }: PriceTable,
  { prices }: Pick<ModelProvider, 'prices'>,
): string | undefined {
  const cost = (name: string) => worstUsd(name, 5000, OUTPUT_TOKENS_MAX);
  return Object.keys(prices)
    .filter((name) => Object.hasOwn(models, name))
    .sort((a, b) => cost(a) - cost(b))[0];
}

function modelRequest({ system, tool, text }: ChoiceQuestion, model: string): ModelRequest {
  const messages: ModelRequest['messages'] = [{ role: 'user', content: [{ type: 'text', text }] }];
  const stable = JSON.stringify([system, tool, messages]);
  return {
    model,
    system,
    tools: [tool],
    forcedTool: tool.name,
    messages,
    outputTokensMax: OUTPUT_TOKENS_MAX,
    hash: createHash('sha256').update(stable).digest('hex'),
    turn: {
      agent: 'choice',
      role: 'choice',
      grant: 1,
      round: 0,
      moves: [tool.name],
      brief: text,
      purpose: 'choice',
    },
  };
}

/** A token has at least one byte. */
function checkCost(asked: ModelRequest, { prices, tokensMax, usdMax }: ChoosingOptions): void {
  const { system, tools, messages, model, outputTokensMax } = asked;
  const bytes = Buffer.byteLength(JSON.stringify([system, tools, messages]));
  if (tokensMax !== undefined && bytes + outputTokensMax > tokensMax)
    throw new NotChosen('the budget is too small to spend a call on the choice');
  if (usdMax !== undefined) {
    const usd = prices.of(model) ? prices.worstUsd(model, bytes, outputTokensMax) : Infinity;
    if (usd > usdMax) throw new NotChosen('the budget is too small to spend a call on the choice');
  }
}

/** What the call costs at most, for a provider that does not say what it did. */
const mostOf = ({ system, tools, messages, outputTokensMax }: ModelRequest) => ({
  ...NO_TOKENS,
  inputTokens: Buffer.byteLength(JSON.stringify([system, tools, messages])),
  outputTokens: outputTokensMax,
});
