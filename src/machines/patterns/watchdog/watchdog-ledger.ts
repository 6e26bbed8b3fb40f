/**
 * What a pattern under a watchdog remembers: what was handed in, which checkpoints wait, what stands against
 * whom. Pure; `watchdog.ts` is the chart. Work and verdicts are revisions here, a violation its tag.
 *
 * Invariants
 * 1. Of the queue the first checkpoint is under review; its author has no turn until the verdict.
 * 2. A correction or a warning counts for the one who has to act on it; past the limit it escalates instead.
 */
import { z } from 'zod';
import { type HeardMove, type Memory, refills } from '../kit/pattern-spec.ts';
import { thereOf } from '../kit/turn-taking.ts';
import type * as moves from './words.ts';

export const watchdogLimits = z.strictObject({
  /** Corrections and warnings to one implementer, before it escalates. */
  corrections: z.int().min(1).max(5).default(3),
  /** Checkpoints of one implementer. */
  checkpoints: z.int().min(1).max(20).default(6),
  refills,
});

/** Work of `by`, handed in at this revision, with the files that it changed. */
interface Checkpoint {
  by: string;
  at: number;
  paths: readonly string[];
}

type Of<Value> = Readonly<Record<string, Value>>;

export interface Watch extends Memory<z.output<typeof watchdogLimits>> {
  implementers: readonly string[];
  watchdog: string;
  /** All that each has handed in, oldest first, and how many of it were checkpoints. */
  handed: Of<readonly number[]>;
  checkpoints: Of<number>;
  /** Corrections and warnings so far; those to be shown with the next turn; those shown with the last. */
  corrections: Of<number>;
  pending: Of<readonly number[]>;
  shown: Of<readonly number[]>;
  /** Violations that stand against each. */
  standing: Of<readonly string[]>;
  done: readonly string[];
  escalated: readonly string[];
  queue: readonly Checkpoint[];
  /** Work that the watchdog has not been shown yet and that is in no queue. */
  unseen: readonly number[];
  /** Whether a verdict on files that were not read has been refused, which happens once. */
  pressed: boolean;
  /** The last word of the watchdog, and what remains then. */
  verdict: 'clear' | 'issues' | null;
  remaining: readonly string[];
}

export type Handed = HeardMove<typeof moves.handInCheckpoint>;
export type Done = HeardMove<typeof moves.reportDone>;
export type Cleared = HeardMove<typeof moves.clear>;
export type Correction = HeardMove<typeof moves.correct>;
export type Warning = HeardMove<typeof moves.warn>;
export type AllClear = HeardMove<typeof moves.allClear>;
export type Remaining = HeardMove<typeof moves.nameIssues>;

type Change = Partial<Watch>;

/** What it remembers at first. */
export const newWatch = {
  handed: {},
  checkpoints: {},
  corrections: {},
  pending: {},
  shown: {},
  standing: {},
  done: [],
  escalated: [],
  queue: [],
  unseen: [],
  pressed: false,
  verdict: null,
  remaining: [],
};

export const isImplementer = ({ implementers }: Watch, seat: string): boolean =>
  implementers.includes(seat);

/** Whose move it is: both kinds of seats may hold a turn at a time. */
export const isImplementers = (context: Watch, { from }: Handed | Done): boolean =>
  isImplementer(context, from);
export const isWatchdog = ({ watchdog }: Watch, { from }: { from: string }): boolean =>
  from === watchdog;

export const isWatched = ({ watchdog, lost }: Watch): boolean => !lost.includes(watchdog);

/** Whether anything can be granted to an implementer: nothing new is begun near the end, or unwatched. */
export const mayWork = (context: Watch, seat: string): boolean =>
  context.ending === null && isWatched(context) && thereOf([seat], context).length > 0;

export const checkpointsLeft = ({ limits, checkpoints }: Watch, seat: string): number =>
  limits.checkpoints - (checkpoints[seat] ?? 0);

/** After an escalation nothing is corrected any more, so nothing is looked at before the end. */
export function implementerMoves(context: Watch, seat: string): string[] {
  if (context.escalated.includes(seat) || checkpointsLeft(context, seat) <= 0)
    return ['report_done'];
  const mustShow = (context.shown[seat] ?? []).length > 0;
  return mustShow ? ['hand_in_checkpoint'] : ['hand_in_checkpoint', 'report_done'];
}

export const withHanded = ({ handed }: Watch, { from, revision }: Handed | Done): Change => ({
  handed: { ...handed, [from]: [...(handed[from] ?? []), revision] },
});

export const withCheckpoint = (context: Watch, event: Handed): Change => ({
  ...withHanded(context, event),
  checkpoints: {
    ...context.checkpoints,
    [event.from]: (context.checkpoints[event.from] ?? 0) + 1,
  },
  queue: [...context.queue, { by: event.from, at: event.revision, paths: event.paths }],
});

/** Whether a checkpoint was cleared although a file of it was not read, for the first time. */
export function isUnread({ queue, pressed, watchdog }: Watch, { from, read }: Cleared): boolean {
  const known = new Set(read.map(plain));
  const { paths = [] } = queue[0] ?? {};
  return from === watchdog && !pressed && paths.some((path) => !known.has(plain(path)));
}

const plain = (path: string): string => path.replace(/^(\.\/)+/, '');

/** Who has to act on a warning: the one named, else the author of the checkpoint. */
export const offenderOf = (context: Watch, { offender }: Warning): string =>
  isImplementer(context, offender) ? offender : authorOf(context);

/** Whose checkpoint is under review. */
export const authorOf = ({ queue: [first] }: Watch): string => first?.by ?? '';

export const mayCorrect = ({ limits, corrections, escalated }: Watch, seat: string) =>
  !escalated.includes(seat) && (corrections[seat] ?? 0) < limits.corrections;

/** One more correction or warning, to be shown with the next turn. */
export const withCorrection = (
  { corrections, pending }: Watch,
  seat: string,
  revision: number,
): Change => ({
  corrections: { ...corrections, [seat]: (corrections[seat] ?? 0) + 1 },
  pending: { ...pending, [seat]: [...(pending[seat] ?? []), revision] },
});

export const withStanding = (
  { standing }: Watch,
  seat: string,
  tags: readonly string[],
): Change => ({ standing: { ...standing, [seat]: [...new Set(tags)] } });

/** Whether there is a demand that the implementer has not been shown yet. */
export const isPending = ({ pending }: Watch, seat: string): boolean =>
  (pending[seat] ?? []).length > 0;

export const hasWork = ({ handed }: Watch): boolean => Object.keys(handed).length > 0;
