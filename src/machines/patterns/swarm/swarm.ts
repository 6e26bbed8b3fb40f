/**
 * Swarm: two to eight contributors work on the same request side by side, blind to each other. The team's
 * scribe brings what they hand in together; the swarm itself only gathers.
 *
 * Who talks to whom: it grants each contributor one turn and hears its contribution; from the team it hears
 * what became of a seat and that it should end; to the team it says its conclusion.
 *
 * Invariants
 * 1. Contributors are blind: no grant shows material, whoever comes late included.
 * 2. Each contributes once; it grants at most 1 + `refills` turns a seat.
 * 3. Until it has concluded somebody owes a turn.
 * 4. It concludes exactly once, with all contributions there are, in the order in which they came.
 */
import { setup } from 'xstate';
import { z } from 'zod';
import type { Heard } from '../../../events/event.ts';
import type { contribute } from '../../../events/words/moves.ts';
import { step } from '../../step.ts';
import * as grants from '../kit/grants.ts';
import {
  type PatternDefinition,
  type PatternHears,
  type PatternSays,
  seated,
} from '../kit/pattern.ts';
import { seatOf, turnGuards } from '../kit/turn-taking.ts';
import * as steps from './swarm-steps.ts';

const swarmLimits = z.strictObject({
  /** Times a seat's turn is granted anew to a successor. */
  refills: z.int().min(0).max(3).default(2),
});

type Hears = Heard<typeof contribute.event> | PatternHears;

export const swarmMachine = setup({
  types: {
    context: {} as steps.SwarmContext,
    events: {} as Hears,
    emitted: {} as PatternSays,
    input: {} as steps.SwarmInput,
  },
  guards: {
    holdsTurn: turnGuards.holdsTurn,
    owesTurn: turnGuards.owesTurn,
    mayGrantAgain: ({ context, event }) =>
      grants.mayGrantAgain(context.grants, seatOf(event), context.refills),
    isAtLimit: turnGuards.isAtLimit,
    goesOn: turnGuards.goesOn,
    isUrgent: turnGuards.isUrgent,
    allAreIn: turnGuards.allAreIn,
  },
  actions: {
    askAll: step(steps.askAll),
    takeContribution: step(steps.takeContribution),
    grantAgain: step(steps.grantAgain),
    awaitSuccessor: step(steps.awaitSuccessor),
    doWithout: step(steps.doWithout),
    noteEnding: step(steps.noteEnding),
    conclude: step(steps.conclude),
  },
}).createMachine({
  id: 'swarm',
  context: ({ input }) => steps.newSwarm(input),
  initial: 'contributing',
  states: {
    contributing: {
      entry: 'askAll',
      always: { guard: 'allAreIn', target: 'concluded' },
      on: {
        'contribution.submitted': { guard: 'holdsTurn', actions: 'takeContribution' },
        'turn.forfeited': [
          { guard: 'isAtLimit', actions: 'doWithout' },
          { guard: 'holdsTurn', actions: 'awaitSuccessor' },
        ],
        'seat.refilled': [
          { guard: 'mayGrantAgain', actions: 'grantAgain' },
          { guard: 'owesTurn', actions: 'doWithout' },
        ],
        'seat.lost': { guard: 'owesTurn', actions: 'doWithout' },
        'finalize.asked': [
          { guard: 'isUrgent', target: 'concluded', actions: 'noteEnding' },
          { guard: 'goesOn', actions: 'noteEnding' },
        ],
      },
    },
    concluded: { type: 'final', entry: 'conclude' },
  },
});

const roles = [{ role: 'contributor', min: 2, max: 8, moves: ['contribute'] }];

export const swarm: PatternDefinition<typeof swarmLimits> = {
  name: 'swarm',
  machine: swarmMachine,
  purpose:
    'Several work on the same request side by side, blind to each other; one synthesis follows.',
  roles,
  limits: swarmLimits,
  endsWhen: 'all have contributed, or are lost',
  fallback: 'the contributions there are, marked with who gave none',
  keyProperty: 'Nobody sees what another has contributed before all have.',
  turnsMax: ({ refills }, seats) => seats * (1 + refills),
  seats(roster, limits) {
    const { contributor } = seated('swarm', roles, roster);
    return { contributors: contributor!, ...swarmLimits.parse(limits ?? {}) };
  },
};
