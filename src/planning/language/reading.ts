/**
 * A request, read: its words with lemma and use, and the people it names folded into one word each.
 *
 * The English model is bundled with its package and loaded at the first reading, so that nothing pays for
 * it that does not judge. Pure apart from that import. Neighbours: `somebody.ts`
 * finds the people, `phrase.ts` matches over a reading.
 *
 * Invariants
 * 1. Only the first `LETTERS_MAX` letters are read; `cut` says when there were more.
 * 2. A word is a verb when the tagger says so, or when a verb we know stands where a clause begins or
 *    after somebody ("the DBA reviews it"): taggers take imperatives for names.
 */
import type { Document, ItsFunction, WinkMethods } from 'wink-nlp';
import { FORMS, lemmaOf } from './forms.ts';
import { nounish, numberOf, somebodyAt, type Token } from './somebody.ts';

/** The request is judged by its beginning: what follows is usually material. */
export const LETTERS_MAX = 4000;

export interface Word {
  /** As written; of somebody, the whole noun phrase. */
  text: string;
  lower: string;
  lemma: string;
  tag: 'verb' | 'noun' | 'who' | 'number' | 'stop' | 'other';
  /** Of somebody: more than one. */
  many: boolean;
  /** Begins a clause. */
  clause: boolean;
}

export interface Reading {
  words: readonly Word[];
  cut: boolean;
}

let english: Promise<WinkMethods> | undefined;

/** Reads a request. Rejects only if the English model cannot be loaded. */
export async function read(request: string): Promise<Reading> {
  english ??= loadEnglish();
  const nlp = await english;
  const text = tidy(request.slice(0, 2 * LETTERS_MAX));
  const words: Word[] = [];
  for (const sentence of sentencesOf(nlp, text.slice(0, LETTERS_MAX))) {
    words.push(...wordsOf(tokensOf(nlp, sentence)), stop());
  }
  return { words, cut: request.length > LETTERS_MAX };
}

async function loadEnglish(): Promise<WinkMethods> {
  const [wink, model] = await Promise.all([import('wink-nlp'), import('wink-eng-lite-web-model')]);
  return wink.default(model.default, ['sbd', 'pos']);
}

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

function sentencesOf(nlp: WinkMethods, text: string): string[] {
  const document: Document = nlp.readDoc(text);
  return document.sentences().out() as string[];
}

/** Tags a sentence after lowering its first letter: a capital makes the tagger see a name. */
function tokensOf(nlp: WinkMethods, sentence: string): Token[] {
  const lowered = /^[A-Z][a-z]/.test(sentence)
    ? sentence[0]!.toLowerCase() + sentence.slice(1)
    : sentence;
  const tokens = nlp.readDoc(lowered).tokens();
  const texts = tokens.out() as string[];
  const lemmas = tokens.out(nlp.its.lemma as ItsFunction<string>) as string[];
  const tags = tokens.out(nlp.its.pos) as string[];
  return texts.map((text, i) => ({
    text,
    lower: text.toLowerCase(),
    lemma: lemmaOf(text.toLowerCase(), lemmas[i] ?? text),
    pos: tags[i] ?? 'X',
  }));
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

/** Words after which a clause begins. */
export const JOINTS: ReadonlySet<string> = new Set([
  ',',
  ';',
  ':',
  '-',
  '(',
  'and',
  'or',
  'then',
  'but',
  'while',
  'first',
  'next',
  'finally',
  'please',
  'afterwards',
  'afterward',
  'plus',
]);

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
