/**
 * What a reading looks like to something that learns from examples: a set of named features.
 *
 * Words, pairs of neighbours, who is named and how many, the kinds of words (`vocabulary.ts`) and which kind
 * follows which: "MAKE, later somebody, later CHECK" is the shape of a review whatever the words are. Pure.
 *
 * Invariant: the same reading gives the same features, each once. Changing them needs new weights
 * (`scripts/train-judge.ts`); a test notices when that was forgotten.
 */

import { NOUNS, PHASES, VERBS } from '../language/vocabulary.ts';
import type { Reading, Word } from '../language/word.ts';

/** Kinds of words further apart than this do not make a pair. */
const APART_MAX = 40;

const { PLAIN: _plain, LET: _let, ...ACTS } = VERBS;
const KINDS: readonly (readonly [string, ReadonlySet<string>])[] = [
  ...Object.entries(ACTS),
  ...Object.entries(NOUNS),
  ...PHASES.map((verbs, phase) => [`PHASE${phase}`, verbs] as const),
];

export function featuresOf(reading: Reading): Set<string> {
  const features = new Set<string>();
  addWords(reading.words, features);
  addKinds(reading.words, features);
  const people = reading.words.filter((word) => word.tag === 'who').length;
  features.add(`people:${Math.min(people, 4)}`);
  features.add(`length:${Math.min(5, Math.floor(reading.words.length / 6))}`);
  if (reading.words.some((word) => word.lower === '?')) features.add('asks');
  return features;
}

function addWords(words: readonly Word[], features: Set<string>): void {
  let before: string | undefined;
  for (const word of words) {
    if (word.tag === 'stop') {
      before = undefined;
      continue;
    }
    const name = nameOf(word);
    if (word.tag === 'who') addSomebody(word, features);
    else features.add(`word:${name}`);
    features.add(before === undefined ? `first:${name}` : `pair:${before}_${name}`);
    if (word.clause) features.add(`clause:${name}`);
    before = name;
  }
}

function nameOf(word: Word): string {
  if (word.tag === 'who') return word.many ? 'WHOS' : 'WHO';
  return word.tag === 'number' ? 'NUM' : word.lemma;
}

function addSomebody(word: Word, features: Set<string>): void {
  features.add(`person:${word.lemma}`);
  for (const part of word.lower.split(' ').slice(0, -1)) features.add(`personal:${part}`);
}

function addKinds(words: readonly Word[], features: Set<string>): void {
  const seen: [kind: string, at: number][] = [];
  for (const [at, word] of words.entries()) {
    const kinds = kindsOf(word);
    for (const kind of kinds) {
      features.add(`kind:${kind}`);
      for (const [earlier, place] of seen) {
        if (at - place < APART_MAX && earlier !== kind) features.add(`${earlier}>${kind}`);
      }
    }
    for (const kind of kinds) seen.push([kind, at]);
  }
}

function kindsOf(word: Word): string[] {
  const kinds = KINDS.filter(([, words]) => words.has(word.lemma)).map(([kind]) =>
    word.tag === 'verb' ? `${kind}.v` : kind,
  );
  return word.tag === 'who' ? [nameOf(word), ...kinds] : kinds;
}
