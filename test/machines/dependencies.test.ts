import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  type Dependencies,
  TASKS_MAX,
  wayBetween,
  withTask,
} from '../../src/machines/dependencies.ts';

const task = (...blockedBy: string[]) => ({ owner: 'o', blockedBy });

describe('Tasks that wait for tasks', () => {
  it('keep what they wait for as long as nothing goes in a circle', () => {
    const { tasks, drafts } = withTask({ a: task() }, 'b', task('a', 'unknown'));
    expect(drafts).toEqual([]);
    expect(tasks['b']).toEqual(task('a', 'unknown'));
  });

  it('wait for a draft where they would close a circle, and only there', () => {
    const before = { a: task('b'), b: { owner: 'me', blockedBy: ['c'] }, d: task() };
    const { blockedBy, drafts } = withTask(before, 'c', task('d', 'a', 'b'));
    expect(blockedBy).toEqual(['d', 'draft-of-a', 'draft-of-b']);
    expect(drafts).toEqual([
      { task: 'draft-of-a', of: 'a', owner: 'o', cycle: ['c', 'a', 'b'] },
      { task: 'draft-of-b', of: 'b', owner: 'me', cycle: ['c', 'b'] },
    ]);
  });

  it('may not wait for themselves', () => {
    expect(withTask({}, 'a', task('a')).blockedBy).toEqual(['draft-of-a']);
  });

  const names = fc.constantFrom(...'abcdefg', 'draft-of-a', 'draft-of-b');
  const order = fc.array(fc.tuple(names, fc.array(names, { maxLength: 4 })), { maxLength: 30 });

  it('never wait in a circle, whatever is created or created again in any order', () => {
    fc.assert(
      fc.property(order, (created) => {
        let tasks: Dependencies = {};
        for (const [name, blockedBy] of created)
          ({ tasks } = withTask(tasks, name, task(...blockedBy)));
        for (const name in tasks)
          for (const next of tasks[name]!.blockedBy)
            expect(wayBetween(tasks, next, name)).toBeUndefined();
      }),
    );
  });

  it('are known up to a bound, and passed over beyond it', () => {
    let tasks: Dependencies = {};
    for (let i = 0; i < TASKS_MAX + 5; i++) ({ tasks } = withTask(tasks, `t-${i}`, task()));
    expect(Object.keys(tasks)).toHaveLength(TASKS_MAX);
  });
});
