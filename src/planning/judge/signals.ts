/**
 * What in a request speaks for which way of working together.
 *
 * A cue is a phrase in which several kinds of words meet in an order that has a meaning ("have WHO review
 * it"), never a word alone. It speaks for one pattern with a weight between 0 and 1 and gives the reason
 * that a person is shown. Neighbours: `reading.ts` below, `judge.ts` above. Pure.
 *
 * Invariants
 * 1. A found signal quotes the words that it was found in.
 * 2. The phrases of one cue count once: paraphrases do not add up.
 */

import { patterns } from '../../machines/patterns/index.ts';
import { type Collaboration, KIND_OF, type SignalKind } from '../choice.ts';
import { find, type Phrase, phrase, quote } from '../language/phrase.ts';
import type { Reading } from '../language/word.ts';
import { phasesIn } from './phases.ts';

export interface Signal {
  kind: SignalKind;
  pattern: Collaboration;
  /** 0 to 1: how much it says on its own. */
  weight: number;
  /** The words it was found in. */
  evidence: string;
  reason: string;
}

interface Cue {
  pattern: Collaboration;
  weight: number;
  reason: string;
  phrases: readonly Phrase[];
}

let compiled: readonly Cue[] | undefined;

function cues(): readonly Cue[] {
  compiled ??= (Object.keys(KIND_OF) as Collaboration[]).flatMap((pattern) =>
    (patterns[pattern]?.cues ?? []).map(([weight, reason, ...phrases]) => ({
      pattern,
      weight,
      reason,
      phrases: phrases.map(phrase),
    })),
  );
  return compiled;
}

/** All signals of a reading, the strongest first. */
export function signalsOf(reading: Reading): Signal[] {
  const found = cues().flatMap((cue) => signalOf(cue, reading) ?? []);
  const stages = phasesIn(reading);
  if (stages) found.push({ kind: 'dependency', pattern: 'assembly-line', ...stages });
  return found.sort((a, b) => b.weight - a.weight);
}

function signalOf(cue: Cue, reading: Reading): Signal | undefined {
  for (const wanted of cue.phrases) {
    const match = find(wanted, reading);
    if (!match) continue;
    const words = reading.words.slice(match.start, match.end).map((word) => word.text);
    const { pattern, weight, reason } = cue;
    return { kind: KIND_OF[pattern], pattern, weight, reason, evidence: quote(words) };
  }
  return undefined;
}
