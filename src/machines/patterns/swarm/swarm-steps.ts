/**
 * The steps of a swarm: what it remembers of who has contributed, and what it says. Pure.
 */
import type { Heard } from '../../../events/event.ts';
import type { seatLost, seatRefilled, turnForfeited } from '../../../events/words/agent.ts';
import type { contribute } from '../../../events/words/moves.ts';
import type { Confidence, finalizeAsked } from '../../../events/words/pattern.ts';
import type { Taken } from '../../step.ts';
import * as grants from '../kit/grants.ts';
import type { PatternSays } from '../kit/pattern.ts';

export interface SwarmInput {
  contributors: readonly string[];
  refills?: number;
}

export interface SwarmContext {
  contributors: readonly string[];
  refills: number;
  grants: grants.Grants;
  /** Revisions of the contributions, in the order in which they came, and how sure their authors are. */
  contributions: readonly number[];
  sure: Readonly<Record<Confidence, number>>;
  /** Who will not contribute any more. */
  missing: readonly string[];
  ending: string | null;
}

type Step = Taken<SwarmContext, PatternSays>;
type Contribution = Heard<typeof contribute.event>;
type OfSeat = Heard<typeof turnForfeited> | Heard<typeof seatRefilled> | Heard<typeof seatLost>;

export const newSwarm = (input: SwarmInput | undefined): SwarmContext => ({
  contributors: input?.contributors ?? [],
  refills: input?.refills ?? 2,
  grants: grants.NO_GRANTS,
  contributions: [],
  sure: { high: 0, medium: 0, low: 0 },
  missing: [],
  ending: null,
});

const taskOf = (contributor: string) => `contribution-of-${contributor}`;

const brief = {
  brief:
    'Work on the request on your own, from the angle of your speciality. Others do the same; you do not see their work, and they do not see yours. End your turn with contribute, and say how sure you are.',
  moves: ['contribute'],
  material: [],
  round: 1,
  blind: true,
};

export function askAll(context: SwarmContext): Step {
  const { contributors } = context;
  const given = grants.grantTo(context.grants, contributors);
  const tasks = contributors.map(
    (owner): PatternSays => ({
      type: 'task.created',
      task: taskOf(owner),
      title: `Contribution of ${owner}`,
      owner,
      blockedBy: [],
    }),
  );
  return {
    remember: { grants: given },
    say: [
      { type: 'round.started', round: 1, of: 1, title: 'Independent contributions' },
      ...tasks,
      ...contributors.map((seat) => grants.granted(given, seat, brief)),
    ],
  };
}

export function takeContribution(context: SwarmContext, contribution: Contribution): Step {
  const { from, revision, title, path, confidence } = contribution;
  const task = taskOf(from);
  return {
    remember: {
      grants: grants.settle(context.grants, from),
      contributions: [...context.contributions, revision],
      sure: { ...context.sure, [confidence]: context.sure[confidence] + 1 },
    },
    say: [
      {
        type: 'artifact.registered',
        title,
        by: from,
        task,
        ...(path === undefined ? {} : { path }),
        held: revision,
        locked: false,
      },
      { type: 'task.progressed', task, status: 'completed', note: `confidence: ${confidence}` },
    ],
  };
}

export function grantAgain(context: SwarmContext, { agent }: OfSeat): Step {
  const given = grants.grantAgain(context.grants, agent);
  const again = `You take over from a predecessor whose transcript you have. ${brief.brief}`;
  return {
    remember: { grants: given },
    say: [grants.granted(given, agent, { ...brief, brief: again })],
  };
}

export const awaitSuccessor = ({ grants: given }: SwarmContext, { agent }: OfSeat): Step => ({
  remember: { grants: grants.givenBack(given, agent) },
});

export const doWithout = (context: SwarmContext, { agent }: OfSeat): Step => ({
  remember: {
    grants: grants.settle(context.grants, agent),
    missing: [...context.missing, agent],
  },
  say: [
    {
      type: 'task.progressed',
      task: taskOf(agent),
      status: 'failed',
      note: 'nobody contributes in this seat',
    },
  ],
});

/** Nothing new is begun anyway: those who are at work hand in what they have. */
export const noteEnding = (
  { ending }: SwarmContext,
  { reason }: Heard<typeof finalizeAsked>,
): Step => ({ remember: { ending: ending ?? reason } });

export function conclude(context: SwarmContext): Step {
  const { contributors, contributions, ending, missing } = context;
  const late = contributors.filter((seat) => grants.owes(context.grants, seat));
  const all = contributions.length === contributors.length;
  const reason = `${contributions.length} of ${contributors.length} have contributed`;
  return {
    say: [
      ...grants.revoked(context.grants, 'the swarm has come to its end'),
      {
        type: 'pattern.concluded',
        to: 'team',
        pattern: 'swarm',
        outcome: all ? 'completed' : 'fallback',
        reason: all ? 'all have contributed' : ending ? `${ending}: ${reason}` : reason,
        confidence: confidenceOf(context),
        result: [...contributions],
        notes: [...missing, ...late].map((seat) => `no contribution from ${seat}`),
        rounds: 1,
      },
    ],
  };
}

/** High: all contributed and most are sure. Medium: more than half contributed. Else low. */
function confidenceOf({ contributors, contributions, sure }: SwarmContext): Confidence {
  const all = contributors.length;
  if (contributions.length === all && sure.high * 2 > all && sure.low === 0) return 'high';
  return contributions.length * 2 > all ? 'medium' : 'low';
}
