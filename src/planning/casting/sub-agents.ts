/**
 * Sub-agents: how many of them a request wants, and for whom: "let them swarm 4 sub-agents to research …", "from 5
 * parallel angles", "each advocate should swarm 3". Pure.
 */
import { quote } from '../language/phrase.ts';
import { numberOf } from '../language/somebody.ts';
import type { Reading, Word } from '../language/word.ts';

export interface SubAgentWish {
  count: number;
  /** What they are to look into, in the words of the request. */
  task: string | undefined;
  /** Where the number stands in the reading. */
  at: number;
  /** Each of those before it, not only the one. */
  each: boolean;
}

const HELPERS = new Set('subagent subagents sub-agent helper helpers'.split(' '));
const ANGLES = new Set('angle perspective viewpoint dimension direction'.split(' '));
const REACH = 4;
/** A dispatch has at most so many. */
const SUB_AGENTS_MAX = 5;

/**
 * The swarms that a request asks its agents for, in its order; more angles than there can be sub-agents are shared
 * out among these. Throws a RangeError for more sub-agents than there can be.
 */
export function subAgentsIn({ words }: Reading): SubAgentWish[] {
  const found: SubAgentWish[] = [];
  for (const [at, word] of words.entries()) {
    const count = wishedAt(words, at);
    if (count === undefined) continue;
    const named = word.tag === 'who';
    if (named && count > SUB_AGENTS_MAX)
      throw new RangeError(
        `an agent has at most ${SUB_AGENTS_MAX} sub-agents at a time; the request asks for ${count}`,
      );
    const clause = words.slice(Math.max(0, at - 8), at).map(({ lower }) => lower);
    const each = clause.some((lower) => /^each\b|^both\b/.test(lower));
    found.push({
      count: Math.min(count, SUB_AGENTS_MAX),
      task: taskAfter(words, at, word),
      at,
      each,
    });
  }
  return found;
}

/** How many sub-agents are named here: as somebody ("4 sub-agents"), or as angles that are taken side by side. */
function wishedAt(words: readonly Word[], at: number): number | undefined {
  const word = words[at]!;
  const parts = word.lower.split(' ');
  if (word.tag === 'who' && HELPERS.has(parts.at(-1)!))
    return (
      numberIn(parts) ?? numberIn(words.slice(Math.max(0, at - 2), at).map((one) => one.lower))
    );
  if (!ANGLES.has(word.lemma)) return undefined;
  const near = words.slice(Math.max(0, at - REACH), at + REACH).map(({ lower }) => lower);
  const parallel = near.some((lower) =>
    /^(parallel|simultaneous(ly)?|concurrent(ly)?)$/.test(lower),
  );
  return parallel ? numberIn(near) : undefined;
}

const numberIn = (words: readonly string[]) => words.map(numberOf).find((n) => n > 1);

/** "to research Stripe, PayPal and crypto", "(security, performance, testing)". */
function taskAfter(words: readonly Word[], at: number, word: Word): string | undefined {
  const from = words.findIndex(
    (one, i) => i > at && i <= at + REACH && (one.lower === 'to' || one.lower === '('),
  );
  if (from < 0) return undefined;
  const closing = words[from]!.lower === '(' ? ')' : '.';
  const end = words.findIndex(
    (one, i) =>
      i > from &&
      (one.lower === closing ||
        one.tag === 'stop' ||
        one.lower === 'before' ||
        one.lower === 'then'),
  );
  const text = quote(words.slice(from + 1, end < 0 ? undefined : end).map((one) => one.text));
  return text === '' || text === word.text ? undefined : text;
}
