/**
 * The briefs of a debate: what is asked of whom, in words. Names, tags and numbers only; texts are shown as
 * material.
 *
 * Invariants
 * 1. An opening is granted without material: neither side sees the other's first.
 * 2. A rebuttal shows what the other side has argued, a ruling shows everything.
 */
import { listed, type Turn } from '../kit/turn-taking.ts';
import type { Debate } from './debate-ledger.ts';
import * as ledger from './debate-ledger.ts';

const ofRound = (context: Debate) => `Round ${context.round} of ${ledger.roundsOf(context)}.`;

/** The turn that a seat owes in this round. Which of the positions an advocate takes follows from its seat. */
export function debateTurn(context: Debate, seat: string): Turn {
  if (seat === context.judge) return rulingTurn(context);
  return context.round === 1 ? openingTurn(context, seat) : rebuttalTurn(context, seat);
}

function openingTurn(context: Debate, seat: string): Turn {
  const other = ledger.otherOf(context, seat);
  const side =
    seat === context.advocates[0]
      ? `the first of the two positions that the request sets against each other, ${other} the second; if it names only one, you argue for it and ${other} against it`
      : `the second of the two positions that the request sets against each other, ${other} the first; if it names only one, ${other} argues for it and you against it`;
  return {
    round: context.round,
    brief: `${ofRound(context)} A debate. You argue for ${side}. ${context.judge} rules at the end, on each contested point. Make the strongest honest case: a few points, each with a tag of its own and its evidence. You do not see the opening of ${other} yet. End your turn with argue.`,
    moves: ['argue'],
    blind: true,
    material: [],
  };
}

function rebuttalTurn(context: Debate, seat: string): Turn {
  const other = ledger.otherOf(context, seat);
  const by = (advocate: string) =>
    ledger
      .contested(context)
      .filter((tag) => context.raised[tag] === advocate)
      .join(', ') || 'none';
  const last = ledger.isLastRebuttal(context)
    ? 'This is the last rebuttal: a point that is raised only now is not admitted.'
    : 'You may raise new points where theirs call for it.';
  return {
    round: context.round,
    brief: `${ofRound(context)} What ${other} has argued is shown below. Answer each of its points by its tag: contest it with reasons, or concede it if it holds; a point conceded in honesty makes the rest stronger. Points of ${other} that are contested: ${by(other)}. Yours: ${by(seat)}. ${last} End your turn with rebut.`,
    moves: ['rebut'],
    material: [...ledger.argumentsOf(context, other)],
  };
}

function rulingTurn(context: Debate): Turn {
  const open = ledger.contested(context);
  return {
    round: context.round,
    brief: `${ofRound(context)} The debate is over; all that ${listed(context.advocates)} have argued is shown below. Rule on each contested point: ${open.join(', ') || 'none is left'}. Name for each the one advocate who wins it and the decisive factor, then the one who wins the whole. Winners are named exactly ${listed(context.advocates.map((name) => `"${name}"`))}. Split no point between the sides. End your turn with rule.`,
    moves: ['rule'],
    material: ledger.allArguments(context),
  };
}

/** Refuses a ruling that leaves something open, once. */
export function pressTurn(context: Debate, ruling: ledger.Ruling): Turn {
  const ruled = ledger.readRuling(context, ruling);
  const open = ledger.leftOpen(context, ruled);
  const missing = [
    ...(open.length > 0
      ? [`${open.join(', ')} ${open.length > 1 ? 'have' : 'has'} no winner`]
      : []),
    ...(ruled.winner === null ? ['nobody wins the whole'] : []),
  ];
  const turn = rulingTurn(context);
  return {
    ...turn,
    brief: `Your ruling is not accepted as it stands: ${missing.join(', and ')}. ${turn.brief}`,
    material: [],
  };
}
