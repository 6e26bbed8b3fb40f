/**
 * A policy is one limit that holds for any machine: a pure fold over the team's stream, and a verdict on
 * each piece of work that a machine comes to owe. It trusts no machine and asks nobody.
 */

import type { Amount } from '../../events/amounts.ts';
import {
  type EventDefinition,
  type EventMeta,
  type JsonObject,
  NOTHING_READ,
  type Readings,
} from '../../events/event.ts';
import type { EffectClass } from '../../events/words/work.ts';
import type { Formed, OwedWork } from '../state/team-state.ts';
import type { Worker } from '../worker.ts';

/** An event as a policy sees it: heard, with its size in bytes of JSON. */
export interface FoldedEvent {
  readonly type: string;
  readonly data: JsonObject;
  readonly revision: number;
  readonly at: number;
  readonly actor: string | undefined;
  readonly to: readonly string[];
  readonly work: string | undefined;
  readonly bytes: number;
  /** The definition counts it as a message between actors. */
  readonly message: boolean;
  /** What its definition lets limits read in it. */
  readonly reads: Readings;
}

/** Of words without a definition, those that an actor addresses to others are messages. */
export function foldedOf(
  event: { type: string; data: JsonObject; revision: number; meta: EventMeta; text?: string },
  definition: EventDefinition | undefined,
  /** Of a team that has words without a definition for messages; one's own machines count none. */
  counts = true,
): FoldedEvent {
  const { type, data, revision, meta, text = JSON.stringify(data) } = event;
  const { at, actor, to = NO_ONE, work } = meta;
  const message = definition?.message ?? (counts && actor !== undefined && to.length > 0);
  const bytes = Buffer.byteLength(text);
  const reads = definition?.reads ?? NOTHING_READ;
  return { type, data, revision, at, actor, to, work, bytes, message, reads };
}

const NO_ONE: readonly string[] = [];

export interface WorkQuestion {
  readonly work: OwedWork;
  readonly worker: Worker | undefined;
  readonly effect: EffectClass;
  readonly at: number;
}

export type Verdict =
  | { admit: { reserved: Amount; outputTokensMax?: number } }
  | { delay: { until: number; reason: string } }
  | { refuse: { limit: string; message: string } };

/** Something the doorkeeper says of its own accord, once. */
export interface Notice {
  readonly type: string;
  readonly data: JsonObject;
}

export interface Policy<State = any> {
  readonly name: string;
  initial(formed: Formed): State;
  /** A new state, or the same object when the event does not matter. */
  apply(state: State, event: FoldedEvent): State;
  /** Undefined: no objection. */
  judge?(state: State, question: WorkQuestion): Verdict | undefined;
  /** What to say after a change from `before` to `after`. */
  notices?(before: State, after: State, event: FoldedEvent): Notice[];
}
