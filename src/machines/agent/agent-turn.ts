/**
 * What an agent remembers of its turn, and how each thing it hears changes that. Pure; `agent.ts` is the chart.
 */
import { z } from 'zod';
import type { Heard, Said } from '../../events/event.ts';
import type {
  agentAdvised,
  agentNudged,
  messageSent,
  messageTold,
  shutdownAccepted,
  shutdownDeclined,
  shutdownRequested,
  turnCorrected,
  turnExcused,
  turnForfeited,
  turnGranted,
  turnRevoked,
} from '../../events/words/agent.ts';
import type { Move } from '../../events/words/moves.ts';
import type { Failure, ModelReply, Settled, ToolAnswer, ToolCall } from '../declared-work.ts';
import { type Reading, readReply } from './reply.ts';

/** Bounds of one agent, each with its default and its hard ceiling. */
export const agentLimits = z.strictObject({
  /** Calls of the model repeated after a failure that may pass, before the turn is given back. */
  retries: z.int().min(0).max(10).default(3),
  /** Replies of one turn sent back as unfit. */
  corrections: z.int().min(0).max(10).default(2),
  /** Replies of one turn that use tools. */
  toolRounds: z.int().min(0).max(64).default(16),
  replyTimeoutMs: z.int().min(1).max(3_600_000).default(600_000),
  toolTimeoutMs: z.int().min(1).max(3_600_000).default(120_000),
  /** For tools that wait for a person, a command or another team. */
  patienceMs: z.int().min(1).max(86_400_000).default(1_800_000),
  /** Messages to teammates in the agent's life. */
  messages: z.int().min(0).max(100).default(20),
});
export type AgentLimits = z.output<typeof agentLimits>;

const DEFAULTS = agentLimits.parse({});
const BACK_OFF_MAX_MS = 60_000;
const PATIENT_TOOLS = new Set(['ask_person', 'run_command', 'dispatch_swarm']);
/** Failures that may pass by themselves. */
const PASSING = new Set(['transient', 'rateLimited', 'overloaded', 'circuitOpen', 'timedOut']);
/** Failures that a shorter answer may mend. */
const TOO_LONG = new Set(['truncated', 'contextTooLong']);

export interface AgentInput {
  agent: string;
  limits?: Partial<AgentLimits>;
  /** Tools granted beside the moves, spoken ones included. */
  tools: readonly string[];
}

/** A turn that was granted. */
export interface Turn {
  grant: number;
  round: number;
  moves: readonly string[];
  purpose: 'work' | 'synthesis';
  /** Nothing may be said to teammates in this turn. */
  blind: boolean;
  /** Who granted it, and hears the move. */
  by: string;
}

export interface AgentContext {
  agent: string;
  limits: AgentLimits;
  tools: readonly string[];
  turn: Turn | null;
  /** A grant heard in the middle of a turn. At most one: the newest. */
  next: Turn | null;
  /** Revision of the reply being acted upon. */
  reply: number;
  reading: Reading | null;
  /** Position in the reading's plain tools, and whether all so far were well. */
  tool: number;
  toolsOk: boolean;
  /** Failures in a row; corrections and rounds of tools in this turn. */
  failures: number;
  corrections: number;
  toolRounds: number;
  shortened: boolean;
  waitMs: number;
  /** Over the agent's life: messages sent, messages heard, nudges heard. */
  messages: number;
  unread: number;
  nudges: number;
}

export type AgentHears =
  | Heard<typeof turnGranted>
  | Heard<typeof turnRevoked>
  | Heard<typeof messageSent>
  | Heard<typeof messageTold>
  | Heard<typeof agentNudged>
  | Heard<typeof agentAdvised>
  | Heard<typeof shutdownRequested>;

/** A move, a message or a task as the agent says it: the type decides the rest of the keys. */
type SaidByModel = { type: string; to?: string | readonly string[] } & Record<string, unknown>;
export type AgentSays =
  | Said<typeof turnCorrected>
  | Said<typeof turnForfeited>
  | Said<typeof turnExcused>
  | Said<typeof shutdownAccepted>
  | Said<typeof shutdownDeclined>
  | SaidByModel;

export function newAgent(input: AgentInput | undefined): AgentContext {
  return {
    agent: input?.agent ?? '',
    limits: { ...DEFAULTS, ...input?.limits },
    tools: input?.tools ?? [],
    turn: null,
    next: null,
    reply: 0,
    reading: null,
    tool: 0,
    toolsOk: true,
    failures: 0,
    corrections: 0,
    toolRounds: 0,
    shortened: false,
    waitMs: 0,
    messages: 0,
    unread: 0,
    nudges: 0,
  };
}

export const turnOf = (heard: Heard<typeof turnGranted>): Turn => ({
  grant: heard.grant,
  round: heard.round,
  moves: heard.moves,
  purpose: heard.purpose,
  blind: heard.blind ?? false,
  by: heard.from,
});

