/**
 * What agents are and say: their joining, their turns, their messages, what they did with tools.
 */
import { z } from 'zod';
import { amount, usage } from '../amounts.ts';
import { defineEvent } from '../event.ts';

/** A tool or move as the model is told of it. `input` is a JSON schema. */
export const toolSpec = z.strictObject({
  name: z.string(),
  description: z.string(),
  input: z.record(z.string(), z.json()),
});
export type ToolSpec = z.output<typeof toolSpec>;

/** Everything of a request that stays the same: pinned, so that a prompt can be rebuilt for ever. */
export const profile = z.strictObject({
  role: z.string(),
  /** Name in the catalog of agents. */
  agentType: z.string(),
  model: z.string(),
  /** Most output tokens of one reply. */
  outputTokensMax: z.int().positive(),
  temperature: z.number().optional(),
  system: z.string(),
  /** Constant for the agent's life: tools stand first in the cached prefix. Moves are among them. */
  tools: z.array(toolSpec),
});
export type Profile = z.output<typeof profile>;

export const agentJoined = defineEvent(
  'agent.joined',
  z.strictObject({
    actor: z.string(),
    machine: z.string(),
    input: z.json(),
    profile,
    /** 1 for the first to sit here; a successor receives the transcript of those before. */
    incarnation: z.int().positive(),
  }),
  {
    effect: 'joins',
    reads: {
      seats: ({ actor, profile: { model, outputTokensMax } }) => ({
        actor,
        model,
        outputTokensMax,
      }),
    },
  },
);
export const agentLeft = defineEvent(
  'agent.left',
  z.strictObject({ actor: z.string(), reason: z.string() }),
  { effect: 'leaves', reads: { unseats: ({ actor }) => actor } },
);

/** A pattern lets an agent take a turn. Legal moves are only these, only for this grant. */
export const turnGranted = defineEvent(
  'turn.granted',
  z.strictObject({
    agent: z.string(),
    /** Counted up per agent by the pattern; a move answers exactly one grant. */
    grant: z.int().positive(),
    round: z.int().nonnegative(),
    brief: z.string(),
    moves: z.array(z.string()),
    /** Revisions of events in this stream whose content the agent is shown, framed as data. */
    material: z.array(z.int()),
    /** The final synthesis may use what was set aside for it. */
    purpose: z.enum(['work', 'synthesis']),
    /** Nothing may be said to teammates in this turn: contributions are held back until all are in. */
    blind: z.boolean().optional(),
  }),
  {
    reads: {
      assigns: ({ agent, material, moves, purpose }) => ({
        actor: agent,
        shown: material,
        task: [moves, purpose],
      }),
    },
  },
);
/** What the model did wrong, as it will be told: an illegal, second or stale move, unfit arguments, none at all. */
export const turnCorrected = defineEvent(
  'turn.corrected',
  z.strictObject({
    agent: z.string(),
    grant: z.int(),
    /** Revision of the reply at fault. */
    reply: z.int(),
    problem: z.string(),
  }),
);
/** The agent gives its turn back without a move. */
export const turnForfeited = defineEvent(
  'turn.forfeited',
  z.strictObject({
    agent: z.string(),
    grant: z.int(),
    /** Kind of the failure: `refused`, `transient`, `truncated`, `moveless`, `silent`, … */
    reason: z.string(),
    /** For `refused`: which limit. */
    limit: z.string().optional(),
    detail: z.string(),
  }),
);
/** The pattern takes a turn back: whatever comes of it is stale. */
export const turnRevoked = defineEvent(
  'turn.revoked',
  z.strictObject({ agent: z.string(), grant: z.int(), reason: z.string() }),
);

/** Why the agent, which was nudged, cannot move yet: it waits for a person, a command or another team. */
export const turnExcused = defineEvent(
  'turn.excused',
  z.strictObject({ agent: z.string(), grant: z.int(), reason: z.string() }),
);

/** From agent to agent. Reaches the model framed as data. `seq` counts the sender's messages from 1. */
export const messageSent = defineEvent(
  'message.sent',
  z.strictObject({ seq: z.int().positive(), text: z.string() }),
  { message: true, reads: { hands: ({ text }, hearers) => ({ matter: text, to: hearers }) } },
);
/** From a person or another team, through the inbox. */
export const messageTold = defineEvent(
  'message.told',
  z.strictObject({ by: z.string(), text: z.string() }),
  { reads: { isNews: true } },
);

/**
 * Who answered when no model was asked: the origin of a fork, or a person in the model's place. `tokens` bounds
 * what request and answer hold together; they cost nothing.
 */
