/**
 * What a pattern under a watchdog remembers: what was handed in, which checkpoints wait, what stands against
 * whom. Pure; `watchdog.ts` is the chart. Work and verdicts are revisions here, a violation its tag.
 *
 * Invariants
 * 1. Of the queue the first checkpoint is under review; its author has no turn until the verdict.
 * 2. A correction or a warning counts for the one who has to act on it; past the limit it escalates instead.
 */
import { z } from 'zod';
import type { Heard } from '../../../events/event.ts';
import type * as moves from '../../../events/words/moves-watchdog.ts';
import { NO_GRANTS } from '../kit/grants.ts';
import { type TurnTaking, thereOf } from '../kit/turn-taking.ts';

export const watchdogLimits = z.strictObject({
  /** Corrections and warnings to one implementer, before it escalates. */
  corrections: z.int().min(1).max(5).default(3),
  /** Checkpoints of one implementer. */
  checkpoints: z.int().min(1).max(20).default(6),
  /** Times a seat's turn is granted anew to a successor. */
  refills: z.int().min(0).max(3).default(2),
});
export type WatchdogLimits = z.output<typeof watchdogLimits>;

const DEFAULTS = watchdogLimits.parse({});

export interface WatchdogInput {
  implementers: readonly string[];
  watchdog: string;
  limits?: Partial<WatchdogLimits>;
}

/** Work of `by`, handed in at this revision, with the files that it changed. */
export interface Checkpoint {
  by: string;
  at: number;
  paths: readonly string[];
}

type Of<Value> = Readonly<Record<string, Value>>;

export interface WatchdogContext extends TurnTaking {
  implementers: readonly string[];
  watchdog: string;
  limits: WatchdogLimits;
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

export type Handed = Heard<typeof moves.handInCheckpoint.event>;
export type Done = Heard<typeof moves.reportDone.event>;
export type Cleared = Heard<typeof moves.clear.event>;
export type Correction = Heard<typeof moves.correct.event>;
export type Warning = Heard<typeof moves.warn.event>;
export type AllClear = Heard<typeof moves.allClear.event>;
export type Remaining = Heard<typeof moves.nameIssues.event>;

type Change = Partial<WatchdogContext>;

export const newWatch = (input: WatchdogInput | undefined): WatchdogContext => ({
  implementers: input?.implementers ?? [],
  watchdog: input?.watchdog ?? '',
  limits: { ...DEFAULTS, ...input?.limits },
  round: 1,
  grants: NO_GRANTS,
  lost: [],
  ending: null,
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
});

export const isImplementer = ({ implementers }: WatchdogContext, seat: string): boolean =>
  implementers.includes(seat);

export const isWatched = ({ watchdog, lost }: WatchdogContext): boolean => !lost.includes(watchdog);

/** Whether anything can be granted to an implementer: nothing new is begun near the end, or unwatched. */
export const mayWork = (context: WatchdogContext, seat: string): boolean =>
  context.ending === null && isWatched(context) && thereOf([seat], context).length > 0;

export const checkpointsLeft = ({ limits, checkpoints }: WatchdogContext, seat: string): number =>
  limits.checkpoints - (checkpoints[seat] ?? 0);

/** After an escalation nothing is corrected any more, so nothing is looked at before the end. */
export function implementerMoves(context: WatchdogContext, seat: string): string[] {
  if (context.escalated.includes(seat) || checkpointsLeft(context, seat) <= 0)
    return ['report_done'];
  const mustShow = (context.shown[seat] ?? []).length > 0;
  return mustShow ? ['hand_in_checkpoint'] : ['hand_in_checkpoint', 'report_done'];
}

export const withHanded = (
  { handed }: WatchdogContext,
  { from, revision }: Handed | Done,
): Change => ({
  handed: { ...handed, [from]: [...(handed[from] ?? []), revision] },
});

export const withCheckpoint = (context: WatchdogContext, event: Handed): Change => ({
  ...withHanded(context, event),
  checkpoints: {
    ...context.checkpoints,
    [event.from]: (context.checkpoints[event.from] ?? 0) + 1,
  },
  queue: [...context.queue, { by: event.from, at: event.revision, paths: event.paths }],
});

/** Whether a checkpoint was cleared although a file of it was not read, for the first time. */
export function isUnread({ queue, pressed }: WatchdogContext, { read }: Cleared): boolean {
  const known = new Set(read.map(plain));
  return !pressed && queue[0]!.paths.some((path) => !known.has(plain(path)));
}

const plain = (path: string): string => path.replace(/^(\.\/)+/, '');

/** Who has to act on a warning: the one named, else the author of the checkpoint. */
export const offenderOf = (context: WatchdogContext, { offender }: Warning): string =>
  isImplementer(context, offender) ? offender : context.queue[0]!.by;

export const mayCorrect = ({ limits, corrections, escalated }: WatchdogContext, seat: string) =>
  !escalated.includes(seat) && (corrections[seat] ?? 0) < limits.corrections;

/** One more correction or warning, to be shown with the next turn. */
export const withCorrection = (
  { corrections, pending }: WatchdogContext,
  seat: string,
  revision: number,
): Change => ({
  corrections: { ...corrections, [seat]: (corrections[seat] ?? 0) + 1 },
  pending: { ...pending, [seat]: [...(pending[seat] ?? []), revision] },
});

export const withStanding = (
  { standing }: WatchdogContext,
  seat: string,
  tags: readonly string[],
): Change => ({ standing: { ...standing, [seat]: [...new Set(tags)] } });

/** Whether there is a demand that the implementer has not been shown yet. */
export const isPending = ({ pending }: WatchdogContext, seat: string): boolean =>
  (pending[seat] ?? []).length > 0;

export const hasWork = ({ handed }: WatchdogContext): boolean => Object.keys(handed).length > 0;
