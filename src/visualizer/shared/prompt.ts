/**
 * What a model was asked, rebuilt from the log as the worker built it. Used by the server, and by the page of an
 * exported file.
 *
 * Invariant: for a recorded answer the prompt has the hash that was recorded with it.
 */

import type { RecordedEvent } from '../../events/event.ts';
import { actorOfWork, armedAt } from '../../events/work-id.ts';
import { conversationRequest } from '../../projections/conversation/conversation.ts';
import type { ConversationState } from '../../projections/conversation/conversation-state.ts';
import type { Prompt } from './wire.ts';

type Told = Pick<RecordedEvent, 'revision' | 'type' | 'data' | 'meta'>;

/** A call of a model: who asks, and the revision that armed it. */
interface Call {
  actor: string;
  armed: number;
}

/** The call that an event admits or settles; undefined for any other event. */
export function modelCallOf({ type, data, meta }: Told): Call | undefined {
  const isAdmission = type === 'work.admitted' && data['src'] === 'callModel';
  if (!isAdmission && type !== 'model.replied' && type !== 'model.failed') return undefined;
  const work = isAdmission ? String(data['work']) : (meta.work ?? '');
  const armed = armedAt(work);
  return armed === undefined ? undefined : { actor: actorOfWork(work), armed };
}

/**
 * The last revision that the asker knew: the end of the turn that armed the call, or of a later one in which a fork
 * went over to another model. `events` begin at `armed` and end, at the earliest, with the turn of `revision`.
 */
export function knownThrough({ armed }: Call, revision: number, events: Iterable<Told>): number {
  let through = armed;
  let isOpen = true;
  for (const event of events) {
    if (event.revision < armed) continue;
    const isAskedAnew = event.type === 'team.forked' && event.data['model'] !== undefined;
    if (event.revision > revision && !isOpen) break;
    if (isAskedAnew && event.revision <= revision) isOpen = true;
    if (!isOpen) continue;
    through = event.revision;
    if (event.meta.last) isOpen = false;
  }
  return through;
}

/** The request of a call; `state` is folded at least through what the asker knew. */
export function promptOf(
  state: ConversationState,
  { actor }: Call,
  through: number,
): Prompt | undefined {
  const request = conversationRequest(state, actor, through);
  if (!request) return undefined;
  const { model, system, tools, messages, hash } = request;
  const named = tools.map(({ name, description }) => ({ name, description }));
  return { model, system, tools: named, messages, hash };
}
