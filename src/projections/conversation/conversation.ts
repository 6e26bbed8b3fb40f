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

import type { RecordedEvent } from '../../events/event.ts';
import * as agent from '../../events/words/agent.ts';
import { teamForked } from '../../events/words/fork.ts';
import { allMoves } from '../../events/words/index.ts';
import type { Move } from '../../events/words/moves.ts';
import * as pattern from '../../events/words/pattern.ts';
import { teamFormed } from '../../events/words/team.ts';
import * as work from '../../events/words/work.ts';
import { ownerOf } from '../../events/work-id.ts';
import type { Projection } from '../kit/projection.ts';
import { defineFold, defineProjection, joined } from '../kit/projection.ts';
import { emptySequence } from '../kit/sequence.ts';
import {
  answerSpoken,
  changeModel,
  endTurn,
  hearCorrection,
  hearGrant,
  hearLetter,
  hearMove,
  hearPerson,
  hearReply,
  hearText,
  hearTool,
  noteArmed,
  SPOKEN,
  takeSeat,
} from './conversation-hearing.ts';
import { answer, type ConversationState, heldAt, hold } from './conversation-state.ts';
import type { Grant } from './seat.ts';
import * as seats from './seat.ts';
import * as threads from './thread.ts';
import type { Message } from './thread-message.ts';

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
  turn: Grant & { role: string; shown: RecordedEvent[]; others: { actor: string; role: string }[] };
}

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
    turn: {
      ...grant,
      role,
      shown: grant.material
        .filter((revision) => revision <= through)
        .flatMap((revision) => heldAt(state, revision) ?? []),
      others: Object.entries(state.seats).flatMap(([actor, other]) => {
        const theirs = other.threads.findLast((one) => one.joined <= through);
        return theirs && actor !== agent ? [{ actor, role: theirs.profile.role }] : [];
      }),
    },
  };
}

/** The conversation of teams whose agents act by these moves. */
export function conversationOf(moves: Iterable<Move>): Projection<ConversationState> {
  const toolOf = new Map<string, string>();
  for (const move of moves) toolOf.set(move.event.type, move.name);
  const byMove = defineFold<ConversationState>(toolOf.keys(), (draft, event) => {
    hold(draft, event);
    hearMove(draft, event, toolOf.get(event.type) ?? '');
  });
  return joined(commonTalk(new Set([...toolOf.values(), ...Object.values(SPOKEN)])), byMove);
}

const HEARD = {
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
};

const initial: ConversationState = {
  request: null,
  seats: {},
  model: null,
  held: emptySequence(),
};

function commonTalk(madeByEvents: ReadonlySet<string>): Projection<ConversationState> {
  return defineProjection({
    name: 'conversation',
    version: 1,
    initial,
    events: HEARD,
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
        if (event.data.text.trim() !== '') hearText(draft, event);
      },
      advised: hearText,
      sent: hearLetter,
      told: hearPerson,
      replied: hearReply,
      toolReturned: hearTool,
      toolFailed: (draft, event) => {
        const text = `Failed (${event.data.kind}): ${event.data.message}`;
        answer(draft, ownerOf(event), event, (use) => !madeByEvents.has(use.tool), false, text);
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

/** The conversation of the horde's own teams. */
export const conversation: Projection<ConversationState> = conversationOf(allMoves.values());
