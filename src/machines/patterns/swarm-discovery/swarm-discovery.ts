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
 * 3. Whoever is wanted owes its first turn until the team has answered.
 * 4. It concludes with all that was handed in.
 */
import { seatOpened, seatRefused } from '../../../events/words/agent.ts';
import { definePattern } from '../kit/define-pattern.ts';
import { fromTeam, on } from '../kit/pattern-spec.ts';
import { taskFor } from '../kit/turn-taking.ts';
import { swarmDiscoveryCues } from './cues.ts';
import { discoveryTurn } from './discovery-briefs.ts';
import { discoveryEnding } from './discovery-conclusion.ts';
import type { Discovery } from './discovery-ledger.ts';
import * as ledger from './discovery-ledger.ts';
import { mayDiscoverMore } from './discovery-plan.ts';
import * as steps from './discovery-steps.ts';
import { handleFinding, reportFindings } from './words.ts';

export const swarmDiscovery = definePattern({
  name: 'swarm-discovery',
  called: 'the discovery',
  purpose: 'Scouts explore what nobody knows yet; specialists are seated for what is found.',
  endsWhen: 'all that was found is dealt with and nothing more is to be found, or at a limit',
  fallback: 'the findings so far, marked "exploration incomplete"',
  keyProperty:
    'The team grows by what is found: nobody is seated without a finding that takes them, nor beyond eight.',
  roles: {
    scout: {
      min: 2,
      max: 4,
      usual: 3,
      moves: [reportFindings, handleFinding],
      types: ['explorer', 'evidence-researcher'],
    },
    specialist: { min: 0, max: 12, moves: [handleFinding], onDemand: true },
  },
  limits: ledger.discoveryLimits,
  turnsMax: ({ rounds, refills, teamSize }) => (rounds + refills) * teamSize,
  seats: ({ scout, specialist }) => ({ scouts: scout, specialists: specialist }),
  remembers: ledger.newDiscovery,
  board: ({ scouts }: Discovery) =>
    scouts.map((one) => taskFor(one, steps.groundOf(one), `Ground of ${one}`)),
  turn: discoveryTurn,
  lose: steps.loseMember,
  states: {
    exploring: {
      begins: steps.openRound,
      hears: [
        on(reportFindings, steps.takeReport, { onlyIf: ledger.isExploring }),
        on(handleFinding, steps.takeHandled, { onlyIf: ledger.isHandling }),
        fromTeam(seatOpened, steps.welcome, { onlyIf: ledger.isWanted }),
        fromTeam(seatRefused, steps.goWithout, { onlyIf: ledger.isWanted }),
      ],
      next: { weighing: 'else' },
    },
    weighing: { next: { exploring: mayDiscoverMore, concluded: 'else' } },
  },
  concludes: discoveryEnding,
  cues: swarmDiscoveryCues,
});
