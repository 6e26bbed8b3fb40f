/** An answer that a person writes in place of a model: content blocks as JSON, or plain text. */
import type { JsonObject } from '../events/event.ts';
import type { WrittenAnswer } from '../events/words/fork.ts';
import { BadUsage } from './bad-usage.ts';
import { bytesOf } from './request.ts';
import type { Shell } from './shell.ts';

export interface AnswerOptions {
  /** A file, or `-` for standard input. */
  answer?: string;
  /** Whose next call it is for. */
  answerOf?: string;
}

/** The answer that the options name, if they name one. Throws `BadUsage`. */
export async function answerOption(
  shell: Shell,
  { answer, answerOf: actor }: AnswerOptions,
): Promise<WrittenAnswer | undefined> {
  if (answer === undefined) {
    if (actor !== undefined) throw new BadUsage('--answer-of belongs to an answer: add --answer');
    return undefined;
  }
  const text = (await bytesOf(shell, '--answer', answer)).toString('utf8');
  return answerOf(text, actor, `--answer ${answer}`);
}

/** Content blocks as JSON (a list, or an object with `content`), else plain text; `where` it was given. */
export function answerOf(text: string, actor: string | undefined, where: string): WrittenAnswer {
  const blocks = blocksOf(text) ?? [{ type: 'text', text }];
  for (const [i, block] of blocks.entries()) checkBlock(where, block, i);
  const content = blocks.map((block, i) =>
    block['type'] === 'tool_use' ? { id: `toolu_written_${i}`, ...block } : block,
  );
  const stopReason = blocks.some(({ type }) => type === 'tool_use') ? 'tool_use' : 'end_turn';
  return { ...(actor === undefined ? {} : { actor }), content, stopReason };
}

function blocksOf(text: string): JsonObject[] | undefined {
  try {
    const parsed = JSON.parse(text) as unknown;
    const list = Array.isArray(parsed) ? parsed : (parsed as { content?: unknown } | null)?.content;
    return Array.isArray(list) ? (list as JsonObject[]) : undefined;
  } catch {
    return undefined;
  }
}

function checkBlock(where: string, block: JsonObject | null, index: number): void {
  const { type, text, name, input } = block ?? {};
  const isText = type === 'text' && typeof text === 'string' && text.trim() !== '';
  const isUse = type === 'tool_use' && typeof name === 'string' && isObject(input);
  if (isText || isUse) return;
  throw new BadUsage(
    `${where}: block ${index} is neither {"type":"text","text":…} nor {"type":"tool_use","name":…,"input":{…}}`,
  );
}

const isObject = (value: unknown): boolean =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
