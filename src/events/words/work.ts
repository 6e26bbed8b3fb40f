/**
 * What becomes of a piece of work: the doorkeeper's verdict, its start, its result.
 * The activation that an event speaks of stands in `meta.work`, and again in `work` for readers.
 */
import { z } from 'zod';
import { amount, usage } from '../amounts.ts';
import { defineEvent } from '../event.ts';

/**
 * What repeating a piece of work means. `attaching`: a team below this one; whoever begins it again attaches to
 * the same team, so its reservation stands over a crash until that team's end is heard.
 */
export const effectClass = z.enum(['repeatable', 'converging', 'paid', 'once', 'attaching']);
export type EffectClass = z.output<typeof effectClass>;

export const workAdmitted = defineEvent(
  'work.admitted',
  z.strictObject({
    work: z.string(),
    src: z.string(),
    effect: effectClass,
    /** `synthesis` may use the tokens that were set aside for it. */
    purpose: z.enum(['work', 'synthesis']),
    reserved: amount,
    /** The most output tokens this call may ask for, when the doorkeeper bounds them. */
    outputTokensMax: z.int().positive().optional(),
  }),
);
export const workDelayed = defineEvent(
  'work.delayed',
  z.strictObject({
    work: z.string(),
    src: z.string(),
    until: z.number(),
    reason: z.string(),
    /** The attempt that has failed, where it is delayed until the next. */
    attempt: z.int().positive().optional(),
  }),
);
/** Heard by the machine that owes the work as its failure, of kind `refused`. */
export const workRefused = defineEvent(
  'work.refused',
  z.strictObject({
    work: z.string(),
    src: z.string(),
    kind: z.literal('refused'),
    /** Which limit: `tokens`, `usd`, `messages`, `depth`, `teamSize`, `works`, `time`, `loop`, … */
    limit: z.string(),
    message: z.string(),
  }),
);
/** Recorded before work whose repetition costs (`paid`) or hurts (`once`) is begun. */
export const workStarted = defineEvent(
  'work.started',
  z.strictObject({ work: z.string(), src: z.string(), attempt: z.int().positive() }),
);
/**
 * Nobody waits for it any more. Paid work that had started keeps its reservation until `work.late` or
 * `work.lapsed` settles it; any other gives it back at once.
 */
export const workCancelled = defineEvent(
  'work.cancelled',
  z.strictObject({ work: z.string(), src: z.string(), started: z.boolean() }),
);
/** A paid attempt that a crash left unsettled: it counts as spent in full, and the work is judged anew. */
export const workLapsed = defineEvent(
  'work.lapsed',
  z.strictObject({
    work: z.string(),
    src: z.string(),
    attempt: z.int().positive(),
    settled: amount,
  }),
);
/** The result of paid work that nobody waited for any more; it only settles. */
export const workLate = defineEvent(
  'work.late',
  z.strictObject({
    work: z.string(),
    src: z.string(),
    usage: usage.optional(),
    /** For a team below: what it counts against the budget. */
    spent: amount.optional(),
  }),
);

export const workDone = defineEvent('work.done', z.strictObject({ output: z.json() }));
/** `outcomeUnknown`: the process died while a `once` work was under way. */
export const workFailed = defineEvent(
  'work.failed',
  z.strictObject({
    kind: z.string(),
    message: z.string(),
    retryAfterMs: z.number().nonnegative().optional(),
    usage: usage.optional(),
    spent: amount.optional(),
    data: z.json().optional(),
    /** What was thrown, encoded as a value, when it was a machine's own promise that failed. */
    error: z.json().optional(),
  }),
);

/** Failures are named so; a worker's own names of results keep to it. */
export const isFailure = (type: string): boolean =>
  type.endsWith('.failed') || type === workRefused.type;

/** Said by the doorkeeper once per limit, when 80 % of it is used. */
export const limitNeared = defineEvent(
  'limit.neared',
  z.strictObject({
    limit: z.string(),
    used: z.number(),
    of: z.number(),
    actor: z.string().optional(),
  }),
);
/** A provider reported more than was reserved; no further paid work is admitted. */
export const budgetBreached = defineEvent(
  'budget.breached',
  z.strictObject({ work: z.string(), reserved: amount, reported: amount }),
);
