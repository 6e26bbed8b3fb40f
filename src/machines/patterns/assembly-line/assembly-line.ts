/**
 * Assembly line: three to six stages work one after the other, each on what those before it delivered. A stage
 * may ask upstream or send its input back; whoever is asked answers or delivers anew, and the line goes on.
 *
 * Who talks to whom: it grants one stage at a time a turn and hears its move; from the team it hears what
 * became of a seat and that it should end; to the team it says its conclusion.
 *
 * Invariants
 * 1. A stage is shown the deliveries of the stages before it and the answers to its own questions; no other text.
 * 2. A stage sends at most `backward` messages upstream; then it delivers from what it has.
 * 3. Exactly one stage owes a turn until it has concluded. It grants at most stages + 2 x `backward` x
 *    (stages - 1) turns, and `refills` more a seat for successors.
 * 4. It concludes exactly once: with the last delivery, or with those there are and the stage where it broke.
 */
import { setup } from 'xstate';
import { step } from '../../step.ts';
import {
  type PatternDefinition,
  type PatternHears,
  type PatternSays,
  seated,
} from '../kit/pattern.ts';
import * as turns from '../kit/turn-taking.ts';
import { assemblyConclusion } from './assembly-conclusion.ts';
import * as ledger from './assembly-ledger.ts';
import * as steps from './assembly-steps.ts';

type Moves = ledger.Delivery | ledger.Question | ledger.Rejection | ledger.Answer;
type Context = ledger.AssemblyLineContext;

export const assemblyLineMachine = setup({
  types: {
    context: {} as Context,
    events: {} as Moves | PatternHears,
    emitted: {} as PatternSays,
    input: {} as ledger.AssemblyLineInput,
  },
  guards: {
    holdsTurn: turns.turnGuards.holdsTurn,
    owesTurn: turns.turnGuards.owesTurn,
    mayGrantAgain: turns.turnGuards.mayGrantAgain,
    isAtLimit: turns.turnGuards.isAtLimit,
    isThere: turns.turnGuards.isThere,
    goesOn: turns.turnGuards.goesOn,
    isUrgent: turns.turnGuards.isUrgent,
    isOffered: ({ context, event }) => ledger.isOffered(context, event),
    reachesSomebody: ({ context, event }) =>
      (event.type === 'clarification.asked' || event.type === 'input.rejected') &&
      ledger.isOffered(context, event) &&
      context.ending === null &&
      ledger.calledBy(context, event) !== undefined,
    isFinished: ({ context }) => ledger.isFinished(context),
    mayNotAdvance: ({ context }) => ledger.mayNotAdvance(context),
    isStuck: ({ context }) => ledger.isStuck(context),
    isAnswered: ({ context }) => context.calls.length === 0,
  },
  actions: {
    openBoard: step(steps.openBoard),
    openStage: step(steps.openStage),
    takeDelivery: step(steps.takeDelivery),
    goBack: step(steps.goBack),
    refuseToGoBack: step(steps.refuseToGoBack),
    takeAnswer: step(steps.takeAnswer),
    takeRedelivery: step(steps.takeRedelivery),
    grantAgain: step(steps.grantAgain),
    loseSeat: step(steps.loseSeat),
    awaitSuccessor: step<Context, PatternSays>(turns.awaitSuccessor),
    startNothingNew: step<Context, PatternSays>(turns.startNothingNew),
    conclude: step(assemblyConclusion),
  },
}).createMachine({
  id: 'assembly-line',
  context: ({ input }) => ledger.newAssemblyLine(input),
  entry: 'openBoard',
  initial: 'advancing',
  on: turns.whateverBecomesOfSeats,
  states: {
    advancing: {
      always: [
        { guard: 'isFinished', target: 'concluded' },
        { guard: 'mayNotAdvance', target: 'concluded' },
        { target: 'delivering', actions: 'openStage' },
      ],
    },
    delivering: {
      always: { guard: 'isStuck', target: 'concluded' },
      on: {
        'stage.delivered': { guard: 'isOffered', target: 'advancing', actions: 'takeDelivery' },
        'clarification.asked': [
          { guard: 'reachesSomebody', target: 'answering', actions: 'goBack' },
          { guard: 'isOffered', actions: 'refuseToGoBack' },
        ],
        'input.rejected': [
          { guard: 'reachesSomebody', target: 'answering', actions: 'goBack' },
          { guard: 'isOffered', actions: 'refuseToGoBack' },
        ],
      },
    },
    answering: {
      always: [
        { guard: 'isStuck', target: 'concluded' },
        { guard: 'isAnswered', target: 'delivering' },
      ],
      on: {
        'clarification.given': { guard: 'isOffered', actions: 'takeAnswer' },
        'stage.delivered': { guard: 'isOffered', actions: 'takeRedelivery' },
        'clarification.asked': [
          { guard: 'reachesSomebody', actions: 'goBack' },
          { guard: 'isOffered', actions: 'refuseToGoBack' },
        ],
        'input.rejected': [
          { guard: 'reachesSomebody', actions: 'goBack' },
          { guard: 'isOffered', actions: 'refuseToGoBack' },
        ],
      },
    },
    concluded: { type: 'final', entry: 'conclude' },
  },
});

const roles = [
  {
    role: 'stage',
    min: 3,
    max: 6,
    moves: ['deliver', 'ask_upstream', 'reject_input', 'clarify'],
  },
];

export const assemblyLine: PatternDefinition<typeof ledger.assemblyLineLimits> = {
  name: 'assembly-line',
  machine: assemblyLineMachine,
  purpose: 'Stages work one after the other, each on what those before it delivered.',
  roles,
  limits: ledger.assemblyLineLimits,
  endsWhen: 'the last stage has delivered',
  fallback: 'the finished stages, marked "pipeline incomplete at stage N"',
  keyProperty:
    'A stage can question or send back what it builds on, a bounded number of times, without stopping the line.',
  turnsMax: ({ backward, refills }, seats) => seats + 2 * backward * (seats - 1) + refills * seats,
  seats(roster, limits) {
    const { stage } = seated('assembly-line', roles, roster);
    return { stages: stage!, limits: ledger.assemblyLineLimits.parse(limits ?? {}) };
  },
};
