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
import { definePattern } from '../kit/define-pattern.ts';
import { on } from '../kit/pattern-spec.ts';
import { expertiseRoutingCues } from './cues.ts';
import { routingTurn } from './routing-briefs.ts';
import { routingEnding } from './routing-conclusion.ts';
import type { Consulting, Product, Routing } from './routing-ledger.ts';
import * as ledger from './routing-ledger.ts';
import * as steps from './routing-steps.ts';
import { advise, consult, declineQuestion, finishWork } from './words.ts';

const mayAsk = (context: Routing, { from }: Consulting): boolean =>
  ledger.isGeneralist(context, from) && ledger.consultationsLeft(context, from) > 0;
const isGeneralistsWork = (context: Routing, { from }: Product): boolean =>
  ledger.isGeneralist(context, from);
const isAsked = (context: Routing, { from }: { from: string }): boolean =>
  ledger.questionAt(context, from) !== undefined;
const hasBegun = (): boolean => true;

/** The most generalists that a team of so many seats can have. */
const generalistsMax = (seats: number): number => Math.min(2, seats - 1);

const work = [
  on(consult, steps.ask, { onlyIf: mayAsk }),
  on(finishWork, steps.takeProduct, { onlyIf: isGeneralistsWork }),
];

export const expertiseRouting = definePattern({
  name: 'expertise-routing',
  called: 'the work',
  purpose: 'A generalist does the work and asks sleeping specialists what is outside its field.',
  endsWhen: 'the generalists finish, which releases the specialists',
  fallback: "the generalist's work, or the advice there is, with the unanswered questions listed",
  keyProperty:
    'The generalist keeps all it knows between consultations; a specialist sees only the question it is asked.',
  roles: {
    generalist: { min: 1, max: 2, moves: [consult, finishWork], types: ['general-purpose'] },
    specialist: {
      min: 1,
      max: 3,
      moves: [advise, declineQuestion],
      types: ['security-auditor', 'database-admin', 'performance-profiler'],
    },
  },
  limits: ledger.expertiseRoutingLimits,
  turnsMax: ({ consultations, refills }, seats) =>
    generalistsMax(seats) * (1 + 2 * consultations) + refills * seats,
  seats: ({ generalist, specialist }) => ({ generalists: generalist, specialists: specialist }),
  remembers: ledger.newRouting,
  board: (context: Routing) => steps.routingBoard(context),
  turn: routingTurn,
  lose: steps.loseColleague,
  states: {
    assigning: { begins: steps.assignWork, meanwhile: { working: hasBegun }, next: {} },
    // The specialists sleep.
    working: {
      hears: work,
      meanwhile: { concluded: ledger.allAreDone, consulting: ledger.isConsulting },
      next: {},
    },
    // At least one specialist is awake.
    consulting: {
      hears: [
        ...work,
        on(advise, steps.takeAdvice, { onlyIf: isAsked }),
        on(declineQuestion, steps.takeDeclining, { onlyIf: isAsked }),
      ],
      meanwhile: { concluded: ledger.allAreDone, working: ledger.isWorkingAlone },
      next: {},
    },
  },
  concludes: routingEnding,
  cues: expertiseRoutingCues,
});
