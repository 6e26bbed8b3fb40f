/**
 * What follows from a checkpoint: the review, the verdict, and who goes on with what. Pure.
 */
import type { Taken } from '../../step.ts';
import * as grants from '../kit/grants.ts';
import { inTurn, type StepOf } from '../kit/in-turn.ts';
import type { PatternSays } from '../kit/pattern.ts';
import * as turns from '../kit/turn-taking.ts';
import * as briefs from './watchdog-briefs.ts';
import type { Correction, Warning, WatchdogContext } from './watchdog-ledger.ts';
import * as ledger from './watchdog-ledger.ts';
import { escalated, putRight, workOf } from './watchdog-words.ts';

type Context = WatchdogContext;
type Step = Taken<Context, PatternSays>;

const settle = ({ grants: given }: Context, seat: string): Step => ({
  remember: { grants: grants.settle(given, seat) },
});

/** The watchdog turns to the first checkpoint that waits; near the end the rest is left to its last word. */
export function review(context: Context): Step {
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
function judged(context: Context, ...steps: readonly StepOf<Context>[]): Step {
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

/** What was raised since the author had its turn cannot be put right in it, and stands on. */
function cleared(context: Context, seat: string): Step {
  const isClear = turns.progress(workOf(seat), 'inProgress', 'the checkpoint is clear');
  if (ledger.isPending(context, seat)) return { say: [isClear] };
  return {
    remember: ledger.withStanding(context, seat, []),
    say: [...putRight(context, seat), isClear],
  };
}

export const press = (context: Context): Step =>
  inTurn(
    context,
    () => ({ remember: { pressed: true } }),
    (now) => turns.granting(now, [now.watchdog], () => briefs.pressTurn(now)),
  );

export function takeCorrection(context: Context, { revision, violations }: Correction): Step {
  const { by } = context.queue[0]!;
  const tags = violations.map(({ tag }) => tag);
  const raised = ledger.isPending(context, by) ? (context.standing[by] ?? []) : [];
  return judged(context, (now) => demand(now, by, revision, [...raised, ...tags]));
}

/** Whoever has to change something may be another than the author, whose checkpoint is clear then. */
export function takeWarning(context: Context, event: Warning): Step {
  const { by } = context.queue[0]!;
  const offender = ledger.offenderOf(context, event);
  const { tag } = event.inconsistency;
  const stands = offender !== by || ledger.isPending(context, by);
  const tags = [...(stands ? (context.standing[offender] ?? []) : []), tag];
  if (offender === by) return judged(context, (now) => demand(now, by, event.revision, tags));
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
  if (
    !ledger.isPending(context, seat) ||
    !context.done.includes(seat) ||
    !ledger.mayWork(context, seat)
  )
    return {};
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

/** The implementer goes on, with what it has to put right; near the end nobody does. */
export function goOn(context: Context, seat: string): Step {
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
