/**
 * The workflows that come with the program, as data: which team does which part, on what it builds, and its part
 * of the budget in relation to the others'.
 */
import type { WorkflowDefinition } from './workflow.ts';

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
        methodologies: { producer: ['plan'], reviewer: ['review'] },
        part: 2,
        needs: [],
      },
      {
        step: 'build',
        title: 'What was built',
        task: 'Build what the plan asks for. Keep to the plan; say where you had to leave it and why.',
        pattern: 'expertise-routing',
        methodologies: { generalist: ['implement'] },
        part: 4,
        needs: ['plan'],
      },
      {
        step: 'test',
        title: 'The test',
        task: 'Test what was built against the plan: work out the cases, run them or show by reasoning what would happen, and report what fails and how to mend it.',
        pattern: 'review-loop',
        agents: { producer: ['general-tester'], reviewer: ['code-reviewer'] },
        methodologies: { producer: ['test'], reviewer: ['gate-testing'] },
        part: 2,
        needs: ['plan', 'build'],
      },
      {
        step: 'review',
        title: 'The review',
        task: 'Look at what was built and at its test as a whole, each from the angle of your speciality: is it fit to be used, and what must be done before?',
        pattern: 'swarm',
        agents: { contributor: ['code-reviewer', 'security-auditor', 'architect-reviewer'] },
        methodologies: { contributor: ['review'] },
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
        or: { role: 'scout', pattern: 'swarm-discovery' },
        methodologies: { contributor: ['brainstorm'], scout: ['brainstorm'] },
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
        pattern: 'assembly-line',
        agents: { stage: ['planner', 'backend-architect', 'integration-tester'] },
        methodologies: { stage: ['plan', 'implement', 'test'] },
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
        methodologies: { contributor: ['learn'] },
        part: 2,
        needs: [],
      },
      {
        step: 'plan',
        title: 'The plan',
        task: 'Plan the work from what was learned. Every step of the plan names what it rests on and how it will be checked.',
        pattern: 'review-loop',
        agents: { producer: ['planner'], reviewer: ['architect-reviewer'] },
        methodologies: { producer: ['plan'], reviewer: ['review'] },
        part: 2,
        needs: ['learn'],
      },
      {
        step: 'implement',
        title: 'What was made',
        task: 'Carry out the plan. Keep to it; say where you had to leave it and why.',
        pattern: 'expertise-routing',
        methodologies: { generalist: ['implement'] },
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
        agents: { implementer: ['planner'], watchdog: ['integration-tester'] },
        methodologies: { implementer: ['plan'], watchdog: ['gate-testing'] },
        part: 2,
        needs: [],
      },
      {
        step: 'make',
        title: 'What was made',
        task: 'Make what the design asks for. The watchdog holds it against the design and the standards that the request names.',
        pattern: 'watchdog',
        agents: { watchdog: ['integration-tester'] },
        methodologies: { implementer: ['implement'], watchdog: ['gate-testing'] },
        part: 4,
        needs: ['design'],
      },
      {
        step: 'verify',
        title: 'The verification',
        task: 'Verify what was made: cases, results, what must be mended. The watchdog holds the verification against the design, so that nothing in it goes unchecked.',
        pattern: 'watchdog',
        agents: { implementer: ['general-tester'], watchdog: ['integration-tester'] },
        methodologies: { implementer: ['test'], watchdog: ['gate-testing'] },
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

export function workflowNamed(name: string): WorkflowDefinition {
  const definition = Object.hasOwn(workflows, name) ? workflows[name] : undefined;
  if (definition) return definition;
  const known = Object.keys(workflows).join(', ');
  throw new RangeError(`there is no workflow "${name}"; there are: ${known}`);
}
