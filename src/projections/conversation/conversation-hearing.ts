/**
 * What each event does to the conversation: who sits down, what an agent is told, which use of a tool is answered,
 * when a turn ends. `conversation.ts` says which event is heard by which of these.
 */

import type { EventOf, RecordedEvent } from '../../events/event.ts';
import type * as agent from '../../events/words/agent.ts';
import type { teamForked } from '../../events/words/fork.ts';
import { actorOfWork, ownerOf } from '../../events/work-id.ts';
import {
  answer,
  type ConversationState,
  change,
  heldAt,
  hold,
  plain,
  seatNamed,
} from './conversation-state.ts';
import {
  correctionOf,
  grantText,
  messageText,
  requestEntries,
  sentText,
} from './conversation-text.ts';
import * as seats from './seat.ts';
import { momentOf, threadOf } from './seat.ts';
import * as threads from './thread.ts';
import { renderTranscript } from './thread-transcript.ts';

/** Tools that become an event at once, by the type of that event. */
export const SPOKEN = {
  'message.sent': 'send_message',
  'task.created': 'create_task',
  'task.progressed': 'update_task',
} as const;

export function takeSeat(draft: ConversationState, event: EventOf<typeof agent.agentJoined>): void {
  const { actor, incarnation } = event.data;
  const profile = {
    ...event.data.profile,
    ...(draft.model === null ? {} : { model: draft.model }),
  };
  const before = seatNamed(draft, actor);
  const first = requestEntries(plain(draft.request), momentOf(event));
  if (incarnation > 1 && before) {
    const text = renderTranscript(before.threads);
    first.push({ kind: 'text', ...momentOf(event), text, common: true });
  }
  const seat = seats.seatTaken(before, event.revision, incarnation, profile, first);
  draft.seats[actor] = Object.freeze(seat);
}

/** A fork that asks another model: each talk goes on in a thread of its own. */
export function changeModel(draft: ConversationState, event: EventOf<typeof teamForked>): void {
  const { model } = event.data;
  if (model === undefined) return;
  draft.model = model;
  for (const actor of Object.keys(draft.seats))
    change(draft, actor, (seat) => seats.withOtherModel(seat, event.revision, model));
}

export function hearGrant(
  draft: ConversationState,
  event: EventOf<typeof agent.turnGranted>,
): void {
  const grant = event.data;
  const shown = grant.material.map((revision) => ({ revision, event: heldAt(draft, revision) }));
  change(draft, grant.agent, (seat) => {
    const text = grantText(grant, shown, seat.current?.grant);
    return seats.withGrant(seats.withTold(seat, momentOf(event), text), momentOf(event), grant);
  });
}

/** What was wrong answers the uses of the reply at fault; without any, it is told as text. */
export function hearCorrection(
  draft: ConversationState,
  event: EventOf<typeof agent.turnCorrected>,
): void {
  change(draft, event.data.agent, (seat) => {
    let thread = threadOf(seat);
    const uses = threads.lastReply(thread) === event.data.reply ? threads.openUses(thread) : [];
    const text = correctionOf(event.data);
    if (uses.length === 0) return seats.withTold(seat, momentOf(event), text);
    for (const [index, use] of uses.entries()) {
      const why = index === 0 ? text : 'Not run: see the correction above.';
      thread = threads.withUseAnswered(thread, momentOf(event), use, false, why);
    }
    return seats.withThread(seat, thread);
  });
}

export function hearReply(
  draft: ConversationState,
  event: EventOf<typeof agent.modelReplied>,
): void {
  const { content } = event.data;
  change(draft, ownerOf(event), (seat) => {
    // Without a verdict on record all that stood before the reply counts as shown.
    const through = seats.turnArmed(seat, event.meta.work ?? '') ?? event.meta.turn;
    return seats.withThread(
      seat,
      threads.withReply(threadOf(seat), event.revision, content, through),
    );
  });
}

