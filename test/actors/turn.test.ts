import { describe, expect, it } from 'vitest';
import { assign, createMachine, emit } from 'xstate';
import { hashState, persistState } from '../../src/actors/state/team-state.ts';
import { TURN_BYTES_MAX, TURN_EVENTS_MAX } from '../../src/actors/turn/draft.ts';
import { STOP_GRACE_MS } from '../../src/actors/turn/hearing.ts';
import { BEGINNING, type StageOptions, TurnStage, types } from './turn-stage.ts';

const stage = (options: StageOptions): TurnStage => {
  const made = new TurnStage(options);
  made.form();
  return made;
};
const joins = (actor: string, machine = actor) =>
  emit({ type: 'actor.joined', actor, machine, input: null });
const says = (type: string, to?: string | string[]) => emit({ type, ...(to ? { to } : {}) });
const outside = (revision = 0) => ({ origin: `inbox-t@${revision}` });
const waits = (src: string, more: object = {}) => ({
  id: 'w',
  initial: 'waiting',
  states: {
    waiting: {
      id: 'waiting',
      invoke: { id: 'x', src, onDone: 'done', onError: 'failed' },
      on: { 'leave.it': 'left', 'begin.anew': { target: 'waiting', reenter: true } },
      ...more,
    },
    done: {},
    failed: {},
    left: {},
  },
});

