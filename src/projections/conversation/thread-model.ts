/**
 * A thread that another model takes over: the same talk, without the thinking that only its author could sign.
 * The thread before stays as it was, so that a request of the past is still built as it was asked.
 */

import type { Sequence } from '../kit/sequence.ts';
import { append, emptySequence, itemsOf } from '../kit/sequence.ts';
import type { Exchange, Thread } from './thread.ts';
import { newThread } from './thread.ts';
import type { MessageBlock } from './thread-message.ts';
import { chained, sealed } from './thread-message.ts';

/** The thread as `model` is shown it, from revision `joined` on. */
export function withModel(thread: Thread, joined: number, model: string): Thread {
  const { incarnation, profile } = thread;
  const begun = newThread(joined, incarnation, { ...profile, model }, []);
  let exchanges: Sequence<Exchange> = emptySequence();
  let chain = begun.base;
  for (const exchange of itemsOf(thread.exchanges)) {
    const content = exchange.assistant.content.filter((block) => !isThinking(block));
    const assistant = sealed({ role: 'assistant', content });
    chain = chained(chained(chain, exchange.user), assistant);
    exchanges = append(exchanges, { ...exchange, assistant, chain });
  }
  return { ...thread, joined, profile: begun.profile, base: begun.base, exchanges };
}

const isThinking = ({ type }: MessageBlock): boolean =>
  type === 'thinking' || type === 'redacted_thinking';
