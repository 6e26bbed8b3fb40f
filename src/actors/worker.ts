/**
 * Workers are the hands: they do what a machine only waits for. A machine declares `invoke: { src }`;
 * the worker given to the runtime under that name does it and its result is recorded as an event.
 *
 * Invariants
 * 1. A worker starts only after the events that owe, admit and (for `paid` and `once`) start it are durable.
 * 2. It answers once: with JSON, or with a `WorkFailure`. Any other error is recorded as a failure of kind `error`.
 * 3. It ends soon after its signal is aborted (`attaching`: once the child team has ended); what it returns
 *    then can only settle a reservation.
 */
import type { Amount, Usage } from '../events/amounts.ts';
import type { EventDefinition, Json, JsonObject, RecordedEvent } from '../events/event.ts';
import type { ActorId, TeamId } from '../events/ids.ts';

import type { Limits } from '../events/words/team.ts';
import type { EffectClass } from '../events/words/work.ts';
import type { Projection } from '../projections/kit/projection.ts';

/** What a worker knows of where it works. Everything recorded is read through it, never from a message. */
export interface WorkContext {
  readonly team: TeamId;
  readonly actor: ActorId;
  /** The activation: `actor/invoke@revision`. Stable over retries after a crash. */
  readonly work: string;
  readonly attempt: number;
  /** Last revision of the turn that armed the work: what was known when it was owed. */
  readonly through: number;
  readonly reserved: Amount;
  readonly outputTokensMax?: number;
  readonly limits: Limits;
  readonly depth: number;
  readonly labels: Readonly<Record<string, string>>;
  readonly signal: AbortSignal;
  /** An event of this team's stream. */
  event(revision: number): Promise<RecordedEvent>;
  /** A projection of this team's stream, folded at least through `through`; filter what is later. */
  view<State>(projection: Projection<State>): Promise<State>;
  /** For people who watch: text as it streams in. Never recorded. */
  progress(text: string): void;
  /**
   * The one child team of this piece of work, for a worker whose effect is `attaching`: started, or attached to
   * when it is there already (then `plan` is not asked), and followed to its end. Once nobody waits for it any
   * more it is asked to stop, and its end is still awaited, so that what it cost is known.
   */
  childTeam(plan: () => Promise<ChildPlan>): Promise<ChildEnd>;
}

/** What a child team is started with; its limits of tokens and USD are set from what was reserved for it. */
export interface ChildPlan {
  machine: string;
  actor?: string;
  input?: unknown;
  request?: { text: string; materials?: { name: string; text: string }[] };
  limits?: Partial<Limits>;
  labels?: Record<string, string>;
}

/** How a child team ended. */
export interface ChildEnd {
  readonly team: string;
  readonly status: 'done' | 'failed' | 'stopped';
  readonly reason: string;
  readonly output: Json;
  /** What the child and all its child teams count against the budget: settled, and what never was in full. */
  readonly spent: Amount;
  /** All that is recorded of it. */
  events(): AsyncIterable<RecordedEvent>;
}

/**
 * The process ends, or another one leads the team: work is broken off here, and goes on elsewhere. A child team
 * is not stopped for that.
 */
export class StandingDown extends Error {
  override readonly name = 'StandingDown';
}

/** What is known, without asking anyone, when the doorkeeper must know what work may cost at most. */
export interface ReserveQuestion<Input = Json> {
  readonly input: Input;
  /** Model and bounds of the actor's profile, when it has one. */
  readonly profile?: { model: string; outputTokensMax: number };
  /** Tokens (input and output) of the actor's last paid reply; 0 before the first. */
  readonly lastTokens: number;
  /** Bytes of what the actor has heard since (an upper bound of new tokens), profile included. */
  readonly newBytes: number;
  /** What is neither settled nor reserved nor set aside; null where the team has no limit. */
  readonly free: { readonly tokens: number | null; readonly usd: number | null };
}

export interface Reserve {
  /** The input side and the output side of the worst case, in tokens. */
  inputTokens: number;
  outputTokens: number;
  /** US dollars of the worst case for these. */
  usd(inputTokens: number, outputTokens: number): number;
  /** The fewest output tokens that still make sense; below it the doorkeeper refuses. */
  outputTokensMin: number;
}

export interface Worker<Input = any, Output extends JsonObject = JsonObject> {
  /** What repeating it means; may depend on the input. */
  readonly effect: EffectClass | ((input: Input) => EffectClass);
  /** The events that its results are recorded as; default `work.done` and `work.failed`. */
  readonly records?: { done: EventDefinition; failed: EventDefinition };
  /** Pure. What a `paid` or `attaching` worker may cost at most; without it nothing is reserved. */
  reserve?(question: ReserveQuestion<Input>): Reserve;
  /** The key of rate limit, concurrency and circuit breaker; without it the work is not governed. */
  governedBy?(input: Input): string;
  run(input: Input, context: WorkContext): Promise<Output>;
}

export type Workers = Readonly<Record<string, Worker>>;

/** Work that failed in a way its machine may handle. `data` joins the recorded event. */
export class WorkFailure extends Error {
  override readonly name = 'WorkFailure';
  constructor(
    readonly kind: string,
    message: string,
    readonly data: { retryAfterMs?: number; usage?: Usage } & JsonObject = {},
    options?: ErrorOptions,
  ) {
    super(message, options);
  }
}

/** Throws a `TypeError` when a worker's results could not be told from its failures. */
export function checkWorkers(workers: Workers): void {
  for (const [name, { records }] of Object.entries(workers)) {
    if (
      records &&
      (!records.failed.type.endsWith('.failed') || records.done.type.endsWith('.failed'))
    ) {
      throw new TypeError(
        `worker "${name}": a failure is recorded as an event whose type ends in ".failed", and only a failure is`,
      );
    }
  }
}