describe('a turn', () => {
  it('hears first what was said first, and ends when nothing is left to hear', () => {
    const root = createMachine({
      entry: [joins('a'), joins('b')],
      on: { go: { actions: [says('first.said', 'a'), says('second.said', 'b')] } },
    });
    const a = createMachine({ on: { 'first.said': { actions: says('third.said', 'b') } } });
    const b = createMachine({ on: { '*': { actions: assign({}) } } });
    const team = stage({ machines: { root, a, b } });
    const events = team.take('go', {}, 1, { ...outside(), to: ['root'] });
    expect(types(events)).toEqual(['go', 'first.said', 'second.said', 'third.said']);
    expect(events.map(({ meta }) => meta.actor)).toEqual([undefined, 'root', 'root', 'a']);
    expect(events.map(({ meta }) => meta.causationId)).toEqual([undefined, 4, 4, 5]);
    expect(events.map(({ meta }) => meta.last)).toEqual([undefined, undefined, undefined, true]);
    expect(new Set(events.map(({ meta }) => meta.turn))).toEqual(new Set([2]));
  });

  it('leaves the state that it was given as it was', () => {
    const root = createMachine({ on: { go: { actions: [joins('a'), says('x.said', 'a')] } } });
    const team = stage({ machines: { root, a: createMachine({}) } });
    const before = team.state;
    const hash = hashState(before);
    team.take('go', {}, 1, { ...outside(), to: ['root'] });
    expect(team.state).not.toBe(before);
    expect(hashState(before)).toBe(hash);
  });

  it('tells those who subscribe, except the speaker, and those who are named, whoever they are', () => {
    const root = createMachine({
      entry: [joins('a', 'hearer'), joins('b', 'hearer'), joins('c', 'other')],
      on: { go: { actions: [says('task.done'), says('task.done', ['c', 'ghost'])] } },
    });
    const hearer = {
      machine: createMachine({ on: { 'task.*': { actions: assign({}) } } }),
      hears: ['task.*'],
    };
    const team = stage({
      machines: { root: { machine: root, hears: ['>'] }, hearer, other: createMachine({}) },
    });
    const [, all, named] = team.take('go', {}, 1, { ...outside(), to: ['root'] });
    expect(all!.meta.to).toEqual(['a', 'b']);
    expect(named!.meta).toMatchObject({ to: ['c'], deaf: ['c'], undeliverable: ['ghost'] });
  });

  it('stops a team whose turn does not end, and records nothing of that turn but its stimulus', () => {
    const echo = createMachine({
      on: { 'ball.played': { actions: says('ball.played', ['a', 'b']) } },
    });
    const root = createMachine({
      entry: [joins('a', 'echo'), joins('b', 'echo')],
      on: { go: { actions: says('ball.played', 'a') } },
    });
    const team = stage({ machines: { root, echo } });
    const before = team.state.revision;
    const events = team.take('go', {}, 1, { ...outside(3), to: ['root'] });
    expect(types(events)).toEqual(['go', 'team.stopped']);
    expect(events[0]!.meta.to).toBeUndefined();
    expect(events[1]!.data).toMatchObject({ reason: 'turnTooLong', heard: { 'inbox-t': 3 } });
    expect(String(events[1]!.data['detail'])).toContain(`${TURN_EVENTS_MAX} events`);
    expect(events.map(({ revision }) => revision)).toEqual([before + 1, before + 2]);
    expect(team.state.revision).toBe(before + 2);
    expect(team.state.ended?.revision).toBe(before + 2);
  });

  it('stops a team whose machine throws or says what only the runtime may say', () => {
    const bad = (actions: any) => {
      const team = stage({ machines: { root: createMachine({ on: { go: { actions } } }) } });
      return team.take('go', {}, 1, { ...outside(), to: ['root'] })[1]!.data;
    };
    const throwing = assign(() => {
      throw new Error('I fell');
    });
    expect(bad(throwing)).toMatchObject({
      reason: 'poisoned',
      detail: expect.stringContaining('I fell'),
    });
    expect(bad(says('team.dissolved'))['detail']).toMatch(/only the runtime may say/);
    expect(bad(emit({ type: 'message.sent', to: 'root' }))['detail']).toMatch(
      /does not fit its schema/,
    );
    expect(bad(joins('a', 'ghost'))['detail']).toMatch(/no machine "ghost"/);
    expect(bad(joins('root', 'root'))['detail']).toMatch(/is in the team already/);
  });

  it('stops a team at a stimulus that is larger than a turn may be', () => {
    const team = stage({
      machines: { root: createMachine({ on: { go: { actions: says('x.said') } } }) },
    });
    const data = { text: 'x'.repeat(TURN_BYTES_MAX + 1) };
    const events = team.take('go', data, 1, { ...outside(), to: ['root'] });
    expect(types(events)).toEqual(['go', 'team.stopped']);
    expect(events[1]!.data['reason']).toBe('turnTooLarge');
  });

  it('stops a team whose turns are spent', () => {
    const team = stage({ machines: { root: createMachine({}) }, limits: { turns: 3 } });
    expect(types(team.take('go', {}, 1, outside()))).toEqual(['go']);
    expect(types(team.take('go', {}, 2, outside(1)))).toEqual(['go', 'team.stopped']);
    expect(team.state.ended?.data['reason']).toBe('turnsSpent');
  });

  it('dissolves a team when its root is done, after all else has been heard', () => {
    const root = createMachine({
      entry: joins('a'),
      initial: 'on',
      output: { status: 'failed', reason: 'enough' },
      states: {
        on: { on: { go: { target: 'off', actions: says('x.said', 'a') } } },
        off: { type: 'final' },
      },
    });
    const a = createMachine({ on: { 'x.said': { actions: says('y.said', 'root') } } });
    const team = stage({ machines: { root, a } });
    const events = team.take('go', {}, 1, { ...outside(), to: ['root'] });
    expect(types(events)).toEqual(['go', 'x.said', 'y.said', 'team.dissolved']);
    expect(events[2]!.meta.undeliverable).toEqual(['root']);
    expect(events[3]!.data).toMatchObject({ status: 'failed', reason: 'enough' });
    expect([...team.state.actors.values()].map(({ status }) => status)).toEqual(['done', 'left']);
  });

  it('says that an actor is done, and dissolves nothing', () => {
    const root = { machine: createMachine({ entry: joins('a') }), hears: ['actor.done'] };
    const a = createMachine({
      initial: 'over',
      output: { n: 1 },
      states: { over: { type: 'final' } },
    });
    const team = new TurnStage({ machines: { root, a } });
    const [, , done] = team.form();
    expect(done).toMatchObject({
      type: 'actor.done',
      data: { actor: 'a', status: 'done', output: { n: 1 } },
      meta: { to: ['root'], deaf: ['root'] },
    });
    expect(team.state.ended).toBeNull();
  });
});

describe('actors that join and leave', () => {
  const helper = createMachine(waits('pay', { after: { 1000: 'left' } }) as any);
  const root = createMachine({
    on: {
      hire: { actions: [joins('h', 'helper'), says('leave.it', 'h')] },
      hold: { actions: joins('h', 'helper') },
      dismiss: { actions: emit({ type: 'actor.left', actor: 'h', reason: 'slow' }) },
    },
  });
  const make = () => stage({ machines: { root, helper }, workers: { pay: { effect: 'paid' } } });

  it('start when their joining is heard, and hear what was said after it', () => {
    const team = make();
    const events = team.take('hire', {}, 1, { ...outside(), to: ['root'] });
    expect(types(events)).toEqual(['hire', 'actor.joined', 'leave.it']);
    expect(events[1]!.meta.state).toEqual({ h: 'waiting' });
    expect(events[2]!.meta.state).toEqual({ h: 'left' });
  });

  it('lose their work and timers when they leave; a successor starts afresh under the same name', () => {
    const team = make();
    team.take('hold', {}, 1, { ...outside(), to: ['root'] });
    const first = team.work('h', 'x');
    expect([...team.state.timers.keys()]).toEqual(['h/xstate.after.1000.waiting']);
    const events = team.take('dismiss', {}, 2, { ...outside(1), to: ['root'] });
    expect(types(events)).toEqual(['dismiss', 'actor.left', 'work.cancelled']);
    expect(events[2]!.data).toMatchObject({ work: first, started: true });
    expect(team.state.timers.size).toBe(0);
    expect(
      team.take('leave.it', {}, 3, { ...outside(2), to: ['h'] })[0]!.meta.undeliverable,
    ).toEqual(['h']);
    team.take('hold', {}, 4, { ...outside(3), to: ['root'] });
    const works = [...team.state.works.values()].map(({ id, status }) => [id, status]);
    expect(works).toEqual([
      [first, 'cancelled'],
      [expect.not.stringMatching(first), 'started'],
    ]);
  });
});

