/**
 * Merged state: what is known of any number of teams, brought together from their streams in any order, twice, in
 * batches, on any machine (a state-based CRDT). A team, the teams below it, teams led elsewhere.
 *
 * Invariants
 * 1. `merge` is commutative, associative and idempotent, and pure: whoever has merged the same events has the same
 *    state, whatever the order, the grouping and the repetition (G10).
 * 2. Every event speaks under its dot, `stream@revision`. One dot is one event: who has two different events under
 *    one dot has two stores.
 * 3. A name belongs to the team that said it: two teams' tasks `draft` are two tasks. Files are the exception; they
 *    are brought together when the state is viewed.
 * 4. Numbers are whole, so that no order of adding changes a sum; money is in billionths of a dollar.
 */
import type { RecordedEvent } from '../../events/event.ts';
import type { Confidence } from '../../events/words/pattern.ts';
import type { TaskStatus } from '../board.ts';
import type { Projection } from '../kit/projection.ts';
import { type Dictionary, emptyDictionary, joinDictionaries } from './merged-dictionary.ts';
import { type Fields, joinFields, joinFirst, type Register } from './merged-register.ts';
import { contributions } from './merged-update.ts';

export interface Merged {
  /** What was said last of each thing stands; by `team name`, teams by their own name. */
  readonly teams: Dictionary<Fields<TeamFacts>>;
  readonly members: Dictionary<Fields<MemberFacts>>;
  readonly tasks: Dictionary<Fields<TaskFacts>>;
  readonly artifacts: Dictionary<Fields<ArtifactFacts>>;
  /** What was said first stands: an agreed artifact stays, and a thing told twice is one. */
  readonly agreed: Dictionary<Register<AgreedFacts>>;
  readonly decisions: Dictionary<Register<DecisionFacts>>;
  readonly dissent: Dictionary<Register<DissentFacts>>;
  readonly findings: Dictionary<Register<FindingFacts>>;
  /** What each event counts, by its dot, so that no event counts twice. */
  readonly counted: Dictionary<Counted>;
}

export interface TeamFacts {
  /** The actor whose end is the team's. */
  root: string;
  request: string;
  pattern: string;
  parent: string | null;
  rehearsal: boolean;
  limits: { tokens: number | null; usd: number | null };
  formedAt: number;
  origin: { team: string; revision: number };
  phase: string;
  round: { round: number; of: number; title: string };
  paused: boolean;
  concluded: { outcome: string; reason: string; confidence: Confidence; notes: string[] };
  ended: { status: 'done' | 'failed' | 'stopped'; reason: string };
}

export interface MemberFacts {
  machine: string;
  role: string | null;
  agentType: string | null;
  incarnation: number;
  status: 'active' | 'done' | 'left';
}

export interface TaskFacts {
  title: string;
  blockedBy: string[];
  owner: string | null;
  status: TaskStatus;
  note: string;
}

export interface ArtifactFacts {
  title: string;
  by: string;
  task: string | null;
  path: string | null;
  hash: string | null;
  /** Revision, in its team's stream, of the event that holds the text. */
  held: number | null;
}

export type AgreedFacts = ArtifactFacts;

export interface DecisionFacts {
  subject: string;
  proposedBy: string;
  challengedBy: string[];
  resolution: string;
  basis: string;
}

export interface DissentFacts {
  by: string;
  about: string;
  view: string;
}

export interface FindingFacts {
  tag: string;
  title: string;
  severity: string;
  by: string;
}

/** What is counted, in whole numbers. */
export interface Counts {
  modelCalls: number;
  modelFailures: number;
  inputTokens: number;
  outputTokens: number;
  cacheReadTokens: number;
  cacheWriteTokens: number;
  /** Billionths of a dollar. */
  nanoUsd: number;
  messages: number;
  moves: number;
  toolCalls: number;
  toolErrors: number;
  corrections: number;
  forfeits: number;
  refusals: number;
}

interface Counted {
  readonly team: string;
  readonly counts: Readonly<Partial<Counts>>;
}

const PARTS = {
  teams: joinFields,
  members: joinFields,
  tasks: joinFields,
  artifacts: joinFields,
  agreed: joinFirst,
  decisions: joinFirst,
  dissent: joinFirst,
  findings: joinFirst,
  counted: (one: Counted) => one,
} satisfies { [Part in keyof Merged]: (a: never, b: never) => unknown };

const NAMES = Object.keys(PARTS) as (keyof Merged)[];

export const emptyMerged: Merged = Object.freeze(
  Object.fromEntries(NAMES.map((name) => [name, emptyDictionary()])),
) as unknown as Merged;

/** Both together. Gives back `a` itself when `b` says nothing new. */
export function merge(a: Merged, b: Merged): Merged {
  if (a === b || b === emptyMerged) return a;
  let joined: Record<keyof Merged, Dictionary<unknown>> | undefined;
  for (const name of NAMES) {
    const part = joinDictionaries<never>(a[name] as never, b[name] as never, PARTS[name] as never);
    if (part === a[name]) continue;
    joined ??= { ...a };
    joined[name] = part;
  }
  return (joined as Merged | undefined) ?? a;
}

/** What one recorded event contributes; `emptyMerged` for what says nothing of merged state. */
export function updateOf(event: RecordedEvent): Merged {
  const parts = contributions.get(event.type)?.(event);
  return parts ? { ...emptyMerged, ...parts } : emptyMerged;
}

export const merged: Projection<Merged> = {
  name: 'merged',
  version: 1,
  initial: emptyMerged,
  hears: new Set(contributions.keys()),
  apply: (state, event) => merge(state, updateOf(event)),
};
