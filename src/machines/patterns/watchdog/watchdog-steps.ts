/**
 * The steps under a watchdog: what it does with each thing it hears, as memory and as words. Pure.
 */
import type { Taken } from '../../step.ts';
import * as grants from '../kit/grants.ts';
import { inTurn } from '../kit/in-turn.ts';
import type { PatternSays } from '../kit/pattern.ts';
import * as turns from '../kit/turn-taking.ts';
import * as briefs from './watchdog-briefs.ts';
import type { AllClear, Done, Handed, Remaining, WatchdogContext } from './watchdog-ledger.ts';
import * as ledger from './watchdog-ledger.ts';
import { goOn, review } from './watchdog-verdicts.ts';
import { WATCH, workOf } from './watchdog-words.ts';

type Context = WatchdogContext;
type Step = Taken<Context, PatternSays>;

const settle = ({ grants: given }: Context, seat: string): Step => ({
  remember: { grants: grants.settle(given, seat) },
});

export function begin(context: Context): Step {
  const { implementers, watchdog } = context;
  const created = (task: string, title: string, owner: string): PatternSays => ({
    type: 'task.created',
    task,
    title,
    owner,
    blockedBy: [],
  });
  const board: PatternSays[] = [
    { type: 'round.started', round: 1, of: 2, title: 'Implementation under watch' },
    ...implementers.map((seat) => created(workOf(seat), `Work of ${seat}`, seat)),
    created(WATCH, `Watch of ${watchdog}`, watchdog),
    ...implementers.map((seat) => turns.progress(workOf(seat), 'inProgress', 'begun')),
    turns.progress(WATCH, 'inProgress', 'waits for checkpoints'),
  ];
  const { remember, say } = turns.granting(context, implementers, (seat) =>
    briefs.implementTurn(context, seat),
  );
  return { remember, say: [...board, ...say] };
}

// ---- what implementers hand in

export const takeCheckpoint = (context: Context, event: Handed): Step =>
  inTurn(
    context,
    (now) => settle(now, event.from),
    (now) => ({ remember: ledger.withCheckpoint(now, event), say: registered(event) }),
    review,
  );

/** Done, unless a warning came in the meantime. */
export function takeDone(context: Context, event: Done): Step {
  const { from, revision } = event;
  return inTurn(
    context,
    (now) => settle(now, from),
    (now) => ({
      remember: { ...ledger.withHanded(now, event), unseen: [...now.unseen, revision] },
      say: registered(event),
    }),
    (now) =>
      ledger.isPending(now, from) && ledger.mayWork(now, from)
        ? goOn(now, from)
        : {
            remember: { done: [...now.done, from] },
            say: [turns.progress(workOf(from), 'completed', 'reported done')],
          },
  );
}

/** Every file that was changed, or the text; and where the work stands. */
function registered({ from, revision, title, paths }: Handed | Done): PatternSays[] {
  const handed = { from, revision, title };
  const task = workOf(from);
  return paths.length > 0
    ? paths.map((path) => turns.handedIn({ ...handed, path }, task))
    : [turns.handedIn(handed, task)];
}

// ---- the last word

export function askLastWord(context: Context): Step {
  const round: PatternSays = { type: 'round.started', round: 2, of: 2, title: 'The last word' };
  return inTurn(
    context,
    () => ({ remember: { round: 2 }, say: [round] }),
    (now) => turns.granting(now, [now.watchdog], () => briefs.closingTurn(now)),
  );
}

export const takeAllClear = (context: Context, { from }: AllClear): Step => ({
  remember: { ...settle(context, from).remember, verdict: 'clear', standing: {} },
  say: [turns.progress(WATCH, 'completed', 'all clear')],
});

export const takeRemaining = (context: Context, { from, issues }: Remaining): Step => ({
  remember: {
    ...settle(context, from).remember,
    verdict: 'issues',
    remaining: issues.map(({ tag, severity }) => `${tag} (${severity})`),
  },
  say: [
    turns.progress(WATCH, 'completed', 'issues remain'),
    {
      type: 'dissent.noted',
      by: from,
      about: 'the work as a whole',
      view: `Issues remain: ${issues.map(({ tag, place }) => `${tag} at ${place}`).join('; ')}`,
    },
  ],
});

// ---- seats

export function grantAgain(context: Context, event: turns.TurnEvent): Step {
  const seat = turns.seatOf(event);
  if (seat !== context.watchdog)
    return turns.grantingAgain(context, seat, briefs.implementTurn(context, seat));
  const turn = context.round === 2 ? briefs.closingTurn(context) : briefs.reviewTurn(context);
  return turns.grantingAgain(context, seat, briefs.takenOver(context, turn));
}

/** Without the watchdog nothing new is begun: nobody works unwatched. */
export function loseSeat(context: Context, event: turns.TurnEvent): Step {
  const seat = turns.seatOf(event);
  const change = turns.withoutSeat(context, event);
  if (seat !== context.watchdog) {
    const failed = turns.progress(workOf(seat), 'failed', 'nobody works here any more');
    return { remember: change, say: context.done.includes(seat) ? [] : [failed] };
  }
  return inTurn(
    context,
    () => ({
      remember: { ...change, ending: change.ending ?? `${seat} was lost` },
      say: [turns.progress(WATCH, 'failed', 'nobody watches any more')],
    }),
    review,
  );
}
