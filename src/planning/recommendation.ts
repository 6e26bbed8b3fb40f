/**
 * What is recommended for a request: a pattern, who sits where by which methodology, limits, and why.
 */
import type { Json } from '../events/event.ts';
import type { Seat } from './casting/casting.ts';
import type { Choice } from './choice.ts';
import type { TeamWish } from './formation.ts';
import type { Alternative } from './judge/judge.ts';
import type { Signal } from './judge/signals.ts';
import type { AgentPersona } from './prompts.ts';

export interface Recommendation {
  pattern: string;
  /** 0 to 1: how much speaks for the pattern that was taken. */
  confidence: number;
  /** What in the request speaks for which way of working, the strongest first. */
  signals: Signal[];
  roster: Seat[];
  /** The better choice, when it is not to be had. */
  wish: Choice | null;
  /** Names of the methodologies laid into agents, each once. */
  methodologies: string[];
  /** Limits of the pattern, complete. */
  limits: Record<string, Json>;
  reasons: string[];
  alternatives: Alternative[];
  /** Two ways for which as much speaks, the one taken first. */
  tie: [string, string] | null;
  /** Little speaks for it: look at it before you rely on it. */
  unsure: boolean;
  /** Who chose: `judge`, the name of a model, `person`, or `option`. */
  by: string;
  /** Why no model has chosen, when one was asked. */
  unanswered: string | null;
}

/** What `formTeam` takes of a recommendation: types by role, their prompts, one methodology a seat at most. */
export function wishOf(
  { pattern, roster }: Pick<Recommendation, 'pattern' | 'roster'>,
  catalog: CatalogTexts,
): Pick<TeamWish, 'pattern' | 'agents' | 'persona' | 'methodology'> {
  const agents: Record<string, string[]> = {};
  for (const { role, agentType } of roster) agents[role] = [...(agents[role] ?? []), agentType];
  const methodologies = new Map(roster.map((seat) => [seat.actor, seat.methodology]));
  return {
    pattern,
    agents,
    persona: (type) => catalog.agent(type),
    methodology: ({ actor }) => catalog.methodology(methodologies.get(actor) ?? '')?.text,
  };
}

interface CatalogTexts {
  agent(name: string): AgentPersona | undefined;
  methodology(name: string): { text: string } | undefined;
}
