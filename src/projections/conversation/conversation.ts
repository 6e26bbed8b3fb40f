/**
 * The conversation: what each agent and its model have said to each other, folded from the team's stream.
 * The model worker builds its request from it; the request itself is stored nowhere, only its hash.
 *
 * A seat has one thread an incarnation; a successor's thread begins with the transcript of those before.
 * What others wrote reaches the model in frames (`framing.ts`); what the pattern and the runtime say does not.
 *
 * Invariants
 * 1. A request knows nothing later than the revision it is asked for, whatever has been folded since.
 * 2. Every request is legal for the Messages API (`thread.ts`), for any history, legal or not.
 * 3. The request of a call is the same however often, wherever and however late it is built.
 * 4. No revision, time or id stands in it: a fork asks for the same in the same words.
 */
import type { EventOf, RecordedEvent } from '../../events/event.ts';
import * as agent from '../../events/words/agent.ts';
import { teamForked } from '../../events/words/fork.ts';
import { allMoves } from '../../events/words/index.ts';
import type { Move } from '../../events/words/moves.ts';
import * as pattern from '../../events/words/pattern.ts';
import { teamFormed } from '../../events/words/team.ts';
import * as work from '../../events/words/work.ts';
import type { Projection } from '../kit/projection.ts';
import { defineFold, defineProjection, joined } from '../kit/projection.ts';
import { emptySequence } from '../kit/sequence.ts';
import type { ConversationState } from './conversation-state.ts';
import {
  actorOf,
  actorOfWork,
  answer,
  change,
  heldAt,
  hold,
  plain,
  seatOf,
} from './conversation-state.ts';
import {
  correctionOf,
  grantText,
  messageText,
  requestEntries,
  sentText,
} from './conversation-text.ts';
import type { Grant } from './seat.ts';
import * as seats from './seat.ts';
import { momentOf, threadOf } from './seat.ts';
import type { Message } from './thread.ts';
import * as threads from './thread.ts';
import { renderTranscript } from './thread-transcript.ts';

export type { ConversationState } from './conversation-state.ts';

/** A request in the shape of the Messages API; `turn` says what it is for and is never sent. */
export interface ConversationRequest {
  model: string;
  system: string;
  tools: agent.ToolSpec[];
  messages: Message[];
  outputTokensMax: number;
  temperature?: number;
  /** Chained over model, system, tools and each message. */
  hash: string;
  turn: Grant & { role: string };
}

/** Tools that become an event at once, by the type of that event. */
const SPOKEN = {
  'message.sent': 'send_message',
  'task.created': 'create_task',
  'task.progressed': 'update_task',
} as const;

/**
 * The request of the agent's call that was armed by the turn ending at `through`; undefined when nobody sits
 * there yet or no turn has been granted. Messages are shared and frozen: copy what you must change.
 */
export function conversationRequest(
  state: ConversationState,
  agent: string,
  through: number,
): ConversationRequest | undefined {
  const seat = state.seats[agent];
  const grant = seat && seats.turnAt(seat, through);
  const thread = seat?.threads.findLast((one) => one.joined <= through);
  if (!grant || !thread) return undefined;
  const { model, system, tools, outputTokensMax, temperature, role } = thread.profile;
  return {
    model,
    system,
    tools,
    ...threads.messagesThrough(thread, through),
    outputTokensMax,
    ...(temperature === undefined ? {} : { temperature }),
    turn: { ...grant, role },
  };
}

/** The conversation of teams whose agents act by these moves. */
function conversationOf(moves: Iterable<Move>): Projection<ConversationState> {
  const toolOf = new Map<string, string>();
  for (const move of moves) toolOf.set(move.event.type, move.name);
  const byMove = defineFold<ConversationState>(toolOf.keys(), (draft, event) => {
    hold(draft, event);
    hearMove(draft, event, toolOf.get(event.type)!);
  });
  return joined(commonTalk(new Set([...toolOf.values(), ...Object.values(SPOKEN)])), byMove);
}

function commonTalk(madeByEvents: ReadonlySet<string>): Projection<ConversationState> {
  return defineProjection({
    name: 'conversation',
    version: 1,
    initial: { request: null, seats: {}, model: null, held: emptySequence() } as ConversationState,
    events: {
      formed: teamFormed,
      forked: teamForked,
      joined: agent.agentJoined,
      granted: agent.turnGranted,
      corrected: agent.turnCorrected,
      forfeited: agent.turnForfeited,
      revoked: agent.turnRevoked,
      nudged: agent.agentNudged,
      advised: agent.agentAdvised,
      sent: agent.messageSent,
      told: agent.messageTold,
      replied: agent.modelReplied,
      toolReturned: agent.toolReturned,
      toolFailed: agent.toolFailed,
      answered: agent.personAnswered,
      admitted: work.workAdmitted,
      delayed: work.workDelayed,
      workDone: work.workDone,
      taskCreated: pattern.taskCreated,
      taskProgressed: pattern.taskProgressed,
      artifact: pattern.artifactRegistered,
      decision: pattern.decisionMade,
      dissent: pattern.dissentNoted,
    },
    on: {
      formed: (draft, event) => {
        draft.request = event.data.request ?? null;
        hold(draft, event);
      },
      forked: changeModel,
      joined: takeSeat,
      granted: hearGrant,
      corrected: hearCorrection,
      forfeited: (draft, event) => {
        const { agent, grant, reason, detail } = event.data;
        endTurn(draft, agent, grant, event, `ended without a move (${reason}): ${detail}`);
      },
      revoked: (draft, event) => {
        const { agent, grant, reason } = event.data;
        endTurn(draft, agent, grant, event, `was taken back: ${reason}. A move for it is void.`);
      },
      nudged: (draft, event) => {
        const { agent, text } = event.data;
        if (text.trim() !== '')
          change(draft, agent, (seat) => seats.withTold(seat, momentOf(event), text));
      },
      advised: (draft, event) => {
        const { agent, text } = event.data;
        change(draft, agent, (seat) => seats.withTold(seat, momentOf(event), text));
      },
      sent: hearLetter,
      told: (draft, event) => {
        const { by, text } = event.data;
        hold(draft, event);
        for (const hearer of event.meta.to ?? [])
          change(draft, hearer, (seat) =>
            seats.withTold(seat, momentOf(event), messageText(by, text)),
          );
      },
      replied: hearReply,
      toolReturned: hearTool,
      toolFailed: (draft, event) => {
        const text = `Failed (${event.data.kind}): ${event.data.message}`;
        answer(draft, actorOf(event), event, (use) => !madeByEvents.has(use.tool), false, text);
      },
      answered: hold,
      admitted: (draft, event) => noteArmed(draft, event, event.data.work),
      delayed: (draft, event) => noteArmed(draft, event, event.data.work),
      workDone: hold,
      taskCreated: (draft, event) => {
        hold(draft, event);
        answerSpoken(draft, event, `Task ${event.data.task} is on the board.`);
      },
      taskProgressed: (draft, event) => {
        answerSpoken(draft, event, `Task ${event.data.task} is ${event.data.status}.`);
      },
      artifact: hold,
      decision: hold,
      dissent: hold,
    },
  });
}

