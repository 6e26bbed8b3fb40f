/**
 * What a workflow is: named steps, each one team, and what each step builds on. Data; `workflow-list.ts` holds
 * those that come with the program.
 */
import type { TeamWish } from '../formation.ts';

/** One team as it is wished for. */
export interface StepWish {
  step: string;
  title: string;
  /** What this team is to do with the request. */
  task: string;
  pattern: string;
  agents?: TeamWish['agents'];
  patternLimits?: TeamWish['patternLimits'];
  /** Its part of the budget, in relation to the parts of the others. */
  part: number;
  needs: readonly string[];
}

export interface WorkflowDefinition {
  readonly name: string;
  /** One sentence for people who choose. */
  readonly purpose: string;
  readonly steps: readonly StepWish[];
}