const answeredBy = z.strictObject({
  source: z.enum(['origin', 'person']),
  /** In the origin, `stream@revision`. */
  answer: z.string().optional(),
  tokens: z.int().nonnegative(),
});

export const modelReplied = defineEvent(
  'model.replied',
  z.strictObject({
    model: z.string(),
    /** Text and tool_use blocks, verbatim; thinking blocks too, signed as received. */
    content: z.array(z.record(z.string(), z.json())),
    stopReason: z.string(),
    usage,
    /** Chained hash of the request; the request itself is rebuilt from the log, never stored. */
    requestHash: z.string(),
    latencyMs: z.number().nonnegative(),
    rehearsal: z.boolean(),
    answeredBy: answeredBy.optional(),
  }),
);
export const modelFailed = defineEvent(
  'model.failed',
  z.strictObject({
    kind: z.enum([
      'transient',
      'rateLimited',
      'overloaded',
      'refused',
      'truncated',
      'contextTooLong',
      'invalidRequest',
      'authentication',
      'circuitOpen',
      'timedOut',
      'cancelled',
      'outcomeUnknown',
    ]),
    message: z.string(),
    retryAfterMs: z.number().nonnegative().optional(),
    usage: usage.optional(),
    requestHash: z.string().optional(),
    latencyMs: z.number().nonnegative(),
    answeredBy: answeredBy.optional(),
  }),
);

/** One tool of one reply has been run. A tool's own error is an answer (`ok: false`), not a failure. */
export const toolReturned = defineEvent(
  'tool.returned',
  z.strictObject({
    tool: z.string(),
    /** The model's id of this use, and the revision of the reply that holds it. */
    use: z.string(),
    reply: z.int(),
    ok: z.boolean(),
    text: z.string(),
    /** For files: the path below the workspace and the sha-256 of the bytes read or written. */
    path: z.string().optional(),
    hash: z.string().optional(),
    bytes: z.int().nonnegative().optional(),
    /** True for a write. */
    wrote: z.boolean().optional(),
    /** For a swarm that was dispatched: the team, and what it and all its child teams cost. */
    team: z.string().optional(),
    usage: usage.optional(),
    modelCalls: z.int().nonnegative().optional(),
    spent: amount.optional(),
    latencyMs: z.number().nonnegative(),
  }),
);
export const toolFailed = defineEvent(
  'tool.failed',
  z.strictObject({
    kind: z.string(),
    message: z.string(),
    usage: usage.optional(),
    spent: amount.optional(),
  }),
);

/** A person's answer to a question or a request for approval. */
export const personAnswered = defineEvent(
  'person.answered',
  z.strictObject({
    approved: z.boolean().optional(),
    text: z.string(),
    by: z.string(),
    /** From another process: the question at the desk that is answered (`desk.ts`). */
    question: z.string().optional(),
  }),
);

export const agentNudged = defineEvent(
  'agent.nudged',
  z.strictObject({ agent: z.string(), checks: z.int().positive(), text: z.string() }),
);
/** A word to an agent from those who watch over the team; it changes nothing by itself. */
export const agentAdvised = defineEvent(
  'agent.advised',
  z.strictObject({ agent: z.string(), text: z.string() }),
);
/** The seat has a new incarnation; the pattern grants its turn again. */
export const seatRefilled = defineEvent(
  'seat.refilled',
  z.strictObject({ agent: z.string(), incarnation: z.int().positive(), reason: z.string() }),
);
/** Nobody sits there any more, and nobody will; the pattern goes on without it or falls back. */
export const seatLost = defineEvent(
  'seat.lost',
  z.strictObject({ agent: z.string(), reason: z.string() }),
);

/** A pattern that grows asks for someone of those who were prepared; the team answers in the same turn. */
export const seatWanted = defineEvent(
  'seat.wanted',
  z.strictObject({ agent: z.string(), role: z.string(), reason: z.string() }),
);
/** The one who was wanted has taken a seat. */
export const seatOpened = defineEvent(
  'seat.opened',
  z.strictObject({ agent: z.string(), agentType: z.string() }),
);
export const seatRefused = defineEvent(
  'seat.refused',
  z.strictObject({
    agent: z.string(),
    reason: z.string(),
    /** Nobody at all will be seated any more: the team is full, or comes to its end. */
    frozen: z.boolean(),
  }),
);

export const shutdownRequested = defineEvent(
  'shutdown.requested',
  z.strictObject({ agent: z.string(), reason: z.string() }),
);
export const shutdownAccepted = defineEvent(
  'shutdown.accepted',
  z.strictObject({ agent: z.string() }),
);
export const shutdownDeclined = defineEvent(
  'shutdown.declined',
  z.strictObject({ agent: z.string(), reason: z.string() }),
);
