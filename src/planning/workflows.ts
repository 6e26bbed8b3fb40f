/**
 * Workflows: a request that needs several teams, one building on the other. Pure: wishes in, a plan out whose
 * steps have their share of the budget. Cycles are found and broken: one member is asked for a draft first.
 *
 * Invariants
 * 1. The steps of a plan have no cycle, and every need is a step of the plan.
 * 2. The shares of all steps together are no more than the limit; what one does not use, later ones may.
 * 3. A step is told what it is to do with the request, and shown what it builds on; it never reads the others'
 *    streams.
 */
import type { Json } from '../events/event.ts';
import type { Limits } from '../events/words/team.ts';
import { type Dependencies, withTask } from '../machines/dependencies.ts';
import { STEPS_MAX, type WorkflowStep } from '../machines/workflow/workflow-ledger.ts';
import { formTeam, type TeamPlan, type TeamWish } from './formation.ts';

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

export interface WorkflowWish extends Omit<TeamWish, 'pattern' | 'agents' | 'patternLimits'> {
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

const workflowList: WorkflowDefinition[] = [
  {
    name: 'plan-build-test-review',
    purpose: 'A plan, what is built from it, its test, and a last look from several sides.',
    steps: [
      {
        step: 'plan',
        title: 'The plan',
        task: 'Plan the work only: the parts, their order, the interfaces between them, what could go wrong, how each part will be checked. Do not build it yet.',
        pattern: 'review-loop',
        agents: { producer: ['planner'], reviewer: ['architect-reviewer'] },
        part: 2,
        needs: [],
      },
      {
        step: 'build',
        title: 'What was built',
        task: 'Build what the plan asks for. Keep to the plan; say where you had to leave it and why.',
        pattern: 'expertise-routing',
        part: 4,
        needs: ['plan'],
      },
      {
        step: 'test',
        title: 'The test',
        task: 'Test what was built against the plan: work out the cases, run them or show by reasoning what would happen, and report what fails and how to mend it.',
        pattern: 'review-loop',
        agents: { producer: ['general-tester'], reviewer: ['code-reviewer'] },
        part: 2,
        needs: ['plan', 'build'],
      },
      {
        step: 'review',
        title: 'The review',
        task: 'Look at what was built and at its test as a whole, each from the angle of your speciality: is it fit to be used, and what must be done before?',
        pattern: 'swarm',
        agents: { contributor: ['code-reviewer', 'security-auditor', 'architect-reviewer'] },
        part: 2,
        needs: ['build', 'test'],
      },
    ],
  },
  {
    name: 'brainstorm-debate-build',
    purpose: 'Several ideas, a debate on the two best, and the winner built.',
    steps: [
      {
        step: 'brainstorm',
        title: 'The ideas, ranked',
        task: 'Propose a way to do what is asked, different from the obvious one where you can; do not build it. Whoever brings the proposals together ranks them, and names and describes the two best first.',
        pattern: 'swarm',
        part: 2,
        needs: [],
      },
      {
        step: 'debate',
        title: 'The choice between the two best',
        task: 'The two best proposals stand first in what is shown. The first advocate argues for the first of them, the second for the second; the judge says point by point which to build.',
        pattern: 'adversarial-debate',
        part: 2,
        needs: ['brainstorm'],
      },
      {
        step: 'build',
        title: 'The winner, built',
        task: 'Build the proposal for which the debate was decided, with what the judge took over from the other one.',
        pattern: 'review-loop',
        part: 4,
        needs: ['brainstorm', 'debate'],
      },
    ],
  },
  {
    name: 'learn-plan-implement',
    purpose: 'What is there is learned, a plan made of it, and the plan carried out.',
    steps: [
      {
        step: 'learn',
        title: 'What was learned',
        task: 'Learn what must be known to do what is asked: how things are now, what others have done, what is required. Plan and build nothing; say what rests on what.',
        pattern: 'swarm',
        part: 2,
        needs: [],
      },
      {
        step: 'plan',
        title: 'The plan',
        task: 'Plan the work from what was learned. Every step of the plan names what it rests on and how it will be checked.',
        pattern: 'review-loop',
        agents: { producer: ['planner'], reviewer: ['architect-reviewer'] },
        part: 2,
        needs: ['learn'],
      },
      {
        step: 'implement',
        title: 'What was made',
        task: 'Carry out the plan. Keep to it; say where you had to leave it and why.',
        pattern: 'expertise-routing',
        part: 4,
        needs: ['learn', 'plan'],
      },
    ],
  },
  {
    name: 'watched-line',
    purpose: 'An assembly line, each of whose stages works under a watchdog.',
    steps: [
      {
        step: 'design',
        title: 'The design',
        task: 'Design what is asked. The watchdog holds the design against every requirement and standard that the request names.',
        pattern: 'watchdog',
        agents: { implementer: ['planner'] },
        part: 2,
        needs: [],
      },
      {
        step: 'make',
        title: 'What was made',
        task: 'Make what the design asks for. The watchdog holds it against the design and the standards that the request names.',
        pattern: 'watchdog',
        part: 4,
        needs: ['design'],
      },
      {
        step: 'verify',
        title: 'The verification',
        task: 'Verify what was made: cases, results, what must be mended. The watchdog holds the verification against the design, so that nothing in it goes unchecked.',
        pattern: 'watchdog',
        agents: { implementer: ['general-tester'] },
        part: 2,
        needs: ['design', 'make'],
      },
    ],
  },
];

/** Workflows by their names. */
export const workflows: Readonly<Record<string, WorkflowDefinition>> = Object.fromEntries(
  workflowList.map((one) => [one.name, one]),
);

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

export function workflowNamed(name: string): WorkflowDefinition {
  const definition = Object.hasOwn(workflows, name) ? workflows[name] : undefined;
  if (definition) return definition;
  const known = Object.keys(workflows).join(', ');
  throw new RangeError(`there is no workflow "${name}"; there are: ${known}`);
}

/**
 * The steps in an order in which each comes after what it needs. Where they wait for each other, the step that
 * closes the circle is given a draft of what it waits for, made first by one agent alone.
 */
export function withoutCycles(steps: readonly StepWish[]): StepWish[] {
  const byName = new Map(steps.map((one) => [one.step, one]));
  if (byName.size < steps.length) throw new RangeError('two steps of the workflow have one name');
  for (const { step, needs } of steps)
    for (const name of needs)
      if (!byName.has(name))
        throw new RangeError(`step "${step}" needs "${name}", which is no step of the workflow`);
  let graph: Dependencies = {};
  const mended = new Map<string, StepWish>();
  for (const one of steps) {
    const { tasks, blockedBy, drafts } = withTask(graph, one.step, {
      owner: null,
      blockedBy: one.needs,
    });
    graph = tasks;
    mended.set(one.step, { ...one, needs: [...blockedBy] });
    for (const { task, of } of drafts) mended.set(task, draftOf(byName.get(of)!, task));
  }
  if (mended.size > STEPS_MAX)
    throw new RangeError(`a workflow has at most ${STEPS_MAX} steps, this one ${mended.size}`);
  return inOrder([...mended.values()]);
}

const draftOf = ({ title, task, part }: StepWish, step: string): StepWish => ({
  step,
  title: `A first draft: ${title}`,
  task: `Others wait for this while it waits for them. Hand in a first draft of your part, from the request alone: what can be said now, and what you assume of the others. Your part: ${task}`,
  pattern: 'single-agent',
  part: part / 4,
  needs: [],
});

function inOrder(steps: readonly StepWish[]): StepWish[] {
  const ordered: StepWish[] = [];
  const placed = new Set<string>();
  for (let left = [...steps]; left.length > 0; ) {
    const ready = left.filter(({ needs }) => needs.every((name) => placed.has(name)));
    if (ready.length === 0) throw new Error('the steps still wait for each other');
    ordered.push(...ready);
    for (const { step } of ready) placed.add(step);
    left = left.filter(({ step }) => !placed.has(step));
  }
  return ordered;
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
    ...(one.agents ? { agents: one.agents } : {}),
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

function shareOf(limits: Partial<Limits>, part: number): Partial<Limits> {
  const { tokens, usd, timeMs: _, ...others } = limits;
  return {
    ...others,
    ...(tokens === undefined ? {} : { tokens: Math.max(1, Math.floor(tokens * part)) }),
    ...(usd === undefined ? {} : { usd: usd * part }),
  };
}
