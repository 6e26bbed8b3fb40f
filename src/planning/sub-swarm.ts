/**
 * The swarm that an agent dispatches: two to five sub-agents, each with its own piece of work, blind to each
 * other and to the team above, and one synthesis that comes back. Pure.
 *
 * Invariants
 * 1. A sub-agent knows the purpose and its own task; nothing of the team above, and nothing of the others' tasks.
 * 2. It can read, and say what it found; it is granted no tool that writes, asks a person or dispatches.
 * 3. No team stands below: the limit of depth is the swarm's own depth.
 */
import { z } from 'zod';
import type { ToolSpec } from '../events/words/agent.ts';
import { formTeam, type TeamPlan, type TeamWish } from './formation.ts';

/** What an agent says of a swarm that it wants. */
export const subSwarm = z.strictObject({
  purpose: z
    .string()
    .min(1)
    .max(4000)
    .describe('What you need to know or have, and all that the sub-agents must know to begin'),
  agents: z
    .array(
      z.strictObject({
        type: z
          .string()
          .regex(/^[A-Za-z][\w:.-]*$/)
          .max(100)
          .optional()
          .describe('Type of agent, like security-auditor'),
        assignment: z
          .string()
          .min(1)
          .max(8000)
          .describe('Its own piece, complete in itself: it sees neither you nor the others'),
      }),
    )
    .min(2)
    .max(5),
});
type SubSwarm = z.output<typeof subSwarm>;

/** What sub-agents may use of what the run grants. */
const FOR_READING = new Set(['read_file', 'list_files', 'search_files']);

/** Below the patience of the agent that waits, so that what there is comes back in time, milliseconds. */
const TIME_MS = 1_200_000;

export interface SubSwarmSite {
  model: string;
  outputTokensMax?: number;
  /** Depth of the team whose agent dispatches. */
  depth: number;
  tools: readonly ToolSpec[];
  persona?: TeamWish['persona'];
  labels: Readonly<Record<string, string>>;
}

export function formSubSwarm({ purpose, agents }: SubSwarm, site: SubSwarmSite): TeamPlan {
  const taskOf = (actor: string) => agents[Number(actor.slice(actor.lastIndexOf('-') + 1)) - 1]!;
  const { model, outputTokensMax, persona, labels } = site;
  return formTeam({
    request: purpose,
    pattern: 'swarm',
    agents: { contributor: agents.map(({ type }) => type ?? 'general-purpose') },
    model,
    ...(outputTokensMax === undefined ? {} : { outputTokensMax }),
    ...(persona ? { persona } : {}),
    tools: site.tools.filter(({ name }) => FOR_READING.has(name)),
    methodology: ({ actor }) =>
      `The work has been divided. This piece is yours, and only yours:\n${taskOf(actor).assignment}`,
    limits: { timeMs: TIME_MS, dispatchesPerAgent: 0, depth: site.depth + 1 },
    synthesis: true,
    labels: { ...labels, request: purpose.slice(0, 400), pattern: 'swarm' },
  });
}
