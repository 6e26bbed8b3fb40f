/**
 * A request, read: its words with lemma and use, and the people it names folded into one word each.
 *
 * There are two ways to read. `read` tags the words with an English model and is what the judge weighs; `skim`
 * tags them by rule from our own vocabulary, at once, and is what casting looks at: so the same request seats the
 * same people whether its pattern was judged or named. Neighbours: `english.ts` and `plain-tags.ts` tag,
 * `somebody.ts` finds the people, `phrase.ts` matches over a reading.
 *
 * Invariants
 * 1. Only the first `LETTERS_MAX` letters are read; `cut` says when there were more.
 * 2. A word is a verb when the tagger says so, or when a verb we know stands where a clause begins or
 *    after somebody ("the DBA reviews it"): taggers take imperatives for names.
 * 3. `skim` imports nothing and waits for nothing.
 */
import { FORMS } from './forms.ts';
import { plainTags } from './plain-tags.ts';
import { numberOf, somebodyAt } from './somebody.ts';
import {
  ANY_SIGN,
  JOINTS,
  markOf,
  type NameMark,
  nounish,
  type Reading,
  signOf,
  type Token,
  type Word,
} from './word.ts';

/** The request is judged by its beginning: what follows is usually material. */
export const LETTERS_MAX = 4000;

/** Reads a request as the judge does. Rejects only if the English model cannot be loaded. */
export async function read(request: string): Promise<Reading> {
  const { taggedEnglish } = await import('./english.ts');
  return readingOf(await taggedEnglish(beginningOf(request)), request);
}

/** Reads a request for the people and things it names, without the English model. Marked names are words. */
export function skim(request: string, marks: readonly NameMark[] = []): Reading {
  const { words, cut } = readingOf(plainTags(beginningOf(withSigns(request, marks))), request);
  return { words: words.map((word) => withMark(word, request, marks)), cut };
}

/** Each marked name as one sign, which no request holds and every tagger leaves whole. */
function withSigns(request: string, marks: readonly NameMark[]): string {
  let text = request.replace(ANY_SIGN, '');
  if (text.length !== request.length) return text;
  for (const [at, { start, end }] of [...marks.entries()].reverse())
    text = `${text.slice(0, start)} ${signOf(marks[at]!, at)} ${text.slice(end)}`;
  return text;
}

function withMark(word: Word, request: string, marks: readonly NameMark[]): Word {
  const sign = ANY_SIGN.exec(word.text)?.[0];
  const mark = sign && marks[markOf(sign)];
  if (!mark) return word;
  const text = word.text.replace(sign, request.slice(mark.start, mark.end));
  const lemma =
    word.lemma === sign
      ? (text
          .toLowerCase()
          .split(/[\s:-]+/)
          .at(-1) ?? word.lemma)
      : word.lemma;
  return { ...word, text, lower: text.toLowerCase(), lemma, mark, many: word.many || mark.many };
}

const beginningOf = (request: string) =>
  tidy(request.slice(0, 2 * LETTERS_MAX)).slice(0, LETTERS_MAX);

const readingOf = (sentences: readonly Token[][], request: string): Reading => ({
  words: sentences.flatMap((tokens) => [...wordsOf(tokens), stop()]),
  cut: request.length > LETTERS_MAX,
});

function tidy(request: string): string {
  return request
    .normalize('NFKC')
    .replace(/[‘’]/g, "'")
    .replace(/[“”]/g, '"')
    .replace(/\s*(->|=>|→|⇒)\s*/g, ' , then ')
    .replace(/\s*(--+|—|–)\s*/g, ' , ')
    .replace(/\b(\w+)-(\w+)/g, joinHyphen)
    .replace(/\s+/g, ' ')
    .trim();
}

/** Compounds that are one word to a reader; others fall into their parts. */
function joinHyphen(_whole: string, left: string, right: string): string {
  const whole = `${left}-${right}`.toLowerCase();
  if (/^sub-?agents?$/.test(whole)) return whole.replace('-', '');
  return `${left} ${right}`;
}

/** Turns the tokens of one sentence into words, left to right. */
function wordsOf(tokens: readonly Token[]): Word[] {
  const words: Word[] = [];
  for (let at = 0; at < tokens.length; ) {
    const somebody = somebodyAt(tokens, at);
    const clause = beginsClause(words.at(-1));
    if (somebody) {
      words.push({ ...somebody.word, clause });
      at = somebody.end;
      continue;
    }
    words.push(wordOf(tokens[at]!, tokens[at + 1], words.at(-1), clause));
    at++;
  }
  return words;
}

const beginsClause = (before: Word | undefined) => !before || JOINTS.has(before.lower);

function wordOf(
  token: Token,
  after: Token | undefined,
  before: Word | undefined,
  clause: boolean,
): Word {
  const { text, lower, lemma } = token;
  const known = FORMS.has(lower);
  const takesObject = !after || !['NOUN', 'PROPN', 'AUX', 'VERB'].includes(after.pos);
  const afterSomebody = before?.tag === 'who' && known;
  const verb =
    token.pos === 'VERB' ||
    token.pos === 'AUX' ||
    afterSomebody ||
    (known && (clause || before?.lower === 'to') && (takesObject || !before));
  const tag = verb ? 'verb' : numberOf(lower) > 1 ? 'number' : nounish(token) ? 'noun' : 'other';
  return { text, lower, lemma, tag, many: false, clause };
}

const stop = (): Word => ({
  text: '¶',
  lower: '¶',
  lemma: '¶',
  tag: 'stop',
  many: false,
  clause: false,
});

/** What the reading says, for people and tests: `have.v WHO<a dba> review.v it`. */
export function gist(reading: Reading): string {
  return reading.words
    .map((word) => {
      if (word.tag === 'who') return `${word.many ? 'WHOS' : 'WHO'}<${word.text}>`;
      return word.tag === 'verb' ? `${word.lemma}.v` : word.lemma;
    })
    .join(' ');
}
