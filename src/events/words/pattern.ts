/**
 * What patterns and the team say of the common work: rounds, tasks, decisions, the end.
 */
import { z } from 'zod';
import { defineEvent } from '../event.ts';

export const roundStarted = defineEvent(
  'round.started',
  z.strictObject({ round: z.int().positive(), of: z.int().positive(), title: z.string() }),
  { reads: { beginsRound: true } },
);

export const taskCreated = defineEvent(
  'task.created',
  z.strictObject({
    task: z.string(),
    title: z.string(),
    owner: z.string().optional(),
    blockedBy: z.array(z.string()),
  }),
  { reads: { hands: ({ title, owner }) => ({ matter: title, to: owner ? [owner] : [] }) } },
);
export const taskAssigned = defineEvent(
  'task.assigned',
  z.strictObject({ task: z.string(), owner: z.string() }),
);
export const taskProgressed = defineEvent(
  'task.progressed',
  z.strictObject({
    task: z.string(),
    status: z.enum(['pending', 'inProgress', 'blocked', 'completed', 'failed']),
    note: z.string(),
  }),
);

/** A file or a text that counts as a product: a path and a hash, or the revision that holds it. */
export const artifactRegistered = defineEvent(
  'artifact.registered',
  z.strictObject({
    title: z.string(),
    by: z.string(),
    task: z.string().optional(),
    path: z.string().optional(),
    hash: z.string().optional(),
    /** Revision of the event that holds the text, when it is not a file. */
    held: z.int().optional(),
    /** The only valid version from now on (an agreed contract). */
    locked: z.boolean(),
  }),
);

export const decisionMade = defineEvent(
  'decision.made',
  z.strictObject({
    subject: z.string(),
    proposedBy: z.string(),
    challengedBy: z.array(z.string()),
    resolution: z.string(),
    /** On what: `agreed`, `majority`, `ruled`, `strongestArgument`, `limit`, `person`. */
    basis: z.string(),
  }),
);
/** A disagreement that was not resolved. */
export const dissentNoted = defineEvent(
  'dissent.noted',
  z.strictObject({ by: z.string(), about: z.string(), view: z.string() }),
);

/** The team asks the pattern to come to an end: the limit is near or the end was asked for. */
export const finalizeAsked = defineEvent(
  'finalize.asked',
  z.strictObject({
    reason: z.string(),
    /** Conclude in this very turn from what there is; otherwise start nothing new. */
    now: z.boolean().optional(),
  }),
);

export const confidence = z.enum(['high', 'medium', 'low']);
export type Confidence = z.output<typeof confidence>;

/** The pattern has come to its end; the team takes over. */
export const patternConcluded = defineEvent(
  'pattern.concluded',
  z.strictObject({
    pattern: z.string(),
    /** `completed`: as intended. `fallback`: its own graceful degradation. */
    outcome: z.enum(['completed', 'fallback']),
    /** For people: `all reviewers approved`, `rounds spent`, … */
    reason: z.string(),
    confidence,
    /** Revisions of the events that hold the result, best first. */
    result: z.array(z.int()),
    /** What the reader must be told: `not reviewed`, `exploration incomplete`, … */
    notes: z.array(z.string()),
    rounds: z.int().nonnegative(),
  }),
);

/** The team's life moves on. */
export const teamPhased = defineEvent(
  'team.phased',
  z.strictObject({
    phase: z.enum(['forming', 'working', 'synthesizing', 'dissolving', 'dissolved']),
    reason: z.string(),
  }),
);
