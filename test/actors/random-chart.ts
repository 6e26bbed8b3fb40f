/**
 * Random statecharts: nested, parallel, with history, waits, timers, guards, raised and eventless steps.
 *
 * Invariants
 * 1. Equal dice make equal charts; the chart can be registered, and can always go on.
 * 2. No endless step: what is raised raises nothing, and eventless steps are counted.
 */
import {
  type AnyStateMachine,
  and,
  assign,
  emit,
  enqueueActions,
  fromPromise,
  not,
  raise,
  setup,
  stateIn,
} from 'xstate';
import type { Dice } from '../../src/events/words/scene.ts';

export const EVENTS = ['go.on', 'go.back', 'look.up', 'be.told'] as const;
const RAISED = 'was.raised';

interface Sketch {
  name: string;
  id: string;
  type: 'atomic' | 'compound' | 'parallel' | 'final' | 'history' | 'deep';
  states: Sketch[];
}

export interface ChartOptions {
  /** After so many milliseconds the chart ends, wherever it stands. */
  endsAfterMs?: number;
  /**
   * No state remembers where it was left; there are final states, wildcards, composed guards and enqueued actions
   * instead.
   */
  rich?: boolean;
}

const isEven = ({ context }: { context: { n: number } }) => context.n % 2 === 0;

export function randomChart(dice: Dice, options: ChartOptions = {}): AnyStateMachine {
  let count = 0;
  const sketch = (depth: number, path: string): Sketch => {
    const name = `s${count++}`;
    const id = `${path}-${name}`;
    const nested = depth < 3 && count < 18 && dice.chance(0.6);
    const type = nested ? dice.pick(['compound', 'parallel'] as const) : 'atomic';
    const states = nested
      ? Array.from({ length: dice.int(2, 3) }, () => sketch(depth + 1, id))
      : [];
    if (options.rich && nested && dice.chance(0.6)) {
      const final = `s${count++}`;
      states.push({ name: final, id: `${id}-${final}`, type: 'final', states: [] });
    } else if (type === 'compound' && !options.rich && dice.chance(0.5)) {
      const history = `s${count++}`;
      const kind = dice.pick(['history', 'deep'] as const);
      states.push({ name: history, id: `${id}-${history}`, type: kind, states: [] });
    }
    return { name, id, type, states };
  };
  const top = [sketch(1, 'c'), sketch(1, 'c'), sketch(1, 'c')];
  const ids = top.flatMap(idsOf);
  const node = (at: Sketch): Record<string, unknown> => {
    if (at.type === 'history' || at.type === 'deep')
      return { id: at.id, type: 'history', history: at.type === 'deep' ? 'deep' : 'shallow' };
    if (at.type === 'final')
      return { id: at.id, type: 'final', entry: 'tell', output: ({ context }: any) => context.n };
    return { id: at.id, ...structure(at, node), ...behaviour(at, ids, dice, options.rich) };
  };
  return setup({
    types: {} as {
      context: { n: number; heard: number; ons: number };
      events: any;
      emitted: any;
      input: any;
    },
    actors: { work: fromPromise<any, any>(() => Promise.reject(new Error('only declared'))) },
    guards: {
      isEven,
      mayGoOn: ({ context }) => context.n % 5 === 3 && context.ons < 20,
      isRare: ({ context }) => context.n % 5 === 3,
      isOdd: not(isEven),
      isThere: and([stateIn({ running: top[0]!.name }), not(isEven)]),
    },
    actions: {
      countOn: assign({ ons: ({ context }) => context.ons + 1 }),
      count: assign({ n: ({ context }) => context.n + 1 }),
      listen: assign({ heard: ({ context }) => context.heard + 1 }),
      tell: emit(({ context }) => ({ type: 'was.told', n: context.n })),
      tellSome: emit(({ context }) => ({ type: 'was.told', to: ['root', 'nobody'], n: context.n })),
      raiseIt: raise({ type: RAISED }),
      weigh: enqueueActions(({ context, enqueue, check }) => {
        if (check('isEven')) enqueue.assign({ heard: context.heard + 2 });
        else enqueue.emit({ type: 'was.told', n: context.heard });
        enqueue.assign({ n: context.n + 1 });
        enqueue({ type: 'listen' } as never);
      }),
    },
    delays: { growing: ({ context }) => 100 + 50 * (context.n % 7) },
  }).createMachine({
    id: 'c',
    context: { n: 0, heard: 0, ons: 0 },
    initial: 'running',
    output: ({ context }: any) => ({ status: 'done', reason: `counted to ${context.n}` }),
    states: {
      running: {
        id: 'c-running',
        initial: top[0]!.name,
        states: Object.fromEntries(top.map((at) => [at.name, node(at)])) as any,
        ...(options.endsAfterMs === undefined ? {} : { after: { [options.endsAfterMs]: 'over' } }),
      },
      over: { type: 'final' },
    },
    options: { maxIterations: 1000 },
  } as any) as AnyStateMachine;
}

const idsOf = (at: Sketch): string[] => [at.id, ...at.states.flatMap(idsOf)];

function structure(at: Sketch, node: (at: Sketch) => unknown): Record<string, unknown> {
  if (at.states.length === 0) return {};
  return {
    ...(at.type === 'parallel' ? { type: 'parallel' } : { initial: at.states[0]!.name }),
    states: Object.fromEntries(at.states.map((inner) => [inner.name, node(inner)])),
  };
}

function behaviour(
  at: Sketch,
  ids: readonly string[],
  dice: Dice,
  rich = false,
): Record<string, unknown> {
  const guards = rich ? ['isEven', 'isRare', 'isOdd', 'isThere'] : ['isEven', 'isRare'];
  const target = () => `#${dice.pick(ids)}`;
  const actions = () => dice.some(['count', 'listen', 'tell', 'tellSome'], dice.int(0, 2));
  const transition = (raises: boolean) => ({
    ...(dice.chance(0.8) ? { target: target() } : {}),
    ...(dice.chance(0.3) ? { guard: dice.pick(guards) } : {}),
    ...(dice.chance(0.2) ? { reenter: true } : {}),
    actions: [...actions(), ...(raises && dice.chance(0.3) ? ['raiseIt'] : [])],
  });
  const on = Object.fromEntries(
    dice.some(EVENTS, dice.int(0, 3)).map((type) => [type, transition(true)]),
  );
  return {
    on: {
      ...on,
      ...(dice.chance(0.3) ? { [RAISED]: transition(false) } : {}),
      ...(rich && dice.chance(0.2) ? { [dice.pick(['go.*', '*'])]: transition(false) } : {}),
    },
    ...(rich && at.states.some(({ type }) => type === 'final')
      ? { onDone: transition(false) }
      : {}),
    entry: rich && dice.chance(0.3) ? [...actions(), 'weigh'] : actions(),
    exit: dice.some(['count', 'tell'], dice.int(0, 1)),
    ...(dice.chance(0.2)
      ? {
          always: {
            guard: 'mayGoOn',
            actions: ['count', 'countOn'],
            ...(dice.chance(0.5) ? { target: target() } : {}),
          },
        }
      : {}),
    ...(dice.chance(0.35)
      ? {
          invoke: {
            id: `w-${at.id}`,
            src: 'work',
            input: ({ context }: any) => ({ n: context.n }),
            onDone: transition(true),
            onError: [transition(true), { actions: ['listen'] }],
          },
        }
      : {}),
    ...(dice.chance(0.35)
      ? { after: { [dice.chance(0.3) ? 'growing' : dice.int(1, 5) * 100]: transition(true) } }
      : {}),
  };
}
