/**
 * Adversarial debate: two advocates open side by side, then answer each other round by round; one judge sees
 * everything and rules on each contested point.
 *
 * Who talks to whom: it grants turns to the advocates, and one to the judge, and hears their moves; from the
 * team it hears what became of a seat and that it should end; to the team it says its conclusion.
 *
 * Invariants
 * 1. Openings are blind. In a rebuttal each sees all of the other; what the other answers in the same round,
 *    only in the next.
 * 2. The judge is granted no turn before the last round of arguments is in, and is then shown all of it.
 * 3. Each contested point has one winner; an incomplete ruling is refused once, then what is open is said.
 * 4. It grants at most 2 x (1 + rebuttals) + 2 turns, and `refills` more a seat.
 */
import { definePattern } from '../kit/define-pattern.ts';
import type { PatternSays } from '../kit/pattern.ts';
import { on, type PatternStep, sole } from '../kit/pattern-spec.ts';
import { granting, handedIn, progress, taskFor, thereOf } from '../kit/turn-taking.ts';
import { adversarialDebateCues } from './cues.ts';
import { debateTurn, pressTurn } from './debate-briefs.ts';
import { debateEnding } from './debate-conclusion.ts';
import type { Argument, Debate, Rebuttal, Ruling } from './debate-ledger.ts';
import * as ledger from './debate-ledger.ts';
import { argue, rebut, rule } from './words.ts';

const caseOf = (advocate: string): string => `case-of-${advocate}`;
const titleOf = ({ round }: Pick<Debate, 'round'>): string =>
  round === 1 ? 'Openings' : `Rebuttal ${round - 1}`;

/** Both sides argue side by side. */
function openRound(context: Debate): PatternStep<Debate> {
  const { advocates } = context;
  const round = context.round + 1;
  const title = titleOf({ round });
  return {
    remember: { round },
    say: [
      { type: 'round.started', round, of: ledger.roundsOf(context), title },
      ...advocates.map((one) => progress(caseOf(one), 'inProgress', title)),
    ],
    asks: advocates,
  };
}

const takeArgument = (context: Debate, argument: Argument): PatternStep<Debate> => ({
  remember: ledger.withArgument(context, argument),
  say: [handedIn(argument, caseOf(argument.from))],
});

function takeRebuttal(context: Debate, rebuttal: Rebuttal): PatternStep<Debate> {
  const { from, revision } = rebuttal;
  const title = `${titleOf(context)} of ${from}`;
  return {
    remember: ledger.withRebuttal(context, rebuttal),
    say: [handedIn({ from, revision, title }, caseOf(from))],
  };
}

/** The only turn that the judge is granted, after all that was argued. */
function askJudge(context: Debate): PatternStep<Debate> {
  const { judge, advocates } = context;
  const round = context.round + 1;
  return {
    remember: { round },
    say: [
      ...thereOf(advocates, context).map((one) =>
        progress(caseOf(one), 'completed', 'all was argued'),
      ),
      { type: 'round.started', round, of: ledger.roundsOf(context), title: 'Ruling' },
      progress('ruling', 'inProgress', 'the judge has seen everything'),
    ],
    asks: [judge],
  };
}

const isIncomplete = (context: Debate, ruling: Ruling): boolean =>
  !context.pressed && ledger.isIncomplete(context, ruling);

function pressJudge(context: Debate, ruling: Ruling): PatternStep<Debate> {
  const turn = pressTurn(context, ruling);
  const { remember, say } = granting(context, [context.judge], () => turn);
  return { remember: { pressed: true, ...remember }, say };
}

function takeRuling(context: Debate, ruling: Ruling): PatternStep<Debate> {
  const ruled = ledger.readRuling(context, ruling);
  const reasonFor = (tag: string) => ruling.rulings.find((one) => one.tag === tag)?.reason ?? '';
  const decisions = Object.entries(ruled.points).map(([tag, winner]): PatternSays => {
    const raiser = ledger.raiserOf(context, tag);
    return {
      type: 'decision.made',
      subject: `Point ${tag}`,
      proposedBy: raiser,
      challengedBy: [ledger.otherOf(context, raiser)],
      resolution: `${winner} wins the point: ${reasonFor(tag)}`,
      basis: 'ruled',
    };
  });
  return { remember: { ruled }, say: [handedIn(ruling, 'ruling'), ...decisions] };
}

/** A debate with one side, or without a judge, goes no further than its round. */
const loseSpeaker = (context: Debate, seat: string): PatternStep<Debate> => ({
  remember: { ending: context.ending ?? `${seat} was lost` },
  say: [
    progress(
      seat === context.judge ? 'ruling' : caseOf(seat),
      'failed',
      'nobody speaks from this seat any more',
    ),
  ],
});

export const adversarialDebate = definePattern({
  name: 'adversarial-debate',
  called: 'the debate',
  purpose: 'Two argue for opposing positions and answer each other; a judge rules point by point.',
  endsWhen: 'the judge has ruled on every contested point',
  fallback: 'the arguments, without a ruling',
  keyProperty:
    'The judge is silent until all is argued, sees all of it, and gives each contested point to one side.',
  roles: {
    advocate: { min: 2, max: 2, moves: [argue, rebut], types: ['debate-advocate'] },
    judge: { min: 1, max: 1, moves: [rule], types: ['debate-judge'] },
  },
  limits: ledger.debateLimits,
  turnsMax: ({ rebuttals, refills }, seats) => 2 * (1 + rebuttals) + 2 + refills * seats,
  seats: ({ advocate, judge }) => ({ advocates: advocate, judge: sole(judge) }),
  remembers: { arguments: {}, raised: {}, conceded: {}, pressed: false, ruled: null },
  board: ({ advocates, judge }: Debate) => [
    ...advocates.map((one) => taskFor(one, caseOf(one), `Case of ${one}`)),
    taskFor(judge, 'ruling', 'Ruling', advocates.map(caseOf)),
  ],
  turn: debateTurn,
  // A successor sees both cases; in the openings nobody sees any.
  again: (context, seat) =>
    seat !== context.judge && context.round === 1 ? [] : ledger.allArguments(context),
  lose: loseSpeaker,
  states: {
    opening: { begins: openRound, hears: [on(argue, takeArgument)], next: { weighing: 'else' } },
    rebutting: { begins: openRound, hears: [on(rebut, takeRebuttal)], next: { weighing: 'else' } },
    weighing: {
      next: { rebutting: ledger.mayRebut, ruling: ledger.mayRule, concluded: 'else' },
    },
    ruling: {
      begins: askJudge,
      hears: [
        on(rule, pressJudge, { onlyIf: isIncomplete }),
        on(rule, takeRuling, { to: 'concluded' }),
      ],
      next: { concluded: 'else' },
    },
  },
  concludes: debateEnding,
  cues: adversarialDebateCues,
});
