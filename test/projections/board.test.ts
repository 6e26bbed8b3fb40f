import { describe, expect, it } from 'vitest';
import { board, waitsFor } from '../../src/projections/board/board.ts';
import { project, projectAt } from '../../src/projections/kit/projection.ts';
import { given, returned, say } from './given.ts';

const registered = (more: object) =>
  say('artifact.registered', { title: 'Plan', by: 'producer', locked: false, ...more });
const wrote = (path: string, hash: string) =>
  returned('producer', 1, 'u', 'ok', { tool: 'write_file', path, hash, wrote: true });

describe('the board shows of a task', () => {
  const events = given(
    say('task.created', { task: 'a', title: 'Measure', blockedBy: [] }),
    say('task.created', { task: 'b', title: 'Plan', owner: 'ann', blockedBy: ['a', 'lost'] }),
    say('task.assigned', { task: 'a', owner: 'bob' }),
    say('task.progressed', { task: 'a', status: 'completed', note: '3 ms' }),
    say('task.progressed', { task: 'nobody-made-this', status: 'failed', note: '' }),
  );

  it('its owner, status and last note', () => {
    expect(project(board, events).tasks['a']).toEqual({
      task: 'a',
      title: 'Measure',
      status: 'completed',
      owner: 'bob',
      blockedBy: [],
      note: '3 ms',
      revision: 3,
    });
    expect(Object.keys(project(board, events).tasks)).toEqual(['a', 'b']);
  });

  it('what it still waits for, at any revision', () => {
    expect(waitsFor(projectAt(events, board, 2), 'b')).toEqual(['a', 'lost']);
    expect(waitsFor(project(board, events), 'b')).toEqual(['lost']);
  });

  it('under any name, even one that every object has', () => {
    const odd = ['constructor', '__proto__'].map((task) =>
      say('task.created', { task, title: 'Odd', blockedBy: [] }),
    );
    const state = project(board, given(...odd));
    expect(Object.values(state.tasks).map(({ task }) => task)).toEqual([
      'constructor',
      '__proto__',
    ]);
    expect(Object.getPrototypeOf(state.tasks)).toBe(Object.prototype);
  });
});

describe('the board shows of an artifact', () => {
  it('the newest version that was written, with its hash, and how many there were', () => {
    const state = project(
      board,
      given(
        wrote('plan.md', 'h1'),
        wrote('plan.md', 'h2'),
        registered({ path: 'plan.md', hash: 'h2' }),
      ),
    );
    expect(state.artifacts['plan.md']).toMatchObject({
      title: 'Plan',
      hash: 'h2',
      versions: 2,
      by: 'producer',
    });
  });

  it('nothing of a read, nor of a write that failed', () => {
    const state = project(
      board,
      given(
        returned('producer', 1, 'u', 'text', { path: 'a', hash: 'h' }),
        returned('producer', 1, 'u', 'no', { path: 'a', hash: 'h', wrote: true, ok: false }),
      ),
    );
    expect(state.artifacts).toEqual({});
  });

  it('the agreed version once it is locked, and that its path was written again', () => {
    const state = project(
      board,
      given(
        registered({ path: 'api.md', hash: 'agreed', locked: true }),
        wrote('api.md', 'agreed'),
        wrote('api.md', 'changed'),
        registered({ path: 'api.md', hash: 'other' }),
      ),
    );
    expect(state.artifacts['api.md']).toMatchObject({
      hash: 'agreed',
      locked: true,
      versions: 1,
      writtenAfterLock: 3,
    });
  });

  it('the revision that holds its text when it is not a file', () => {
    const state = project(board, given(registered({ held: 4 }), registered({ held: 9 })));
    expect(Object.values(state.artifacts)).toMatchObject([{ held: 9, path: null, versions: 2 }]);
  });
});