describe('work that is owed', () => {
  const workers = {
    look: { effect: 'repeatable' as const },
    pay: { effect: 'paid' as const },
    act: { effect: 'once' as const },
  };
  const waiting = (src: keyof typeof workers, more: object = {}) =>
    stage({ machines: { root: createMachine(waits(src, more) as any) }, workers });

  it('is admitted when the turn is quiescent, and started where its repetition costs or hurts', () => {
    const rulings = (src: keyof typeof workers) =>
      types(waiting(src).log).filter((type) => type.startsWith('work.'));
    expect(rulings('look')).toEqual(['work.admitted']);
    expect(rulings('pay')).toEqual(['work.admitted', 'work.started']);
    expect(rulings('act')).toEqual(['work.admitted', 'work.started']);
  });

  it('reaches its machine as done or as error, once', () => {
    const team = waiting('look');
    const work = team.work('root', 'x');
    team.take('work.done', { output: 5 }, 1, { work });
    expect(team.state.actors.get('root')!.snapshot.value).toBe('done');
    expect(team.state.works.size).toBe(0);
    const [again] = team.take('work.done', { output: 6 }, 2, { work });
    expect(again!.meta).toMatchObject({ undeliverable: ['root'] });
    const failing = waiting('look');
    failing.take('work.failed', { kind: 'x', message: 'm' }, 1, {
      work: failing.work('root', 'x'),
    });
    expect(failing.state.actors.get('root')!.snapshot.value).toBe('failed');
  });

  it('is cancelled when its state is left: recorded where it cost or hurt, kept where it must be settled', () => {
    const left = (src: keyof typeof workers) => {
      const team = waiting(src);
      const events = team.take('leave.it', {}, 1, { ...outside(), to: ['root'] });
      return [types(events), [...team.state.works.values()].map(({ status }) => status)];
    };
    expect(left('look')).toEqual([['leave.it'], []]);
    expect(left('pay')).toEqual([['leave.it', 'work.cancelled'], ['cancelled']]);
    expect(left('act')).toEqual([['leave.it', 'work.cancelled'], []]);
  });

  it('is another activation when its state is entered again', () => {
    const team = waiting('look');
    const first = team.work('root', 'x');
    team.take('begin.anew', {}, 1, { ...outside(), to: ['root'] });
    const second = team.work('root', 'x');
    expect(second).not.toBe(first);
    expect(
      team.take('work.done', { output: 1 }, 2, { work: first })[0]!.meta.undeliverable,
    ).toEqual(['root']);
    expect(team.state.actors.get('root')!.snapshot.value).toBe('waiting');
  });

  it('is refused within the turn that owes it, as the failure of that work', () => {
    const team = new TurnStage({
      machines: { root: createMachine(waits('pay') as any) },
      workers,
      limits: { works: 1 },
    });
    team.form();
    const work = team.work('root', 'x');
    const again = team.take('begin.anew', {}, 1, { ...outside(), to: ['root'] });
    expect(types(again)).toEqual(['begin.anew', 'work.cancelled', 'work.refused']);
    expect(again[2]!).toMatchObject({ data: { limit: 'works' }, meta: { to: ['root'] } });
    expect(team.state.actors.get('root')!.snapshot.value).toBe('failed');
    expect(team.take('work.late', { work, src: 'pay' }, 2, { work }).length).toBe(1);
    expect(team.state.works.size).toBe(0);
  });
});

