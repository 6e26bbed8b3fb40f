/**
 * Random machines of one's own: states, parallel, history, guards, delays, promises, children that are invoked and
 * spawned, messages up and down, raised and emitted events; and a random script that leads them.
 *
 * Invariants
 * 1. Equal draws make equal machines and scripts.
 * 2. No endless step: what is raised or answered at once is counted, and stops being said.
 */
import {
  type AnyStateMachine,
  assign,
  enqueueActions,
  fromPromise,
  fromTransition,
  setup,
} from 'xstate';
import type { Dice } from '../../src/events/words/scene.ts';
import type { Step, World } from './world.ts';

const any = {} as any;
const EVENTS = ['a', 'b', 'c.d', 'up'] as const;
/** How often a machine says something by itself. */
const SAID_MAX = 12;

interface Plan {
  depth: number;
  /** Names of promises that it may wait for. */
  asks: string[];
}

export interface Drawn {
  machine(world: World): AnyStateMachine;
  script: Step[];
}

export function drawn(dice: Dice): Drawn {
  const plan: Plan = { depth: dice.int(0, 2), asks: [] };
  const draft = draftOf(dice, plan, plan.depth, 'm');
  return { machine: (world) => build(draft, world), script: scriptOf(dice, plan.asks) };
}

interface Draft {
  name: string;
  config: Record<string, unknown>;
  asks: string[];
  children: Draft[];
}

function draftOf(dice: Dice, plan: Plan, depth: number, name: string): Draft {
  const children =
    depth === 0
      ? []
      : Array.from({ length: dice.int(1, 2) }, (_, i) =>
          draftOf(dice, plan, depth - 1, `${name}${i}`),
        );
  const asks = Array.from({ length: dice.int(0, 2) }, (_, i) => `${name}-ask${i}`);
  plan.asks.push(...asks);
  let count = 0;
  const ids: string[] = [];
  const hands = { dice, asks, children, name };
  const node = (level: number): Record<string, unknown> => {
    const id = `${name}-s${count++}`;
    ids.push(id);
    const nested = level < 2 && dice.chance(0.4);
    if (!nested) return { id, ...behaviour(hands, ids) };
    const keys = ['x', 'y', 'z'].slice(0, dice.int(2, 3));
    const states: Record<string, unknown> = Object.fromEntries(
      keys.map((key) => [key, node(level + 1)]),
    );
    const parallel = dice.chance(0.4);
    if (!parallel && dice.chance(0.5)) {
      const history = `${name}-h${count++}`;
      states['h'] = { id: history, type: 'history', history: dice.pick(['shallow', 'deep']) };
      ids.push(history);
    }
    return {
      id,
      ...(parallel ? { type: 'parallel' } : { initial: 'x' }),
      states,
      ...behaviour(hands, ids),
    };
  };
  const states: Record<string, unknown> = { p: node(0), q: node(0), r: node(0) };
  if (dice.chance(0.5)) {
    states['end'] = { id: `${name}-end`, type: 'final' };
    ids.push(`${name}-end`);
  }
  const config = {
    id: name,
    context: () => ({ n: 0, said: 0, heard: [], kids: [] }),
    initial: 'p',
    states,
    on: { 'told.*': { actions: 'hear' } },
    output: ({ context }: any) => ({ n: context.n, last: context.heard.at(-1) }),
    options: { maxIterations: 200 },
  };
  return { name, config, asks, children };
}

interface Hands {
  dice: Dice;
  asks: string[];
  children: Draft[];
  name: string;
}

function behaviour(hands: Hands, ids: string[]): Record<string, unknown> {
  const { dice, asks, children } = hands;
  const target = () => ({ target: `#${dice.pick(ids)}` });
  const actions = (max: number) => dice.some(ACTIONS, dice.int(0, max));
  const transition = () => ({
    ...(dice.chance(0.75) ? target() : {}),
    ...(dice.chance(0.3) ? { guard: dice.pick(['isEven', 'isRare']) } : {}),
    ...(dice.chance(0.2) ? { reenter: true } : {}),
    actions: [...actions(2), ...(dice.chance(0.5) ? ['hear'] : [])],
  });
  const on = Object.fromEntries(
    dice.some(EVENTS, dice.int(1, 3)).map((type) => [type, transition()]),
  );
  const answer = () => ({ ...transition(), guard: undefined });
  const waits: unknown[] = [];
  if (asks.length > 0 && dice.chance(0.4))
    waits.push({ src: dice.pick(asks), onDone: answer(), onError: answer() });
  if (children.length > 0 && dice.chance(0.5)) {
    const { name } = dice.pick(children);
    waits.push({ src: name, id: dice.pick(['kid', name]), onDone: answer(), onError: answer() });
  }
  if (dice.chance(0.15)) waits.push({ src: 'count', id: 'count', onSnapshot: { actions: 'hear' } });
  return {
    on,
    entry: actions(2),
    exit: dice.chance(0.3) ? ['count'] : [],
    ...(waits.length > 0 ? { invoke: waits } : {}),
    ...(dice.chance(0.35)
      ? { after: { [dice.chance(0.3) ? 'growing' : dice.int(1, 5) * 100]: transition() } }
      : {}),
    ...(dice.chance(0.15) ? { always: { guard: 'mayGoOn', actions: ['said'], ...target() } } : {}),
  };
}

