/**
 * What the runtime itself says of any team: how it began, who leads it, who is in it, how it ended.
 */
import { z } from 'zod';
import { defineEvent } from '../event.ts';

/** Limits that hold for any machine; the doorkeeper counts, no machine is trusted to. */
export const limits = z.strictObject({
  /** Input plus output tokens of the team and everything below it. */
  tokens: z.int().positive().optional(),
  usd: z.number().positive().optional(),
  /** Tokens set aside for the final synthesis before anything else is admitted. */
  synthesisTokens: z.int().nonnegative(),
  messagesPerActor: z.int().positive(),
  messagesPerTeam: z.int().positive(),
  /** Rounds that a pattern may start. */
  rounds: z.int().positive().optional(),
  /** How often the same may be said in the same situation; 3 for agents when it is absent. */
  repeats: z.int().min(2).optional(),
  /** How deep teams may stand below the first, which has depth 0. */
  depth: z.int().nonnegative(),
  /** Agents at once. */
  teamSize: z.int().positive(),
  /** Teams below this one that an agent may ask for in its seat; default 2. */
  dispatchesPerAgent: z.int().nonnegative().optional(),
  /** Paid or once-only pieces of work in the team's life. */
  works: z.int().positive(),
  turns: z.int().positive(),
  /** Milliseconds from forming; absolute, downtime counts. */
  timeMs: z.int().positive().optional(),
});
export type Limits = z.output<typeof limits>;

export const teamFormed = defineEvent(
  'team.formed',
  z.strictObject({
    team: z.string(),
    /** The root actor, its machine and what it starts with. */
    actor: z.string(),
    machine: z.string(),
    input: z.json(),
    /** What was asked for and the material given with it: the first thing every agent reads. */
    request: z
      .strictObject({
        text: z.string(),
        materials: z.array(z.strictObject({ name: z.string(), text: z.string() })),
      })
      .optional(),
    limits,
    depth: z.int().nonnegative(),
    /** The stream and revision of the event that asked for this team, in its parent. */
    parent: z.strictObject({ team: z.string(), work: z.string() }).optional(),
    /** For lists and reports: the request, the pattern, `rehearsal`, and whatever the embedder adds. */
    labels: z.record(z.string(), z.string()),
    package: z.string(),
  }),
);

export const leaderTook = defineEvent(
  'leader.took',
  z.strictObject({
    epoch: z.int().positive(),
    leader: z.string(),
    /** How long nobody led, in milliseconds; pending relative timers are moved by it. */
    downMs: z.int().nonnegative(),
    /** Package version and fingerprint of the machines. */
    package: z.string(),
    code: z.string(),
  }),
);

export const teamUpgraded = defineEvent(
  'team.upgraded',
  z.strictObject({ before: z.string(), now: z.string() }),
);

/** What was set at the beginning is another number now; machines that count by it hear so. */
export const limitsChanged = defineEvent(
  'limits.changed',
  z.strictObject({
    /** Rounds that a pattern may have in all. */
    rounds: z.int().positive(),
  }),
);

/** Asks a team to end; from a person, a parent, or another process, through its inbox. */
export const teamStopRequested = defineEvent(
  'team.stopRequested',
  z.strictObject({ team: z.string(), reason: z.string(), by: z.string() }),
);
export const teamPaused = defineEvent('team.paused', z.strictObject({ by: z.string() }));
export const teamContinued = defineEvent('team.continued', z.strictObject({ by: z.string() }));

/** The runtime ended the team because it could not go on (`withdrawn`: before it began); only mending follows. */
export const teamStopped = defineEvent(
  'team.stopped',
  z.strictObject({
    reason: z.enum([
      'poisoned',
      'turnTooLong',
      'turnTooLarge',
      'turnsSpent',
      'stopped',
      'timeSpent',
      'withdrawn',
    ]),
    detail: z.string(),
    /** Last heard revision of each origin stream. */
    heard: z.record(z.string(), z.int()),
  }),
);

/** What stopped the team is heard again, by machines as they are now: it goes on from where it stood before. */
export const teamMended = defineEvent(
  'team.mended',
  z.strictObject({ by: z.string(), unheard: z.int().nonnegative() }),
);

/** The root actor has reached its end; nothing follows. */
export const teamDissolved = defineEvent(
  'team.dissolved',
  z.strictObject({
    status: z.enum(['done', 'failed']),
    reason: z.string(),
    output: z.json(),
    heard: z.record(z.string(), z.int()),
  }),
);

/** An actor without a profile (a pattern, say) takes its place in the team. */
export const actorJoined = defineEvent(
  'actor.joined',
  z.strictObject({ actor: z.string(), machine: z.string(), input: z.json() }),
  { effect: 'joins' },
);
export const actorLeft = defineEvent(
  'actor.left',
  z.strictObject({ actor: z.string(), reason: z.string() }),
  { effect: 'leaves' },
);
/** An actor's machine has reached its final state, or could not go on (said by the runtime). */
export const actorDone = defineEvent(
  'actor.done',
  z.strictObject({
    actor: z.string(),
    status: z.enum(['done', 'failed']),
    output: z.json(),
    /** What was thrown, when it failed. */
    error: z.json().optional(),
  }),
  { reads: { unseats: ({ actor }) => actor } },
);
/**
 * An actor has a new snapshot, which its parent hears of; or, with `status`, an observable has given a value,
 * has failed or is complete, which the actor that observes it hears.
 */
export const actorObserved = defineEvent(
  'actor.observed',
  z.strictObject({
    actor: z.string(),
    status: z.enum(['active', 'failed', 'done']).optional(),
    value: z.json().optional(),
  }),
);
/** A custom action threw; what it was run for stands. */
export const actorFaltered = defineEvent(
  'actor.faltered',
  z.strictObject({ actor: z.string(), action: z.string(), error: z.json() }),
);

/** Something in the inbox could not be understood; it is passed over and told here. */
export const originRefused = defineEvent('origin.refused', z.strictObject({ problem: z.string() }));

export const timerFired = defineEvent(
  'timer.fired',
  z.strictObject({ actor: z.string(), timer: z.string(), armed: z.int(), dueAt: z.number() }),
);
