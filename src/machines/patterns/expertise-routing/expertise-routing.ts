/**
 * Expertise routing: one or two generalists do the work; one to three specialists sleep until one of them is
 * asked, advise on that one question, and sleep again, until the finished work releases them.
 *
 * Who talks to whom: it grants generalists turns, and specialists one a question, and hears their moves; from
 * the team it hears what became of a seat and that it should end; to the team it says its conclusion.
 *
 * Invariants
 * 1. A specialist is granted a turn only for a question, and shown that question alone.
 * 2. A generalist asks for at most `consultations`, one at a time, and goes on after each, answered or not.
 * 3. Until it has concluded somebody owes a turn. It grants at most 1 + 2 x `consultations` turns a generalist,
 *    and `refills` more a seat for successors.
 * 4. It concludes exactly once, with the finished work and the questions that nobody answered.
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
import { routingConclusion } from './routing-conclusion.ts';
import * as ledger from './routing-ledger.ts';
import * as steps from './routing-steps.ts';

type Moves = ledger.Consulting | ledger.Advice | ledger.Declining | ledger.Product;
type Context = ledger.RoutingContext;

export const expertiseRoutingMachine = setup({
  types: {
    context: {} as Context,
    events: {} as Moves | PatternHears,
    emitted: {} as PatternSays,
    input: {} as ledger.ExpertiseRoutingInput,
  },
  guards: {
    holdsTurn: turns.turnGuards.holdsTurn,
    owesTurn: turns.turnGuards.owesTurn,
    mayGrantAgain: turns.turnGuards.mayGrantAgain,
    isAtLimit: turns.turnGuards.isAtLimit,
    isThere: turns.turnGuards.isThere,
    goesOn: turns.turnGuards.goesOn,
    isUrgent: turns.turnGuards.isUrgent,
    isGeneralists: ({ context, event }) =>
      turns.holdsTurn({ context, event }) && ledger.isGeneralist(context, turns.seatOf(event)),
    mayConsult: ({ context, event }) =>
      turns.holdsTurn({ context, event }) &&
      ledger.isGeneralist(context, turns.seatOf(event)) &&
      ledger.consultationsLeft(context, turns.seatOf(event)) > 0,
    isSpecialists: ({ context, event }) =>
      turns.holdsTurn({ context, event }) && !ledger.isGeneralist(context, turns.seatOf(event)),
    allAreDone: ({ context }) => ledger.allAreDone(context),
    isConsulting: ({ context }) => ledger.isConsulting(context),
    isWorkingAlone: ({ context }) => !ledger.isConsulting(context),
  },
  actions: {
    begin: step(steps.begin),
    ask: step(steps.ask),
    takeAdvice: step(steps.takeAdvice),
    takeDeclining: step(steps.takeDeclining),
    takeProduct: step(steps.takeProduct),
    grantAgain: step(steps.grantAgain),
    loseSeat: step(steps.loseSeat),
    awaitSuccessor: step<Context, PatternSays>(turns.awaitSuccessor),
    startNothingNew: step<Context, PatternSays>(turns.startNothingNew),
    conclude: step(routingConclusion),
  },
}).createMachine({
  id: 'expertise-routing',
  context: ({ input }) => ledger.newRouting(input),
  entry: 'begin',
  initial: 'working',
  on: {
    'consultation.asked': { guard: 'mayConsult', actions: 'ask' },
    'product.finished': { guard: 'isGeneralists', actions: 'takeProduct' },
    ...turns.whateverBecomesOfSeats,
  },
  states: {
    // The specialists sleep.
    working: {
      always: [
        { guard: 'allAreDone', target: 'concluded' },
        { guard: 'isConsulting', target: 'consulting' },
      ],
    },
    // At least one specialist is awake.
    consulting: {
      always: [
        { guard: 'allAreDone', target: 'concluded' },
        { guard: 'isWorkingAlone', target: 'working' },
      ],
      on: {
        'consultation.answered': { guard: 'isSpecialists', actions: 'takeAdvice' },
        'consultation.declined': { guard: 'isSpecialists', actions: 'takeDeclining' },
      },
    },
    concluded: { type: 'final', entry: 'conclude' },
  },
});

const roles = [
  { role: 'generalist', min: 1, max: 2, moves: ['consult', 'finish_work'] },
  { role: 'specialist', min: 1, max: 3, moves: ['advise', 'decline_question'] },
];

/** The most generalists that a team of so many seats can have. */
const generalistsMax = (seats: number): number => Math.min(2, seats - 1);

export const expertiseRouting: PatternDefinition<typeof ledger.expertiseRoutingLimits> = {
  name: 'expertise-routing',
  machine: expertiseRoutingMachine,
  purpose: 'A generalist does the work and asks sleeping specialists what is outside its field.',
  roles,
  limits: ledger.expertiseRoutingLimits,
  endsWhen: 'the generalists finish, which releases the specialists',
  fallback: "the generalist's work, or the advice there is, with the unanswered questions listed",
  keyProperty:
    'The generalist keeps all it knows between consultations; a specialist sees only the question it is asked.',
  turnsMax: ({ consultations, refills }, seats) =>
    generalistsMax(seats) * (1 + 2 * consultations) + refills * seats,
  seats(roster, limits) {
    const { generalist, specialist } = seated('expertise-routing', roles, roster);
    const all = ledger.expertiseRoutingLimits.parse(limits ?? {});
    return { generalists: generalist!, specialists: specialist!, limits: all };
  },
};
