/**
 * How long anything can take: the most turns of the runtime, computed from limits alone.
 *
 * A turn of the runtime is one stimulus: a result of awaited work, a timer, a word from outside. Not counted are
 * words from outside, new leaders, and timers of work that was only delayed by the doorkeeper; they add one each.
 * The bounds hold for any answers, silence and failures, and are held against the machines by `test/machines/bounds.test.ts`.
 */
import type { AgentLimits } from './agent/agent-turn.ts';
import { USES_MAX } from './agent/reply.ts';
import type { PatternDefinition } from './patterns/kit/pattern.ts';
import type { TeamLife } from './team/team-life.ts';

/**
 * The most turns that one granted turn of an agent causes. Each reply is the last, or is corrected, or uses
 * tools; before each come at most `retries` failures and as many back-offs.
 */
export function agentTurns({ retries, corrections, toolRounds }: AgentLimits): number {
  const replies = 1 + corrections + toolRounds;
  return replies * (1 + 2 * retries) + toolRounds * USES_MAX;
}

export interface TeamBounds {
  pattern: PatternDefinition;
  /** The pattern's limits, complete. */
  limits: object;
  seats: number;
  agent: AgentLimits;
  life: TeamLife;
  scribe: boolean;
}

/** The most turns that a pattern grants. */
export const patternTurns = ({ pattern, limits, seats }: TeamBounds): number =>
  pattern.turnsMax(limits as never, seats);

/**
 * The most turns of a team from forming to dissolved.
 *
 * While it works some seat owes a move. At each check for stalls such a seat has made progress since the last
 * one, or has not for at most `checksBeforeNudge + checksBeforeReplace` checks in a row, counted from its grant
 * or its last progress: so there are at most so many checks, and one, for each grant and each turn of an agent.
 * An agent that waits for a person or the like is excused, and checks go on until the tool's time is over.
 */
export function teamTurns(bounds: TeamBounds): number {
  const { agent, life, scribe } = bounds;
  const grants = patternTurns(bounds);
  const work = grants * agentTurns(agent);
  const checks = (grants + work) * (life.checksBeforeNudge + life.checksBeforeReplace + 1);
  const waits = grants * agent.toolRounds * USES_MAX;
  const excused = waits * Math.ceil(agent.patienceMs / life.stallCheckMs);
  const synthesis = scribe ? agentTurns(agent) + 1 : 0;
  const forming = 1;
  const deadlineAndEnding = 2;
  return forming + work + checks + excused + deadlineAndEnding + synthesis + life.shutdownAsks;
}
