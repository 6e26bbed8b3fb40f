/**
 * How the watch ends: from what it remembers to what it says last. Pure.
 */
import type { Confidence } from '../../../events/words/pattern.ts';
import type { Ending } from '../kit/pattern-spec.ts';
import { lostNotes, progress } from '../kit/turn-taking.ts';
import type { Watch } from './watchdog-ledger.ts';
import { WATCH, workOf } from './watchdog-verdicts.ts';

export function watchEnding(context: Watch): Ending {
  const { implementers, done, verdict, lost, watchdog } = context;
  const late = implementers.filter((seat) => !done.includes(seat));
  const isWhole = late.length === 0 && verdict === 'clear';
  const broken = late.filter((seat) => !lost.includes(seat));
  const noWord = verdict === null && !lost.includes(watchdog);
  return {
    say: [
      ...broken.map((seat) => progress(workOf(seat), 'failed', 'not reported done')),
      ...(noWord ? [progress(WATCH, 'failed', 'no last word')] : []),
    ],
    outcome: isWhole ? 'completed' : 'fallback',
    reason: reasonOf(context, late),
    confidence: confidenceOf(context, late),
    result: resultOf(context),
    notes: notesOf(context, late),
  };
}

function reasonOf({ ending, verdict }: Watch, late: readonly string[]): string {
  if (late.length === 0 && verdict === 'clear')
    return 'all implementers are done, and the watchdog gives the all-clear';
  if (ending !== null) return ending;
  if (late.length > 0) return `no finished work from ${late.join(', ')}`;
  return verdict === 'issues' ? 'issues remain' : 'the watchdog gave no last word';
}

/** High: all are done and clear, without escalation. Medium: the watchdog had its last word on it. Else low. */
function confidenceOf({ verdict, escalated, ending }: Watch, late: readonly string[]): Confidence {
  if (verdict === 'clear' && late.length === 0 && escalated.length === 0) return 'high';
  return verdict !== null && ending === null ? 'medium' : 'low';
}

/** The last that each handed in, then what came before it, newest first. */
function resultOf({ implementers, handed }: Watch): number[] {
  const last = implementers.flatMap((seat) => (handed[seat] ?? []).slice(-1));
  const before = implementers.flatMap((seat) => (handed[seat] ?? []).slice(0, -1));
  return [...last, ...before.sort((a, b) => b - a)];
}

function notesOf(context: Watch, late: readonly string[]): string[] {
  const { verdict, remaining, standing, escalated, implementers } = context;
  const notes = late.map((seat) => `no finished work from ${seat}`);
  if (verdict === null) notes.push('no last word of the watchdog on the whole');
  for (const issue of remaining) notes.push(`open: ${issue}`);
  if (verdict === null)
    for (const seat of implementers)
      for (const tag of standing[seat] ?? []) notes.push(`open: ${tag} in the work of ${seat}`);
  for (const seat of escalated) notes.push(`escalated: the work of ${seat}`);
  return [...notes, ...lostNotes(context)];
}