export function hearTool(
  draft: ConversationState,
  event: EventOf<typeof agent.toolReturned>,
): void {
  hold(draft, event);
  const { use, reply, ok, text, tool } = event.data;
  change(draft, ownerOf(event), (seat) => {
    const thread = threadOf(seat);
    const open = threads.openUses(thread).find((one) => one.called === use);
    const answered =
      open && threads.lastReply(thread) === reply
        ? threads.withUseAnswered(thread, momentOf(event), open, ok, text)
        : threads.withLateAnswer(thread, momentOf(event), tool, ok, text);
    return seats.withThread(seat, answered);
  });
}

/** The move answers its use and ends the turn; what else the reply asked for is not done. */
export function hearMove(draft: ConversationState, event: RecordedEvent, tool: string): void {
  const { actor, deaf, undeliverable } = event.meta;
  const { grant, ...args } = event.data;
  if (actor === undefined || typeof grant !== 'number') return;
  const refused = (deaf?.length ?? 0) > 0 || (undeliverable?.length ?? 0) > 0;
  const text = refused ? 'Not taken: nobody waits for this move any more.' : 'Accepted.';
  answer(draft, actor, event, (use) => use.tool === tool, !refused, text, args);
  change(draft, actor, (seat) => {
    let thread = threadOf(seat);
    for (const use of threads.openUses(thread)) {
      const why = `Ignored: a turn has one move, and this one was ended by ${tool}.`;
      thread = threads.withUseAnswered(thread, momentOf(event), use, false, why);
    }
    return seats.withTurnOver(seats.withThread(seat, thread), momentOf(event), grant);
  });
}

/**
 * A message reaches its hearers. Where the sender had not yet read what a hearer wrote before, the two have
 * crossed, and both sides are told by the numbers.
 */
export function hearLetter(
  draft: ConversationState,
  event: EventOf<typeof agent.messageSent>,
): void {
  const { seq, text } = event.data;
  const from = event.meta.actor ?? 'outside';
  const sender = seatNamed(draft, from);
  const crossed: [string, number[]][] = [];
  hold(draft, event);
  for (const hearer of event.meta.to ?? []) {
    const unread = sender ? threads.unreadFrom(threadOf(sender), hearer) : [];
    if (unread.length > 0) crossed.push([hearer, unread]);
    const shown = messageText(from, text, seq, unread);
    change(draft, hearer, (seat) => seats.withTold(seat, momentOf(event), shown, { from, seq }));
  }
  answerSpoken(draft, event, sentText(seq, crossed));
}

/** A spoken tool's use is answered by the event that it became. */
export function answerSpoken(draft: ConversationState, event: RecordedEvent, text: string): void {
  const tool = SPOKEN[event.type as keyof typeof SPOKEN];
  const nobody = event.meta.undeliverable ?? [];
  const ok = nobody.length === 0;
  const result = ok ? text : `Not delivered: there is no ${nobody.join(', ')} in the team.`;
  const by = event.meta.actor ?? '';
  answer(draft, by, event, (use) => use.tool === tool, ok, result, event.data);
}

export function endTurn(
  draft: ConversationState,
  actor: string,
  grant: number,
  event: RecordedEvent,
  how: string,
): void {
  change(draft, actor, (seat) => {
    const told = seats.withTold(seat, momentOf(event), `Your turn of grant ${grant} ${how}`);
    return seats.withTurnOver(told, momentOf(event), grant);
  });
}

export function noteArmed(draft: ConversationState, event: RecordedEvent, id: string): void {
  change(draft, actorOfWork(id), (seat) => seats.withArmed(seat, id, event.meta.turn));
}

export function hearPerson(
  draft: ConversationState,
  event: EventOf<typeof agent.messageTold>,
): void {
  const { by, text } = event.data;
  hold(draft, event);
  for (const hearer of event.meta.to ?? [])
    change(draft, hearer, (seat) => seats.withTold(seat, momentOf(event), messageText(by, text)));
}

/** A text of the pattern or the runtime, which the agent reads when it is next asked. */
export function hearText(
  draft: ConversationState,
  event: EventOf<typeof agent.agentNudged> | EventOf<typeof agent.agentAdvised>,
): void {
  const { text } = event.data;
  change(draft, event.data.agent, (seat) => seats.withTold(seat, momentOf(event), text));
}
