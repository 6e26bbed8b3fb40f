/**
 * The steps of a debate: what it does with each thing it hears, as memory and as words. Pure.
 */
import type { Taken } from '../../step.ts';
import { settle } from '../kit/grants.ts';
import type { PatternSays } from '../kit/pattern.ts';
import * as turns from '../kit/turn-taking.ts';
import { debateTurn, pressTurn } from './debate-briefs.ts';
import type { DebateContext } from './debate-ledger.ts';
import * as ledger from './debate-ledger.ts';

type Step = Taken<DebateContext, PatternSays>;

export const caseOf = (advocate: string): string => `case-of-${advocate}`;

export const openBoard = ({ advocates, judge }: DebateContext): Step => ({
  say: [
    ...advocates.map(
      (owner): PatternSays => ({
        type: 'task.created',
        task: caseOf(owner),
        title: `Case of ${owner}`,
        owner,
        blockedBy: [],
      }),
    ),
    {
      type: 'task.created',
      task: 'ruling',
      title: 'Ruling',
      owner: judge,
      blockedBy: advocates.map(caseOf),
    },
  ],
});

const titleOf = ({ round }: DebateContext): string =>
  round === 1 ? 'Openings' : `Rebuttal ${round - 1}`;

/** Both sides argue side by side. */
export function openRound(before: DebateContext): Step {
  const context = { ...before, round: before.round + 1 };
  const { round, advocates } = context;
  const turnOf = (seat: string) => debateTurn(context, seat);
  const { remember, say } = turns.granting(context, turns.thereOf(advocates, context), turnOf);
  const of = ledger.roundsOf(context);
  return {
    remember: { round, ...remember },
    say: [
      { type: 'round.started', round, of, title: titleOf(context) },
      ...advocates.map((one) => turns.progress(caseOf(one), 'inProgress', titleOf(context))),
      ...say,
    ],
  };
}

export const takeArgument = (context: DebateContext, argument: ledger.Argument): Step => ({
  remember: ledger.withArgument(context, argument),
  say: [turns.handedIn(argument, caseOf(argument.from))],
});

export function takeRebuttal(context: DebateContext, rebuttal: ledger.Rebuttal): Step {
  const { from } = rebuttal;
  const title = `${titleOf(context)} of ${from}`;
  return {
    remember: ledger.withRebuttal(context, rebuttal),
    say: [turns.handedIn({ from, revision: rebuttal.revision, title }, caseOf(from))],
  };
}

/** The only turn that the judge is granted, after all that was argued. */
export function askJudge(before: DebateContext): Step {
  const context = { ...before, round: before.round + 1 };
  const { round, judge, advocates } = context;
  const { remember, say } = turns.granting(context, [judge], () => debateTurn(context, judge));
  return {
    remember: { round, ...remember },
    say: [
      ...turns
        .thereOf(advocates, context)
        .map((one) => turns.progress(caseOf(one), 'completed', 'all was argued')),
      { type: 'round.started', round, of: ledger.roundsOf(context), title: 'Ruling' },
      turns.progress('ruling', 'inProgress', 'the judge has seen everything'),
      ...say,
    ],
  };
}

export function pressJudge(context: DebateContext, ruling: ledger.Ruling): Step {
  const turn = pressTurn(context, ruling);
  const { remember, say } = turns.granting(context, [context.judge], () => turn);
  return { remember: { pressed: true, ...remember }, say };
}

export function takeRuling(context: DebateContext, ruling: ledger.Ruling): Step {
  const ruled = ledger.readRuling(context, ruling);
  const reasonFor = (tag: string) => ruling.rulings.find((one) => one.tag === tag)!.reason;
  return {
    remember: { ruled, grants: settle(context.grants, ruling.from) },
    say: [
      turns.handedIn(ruling, 'ruling'),
      ...Object.entries(ruled.points).map(
        ([tag, winner]): PatternSays => ({
          type: 'decision.made',
          subject: `Point ${tag}`,
          proposedBy: context.raised[tag]!,
          challengedBy: [ledger.otherOf(context, context.raised[tag]!)],
          resolution: `${winner} wins the point: ${reasonFor(tag)}`,
          basis: 'ruled',
        }),
      ),
    ],
  };
}

export const grantAgain = (context: DebateContext, event: turns.TurnEvent): Step => {
  const seat = turns.seatOf(event);
  const turn = debateTurn(context, seat);
  const material = seat === context.judge ? turn.material : shownTo(context);
  return turns.grantingAgain(context, seat, { ...turn, material });
};

/** A successor sees both cases; in the openings nobody sees any. */
const shownTo = (context: DebateContext): number[] =>
  context.round === 1 ? [] : ledger.allArguments(context);

/** A debate with one side, or without a judge, goes no further than its round. */
export function loseSeat(context: DebateContext, event: turns.TurnEvent): Step {
  const seat = turns.seatOf(event);
  const gone = turns.withoutSeat(context, event);
  const task = seat === context.judge ? 'ruling' : caseOf(seat);
  return {
    remember: { ...gone, ending: gone.ending ?? `${seat} was lost` },
    say: [turns.progress(task, 'failed', 'nobody speaks from this seat any more')],
  };
}
