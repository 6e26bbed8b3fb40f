/**
 * Watchdog: one to three implementers work side by side and hand in checkpoints; one watchdog looks at each
 * before its author builds on it, corrects, compares, and has the last word on the whole.
 *
 * Who talks to whom: it grants turns to the implementers and the watchdog and hears their moves; from the team
 * it hears what became of a seat and that it should end; to the team it says its conclusion.
 *
 * Invariants
 * 1. An implementer has no turn between a checkpoint and its verdict; nobody goes on unwatched.
 * 2. An implementer gets at most `corrections` corrections and warnings; the next is recorded as an escalation,
 *    and it goes on without.
 * 3. Until it has concluded somebody owes a turn. It grants an implementer at most `checkpoints` + 1 turns, and
 *    one more a warning from beside; the watchdog one a checkpoint, one for what it did not read, and the last
 *    word; and `refills` more a seat for successors.
 * 4. It concludes exactly once, with the work there is, and says what stands against it.
 */
import { setup } from 'xstate';
import { step } from '../../step.ts';
import * as grants from '../kit/grants.ts';
import {
  type PatternDefinition,
  type PatternHears,
  type PatternSays,
  seated,
} from '../kit/pattern.ts';
import * as turns from '../kit/turn-taking.ts';
import { watchConclusion } from './watchdog-conclusion.ts';
import * as ledger from './watchdog-ledger.ts';
import * as steps from './watchdog-steps.ts';
import * as verdicts from './watchdog-verdicts.ts';

type Context = ledger.WatchdogContext;
type Hears =
  | ledger.Handed
  | ledger.Done
  | ledger.Cleared
  | ledger.Correction
  | ledger.Warning
  | ledger.AllClear
  | ledger.Remaining
  | PatternHears;

export const watchdogMachine = setup({
  types: {
    context: {} as Context,
    events: {} as Hears,
    emitted: {} as PatternSays,
    input: {} as ledger.WatchdogInput,
  },
  guards: {
    holdsTurn: turns.turnGuards.holdsTurn,
    owesTurn: turns.turnGuards.owesTurn,
    mayGrantAgain: turns.turnGuards.mayGrantAgain,
    isAtLimit: turns.turnGuards.isAtLimit,
    isThere: turns.turnGuards.isThere,
    goesOn: turns.turnGuards.goesOn,
    isUrgent: turns.turnGuards.isUrgent,
    isImplementers: ({ context, event }) =>
      turns.holdsTurn({ context, event }) && ledger.isImplementer(context, turns.seatOf(event)),
    isWatchdogs: ({ context, event }) =>
      turns.holdsTurn({ context, event }) && turns.seatOf(event) === context.watchdog,
    isUnread: ({ context, event }) =>
      event.type === 'checkpoint.cleared' &&
      turns.holdsTurn({ context, event }) &&
      event.from === context.watchdog &&
      ledger.isUnread(context, event),
    mayHaveLastWord: ({ context }) =>
      grants.isSettled(context.grants) && ledger.isWatched(context) && ledger.hasWork(context),
    nobodyIsAtWork: ({ context }) => grants.isSettled(context.grants),
  },
  actions: {
    begin: step(steps.begin),
    takeCheckpoint: step(steps.takeCheckpoint),
    takeDone: step(steps.takeDone),
    takeClear: step(verdicts.takeClear),
    press: step(verdicts.press),
    takeCorrection: step(verdicts.takeCorrection),
    takeWarning: step(verdicts.takeWarning),
    askLastWord: step(steps.askLastWord),
    takeAllClear: step(steps.takeAllClear),
    takeRemaining: step(steps.takeRemaining),
    grantAgain: step(steps.grantAgain),
    loseSeat: step(steps.loseSeat),
    awaitSuccessor: step<Context, PatternSays>(turns.awaitSuccessor),
    startNothingNew: step<Context, PatternSays>(turns.startNothingNew),
    conclude: step(watchConclusion),
  },
}).createMachine({
  id: 'watchdog',
  context: ({ input }) => ledger.newWatch(input),
  entry: 'begin',
  initial: 'implementing',
  on: turns.whateverBecomesOfSeats,
  states: {
    implementing: {
      always: [
        { guard: 'mayHaveLastWord', target: 'closing' },
        { guard: 'nobodyIsAtWork', target: 'concluded' },
      ],
      on: {
        'checkpoint.submitted': { guard: 'isImplementers', actions: 'takeCheckpoint' },
        'implementation.finished': { guard: 'isImplementers', actions: 'takeDone' },
        'checkpoint.cleared': [
          { guard: 'isUnread', actions: 'press' },
          { guard: 'isWatchdogs', actions: 'takeClear' },
        ],
        'correction.required': { guard: 'isWatchdogs', actions: 'takeCorrection' },
        'consistency.warned': { guard: 'isWatchdogs', actions: 'takeWarning' },
      },
    },
    closing: {
      entry: 'askLastWord',
      always: { guard: 'nobodyIsAtWork', target: 'concluded' },
      on: {
        'watch.cleared': { guard: 'isWatchdogs', actions: 'takeAllClear' },
        'issues.remained': { guard: 'isWatchdogs', actions: 'takeRemaining' },
      },
    },
    concluded: { type: 'final', entry: 'conclude' },
  },
});

const roles = [
  { role: 'implementer', min: 1, max: 3, moves: ['hand_in_checkpoint', 'report_done'] },
  {
    role: 'watchdog',
    min: 1,
    max: 1,
    moves: ['clear', 'correct', 'warn', 'all_clear', 'name_issues'],
  },
];

export const watchdog: PatternDefinition<typeof ledger.watchdogLimits> = {
  name: 'watchdog',
  machine: watchdogMachine,
  purpose: 'Implementers work side by side; a watchdog looks at each checkpoint as they go.',
  roles,
  limits: ledger.watchdogLimits,
  endsWhen: 'all implementers are done and the watchdog gives the all-clear',
  fallback: 'the work so far, with the open issues listed',
  keyProperty: 'Nobody builds on a checkpoint before the watchdog has given its verdict on it.',
  turnsMax({ corrections, checkpoints, refills }, seats) {
    const implementers = seats - 1;
    const reopened = implementers > 1 ? corrections : 0;
    const watch = implementers * checkpoints + 2;
    return implementers * (checkpoints + 1 + reopened) + watch + refills * seats;
  },
  seats(roster, limits) {
    const { implementer, watchdog: dog } = seated('watchdog', roles, roster);
    const all = ledger.watchdogLimits.parse(limits ?? {});
    return { implementers: implementer!, watchdog: dog![0]!, limits: all };
  },
};
