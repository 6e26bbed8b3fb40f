/**
 * The work that the horde's machines wait for, declared: what goes in and what comes out.
 *
 * Nothing here does anything. The hands are workers of the same names, given to the runtime; a body that
 * runs means that somebody started a machine with XState's own live actors, and says so.
 */
import { fromPromise } from 'xstate';
import type { z } from 'zod';
import type { JsonObject } from '../events/event.ts';
import type { modelReplied, toolReturned } from '../events/words/agent.ts';
import type { teamReturned } from '../events/words/child.ts';

export type ModelReply = z.output<typeof modelReplied.data>;
export type ToolAnswer = z.output<typeof toolReturned.data>;
type TeamEnd = z.output<typeof teamReturned.data>;

export interface ModelCall {
  agent: string;
  grant: number;
  /** The final synthesis may use what was set aside for it. */
  purpose: 'work' | 'synthesis';
}

export interface ToolCall {
  agent: string;
  tool: string;
  /** Revision of the `model.replied` that holds the use, and its index in that reply's `content`. */
  reply: number;
  index: number;
}

/** How a worker, or the doorkeeper (then with `limit`), said that it did not come to a result. */
export interface Failure {
  kind: string;
  message: string;
  retryAfterMs?: number;
  limit?: string;
}

/** A settled wait as a machine hears it: revision and time of the event that records the result. */
export interface Settled<Output> {
  output: Output;
  revision: number;
  at: number;
}
export interface Unsettled {
  error: Failure;
  revision: number;
  at: number;
}

export const callModel = fromPromise<ModelReply, ModelCall>(() => notHere('callModel'));
export const useTool = fromPromise<ToolAnswer, ToolCall>(() => notHere('useTool'));
/** Another team: its plan goes in, its end comes out. */
export const runTeam = fromPromise<TeamEnd, JsonObject>(() => notHere('runTeam'));

function notHere(name: string): never {
  throw new Error(
    `"${name}" is only declared by this machine: run the machine in the runtime, with a worker named "${name}"`,
  );
}
