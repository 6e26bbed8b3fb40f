import { describe, expect, it } from 'vitest';
import { assign, createMachine, emit } from 'xstate';
import type { Limits } from '../../../src/events/words/team.ts';
import { TurnStage, types } from '../turn-stage.ts';

const workers = {
  pay: { effect: 'paid' as const },
  look: { effect: 'repeatable' as const },
  act: { effect: 'once' as const },
};
const says = (type: string, data: object) => emit({ type, ...data } as never);

/** A team whose root says things and comes to owe work whenever it is told to. */
function team(limits: Partial<Limits>, src: keyof typeof workers = 'pay') {
  const idle = { on: { pay: 'paying' } };
  const root = createMachine({
    initial: 'idle',
    on: {
      talk: { actions: says('message.sent', { to: ['hearer'], seq: 1, text: 'hello' }) },
      round: { actions: says('round.started', { round: 1, of: 9, title: 't' }) },
    },
    entry: says('actor.joined', { actor: 'hearer', machine: 'hearer', input: null }),
    states: {
      idle,
      paying: { invoke: { id: 'x', src, onDone: 'idle', onError: 'refused' } },
      refused: idle,
    },
  } as any);
  const hearer = createMachine({ on: { '*': { actions: assign({}) } } });
  const stage = new TurnStage({ machines: { root, hearer }, workers, limits });
  stage.form();
  let revision = 0;
  const tell = (type: string, at = 1) =>
    stage.take(type, {}, at, { origin: `inbox-t@${revision++}`, to: ['root'] });
  const pay = (at = 1) => {
    const events = tell('pay', at);
    const refused = events.find(({ type }) => type === 'work.refused');
    if (refused) return `refused: ${refused.data['limit']}`;
    const done = { usage: undefined, output: 1 };
    stage.take('work.done', done as never, at, { work: stage.work('root', 'x') });
    return 'done';
  };
  return { stage, tell, pay };
}

describe('limits that are counted', () => {
  it('refuse dear work of an actor that has said all its messages, and of a team that has', () => {
    const one = team({ messagesPerActor: 2 });
    expect([one.tell('talk'), one.pay()].at(-1)).toBe('done');
    one.tell('talk');
    expect(one.pay()).toBe('refused: messages');
    const all = team({ messagesPerTeam: 1 });
    all.tell('talk');
    expect(all.pay()).toBe('refused: messages');
  });

  it('let work go on that costs nothing', () => {
    const { tell, pay } = team({ messagesPerActor: 1, works: 1 }, 'look');
    tell('talk');
    expect([pay(), pay(), pay()]).toEqual(['done', 'done', 'done']);
  });

  it('refuse more pieces of work than there may be', () => {
    const { pay } = team({ works: 2 }, 'act');
    expect([pay(), pay(), pay()]).toEqual(['done', 'done', 'refused: works']);
  });

  it('refuse work beyond the last round', () => {
    const { tell, pay } = team({ rounds: 1 });
    tell('round');
    expect(pay()).toBe('done');
    tell('round');
    expect(pay()).toBe('refused: rounds');
  });

  it('refuse work when the time is spent', () => {
    const { pay } = team({ timeMs: 1000 });
    expect(pay(999)).toBe('done');
    expect(pay(1000)).toBe('refused: time');
  });

  it('are told once when four fifths are used', () => {
    const { tell } = team({ messagesPerActor: 5, messagesPerTeam: 100 });
    const told = Array.from({ length: 5 }, () => types(tell('talk')).includes('limit.neared'));
    expect(told).toEqual([false, false, false, true, false]);
  });
});
