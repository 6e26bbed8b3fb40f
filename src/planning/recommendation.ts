/**
 * What is recommended for a request: a pattern or a workflow, who sits where by which methodology, limits, and why;
 * and what is formed of it.
 */
import type { Json } from '../events/event.ts';
import type { PatternDefinition } from '../machines/patterns/kit/pattern.ts';
import type { Seat } from './casting/casting.ts';
import type { Choice } from './choice.ts';
import { formTeam, type TeamPlan, type TeamWish } from './formation.ts';
import type { Alternative } from './judge/judge.ts';
import type { Signal } from './judge/signals.ts';
import type { AgentPersona } from './prompts.ts';
import type { CastWorkflow } from './workflows/chosen-workflow.ts';
import { formWorkflow, type WorkflowPlan } from './workflows/form-workflow.ts';

export interface Recommendation {
  /** Name of the pattern; of several teams, that of the workflow. */
  pattern: string;
  /** The teams of a workflow, one building on the other; null for one team. */
  workflow: CastWorkflow | null;
  /** 0 to 1: how much speaks for the pattern that was taken. */
  confidence: number;
  /** What in the request speaks for which way of working, the strongest first. */
  signals: Signal[];
  /** Who sits where; empty for a workflow, whose steps have seats of their own. */
  roster: Seat[];
  /** The request asks for sub-agents: whoever runs it may grant them, within the budget. */
  swarms: boolean;
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

/** What `formTeam` takes of a recommendation: seats, limits, the texts of the catalog. */
export const wishOf = (
  { pattern, roster, limits }: Pick<Recommendation, 'pattern' | 'roster' | 'limits'>,
  catalog: CatalogTexts,
): Pick<TeamWish, 'pattern' | 'seats' | 'patternLimits' | 'persona' | 'methodologyNamed'> => ({
  pattern,
  seats: roster,
  patternLimits: limits,
  ...textsOf(catalog),
});

type FormingWish = Omit<TeamWish, 'pattern' | 'seats' | 'agents' | 'patternLimits'> & {
  /** The pattern itself, where it is one of your own. */
  pattern?: PatternDefinition;
};

/** Forms what is recommended: one team, or a workflow of several. */
export function planRecommended(
  taken: Recommendation,
  catalog: CatalogTexts,
  { pattern, ...wish }: FormingWish,
): TeamPlan | WorkflowPlan {
  const { workflow } = taken;
  return workflow
    ? formWorkflow({ ...wish, ...textsOf(catalog), workflow })
    : formTeam({ ...wish, ...wishOf(taken, catalog), ...(pattern ? { pattern } : {}) });
}

const textsOf = (catalog: CatalogTexts) => ({
  persona: (type: string) => catalog.agent(type),
  methodologyNamed: (name: string) => catalog.methodology(name)?.text,
});

interface CatalogTexts {
  agent(name: string): AgentPersona | undefined;
  methodology(name: string): { text: string } | undefined;
}
