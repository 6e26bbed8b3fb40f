/**
 * Single agent: one works alone, because even a swarm would be too much. A team of one has the stream, the
 * budget, the stall checks and the report of any team.
 *
 * Who talks to whom: it grants its agent one turn and hears its work; from the team it hears what became of the
 * seat and that it should end; to the team it says its conclusion.
 *
 * Invariants
 * 1. It grants at most 1 + `refills` turns, and takes one piece of work.
 * 2. Until it has concluded the agent, or a successor that is awaited, owes the turn.
 * 3. It concludes exactly once, and never claims that anybody has reviewed the result.
 */
import { setup } from 'xstate';
import { z } from 'zod';
import type { Heard } from '../../../events/event.ts';
import type { contribute } from '../../../events/words/moves.ts';
import { step } from '../../step.ts';
import {
  type PatternDefinition,
  type PatternHears,
  type PatternSays,
  seated,
} from '../kit/pattern.ts';
import { turnGuards } from '../kit/turn-taking.ts';
import * as steps from './single-agent-steps.ts';

const singleAgentLimits = z.strictObject({
  /** Times the turn is granted anew to a successor. */
  refills: z.int().min(0).max(3).default(2),
});

type Hears = Heard<typeof contribute.event> | PatternHears;

export const singleAgentMachine = setup({
  types: {
    context: {} as steps.SingleAgentContext,
    events: {} as Hears,
    emitted: {} as PatternSays,
    input: {} as steps.SingleAgentInput,
  },
  guards: {
    holdsTurn: turnGuards.holdsTurn,
    owesTurn: turnGuards.owesTurn,
    mayGrantAgain: turnGuards.mayGrantAgain,
    isAtLimit: turnGuards.isAtLimit,
    isUrgent: turnGuards.isUrgent,
    goesOn: turnGuards.goesOn,
  },
  actions: {
    ask: step(steps.ask),
    takeWork: step(steps.takeWork),
    grantAgain: step(steps.grantAgain),
    awaitSuccessor: step(steps.awaitSuccessor),
    doWithout: step(steps.doWithout),
    noteEnding: step(steps.noteEnding),
    conclude: step(steps.conclude),
  },
}).createMachine({
  id: 'single-agent',
  context: ({ input }) => steps.newSingleAgent(input),
  initial: 'working',
  states: {
    working: {
      entry: 'ask',
      on: {
        'contribution.submitted': { guard: 'holdsTurn', target: 'concluded', actions: 'takeWork' },
        'turn.forfeited': [
          { guard: 'isAtLimit', target: 'concluded', actions: 'doWithout' },
          { guard: 'holdsTurn', actions: 'awaitSuccessor' },
        ],
        'seat.refilled': [
          { guard: 'mayGrantAgain', actions: 'grantAgain' },
          { guard: 'owesTurn', target: 'concluded', actions: 'doWithout' },
        ],
        'seat.lost': { guard: 'owesTurn', target: 'concluded', actions: 'doWithout' },
        'finalize.asked': [
          { guard: 'isUrgent', target: 'concluded', actions: 'noteEnding' },
          { guard: 'goesOn', actions: 'noteEnding' },
        ],
      },
    },
    concluded: { type: 'final', entry: 'conclude' },
  },
});

const roles = [{ role: 'agent', min: 1, max: 1, moves: ['contribute'] }];

export const singleAgent: PatternDefinition<typeof singleAgentLimits> = {
  name: 'single-agent',
  machine: singleAgentMachine,
  purpose: 'One agent works alone: the cheapest way, when nothing calls for a team.',
  roles,
  limits: singleAgentLimits,
  endsWhen: 'the agent has handed in its work, or is lost',
  fallback: 'nothing but the reason why there is no work',
  keyProperty: 'The report never claims that anybody has reviewed the result.',
  turnsMax: ({ refills }, seats) => seats * (1 + refills),
  seats(roster, limits) {
    const { agent } = seated('single-agent', roles, roster);
    return { agent: agent![0]!, ...singleAgentLimits.parse(limits ?? {}) };
  },
};
