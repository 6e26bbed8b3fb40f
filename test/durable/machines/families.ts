/**
 * Machines with actors of their own: children that are invoked and spawned, transitions, callbacks, observables,
 * messages between them, names in the system, errors that climb.
 */
import {
  assign,
  cancel,
  createMachine,
  emit,
  enqueueActions,
  forwardTo,
  fromCallback,
  fromEventObservable,
  fromObservable,
  fromPromise,
  fromTransition,
  log,
  raise,
  sendParent,
  sendTo,
  setup,
  spawnChild,
  stopChild,
} from 'xstate';
import type { Case, World } from '../world.ts';

const any = {} as any;

/** An observable of what the script answers under a name; `over` completes it, `broken` breaks it. */
const observed = (world: World, name: string): any => ({
  subscribe(observer: any) {
    const unsubscribe = world.listen((heard) => {
      if (heard.name === name) observer.next(heard.value);
      if (heard.name === `${name} over`) observer.complete();
      if (heard.name === `${name} broken`) observer.error(heard.value);
    });
    return { unsubscribe };
  },
});

const friend = setup({ types: any }).createMachine({
  context: ({ input }: any) => ({ name: input.name, before: undefined }),
  initial: 'reading',
  states: {
    reading: { on: { EDIT: 'editing' } },
    editing: {
      entry: assign({ before: ({ context }: any) => context.name }),
      on: {
        SET: { actions: assign({ name: ({ event }: any) => event.name }) },
        SAVE: {
          target: 'reading',
          actions: sendParent(({ context }: any) => ({ type: 'SAVED', name: context.name })),
        },
        CANCEL: {
          target: 'reading',
          actions: assign({ name: ({ context }: any) => context.before }),
        },
      },
    },
  },
} as any);

