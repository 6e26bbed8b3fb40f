/**
 * Single agent: one works alone, because even a swarm would be too much. A team of one has the stream, the
 * budget, the stall checks and the report of any team.
 *
 * Who talks to whom: it grants its agent one turn and hears its work; from the team it hears what became of the
 * seat and that it should end; to the team it says its conclusion.
 *
 * Invariants
 * 1. It grants at most 1 + `refills` turns, and takes one piece of work.
 * 2. Its conclusion never claims that anybody has reviewed the result.
 */
import { z } from 'zod';
import type { Confidence } from '../../../events/words/pattern.ts';
import { definePattern } from '../kit/define-pattern.ts';
import {
  type Ending,
  type HeardMove,
  type Memory,
  on,
  type PatternStep,
  refills,
  sole,
} from '../kit/pattern-spec.ts';
import { handedIn, progress, type Turn, taskFor } from '../kit/turn-taking.ts';
import { contribute } from '../swarm/words.ts';

const limits = z.strictObject({ refills });

interface SingleAgent extends Memory<z.output<typeof limits>> {
  agent: string;
  /** Revision of what was handed in, and how sure its author is. */
  work: { revision: number; confidence: Confidence } | null;
}

const TASK = 'work';

const onlyTurn: Turn = {
  round: 1,
  brief:
    'Work on the request. You are alone with it: nobody reviews or completes what you hand in, so check it yourself. End your turn with contribute, and say how sure you are.',
  moves: ['contribute'],
  material: [],
};

const askAgent = ({ agent }: SingleAgent): PatternStep<SingleAgent> => ({
  remember: { round: 1 },
  asks: [agent],
});

function takeWork(_: SingleAgent, work: HeardMove<typeof contribute>): PatternStep<SingleAgent> {
  const { revision, confidence } = work;
  return {
    remember: { work: { revision, confidence } },
    say: [handedIn(work, TASK), progress(TASK, 'completed', `confidence: ${confidence}`)],
  };
}

/** Alone nobody has approved: the author's word counts, and is never more than medium. */
const workEnding = ({ work, ending, agent }: SingleAgent): Ending => ({
  say: [],
  outcome: work ? 'completed' : 'fallback',
  reason: work ? 'the agent has handed in its work' : (ending ?? 'nobody handed anything in'),
  confidence: work && work.confidence !== 'low' ? 'medium' : 'low',
  result: work ? [work.revision] : [],
  notes: work
    ? ['one agent worked alone: nobody else has looked at the result']
    : [`no work from ${agent}`],
});

export const singleAgent = definePattern({
  name: 'single-agent',
  called: 'the work',
  purpose: 'One agent works alone: the cheapest way, when nothing calls for a team.',
  endsWhen: 'the agent has handed in its work, or is lost',
  fallback: 'nothing but the reason why there is no work',
  keyProperty: 'The report never claims that anybody has reviewed the result.',
  roles: { agent: { min: 1, max: 1, moves: [contribute], types: ['general-purpose'] } },
  limits,
  turnsMax: ({ refills }, seats) => seats * (1 + refills),
  seats: ({ agent }) => ({ agent: sole(agent) }),
  remembers: { work: null },
  board: ({ agent }: SingleAgent) => [
    { type: 'round.started', round: 1, of: 1, title: 'One agent alone' },
    taskFor(agent, TASK, 'The request'),
  ],
  turn: () => onlyTurn,
  lose: () => ({ say: [progress(TASK, 'failed', 'nobody works on it any more')] }),
  states: {
    working: { begins: askAgent, hears: [on(contribute, takeWork)], next: { concluded: 'else' } },
  },
  concludes: workEnding,
});
