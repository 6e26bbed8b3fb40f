/**
 * One agent: it is granted turns, thinks, uses tools, and ends each turn with exactly one move.
 *
 * Who talks to whom: a pattern (or the team, for the synthesis) grants and revokes turns; the agent answers
 * whoever granted, and the team, with its move or by giving the turn back. Teammates and people send it
 * messages; they are only counted here, their text is in the conversation, which is a fold of the stream.
 *
 * Invariants
 * 1. Every turn granted ends in exactly one of: a move, `turn.forfeited`, or the granter's `turn.revoked`.
 * 2. A turn causes at most `agentTurns(limits)` turns of the runtime (`bounds.ts`): failures, corrections,
 *    rounds of tools and tools in a round are all counted.
 * 3. A reply is taken whole or not at all (`reply.ts`), and a move only for the grant that is held now.
 * 4. The context holds names, numbers and revisions. The one text is a move that waits for the tools of its
 *    own reply (`reading`); it is gone when the turn is.
 */
import { assign, emit, enqueueActions, setup } from 'xstate';
import { allMoves } from '../../events/words/index.ts';
import type { Move } from '../../events/words/moves.ts';
import {
  callModel,
  type Failure,
  type ModelReply,
  type Settled,
  type ToolAnswer,
  type Unsettled,
  useTool,
} from '../declared-work.ts';
import * as turn from './agent-turn.ts';

const settled = <Output>({ event }: { event: unknown }) => event as Settled<Output>;
const failure = ({ event }: { event: unknown }) => (event as Unsettled).error;

const SILENT: Failure = { kind: 'silent', message: 'no reply within the time for one' };
const SHORTER =
  'Your answer did not fit. Answer much shorter; put long texts into files if you can.';

