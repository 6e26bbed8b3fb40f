/**
 * The steps under a watchdog: what it does with each thing it hears, as memory and as words. Pure.
 */
import type { Taken } from '../step.ts';
import * as grants from './grants.ts';
import type { PatternSays } from './pattern.ts';
import * as turns from './turn-taking.ts';
import * as briefs from './watchdog-briefs.ts';
import type {
  AllClear,
  Correction,
  Done,
  Handed,
  Remaining,
  Warning,
  WatchdogContext,
} from './watchdog-ledger.ts';
import * as ledger from './watchdog-ledger.ts';
import { escalated, putRight } from './watchdog-words.ts';

type Context = WatchdogContext;
type Step = Taken<Context, PatternSays>;

export const workOf = (implementer: string): string => `work-of-${implementer}`;
export const WATCH = 'watch';

/** Several steps, one after the other. */
function inTurn(context: Context, ...steps: readonly ((now: Context) => Step)[]): Step {
  let remember: Partial<Context> = {};
  const say: PatternSays[] = [];
  for (const take of steps) {
    const step = take({ ...context, ...remember });
    remember = { ...remember, ...step.remember };
    say.push(...(step.say ?? []));
  }
  return { remember, say };
}

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
      (now.pending[from] ?? []).length > 0 && ledger.mayWork(now, from)
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

/** The implementer goes on, with what it has to put right; near the end nobody does. */
function goOn(context: Context, seat: string): Step {
  if (!ledger.mayWork(context, seat)) return {};
  const change = {
    shown: { ...context.shown, [seat]: context.pending[seat] ?? [] },
    pending: { ...context.pending, [seat]: [] },
  };
  return inTurn(
    context,
    () => ({ remember: change }),
    (now) => turns.granting(now, [seat], () => briefs.implementTurn(now, seat)),
  );
}

// ---- what the watchdog says of a checkpoint

/** The watchdog turns to the first checkpoint that waits; near the end the rest is left to its last word. */
function review(context: Context): Step {
  const { queue, watchdog } = context;
  if (queue.length === 0 || grants.owes(context.grants, watchdog)) return {};
  if (context.ending !== null || !ledger.isWatched(context))
    return { remember: { queue: [], unseen: [...context.unseen, ...queue.map(({ at }) => at)] } };
  return inTurn(
    context,
    (now) => turns.granting(now, [watchdog], () => briefs.reviewTurn(now)),
    () => ({ remember: { unseen: [] } }),
  );
}

/** After a verdict: what follows from it, then the next review. */
function judged(context: Context, ...steps: readonly ((now: Context) => Step)[]): Step {
  const { by } = context.queue[0]!;
  return inTurn(
    context,
    (now) => settle(now, now.watchdog),
    (now) => ({ remember: { queue: now.queue.slice(1) } }),
    ...steps,
    (now) => goOn(now, by),
    review,
  );
}

export const takeClear = (context: Context): Step =>
  judged(context, (now) => cleared(now, context.queue[0]!.by));

const cleared = (context: Context, seat: string): Step => ({
  remember: ledger.withStanding(context, seat, []),
  say: [
    ...putRight(context, seat),
    turns.progress(workOf(seat), 'inProgress', 'the checkpoint is clear'),
  ],
});

export const press = (context: Context): Step =>
  inTurn(
    context,
    () => ({ remember: { pressed: true } }),
    (now) => turns.granting(now, [now.watchdog], () => briefs.pressTurn(now)),
  );

export function takeCorrection(context: Context, { revision, violations }: Correction): Step {
  const { by } = context.queue[0]!;
  const tags = violations.map(({ tag }) => tag);
  return judged(context, (now) => demand(now, by, revision, tags));
}

/** Whoever has to change something may be another than the author, whose checkpoint is clear then. */
export function takeWarning(context: Context, event: Warning): Step {
  const { by } = context.queue[0]!;
  const offender = ledger.offenderOf(context, event);
  const { tag } = event.inconsistency;
  if (offender === by) return judged(context, (now) => demand(now, by, event.revision, [tag]));
  const tags = [...(context.standing[offender] ?? []), tag];
  return judged(
    context,
    (now) => cleared(now, by),
    (now) => demand(now, offender, event.revision, tags),
    (now) => reopen(now, offender),
  );
}

/** A correction or a warning; past the limit it is escalated, and the implementer is left to go on. */
function demand(context: Context, seat: string, revision: number, tags: readonly string[]): Step {
  const standing = ledger.withStanding(context, seat, tags);
  const note = `to be put right: ${tags.join(', ')}`;
  if (ledger.mayCorrect(context, seat))
    return {
      remember: { ...standing, ...ledger.withCorrection(context, seat, revision) },
      say: [turns.progress(workOf(seat), 'inProgress', note)],
    };
  if (context.escalated.includes(seat)) return { remember: standing };
  return {
    remember: { ...standing, escalated: [...context.escalated, seat] },
    say: escalated(context, seat, tags),
  };
}

/** Who is done but has to change something works again. */
function reopen(context: Context, seat: string): Step {
  const isDue = (context.pending[seat] ?? []).length > 0;
  if (!isDue || !context.done.includes(seat) || !ledger.mayWork(context, seat)) return {};
  const done = context.done.filter((one) => one !== seat);
  return inTurn(
    context,
    () => ({
      remember: { done },
      say: [turns.progress(workOf(seat), 'inProgress', 'reopened by a warning')],
    }),
    (now) => goOn(now, seat),
  );
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