function takeSeat(draft: ConversationState, event: EventOf<typeof agent.agentJoined>): void {
  const { actor, incarnation } = event.data;
  const profile = {
    ...event.data.profile,
    ...(draft.model === null ? {} : { model: draft.model }),
  };
  const before = seatOf(draft, actor);
  const first = requestEntries(plain(draft.request), momentOf(event));
  if (incarnation > 1 && before) {
    const text = renderTranscript(before.threads);
    first.push({ kind: 'text', ...momentOf(event), text, common: true });
  }
  const seat = seats.seated(before, event.revision, incarnation, profile, first);
  draft.seats[actor] = Object.freeze(seat);
}

/** A fork that asks another model: each talk goes on in a thread of its own. */
function changeModel(draft: ConversationState, event: EventOf<typeof teamForked>): void {
  const { model } = event.data;
  if (model === undefined) return;
  draft.model = model;
  for (const actor of Object.keys(draft.seats))
    change(draft, actor, (seat) => seats.withModel(seat, event.revision, model));
}

function hearGrant(draft: ConversationState, event: EventOf<typeof agent.turnGranted>): void {
  const { material, ...grant } = event.data;
  const shown = material.map((revision) => ({ revision, event: heldAt(draft, revision) }));
  change(draft, grant.agent, (seat) => {
    const text = grantText(grant, shown, seat.current?.grant);
    return seats.withGrant(seats.withTold(seat, momentOf(event), text), momentOf(event), grant);
  });
}

/** What was wrong answers the uses of the reply at fault; without any, it is told as text. */
function hearCorrection(
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
      thread = threads.withAnswer(thread, momentOf(event), use, false, why);
    }
    return seats.withThread(seat, thread);
  });
}

function hearReply(draft: ConversationState, event: EventOf<typeof agent.modelReplied>): void {
  const { content } = event.data;
  change(draft, actorOf(event), (seat) => {
    // Without a verdict on record all that stood before the reply counts as shown.
    const through = seats.turnArmed(seat, event.meta.work ?? '') ?? event.meta.turn;
    return seats.withThread(
      seat,
      threads.withReply(threadOf(seat), event.revision, content, through),
    );
  });
}

function hearTool(draft: ConversationState, event: EventOf<typeof agent.toolReturned>): void {
  hold(draft, event);
  const { use, reply, ok, text, tool } = event.data;
  change(draft, actorOf(event), (seat) => {
    const thread = threadOf(seat);
    const open = threads.openUses(thread).find((one) => one.called === use);
    const answered =
      open && threads.lastReply(thread) === reply
        ? threads.withAnswer(thread, momentOf(event), open, ok, text)
        : threads.withLateAnswer(thread, momentOf(event), tool, ok, text);
    return seats.withThread(seat, answered);
  });
}

/** The move answers its use and ends the turn; what else the reply asked for is not done. */
function hearMove(draft: ConversationState, event: RecordedEvent, tool: string): void {
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
      thread = threads.withAnswer(thread, momentOf(event), use, false, why);
    }
    return seats.withTurnOver(seats.withThread(seat, thread), momentOf(event), grant);
  });
}

/**
 * A message reaches its hearers. Where the sender had not yet read what a hearer wrote before, the two have
 * crossed, and both sides are told by the numbers.
 */
function hearLetter(draft: ConversationState, event: EventOf<typeof agent.messageSent>): void {
  const { seq, text } = event.data;
  const from = event.meta.actor ?? 'outside';
  const sender = seatOf(draft, from);
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
function answerSpoken(draft: ConversationState, event: RecordedEvent, text: string): void {
  const tool = SPOKEN[event.type as keyof typeof SPOKEN];
  const nobody = event.meta.undeliverable ?? [];
  const ok = nobody.length === 0;
  const result = ok ? text : `Not delivered: there is no ${nobody.join(', ')} in the team.`;
  const by = event.meta.actor ?? '';
  answer(draft, by, event, (use) => use.tool === tool, ok, result, event.data);
}

function endTurn(
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

function noteArmed(draft: ConversationState, event: RecordedEvent, id: string): void {
  change(draft, actorOfWork(id), (seat) => seats.withArmed(seat, id, event.meta.turn));
}

/** The conversation of the horde's own teams. */
export const conversation: Projection<ConversationState> = conversationOf(allMoves.values());
