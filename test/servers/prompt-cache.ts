/**
 * What a provider's prompt cache would hold: a marker writes the prefix up to its block; a later request reads
 * the longest prefix that was written, looking back at most twenty blocks from each of its markers.
 */
import { createHash } from 'node:crypto';
import type { ApiRequestBody } from './request-rules.ts';

const LOOK_BACK = 20;

export interface PromptCache {
  /** Tokens, at four bytes each, that this request reads and writes. */
  take(body: ApiRequestBody): { read: number; written: number };
}

interface Piece {
  hash: string;
  tokens: number;
  marked: boolean;
}

export function createPromptCache(): PromptCache {
  const written = new Set<string>();
  return {
    take(body) {
      const pieces = piecesOf(body);
      const marks = pieces.flatMap(({ marked }, i) => (marked ? [i] : []));
      let read = -1;
      for (const mark of marks)
        for (let i = mark; i >= Math.max(0, mark - LOOK_BACK); i--)
          if (written.has(pieces[i]!.hash)) {
            read = Math.max(read, i);
            break;
          }
      for (const mark of marks) written.add(pieces[mark]!.hash);
      const last = marks.at(-1) ?? -1;
      const sum = (from: number, to: number) =>
        pieces.slice(from, to).reduce((total, { tokens }) => total + tokens, 0);
      return { read: sum(0, read + 1), written: sum(read + 1, last + 1) };
    },
  };
}

/** Tools, system, then each block of each message; the hash of each covers all before it. */
function piecesOf({ model, tools = [], system = [], messages }: ApiRequestBody): Piece[] {
  const blocks: object[] = [
    ...tools,
    ...(typeof system === 'string' ? [{ type: 'text', text: system }] : system),
    ...messages.flatMap(({ role, content }) => content.map((block) => ({ role, ...block }))),
  ];
  let chain: string = model;
  return blocks.map((block) => {
    const { cache_control: mark, ...rest } = block as { cache_control?: unknown };
    const text = JSON.stringify(rest);
    chain = createHash('sha256').update(chain).update(text).digest('hex');
    return { hash: chain, tokens: Math.ceil(Buffer.byteLength(text) / 4), marked: Boolean(mark) };
  });
}
