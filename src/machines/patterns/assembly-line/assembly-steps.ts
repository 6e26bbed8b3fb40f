/**
 * The steps of an assembly line: what it does with each thing it hears, as memory and as words. Pure.
 */
import type { Taken } from '../../step.ts';
import * as grants from '../kit/grants.ts';
import { inTurn } from '../kit/in-turn.ts';
import type { PatternSays } from '../kit/pattern.ts';
import * as turns from '../kit/turn-taking.ts';
import {
  againTurn,
  answerTurn,
  resumedTurn,
  stageTurn,
  unansweredTurn,
} from './assembly-briefs.ts';
import type {
  Answer,
  AssemblyLineContext,
  Delivery,
  Question,
  Rejection,
} from './assembly-ledger.ts';
import * as ledger from './assembly-ledger.ts';

type Context = AssemblyLineContext;
type Step = Taken<Context, PatternSays>;

export const taskOf = (stage: string): string => `work-of-${stage}`;

/** Each stage's task waits for the one before. */
export const openBoard = ({ stages }: Context): Step => ({
  say: stages.map((owner, index) => ({
    type: 'task.created',
    task: taskOf(owner),
    title: `Stage ${index + 1}: ${owner}`,
    owner,
    blockedBy: index === 0 ? [] : [taskOf(stages[index - 1]!)],
  })),
});

/** Grants the one turn there is, and keeps what was offered with it. */
function grant(context: Context, seat: string, turn: turns.Turn): Step {
  const { remember, say } = turns.granting(context, [seat], () => turn);
  return { remember: { ...remember, offered: turn.moves }, say };
}

/** What is remembered and said, and then the grant that follows from it. */
const then = (
  context: Context,
  remember: Partial<Context>,
  say: readonly PatternSays[],
  next: (now: Context) => Step,
): Step => inTurn(context, () => ({ remember, say }), next);

export function openStage(context: Context): Step {
  const round = context.round + 1;
  const stage = context.stages[round - 1] ?? '';
  const say: PatternSays[] = [
    { type: 'round.started', round, of: context.stages.length, title: `Stage of ${stage}` },
    turns.progress(taskOf(stage), 'inProgress', `stage ${round}`),
  ];
  return then(context, { round }, say, (now) => grant(now, stage, stageTurn(now, stage)));
}

const settled = ({ grants: given }: Context, seat: string): Partial<Context> => ({
  grants: grants.settle(given, seat),
});

export const takeDelivery = (context: Context, delivery: Delivery): Step => ({
  remember: { ...settled(context, delivery.from), ...ledger.withDelivery(context, delivery) },
  say: [
    turns.handedIn(delivery, taskOf(delivery.from)),
    turns.progress(taskOf(delivery.from), 'completed', 'delivered'),
  ],
});

/** The way upstream: the one who is asked gets the turn, the one who asked waits. */
export function goBack(context: Context, event: Question | Rejection): Step {
  const { from: by, revision: at } = event;
  const of = ledger.calledBy(context, event)!;
  const what = event.type === 'clarification.asked' ? 'question' : 'rejection';
  const call: ledger.Call = { by, of, what, at };
  const note = what === 'question' ? `asks ${of}` : `sends the delivery of ${of} back`;
  const change = {
    ...settled(context, by),
    ...ledger.withBackward(context, by),
    calls: [...context.calls, call],
  };
  const say: PatternSays[] = [
    { type: 'task.progressed', task: taskOf(by), status: 'blocked', note },
    turns.progress(taskOf(of), 'inProgress', `answers ${by}`),
  ];
  return then(context, change, say, (now) => grant(now, of, answerTurn(now, of, call)));
}

/** Nobody can be asked any more: the stage goes on with what it has. */
export const refuseToGoBack = (context: Context, { from }: Question | Rejection): Step =>
  then(
    context,
    {
      ...settled(context, from),
      ...ledger.withBackward(context, from),
      unanswered: [...context.unanswered, from],
    },
    [],
    (now) => grant(now, from, unansweredTurn(now, from)),
  );

export function takeAnswer(context: Context, answer: Answer): Step {
  const call = context.calls.at(-1)!;
  return resume(context, answer, {}, call.what === 'rejection' ? [upheld(call)] : []);
}

export function takeRedelivery(context: Context, delivery: Delivery): Step {
  const call = context.calls.at(-1)!;
  const say = [turns.handedIn(delivery, taskOf(delivery.from)), renewed(call)];
  return resume(context, delivery, ledger.withDelivery(context, delivery), say);
}

/** The asker goes on. */
function resume(
  context: Context,
  { from, revision }: Answer | Delivery,
  change: Partial<Context>,
  say: readonly PatternSays[],
): Step {
  const { by } = context.calls.at(-1)!;
  const all = { ...settled(context, from), ...ledger.withAnswer(context, revision), ...change };
  const told = [
    turns.progress(taskOf(from), 'completed', `answered ${by}`),
    ...say,
    turns.progress(taskOf(by), 'inProgress', `goes on with the answer of ${from}`),
  ];
  return then(context, all, told, (now) => grant(now, by, resumedTurn(now, by, revision)));
}

const renewed = ({ by, of, what }: ledger.Call): PatternSays => ({
  type: 'decision.made',
  subject: `The delivery of ${of}`,
  proposedBy: of,
  challengedBy: [by],
  resolution: `Delivered anew, after ${by} ${what === 'question' ? 'asked' : 'sent it back'}.`,
  basis: 'agreed',
});

const upheld = ({ by, of }: ledger.Call): PatternSays => ({
  type: 'decision.made',
  subject: `The delivery of ${of}`,
  proposedBy: of,
  challengedBy: [by],
  resolution: `It stands: ${of} answered the reasons for which ${by} sent it back.`,
  basis: 'strongestArgument',
});

/** What a stage delivered before it was called still counts. */
export const standing = (stage: string): PatternSays =>
  turns.progress(taskOf(stage), 'completed', 'its delivery stands');

export function grantAgain(context: Context, event: turns.TurnEvent): Step {
  const seat = turns.seatOf(event);
  const turn = againTurn(context, seat);
  const { remember, say } = turns.grantingAgain(context, seat, turn);
  return { remember: { ...remember, offered: turn.moves }, say };
}

/** Whoever waits for the stage that is gone goes on without its answer; whom that one had asked need not. */
export function loseSeat(context: Context, event: turns.TurnEvent): Step {
  const seat = turns.seatOf(event);
  const change: Partial<Context> = turns.withoutSeat(context, event);
  const gone = turns.progress(taskOf(seat), 'failed', 'nobody works in this stage any more');
  const say = context.deliveries[seat] === undefined ? [gone] : [];
  const first = context.calls.findIndex(({ of }) => of === seat);
  if (first < 0) return { remember: change, say };
  const { by } = context.calls[first]!;
  const now = { ...context, ...change };
  const all = {
    ...change,
    grants: { ...now.grants, owed: {} },
    calls: context.calls.slice(0, first),
    unanswered: [...context.unanswered, by],
  };
  const reason = `${seat}, who asked, is not there any more`;
  const stands = context.calls.slice(first).map(({ of }) => standing(of));
  const told = [...say, ...grants.revoked(now.grants, reason), ...stands];
  return then(context, all, told, (then) => grant(then, by, unansweredTurn(then, by)));
}