const ACTIONS = [
  'count',
  'raiseIt',
  'later',
  'tellParent',
  'tellKid',
  'tellSelf',
  'spawnOne',
  'stopOne',
  'say',
];

/** What it says by itself, as long as it may. */
const saying = (say: (enqueue: any, given: any) => void): any =>
  enqueueActions((given: any) => {
    if (given.context.said >= SAID_MAX) return;
    given.enqueue.assign({ said: given.context.said + 1 });
    say(given.enqueue, given);
  });

function actionsOf(first: string | undefined): Record<string, unknown> {
  return {
    raiseIt: saying((enqueue) => enqueue.raise({ type: 'told.raised' })),
    later: saying((enqueue, { context }) =>
      enqueue.raise({ type: EVENTS[context.n % 4]! }, { delay: 50 * (1 + (context.n % 5)) }),
    ),
    tellParent: saying((enqueue, { self, context }) => {
      if (self._parent) enqueue.sendTo(self._parent, { type: 'told.by', kid: context.n });
    }),
    tellKid: saying((enqueue, { context }) => {
      const kid = context.kids.at(-1);
      if (kid) enqueue.sendTo(kid, { type: EVENTS[context.n % 4]! });
    }),
    tellSelf: saying((enqueue, { self }) => enqueue.sendTo(self, { type: 'told.self' })),
    say: saying((enqueue, { context }) => enqueue.emit({ type: 'was.said', n: context.n })),
    spawnOne: saying((enqueue) => {
      if (!first) return;
      enqueue.assign({
        kids: ({ context, spawn }: any) => [
          ...context.kids,
          spawn(first, { id: `k${context.said}` }),
        ],
      });
    }),
    stopOne: saying((enqueue, { context }) => {
      const kid = context.kids.at(-1);
      if (!kid) return;
      enqueue.stopChild(kid);
      enqueue.assign({ kids: context.kids.slice(0, -1) });
    }),
  };
}

const heardAs = (event: any): string =>
  event.snapshot ? `snapshot ${JSON.stringify(event.snapshot.context)}` : event.type;

function build({ config, asks, children }: Draft, world: World): AnyStateMachine {
  const actors: Record<string, any> = {
    count: fromTransition((n: number, event: any) => n + (event.type === 'a' ? 1 : 2), 0),
  };
  for (const ask of asks)
    actors[ask] = fromPromise(({ signal }) => world.ask(ask, undefined, signal));
  for (const child of children) actors[child.name] = build(child, world);
  return setup({
    types: any,
    actors,
    guards: {
      isEven: ({ context }: any) => context.n % 2 === 0,
      isRare: ({ context }: any) => context.n % 5 === 3,
      mayGoOn: ({ context }: any) => context.n % 4 === 2 && context.said < SAID_MAX,
    },
    delays: { growing: ({ context }: any) => 100 + 50 * (context.n % 7) },
    actions: {
      count: assign({ n: ({ context }: any) => context.n + 1 }),
      said: assign({
        said: ({ context }: any) => context.said + 1,
        n: ({ context }: any) => context.n + 1,
      }),
      hear: assign({
        heard: ({ context, event }: any) => [...context.heard, heardAs(event)].slice(-20),
      }),
      ...actionsOf(children[0]?.name),
    } as any,
  }).createMachine(config as any) as AnyStateMachine;
}

function scriptOf(dice: Dice, asks: readonly string[]): Step[] {
  return Array.from({ length: dice.int(4, 14) }, (): Step => {
    const kind = dice.pick(['send', 'send', 'send', 'ask', 'ask', 'wait']);
    if (kind === 'ask' && asks.length > 0) {
      const ask = dice.pick(asks);
      return dice.chance(0.7) ? ['answer', ask, { by: ask }] : ['fail', ask, new Error(ask)];
    }
    if (kind === 'wait') return ['wait', dice.int(1, 6) * 50];
    return ['send', { type: dice.pick(EVENTS) }];
  });
}
