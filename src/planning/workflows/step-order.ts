/**
 * The order of the steps of a workflow. Cycles are found and broken: one member is asked for a draft first. Pure.
 *
 * Invariant: what comes out has no cycle, and every need is a step that stands before the one that needs it.
 */
import { type Dependencies, withTask } from '../../machines/dependencies.ts';
import { STEPS_MAX } from '../../machines/workflow/workflow-ledger.ts';
import type { StepWish } from './workflow.ts';

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
