/**
 * Workflow: teams in the order of what builds on what. Each step is a team below with its own stream and its
 * share of the budget; it begins when all that it builds on is over, and is given their results as material.
 *
 * Who talks to whom: it is the root of its team, without agents. It waits for the teams of its steps and hears
 * their ends; it tells the board what begins and what has come of it. Steps know nothing of each other.
 *
 * Invariants
 * 1. A step begins at most once, and only when every step that it needs has left a result.
 * 2. A step whose needs will never be there is passed over; a team that ended early counts if it left something.
 * 3. Every step ends: by its team's end, by its time, or because the workflow is asked to stop; so the workflow
 *    ends after at most `STEPS_MAX` results, as many time-outs, and what was said from outside.
 */
import { enqueueActions, setup } from 'xstate';
import type { Heard } from '../../events/event.ts';
import type { teamStopRequested } from '../../events/words/team.ts';
import { runTeam } from '../declared-work.ts';
import * as ledger from './workflow-ledger.ts';

type Of = { slot: number };
type Heeded = Of & { heard: ledger.ChildHeard };
type Hears = Heard<typeof teamStopRequested>;

/** The action that takes a step of the ledger for one slot. */
function taking<Params extends Of>(
  take: (context: ledger.WorkflowContext, params: Params) => ReturnType<typeof ledger.begin>,
) {
  return enqueueActions<
    ledger.WorkflowContext,
    any,
    Params,
    any,
    any,
    any,
    any,
    any,
    ledger.WorkflowSays
  >(({ context, enqueue }, params) => {
    const { remember, say = [] } = take(context, params);
    if (remember) enqueue.assign(remember);
    for (const said of say) enqueue.emit(said);
  });
}

export const workflowMachine = setup({
  types: {
    context: {} as ledger.WorkflowContext,
    events: {} as Hears,
    emitted: {} as ledger.WorkflowSays,
    input: {} as ledger.WorkflowInput,
    output: {} as ledger.WorkflowOutput,
  },
  actors: { runTeam },
  delays: { stepTime: ({ context }) => context.input.stepMs },
  guards: {
    isUnused: ({ context }, { slot }: Of) => ledger.stepAt(context, slot) === undefined,
    isReady: ({ context }, { slot }: Of) => ledger.isReady(context, slot),
    isHopeless: ({ context }, { slot }: Of) => ledger.isHopeless(context, slot),
    isStopped: ({ context }) => context.stopped !== null,
  },
  actions: {
    open: enqueueActions(({ context, enqueue }) => {
      for (const said of ledger.open(context).say ?? []) enqueue.emit(said);
    }),
    begin: taking((context, { slot }: Of) => ledger.begin(context, slot)),
    takeEnd: taking((context, { slot, heard }: Heeded) => ledger.takeEnd(context, slot, heard)),
    giveUp: taking((context, { slot }: Of) => ledger.giveUp(context, slot)),
    skip: taking((context, { slot }: Of) => ledger.skip(context, slot)),
    noteStop: enqueueActions(({ context, event, enqueue }) => {
      const { by, reason } = event as Hears;
      enqueue.assign({ stopped: context.stopped ?? `stopped by ${by}: ${reason}` });
    }),
  },
}).createMachine({
  id: 'workflow',
  context: ({ input }) => ledger.newWorkflow(input),
  output: ({ context }) => ledger.outputOf(context),
  entry: 'open',
  type: 'parallel',
  on: { 'team.stopRequested': { actions: 'noteStop' } },
  states: Object.fromEntries(
    Array.from({ length: ledger.STEPS_MAX }, (_, slot) => [`step${slot + 1}`, region(slot)]),
  ),
});

/** One step: blocked, running, over. All slots are alike; those without a step are over at once. */
function region(slot: number) {
  const of = { slot };
  const heard = ({ event }: { event: unknown }) => ({ slot, heard: event as ledger.ChildHeard });
  return {
    initial: 'blocked',
    states: {
      blocked: {
        always: [
          { guard: { type: 'isUnused', params: of }, target: 'over' },
          { guard: 'isStopped', target: 'over', actions: { type: 'skip', params: of } },
          {
            guard: { type: 'isHopeless', params: of },
            target: 'over',
            actions: { type: 'skip', params: of },
          },
          { guard: { type: 'isReady', params: of }, target: 'running' },
        ],
      },
      running: {
        id: `running${slot + 1}`,
        entry: { type: 'begin', params: of },
        always: { guard: 'isStopped', target: 'over', actions: { type: 'skip', params: of } },
        invoke: {
          id: `team${slot + 1}`,
          src: 'runTeam',
          input: ({ context }: { context: ledger.WorkflowContext }) =>
            ledger.orderOf(context, slot),
          onDone: { target: 'over', actions: { type: 'takeEnd', params: heard } },
          onError: { target: 'over', actions: { type: 'takeEnd', params: heard } },
        },
        after: { stepTime: { target: 'over', actions: { type: 'giveUp', params: of } } },
      },
      over: { type: 'final' },
    },
  } as const;
}
