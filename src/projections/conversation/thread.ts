/**
 * A thread is what one incarnation of an agent and its model have said to each other, in the shape that the
 * Messages API demands. It is a pure value; the conversation folds events into it.
 *
 * A thread is a list of closed exchanges (what the model was shown, what it replied) and what has come since.
 *
 * Invariants
 * 1. Messages begin with the user, alternate, and end with the user; none is empty.
 * 2. Every tool use of a reply is answered in the very next message, its results first, exactly once.
 * 3. A closed exchange never changes: the request of a later call extends that of an earlier one, so that
 *    caches of prefixes hold. What came while the model was thinking stands after its reply.
 * 4. Use ids are unique in a thread, whatever the model called them.
 * 5. A hash is chained over each message once, when its exchange closes.
 */
import type { JsonObject } from '../../events/event.ts';
import type { Profile } from '../../events/words/agent.ts';
import type { Sequence } from '../kit/sequence.ts';
import { append, countWhile, emptySequence, itemAt, itemsOf, sequenceOf } from '../kit/sequence.ts';
import {
  chained,
  digest,
  type Letter,
  type Message,
  sayable,
  sealed,
  type ThreadEntry,
  type Use,
  userMessage,
} from './thread-message.ts';

export interface Exchange {
  readonly entries: readonly ThreadEntry[];
  readonly user: Message;
  readonly reply: number;
  readonly assistant: Message;
  readonly uses: readonly Use[];
  /** Hash of everything up to and with the reply. */
  readonly chain: string;
}

export interface Thread {
  readonly joined: number;
  readonly incarnation: number;
  readonly profile: Profile;
  /** Hash of model, temperature, system and tools. */
  readonly base: string;
  readonly exchanges: Sequence<Exchange>;
  /** What has come since the last exchange closed. */
  readonly open: Sequence<ThreadEntry>;
  /** Uses of the last reply that have been answered. */
  readonly answered: readonly string[];
  /** Ids of all uses, for invariant 4. */
  readonly useIds: Sequence<string>;
}

export function newThread(
  joined: number,
  incarnation: number,
  profile: Profile,
  first: readonly ThreadEntry[],
): Thread {
  const { model, temperature, system, tools } = profile;
  return {
    joined,
    incarnation,
    profile,
    base: digest(JSON.stringify([model, temperature ?? null, system, tools])),
    exchanges: emptySequence(),
    open: sequenceOf(first),
    answered: [],
    useIds: emptySequence(),
  };
}

export function withText(
  thread: Thread,
  at: { revision: number; turn: number },
  text: string,
  letter?: Letter,
): Thread {
  const entry: ThreadEntry = { kind: 'text', ...at, text, ...(letter ? { letter } : {}) };
  return { ...thread, open: append(thread.open, entry) };
}

/** Numbers of the letters of one writer that the model had not been shown when it last replied. */
export function unreadFrom(thread: Thread, from: string): number[] {
  const numbers: number[] = [];
  for (const entry of itemsOf(thread.open))
    if (entry.kind === 'text' && entry.letter?.from === from) numbers.push(entry.letter.seq);
  return numbers;
}

/** Answers one open use of the last reply. */
export function withUseAnswered(
  thread: Thread,
  at: { revision: number; turn: number },
  use: Use,
  ok: boolean,
  text: string,
): Thread {
  const entry: ThreadEntry = { kind: 'answer', ...at, use: use.id, tool: use.tool, ok, text };
  return {
    ...thread,
    open: append(thread.open, entry),
    answered: [...thread.answered, use.id],
  };
}

/** A result that comes when its use has been answered or passed over: it is told, so that it is not lost. */
export function withLateAnswer(
  thread: Thread,
  at: { revision: number; turn: number },
  tool: string,
  ok: boolean,
  text: string,
): Thread {
  const entry: ThreadEntry = { kind: 'answer', ...at, use: '', tool, ok, text };
  return { ...thread, open: append(thread.open, entry) };
}

/** Uses of the last reply that nothing has answered yet, in the reply's order. */
export function openUses(thread: Thread): readonly Use[] {
  const uses = itemAt(thread.exchanges, -1)?.uses ?? [];
  return uses.filter((use) => !thread.answered.includes(use.id));
}

export function lastReply(thread: Thread): number | undefined {
  return itemAt(thread.exchanges, -1)?.reply;
}

/**
 * Closes the exchange: the model, which was shown what had come by the end of turn `through`, has replied.
 * A reply in which nothing can be said again (no text, no tool use) leaves the exchange open.
 */
export function withReply(
  thread: Thread,
  revision: number,
  content: readonly JsonObject[],
  through: number,
): Thread {
  const { blocks, uses } = sayable(thread.useIds, revision, content);
  if (blocks.length === 0) return thread;
  const shown = countWhile(thread.open, (entry) => entry.turn <= through);
  const open = [...itemsOf(thread.open)];
  const entries = open.slice(0, shown);
  const user = userMessage(itemAt(thread.exchanges, -1)?.uses ?? [], entries);
  const assistant = sealed({ role: 'assistant', content: blocks });
  const chain = chained(chained(chainOf(thread), user), assistant);
  let useIds = thread.useIds;
  for (const use of uses) useIds = append(useIds, use.id);
  return {
    ...thread,
    exchanges: append(thread.exchanges, {
      entries,
      user,
      reply: revision,
      assistant,
      uses,
      chain,
    }),
    open: sequenceOf(open.slice(shown)),
    answered: [],
    useIds,
  };
}

/** The messages of a request that may know nothing later than `through`, and their hash. */
export function messagesThrough(
  thread: Thread,
  through: number,
): { messages: Message[]; hash: string } {
  const closed = countWhile(thread.exchanges, (exchange) => exchange.reply <= through);
  const messages: Message[] = [];
  const later: ThreadEntry[] = [];
  let index = 0;
  for (const exchange of itemsOf(thread.exchanges)) {
    if (index++ < closed) messages.push(exchange.user, exchange.assistant);
    else later.push(...exchange.entries);
  }
  later.push(...itemsOf(thread.open));
  const before = closed > 0 ? itemAt(thread.exchanges, closed - 1) : undefined;
  const last = userMessage(
    before?.uses ?? [],
    later.filter((entry) => entry.revision <= through),
  );
  messages.push(last);
  return { messages, hash: chained(before?.chain ?? thread.base, last) };
}

function chainOf(thread: Thread): string {
  return itemAt(thread.exchanges, -1)?.chain ?? thread.base;
}
