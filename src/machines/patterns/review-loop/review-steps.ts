/**
 * The steps of a review loop: what it does with each thing it hears, as memory and as words. Pure.
 */
import type { Heard } from '../../../events/event.ts';
import type { seatLost, seatRefilled, turnForfeited } from '../../../events/words/agent.ts';
import type { finalizeAsked } from '../../../events/words/pattern.ts';
import type { Taken } from '../../step.ts';
import * as grants from '../kit/grants.ts';
import type { PatternSays } from '../kit/pattern.ts';
import { againBrief, draftBrief, pressBrief, reviewBrief } from './review-briefs.ts';
import type { Approval, Changes, Draft, ReviewLoopContext } from './review-ledger.ts';
import * as ledger from './review-ledger.ts';

type Step = Taken<ReviewLoopContext, PatternSays>;

const reviewOf = (reviewer: string): string => `review-by-${reviewer}`;

const progress = (
  task: string,
  status: 'inProgress' | 'completed' | 'failed',
  note: string,
): PatternSays => ({ type: 'task.progressed', task, status, note });

/** Puts the draft and each review on the board. */
export const openBoard = ({ producer, reviewers }: ReviewLoopContext): Step => ({
  say: [
    { type: 'task.created', task: 'draft', title: 'Draft', owner: producer, blockedBy: [] },
    ...reviewers.map(
      (owner): PatternSays => ({
        type: 'task.created',
        task: reviewOf(owner),
        title: `Review by ${owner}`,
        owner,
        blockedBy: ['draft'],
      }),
    ),
  ],
});

export function openRound(before: ReviewLoopContext): Step {
  const round = before.round + 1;
  const given = grants.grantTo(before.grants, [before.producer]);
  const context = { ...before, round };
  const title = round === 1 ? 'First draft' : 'Revision';
  return {
    remember: { round, grants: given },
    say: [
      { type: 'round.started', round, of: context.limits.rounds, title },
      progress('draft', 'inProgress', `round ${round}`),
      grants.granted(given, context.producer, draftBrief(context)),
    ],
  };
}

export function takeDraft(context: ReviewLoopContext, draft: Draft): Step {
  const { title, path, revision, from } = draft;
  return {
    remember: ledger.withDraft(context, draft),
    say: [
      {
        type: 'artifact.registered',
        title,
        by: from,
        task: 'draft',
        ...(path === undefined ? {} : { path }),
        held: revision,
        locked: false,
      },
    ],
  };
}

/** Everyone reviews the same draft, side by side. */
export function askReviews(context: ReviewLoopContext): Step {
  const given = grants.grantTo(context.grants, context.reviewers);
  const brief = reviewBrief(context);
  return {
    remember: { grants: given },
    say: context.reviewers.map((reviewer) => grants.granted(given, reviewer, brief)),
  };
}

export const takeApproval = (context: ReviewLoopContext, approval: Approval): Step => ({
  remember: ledger.withApproval(context, approval),
  say: registered(context, approval, 'approved'),
});

export const takeChanges = (context: ReviewLoopContext, changes: Changes): Step => ({
  remember: ledger.withChanges(context, changes),
  say: registered(context, changes, `asks for changes: ${ledger.tagsOf(changes).join(', ')}`),
});

function registered(
  { round }: ReviewLoopContext,
  { from, revision }: Approval | Changes,
  note: string,
): PatternSays[] {
  const task = reviewOf(from);
  const title = `Review of round ${round} by ${from}`;
  return [
    { type: 'artifact.registered', title, by: from, task, held: revision, locked: false },
    progress(task, 'completed', `round ${round}: ${note}`),
  ];
}

/** Refuses a hollow approval, and grants the turn once more. */
export function pressReviewer(context: ReviewLoopContext, { from }: Approval): Step {
  const given = grants.grantTo(context.grants, [from]);
  return {
    remember: { grants: given, pressed: ledger.adding(context.pressed, from) },
    say: [grants.granted(given, from, pressBrief(context))],
  };
}

type OfSeat = Heard<typeof turnForfeited> | Heard<typeof seatRefilled> | Heard<typeof seatLost>;

export function grantAgain(context: ReviewLoopContext, { agent }: OfSeat): Step {
  const given = grants.grantAgain(context.grants, agent);
  return {
    remember: { grants: given },
    say: [grants.granted(given, agent, againBrief(context, agent))],
  };
}

export const awaitSuccessor = ({ grants: given }: ReviewLoopContext, { agent }: OfSeat): Step => ({
  remember: { grants: grants.givenBack(given, agent) },
});

export const dropReviewer = (context: ReviewLoopContext, { agent }: OfSeat): Step => ({
  remember: ledger.withoutReviewer(context, agent),
  say: [progress(reviewOf(agent), 'failed', 'nobody reviews in this seat any more')],
});

export const loseProducer = (context: ReviewLoopContext, { agent }: OfSeat): Step => ({
  remember: {
    ...ledger.withEnding(context, `${agent} was lost`),
    lost: ledger.adding(context.lost, agent),
    grants: grants.settle(context.grants, agent),
  },
});

/** A limit stands in the way of this seat: it would stand in the way of the next round too. */
export const doWithout = (
  context: ReviewLoopContext,
  { agent, limit }: Heard<typeof turnForfeited>,
): Step => ({
  remember: {
    ...ledger.withEnding(context, `the limit of ${limit} was reached`),
    grants: grants.settle(context.grants, agent),
  },
});

export const startNothingNew = (
  context: ReviewLoopContext,
  { reason }: Heard<typeof finalizeAsked>,
): Step => ({ remember: ledger.withEnding(context, reason) });