export const families: readonly Case[] = [
  {
    name: 'friends: a child is spawned for each, edited and let go',
    source: 'xstate/examples/friends-list-react',
    machine: () =>
      setup({ types: any, actors: { friend } }).createMachine({
        context: { friends: [], saved: [] },
        on: {
          ADD: {
            actions: assign({
              friends: ({ context, event, spawn }: any) => [
                ...context.friends,
                spawn('friend', {
                  id: `friend-${context.friends.length}`,
                  input: { name: event.name },
                }),
              ],
            }),
          },
          REMOVE: {
            actions: [
              stopChild(({ context, event }: any) => context.friends[event.index]),
              assign({
                friends: ({ context, event }: any) =>
                  context.friends.filter((_: unknown, i: number) => i !== event.index),
              }),
            ],
          },
          TELL: {
            actions: sendTo(
              ({ context, event }: any) => context.friends[event.index],
              ({ event }: any) => event.what,
            ),
          },
          SAVED: {
            actions: assign({ saved: ({ context, event }: any) => [...context.saved, event.name] }),
          },
        },
      } as any),
    script: [
      ['send', { type: 'ADD', name: 'Ann' }],
      ['send', { type: 'ADD', name: 'Bo' }],
      ['send', { type: 'TELL', index: 1, what: { type: 'EDIT' } }],
      ['send', { type: 'TELL', index: 1, what: { type: 'SET', name: 'Bob' } }],
      ['send', { type: 'REMOVE', index: 0 }],
      ['send', { type: 'TELL', index: 0, what: { type: 'SAVE' } }],
    ],
  },
  {
    name: 'ping and pong: two machines talk until one has enough',
    source: 'stately.ai/docs/actors, ping-pong of the documentation',
    machine: () => {
      const pong = setup({ types: any }).createMachine({
        context: { heard: 0 },
        on: {
          PING: {
            actions: [
              assign({ heard: ({ context }: any) => context.heard + 1 }),
              sendParent(({ context }: any) => ({ type: 'PONG', heard: context.heard })),
            ],
          },
        },
      });
      return setup({ types: any, actors: { pong } }).createMachine({
        context: { heard: [] },
        invoke: { id: 'pong', src: 'pong' },
        initial: 'playing',
        states: {
          playing: {
            entry: sendTo('pong', { type: 'PING' }),
            on: {
              PONG: [
                { guard: ({ event }: any) => event.heard >= 3, target: 'over' },
                {
                  target: 'playing',
                  reenter: true,
                  actions: assign({
                    heard: ({ context, event }: any) => [...context.heard, event.heard],
                  }),
                },
              ],
            },
          },
          over: { type: 'final' },
        },
        output: ({ context }: any) => context.heard,
      });
    },
    script: [],
  },
  {
    name: 'order of hearing: what a child answers comes before what its parent says next',
    source: 'statelyai/xstate packages/core/test/actor.test.ts, order of deferred sends',
    machine: () => {
      const echo = (name: string, also?: string) =>
        setup({ types: any }).createMachine({
          on: {
            '*': {
              actions: [
                ...(also
                  ? [
                      sendTo(
                        ({ system }: any) => system.get(also),
                        ({ event }: any) => ({ type: `${event.type}.by.${name}` }),
                      ),
                    ]
                  : []),
                sendParent(({ event }: any) => ({ type: 'echo', of: `${name}:${event.type}` })),
              ],
            },
          },
        });
      return setup({
        types: any,
        actors: { first: echo('first', 'second'), second: echo('second') },
      }).createMachine({
        context: { heard: [] },
        invoke: [
          { id: 'first', src: 'first', systemId: 'first' },
          { id: 'second', src: 'second', systemId: 'second' },
        ],
        on: {
          go: {
            actions: [
              sendTo('first', { type: 'a' }),
              sendTo('second', { type: 'b' }),
              raise({ type: 'own' }),
            ],
          },
          own: { actions: assign({ heard: ({ context }: any) => [...context.heard, 'own'] }) },
          echo: {
            actions: assign({ heard: ({ context, event }: any) => [...context.heard, event.of] }),
          },
        },
      } as any);
    },
    script: [
      ['send', { type: 'go' }],
      ['send', { type: 'go' }],
    ],
  },
  {
    name: 'transition logic: counted by messages, seen by its snapshots',
    source: 'stately.ai/docs/transition-actors',
    machine: () =>
      setup({
        types: any,
        actors: {
          count: fromTransition(
            (state: any, event: any) => {
              if (event.type === 'inc') return { n: state.n + event.by };
              if (event.type === 'fail') throw new Error('no such event');
              return state;
            },
            ({ input }: any) => ({ n: input.from }),
          ),
        },
      }).createMachine({
        context: { seen: [], failed: null },
        invoke: {
          id: 'count',
          src: 'count',
          input: { from: 10 },
          onSnapshot: {
            actions: assign({
              seen: ({ context, event }: any) => [...context.seen, event.snapshot.context.n],
            }),
          },
          onError: { actions: assign({ failed: ({ event }: any) => event.error }) },
        },
        on: { tell: { actions: sendTo('count', ({ event }: any) => event.what) } },
      } as any),
    script: [
      ['send', { type: 'tell', what: { type: 'inc', by: 5 } }],
      ['send', { type: 'tell', what: { type: 'other' } }],
      ['send', { type: 'tell', what: { type: 'inc', by: 1 } }],
      ['send', { type: 'tell', what: { type: 'fail' } }],
    ],
  },
  {
    name: 'observable: values are snapshots, its end is onDone',
    source: 'stately.ai/docs/observable-actors',
    machine: (world) =>
      setup({
        types: any,
        actors: { prices: fromObservable(() => observed(world, 'price')) },
      }).createMachine({
        context: { prices: [] },
        initial: 'watching',
        states: {
          watching: {
            invoke: {
              src: 'prices',
              onSnapshot: {
                actions: assign({
                  prices: ({ context, event }: any) => [...context.prices, event.snapshot.context],
                }),
              },
              onDone: 'closed',
              onError: {
                target: 'broken',
                actions: assign({ prices: ({ event }: any) => event.error }),
              },
            },
          },
          closed: { on: { again: 'watching' } },
          broken: { type: 'final' },
        },
      } as any),
    script: [
      ['answer', 'price', { eur: 3 }],
      ['answer', 'price', new Set([1])],
      ['answer', 'price over'],
      ['send', { type: 'again' }],
      ['answer', 'price', 5],
      ['answer', 'price broken', 'no more'],
    ],
  },
  {
    name: 'event observable: values are events of the parent',
    source: 'stately.ai/docs/observable-actors, fromEventObservable',
    machine: (world) =>
      setup({
        types: any,
        actors: { clicks: fromEventObservable(() => observed(world, 'click')) },
      }).createMachine({
        context: { at: [] },
        initial: 'on',
        states: {
          on: {
            invoke: { src: 'clicks', onDone: 'off' },
            on: {
              click: {
                actions: assign({ at: ({ context, event }: any) => [...context.at, event.x] }),
              },
            },
          },
          off: { type: 'final' },
        },
      } as any),
    script: [
      ['answer', 'click', { type: 'click', x: 1 }],
      ['answer', 'click', { type: 'click', x: 2n }],
      ['answer', 'click', { type: 'other' }],
      ['answer', 'click over'],
    ],
  },
  {
    name: 'callback: it listens, it fails, it is started anew',
    source: 'stately.ai/docs/callback-actors',
    machine: (world) =>
      setup({
        types: any,
        actors: {
          socket: fromCallback(({ sendBack, receive, input }: any) => {
            receive((event: any) => world.note({ sent: event, to: input.url }));
            return world.listen(({ name, value }) => {
              if (name === 'message') sendBack({ type: 'message', value });
            });
          }),
        },
      }).createMachine({
        context: { messages: [] },
        initial: 'open',
        states: {
          open: {
            invoke: { id: 'socket', src: 'socket', input: { url: 'ws://x' } },
            on: {
              say: {
                actions: sendTo('socket', ({ event }: any) => ({ type: 'out', text: event.text })),
              },
              message: {
                actions: assign({
                  messages: ({ context, event }: any) => [...context.messages, event.value],
                }),
              },
              close: 'closed',
            },
          },
          closed: { on: { open: 'open' } },
        },
      } as any),
    script: [
      ['send', { type: 'say', text: 'hi' }],
      ['answer', 'message', 'yo'],
      ['send', { type: 'close' }],
      ['answer', 'message', 'nobody hears'],
      ['send', { type: 'open' }],
      ['answer', 'message', new Date(3)],
      ['send', { type: 'say', text: 'bye' }],
    ],
  },
  {
    name: 'debounce: a delayed event is cancelled and said again',
    source: 'stately.ai/docs/delayed-transitions, cancel',
    machine: () =>
      setup({ types: any }).createMachine({
        context: { typed: '', searched: [] },
        on: {
          type: {
            actions: [
              assign({ typed: ({ event }: any) => event.text }),
              cancel('search'),
              raise({ type: 'search' }, { delay: 300, id: 'search' }),
            ],
          },
          search: {
            actions: assign({
              searched: ({ context }: any) => [...context.searched, context.typed],
            }),
          },
        },
      } as any),
    script: [
      ['send', { type: 'type', text: 'a' }],
      ['wait', 200],
      ['send', { type: 'type', text: 'ab' }],
      ['wait', 200],
      ['wait', 100],
      ['send', { type: 'type', text: 'abc' }],
      ['wait', 1000],
    ],
  },
  {
    name: 'delayed messages: two of one kind do not displace each other',
    source: 'statelyai/xstate packages/core/test/delayedTransitions.test.ts',
    machine: () => {
      const sink = setup({ types: any }).createMachine({
        on: { late: { actions: sendParent(({ event }: any) => ({ type: 'heard', n: event.n })) } },
      });
      return setup({ types: any, actors: { sink } }).createMachine({
        context: { ticks: [] },
        invoke: { id: 'sink', src: 'sink' },
        on: {
          go: {
            actions: [
              raise(({ event }: any) => ({ type: 'tick', n: event.n }), { delay: 200 }),
              sendTo('sink', ({ event }: any) => ({ type: 'late', n: event.n }), { delay: 150 }),
            ],
          },
          tick: {
            actions: assign({ ticks: ({ context, event }: any) => [...context.ticks, event.n] }),
          },
          heard: {
            actions: assign({ ticks: ({ context, event }: any) => [...context.ticks, -event.n] }),
          },
        },
      } as any);
    },
    script: [
      ['send', { type: 'go', n: 1 }],
      ['wait', 50],
      ['send', { type: 'go', n: 2 }],
      ['wait', 500],
    ],
  },
  {
    name: 'system: siblings know each other by name',
    source: 'stately.ai/docs/system',
    machine: () => {
      const logger = setup({ types: any }).createMachine({
        context: { lines: [] },
        on: {
          write: {
            actions: assign({ lines: ({ context, event }: any) => [...context.lines, event.line] }),
          },
          show: {
            actions: sendParent(({ context }: any) => ({ type: 'lines', lines: context.lines })),
          },
        },
      });
      const worker = setup({ types: any }).createMachine({
        entry: sendTo(
          ({ system }: any) => system.get('logger'),
          (): any => ({
            type: 'write',
            line: 'worker begins',
          }),
        ),
        on: {
          work: {
            actions: sendTo(
              ({ system }: any) => system.get('logger'),
              ({ event }: any) => ({
                type: 'write',
                line: event.what,
              }),
            ),
          },
        },
      });
      return setup({ types: any, actors: { logger, worker } }).createMachine({
        context: { lines: null },
        entry: [
          spawnChild('logger', { systemId: 'logger', id: 'l' }),
          spawnChild('worker', { id: 'w' }),
        ],
        on: {
          work: { actions: sendTo('w', ({ event }: any) => event) },
          show: { actions: sendTo('l', { type: 'show' }) },
          fire: { actions: stopChild('w') },
          lines: { actions: assign({ lines: ({ event }: any) => event.lines }) },
        },
      } as any);
    },
    script: [
      ['send', { type: 'work', what: 'dig' }],
      ['send', { type: 'fire' }],
      ['send', { type: 'show' }],
    ],
  },
  {
    name: 'errors climb: a grandchild fails, its grandparent hears',
    source: 'statelyai/xstate packages/core/test/errors.test.ts',
    machine: (world) => {
      const grandchild = setup({
        types: any,
        actors: { task: fromPromise(() => world.ask('task')) },
      }).createMachine({ invoke: { src: 'task' } } as any);
      const child = setup({ types: any, actors: { grandchild } }).createMachine({
        invoke: { src: 'grandchild' },
      } as any);
      return setup({ types: any, actors: { child } }).createMachine({
        context: { error: null },
        initial: 'trying',
        states: {
          trying: {
            invoke: {
              src: 'child',
              onError: {
                target: 'failed',
                actions: assign({ error: ({ event }: any) => event.error }),
              },
            },
          },
          failed: { on: { again: 'trying' } },
        },
      } as any);
    },
    script: [
      ['fail', 'task', { code: 7, at: new Date(1) }],
      ['send', { type: 'again' }],
      ['fail', 'task', new SyntaxError('bad')],
    ],
  },
  {
    name: 'auth: a child is forwarded what its parent hears',
    source: 'stately.ai/docs/actions, forwardTo',
    machine: (world) => {
      const auth = setup({
        types: any,
        actors: { login: fromPromise(({ input }) => world.ask('login', input)) },
      }).createMachine({
        initial: 'out',
        context: { user: undefined },
        states: {
          out: { on: { LOGIN: 'trying' } },
          trying: {
            invoke: {
              src: 'login',
              input: ({ event }: any) => event.name,
              onDone: { target: 'in', actions: assign({ user: ({ event }: any) => event.output }) },
              onError: 'out',
            },
          },
          in: { type: 'final' },
        },
        output: ({ context }: any) => context.user,
      } as any);
      return setup({ types: any, actors: { auth } }).createMachine({
        initial: 'guest',
        context: { user: null },
        states: {
          guest: {
            invoke: {
              id: 'auth',
              src: 'auth',
              onDone: {
                target: 'member',
                actions: assign({ user: ({ event }: any) => event.output }),
              },
            },
            on: { LOGIN: { actions: forwardTo('auth') } },
          },
          member: { entry: emit(({ context }: any) => ({ type: 'welcomed', user: context.user })) },
        },
      } as any);
    },
    script: [
      ['send', { type: 'LOGIN', name: 'x' }],
      ['fail', 'login', 'wrong'],
      ['send', { type: 'LOGIN', name: 'y' }],
      ['answer', 'login', { name: 'y', roles: new Set(['admin']) }],
    ],
  },
  {
    name: 'saga: what was booked is given back when the last step fails',
    source: 'github.com/search: trip booking sagas with XState',
    machine: (world) => {
      const call = (src: string) => fromPromise(({ input }: any) => world.ask(src, input));
      return setup({
        types: any,
        actors: { flight: call('flight'), hotel: call('hotel'), undo: call('undo') },
        actions: { tell: ({ context }: any) => world.note({ undone: context.booked.at(-1) }) },
      }).createMachine({
        context: { booked: [] },
        initial: 'flight',
        states: {
          flight: {
            invoke: {
              src: 'flight',
              onDone: {
                target: 'hotel',
                actions: assign({ booked: ({ event }: any) => [event.output] }),
              },
              onError: 'failed',
            },
          },
          hotel: {
            invoke: {
              src: 'hotel',
              onDone: {
                target: 'booked',
                actions: assign({
                  booked: ({ context, event }: any) => [...context.booked, event.output],
                }),
              },
              onError: 'undoing',
            },
          },
          undoing: {
            invoke: {
              src: 'undo',
              input: ({ context }: any) => context.booked.at(-1),
              onDone: {
                target: 'failed',
                actions: [
                  'tell',
                  assign({ booked: ({ context }: any) => context.booked.slice(0, -1) }),
                ],
              },
            },
          },
          booked: { type: 'final' },
          failed: { type: 'final' },
        },
        output: ({ context }: any) => context.booked,
      } as any);
    },
    script: [
      ['answer', 'flight', 'LH1'],
      ['fail', 'hotel', new Error('full')],
      ['answer', 'undo'],
    ],
  },
  {
    name: 'approval: people decide, time decides for them, effects are told',
    source: 'stately.ai/blog, human in the loop',
    machine: (world) =>
      setup({
        types: any,
        actions: {
          notify: ({ context }: any, params: any) => world.note({ ...params, n: context.asked }),
        },
        delays: { patience: ({ context }: any) => 1000 * (context.asked + 1) },
      }).createMachine({
        context: { asked: 0, decisions: [] },
        initial: 'waiting',
        states: {
          waiting: {
            entry: [
              assign({ asked: ({ context }: any) => context.asked + 1 }),
              { type: 'notify', params: { who: 'boss' } },
            ],
            on: {
              'review.approved': 'approved',
              'review.rejected': {
                target: 'rejected',
                actions: assign({
                  decisions: ({ context, event }: any) => [...context.decisions, event],
                }),
              },
            },
            after: {
              patience: [
                {
                  guard: ({ context }: any) => context.asked < 2,
                  target: 'waiting',
                  reenter: true,
                },
                { target: 'rejected' },
              ],
            },
          },
          approved: { type: 'final' },
          rejected: { type: 'final' },
        },
        output: ({ context }: any) => context,
      } as any),
    script: [
      ['wait', 2000],
      ['wait', 1500],
      ['send', { type: 'review.rejected', why: 'late' }],
    ],
  },
  {
    name: 'player: history, shallow and deep',
    source: 'stately.ai/docs/history-states',
    machine: () =>
      setup({ types: any }).createMachine({
        initial: 'on',
        context: { n: 0 },
        states: {
          on: {
            initial: 'playing',
            states: {
              playing: {
                initial: 'slow',
                states: { slow: { on: { fast: 'fast' } }, fast: { on: { slow: 'slow' } } },
                on: { pause: 'paused' },
              },
              paused: { on: { play: 'playing' } },
              shallow: { type: 'history' },
              deep: { type: 'history', history: 'deep' },
            },
            on: { off: 'off' },
          },
          off: { on: { on: 'on.shallow', resume: 'on.deep' } },
        },
      } as any),
    script: [
      ['send', { type: 'fast' }],
      ['send', { type: 'off' }],
      ['send', { type: 'resume' }],
      ['send', { type: 'off' }],
      ['send', { type: 'on' }],
      ['send', { type: 'pause' }],
      ['send', { type: 'off' }],
      ['send', { type: 'resume' }],
    ],
  },
  {
    name: 'pool: children are spawned without a name, from logic without one, and tell their parent by reference',
    source: 'github.com/search: worker pools with XState, spawn in assign',
    machine: (world) => {
      const worker = createMachine({
        types: any,
        context: ({ input }: any) => ({ job: input.job, boss: input.boss }),
        initial: 'working',
        states: {
          working: {
            invoke: {
              src: fromPromise(({ input }: any) => world.ask('job', input)),
              input: ({ context }: any) => context.job,
              onDone: {
                target: 'done',
                actions: sendTo(
                  ({ context }: any) => context.boss,
                  ({ event, self }: any) => ({ type: 'finished', result: event.output, by: self }),
                ),
              },
            },
          },
          done: { type: 'final' },
        },
      } as any);
      return createMachine({
        types: any,
        context: { workers: [], results: [] },
        on: {
          hire: {
            actions: assign({
              workers: ({ context, event, spawn, self }: any) => [
                ...context.workers,
                spawn(worker, { input: { job: event.job, boss: self }, syncSnapshot: true }),
              ],
            }),
          },
          finished: {
            actions: assign({
              results: ({ context, event }: any) => [...context.results, event.result],
              workers: ({ context, event }: any) =>
                context.workers.filter((w: any) => w !== event.by),
            }),
          },
        },
      } as any);
    },
    script: [
      ['send', { type: 'hire', job: 'a' }],
      ['send', { type: 'hire', job: 'b' }],
      ['answer', 'job', 'A'],
      ['send', { type: 'hire', job: 'c' }],
      ['answer', 'job', 'B'],
    ],
  },
  {
    name: 'conditions: what is enqueued depends on what is checked',
    source: 'stately.ai/docs/actions, enqueueActions',
    machine: (world) => {
      const child = setup({ types: any }).createMachine({
        on: { hi: { actions: sendParent({ type: 'hello' }) } },
      });
      return setup({
        types: any,
        actors: { child },
        guards: { isOdd: ({ context }: any) => context.n % 2 === 1 },
        actions: { shout: () => world.note('shout') },
      }).createMachine({
        context: { n: 0, hellos: 0 },
        on: {
          next: {
            actions: enqueueActions(({ enqueue, check, context }: any) => {
              enqueue.assign({ n: context.n + 1 });
              if (check('isOdd')) {
                enqueue('shout');
                enqueue.stopChild('kid');
              } else {
                enqueue.spawnChild('child', { id: 'kid' });
                enqueue.sendTo('kid', { type: 'hi' });
              }
              enqueue(log(({ context: now }: any) => `n is ${now.n}`));
              enqueue.raise({ type: 'raised' }, { delay: 10 });
            }),
          },
          hello: { actions: assign({ hellos: ({ context }: any) => context.hellos + 1 }) },
          raised: { actions: assign({ n: ({ context }: any) => context.n + 10 }) },
        },
      } as any);
    },
    script: [
      ['send', { type: 'next' }],
      ['send', { type: 'next' }],
      ['wait', 10],
      ['send', { type: 'next' }],
      ['wait', 10],
    ],
  },
];
