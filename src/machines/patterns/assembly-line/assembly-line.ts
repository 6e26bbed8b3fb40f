/**
 * Assembly line: three to six stages work one after the other, each on what those before it delivered. A stage
 * may ask upstream or send its input back; whoever is asked answers or delivers anew, and the line goes on.
 *
 * Who talks to whom: it grants one stage at a time a turn and hears its move; from the team it hears what
 * became of a seat and that it should end; to the team it says its conclusion.
 *
 * Invariants
 * 1. A stage is shown the deliveries of the stages before it and the answers to its own questions; no other text.
 * 2. A stage sends at most `backward` messages upstream; then it delivers from what it has.
 * 3. Exactly one stage owes a turn until it has concluded. It grants at most stages + 2 x `backward` x
 *    (stages - 1) turns, and `refills` more a seat for successors.
 * 4. It concludes with the last delivery, or with those there are and the stage where it broke.
 */
import { definePattern } from '../kit/define-pattern.ts';
import { isSettled, revoked } from '../kit/grants.ts';
import type { PatternSays } from '../kit/pattern.ts';
import { type Handler, on, type PatternStep } from '../kit/pattern-spec.ts';
import { granting, handedIn, progress, type Turn, taskFor } from '../kit/turn-taking.ts';
import { answerTurn, resumedTurn, stageTurn, unansweredTurn } from './assembly-briefs.ts';
import { assemblyEnding, deliveryStands, stageTask } from './assembly-conclusion.ts';
import type { AssemblyLine, Call } from './assembly-ledger.ts';
import * as ledger from './assembly-ledger.ts';
import { assemblyLineCues } from './cues.ts';
import { askUpstream, clarify, deliver, rejectInput } from './words.ts';

type Step = PatternStep<AssemblyLine>;

/** Each stage's task waits for the one before. */
const lineBoard = ({ stages }: AssemblyLine): PatternSays[] =>
  stages.map((one, index) =>
    taskFor(
      one,
      stageTask(one),
      `Stage ${index + 1}: ${one}`,
      stages.slice(0, index).slice(-1).map(stageTask),
    ),
  );

/** The next stage begins; one that comes back from upstream has its turn already. */
function openStage({ grants, stages, ...context }: AssemblyLine): Step {
  if (!isSettled(grants)) return {};
  const round = context.round + 1;
  const stage = stages[round - 1] ?? '';
  return {
    remember: { round },
    say: [
      { type: 'round.started', round, of: stages.length, title: `Stage of ${stage}` },
      progress(stageTask(stage), 'inProgress', `stage ${round}`),
    ],
    asks: [stage],
  };
}

const takeDelivery = (context: AssemblyLine, delivery: ledger.Delivery): Step => ({
  remember: ledger.withDelivery(context, delivery),
  say: [
    handedIn(delivery, stageTask(delivery.from)),
    progress(stageTask(delivery.from), 'completed', 'delivered'),
  ],
});

/** What is remembered and said; then a stage is granted the one turn that there is. */
function handTo(
  context: AssemblyLine,
  stage: string,
  turn: (now: AssemblyLine) => Turn,
  { remember, say = [] }: Step,
): Step {
  const now = { ...context, ...remember };
  const granted = granting(now, [stage], () => turn(now));
  return { remember: { ...remember, ...granted.remember }, say: [...say, ...granted.say] };
}

/** The way upstream: the one who is asked gets the turn, the one who asked waits. */
function goBack(context: AssemblyLine, event: ledger.Question | ledger.Rejection): Step {
  const { from: by, revision: at, type } = event;
  const of = ledger.calledBy(context, event);
  if (of === undefined) return {};
  const what = type === 'clarification.asked' ? 'question' : 'rejection';
  const call: Call = { by, of, what, at };
  const note = what === 'question' ? `asks ${of}` : `sends the delivery of ${of} back`;
  return handTo(context, of, (now) => answerTurn(now, of, call), {
    remember: { ...ledger.withBackward(context, by), calls: [...context.calls, call] },
    say: [
      progress(stageTask(by), 'blocked', note),
      progress(stageTask(of), 'inProgress', `answers ${by}`),
    ],
  });
}

/** Nobody can be asked any more: the stage goes on with what it has. */
const refuseToGoBack = (
  context: AssemblyLine,
  { from }: ledger.Question | ledger.Rejection,
): Step =>
  handTo(context, from, (now) => unansweredTurn(now, from), {
    remember: {
      ...ledger.withBackward(context, from),
      unanswered: [...context.unanswered, from],
    },
  });

function takeAnswer(context: AssemblyLine, answer: ledger.Answer): Step {
  const call = ledger.callOf(context, answer.from);
  if (!call) return {};
  return resume(context, answer, call, {
    say: call.what === 'rejection' ? [upheld(call)] : [],
  });
}

