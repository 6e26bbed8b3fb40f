/**
 * Swarm discovery: two to four scouts explore; what they find is put on the board and pushed to whoever is free,
 * and specialists are seated where a finding takes one, until the team is full.
 *
 * Who talks to whom: it grants turns and hears reports and what became of findings; it asks the team for seats
 * and hears whether they were opened; from the team it hears what became of a seat and that it should end; to
 * the team it says its conclusion.
 *
 * Invariants
 * 1. A specialist is asked for only with a finding that takes exactly it, and never beyond `teamSize` agents; the
 *    team may refuse. Once full, the scope stays frozen and findings go to those who are there.
 * 2. Each seat has one turn a round: it grants at most (rounds + `refills`) x `teamSize` turns.
 * 3. Until it has concluded somebody owes a turn: whoever is wanted owes its first one until the team has answered.
 * 4. It concludes exactly once, with all that was handed in.
 */
import { setup } from 'xstate';
import type { Heard } from '../../../events/event.ts';
import type { seatOpened, seatRefused } from '../../../events/words/agent.ts';
import { step } from '../../step.ts';
import { type PatternDefinition, type PatternHears, seated } from '../kit/pattern.ts';
import * as turns from '../kit/turn-taking.ts';
import { discoveryConclusion } from './discovery-conclusion.ts';
import * as ledger from './discovery-ledger.ts';
import { isWorthARound } from './discovery-plan.ts';
import * as steps from './discovery-steps.ts';

type Says = steps.DiscoverySays;
type Hears =
  | ledger.Report
  | ledger.Handled
  | Heard<typeof seatOpened>
  | Heard<typeof seatRefused>
  | PatternHears;

export const swarmDiscoveryMachine = setup({
  types: {
    context: {} as ledger.DiscoveryContext,
    events: {} as Hears,
    emitted: {} as Says,
    input: {} as ledger.DiscoveryInput,
  },
  guards: {
    holdsTurn: turns.turnGuards.holdsTurn,
    owesTurn: turns.turnGuards.owesTurn,
    mayGrantAgain: turns.turnGuards.mayGrantAgain,
    isAtLimit: turns.turnGuards.isAtLimit,
    goesOn: turns.turnGuards.goesOn,
    isUrgent: turns.turnGuards.isUrgent,
    allAreIn: turns.turnGuards.allAreIn,
    isExploring: ({ context, event }) =>
      turns.holdsTurn({ context, event }) && !(event.from in context.assigned),
    isHandling: ({ context, event }) =>
      turns.holdsTurn({ context, event }) && event.from in context.assigned,
    isWanted: ({ context, event }) => ledger.isWanted(context, turns.seatOf(event)),
    belongs: ({ context, event }) =>
      context.seats.includes(turns.seatOf(event)) && !context.lost.includes(turns.seatOf(event)),
    mayGoOn: ({ context }) =>
      context.ending === null && context.round < context.limits.rounds && isWorthARound(context),
  },
  actions: {
    openBoard: step(steps.openBoard),
    openRound: step(steps.openRound),
    takeReport: step(steps.takeReport),
    takeHandled: step(steps.takeHandled),
    welcome: step(steps.welcome),
    goWithout: step(steps.goWithout),
    grantAgain: step(steps.grantAgain),
    loseSeat: step(steps.loseSeat),
    awaitSuccessor: step<ledger.DiscoveryContext, Says>(turns.awaitSuccessor),
    changeRounds: step<ledger.DiscoveryContext, Says>(turns.changeRounds),
    startNothingNew: step<ledger.DiscoveryContext, Says>(turns.startNothingNew),
    conclude: step(discoveryConclusion),
  },
}).createMachine({
  id: 'swarm-discovery',
  context: ({ input }) => ledger.newDiscovery(input),
  entry: 'openBoard',
  initial: 'exploring',
  on: { 'limits.changed': { actions: 'changeRounds' } },
  states: {
    exploring: {
      entry: 'openRound',
      always: { guard: 'allAreIn', target: 'weighing' },
      on: {
        'findings.reported': { guard: 'isExploring', actions: 'takeReport' },
        'finding.handled': { guard: 'isHandling', actions: 'takeHandled' },
        'seat.opened': { guard: 'isWanted', actions: 'welcome' },
        'seat.refused': { guard: 'isWanted', actions: 'goWithout' },
        'turn.forfeited': [
          { guard: 'isAtLimit', actions: 'loseSeat' },
          { guard: 'holdsTurn', actions: 'awaitSuccessor' },
        ],
        'seat.refilled': [
          { guard: 'mayGrantAgain', actions: 'grantAgain' },
          { guard: 'owesTurn', actions: 'loseSeat' },
        ],
        'seat.lost': { guard: 'belongs', actions: 'loseSeat' },
        'finalize.asked': [
          { guard: 'isUrgent', target: 'concluded', actions: 'startNothingNew' },
          { guard: 'goesOn', actions: 'startNothingNew' },
        ],
      },
    },
    weighing: {
      always: [{ guard: 'mayGoOn', target: 'exploring' }, { target: 'concluded' }],
    },
    concluded: { type: 'final', entry: 'conclude' },
  },
});

const roles = [
  { role: 'scout', min: 2, max: 4, moves: ['report_findings', 'handle_finding'] },
  { role: 'specialist', min: 0, max: 12, moves: ['handle_finding'], onDemand: true },
];

export const swarmDiscovery: PatternDefinition<typeof ledger.discoveryLimits> = {
  name: 'swarm-discovery',
  machine: swarmDiscoveryMachine,
  purpose: 'Scouts explore what nobody knows yet; specialists are seated for what is found.',
  roles,
  limits: ledger.discoveryLimits,
  endsWhen: 'all that was found is dealt with and nothing more is to be found, or at a limit',
  fallback: 'the findings so far, marked "exploration incomplete"',
  keyProperty:
    'The team grows by what is found: nobody is seated without a finding that takes them, nor beyond eight.',
  turnsMax: ({ rounds, refills, teamSize }) => (rounds + refills) * teamSize,
  seats(roster, limits) {
    const { scout, specialist } = seated('swarm-discovery', roles, roster);
    const all = ledger.discoveryLimits.parse(limits ?? {});
    return { scouts: scout!, specialists: specialist!, limits: all };
  },
};
