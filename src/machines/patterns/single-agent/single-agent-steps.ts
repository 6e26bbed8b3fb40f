/**
 * The steps of one who works alone: what is remembered of the one turn there is, and what is said. Pure.
 */
import type { Heard } from '../../../events/event.ts';
import type { contribute } from '../../../events/words/moves.ts';
import type { Confidence, finalizeAsked } from '../../../events/words/pattern.ts';
import type { Taken } from '../../step.ts';
import * as grants from '../kit/grants.ts';
import type { PatternSays } from '../kit/pattern.ts';
import * as turns from '../kit/turn-taking.ts';

export interface SingleAgentInput {
  agent: string;
  refills?: number;
}

export interface SingleAgentContext extends turns.TurnTaking {
  agent: string;
  /** Revision of what was handed in, and how sure its author is. */
  work: { revision: number; confidence: Confidence } | null;
}

type Step = Taken<SingleAgentContext, PatternSays>;

export const newSingleAgent = (input: SingleAgentInput | undefined): SingleAgentContext => ({
  agent: input?.agent ?? 'agent',
  limits: { refills: input?.refills ?? 2 },
  round: 1,
  grants: grants.NO_GRANTS,
  lost: [],
  ending: null,
  work: null,
});

const TASK = 'work';

const turn: turns.Turn = {
  round: 1,
  brief:
    'Work on the request. You are alone with it: nobody reviews or completes what you hand in, so check it yourself. End your turn with contribute, and say how sure you are.',
  moves: ['contribute'],
  material: [],
};

export function ask(context: SingleAgentContext): Step {
  const { agent } = context;
  const { remember, say } = turns.granting(context, [agent], () => turn);
  return {
    remember,
    say: [
      { type: 'round.started', round: 1, of: 1, title: 'One agent alone' },
      { type: 'task.created', task: TASK, title: 'The request', owner: agent, blockedBy: [] },
      ...say,
    ],
  };
}

export function takeWork(
  context: SingleAgentContext,
  handed: Heard<typeof contribute.event>,
): Step {
  const { from, revision, title, path, confidence } = handed;
  const held = { from, revision, title, ...(path === undefined ? {} : { path }) };
  return {
    remember: {
      grants: grants.settle(context.grants, from),
      work: { revision, confidence },
    },
    say: [
      turns.handedIn(held, TASK),
      turns.progress(TASK, 'completed', `confidence: ${confidence}`),
    ],
  };
}

export const awaitSuccessor = (context: SingleAgentContext, event: turns.TurnEvent): Step =>
  turns.awaitSuccessor(context, event);

export const grantAgain = (context: SingleAgentContext, event: turns.TurnEvent): Step =>
  turns.grantingAgain(context, turns.seatOf(event), turn);

export const doWithout = (context: SingleAgentContext, event: turns.TurnEvent): Step => ({
  remember: turns.withoutSeat(context, event),
  say: [turns.progress(TASK, 'failed', 'nobody works on it any more')],
});

/** Nothing new would be begun anyway: the one who is at work hands in what there is. */
export const noteEnding = (context: SingleAgentContext, asked: Heard<typeof finalizeAsked>): Step =>
  turns.startNothingNew(context, asked);

/** Alone nobody has approved: the author's word counts, and is never more than medium. */
export function conclude(context: SingleAgentContext): Step {
  const { work, ending, agent } = context;
  return {
    say: [
      ...grants.revoked(context.grants, 'the work has come to its end'),
      {
        type: 'pattern.concluded',
        to: 'team',
        pattern: 'single-agent',
        outcome: work ? 'completed' : 'fallback',
        reason: work ? 'the agent has handed in its work' : (ending ?? 'nobody handed anything in'),
        confidence: work && work.confidence !== 'low' ? 'medium' : 'low',
        result: work ? [work.revision] : [],
        notes: work
          ? ['one agent worked alone: nobody else has looked at the result']
          : [`no work from ${agent}`],
        rounds: 1,
      },
    ],
  };
}
