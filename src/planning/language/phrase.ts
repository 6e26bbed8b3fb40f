/**
 * Phrases: small patterns over the words of a reading.
 *
 * A phrase is a line of elements, matched one after the other:
 *
 *     word|other    the lemma, or the word as written      $MAKE     a lemma of that set
 *     $MAKE:v       … used as a verb (:n not as a verb, :who naming somebody)
 *     parallel:who  somebody described so
 *     WHO           somebody (also a row: "a, b and c")     WHOS      more than one
 *     NUM           a number above one                      ^         here begins a clause
 *     x?            may be missing                          !x        a word other than x
 *     ..            up to 4 words     ...   up to 12 words, both within one sentence
 *     >>            up to 60 words, across sentences
 *
 * Invariant: matching is bounded by the gaps, and never looks outside the reading.
 */
import { NOUNS, VERBS } from './vocabulary.ts';
import type { Reading, Word } from './word.ts';

interface Match {
  start: number;
  /** Exclusive. */
  end: number;
}

type Element =
  | { kind: 'gap'; wordsMax: number; crosses: boolean }
  | { kind: 'clause' }
  | { kind: 'who'; many: boolean }
  | { kind: 'word'; accepts: (word: Word) => boolean; optional: boolean };

export interface Phrase {
  readonly text: string;
  readonly elements: readonly Element[];
}

const SETS: { readonly [name: string]: ReadonlySet<string> } = { ...VERBS, ...NOUNS };
const GAPS: { readonly [sign: string]: Element } = {
  '..': { kind: 'gap', wordsMax: 4, crosses: false },
  '...': { kind: 'gap', wordsMax: 12, crosses: false },
  '>>': { kind: 'gap', wordsMax: 60, crosses: true },
};

const USES: { readonly [use: string]: (tag: Word['tag']) => boolean } = {
  v: (tag) => tag === 'verb',
  n: (tag) => tag !== 'verb',
  who: (tag) => tag === 'who',
};

/** Compiles a phrase; throws a TypeError that names an unknown set. */
export function phrase(text: string): Phrase {
  return { text, elements: text.trim().split(/\s+/).map(element) };
}

function element(sign: string): Element {
  const gap = GAPS[sign];
  if (gap) return gap;
  if (sign === '^') return { kind: 'clause' };
  if (sign === 'WHO' || sign === 'WHOS') return { kind: 'who', many: sign === 'WHOS' };
  const optional = sign.endsWith('?');
  const not = sign.startsWith('!');
  const body = sign.slice(not ? 1 : 0, optional ? -1 : undefined);
  const choices = body.split('|').map(choice);
  const accepts = (word: Word) => word.tag !== 'stop' && choices.some((fits) => fits(word)) !== not;
  return { kind: 'word', accepts, optional };
}

function choice(body: string): (word: Word) => boolean {
  const [name = '', use] = body.split(':');
  const rightUse = (word: Word) => !use || USES[use]!(word.tag);
  if (name === 'NUM') return (word) => word.tag === 'number';
  if (name === 'WHO') return (word) => word.tag === 'who';
  if (name.startsWith('$')) {
    const set = SETS[name.slice(1)];
    if (!set) throw new TypeError(`phrase: no set of words is called "${name}"`);
    return (word) => set.has(word.lemma) && rightUse(word);
  }
  if (use === 'who') return (word) => word.tag === 'who' && word.lower.split(' ').includes(name);
  return (word) => (word.lemma === name || word.lower === name) && rightUse(word);
}

/** The first place where the phrase stands in the reading, the earliest and shortest. */
export function find(wanted: Phrase, reading: Reading): Match | undefined {
  for (let start = 0; start < reading.words.length; start++) {
    const end = matchFrom(wanted.elements, 0, reading.words, start);
    if (end !== undefined) return { start, end };
  }
  return undefined;
}

function matchFrom(
  elements: readonly Element[],
  step: number,
  words: readonly Word[],
  at: number,
): number | undefined {
  const wanted = elements[step];
  if (!wanted) return at;
  const rest = (next: number) => matchFrom(elements, step + 1, words, next);
  const word = words[at];
  switch (wanted.kind) {
    case 'clause':
      return word?.clause ? rest(at) : undefined;
    case 'gap':
      for (let skipped = 0; skipped <= wanted.wordsMax && at + skipped <= words.length; skipped++) {
        const end = rest(at + skipped);
        if (end !== undefined) return end;
        if (words[at + skipped]?.tag === 'stop' && !wanted.crosses) return undefined;
      }
      return undefined;
    case 'who':
      for (const end of peopleEnds(words, at, wanted.many)) {
        const found = rest(end);
        if (found !== undefined) return found;
      }
      return undefined;
    case 'word': {
      const end = word && wanted.accepts(word) ? rest(at + 1) : undefined;
      return end === undefined && wanted.optional ? rest(at) : end;
    }
  }
}

/** Where a row of people that starts here may end, longest first: "a lawyer, a marketer and a nurse". */
function peopleEnds(words: readonly Word[], at: number, many: boolean): number[] {
  const ends: number[] = [];
  let next = at;
  for (let count = 1; words[next]?.tag === 'who'; count++) {
    if (!many || count > 1 || words[next]?.many) ends.unshift(next + 1);
    next++;
    const joint = next;
    while (['and', 'or', ',', '&', 'plus'].includes(words[next]?.lower ?? '')) next++;
    if (next === joint) break;
  }
  return ends;
}

/** The words as a person would write them, the middle left out when they are many. */
export function quote(words: readonly string[]): string {
  const shown = words.filter((word) => word !== '¶');
  const short = shown.length > 14 ? [...shown.slice(0, 7), '…', ...shown.slice(-6)] : shown;
  return short
    .join(' ')
    .replace(/ ([,.;:?!)']|'s)/g, '$1')
    .replace(/\( /g, '(');
}
