/**
 * The steps of a nested swarm: a review loop that first gathers findings. What it shares with the review loop is
 * the review loop's; here stands what is its own. Pure.
 */
import { z } from 'zod';
import type { Heard } from '../../../events/event.ts';
import type { shareFindings } from '../../../events/words/moves-nested-swarm.ts';
import type { Taken } from '../../step.ts';
import * as grants from '../kit/grants.ts';
import type { PatternSays } from '../kit/pattern.ts';
import { handedIn, progress, type Turn, type TurnEvent } from '../kit/turn-taking.ts';
import { againBrief } from '../review-loop/review-briefs.ts';
import { type ReviewEnd, reviewConclusion } from '../review-loop/review-conclusion.ts';
import * as review from '../review-loop/review-ledger.ts';
import * as reviewing from '../review-loop/review-steps.ts';

export const nestedSwarmLimits = review.reviewLoopLimits.extend({
  /** A round is one draft and its reviews; gathering comes before the first. */
  rounds: z.int().min(1).max(10).default(3),
});
export type NestedSwarmLimits = z.output<typeof nestedSwarmLimits>;

export interface NestedSwarmInput extends Omit<review.ReviewLoopInput, 'limits'> {
  lead: string | null;
  limits?: Partial<NestedSwarmLimits>;
}

export interface NestedSwarmContext extends review.ReviewLoopContext {
  /** Who gathers before anybody drafts; null: nobody, or nobody any more. */
  lead: string | null;
  /** Revision of what was gathered. */
  findings: number | null;
}

export type Findings = Heard<typeof shareFindings.event>;
type Step = Taken<NestedSwarmContext, PatternSays>;

const TASK = 'findings';
const DIVIDE =
  'If the work falls into pieces that do not need each other and you have dispatch_swarm, have sub-agents work on them; what they find is yours to weigh and to bring together, and your teammates see only what you say of it.';

export const newNestedSwarm = (input: NestedSwarmInput | undefined): NestedSwarmContext => ({
  ...review.newReviewLoop(input),
  limits: nestedSwarmLimits.parse(input?.limits ?? {}),
  lead: input?.lead ?? null,
  findings: null,
});

export function openBoard(context: NestedSwarmContext): Step {
  const { lead } = context;
  const { say = [] } = reviewing.openBoard(context);
  if (lead === null) return { say };
  const title = 'What must be known';
  const mine: PatternSays = { type: 'task.created', task: TASK, title, owner: lead, blockedBy: [] };
  const blocked = say.map((one) =>
    one.type === 'task.created' && one.task === 'draft' ? { ...one, blockedBy: [TASK] } : one,
  );
  return { say: [mine, ...blocked] };
}

const gathering: Turn = {
  round: 0,
  brief: `Find out what those who draft and review must know to do the request well. ${DIVIDE} End your turn with share_findings.`,
  moves: ['share_findings'],
  material: [],
};

export function askLead(context: NestedSwarmContext): Step {
  const given = grants.grantTo(context.grants, [context.lead!]);
  return {
    remember: { grants: given },
    say: [
      progress(TASK, 'inProgress', 'gathering'),
      grants.granted(given, context.lead!, gathering),
    ],
  };
}

export const takeFindings = (context: NestedSwarmContext, findings: Findings): Step => ({
  remember: {
    findings: findings.revision,
    grants: grants.settle(context.grants, findings.from),
  },
  say: [
    handedIn(findings, TASK),
    progress(TASK, 'completed', `confidence: ${findings.confidence}`),
  ],
});

/** Nobody gathers any more: those who draft go on with what they know. */
export const dropLead = (context: NestedSwarmContext): Step => ({
  remember: {
    lost: review.adding(context.lost, context.lead!),
    lead: null,
    grants: grants.settle(context.grants, context.lead!),
  },
  say: context.findings === null ? [progress(TASK, 'failed', 'nobody gathers any more')] : [],
});

/** A round of the review loop, in which everyone is shown what was gathered. */
export function openRound(context: NestedSwarmContext): Step {
  const { remember, say = [] } = reviewing.openRound(context);
  return { ...(remember ? { remember } : {}), say: say.map((one) => shown(context, one)) };
}

export function askReviews(context: NestedSwarmContext): Step {
  const { remember, say = [] } = reviewing.askReviews(context);
  return { ...(remember ? { remember } : {}), say: say.map((one) => shown(context, one)) };
}

function shown({ findings }: NestedSwarmContext, said: PatternSays): PatternSays {
  if (said.type !== 'turn.granted') return said;
  const { brief, material } = said;
  const weigh =
    findings === null
      ? ''
      : ' What was gathered is shown too: hold to it, and say where it is not enough.';
  return {
    ...said,
    brief: `${brief}${weigh} ${DIVIDE}`,
    material: [...(findings === null ? [] : [findings]), ...material],
  };
}

/** The turn that a seat owes, to its successor. */
export function grantAgain(context: NestedSwarmContext, event: TurnEvent): Step {
  const seat = event.agent!;
  const given = grants.grantAgain(context.grants, seat);
  const turn =
    seat === context.lead
      ? {
          ...gathering,
          brief: `You take over from a predecessor whose transcript you have. ${gathering.brief}`,
        }
      : againBrief(context, seat);
  return {
    remember: { grants: given },
    say: [shownAgain(context, grants.granted(given, seat, turn))],
  };
}

const shownAgain = (context: NestedSwarmContext, said: PatternSays): PatternSays =>
  said.type === 'turn.granted' && said.agent === context.lead ? said : shown(context, said);

/** The end of the review loop, and what was gathered beside the draft, or instead of one. */
export function conclude(context: NestedSwarmContext, end: ReviewEnd): Step {
  const { findings, draft } = context;
  return {
    say: reviewConclusion(context, end).map((said) => {
      if (said.type !== 'pattern.concluded') return said;
      const nothing = findings === null ? ['nothing was gathered before the draft'] : [];
      return {
        ...said,
        pattern: 'nested-swarm',
        result: [...said.result, ...(findings === null ? [] : [findings])],
        notes: [
          ...said.notes,
          ...(context.lost.length > 0 ? nothing : []),
          ...(draft === null && findings !== null ? ['findings only'] : []),
        ],
      };
    }),
  };
}