describe('a delay', () => {
  const patient = (delay: number) =>
    createMachine(
      {
        id: 'p',
        initial: 'idle',
        states: {
          idle: { on: { go: 'waiting' } },
          waiting: { id: 'waiting', after: { long: 'over' }, on: { back: 'idle' } },
          over: {},
        },
      },
      { delays: { long: delay } },
    );
  const go = (team: TurnStage, type: string) =>
    team.take(type, {}, 1, { ...outside(team.state.heard.size), to: ['root'] });

  it('of infinity is never due, and survives being written down', () => {
    const team = stage({ machines: { root: patient(Number.POSITIVE_INFINITY) } });
    expect(types(go(team, 'go'))).toEqual(['go']);
    expect(team.state.timers.size).toBe(0);
    expect(JSON.stringify(persistState(team.state))).not.toContain('dueAt');
  });

  it('of NaN is refused, and says so', () => {
    const team = stage({ machines: { root: patient(Number.NaN) } });
    const events = go(team, 'go');
    expect(types(events)).toEqual(['go', 'team.stopped']);
    expect(events[1]?.data['detail']).toContain('NaN: a delay is a number of milliseconds');
  });
});

describe('a new leader', () => {
  const workers = { pay: { effect: 'paid' as const }, act: { effect: 'once' as const } };

  it('counts a paid attempt as spent and begins it anew; once-only work has an unknown outcome', () => {
    const paid = stage({ machines: { root: createMachine(waits('pay') as any) }, workers });
    expect(types(paid.lead(5))).toEqual([
      'leader.took',
      'work.lapsed',
      'work.admitted',
      'work.started',
    ]);
    expect(paid.log.at(-1)!.data['attempt']).toBe(2);
    const once = stage({ machines: { root: createMachine(waits('act') as any) }, workers });
    const events = once.lead(5);
    expect(types(events)).toEqual(['leader.took', 'work.failed']);
    expect(events[1]!.data['kind']).toBe('outcomeUnknown');
    expect(once.state.actors.get('root')!.snapshot.value).toBe('failed');
  });

  it('moves timers by the time that nobody led, and not the deadline', () => {
    const root = createMachine(waits('pay', { after: { 1000: 'left' } }) as any);
    const team = stage({ machines: { root }, workers, limits: { timeMs: 5000 } });
    team.lead(400, 300);
    const due = [...team.state.timers.values()].map(({ timer, dueAt }) => [
      timer,
      dueAt - BEGINNING,
    ]);
    expect(due).toEqual([
      ['deadline', 5000],
      ['xstate.after.1000.waiting', 1300],
    ]);
  });
});

describe('a pause', () => {
  const root = createMachine(waits('look', { after: { 1000: 'left' } }) as any);
  const make = () => stage({ machines: { root }, workers: { look: { effect: 'repeatable' } } });
  const pause = (team: TurnStage, at: number) =>
    team.take('team.paused', { by: 'p' }, at, outside());
  const resume = (team: TurnStage, at: number) =>
    team.take('team.continued', { by: 'p' }, at, outside(1));

  it('holds back work until the team continues, and moves its timers by the pause', () => {
    const team = make();
    pause(team, 100);
    team.take('begin.anew', {}, 100, { ...outside(2), to: ['root'] });
    expect(team.state.works.get(team.work('root', 'x'))!.status).toBe('owed');
    expect(types(resume(team, 600))).toEqual(['team.continued', 'work.admitted']);
    expect([...team.state.timers.values()][0]!.dueAt - BEGINNING).toBe(1600);
  });

  it('moves timers once, though nobody led for a part of it', () => {
    const team = make();
    pause(team, 100);
    team.lead(400, 300);
    resume(team, 600);
    expect([...team.state.timers.values()][0]!.dueAt - BEGINNING).toBe(1500);
  });
});

describe('a request to stop', () => {
  const asked = { team: 't', reason: 'enough', by: 'p' };

  it('stops at once a team whose root cannot act on it', () => {
    const team = stage({ machines: { root: createMachine({}) } });
    const events = team.take('team.stopRequested', asked, 1, outside());
    expect(types(events)).toEqual(['team.stopRequested', 'team.stopped']);
    expect(events[1]!.data).toMatchObject({ reason: 'stopped', detail: 'asked by p: enough' });
  });

  it('gives a root that can act on it some time, and then stops it', () => {
    const root = createMachine({ on: { 'team.stopRequested': { actions: assign({}) } } });
    const team = stage({ machines: { root } });
    expect(types(team.take('team.stopRequested', asked, 1, outside()))).toEqual([
      'team.stopRequested',
    ]);
    expect([...team.state.timers.values()][0]!.dueAt).toBe(BEGINNING + 1 + STOP_GRACE_MS);
    expect(types(team.fire())).toEqual(['timer.fired', 'team.stopped']);
  });

  it('comes by itself when the time of the team is spent', () => {
    const team = stage({ machines: { root: createMachine({}) }, limits: { timeMs: 5000 } });
    expect(types(team.fire())).toEqual(['timer.fired', 'team.stopRequested', 'team.stopped']);
    expect(team.state.at).toBe(BEGINNING + 5000);
  });
});
