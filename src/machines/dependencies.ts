/**
 * What waits for what on the board: a graph of tasks that must have no cycle, or all of them would wait for
 * ever. Pure; the team's machine keeps one and mends it.
 *
 * Invariants
 * 1. As long as every task goes in through `withTask`, the graph has no cycle.
 * 2. A cycle is broken at the task that closes it: it waits for a draft of what it waited for, and a draft waits
 *    for nothing.
 * 3. At most `TASKS_MAX` tasks are known; further ones are not looked at.
 */

interface Dependency {
  readonly owner: string | null;
  readonly blockedBy: readonly string[];
}
export type Dependencies = Readonly<Record<string, Dependency>>;

export const TASKS_MAX = 200;

/** A draft that breaks a cycle. */
export interface Draft {
  readonly task: string;
  readonly of: string;
  readonly owner: string | null;
  /** The tasks of the cycle in order, the one that closed it first. */
  readonly cycle: readonly string[];
}

interface Mended {
  readonly tasks: Dependencies;
  /** What the new task waits for, once every cycle through it is broken. */
  readonly blockedBy: readonly string[];
  readonly drafts: readonly Draft[];
}

/** Takes a task into the graph, with a draft for each of its blockers that waits for it in turn. */
export function withTask(before: Dependencies, task: string, wanted: Dependency): Mended {
  const { owner } = wanted;
  const known = task in before || Object.keys(before).length < TASKS_MAX;
  if (!known) return { tasks: before, blockedBy: wanted.blockedBy, drafts: [] };
  const drafts: Draft[] = [];
  const blockedBy = [...new Set(wanted.blockedBy)].map((blocker) => {
    const way = wayBetween({ ...before, [task]: { owner, blockedBy: [] } }, blocker, task);
    if (!way) return blocker;
    const draft = `draft-of-${blocker}`;
    const whose = blocker === task ? owner : (before[blocker]?.owner ?? null);
    drafts.push({ task: draft, of: blocker, owner: whose, cycle: [task, ...way.slice(0, -1)] });
    return draft;
  });
  const tasks: Record<string, Dependency> = { ...before, [task]: { owner, blockedBy } };
  for (const draft of drafts) tasks[draft.task] = { owner: draft.owner, blockedBy: [] };
  return { tasks, blockedBy, drafts };
}

/** The tasks from one to another along what each waits for, both included; undefined when there is no way. */
export function wayBetween(tasks: Dependencies, from: string, to: string): string[] | undefined {
  const cameFrom = new Map<string, string | null>([[from, null]]);
  for (const here of cameFrom.keys()) {
    if (here === to) return wayBack(cameFrom, to);
    for (const next of tasks[here]?.blockedBy ?? [])
      if (!cameFrom.has(next)) cameFrom.set(next, here);
  }
  return undefined;
}

function wayBack(cameFrom: ReadonlyMap<string, string | null>, to: string): string[] {
  const way: string[] = [];
  for (let at: string | null = to; at !== null; at = cameFrom.get(at)!) way.unshift(at);
  return way;
}
