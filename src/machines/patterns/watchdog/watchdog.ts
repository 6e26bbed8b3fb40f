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
 * 3. It grants an implementer at most `checkpoints` + 1 turns, and one more a warning from beside; the watchdog one
 *    a checkpoint, one for what it did not read, and the last word; and `refills` more a seat for successors.
 * 4. It concludes with the work there is, and says what stands against it.
 */
import { definePattern } from '../kit/define-pattern.ts';
import { inTurn } from '../kit/in-turn.ts';
import type { PatternSays } from '../kit/pattern.ts';
import { on, type PatternStep, sole } from '../kit/pattern-spec.ts';
import { handedIn, progress, taskFor } from '../kit/turn-taking.ts';
import { watchdogCues } from './cues.ts';
import { watchShownAgain, watchTurn } from './watchdog-briefs.ts';
import { watchEnding } from './watchdog-conclusion.ts';
import type { AllClear, Done, Handed, Remaining, Watch } from './watchdog-ledger.ts';
import * as ledger from './watchdog-ledger.ts';
import * as verdicts from './watchdog-verdicts.ts';
import { goOn, review, settling, WATCH, workOf } from './watchdog-verdicts.ts';
import {
  allClear,
  clear,
  correct,
  handInCheckpoint,
  nameIssues,
  reportDone,
  warn,
} from './words.ts';

type Step = PatternStep<Watch>;

const board = ({ implementers, watchdog: dog }: Watch): PatternSays[] => [
  { type: 'round.started', round: 1, of: 2, title: 'Implementation under watch' },
  ...implementers.map((seat) => taskFor(seat, workOf(seat), `Work of ${seat}`)),
  taskFor(dog, WATCH, `Watch of ${dog}`),
  ...implementers.map((seat) => progress(workOf(seat), 'inProgress', 'begun')),
  progress(WATCH, 'inProgress', 'waits for checkpoints'),
];

const startWork = ({ implementers }: Watch): Step => ({
  remember: { round: 1 },
  asks: implementers,
});

const takeCheckpoint = (context: Watch, handed: Handed): Step =>
  inTurn(
    context,
    (now) => ({ remember: ledger.withCheckpoint(now, handed), say: registered(handed) }),
    review,
  );

/** Done, unless a warning came in the meantime. */
function takeDone(context: Watch, done: Done): Step {
  const { from, revision } = done;
  return inTurn(
    context,
    settling(from),
    (now) => ({
      remember: { ...ledger.withHanded(now, done), unseen: [...now.unseen, revision] },
      say: registered(done),
    }),
    (now) =>
      ledger.isPending(now, from) && ledger.mayWork(now, from)
        ? goOn(now, from)
        : {
            remember: { done: [...now.done, from] },
            say: [progress(workOf(from), 'completed', 'reported done')],
          },
  );
}

/** Every file that was changed, or the text. */
function registered({ from, revision, title, paths }: Handed | Done): PatternSays[] {
  const handed = { from, revision, title };
  const task = workOf(from);
  return paths.length > 0
    ? paths.map((path) => handedIn({ ...handed, path }, task))
    : [handedIn(handed, task)];
}

const askLastWord = ({ watchdog: dog }: Watch): Step => ({
  remember: { round: 2 },
  say: [{ type: 'round.started', round: 2, of: 2, title: 'The last word' }],
  asks: [dog],
});

const takeAllClear = (_: Watch, _said: AllClear): Step => ({
  remember: { verdict: 'clear', standing: {} },
  say: [progress(WATCH, 'completed', 'all clear')],
});

const takeRemaining = (_: Watch, { from, issues }: Remaining): Step => ({
  remember: {
    verdict: 'issues',
    remaining: issues.map(({ tag, severity }) => `${tag} (${severity})`),
  },
  say: [
    progress(WATCH, 'completed', 'issues remain'),
    {
      type: 'dissent.noted',
      by: from,
      about: 'the work as a whole',
      view: `Issues remain: ${issues.map(({ tag, place }) => `${tag} at ${place}`).join('; ')}`,
    },
  ],
});

/** Without the watchdog nothing new is begun: nobody works unwatched. */
function loseSeat(context: Watch, seat: string): Step {
  if (seat !== context.watchdog) {
    const failed = progress(workOf(seat), 'failed', 'nobody works here any more');
    return { say: context.done.includes(seat) ? [] : [failed] };
  }
  return inTurn(
    context,
    ({ ending }) => ({
      remember: { ending: ending ?? `${seat} was lost` },
      say: [progress(WATCH, 'failed', 'nobody watches any more')],
    }),
    review,
  );
}

const mayHaveLastWord = (context: Watch): boolean =>
  ledger.isWatched(context) && ledger.hasWork(context);

// Implementers and the watchdog hold turns side by side: a move counts for those whose move it is.
const byImplementer = { onlyIf: ledger.isImplementers };
const byWatchdog = { onlyIf: ledger.isWatchdog };

export const watchdog = definePattern({
  name: 'watchdog',
  called: 'the watch',
  purpose: 'Implementers work side by side; a watchdog looks at each checkpoint as they go.',
  endsWhen: 'all implementers are done and the watchdog gives the all-clear',
  fallback: 'the work so far, with the open issues listed',
  keyProperty: 'Nobody builds on a checkpoint before the watchdog has given its verdict on it.',
  roles: {
    implementer: {
      min: 1,
      max: 3,
      moves: [handInCheckpoint, reportDone],
      types: ['backend-architect'],
    },
    watchdog: {
      min: 1,
      max: 1,
      moves: [clear, correct, warn, allClear, nameIssues],
      types: ['consistency-watchdog'],
    },
  },
  limits: ledger.watchdogLimits,
  turnsMax({ corrections, checkpoints, refills }, seats) {
    const implementers = seats - 1;
    const reopened = implementers > 1 ? corrections : 0;
    const watch = implementers * checkpoints + 2;
    return implementers * (checkpoints + 1 + reopened) + watch + refills * seats;
  },
  seats: ({ implementer, watchdog: dog }) => ({ implementers: implementer, watchdog: sole(dog) }),
  remembers: ledger.newWatch,
  board,
  turn: watchTurn,
  again: watchShownAgain,
  lose: loseSeat,
  states: {
    implementing: {
      begins: startWork,
      hears: [
        on(handInCheckpoint, takeCheckpoint, byImplementer),
        on(reportDone, takeDone, byImplementer),
        on(clear, verdicts.press, { onlyIf: ledger.isUnread }),
        on(clear, verdicts.takeClear, byWatchdog),
        on(correct, verdicts.takeCorrection, byWatchdog),
        on(warn, verdicts.takeWarning, byWatchdog),
      ],
      next: { closing: mayHaveLastWord, concluded: 'else' },
    },
    closing: {
      begins: askLastWord,
      hears: [on(allClear, takeAllClear), on(nameIssues, takeRemaining)],
      next: { concluded: 'else' },
    },
  },
  concludes: watchEnding,
  cues: watchdogCues,
});
