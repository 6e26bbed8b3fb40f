/**
 * The briefs under a watchdog: what is asked of whom, in words. Names and numbers only. An implementer is shown
 * the corrections that it must act on; the watchdog is shown what was handed in, and reads the files itself.
 */
import { listed, type Turn, thereOf } from '../kit/turn-taking.ts';
import { checkpointsLeft, implementerMoves, type Watch } from './watchdog-ledger.ts';

/** The turn that a seat owes now. */
export function watchTurn(context: Watch, seat: string): Turn {
  if (seat !== context.watchdog) return implementTurn(context, seat);
  return context.round === 2 ? closingTurn(context) : reviewTurn(context);
}

/** What an implementer does next, and how it ends its turn. */
function implementTurn(context: Watch, seat: string): Turn {
  const material = context.shown[seat] ?? [];
  const moves = implementerMoves(context, seat);
  const isFirst = (context.handed[seat] ?? []).length === 0;
  return {
    round: 1,
    brief: `${material.length > 0 ? correcting(context) : isFirst ? starting(context, seat) : 'Go on with your part.'} ${ending(context, seat, moves)}`,
    moves,
    material: [...material],
  };
}

function starting(context: Watch, seat: string): string {
  const beside = thereOf(context.implementers, context).filter((one) => one !== seat);
  const shared =
    beside.length > 0
      ? ` ${listed(beside)} ${beside.length === 1 ? 'works' : 'work'} beside you: settle by messages who does which part.`
      : '';
  return `Implement the request.${shared} ${context.watchdog} looks at each checkpoint before you build on it.`;
}

const correcting = ({ watchdog }: Watch): string =>
  `${watchdog} demands what is shown below. Put it right now, in the places named, before anything else.`;

function ending(context: Watch, seat: string, moves: readonly string[]): string {
  const left = checkpointsLeft(context, seat);
  const checkpoint = `End your turn with hand_in_checkpoint after each significant piece of work, and name every file that you changed (${left} ${left === 1 ? 'checkpoint is' : 'checkpoints are'} left).`;
  const done = 'When your part is complete, end it with report_done.';
  if (!moves.includes('hand_in_checkpoint'))
    return 'There are no more checkpoints: complete your part and end your turn with report_done.';
  return moves.includes('report_done')
    ? `${checkpoint} ${done}`
    : 'Then end your turn with hand_in_checkpoint.';
}

/** The checkpoint under review, and what else is new to the watchdog. */
function reviewTurn(context: Watch): Turn {
  const { by, at } = context.queue[0]!;
  const others = context.implementers.filter((seat) => seat !== by);
  const compare =
    others.length > 0
      ? ` Compare it with the work of ${listed(others)}; if the two do not fit together, end your turn with warn instead, for the one who has to change.`
      : '';
  return {
    round: 1,
    brief: `${by} hands in the checkpoint that is shown below. Read every changed file yourself; what it says of itself is no evidence. Check it against the request and the standards that apply. If something violates them, end your turn with correct: severity, place and remedy of each.${compare} Otherwise end it with clear.`,
    moves: others.length > 0 ? ['clear', 'correct', 'warn'] : ['clear', 'correct'],
    material: [at, ...context.unseen],
  };
}

/** Refuses a verdict on files that were not read, once. */
export const pressTurn = (context: Watch): Turn => ({
  ...reviewTurn(context),
  brief: `You cleared a checkpoint without having read every file that it changed: ${context.queue[0]!.paths.slice(0, 20).join(', ')}. Read them, and then end your turn with clear, and name in read what you have read, or with correct.`,
});

/** The last word: on all the work together. */
const closingTurn = (context: Watch): Turn => ({
  round: 2,
  brief: `The implementers have come to their end${context.ending === null ? '' : ', earlier than planned'}; what you have not seen yet is shown below. Look at the work of ${listed(context.implementers)} as a whole, in the files themselves: is every earlier point put right, and does all of it fit together? End your turn with all_clear, or with name_issues and everything that remains.`,
  moves: ['all_clear', 'name_issues'],
  material: [...context.unseen],
});

/** A successor of the watchdog sees all that was handed in. */
export function watchShownAgain(context: Watch, seat: string): number[] {
  const { material } = watchTurn(context, seat);
  if (seat !== context.watchdog) return material;
  const all = context.implementers.flatMap((one) => context.handed[one] ?? []);
  return [...new Set([...material, ...all])];
}