/** Begins a turn with all its counters at nought; without one, ends it. */
export const begin = (turn: Turn | null): Partial<AgentContext> => ({
  turn,
  reading: null,
  failures: 0,
  corrections: 0,
  toolRounds: 0,
  shortened: false,
  unread: 0,
});

/** Reads a reply against what the turn allows now. */
export function read(
  context: AgentContext,
  reply: Settled<ModelReply>,
  known: ReadonlyMap<string, Move>,
): Partial<AgentContext> {
  const { turn, tools, toolRounds, limits, messages } = context;
  const reading = readReply(reply.output.content, {
    known,
    moves: turn!.moves,
    tools,
    mayUseTools: toolRounds < limits.toolRounds,
    messagesLeft: turn!.blind ? 0 : limits.messages - messages,
    blind: turn!.blind,
  });
  return { reading, reply: reply.revision, failures: 0, tool: 0, toolsOk: true };
}

/** Everyone who must hear how the turn ended: who granted it, and the team. */
export const hearersOf = (turn: Turn): string[] =>
  turn.by === 'team' || turn.by === '' ? ['team'] : [turn.by, 'team'];

export const mayRetry = ({ failures, limits }: AgentContext): boolean => failures < limits.retries;
export const passes = ({ kind, limit }: Failure): boolean => !limit && PASSING.has(kind);
export const isTooLong = ({ kind, limit }: Failure): boolean => !limit && TOO_LONG.has(kind);

/** Counts a failure and how long to wait after it: 1 s, 2 s, 4 s …, or what the provider asked for; 60 s at most. */
export function fail(context: AgentContext, retryAfterMs?: number): Partial<AgentContext> {
  const failures = context.failures + 1;
  const waitMs = Math.min(retryAfterMs ?? 1000 * 2 ** (failures - 1), BACK_OFF_MAX_MS);
  return { failures, waitMs };
}

/** The tool whose turn it is. */
export function toolCall({ agent, reading, reply, tool }: AgentContext): ToolCall {
  const use = reading?.kind === 'work' ? reading.tools[tool] : undefined;
  return { agent, tool: use?.tool ?? '', reply, index: use?.index ?? 0 };
}

/** Whether the tool waits for somebody else, and may take its time. */
export const isPatient = (context: AgentContext): boolean =>
  PATIENT_TOOLS.has(toolCall(context).tool);

export const toolTimeoutMs = (context: AgentContext): number =>
  isPatient(context) ? context.limits.patienceMs : context.limits.toolTimeoutMs;

export const excuse = (context: AgentContext): Said<typeof turnExcused> => ({
  type: 'turn.excused',
  to: 'team',
  agent: context.agent,
  grant: context.turn!.grant,
  reason: `waits for ${toolCall(context).tool}`,
});

/** Notes how a tool went; null: it came to nothing (failed, refused, or out of time). */
export const afterTool = (
  context: AgentContext,
  answer: ToolAnswer | null,
): Partial<AgentContext> => ({
  tool: context.tool + 1,
  toolsOk: context.toolsOk && answer?.ok === true,
});

export const hasMoreTools = ({ reading, tool }: AgentContext): boolean =>
  reading?.kind === 'work' && tool < reading.tools.length;
/** The move that stood beside tools is made only if all of them went well. */
export const mayMoveNow = ({ reading, toolsOk }: AgentContext): boolean =>
  reading?.kind === 'work' && reading.move !== null && toolsOk;

export function moveOf({ reading, turn }: AgentContext): SaidByModel {
  const move = reading?.kind === 'move' || reading?.kind === 'work' ? reading.move : null;
  if (!move || !turn) throw new Error('a move is made without a turn: the chart let it through');
  return { ...move.args, type: move.type, to: hearersOf(turn), grant: turn.grant };
}

/** What the reply says at once, messages numbered from the last one on. */
export function utterances({ reading, messages }: AgentContext): SaidByModel[] {
  if (!reading || reading.kind === 'fault') return [];
  let seq = messages;
  return reading.said.map((said) =>
    said.type === 'message.sent' ? { ...said, seq: ++seq } : { ...said },
  );
}

/** What was said is in the stream; it need not be remembered too. */
export const afterSaying = (reading: Reading | null): Reading | null =>
  reading === null || reading.kind === 'fault' ? reading : { ...reading, said: [] };

export const forfeit = (
  { agent, turn }: AgentContext,
  { kind, message, limit }: Failure,
): Said<typeof turnForfeited> => ({
  type: 'turn.forfeited',
  to: hearersOf(turn!),
  agent,
  grant: turn!.grant,
  reason: kind,
  ...(limit ? { limit } : {}),
  detail: message,
});

export const correct = (
  { agent, turn }: AgentContext,
  reply: number,
  problem: string,
): Said<typeof turnCorrected> => ({
  type: 'turn.corrected',
  agent,
  grant: turn!.grant,
  reply,
  problem,
});
