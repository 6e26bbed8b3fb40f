/**
 * More workflows of the serverless examples: events from services, deadlines, callbacks that remind, logs.
 */
import { assign, enqueueActions, fromCallback, fromPromise, log, setup } from 'xstate';
import type { Case } from '../world.ts';

const any = {} as any;

export const services: readonly Case[] = [
  {
    name: 'patient: each vital sign calls for another hand',
    source: 'xstate/examples/workflow-monitor-patient',
    machine: (world) =>
      setup({
        types: any,
        actors: { tell: fromPromise(({ input }) => world.ask('tell', input)) },
      }).createMachine({
        type: 'parallel',
        context: { calls: 0 },
        states: Object.fromEntries(
          ['temperature', 'pressure', 'respiration'].map((sign) => [
            sign,
            {
              initial: 'normal',
              states: {
                normal: { on: { [`high.${sign}`]: 'high' } },
                high: {
                  invoke: {
                    src: 'tell',
                    input: { sign },
                    onDone: {
                      target: 'normal',
                      actions: assign({ calls: ({ context }: any) => context.calls + 1 }),
                    },
                  },
                },
              },
            },
          ]),
        ),
      } as any),
    script: [
      ['send', { type: 'high.pressure' }],
      ['send', { type: 'high.temperature' }],
      ['answer', 'tell'],
      ['answer', 'tell'],
      ['send', { type: 'high.respiration' }],
    ],
  },
  {
    name: 'college: three documents in any order, then one letter',
    source: 'xstate/examples/workflow-finalize-college-app',
    machine: (world) => {
      const document = (event: string) => ({
        initial: 'missing',
        states: {
          missing: {
            on: {
              [event]: {
                target: 'there',
                actions: assign({ got: ({ context }: any) => [...context.got, event] }),
              },
            },
          },
          there: { type: 'final' },
        },
      });
      return setup({
        types: any,
        actors: { finalize: fromPromise(({ input }) => world.ask('finalize', input)) },
      }).createMachine({
        context: { got: [] },
        initial: 'collecting',
        states: {
          collecting: {
            type: 'parallel',
            states: {
              application: document('applicationSubmitted'),
              scores: document('satScoresReceived'),
              letter: document('recommendationReceived'),
            },
            onDone: 'finalizing',
          },
          finalizing: {
            invoke: {
              src: 'finalize',
              input: ({ context }: any) => context.got,
              onDone: 'over',
            },
          },
          over: { type: 'final' },
        },
      } as any);
    },
    script: [
      ['send', { type: 'satScoresReceived' }],
      ['send', { type: 'applicationSubmitted' }],
      ['send', { type: 'recommendationReceived' }],
      ['answer', 'finalize'],
    ],
  },
  {
    name: 'credit: a service calls back with its decision',
    source: 'xstate/examples/workflow-credit-check',
    machine: (world) =>
      setup({
        types: any,
        actors: {
          bureau: fromCallback(({ sendBack, input }: any) =>
            world.listen(({ name, value }) => {
              if (name === 'decided')
                sendBack({ type: 'creditChecked', score: value, of: input.of });
            }),
          ),
          start: fromPromise(() => world.ask('start')),
          reject: fromPromise(() => world.ask('reject')),
        },
      }).createMachine({
        context: ({ input }: any) => ({ customer: input.customer, decision: null }),
        initial: 'checking',
        states: {
          checking: {
            invoke: { src: 'bureau', input: ({ context }: any) => ({ of: context.customer }) },
            on: {
              creditChecked: {
                actions: assign({ decision: ({ event }: any) => ({ ...event }) }),
                target: 'deciding',
              },
            },
            after: { 900000: 'timedOut' },
          },
          deciding: {
            always: [
              { guard: ({ context }: any) => context.decision.score > 5, target: 'starting' },
              { target: 'rejecting' },
            ],
          },
          starting: { invoke: { src: 'start', onDone: 'over' } },
          rejecting: { invoke: { src: 'reject', onDone: 'over' } },
          timedOut: { type: 'final' },
          over: { type: 'final' },
        },
        output: ({ context }: any) => context.decision,
      }),
    input: { customer: 'cus-1' },
    script: [
      ['wait', 60000],
      ['answer', 'decided', 7],
      ['answer', 'start'],
    ],
  },
  {
    name: 'auction: bids are taken until time is up',
    source: 'xstate/examples/workflow-car-auction-bids',
    machine: () =>
      setup({ types: any, delays: { bidding: 3000 } }).createMachine({
        context: { bids: [] },
        initial: 'open',
        states: {
          open: {
            on: {
              carBid: {
                actions: assign({
                  bids: ({ context, event }: any) => [...context.bids, event.bid],
                }),
              },
            },
            after: { bidding: 'over' },
          },
          over: { type: 'final' },
        },
        output: ({ context }: any) => ({
          winner:
            context.bids.toSorted?.((a: any, b: any) => b.amount - a.amount)[0] ?? context.bids[0],
        }),
      }),
    script: [
      ['send', { type: 'carBid', bid: { by: 'xyz', amount: 3000 } }],
      ['wait', 1000],
      ['send', { type: 'carBid', bid: { by: 'abc', amount: 4000 } }],
      ['wait', 2000],
      ['send', { type: 'carBid', bid: { by: 'late', amount: 9000 } }],
    ],
  },
  {
    name: 'inbox: a callback of the root reminds',
    source: 'xstate/examples/workflow-check-inbox',
    machine: (world) =>
      setup({
        types: any,
        actors: {
          schedule: fromCallback(({ sendBack }: any) =>
            world.listen(({ name }) => {
              if (name === 'tick') sendBack({ type: 'reminder' });
            }),
          ),
          check: fromPromise(() => world.ask('check')),
          text: fromPromise(({ input }) => world.ask('text', input)),
        },
      }).createMachine({
        context: { messages: [] },
        invoke: { src: 'schedule', input: { interval: 2000 } },
        initial: 'idle',
        states: {
          idle: { on: { reminder: 'checking' } },
          checking: {
            invoke: {
              src: 'check',
              onDone: {
                target: 'texting',
                actions: assign({ messages: ({ event }: any) => event.output }),
              },
            },
          },
          texting: {
            invoke: {
              src: 'text',
              input: ({ context }: any) => ({ messages: context.messages }),
              onDone: 'idle',
            },
          },
        },
      }),
    script: [
      ['answer', 'tick'],
      ['answer', 'check', [{ subject: 'Hello', priority: 'high' }]],
      ['answer', 'tick'],
      ['answer', 'text', { status: 'success' }],
      ['answer', 'tick'],
    ],
  },
  {
    name: 'vet: an appointment is asked for and awaited',
    source: 'xstate/examples/workflow-event-based-service',
    machine: (world) =>
      setup({
        types: any,
        actions: { ask: () => world.note('MakeVetAppointment') },
      }).createMachine({
        context: ({ input }: any) => ({ patient: input.patient, appointment: null }),
        initial: 'idle',
        states: {
          idle: { on: { need: 'asking' } },
          asking: {
            entry: 'ask',
            on: {
              'appointment.made': {
                actions: assign({ appointment: ({ event }: any) => event.appointment }),
                target: 'over',
              },
            },
          },
          over: { type: 'final' },
        },
        output: ({ context }: any) => context.appointment,
      }),
    input: { patient: { name: 'Rex' } },
    script: [
      ['send', { type: 'need' }],
      ['send', { type: 'appointment.made', appointment: { at: new Date('2026-04-05T10:00:00Z') } }],
    ],
  },
  {
    name: 'payment: one function in several states',
    source: 'xstate/examples/workflow-reusing-functions',
    machine: (world) =>
      setup({
        types: any,
        actors: { call: fromPromise(({ input }) => world.ask('call', input)) },
      }).createMachine({
        context: ({ input }: any) => ({ account: input.account, ok: undefined }),
        initial: 'funds',
        states: {
          funds: {
            invoke: {
              id: 'call',
              src: 'call',
              input: { what: 'funds' },
              onDone: {
                target: 'deciding',
                actions: assign({ ok: ({ event }: any) => event.output.available }),
              },
            },
          },
          deciding: {
            always: [
              { guard: ({ context }: any) => context.ok, target: 'paid' },
              { target: 'refused' },
            ],
          },
          paid: { invoke: { id: 'call', src: 'call', input: { what: 'paid' }, onDone: 'over' } },
          refused: {
            invoke: { id: 'call', src: 'call', input: { what: 'refused' }, onDone: 'over' },
          },
          over: { type: 'final' },
        },
      }),
    input: { account: { id: '1234' } },
    script: [
      ['answer', 'call', { available: false }],
      ['answer', 'call'],
    ],
  },
  {
    name: 'onboarding: each step is tried three times',
    source: 'xstate/examples/workflow-new-patient-onboarding',
    machine: (world) => {
      const step = (src: string, next: string) => ({
        invoke: {
          src,
          onDone: { target: next, actions: assign({ tries: 0 }) },
          onError: [
            { guard: 'mayRetry', target: src, reenter: true, actions: 'count' },
            { target: 'failed', actions: assign({ why: ({ event }: any) => event.error }) },
          ],
        },
      });
      return setup({
        types: any,
        actors: {
          store: fromPromise(() => world.ask('store')),
          assign: fromPromise(() => world.ask('assign')),
        },
        guards: { mayRetry: ({ context }: any) => context.tries < 2 },
        actions: { count: assign({ tries: ({ context }: any) => context.tries + 1 }) },
      }).createMachine({
        context: { tries: 0, why: null },
        initial: 'waiting',
        states: {
          waiting: { on: { newPatient: 'store' } },
          store: step('store', 'assign'),
          assign: step('assign', 'over'),
          over: { type: 'final' },
          failed: { type: 'final' },
        },
        output: ({ context }: any) => context,
      } as any);
    },
    script: [
      ['send', { type: 'newPatient' }],
      ['fail', 'store', { type: 'ServiceNotAvailable' }],
      ['answer', 'store'],
      ['fail', 'assign', Object.assign(new Error('busy'), { code: 503 })],
      ['fail', 'assign', Object.assign(new Error('busy'), { code: 503 })],
      ['fail', 'assign', Object.assign(new Error('busy'), { code: 503 })],
    ],
  },
  {
    name: 'purchase: an order has to be confirmed before its deadline',
    source: 'xstate/examples/workflow-purchase-order-deadline',
    machine: () =>
      setup({
        types: any,
        actions: { cancelled: log('the order is cancelled') },
        delays: { deadline: 30 * 24 * 60 * 60 * 1000 },
      }).createMachine({
        context: { order: null },
        initial: 'new',
        states: {
          new: {
            on: {
              OrderCreated: {
                actions: assign({ order: ({ event }: any) => event.order }),
                target: 'open',
              },
            },
          },
          open: {
            initial: 'unconfirmed',
            states: {
              unconfirmed: { on: { OrderConfirmed: 'confirmed' } },
              confirmed: { on: { ShipmentSent: '#done' } },
            },
            after: { deadline: 'cancelled' },
          },
          done: { id: 'done', type: 'final' },
          cancelled: { entry: 'cancelled', type: 'final' },
        },
      }),
    script: [
      ['send', { type: 'OrderCreated', order: { id: 1n } }],
      ['wait', 20 * 24 * 60 * 60 * 1000],
      ['send', { type: 'OrderConfirmed' }],
      ['wait', 10 * 24 * 60 * 60 * 1000],
    ],
  },
  {
    name: 'rooms: readings are gathered for an hour',
    source: 'xstate/examples/workflow-accumulate-room-readings',
    machine: (world) =>
      setup({
        types: any,
        actors: { report: fromPromise(({ input }) => world.ask('report', input)) },
        delays: { hour: 3_600_000 },
      }).createMachine({
        context: { rooms: new Map() },
        initial: 'consuming',
        states: {
          consuming: {
            on: {
              Temperature: {
                actions: assign({
                  rooms: ({ context, event }: any) =>
                    new Map(context.rooms).set(event.room, event.value),
                }),
              },
            },
            after: { hour: 'reporting' },
          },
          reporting: {
            invoke: {
              src: 'report',
              input: ({ context }: any) => ({ rooms: context.rooms }),
              onDone: 'consuming',
              onError: 'consuming',
            },
          },
        },
      }),
    script: [
      ['send', { type: 'Temperature', room: 'a', value: 21 }],
      ['send', { type: 'Temperature', room: 'b', value: Number.NaN }],
      ['wait', 3_600_000],
      ['answer', 'report'],
      ['send', { type: 'Temperature', room: 'a', value: -0 }],
    ],
  },
  {
    name: 'books: a lender, a reminder, and two weeks',
    source: 'xstate/examples/workflow-book-lending',
    machine: (world) =>
      setup({
        types: any,
        actors: {
          status: fromPromise(({ input }) => world.ask('status', input)),
          lend: fromPromise(({ input }) => world.ask('lend', input)),
        },
        delays: { twoWeeks: 14 * 24 * 3_600_000 },
      }).createMachine({
        context: { book: null, lender: null, status: null },
        initial: 'request',
        states: {
          request: {
            on: {
              bookLendingRequest: {
                target: 'status',
                actions: assign({
                  book: ({ event }: any) => event.book,
                  lender: ({ event }: any) => event.lender,
                }),
              },
            },
          },
          status: {
            invoke: {
              src: 'status',
              input: ({ context }: any) => ({ book: context.book.id }),
              onDone: {
                target: 'decision',
                actions: assign({ status: ({ event }: any) => event.output.status }),
              },
            },
          },
          decision: {
            always: [
              { guard: ({ context }: any) => context.status === 'onloan', target: 'onLoan' },
              { target: 'lending' },
            ],
          },
          onLoan: { on: { hold: 'sleeping', decline: 'over' } },
          sleeping: { after: { twoWeeks: 'status' } },
          lending: {
            invoke: { src: 'lend', onDone: 'over', input: ({ context }: any) => context },
          },
          over: { type: 'final' },
        },
      }),
    script: [
      ['send', { type: 'bookLendingRequest', book: { id: 42 }, lender: { name: 'Jo' } }],
      ['answer', 'status', { status: 'onloan' }],
      ['send', { type: 'hold' }],
      ['wait', 13 * 24 * 3_600_000],
      ['wait', 24 * 3_600_000],
      ['answer', 'status', { status: 'free' }],
      ['answer', 'lend'],
    ],
  },
  {
    name: 'water: a glass is filled by eventless steps',
    source: 'xstate/examples/workflow-filling-water',
    machine: () =>
      setup({ types: any }).createMachine({
        context: { counts: { current: 0, max: 10 } },
        initial: 'check',
        states: {
          check: {
            always: [
              {
                guard: ({ context }: any) => context.counts.current < context.counts.max,
                target: 'add',
              },
              { target: 'full' },
            ],
          },
          add: {
            entry: assign({
              counts: ({ context }: any) => ({
                ...context.counts,
                current: context.counts.current + 1,
              }),
            }),
            always: 'check',
          },
          full: { type: 'final' },
        },
        output: ({ context }: any) => context.counts,
      }),
    script: [],
  },
  {
    name: 'scanner: folders, then files, then what went wrong',
    source: 'xstate/examples/workflow-media-scanner',
    machine: (world) =>
      setup({
        types: any,
        actors: {
          permissions: fromPromise(() => world.ask('permissions')),
          scan: fromPromise(({ input }) => world.ask('scan', input)),
        },
        actions: {
          gather: enqueueActions(({ enqueue, event, check }: any) => {
            enqueue.assign({ files: event.output });
            if (check('isEmpty')) enqueue(() => world.note('nothing found'));
            else enqueue({ type: 'report' });
          }),
          report: ({ context }: any) => world.note({ found: context.files.length }),
        },
        guards: { isEmpty: ({ context }: any) => context.files.length === 0 },
      }).createMachine({
        context: ({ input }: any) => ({ base: input.base, files: [], problems: [] }),
        initial: 'idle',
        states: {
          idle: { on: { START_SCAN: 'checking' } },
          checking: {
            invoke: {
              src: 'permissions',
              onDone: 'scanning',
              onError: {
                target: 'failed',
                actions: assign({
                  problems: ({ context, event }: any) => [...context.problems, event.error],
                }),
              },
            },
          },
          scanning: {
            invoke: {
              src: 'scan',
              input: ({ context }: any) => context.base,
              onDone: { target: 'idle', actions: 'gather' },
            },
          },
          failed: { on: { RESTART: 'idle' } },
        },
      } as any),
    input: { base: '/media' },
    script: [
      ['send', { type: 'START_SCAN' }],
      ['fail', 'permissions', Object.assign(new Error('denied'), { code: 'EACCES' })],
      ['send', { type: 'RESTART' }],
      ['send', { type: 'START_SCAN' }],
      ['answer', 'permissions'],
      ['answer', 'scan', ['a.mkv', 'b.mkv']],
      ['send', { type: 'START_SCAN' }],
      ['answer', 'permissions'],
      ['answer', 'scan', []],
    ],
  },
];
