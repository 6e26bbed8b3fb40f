/**
 * How expertise routing ends: from what it remembers to what it says last. Pure.
 */
import type { Confidence } from '../../../events/words/pattern.ts';
import type { PatternSays } from '../kit/pattern.ts';
import type { Ending } from '../kit/pattern-spec.ts';
import { lostNotes, progress } from '../kit/turn-taking.ts';
import { onCall, type Routing } from './routing-ledger.ts';
import { standbyOf, workOf } from './routing-steps.ts';

/** The specialists are released before the conclusion. */
export function routingEnding(context: Routing): Ending {
  const { generalists, products, advice, ending } = context;
  const late = generalists.filter((seat) => products[seat] === undefined);
  const isWhole = late.length === 0;
  const works = generalists.flatMap((seat) => products[seat] ?? []);
  return {
    say: [
      ...late
        .filter((seat) => !context.lost.includes(seat))
        .map((seat) => progress(workOf(seat), 'failed', 'not finished')),
      ...releases(context),
    ],
    outcome: isWhole ? 'completed' : 'fallback',
    reason: isWhole ? 'the work is finished' : (ending ?? `no work from ${late.join(', ')}`),
    confidence: confidenceOf(context, works.length),
    result: works.length > 0 ? works : generalists.flatMap((seat) => advice[seat] ?? []),
    notes: notesOf(context, late, works.length > 0),
  };
}

/**
 * High: all is finished, every question was answered and no advice rejected. Medium: something is finished.
 * Else low.
 */
function confidenceOf(
  { generalists, unanswered, open, rejected }: Routing,
  finished: number,
): Confidence {
  if (finished === 0) return 'low';
  const isSure =
    finished === generalists.length && unanswered.length + open.length + rejected === 0;
  return isSure ? 'high' : 'medium';
}

const releases = (context: Routing): PatternSays[] =>
  onCall(context).map((seat) => {
    const given = context.given[seat] ?? 0;
    const note = `released after ${given} ${given === 1 ? 'consultation' : 'consultations'}`;
    return progress(standbyOf(seat), 'completed', note);
  });

function notesOf(context: Routing, late: readonly string[], hasWork: boolean): string[] {
  const { unanswered, open } = context;
  const notes = late.map((seat) => `no finished work from ${seat}`);
  if (!hasWork) notes.push('what the specialists advised is all there is');
  for (const { by, of, nth } of [...unanswered, ...open])
    notes.push(`unanswered: question ${nth} of ${by}, to ${of}`);
  return [...notes, ...lostNotes(context)];
}
