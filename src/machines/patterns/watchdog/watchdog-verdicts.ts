/**
 * What follows from a checkpoint: the review, the verdict, and who goes on with what; and what is said of it on the
 * board and for the report. Pure.
 */
import * as grants from '../kit/grants.ts';
import { inTurn, type StepOf } from '../kit/in-turn.ts';
import type { PatternSays } from '../kit/pattern.ts';
import type { PatternStep } from '../kit/pattern-spec.ts';
import { granting, progress } from '../kit/turn-taking.ts';
import { pressTurn, watchTurn } from './watchdog-briefs.ts';
import type { Correction, Warning, Watch } from './watchdog-ledger.ts';
import * as ledger from './watchdog-ledger.ts';

type Step = PatternStep<Watch>;

export const workOf = (implementer: string): string => `work-of-${implementer}`;
/** The watchdog's own task. */
export const WATCH = 'watch';

/** A turn is over before anything follows from its move, so that the next one is a new one. */
export const settling =
  (seat: string): StepOf<Watch> =>
  ({ grants: given }) => ({ remember: { grants: grants.settle(given, seat) } });

const askedOf =
  (seat: string): StepOf<Watch> =>
  (now) =>
    granting(now, [seat], (one) => watchTurn(now, one));

/** The watchdog turns to the first checkpoint that waits; near the end the rest is left to its last word. */
export function review(context: Watch): Step {
  const { queue, watchdog } = context;
  if (queue.length === 0 || grants.owes(context.grants, watchdog)) return {};
  if (context.ending !== null || !ledger.isWatched(context))
    return { remember: { queue: [], unseen: [...context.unseen, ...queue.map(({ at }) => at)] } };
  return inTurn(context, askedOf(watchdog), () => ({ remember: { unseen: [] } }));
}

/** After a verdict: what follows from it, then the next review. */
function judged(context: Watch, ...steps: readonly StepOf<Watch>[]): Step {
  const by = ledger.authorOf(context);
  return inTurn(
    context,
    settling(context.watchdog),
    (now) => ({ remember: { queue: now.queue.slice(1) } }),
    ...steps,
    (now) => goOn(now, by),
    review,
  );
}

export const takeClear = (context: Watch): Step =>
  judged(context, (now) => cleared(now, ledger.authorOf(context)));

/** What was raised since the author had its turn cannot be put right in it, and stands on. */
function cleared(context: Watch, seat: string): Step {
  const isClear = progress(workOf(seat), 'inProgress', 'the checkpoint is clear');
  if (ledger.isPending(context, seat)) return { say: [isClear] };
  return {
    remember: ledger.withStanding(context, seat, []),
    say: [...putRight(context, seat), isClear],
  };
}

export const press = (context: Watch): Step =>
  inTurn(
    context,
    () => ({ remember: { pressed: true } }),
    (now) => granting(now, [now.watchdog], () => pressTurn(now)),
  );

export function takeCorrection(context: Watch, { revision, violations }: Correction): Step {
  const by = ledger.authorOf(context);
  const tags = violations.map(({ tag }) => tag);
  const raised = ledger.isPending(context, by) ? (context.standing[by] ?? []) : [];
  return judged(context, (now) => demand(now, by, revision, [...raised, ...tags]));
}

/** Whoever has to change something may be another than the author, whose checkpoint is clear then. */
export function takeWarning(context: Watch, event: Warning): Step {
  const by = ledger.authorOf(context);
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
function demand(context: Watch, seat: string, revision: number, tags: readonly string[]): Step {
  const standing = ledger.withStanding(context, seat, tags);
  const note = `to be put right: ${tags.join(', ')}`;
  if (ledger.mayCorrect(context, seat))
    return {
      remember: { ...standing, ...ledger.withCorrection(context, seat, revision) },
      say: [progress(workOf(seat), 'inProgress', note)],
    };
  if (context.escalated.includes(seat)) return { remember: standing };
  return {
    remember: { ...standing, escalated: [...context.escalated, seat] },
    say: escalated(context, seat, tags),
  };
}

/** Who is done but has to change something works again. */
function reopen(context: Watch, seat: string): Step {
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
      say: [progress(workOf(seat), 'inProgress', 'reopened by a warning')],
    }),
    (now) => goOn(now, seat),
  );
}

/** The implementer goes on, with what it has to put right; near the end nobody does. */
export function goOn(context: Watch, seat: string): Step {
  if (!ledger.mayWork(context, seat)) return {};
  const change = {
    shown: { ...context.shown, [seat]: context.pending[seat] ?? [] },
    pending: { ...context.pending, [seat]: [] },
  };
  return inTurn(context, () => ({ remember: change }), askedOf(seat));
}

/** What stood against the implementer stands no more. */
function putRight({ standing, watchdog }: Watch, seat: string): PatternSays[] {
  const tags = standing[seat] ?? [];
  if (tags.length === 0) return [];
  return [
    {
      type: 'decision.made',
      subject: `${tags.join(', ')} in the work of ${seat}`,
      proposedBy: watchdog,
      challengedBy: [],
      resolution: `Put right by ${seat}.`,
      basis: 'agreed',
    },
  ];
}

/** The limit of corrections is reached: recorded for people, and the implementer goes on. */
const escalated = (
  { watchdog, limits }: Watch,
  seat: string,
  tags: readonly string[],
): PatternSays[] => [
  {
    type: 'decision.made',
    subject: `Escalation of the work of ${seat}`,
    proposedBy: watchdog,
    challengedBy: [seat],
    resolution: `After ${limits.corrections} corrections ${seat} goes on without further ones; ${tags.join(', ')} is left to whoever reads the report.`,
    basis: 'limit',
  },
  {
    type: 'dissent.noted',
    by: watchdog,
    about: `the work of ${seat}`,
    view: `Not put right in ${limits.corrections} corrections: ${tags.join(', ')}`,
  },
];
