/**
 * The reading of a model's reply: pure, total, and strict. A reply is a list of content blocks; what counts in
 * it are the uses of tools: one move that ends the turn, plain tools that a worker runs, spoken tools.
 *
 * Invariants
 * 1. A reply with a fault is not acted upon at all: nothing is said, run or moved, and the fault is told.
 * 2. The first move counts; further ones are passed over (the conversation answers them as errors).
 * 3. What is read is bounded: `USES_MAX` uses of tools in one reply.
 */
import type { Json, JsonObject } from '../../events/event.ts';
import type { Move } from '../../events/words/moves.ts';
import { spokenTools, type Utterance } from './spoken-tools.ts';

/** The most tools that one reply may use. */
export const USES_MAX = 16;

/** What is legal for this reply. */
interface Legal {
  /** Every move there is, by the name of its tool. */
  readonly known: ReadonlyMap<string, Move>;
  readonly moves: readonly string[];
  readonly tools: readonly string[];
  /** False: the rounds of tools are spent, and only a move will do. */
  readonly mayUseTools: boolean;
  /** How many more messages the agent may send. */
  readonly messagesLeft: number;
  /** Why there are none left: contributions are held back until all are in. */
  readonly blind?: boolean;
}

/** A move with its checked arguments, ready to be said. */
interface MadeMove {
  type: string;
  args: JsonObject;
}

/** A plain tool and the index of its block in the reply's content. */
interface ToolUse {
  tool: string;
  index: number;
}

export type Reading =
  | { kind: 'move'; said: Utterance[]; move: MadeMove }
  | { kind: 'work'; said: Utterance[]; tools: ToolUse[]; move: MadeMove | null }
  | { kind: 'talk'; said: Utterance[] }
  | { kind: 'fault'; problem: string };

type Block = { readonly [key: string]: Json };

/** Reads the content of a reply. */
export function readReply(content: readonly Block[], legal: Legal): Reading {
  const said: Utterance[] = [];
  const tools: ToolUse[] = [];
  let move: MadeMove | null = null;
  let uses = 0;
  for (let index = 0; index < content.length; index++) {
    const block = content[index]!;
    if (block['type'] !== 'tool_use') continue;
    if (++uses > USES_MAX) return fault(`You may use at most ${USES_MAX} tools in one reply.`);
    const name = String(block['name']);
    if (legal.known.has(name)) {
      if (move) continue;
      const made = readMove(name, block['input'], legal);
      if (typeof made === 'string') return fault(made);
      move = made;
    } else if (!legal.tools.includes(name)) {
      return fault(`There is no tool named "${name}" for you. ${choices(legal)}`);
    } else if (spokenTools.has(name)) {
      const utterance = readSpoken(name, block['input']);
      if (typeof utterance === 'string') return fault(utterance);
      said.push(utterance);
    } else {
      tools.push({ tool: name, index });
    }
  }
  return judge(said, tools, move, legal);
}

function judge(said: Utterance[], tools: ToolUse[], move: MadeMove | null, legal: Legal): Reading {
  const messages = said.filter(({ type }) => type === 'message.sent').length;
  if (messages > 0 && legal.blind)
    return fault(`Nobody speaks with teammates until all have handed in. ${choices(legal)}`);
  if (messages > legal.messagesLeft)
    return fault(`You may send ${legal.messagesLeft} more messages. ${choices(legal)}`);
  if (tools.length === 0 && move) return { kind: 'move', said, move };
  if (tools.length === 0 && said.length === 0)
    return fault(`Text alone does not end your turn. ${choices(legal)}`);
  if (!legal.mayUseTools)
    return fault(`You have used all rounds of tools of this turn. ${choices(legal)}`);
  return tools.length > 0 ? { kind: 'work', said, tools, move } : { kind: 'talk', said };
}

function readMove(name: string, input: Json | undefined, legal: Legal): MadeMove | string {
  if (!legal.moves.includes(name)) return `"${name}" is not a legal move now. ${choices(legal)}`;
  const move = legal.known.get(name);
  if (!move) return `There is no move "${name}". ${choices(legal)}`;
  const { args, event } = move;
  const parsed = args.safeParse(input);
  return parsed.success
    ? { type: event.type, args: parsed.data as JsonObject }
    : unfit(name, parsed.error.issues);
}

function readSpoken(name: string, input: Json | undefined): Utterance | string {
  const { args, says } = spokenTools.get(name)!;
  const parsed = args.safeParse(input);
  return parsed.success ? says(parsed.data as JsonObject) : unfit(name, parsed.error.issues);
}

type Issues = readonly { path: readonly PropertyKey[]; message: string }[];

/** Names at most three faults: enough to mend the call, short enough to keep. */
function unfit(name: string, issues: Issues): string {
  const faults = issues
    .slice(0, 3)
    .map(({ path, message }) => `${path.map(String).join('.') || 'arguments'}: ${message}`);
  return `The arguments of "${name}" do not fit: ${faults.join('; ')}. Call it again with all of them.`;
}

const choices = ({ moves }: Legal) =>
  moves.length === 1
    ? `End your turn with the move ${moves[0]}.`
    : `End your turn with exactly one of these moves: ${moves.join(', ')}.`;

const fault = (problem: string): Reading => ({ kind: 'fault', problem });
