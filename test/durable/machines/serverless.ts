/**
 * Workflows of the CNCF serverless workflow examples, in the shape in which statelyai/xstate ports them: promises in
 * a row, decisions by `always`, time-outs, subflows.
 */
import { assign, fromPromise, log, setup } from 'xstate';
import type { Case } from '../world.ts';

const any = {} as any;

export const serverless: readonly Case[] = [
  {
    name: 'hello: a final state at once',
    source: 'xstate/examples/workflow-hello',
    machine: () =>
      setup({ types: any }).createMachine({
        initial: 'said',
        states: { said: { type: 'final' } },
        output: { result: 'Hello World!' },
      }),
    script: [],
  },
  {
    name: 'greeting: one promise with input',
    source: 'xstate/examples/workflow-greeting',
    machine: (world) =>
      setup({
        types: any,
        actors: { greet: fromPromise(({ input }) => world.ask('greet', input)) },
      }).createMachine({
        context: ({ input }: any) => ({ person: input.person, greeting: null }),
        initial: 'greeting',
        states: {
          greeting: {
            invoke: {
              src: 'greet',
              input: ({ context }: any) => ({ name: context.person.name }),
              onDone: {
                target: 'greeted',
                actions: assign({ greeting: ({ event }: any) => event.output.greeting }),
              },
            },
          },
          greeted: { type: 'final' },
        },
        output: ({ context }: any) => ({ greeting: context.greeting }),
      }),
    input: { person: { name: 'Ada' } },
    script: [['answer', 'greet', { greeting: 'Welcome, Ada' }]],
  },
  {
    name: 'greeting by an event',
    source: 'xstate/examples/workflow-event-greeting',
    machine: (world) =>
      setup({
        types: any,
        actors: { greet: fromPromise(({ input }) => world.ask('greet', input)) },
      }).createMachine({
        context: { greet: null, greeting: null },
        initial: 'waiting',
        states: {
          waiting: {
            on: {
              greetingEvent: {
                actions: assign({ greet: ({ event }: any) => event.greet }),
                target: 'greeting',
              },
            },
          },
          greeting: {
            invoke: {
              src: 'greet',
              input: ({ context }: any) => context.greet,
              onDone: {
                actions: assign({ greeting: ({ event }: any) => event.output }),
                target: 'greeted',
              },
            },
          },
          greeted: { type: 'final' },
        },
        output: ({ context }: any) => context.greeting,
      }),
    script: [
      ['send', { type: 'otherEvent' }],
      ['send', { type: 'greetingEvent', greet: { name: 'Jo' } }],
      ['answer', 'greet', 'Hello, Jo'],
    ],
  },
  {
    name: 'math: a list of expressions, solved one by one',
    source: 'xstate/examples/workflow-math-problem',
    machine: (world) =>
      setup({
        types: any,
        actors: { solve: fromPromise(({ input }) => world.ask('solve', input)) },
        guards: { isLeft: ({ context }: any) => context.results.length < context.problems.length },
      }).createMachine({
        context: ({ input }: any) => ({ problems: input, results: [] }),
        initial: 'solving',
        states: {
          solving: {
            invoke: {
              src: 'solve',
              input: ({ context }: any) => context.problems[context.results.length],
              onDone: {
                target: 'solved',
                actions: assign({
                  results: ({ context, event }: any) => [...context.results, event.output],
                }),
              },
            },
          },
          solved: { always: [{ guard: 'isLeft', target: 'solving' }, { target: 'over' }] },
          over: { type: 'final' },
        },
        output: ({ context }: any) => context.results,
      }),
    input: ['2+2', '4-1', '10*3'],
    script: [
      ['answer', 'solve', 4],
      ['answer', 'solve', 3],
      ['answer', 'solve', 30],
    ],
  },
  {
    name: 'parallel: two branches that both must end',
    source: 'xstate/examples/workflow-parallel',
    machine: (world) => {
      const branch = (src: string) => ({
        initial: 'active',
        states: { active: { invoke: { src, onDone: 'over' } }, over: { type: 'final' } },
      });
      return setup({
        types: any,
        actors: {
          short: fromPromise(() => world.ask('short')),
          long: fromPromise(() => world.ask('long')),
        },
      }).createMachine({
        initial: 'both',
        states: {
          both: {
            type: 'parallel',
            states: { short: branch('short'), long: branch('long') },
            onDone: 'over',
          },
          over: { type: 'final' },
        },
      } as any);
    },
    script: [
      ['answer', 'long'],
      ['answer', 'short'],
    ],
  },
  {
    name: 'async function: an e-mail is sent and nobody waits',
    source: 'xstate/examples/workflow-async-function',
    machine: (world) =>
      setup({
        types: any,
        actors: { send: fromPromise(({ input }) => world.ask('send', input)) },
      }).createMachine({
        context: ({ input }: any) => ({ customer: input.customer }),
        initial: 'sending',
        states: {
          sending: {
            invoke: {
              src: 'send',
              input: ({ context }: any) => ({ customer: context.customer }),
              onDone: 'sent',
            },
          },
          sent: { type: 'final' },
        },
      }),
    input: { customer: 'c1' },
    script: [['answer', 'send']],
  },
  {
    name: 'async subflow: another workflow is begun by the first',
    source: 'xstate/examples/workflow-async-subflow',
    machine: (world) => {
      const onboarding = setup({
        types: any,
        actors: { welcome: fromPromise(() => world.ask('welcome')) },
      }).createMachine({
        context: ({ input }: any) => ({ customer: input.customer }),
        initial: 'welcoming',
        states: {
          welcoming: { invoke: { src: 'welcome', onDone: 'over' } },
          over: { type: 'final' },
        },
        output: ({ context }: any) => ({ onboarded: context.customer }),
      });
      return setup({ types: any, actors: { onboarding } }).createMachine({
        context: ({ input }: any) => ({ customer: input.customer, result: null }),
        initial: 'onboard',
        states: {
          onboard: {
            invoke: {
              src: 'onboarding',
              input: ({ context }: any) => context,
              onDone: {
                target: 'over',
                actions: assign({ result: ({ event }: any) => event.output }),
              },
            },
          },
          over: { type: 'final' },
        },
        output: ({ context }: any) => context.result,
      });
    },
    input: { customer: { id: 7, since: new Date('2026-03-01') } },
    script: [['answer', 'welcome']],
  },
  {
    name: 'visa: a decision is awaited for a time',
    source: 'xstate/examples/workflow-event-based',
    machine: (world) =>
      setup({
        types: any,
        actors: {
          approve: fromPromise(() => world.ask('approve')),
          none: fromPromise(() => world.ask('none')),
        },
        delays: { tooLong: 60 * 60 * 1000 },
      }).createMachine({
        initial: 'checking',
        states: {
          checking: {
            on: { visaApproved: 'approved', visaRejected: 'rejected' },
            after: { tooLong: 'undecided' },
          },
          approved: { invoke: { src: 'approve', onDone: 'over' } },
          rejected: { type: 'final' },
          undecided: { invoke: { src: 'none', onDone: 'over' } },
          over: { type: 'final' },
        },
      }),
    script: [
      ['wait', 1000],
      ['wait', 60 * 60 * 1000],
      ['send', { type: 'visaApproved' }],
      ['answer', 'none'],
    ],
  },
  {
    name: 'applicant: under age, rejected by a subflow that fails and is retried',
    source: 'xstate/examples/workflow-applicant-request',
    machine: (world) => {
      const rejection = setup({
        types: any,
        actors: { mail: fromPromise(({ input }) => world.ask('mail', input)) },
      }).createMachine({
        context: ({ input }: any) => ({ applicant: input, tries: 0 }),
        initial: 'mailing',
        states: {
          mailing: {
            entry: assign({ tries: ({ context }: any) => context.tries + 1 }),
            invoke: {
              src: 'mail',
              input: ({ context }: any) => context.applicant,
              onDone: 'over',
              onError: { target: 'mailing', reenter: true },
            },
          },
          over: { type: 'final' },
        },
        output: ({ context }: any) => context.tries,
      });
      return setup({
        types: any,
        actors: { rejection, begin: fromPromise(() => world.ask('begin')) },
        guards: { isOver18: ({ context }: any) => context.applicant.age >= 18 },
      }).createMachine({
        context: ({ input }: any) => ({ applicant: input.applicant, tries: 0 }),
        initial: 'check',
        states: {
          check: { always: [{ guard: 'isOver18', target: 'begin' }, { target: 'reject' }] },
          begin: { invoke: { src: 'begin', onDone: 'over' } },
          reject: {
            invoke: {
              src: 'rejection',
              input: ({ context }: any) => context.applicant,
              onDone: {
                target: 'over',
                actions: assign({ tries: ({ event }: any) => event.output }),
              },
            },
          },
          over: { type: 'final' },
        },
        output: ({ context }: any) => context,
      });
    },
    input: { applicant: { name: 'Marie', age: 17 } },
    script: [
      ['fail', 'mail', new Error('no connection')],
      ['answer', 'mail'],
    ],
  },
  {
    name: 'applicant: old enough',
    source: 'xstate/examples/workflow-applicant-request',
    machine: (world) =>
      setup({
        types: any,
        actors: { begin: fromPromise(({ input }) => world.ask('begin', input)) },
      }).createMachine({
        context: ({ input }: any) => ({ age: input.age }),
        initial: 'check',
        states: {
          check: {
            on: {
              submit: [
                { guard: ({ context }: any) => context.age >= 18, target: 'begin' },
                { target: 'rejected' },
              ],
            },
          },
          begin: {
            invoke: {
              src: 'begin',
              input: ({ context, event }: any) => ({ age: context.age, by: event.by }),
              onDone: 'accepted',
              onError: 'rejected',
            },
          },
          accepted: { type: 'final' },
          rejected: { type: 'final' },
        },
      }),
    input: { age: 22 },
    script: [
      ['send', { type: 'submit', by: 'office' }],
      ['answer', 'begin', 'ok'],
    ],
  },
  {
    name: 'orders: errors are told apart by their message',
    source: 'xstate/examples/workflow-provision-orders',
    machine: (world) =>
      setup({
        types: any,
        actors: { provision: fromPromise(({ input }) => world.ask('provision', input)) },
      }).createMachine({
        context: ({ input }: any) => ({ order: input.order, outcome: null }),
        initial: 'provision',
        states: {
          provision: {
            invoke: {
              src: 'provision',
              input: ({ context }: any) => context.order,
              onDone: { target: 'over', actions: assign({ outcome: 'ok' }) },
              onError: [
                { guard: ({ event }: any) => event.error.message === 'Missing id', target: 'noId' },
                { guard: ({ event }: any) => event.error instanceof RangeError, target: 'noItem' },
                { target: 'failed', actions: assign({ outcome: ({ event }: any) => event.error }) },
              ],
            },
          },
          noId: { on: { retry: 'provision' } },
          noItem: { on: { retry: 'provision' } },
          failed: { type: 'final' },
          over: { type: 'final' },
        },
        output: ({ context }: any) => context.outcome,
      }),
    input: { order: { id: '', item: 'laptop', quantity: 10 } },
    script: [
      ['fail', 'provision', new Error('Missing id')],
      ['send', { type: 'retry' }],
      ['fail', 'provision', new RangeError('Missing item')],
      ['send', { type: 'retry' }],
      ['fail', 'provision', { type: 'Missing', item: new Set(['quantity']) }],
    ],
  },
  {
    name: 'job: polled until it is over',
    source: 'xstate/examples/workflow-monitor-job',
    machine: (world) =>
      setup({
        types: any,
        actors: {
          submit: fromPromise(({ input }) => world.ask('submit', input)),
          status: fromPromise(({ input }) => world.ask('status', input)),
        },
      }).createMachine({
        context: ({ input }: any) => ({
          job: input.job,
          uid: undefined,
          status: undefined,
          polls: 0,
        }),
        initial: 'submitting',
        states: {
          submitting: {
            invoke: {
              src: 'submit',
              input: ({ context }: any) => context.job,
              onDone: {
                target: 'waiting',
                actions: assign({ uid: ({ event }: any) => event.output.uid }),
              },
            },
          },
          waiting: { after: { 5000: 'polling' } },
          polling: {
            invoke: {
              src: 'status',
              input: ({ context }: any) => context.uid,
              onDone: {
                target: 'deciding',
                actions: assign({
                  status: ({ event }: any) => event.output,
                  polls: ({ context }: any) => context.polls + 1,
                }),
              },
            },
          },
          deciding: {
            always: [
              { guard: ({ context }: any) => context.status === 'SUCCEEDED', target: 'succeeded' },
              { guard: ({ context }: any) => context.status === 'FAILED', target: 'failed' },
              { target: 'waiting' },
            ],
          },
          succeeded: { type: 'final' },
          failed: { type: 'final' },
        },
        output: ({ context }: any) => context,
      }),
    input: { job: { name: 'big' } },
    script: [
      ['answer', 'submit', { uid: 'u-1' }],
      ['wait', 5000],
      ['answer', 'status', 'RUNNING'],
      ['wait', 4000],
      ['wait', 1000],
      ['answer', 'status', 'SUCCEEDED'],
    ],
  },
  {
    name: 'vitals: a child machine of four promises, again and again',
    source: 'xstate/examples/workflow-car-vitals',
    machine: (world) => {
      const checks = ['tires', 'oil', 'coolant', 'battery'];
      const vitals = setup({
        types: any,
        actors: Object.fromEntries(checks.map((c) => [c, fromPromise(() => world.ask(c))])),
      }).createMachine({
        context: { tires: null, oil: null, coolant: null, battery: null },
        initial: 'checking',
        states: {
          checking: {
            invoke: checks.map((src) => ({
              src,
              onDone: { actions: assign({ [src]: ({ event }: any) => event.output }) },
            })),
            always: {
              guard: ({ context }: any) => checks.every((check) => context[check]),
              target: 'checked',
            },
          },
          checked: { type: 'final' },
        },
        output: ({ context }: any) => context,
      } as any);
      return setup({ types: any, actors: { vitals } }).createMachine({
        initial: 'off',
        context: { seen: [] },
        states: {
          off: { on: { carTurnedOn: 'checking' } },
          checking: {
            invoke: {
              src: 'vitals',
              onDone: {
                actions: assign({
                  seen: ({ context, event }: any) => [...context.seen, event.output],
                }),
                target: 'pausing',
              },
            },
          },
          pausing: { after: { 1000: 'checking' } },
        },
        on: { carTurnedOff: { actions: log('Car turned off'), target: '.off' } },
      } as any);
    },
    script: [
      ['send', { type: 'carTurnedOn' }],
      ['answer', 'oil', { value: 1 }],
      ['answer', 'tires', { value: 2 }],
      ['answer', 'battery', { value: 3 }],
      ['answer', 'coolant', { value: 4 }],
      ['wait', 1000],
      ['answer', 'coolant', { value: 5 }],
      ['send', { type: 'carTurnedOff' }],
    ],
  },
];
