/**
 * What a workflow is: named steps, each one team, and what each step builds on. Data; `workflow-list.ts` holds
 * those that come with the program.
 */
import type { SeatWish, TeamWish } from '../formation.ts';

/** One team as it is wished for. */
export interface StepWish {
  step: string;
  title: string;
  /** What this team is to do with the request. */
  task: string;
  pattern: string;
  agents?: TeamWish['agents'];
  /** Methodologies by role, in the order of its seats; one is that of all. */
  methodologies?: Readonly<Record<string, readonly string[]>>;
  /** Who sits where, when it has been cast already: instead of types and methodologies. */
  seats?: readonly SeatWish[];
  /** Another pattern, for a request that names somebody of this role. */
  or?: { role: string; pattern: string };
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
