/**
 * The briefs of an assembly line: what is asked of which stage, in words. Names and numbers only; texts are
 * shown to the stage as material: what earlier stages delivered, and the answers to its own questions.
 */
import { listed, type Turn } from '../kit/turn-taking.ts';
import {
  type AssemblyLine,
  before,
  type Call,
  callOf,
  legalMoves,
  reachable,
} from './assembly-ledger.ts';

const placeOf = ({ stages }: AssemblyLine, seat: string): string =>
  `You are stage ${stages.indexOf(seat) + 1} of ${stages.length}.`;

const endWith = (moves: readonly string[]): string =>
  `End your turn with ${moves.length > 1 ? `${moves.slice(0, -1).join(', ')} or ` : ''}${moves.at(-1)}.`;

/** What is left to say of the way back upstream. */
function upstream(context: AssemblyLine, seat: string): string {
  const { limits, backward, ending } = context;
  const there = reachable(context, seat);
  const left = limits.backward - (backward[seat] ?? 0);
  if (there.length === 0 || limits.backward === 0) return '';
  if (ending !== null || left <= 0)
    return ' No more questions upstream: deliver from what you have, and say what you had to assume.';
  return ` If something is unclear, ask ${listed(there)}; if you cannot build on what the stage right before delivered, reject it. You may do so ${left} more ${left === 1 ? 'time' : 'times'} in all.`;
}

const turn = (
  context: AssemblyLine,
  seat: string,
  ask: string,
  material: readonly number[],
): Turn => {
  const moves = legalMoves(context, seat);
  return {
    round: context.round,
    brief: `${placeOf(context, seat)} ${ask}${upstream(context, seat)} ${endWith(moves)}`,
    moves,
    material: [...new Set(material)],
  };
};

const deliveriesBefore = (context: AssemblyLine, seat: string): number[] =>
  before(context, seat).flatMap((one) => context.deliveries[one] ?? []);

/** A stage begins: it sees all that the stages before it have delivered. */
function ownTurn(context: AssemblyLine, seat: string): Turn {
  const { stages, answers } = context;
  const next = stages[stages.indexOf(seat) + 1];
  const given =
    before(context, seat).length > 0
      ? ' from what the stages before you delivered, shown below'
      : '';
  const goal = next
    ? `Deliver all that ${next} needs to go on.`
    : 'You are the last: what you deliver is the result.';
  return turn(context, seat, `Do the part of the request that is yours${given}. ${goal}`, [
    ...deliveriesBefore(context, seat),
    ...(answers[seat] ?? []),
  ]);
}

/** A later stage asks, or sends the delivery back. */
export function answerTurn(context: AssemblyLine, seat: string, call: Call): Turn {
  const { by, what, at } = call;
  const mayDeliver = legalMoves(context, seat).includes('deliver');
  const ask =
    what === 'question'
      ? `${by} asks you what is shown below, and waits for your answer.${
          mayDeliver ? ' Answer it, or deliver anew if your delivery is at fault.' : ' Answer it.'
        }`
      : `${by} cannot build on your delivery, for the reasons shown below. Deliver anew with every point mended, or say why it stands.`;
  return turn(context, seat, ask, [at]);
}

/** The answer has come; what was shown before is not shown again. */
export const resumedTurn = (context: AssemblyLine, seat: string, answer: number): Turn =>
  turn(context, seat, `The answer has come and is shown below. ${goingOn(context, seat)}`, [
    answer,
  ]);

/** Nobody is there to answer, or the line comes to its end. */
export const unansweredTurn = (context: AssemblyLine, seat: string): Turn =>
  turn(
    context,
    seat,
    `No answer will come to what you sent upstream. ${goingOn(context, seat)}`,
    [],
  );

/** The turn that a stage owes, with everything that it needs, for a successor too. */
export function stageTurn(context: AssemblyLine, seat: string): Turn {
  const call = callOf(context, seat);
  if (!call) return ownTurn(context, seat);
  const { material, ...asked } = answerTurn(context, seat, call);
  const own = context.deliveries[seat] ?? [];
  const known = [...deliveriesBefore(context, seat), ...(context.answers[seat] ?? []), own].flat();
  return { ...asked, material: [...new Set([...known, ...material])] };
}

function goingOn(context: AssemblyLine, seat: string): string {
  const call = callOf(context, seat);
  if (!call) return 'Go on with your part.';
  return `Now answer ${call.by}, who still waits for you.`;
}
