/**
 * How a discovery ends: from what it remembers to what it says last. Pure.
 */
import type { Confidence } from '../../../events/words/pattern.ts';
import type { Ending } from '../kit/pattern-spec.ts';
import * as turns from '../kit/turn-taking.ts';
import { type Discovery, tagsOf } from './discovery-ledger.ts';
import { groundOf, taskOf } from './discovery-steps.ts';

export function discoveryEnding(context: Discovery): Ending {
  const isWhole = isComplete(context);
  return {
    say: [
      ...turns
        .thereOf(context.scouts, context)
        .filter((scout) => !context.explored.includes(scout))
        .map((scout) => turns.progress(groundOf(scout), 'failed', 'exploration incomplete')),
      ...tagsOf(context, 'open').map((tag) => turns.progress(taskOf(tag), 'failed', 'not handled')),
    ],
    outcome: isWhole ? 'completed' : 'fallback',
    reason: reasonOf(context, isWhole),
    confidence: confidenceOf(context, isWhole),
    result: resultOf(context),
    notes: notesOf(context, isWhole),
  };
}

/** All that was found is dealt with, and whoever still explores has nothing more to find. */
function isComplete(context: Discovery): boolean {
  const scouts = turns.thereOf(context.scouts, context);
  return (
    context.beyond === 0 &&
    tagsOf(context, 'open', 'blocked').length === 0 &&
    scouts.length > 0 &&
    scouts.every((scout) => context.explored.includes(scout))
  );
}

function reasonOf(context: Discovery, isWhole: boolean): string {
  const found = Object.keys(context.findings).length;
  if (isWhole) return found > 0 ? 'all that was found is dealt with' : 'nothing was found';
  if (context.ending !== null) return context.ending;
  return context.round >= context.limits.rounds ? 'rounds spent' : 'nobody can go on with the rest';
}

/**
 * High: explored and dealt with, by all who began and without dispute. Medium: that with somebody lost or a
 * finding dismissed against who found it, or else most of it. Else low.
 */
function confidenceOf(context: Discovery, isWhole: boolean): Confidence {
  const isDisputed = tagsOf(context, 'dismissed').some((tag) => {
    const { by, tried } = context.findings[tag]!;
    return tried.at(-1) !== by;
  });
  if (isWhole) return context.lost.length === 0 && !isDisputed ? 'high' : 'medium';
  const found = Object.keys(context.findings).length + context.beyond;
  return tagsOf(context, 'resolved', 'dismissed').length * 2 > found ? 'medium' : 'low';
}

/** What became of each finding, most severe first; then the reports. */
function resultOf(context: Discovery): number[] {
  const handled = tagsOf(context, 'resolved', 'dismissed', 'blocked', 'open').flatMap((tag) => {
    const { result } = context.findings[tag]!;
    return result === null ? [] : [result];
  });
  return [...handled, ...context.reports];
}

function notesOf(context: Discovery, isWhole: boolean): string[] {
  const { beyond, limits, findings, frozen } = context;
  const severe = (tag: string) => `${tag} (${findings[tag]!.severity})`;
  return [
    ...(isWhole ? [] : ['exploration incomplete']),
    ...tagsOf(context, 'open').map((tag) => `not handled: ${severe(tag)}`),
    ...tagsOf(context, 'blocked').map((tag) => `blocked: ${severe(tag)}`),
    ...(beyond > 0 ? [`${beyond} findings beyond the limit of ${limits.findings}`] : []),
    ...(frozen ? ['the scope was frozen: some findings had no specialist of their own'] : []),
    ...turns.lostNotes(context),
  ];
}