function takeRedelivery(context: AssemblyLine, delivery: ledger.Delivery): Step {
  const call = ledger.callOf(context, delivery.from);
  if (!call) return {};
  return resume(context, delivery, call, {
    remember: ledger.withDelivery(context, delivery),
    say: [handedIn(delivery, stageTask(delivery.from)), renewed(call)],
  });
}

/** The asker goes on. */
function resume(
  context: AssemblyLine,
  { from, revision }: ledger.Answer | ledger.Delivery,
  { by }: Call,
  { remember, say = [] }: Step,
): Step {
  return handTo(context, by, (now) => resumedTurn(now, by, revision), {
    remember: { ...ledger.withAnswer(context, by, revision), ...remember },
    say: [
      progress(stageTask(from), 'completed', `answered ${by}`),
      ...say,
      progress(stageTask(by), 'inProgress', `goes on with the answer of ${from}`),
    ],
  });
}

const renewed = ({ by, of, what }: Call): PatternSays => ({
  type: 'decision.made',
  subject: `The delivery of ${of}`,
  proposedBy: of,
  challengedBy: [by],
  resolution: `Delivered anew, after ${by} ${what === 'question' ? 'asked' : 'sent it back'}.`,
  basis: 'agreed',
});

const upheld = ({ by, of }: Call): PatternSays => ({
  type: 'decision.made',
  subject: `The delivery of ${of}`,
  proposedBy: of,
  challengedBy: [by],
  resolution: `It stands: ${of} answered the reasons for which ${by} sent it back.`,
  basis: 'strongestArgument',
});

/** Whoever waits for the stage that is gone goes on without its answer; whom that one had asked need not. */
function loseSeat(context: AssemblyLine, seat: string): Step {
  const { calls, grants, deliveries, unanswered } = context;
  const note = 'nobody works in this stage any more';
  const gone = deliveries[seat] === undefined ? [progress(stageTask(seat), 'failed', note)] : [];
  const first = calls.findIndex(({ of }) => of === seat);
  const call = calls[first];
  if (!call) return { say: gone };
  return handTo(context, call.by, (now) => unansweredTurn(now, call.by), {
    remember: {
      grants: { ...grants, owed: {} },
      calls: calls.slice(0, first),
      unanswered: [...unanswered, call.by],
    },
    say: [
      ...gone,
      ...revoked(grants, `${seat}, who asked, is not there any more`),
      ...calls.slice(first).map(({ of }) => deliveryStands(of)),
    ],
  });
}

const upstream: readonly Handler<AssemblyLine>[] = [
  on(askUpstream, goBack, { onlyIf: ledger.reachesSomebody, to: 'answering' }),
  on(askUpstream, refuseToGoBack, { onlyIf: ledger.mayGoBack }),
  on(rejectInput, goBack, { onlyIf: ledger.reachesSomebody, to: 'answering' }),
  on(rejectInput, refuseToGoBack, { onlyIf: ledger.mayGoBack }),
];

export const assemblyLine = definePattern({
  name: 'assembly-line',
  called: 'the assembly line',
  purpose: 'Stages work one after the other, each on what those before it delivered.',
  endsWhen: 'the last stage has delivered',
  fallback: 'the finished stages, marked "pipeline incomplete at stage N"',
  keyProperty:
    'A stage can question or send back what it builds on, a bounded number of times, without stopping the line.',
  roles: {
    stage: {
      min: 3,
      max: 6,
      moves: [deliver, askUpstream, rejectInput, clarify],
      types: ['planner', 'backend-architect', 'general-tester', 'code-reviewer'],
    },
  },
  limits: ledger.assemblyLineLimits,
  turnsMax: ({ backward, refills }, seats) => seats + 2 * backward * (seats - 1) + refills * seats,
  seats: ({ stage }) => ({ stages: stage }),
  remembers: { deliveries: {}, answers: {}, backward: {}, calls: [], unanswered: [] },
  board: lineBoard,
  turn: stageTurn,
  lose: loseSeat,
  states: {
    advancing: { next: { delivering: ledger.mayAdvance, concluded: 'else' } },
    delivering: {
      begins: openStage,
      hears: [on(deliver, takeDelivery), ...upstream],
      next: { advancing: 'else' },
    },
    answering: {
      hears: [
        on(clarify, takeAnswer),
        on(deliver, takeRedelivery, { onlyIf: ledger.mayDeliverAnew }),
        ...upstream,
      ],
      meanwhile: { concluded: ledger.isStuck, delivering: ledger.isAnswered },
      next: { concluded: 'else' },
    },
  },
  concludes: assemblyEnding,
  cues: assemblyLineCues,
});
