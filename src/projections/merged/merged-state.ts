/** What merged state is: facts of teams, members, tasks and files, each with who said it when, and what is counted. */
import type { Confidence } from '../../events/words/pattern.ts';
import type { TaskStatus } from '../board/board.ts';
import type { Dictionary } from './merged-dictionary.ts';
import type { Fields, Register } from './merged-register.ts';

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
  concluded: {
    outcome: 'completed' | 'fallback';
    reason: string;
    confidence: Confidence;
    notes: string[];
  };
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

export interface Counted {
  readonly team: string;
  readonly counts: Readonly<Partial<Counts>>;
}
