/**
 * Everyday machines of XState's examples and documentation: counters, forms, games, clocks, lists.
 */
import { and, assign, fromCallback, fromPromise, not, or, raise, setup, stateIn } from 'xstate';
import type { Case } from '../world.ts';

const any = {} as any;

export const everyday: readonly Case[] = [
  {
    name: 'counter',
    source: 'xstate/examples/counter',
    machine: () =>
      setup({ types: any }).createMachine({
        context: { count: 0 },
        on: {
          increment: { actions: assign({ count: ({ context }: any) => context.count + 1 }) },
          decrement: { actions: assign({ count: ({ context }: any) => context.count - 1 }) },
        },
      }),
    script: [
      ['send', { type: 'increment' }],
      ['send', { type: 'increment' }],
      ['send', { type: 'decrement' }],
      ['send', { type: 'unknown' }],
    ],
  },
  {
    name: 'toggle',
    source: 'xstate/examples/toggle',
    machine: () =>
      setup({ types: any }).createMachine({
        initial: 'inactive',
        states: { inactive: { on: { toggle: 'active' } }, active: { on: { toggle: 'inactive' } } },
      }),
    script: [
      ['send', { type: 'toggle' }],
      ['send', { type: 'toggle' }],
      ['send', { type: 'toggle' }],
    ],
  },
  {
    name: 'temperature: undefined fields',
    source: 'xstate/examples/7guis-temperature-react',
    machine: () =>
      setup({ types: any }).createMachine({
        context: { tempC: undefined, tempF: undefined },
        on: {
          CELSIUS: {
            actions: assign({
              tempC: ({ event }: any) => event.value,
              tempF: ({ event }: any) => event.value * (9 / 5) + 32,
            }),
          },
          FAHRENHEIT: {
            actions: assign({
              tempC: ({ event }: any) => (event.value - 32) * (5 / 9),
              tempF: ({ event }: any) => event.value,
            }),
          },
        },
      }),
    script: [
      ['send', { type: 'CELSIUS', value: 100 }],
      ['send', { type: 'FAHRENHEIT', value: undefined }],
    ],
  },
  {
    name: 'flights: guards that are put together',
    source: 'xstate/examples/7guis-flight-booker-react',
    machine: (world) =>
      setup({
        types: any,
        actors: { book: fromPromise(({ input }) => world.ask('book', input)) },
        guards: {
          hasDates: ({ context }: any) => !!context.from && !!context.back,
          isInOrder: ({ context }: any) => context.from <= context.back,
          isOneWay: ({ context }: any) => context.trip === 'oneWay',
        },
      }).createMachine({
        context: { from: null, back: null, trip: 'oneWay' },
        initial: 'scheduling',
        states: {
          scheduling: {
            on: {
              from: { actions: assign({ from: ({ event }: any) => event.value }) },
              back: { actions: assign({ back: ({ event }: any) => event.value }) },
              trip: { actions: assign({ trip: ({ event }: any) => event.value }) },
              book: { guard: or(['isOneWay', and(['hasDates', 'isInOrder'])]), target: 'booking' },
            },
          },
          booking: {
            invoke: {
              src: 'book',
              input: ({ context }: any) => context,
              onDone: 'booked',
              onError: 'scheduling',
            },
          },
          booked: { type: 'final' },
        },
        output: ({ context }: any) => ({ oneWay: context.trip }),
      } as any),
    script: [
      ['send', { type: 'trip', value: 'roundTrip' }],
      ['send', { type: 'book' }],
      ['send', { type: 'from', value: new Date('2026-05-01') }],
      ['send', { type: 'back', value: new Date('2026-05-09') }],
      ['send', { type: 'book' }],
      ['fail', 'book', 'full'],
      ['send', { type: 'book' }],
      ['answer', 'book'],
    ],
  },
  {
    name: 'fetch: retried after a while',
    source: 'xstate/examples/fetch',
    machine: (world) =>
      setup({
        types: any,
        actors: { fetchUser: fromPromise(({ input }) => world.ask('fetch', input)) },
      }).createMachine({
        context: { name: 'World', data: null },
        initial: 'idle',
        states: {
          idle: { on: { FETCH: 'loading' } },
          loading: {
            invoke: {
              src: 'fetchUser',
              input: ({ context }: any) => ({ name: context.name }),
              onDone: {
                target: 'success',
                actions: assign({ data: ({ event }: any) => event.output }),
              },
              onError: 'failure',
            },
          },
          success: {},
          failure: { after: { 1000: 'loading' }, on: { RETRY: 'loading' } },
        },
      }),
    script: [
      ['send', { type: 'FETCH' }],
      ['fail', 'fetch', new TypeError('network')],
      ['wait', 1000],
      ['fail', 'fetch', new TypeError('network')],
      ['send', { type: 'RETRY' }],
      ['answer', 'fetch', { greeting: 'hello', at: new Date(9) }],
    ],
  },
  {
    name: 'stopwatch: a callback ticks while it runs',
    source: 'xstate/examples/stopwatch',
    machine: (world) =>
      setup({
        types: any,
        actors: {
          ticks: fromCallback(({ sendBack }: any) =>
            world.listen(({ name }) => {
              if (name === 'tick') sendBack({ type: 'TICK' });
            }),
          ),
        },
      }).createMachine({
        context: { elapsed: 0 },
        initial: 'stopped',
        states: {
          stopped: {},
          running: {
            invoke: { src: 'ticks' },
            on: {
              TICK: { actions: assign({ elapsed: ({ context }: any) => context.elapsed + 1 }) },
            },
          },
        },
        on: {
          start: '.running',
          stop: '.stopped',
          reset: { actions: assign({ elapsed: 0 }), target: '.stopped' },
        },
      } as any),
    script: [
      ['answer', 'tick'],
      ['send', { type: 'start' }],
      ['answer', 'tick'],
      ['answer', 'tick'],
      ['send', { type: 'stop' }],
      ['answer', 'tick'],
      ['send', { type: 'start' }],
      ['answer', 'tick'],
    ],
  },
  {
    name: 'timer: counts down by its own delay',
    source: 'xstate/examples/timer',
    machine: () =>
      setup({
        types: any,
        delays: { interval: ({ context }: any) => context.interval },
      }).createMachine({
        context: { duration: 3, elapsed: 0, interval: 100 },
        initial: 'running',
        states: {
          running: {
            always: {
              guard: ({ context }: any) => context.elapsed >= context.duration,
              target: 'paused',
            },
            after: {
              interval: {
                target: 'running',
                reenter: true,
                actions: assign({
                  elapsed: ({ context }: any) => context.elapsed + 1,
                  interval: ({ context }: any) => context.interval + 50,
                }),
              },
            },
            on: { TOGGLE: 'paused' },
          },
          paused: { on: { TOGGLE: 'running', RESET: { actions: assign({ elapsed: 0 }) } } },
        },
      } as any),
    script: [
      ['wait', 100],
      ['wait', 150],
      ['send', { type: 'TOGGLE' }],
      ['wait', 1000],
      ['send', { type: 'TOGGLE' }],
      ['wait', 200],
      ['wait', 1000],
    ],
  },
  {
    name: 'tic-tac-toe: a win is seen by an eventless step',
    source: 'xstate/examples/tic-tac-toe-react',
    machine: () => {
      const lines = [
        [0, 1, 2],
        [3, 4, 5],
        [6, 7, 8],
        [0, 3, 6],
        [1, 4, 7],
        [2, 5, 8],
        [0, 4, 8],
        [2, 4, 6],
      ];
      return setup({
        types: any,
        guards: {
          isWon: ({ context }: any) =>
            lines.some((line) =>
              line.every(
                (field) => context.board[field] && context.board[field] === context.board[line[0]!],
              ),
            ),
          isFull: ({ context }: any) => context.moves === 9,
          isFree: ({ context, event }: any) => context.board[event.value] === null,
        },
      }).createMachine({
        context: { board: Array(9).fill(null), moves: 0, player: 'x', winner: undefined },
        initial: 'playing',
        states: {
          playing: {
            always: [
              { target: 'over.winner', guard: 'isWon' },
              { target: 'over.draw', guard: 'isFull' },
            ],
            on: {
              PLAY: {
                guard: 'isFree',
                target: 'playing',
                actions: assign({
                  board: ({ context, event }: any) =>
                    context.board.map((f: any, i: number) =>
                      i === event.value ? context.player : f,
                    ),
                  moves: ({ context }: any) => context.moves + 1,
                  player: ({ context }: any) => (context.player === 'x' ? 'o' : 'x'),
                }),
              },
            },
          },
          over: {
            initial: 'winner',
            states: {
              winner: {
                tags: 'winner',
                entry: assign({
                  winner: ({ context }: any) => (context.player === 'x' ? 'o' : 'x'),
                }),
              },
              draw: { tags: 'draw' },
            },
            on: {
              RESET: {
                target: 'playing',
                actions: assign({
                  board: Array(9).fill(null),
                  moves: 0,
                  player: 'x',
                  winner: undefined,
                }),
              },
            },
          },
        },
      } as any);
    },
    script: [0, 3, 3, 1, 4, 2]
      .map((value) => ['send', { type: 'PLAY', value }] as const)
      .concat([['send', { type: 'RESET' }] as any, ['send', { type: 'PLAY', value: 8 }] as any]),
  },
  {
    name: 'tiles: a hovered tile is swapped',
    source: 'xstate/examples/tiles',
    machine: () =>
      setup({ types: any }).createMachine({
        context: { tiles: [3, 1, 2, 0], hovered: undefined, selected: undefined },
        initial: 'start',
        states: {
          start: { on: { shuffle: 'selecting' } },
          selecting: {
            on: {
              hover: { actions: assign({ hovered: ({ event }: any) => event.tile }) },
              select: {
                guard: ({ context }: any) => context.hovered !== undefined,
                target: 'selected',
                actions: assign({ selected: ({ context }: any) => context.hovered }),
              },
            },
          },
          selected: {
            on: {
              select: {
                target: 'swapped',
                actions: assign(({ context, event }: any) => {
                  const tiles = [...context.tiles];
                  [tiles[context.selected], tiles[event.tile]] = [
                    tiles[event.tile],
                    tiles[context.selected],
                  ];
                  return { tiles, selected: undefined };
                }),
              },
            },
          },
          swapped: {
            always: [
              {
                guard: ({ context }: any) => context.tiles.every((t: number, i: number) => t === i),
                target: 'end',
              },
              { target: 'selecting' },
            ],
          },
          end: { type: 'final' },
        },
      } as any),
    script: [
      ['send', { type: 'shuffle' }],
      ['send', { type: 'select' }],
      ['send', { type: 'hover', tile: 0 }],
      ['send', { type: 'select' }],
      ['send', { type: 'select', tile: 3 }],
    ],
  },
  {
    name: 'todos: a list is edited, filtered and marked',
    source: 'xstate/examples/todomvc-react',
    machine: () =>
      setup({ types: any }).createMachine({
        context: ({ input }: any) => ({ todo: '', todos: input ?? [], filter: 'all', next: 1 }),
        on: {
          'newTodo.change': { actions: assign({ todo: ({ event }: any) => event.value }) },
          'newTodo.commit': {
            guard: ({ event }: any) => event.value.trim().length > 0,
            actions: assign({
              todo: '',
              next: ({ context }: any) => context.next + 1,
              todos: ({ context, event }: any) => [
                ...context.todos,
                { id: context.next, title: event.value, completed: false },
              ],
            }),
          },
          'todo.mark': {
            actions: assign({
              todos: ({ context, event }: any) =>
                context.todos.map((t: any) =>
                  t.id === event.id ? { ...t, completed: event.mark === 'completed' } : t,
                ),
            }),
          },
          'todo.delete': {
            actions: assign({
              todos: ({ context, event }: any) =>
                context.todos.filter((t: any) => t.id !== event.id),
            }),
          },
          'filter.change': { actions: assign({ filter: ({ event }: any) => event.filter }) },
        },
      } as any),
    script: [
      ['send', { type: 'newTodo.change', value: 'mi' }],
      ['send', { type: 'newTodo.commit', value: 'milk' }],
      ['send', { type: 'newTodo.commit', value: '   ' }],
      ['send', { type: 'newTodo.commit', value: 'bread' }],
      ['send', { type: 'todo.mark', id: 1, mark: 'completed' }],
      ['send', { type: 'todo.delete', id: 2 }],
      ['send', { type: 'filter.change', filter: 'active' }],
    ],
  },
  {
    name: 'snake: moves, grows and bites itself',
    source: 'xstate/examples/snake-react',
    machine: () => {
      const moved = ({ context }: any) => {
        const [head] = context.body;
        const ahead = { x: head.x + context.dir.x, y: head.y + context.dir.y };
        const eats = ahead.x === context.apple.x && ahead.y === context.apple.y;
        return {
          body: [ahead, ...(eats ? context.body : context.body.slice(0, -1))],
          apple: eats ? { x: ahead.x + 2, y: ahead.y } : context.apple,
        };
      };
      return setup({
        types: any,
        guards: {
          isOut: ({ context }: any) => context.body[0].x > 4 || context.body[0].y > 4,
        },
      }).createMachine({
        context: { body: [{ x: 1, y: 1 }], dir: { x: 1, y: 0 }, apple: { x: 2, y: 1 } },
        initial: 'new',
        states: {
          new: {
            on: {
              ARROW: { actions: assign({ dir: ({ event }: any) => event.dir }), target: 'moving' },
            },
          },
          moving: {
            entry: assign(moved),
            always: { guard: 'isOut', target: 'over' },
            after: { 80: { target: 'moving', reenter: true } },
            on: {
              ARROW: {
                actions: assign({ dir: ({ event }: any) => event.dir }),
                target: 'moving',
                reenter: true,
              },
            },
          },
          over: { on: { NEW: 'new' } },
        },
      } as any);
    },
    script: [
      ['send', { type: 'ARROW', dir: { x: 1, y: 0 } }],
      ['wait', 80],
      ['send', { type: 'ARROW', dir: { x: 0, y: 1 } }],
      ['wait', 400],
    ],
  },
  {
    name: 'trivia: questions come from a service, lives are lost',
    source: 'xstate/examples/trivia-game-example',
    machine: (world) =>
      setup({
        types: any,
        actors: { load: fromPromise(() => world.ask('load')) },
        guards: { isRight: ({ context, event }: any) => event.answer === context.question.right },
      }).createMachine({
        context: { lives: 2, points: 0, question: null },
        initial: 'home',
        states: {
          home: { on: { START: 'loading' } },
          loading: {
            invoke: {
              src: 'load',
              onDone: {
                target: 'asking',
                actions: assign({ question: ({ event }: any) => event.output }),
              },
              onError: 'home',
            },
          },
          asking: {
            on: {
              ANSWER: [
                {
                  guard: 'isRight',
                  target: 'feedback.right',
                  actions: assign({ points: ({ context }: any) => context.points + 10 }),
                },
                {
                  target: 'feedback.wrong',
                  actions: assign({ lives: ({ context }: any) => context.lives - 1 }),
                },
              ],
            },
          },
          feedback: {
            initial: 'right',
            states: { right: {}, wrong: {} },
            always: [
              { guard: ({ context }: any) => context.lives === 0, target: 'lost' },
              { guard: ({ context }: any) => context.points >= 20, target: 'won' },
            ],
            after: { 2000: 'loading' },
          },
          lost: { on: { START: 'loading' } },
          won: { type: 'final' },
        },
      } as any),
    script: [
      ['send', { type: 'START' }],
      ['answer', 'load', { text: '?', right: 'b' }],
      ['send', { type: 'ANSWER', answer: 'a' }],
      ['wait', 2000],
      ['answer', 'load', { text: '??', right: 'c' }],
      ['send', { type: 'ANSWER', answer: 'c' }],
      ['wait', 2000],
      ['answer', 'load', { text: '???', right: 'd' }],
      ['send', { type: 'ANSWER', answer: 'd' }],
    ],
  },
  {
    name: 'donuts: parallel steps with delays of their own',
    source: 'xstate/examples/persisted-donut-maker',
    machine: () =>
      setup({ types: any, guards: { ready: stateIn({ ingredients: 'mixed' }) } }).createMachine({
        type: 'parallel',
        states: {
          ingredients: {
            initial: 'dry',
            states: {
              dry: { on: { ADD_WET: 'wet' }, after: { 500: 'spoiled' } },
              wet: { on: { MIX: 'mixed' } },
              spoiled: {},
              mixed: {},
            },
          },
          oven: {
            initial: 'cold',
            states: {
              cold: { on: { HEAT: 'heating' } },
              heating: { after: { 2000: 'hot' } },
              hot: { on: { BAKE: { guard: 'ready', target: 'baking' } } },
              baking: { after: { 900: 'baked' } },
              baked: { type: 'final' },
            },
          },
          tasting: {
            initial: 'waiting',
            states: { waiting: { always: { guard: not('ready'), target: 'hungry' } }, hungry: {} },
          },
        },
      } as any),
    script: [
      ['send', { type: 'HEAT' }],
      ['send', { type: 'ADD_WET' }],
      ['wait', 1000],
      ['send', { type: 'BAKE' }],
      ['send', { type: 'MIX' }],
      ['wait', 1000],
      ['send', { type: 'BAKE' }],
      ['wait', 900],
    ],
  },
  {
    name: 'credit profile: three bureaus are asked, some fail',
    source: 'xstate/examples/mongodb-credit-check-api',
    machine: (world) => {
      const bureau = (name: string) => ({
        initial: 'asking',
        states: {
          asking: {
            invoke: {
              src: 'bureau',
              input: { name },
              onDone: {
                target: 'told',
                actions: assign({
                  scores: ({ context, event }: any) => ({
                    ...context.scores,
                    [name]: event.output,
                  }),
                }),
              },
              onError: {
                target: 'failed',
                actions: assign({
                  problems: ({ context, event }: any) => [...context.problems, event.error],
                }),
              },
            },
          },
          told: { type: 'final' },
          failed: { type: 'final' },
        },
      });
      return setup({
        types: any,
        actors: { bureau: fromPromise(({ input }: any) => world.ask(input.name)) },
      }).createMachine({
        context: { scores: {}, problems: [] },
        initial: 'asking',
        states: {
          asking: {
            type: 'parallel',
            states: { equi: bureau('equi'), gavun: bureau('gavun'), gruz: bureau('gruz') },
            onDone: [
              { guard: ({ context }: any) => context.problems.length > 1, target: 'undecided' },
              { target: 'decided', actions: raise({ type: 'told' }) },
            ],
          },
          decided: { on: { told: 'over' } },
          undecided: { type: 'final' },
          over: { type: 'final' },
        },
        output: ({ context }: any) => context,
      } as any);
    },
    script: [
      ['answer', 'gavun', 640],
      ['fail', 'equi', new Error('equi is away', { cause: new Error('dns') })],
      ['answer', 'gruz', 700],
    ],
  },
  {
    name: 'workflow of a web server: events from requests',
    source: 'xstate/examples/express-workflow',
    machine: () =>
      setup({ types: any, delays: { patience: 1000 } }).createMachine({
        initial: 'draft',
        context: { by: [] },
        states: {
          draft: { on: { submit: 'review' } },
          review: {
            on: {
              approve: {
                target: 'published',
                actions: assign({ by: ({ context, event }: any) => [...context.by, event.by] }),
              },
              reject: 'draft',
            },
            after: { patience: 'draft' },
          },
          published: { type: 'final' },
        },
      }),
    script: [
      ['send', { type: 'submit' }],
      ['send', { type: 'reject' }],
      ['send', { type: 'submit' }],
      ['wait', 1000],
      ['send', { type: 'submit' }],
      ['send', { type: 'approve', by: { name: 'ed', at: undefined } }],
    ],
  },
];
