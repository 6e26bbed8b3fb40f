/**
 * A team goes on from another team's past. The events before this one are the origin's, to the letter; from
 * here on the stream is a team of its own.
 */
import { z } from 'zod';
import { defineEvent } from '../event.ts';
import { limits, limitsChanged } from './team.ts';

/** An answer that a person wrote in a model's place. */
export const writtenAnswer = z.strictObject({
  /** Whose next call of a model it answers; without it, the first call that is made. */
  actor: z.string().optional(),
  content: z.array(z.record(z.string(), z.json())),
  stopReason: z.string(),
});
export type WrittenAnswer = z.output<typeof writtenAnswer>;

/** Work that was under way in the origin is owed anew here; what it had reserved is free again. */
export const teamForked = defineEvent(
  'team.forked',
  z.strictObject({
    team: z.string(),
    /** The team whose past this is, and its last revision that is shared. */
    origin: z.strictObject({ team: z.string(), revision: z.int().nonnegative() }),
    /** For a team below another: the fork that waits for it, and for which work. */
    parent: z.strictObject({ team: z.string(), work: z.string() }).optional(),
    /** What holds from now on. The past counts against these limits. */
    limits,
    labels: z.record(z.string(), z.string()),
    /** Every agent is asked of this model from now on; thinking that another model signed is dropped. */
    model: z.string().optional(),
    /** What `limits.changed` says in the same turn to machines that count. */
    changed: limitsChanged.data.optional(),
    /** The same in a fork of version 1, whose machines were given it without a word that is recorded. */
    changedUnsaid: limitsChanged.data.optional(),
    answer: writtenAnswer.optional(),
    /** Works whose teams below go on too, in forks of their own: what they hold stays reserved. */
    below: z.array(z.string()),
    /** Milliseconds between the last event that is shared and this one; all timers are moved by it. */
    downMs: z.int().nonnegative(),
  }),
  {
    version: 2,
    upcasts: {
      1: ({ rounds, ...forked }) =>
        rounds === undefined ? forked : { ...forked, changedUnsaid: { rounds } },
    },
  },
);
