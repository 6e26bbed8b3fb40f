/**
 * Adversarial debate: two advocates open side by side, then answer each other round by round; one judge sees
 * everything and rules on each contested point.
 *
 * Who talks to whom: it grants turns to the advocates, and one to the judge, and hears their moves; from the
 * team it hears what became of a seat and that it should end; to the team it says its conclusion.
 *
 * Invariants
 * 1. Openings are blind. In a rebuttal each sees all of the other; what the other answers in the same round,
 *    only in the next.
 * 2. The judge is granted no turn before the last round of arguments is in, and is then shown all of it.
 * 3. Each contested point has one winner; an incomplete ruling is refused once, then what is open is said.
 * 4. It grants at most 2 x (1 + rebuttals) + 2 turns, and `refills` more a seat. Until it has concluded somebody
 *    owes a turn, and it concludes exactly once.
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
import { debateConclusion } from './debate-conclusion.ts';
import * as ledger from './debate-ledger.ts';
import * as steps from './debate-steps.ts';

export const adversarialDebateMachine = setup({
  types: {
    context: {} as ledger.DebateContext,
    events: {} as ledger.Argument | ledger.Rebuttal | ledger.Ruling | PatternHears,
    emitted: {} as PatternSays,
    input: {} as ledger.DebateInput,
  },
  guards: {
    ...turns.turnGuards,
    isIncomplete: ({ context, event }) =>
      event.type === 'debate.ruled' &&
      turns.holdsTurn({ context, event }) &&
      !context.pressed &&
      ledger.isIncomplete(context, event),
    mayRebut: ({ context }) => ledger.mayRebut(context),
    mayRule: ({ context }) => ledger.mayRule(context),
  },
  actions: {
    openBoard: step(steps.openBoard),
    openRound: step(steps.openRound),
    takeArgument: step(steps.takeArgument),
    takeRebuttal: step(steps.takeRebuttal),
    askJudge: step(steps.askJudge),
    pressJudge: step(steps.pressJudge),
    takeRuling: step(steps.takeRuling),
    grantAgain: step(steps.grantAgain),
    loseSeat: step(steps.loseSeat),
    awaitSuccessor: step<ledger.DebateContext, PatternSays>(turns.awaitSuccessor),
    startNothingNew: step<ledger.DebateContext, PatternSays>(turns.startNothingNew),
    conclude: step(debateConclusion),
  },
}).createMachine({
  id: 'adversarial-debate',
  context: ({ input }) => ledger.newDebate(input),
  entry: 'openBoard',
  initial: 'opening',
  on: turns.whateverBecomesOfSeats,
  states: {
    opening: {
      entry: 'openRound',
      always: { guard: 'allAreIn', target: 'weighing' },
      on: { 'argument.made': { guard: 'holdsTurn', actions: 'takeArgument' } },
    },
    rebutting: {
      entry: 'openRound',
      always: { guard: 'allAreIn', target: 'weighing' },
      on: { 'rebuttal.made': { guard: 'holdsTurn', actions: 'takeRebuttal' } },
    },
    weighing: {
      always: [
        { guard: 'mayRebut', target: 'rebutting' },
        { guard: 'mayRule', target: 'ruling' },
        { target: 'concluded' },
      ],
    },
    ruling: {
      entry: 'askJudge',
      always: { guard: 'allAreIn', target: 'concluded' },
      on: {
        'debate.ruled': [
          { guard: 'isIncomplete', actions: 'pressJudge' },
          { guard: 'holdsTurn', target: 'concluded', actions: 'takeRuling' },
        ],
      },
    },
    concluded: { type: 'final', entry: 'conclude' },
  },
});

const roles = [
  { role: 'advocate', min: 2, max: 2, moves: ['argue', 'rebut'] },
  { role: 'judge', min: 1, max: 1, moves: ['rule'] },
];

export const adversarialDebate: PatternDefinition<typeof ledger.debateLimits> = {
  name: 'adversarial-debate',
  machine: adversarialDebateMachine,
  purpose: 'Two argue for opposing positions and answer each other; a judge rules point by point.',
  roles,
  limits: ledger.debateLimits,
  endsWhen: 'the judge has ruled on every contested point',
  fallback: 'the arguments, without a ruling',
  keyProperty:
    'The judge is silent until all is argued, sees all of it, and gives each contested point to one side.',
  turnsMax: ({ rebuttals, refills }, seats) => 2 * (1 + rebuttals) + 2 + refills * seats,
  seats(roster, limits) {
    const { advocate, judge } = seated('adversarial-debate', roles, roster);
    const all = ledger.debateLimits.parse(limits ?? {});
    return { advocates: advocate!, judge: judge![0]!, limits: all };
  },
};
