/**
 * The messages of a thread in the shape that the Messages API demands: what the model is shown becomes the user's
 * message, a reply becomes one that may be sent again, and each is chained into a hash.
 */
import { createHash } from 'node:crypto';
import type { Json, JsonObject } from '../../events/event.ts';
import { includes, type Sequence } from '../kit/sequence.ts';
import { escapeControls, frame } from './framing.ts';

export type MessageBlock = { [key: string]: Json; type: string };

export interface Message {
  role: 'user' | 'assistant';
  content: MessageBlock[];
}

/**
 * Something the model is shown: a text of ours, or the answer to one of its tool uses. A `common` text (the
 * request, a transcript) is what every incarnation begins with.
 */
export type ThreadEntry = { readonly revision: number; readonly turn: number } & (
  | {
      readonly kind: 'text';
      readonly text: string;
      readonly common?: true;
      /** Who wrote it to the agent, and the writer's number of it. */
      readonly letter?: Letter;
    }
  | {
      readonly kind: 'answer';
      readonly use: string;
      readonly tool: string;
      readonly ok: boolean;
      readonly text: string;
    }
);

export interface Letter {
  readonly from: string;
  readonly seq: number;
}

/** A tool use of a reply. `id` is what the API is shown, `called` what the model called it. */
export interface Use {
  readonly id: string;
  readonly called: string;
  readonly tool: string;
  readonly input: JsonObject;
}

const NOT_RUN = 'Not run: the turn went on or ended before this was done.';
const GO_ON = 'Go on with your turn.';

/** Results first, in the order of the uses; then what else is to be read. */
export function userMessage(uses: readonly Use[], entries: readonly ThreadEntry[]): Message {
  const answers = new Map<string, ThreadEntry & { kind: 'answer' }>();
  const texts: string[] = [];
  for (const entry of entries) {
    if (entry.kind === 'text') texts.push(entry.text);
    else if (uses.some((use) => use.id === entry.use) && !answers.has(entry.use))
      answers.set(entry.use, entry);
    else texts.push(`What an earlier tool use gave:\n${frame({ tool: entry.tool }, entry.text)}`);
  }
  const content: MessageBlock[] = uses.map((use) => {
    const answer = answers.get(use.id);
    const text = escapeControls(answer ? answer.text : NOT_RUN);
    return {
      type: 'tool_result',
      tool_use_id: use.id,
      content: text.trim() === '' ? '(no output)' : text,
      ...(answer?.ok ? {} : { is_error: true }),
    };
  });
  for (const text of texts) {
    if (text.trim() !== '') content.push({ type: 'text', text: escapeControls(text) });
  }
  if (content.length === 0) content.push({ type: 'text', text: GO_ON });
  return sealed({ role: 'user', content });
}

/**
 * The reply as it may be sent again: verbatim, but without blank texts, without thinking that nothing
 * follows (a truncated reply), with ids that are not taken and with objects as inputs, which the API insists on.
 */
export function sayable(
  taken: Sequence<string>,
  revision: number,
  content: readonly JsonObject[],
): { blocks: MessageBlock[]; uses: Use[] } {
  const blocks: MessageBlock[] = [];
  const uses: Use[] = [];
  const isTaken = (id: string): boolean => uses.some((use) => use.id === id) || includes(taken, id);
  content.forEach((block, index) => {
    if (block['type'] === 'tool_use') {
      const use = useOf(block, isTaken, `${revision}_${index}`);
      uses.push(use);
      blocks.push({ ...block, type: 'tool_use', id: use.id, name: use.tool, input: use.input });
    } else if (typeof block['type'] === 'string' && !isBlankText(block)) {
      blocks.push({ ...block } as MessageBlock);
    }
  });
  const end = blocks.findLastIndex((block) => block.type === 'tool_use' || block.type === 'text');
  return { blocks: blocks.slice(0, end + 1), uses };
}

function isBlankText(block: JsonObject): boolean {
  const { type, text } = block;
  return type === 'text' && (typeof text !== 'string' || text.trim() === '');
}

function useOf(block: JsonObject, isTaken: (id: string) => boolean, place: string): Use {
  const { id, name, input } = block;
  const called = typeof id === 'string' ? id : '';
  let unique = /^[A-Za-z0-9_-]{1,64}$/.test(called) ? called : `use_${place}`;
  for (let n = 1; isTaken(unique); n++) unique = `use_${place}_${n}`;
  const isObject = typeof input === 'object' && input !== null && !Array.isArray(input);
  return {
    id: unique,
    called,
    tool: typeof name === 'string' && /^[A-Za-z0-9_-]{1,128}$/.test(name) ? name : 'unnamed',
    input: isObject ? input : {},
  };
}

/** Messages are shared by all requests of the thread: whoever changes one would change the past. */
export function sealed(message: Message): Message {
  for (const block of message.content) Object.freeze(block);
  Object.freeze(message.content);
  return Object.freeze(message);
}

export function chained(chain: string, message: Message): string {
  return digest(`${chain}\n${JSON.stringify(message)}`);
}

export function digest(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}