export const agentMachine = setup({
  types: {
    context: {} as turn.AgentContext,
    events: {} as turn.AgentHears,
    emitted: {} as turn.AgentSays,
    input: {} as turn.AgentInput,
  },
  actors: { callModel, useTool },
  delays: {
    replyTimeout: ({ context }) => context.limits.replyTimeoutMs,
    toolTimeout: ({ context }) => turn.toolTimeoutMs(context),
    backOff: ({ context }) => context.waitMs,
  },
  guards: {
    hasNextTurn: ({ context }) => context.next !== null,
    isThisTurn: ({ context, event }) =>
      event.type === 'turn.revoked' && context.turn?.grant === event.grant,
    isNextTurn: ({ context, event }) =>
      event.type === 'turn.revoked' && context.next?.grant === event.grant,
    mayRetry: ({ context }) => turn.mayRetry(context),
    mayPass: ({ context }, error: Failure) => turn.passes(error) && turn.mayRetry(context),
    mayShorten: ({ context }, error: Failure) =>
      turn.isTooLong(error) &&
      !context.shortened &&
      context.corrections < context.limits.corrections,
    isPatient: ({ context }) => turn.isPatient(context),
    isMove: ({ context }) => context.reading?.kind === 'move',
    isWork: ({ context }) => context.reading?.kind === 'work',
    isTalk: ({ context }) => context.reading?.kind === 'talk',
    mayCorrect: ({ context }) => context.corrections < context.limits.corrections,
    hasMoreTools: ({ context }) => turn.hasMoreTools(context),
    mayMoveNow: ({ context }) => turn.mayMoveNow(context),
  },
  actions: {
    beginTurn: assign(({ event }) =>
      event.type === 'turn.granted' ? turn.begin(turn.turnOf(event)) : {},
    ),
    keepNextTurn: assign(({ event }) =>
      event.type === 'turn.granted' ? { next: turn.turnOf(event) } : {},
    ),
    beginNextTurn: assign(({ context }) => ({ ...turn.begin(context.next), next: null })),
    dropNextTurn: assign({ next: null }),
    endTurn: assign(() => turn.begin(null)),
    readReply: assign(({ context }, reply: Settled<ModelReply>) =>
      turn.read(context, reply, allMoves),
    ),
    countFailure: assign(({ context }, error: Failure) => turn.fail(context, error.retryAfterMs)),
    countCorrection: assign(({ context }) => ({
      corrections: context.corrections + 1,
      reading: null,
    })),
    closeReading: assign({ reading: null }),
    countShortening: assign({ shortened: true }),
    countToolRound: assign(({ context }) => ({ toolRounds: context.toolRounds + 1 })),
    countTool: assign(({ context }, answer: ToolAnswer | null) => turn.afterTool(context, answer)),
    countMessage: assign(({ context }) => ({ unread: context.unread + 1 })),
    countNudge: assign(({ context }) => ({ nudges: context.nudges + 1 })),
    sayAll: enqueueActions(({ context, enqueue }) => {
      const said = turn.utterances(context);
      if (said.length === 0) return;
      for (const utterance of said) enqueue.emit(utterance);
      const messages = said.filter(({ type }) => type === 'message.sent').length;
      enqueue.assign({
        messages: context.messages + messages,
        reading: turn.afterSaying(context.reading),
      });
    }),
    makeMove: emit(({ context }) => turn.moveOf(context)),
    correctReply: emit(({ context }) => {
      const { reading, reply } = context;
      return turn.correct(context, reply, reading?.kind === 'fault' ? reading.problem : '');
    }),
    askShorter: emit(({ context }, revision: number) => turn.correct(context, revision, SHORTER)),
    forfeitTurn: emit(({ context }, error: Failure) => turn.forfeit(context, error)),
    forfeitMoveless: emit(({ context }) => {
      const message = context.reading?.kind === 'fault' ? context.reading.problem : '';
      return turn.forfeit(context, { kind: 'moveless', message });
    }),
    excuse: emit(({ context }) => turn.excuse(context)),
    acceptShutdown: emit(({ context }) => ({
      type: 'shutdown.accepted',
      to: 'team',
      agent: context.agent,
    })),
    declineShutdown: emit(({ context }) => ({
      type: 'shutdown.declined',
      to: 'team',
      agent: context.agent,
      reason: 'in the middle of a turn',
    })),
  },
}).createMachine({
  id: 'agent',
  context: ({ input }) => turn.newAgent(input),
  initial: 'idle',
  on: {
    'turn.granted': { actions: 'keepNextTurn' },
    'turn.revoked': [
      { guard: 'isThisTurn', target: '.idle', actions: 'endTurn' },
      { guard: 'isNextTurn', actions: 'dropNextTurn' },
    ],
    'message.sent': { actions: 'countMessage' },
    'message.told': { actions: 'countMessage' },
    'agent.nudged': { actions: 'countNudge' },
    'agent.advised': { actions: 'countNudge' },
    'shutdown.requested': { actions: 'declineShutdown' },
  },
  states: {
    idle: {
      always: { guard: 'hasNextTurn', target: 'thinking', actions: 'beginNextTurn' },
      on: {
        'turn.granted': { target: 'thinking', actions: 'beginTurn' },
        'shutdown.requested': { target: 'left', actions: 'acceptShutdown' },
      },
    },
    thinking: {
      id: 'thinking',
      invoke: {
        id: 'reply',
        src: 'callModel',
        input: ({ context: { agent, turn } }) => ({
          agent,
          grant: turn!.grant,
          purpose: turn!.purpose,
        }),
        onDone: { target: 'reading', actions: { type: 'readReply', params: settled<ModelReply> } },
        onError: [
          {
            guard: { type: 'mayPass', params: failure },
            target: 'waiting',
            actions: { type: 'countFailure', params: failure },
          },
          {
            guard: { type: 'mayShorten', params: failure },
            target: 'thinking',
            reenter: true,
            actions: [
              {
                type: 'askShorter',
                params: ({ event }) => (event as unknown as Unsettled).revision,
              },
              'countCorrection',
              'countShortening',
            ],
          },
          { target: 'idle', actions: [{ type: 'forfeitTurn', params: failure }, 'endTurn'] },
        ],
      },
      after: {
        replyTimeout: [
          {
            guard: 'mayRetry',
            target: 'waiting',
            actions: { type: 'countFailure', params: SILENT },
          },
          { target: 'idle', actions: [{ type: 'forfeitTurn', params: SILENT }, 'endTurn'] },
        ],
      },
    },
    reading: {
      always: [
        { guard: 'isMove', target: 'idle', actions: ['sayAll', 'makeMove', 'endTurn'] },
        { guard: 'isWork', target: 'acting', actions: ['sayAll', 'countToolRound'] },
        {
          guard: 'isTalk',
          target: 'thinking',
          actions: ['sayAll', 'countToolRound', 'closeReading'],
        },
        { guard: 'mayCorrect', target: 'thinking', actions: ['correctReply', 'countCorrection'] },
        { target: 'idle', actions: ['forfeitMoveless', 'endTurn'] },
      ],
    },
    acting: {
      id: 'acting',
      on: { 'agent.nudged': { guard: 'isPatient', actions: ['countNudge', 'excuse'] } },
      invoke: {
        id: 'tool',
        src: 'useTool',
        input: ({ context }) => turn.toolCall(context),
        onDone: {
          target: 'betweenTools',
          actions: { type: 'countTool', params: ({ event }) => event.output },
        },
        onError: { target: 'betweenTools', actions: { type: 'countTool', params: null } },
      },
      after: {
        toolTimeout: { target: 'betweenTools', actions: { type: 'countTool', params: null } },
      },
    },
    betweenTools: {
      always: [
        { guard: 'hasMoreTools', target: 'acting' },
        { guard: 'mayMoveNow', target: 'idle', actions: ['makeMove', 'endTurn'] },
        { target: 'thinking', actions: 'closeReading' },
      ],
    },
    waiting: { id: 'waiting', after: { backOff: 'thinking' } },
    left: { type: 'final' },
  },
});

/** The agent of teams whose patterns bring moves of their own. */
export function agentWith(moves: readonly Move[]) {
  const known = new Map([...allMoves.values(), ...moves].map((move) => [move.name, move]));
  return agentMachine.provide({
    actions: {
      readReply: assign(({ context }, reply: Settled<ModelReply>) =>
        turn.read(context, reply, known),
      ),
    },
  });
}
