/**
 * A team's life: forming, working, synthesizing, dissolving, dissolved. The root of every team of the horde.
 *
 * Who talks to whom: it seats the agents and the pattern, and later those whom the pattern wants of the ones that
 * were prepared; it hears every grant and how each turn ends, so that
 * it knows who owes what; it nudges and replaces those who stall, tells the pattern what became of a seat and
 * when to end, hears its conclusion, grants the scribe the synthesis, and asks everyone to leave.
 *
 * Invariants
 * 1. A seat has at most 1 + `replacementsPerSeat` incarnations; then it is lost, and the pattern is told.
 * 2. Every forfeited turn is answered in the turn of the runtime in which it is heard: by a successor, by the
 *    loss of the seat, or by asking the pattern to end.
 * 3. Every wait has a time-out: checks for stalls, the deadline, the synthesis, each request to leave.
 * 4. It dissolves with a reason, whatever agents and pattern do, within `teamTurns` (`bounds.ts`).
 */
import { setup } from 'xstate';
import { step } from '../step.ts';
import * as life from './team-life.ts';
import * as steps from './team-steps.ts';

const heardMove = ({ event }: { event: unknown }) => event as life.MoveHeard;

export const teamMachine = setup({
  types: {
    context: {} as life.TeamContext,
    events: {} as life.TeamHears,
    emitted: {} as life.TeamSays,
    input: {} as life.TeamInput,
    output: {} as life.TeamOutput,
  },
  delays: {
    stallCheck: ({ context }) => context.life.stallCheckMs,
    deadline: ({ context }) => context.life.timeMs ?? life.YEAR_MS,
    endingWait: ({ context }) => context.life.shutdownWaitMs,
    synthesisTime: ({ context }) => context.life.synthesisMs,
    shutdownWait: ({ context }) => context.life.shutdownWaitMs,
  },
  guards: {
    isSeated: ({ context, event }) => life.seatOf(event) in context.seats,
    isPattern: ({ event }) => event.type === 'actor.done' && event.actor === 'pattern',
    isOwed: ({ context, event }) =>
      'agent' in event && 'grant' in event && life.owesGrant(context, event.agent, event.grant),
    isMove: ({ context }, move: life.MoveHeard) => life.owesGrant(context, move.from, move.grant),
    isAtLimit: ({ context, event }) =>
      event.type === 'turn.forfeited' &&
      event.limit !== undefined &&
      life.owesGrant(context, event.agent, event.grant),
    isForOne: ({ context, event }) =>
      event.type === 'limit.neared' && event.actor !== undefined && event.actor in context.seats,
    isForAll: ({ context, event }) =>
      event.type === 'limit.neared' && event.actor === undefined && !context.finalizing,
    maySynthesize: ({ context, event }) =>
      event.type === 'pattern.concluded' &&
      event.result.length > 0 &&
      context.plan.scribe !== null &&
      !context.stopped,
    isGone: ({ context }) => life.isGone(context),
    mayAskAgain: ({ context }) => context.asks < context.life.shutdownAsks,
  },
  actions: {
    form: step(steps.form),
    beginWork: step(steps.beginWork),
    noteGrant: step(steps.noteGrant),
    noteProgress: step(steps.noteProgress),
    noteMove: step(steps.noteMove),
    settleTurn: step(steps.settleTurn),
    checkSeats: step(steps.checkSeats),
    replaceForfeiting: step(steps.replaceForfeiting),
    replaceFallen: step(steps.replaceFallen),
    answerWanted: step(steps.answerWanted),
    noteTask: step(steps.noteTask),
    adviseToFinalize: step(steps.adviseToFinalize),
    askToFinalize: step(steps.askToFinalize),
    endAtLimit: step(steps.endAtLimit),
    endAsAsked: step(steps.endAsAsked),
    endInTime: step(steps.endInTime),
    noteStop: step(steps.noteStop),
    takeConclusion: step(steps.takeConclusion),
    seatScribe: step(steps.seatScribe),
    takeSynthesis: step(steps.takeSynthesis),
    goWithoutSynthesis: step(steps.goWithoutSynthesis),
    askToLeave: step(steps.askToLeave),
    noteLeaving: step(steps.noteLeaving),
    noteDeclining: step(steps.noteDeclining),
    stopTheRest: step(steps.stopTheRest),
    dissolve: step(steps.dissolve),
  },
}).createMachine({
  id: 'team',
  context: ({ input }) => life.newTeam(input),
  output: ({ context }) => life.outputOf(context),
  initial: 'forming',
  on: {
    'team.stopRequested': { actions: 'noteStop' },
    'model.replied': { guard: 'isSeated', actions: 'noteProgress' },
    'tool.returned': { guard: 'isSeated', actions: 'noteProgress' },
  },
  states: {
    forming: { entry: 'form', always: 'working' },
    working: {
      id: 'working',
      entry: 'beginWork',
      initial: 'watching',
      after: { deadline: { target: '.ending', actions: 'endInTime' } },
      on: {
        'turn.granted': { guard: 'isSeated', actions: 'noteGrant' },
        'turn.revoked': { guard: 'isOwed', actions: 'settleTurn' },
        'turn.forfeited': [
          { guard: 'isAtLimit', actions: 'endAtLimit' },
          { guard: 'isOwed', actions: 'replaceForfeiting' },
        ],
        'turn.excused': { guard: 'isOwed', actions: 'noteProgress' },
        'actor.done': [
          { guard: 'isPattern', target: 'dissolving' },
          { guard: 'isSeated', actions: 'replaceFallen' },
        ],
        'seat.wanted': { actions: 'answerWanted' },
        'task.created': { actions: 'noteTask' },
        'limit.neared': [
          { guard: 'isForOne', actions: 'adviseToFinalize' },
          { guard: 'isForAll', actions: 'askToFinalize' },
        ],
        'team.stopRequested': { target: '.ending', actions: 'endAsAsked' },
        'pattern.concluded': [
          { guard: 'maySynthesize', target: 'synthesizing', actions: 'takeConclusion' },
          { target: 'dissolving', actions: 'takeConclusion' },
        ],
        // Whatever the move is called: it settles what its seat owes.
        '*': { guard: { type: 'isMove', params: heardMove }, actions: 'noteMove' },
      },
      states: {
        watching: {
          id: 'watching',
          after: { stallCheck: { target: 'watching', reenter: true, actions: 'checkSeats' } },
        },
        ending: {
          id: 'ending',
          on: { 'team.stopRequested': { actions: 'noteStop' } },
          after: { endingWait: '#dissolving' },
        },
      },
    },
    synthesizing: {
      id: 'synthesizing',
      entry: 'seatScribe',
      on: {
        'synthesis.submitted': {
          guard: 'isSeated',
          target: 'dissolving',
          actions: 'takeSynthesis',
        },
        'turn.forfeited': {
          guard: 'isOwed',
          target: 'dissolving',
          actions: 'goWithoutSynthesis',
        },
        'team.stopRequested': { target: 'dissolving', actions: ['noteStop', 'goWithoutSynthesis'] },
      },
      after: { synthesisTime: { target: 'dissolving', actions: 'goWithoutSynthesis' } },
    },
    dissolving: {
      id: 'dissolving',
      entry: 'askToLeave',
      always: { guard: 'isGone', target: 'dissolved' },
      on: {
        'shutdown.accepted': { guard: 'isSeated', actions: 'noteLeaving' },
        'shutdown.declined': { guard: 'isSeated', actions: 'noteDeclining' },
      },
      after: {
        shutdownWait: [
          { guard: 'mayAskAgain', target: 'dissolving', reenter: true },
          { target: 'dissolved', actions: 'stopTheRest' },
        ],
      },
    },
    dissolved: { type: 'final', entry: 'dissolve' },
  },
});
