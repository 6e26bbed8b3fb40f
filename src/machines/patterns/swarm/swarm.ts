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
 * 3. A seat that is lost ends nothing: the others go on.
 * 4. It concludes with all contributions there are, in the order in which they came.
 */
import { z } from 'zod';
import type { Confidence } from '../../../events/words/pattern.ts';
import { definePattern } from '../kit/define-pattern.ts';
import { owes } from '../kit/grants.ts';
import {
  type Ending,
  type HeardMove,
  type Lost,
  type Memory,
  on,
  type PatternStep,
  refills,
} from '../kit/pattern-spec.ts';
import { handedIn, progress, type Turn, taskFor } from '../kit/turn-taking.ts';
import { swarmCues } from './cues.ts';
import { contribute } from './words.ts';

const limits = z.strictObject({ refills });

interface Swarm extends Memory<z.output<typeof limits>> {
  contributors: readonly string[];
  /** In the order in which they came, with how sure their authors are. */
  contributions: readonly { by: string; revision: number; confidence: Confidence }[];
}

const taskOf = (contributor: string) => `contribution-of-${contributor}`;

const contributorTurn: Turn = {
  brief:
    'Work on the request on your own, from the angle of your speciality. Others do the same; you do not see their work, and they do not see yours. End your turn with contribute, and say how sure you are.',
  moves: ['contribute'],
  material: [],
  round: 1,
  blind: true,
};

const askAll = ({ contributors }: Swarm): PatternStep<Swarm> => ({
  remember: { round: 1 },
  asks: contributors,
});

function takeContribution(
  { contributions }: Swarm,
  contribution: HeardMove<typeof contribute>,
): PatternStep<Swarm> {
  const { from, revision, confidence } = contribution;
  const task = taskOf(from);
  return {
    remember: { contributions: [...contributions, { by: from, revision, confidence }] },
    say: [handedIn(contribution, task), progress(task, 'completed', `confidence: ${confidence}`)],
  };
}

/** Even at a limit the others go on; whoever has contributed is not missed. */
const doWithout = (_: Swarm, seat: string, { before }: Lost<Swarm>): PatternStep<Swarm> => ({
  remember: { ending: before.ending },
  say: owes(before.grants, seat)
    ? [progress(taskOf(seat), 'failed', 'nobody contributes in this seat')]
    : [],
});

function swarmEnding(context: Swarm): Ending {
  const { contributors, contributions, ending, lost } = context;
  const isSilent = (seat: string) => contributions.every(({ by }) => by !== seat);
  const silent = [...new Set([...lost, ...contributors])].filter(isSilent);
  const reason = `${contributions.length} of ${contributors.length} have contributed`;
  const isWhole = silent.length === 0;
  return {
    say: [],
    outcome: isWhole ? 'completed' : 'fallback',
    reason: isWhole ? 'all have contributed' : ending ? `${ending}: ${reason}` : reason,
    confidence: confidenceOf(context),
    result: contributions.map(({ revision }) => revision),
    notes: silent.map((seat) => `no contribution from ${seat}`),
  };
}

/** High: all contributed and most are sure. Medium: more than half contributed. Else low. */
function confidenceOf({ contributors, contributions }: Swarm): Confidence {
  const all = contributors.length;
  const count = (wanted: Confidence) =>
    contributions.filter(({ confidence }) => confidence === wanted).length;
  if (contributions.length === all && count('high') * 2 > all && count('low') === 0) return 'high';
  return contributions.length * 2 > all ? 'medium' : 'low';
}

export const swarm = definePattern({
  name: 'swarm',
  called: 'the swarm',
  purpose:
    'Several work on the same request side by side, blind to each other; one synthesis follows.',
  endsWhen: 'all have contributed, or are lost',
  fallback: 'the contributions there are, marked with who gave none',
  keyProperty: 'Nobody sees what another has contributed before all have.',
  roles: {
    contributor: {
      min: 2,
      max: 8,
      usual: 3,
      moves: [contribute],
      types: ['general-purpose', 'backend-architect', 'security-auditor', 'performance-profiler'],
    },
  },
  limits,
  turnsMax: ({ refills }, seats) => seats * (1 + refills),
  seats: ({ contributor }) => ({ contributors: contributor }),
  remembers: { contributions: [] },
  board: ({ contributors }: Swarm) => [
    { type: 'round.started', round: 1, of: 1, title: 'Independent contributions' },
    ...contributors.map((one) => taskFor(one, taskOf(one), `Contribution of ${one}`)),
  ],
  turn: () => contributorTurn,
  lose: doWithout,
  states: {
    contributing: {
      begins: askAll,
      hears: [on(contribute, takeContribution)],
      next: { concluded: 'else' },
    },
  },
  concludes: swarmEnding,
  cues: swarmCues,
});
