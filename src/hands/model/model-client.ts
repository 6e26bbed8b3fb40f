/**
 * The seam between the `callModel` worker and whoever answers: a provider's client, or the rehearsal model.
 * A request is in the shape of the Messages API; `turn` tells a scripted model what a real one reads in its brief.
 */

import type { Usage } from '../../events/amounts.ts';
import type { Json, RecordedEvent } from '../../events/event.ts';
import type { ToolSpec } from '../../events/words/agent.ts';

export type ContentBlock = { [key: string]: Json; type: string };

export interface ModelMessage {
  role: 'user' | 'assistant';
  content: ContentBlock[];
}

export interface ModelRequest {
  model: string;
  system: string;
  tools: ToolSpec[];
  /** The tool that must be called; without it the model is free. */
  forcedTool?: string;
  messages: ModelMessage[];
  outputTokensMax: number;
  temperature?: number;
  /** Chained over system, tools and messages; equal requests have equal hashes. */
  hash: string;
  /** The turn this call is for; never sent. */
  turn: {
    agent: string;
    role: string;
    grant: number;
    round: number;
    moves: string[];
    brief: string;
    purpose: string;
    /** The events whose texts the turn shows, and who else is there. */
    shown?: readonly RecordedEvent[];
    others?: readonly { actor: string; role: string }[];
  };
}

export interface ModelReply {
  model: string;
  content: ContentBlock[];
  stopReason: string;
  usage: Omit<Usage, 'usd'>;
}

export interface ModelClient {
  /** True for a model that only rehearses: everything made with it is labelled so. */
  readonly rehearsal: boolean;
  /** Governor key: what shares a rate limit and a circuit. Never contains a secret. */
  readonly key: string;
  /** Answers, or throws a `WorkFailure` of a kind that `model.failed` names. */
  reply(
    request: ModelRequest,
    options: { signal: AbortSignal; onText(text: string): void },
  ): Promise<ModelReply>;
}
