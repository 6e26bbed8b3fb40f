/**
 * Forms a workflow: a request that needs several teams, one building on the other. Pure: wishes in, a plan out
 * whose steps have their share of the budget. Neighbours: `workflow-list.ts` has the steps, `step-order.ts` puts
 * them in order, `formation.ts` forms each team.
 *
 * Invariants
 * 1. The steps of a plan have no cycle, and every need is a step of the plan.
 * 2. The shares of all steps together are no more than the limit; what one does not use, later ones may.
 * 3. A step is told what it is to do with the request, and shown what it builds on; it never reads the others'
 *    streams.
 */
import type { Json } from '../../events/event.ts';
import type { Limits } from '../../events/words/team.ts';
import type { WorkflowStep } from '../../machines/workflow/workflow-ledger.ts';
import { cast } from '../casting/roster.ts';
import { formTeam, type SeatWish, type TeamPlan, type TeamWish } from '../formation.ts';
import { patternOf } from '../offer.ts';
import { withoutCycles } from './step-order.ts';
import type { StepWish, WorkflowDefinition } from './workflow.ts';
import { workflowNamed } from './workflow-list.ts';

export interface WorkflowWish
  extends Omit<TeamWish, 'pattern' | 'agents' | 'seats' | 'patternLimits'> {
  /** Name of a workflow, or one of one's own. */
  workflow: string | WorkflowDefinition;
  /** How long one step may take, milliseconds. */
  stepMs?: number;
}

/** What `runtime.start` takes. */
export interface WorkflowPlan extends Omit<TeamPlan, 'machine'> {
  machine: 'workflow';
}

const DAY_MS = 86_400_000;
/** With less than this part of its share a step still begins. */
const LEAST = 0.5;

/** Plans the workflow. Throws a RangeError that says what does not fit. */
export function formWorkflow(wish: WorkflowWish): WorkflowPlan {
  const definition =
    typeof wish.workflow === 'string' ? workflowNamed(wish.workflow) : wish.workflow;
  const wished = withoutCycles(definition.steps);
  const whole = wished.reduce((sum, { part }) => sum + part, 0);
  const steps = wished.map((one) => stepOf(one, one.part / whole, wish));
  const { id, request, materials = [], limits = {}, labels } = wish;
  return {
    ...(id === undefined ? {} : { id }),
    machine: 'workflow',
    actor: 'team',
    input: { steps, stepMs: wish.stepMs ?? DAY_MS } as unknown as Json,
    request: { text: request, materials },
    // Nobody speaks at the top, so nothing is kept for a synthesis.
    limits: { ...limits, synthesisTokens: 0 },
    labels: { request: request.slice(0, 400), pattern: definition.name, ...labels },
  };
}

function stepOf(one: StepWish, part: number, wish: WorkflowWish): WorkflowStep {
  const { workflow: _, stepMs: __, id: ___, materials: ____, labels, ...rest } = wish;
  const limits = shareOf(wish.limits ?? {}, part);
  const {
    machine,
    actor,
    input,
    request,
    labels: told,
  } = formTeam({
    ...rest,
    request: `${one.task}\n\nThe request of which this is a part:\n${wish.request}`,
    pattern: one.pattern,
    limits,
    seats: one.seats ?? seatsOf(one),
    ...(one.patternLimits ? { patternLimits: one.patternLimits } : {}),
    labels: { ...labels, step: one.step },
  });
  const plan = { machine, actor, input, request, limits, labels: told };
  const { tokens, usd } = limits;
  return {
    step: one.step,
    title: one.title,
    needs: one.needs,
    plan: plan as unknown as WorkflowStep['plan'],
    atLeast: {
      ...(tokens === undefined ? {} : { tokens: Math.floor(tokens * LEAST) }),
      ...(usd === undefined ? {} : { usd: usd * LEAST }),
    },
  };
}

/** The seats of a step that nobody has cast: its own types and methodologies. */
function seatsOf({ pattern, agents, methodologies }: StepWish): SeatWish[] {
  const seats = cast(patternOf(pattern), agents);
  return seats.map((seat, at) => {
    const index = seats.slice(0, at).filter(({ role }) => role === seat.role).length;
    const ways = methodologies?.[seat.role] ?? [];
    return { ...seat, methodology: ways[Math.min(index, ways.length - 1)] ?? null };
  });
}

function shareOf(limits: Partial<Limits>, part: number): Partial<Limits> {
  const { tokens, usd, timeMs: _, ...others } = limits;
  return {
    ...others,
    ...(tokens === undefined ? {} : { tokens: Math.max(1, Math.floor(tokens * part)) }),
    ...(usd === undefined ? {} : { usd: usd * part }),
  };
}
