/**
 * A request, read: its words with lemma and use, and the people it names folded into one word each.
 *
 * The English model is bundled with its package and loaded at the first reading, so that nothing pays for
 * it that does not judge. Pure apart from that import. Neighbours: `phrase.ts` matches over a reading.
 *
 * Invariants
 * 1. Only the first `LETTERS_MAX` letters are read; `cut` says when there were more.
 * 2. A word is a verb when the tagger says so, or when a verb we know stands where a clause begins or
 *    after somebody ("the DBA reviews it"): taggers take imperatives for names.
 * 3. A noun phrase is somebody only if its head is a person: the "watchdog timer" is a timer.
 */
import type { Document, ItsFunction, WinkMethods } from 'wink-nlp';
import { GROUPS, MANY, NOT_PEOPLE, NOUNS, OFFICES, PEOPLE, PHASES, VERBS } from './vocabulary.ts';

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

interface Token {
  text: string;
  lower: string;
  lemma: string;
  pos: string;
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

/** Every form of the verbs we know; the tagger leaves "monitors" or "splitting" as they are. */
const FORMS: ReadonlyMap<string, string> = formsOf([...Object.values(VERBS), ...PHASES]);

function formsOf(sets: readonly ReadonlySet<string>[]): Map<string, string> {
  const forms = new Map<string, string>();
  for (const verb of sets.flatMap((set) => [...set])) {
    const stem = verb.replace(/e$/, '');
    const soft = verb.replace(/([^aeiou])y$/, '$1i');
    const third = /(s|x|z|ch|sh)$/.test(verb)
      ? `${verb}es`
      : soft === verb
        ? `${verb}s`
        : `${soft}es`;
    const doubled = /[^aeiou][aeiou][bdgmnpt]$/.test(verb) ? verb + verb.at(-1) : stem;
    for (const form of [verb, third, `${stem}ing`, `${doubled}ing`, `${stem}ed`, `${doubled}ed`]) {
      forms.set(form, verb);
    }
    if (soft !== verb) forms.set(`${soft}ed`, verb);
  }
  for (const [form, verb] of [
    ['built', 'build'],
    ['wrote', 'write'],
    ['written', 'write'],
    ['made', 'make'],
    ['fought', 'fight'],
    ['found', 'find'],
    ['caught', 'catch'],
    ['torn', 'tear'],
    ['had', 'have'],
    ['has', 'have'],
    ['got', 'get'],
  ] as const) {
    forms.set(form, verb);
  }
  return forms;
}

const lemmaOf = (lower: string, lemma: string) => FORMS.get(lower) ?? lemma.toLowerCase();

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

const nounish = (token: Token) => token.pos === 'NOUN' || token.pos === 'PROPN';

const NUMBERS = 'zero one two three four five six seven eight nine ten eleven twelve'.split(' ');
const TENS = 'twenty thirty forty fifty sixty seventy eighty ninety hundred dozen'.split(' ');

function numberOf(lower: string): number {
  if (/^\d+$/.test(lower)) return Number(lower);
  if (TENS.includes(lower)) return 20;
  return NUMBERS.indexOf(lower);
}

/** Reads somebody that starts here: determiners, modifiers and a person as head. */
function somebodyAt(tokens: readonly Token[], at: number): { word: Word; end: number } | undefined {
  const alone = pronounAt(tokens, at);
  if (alone) return { word: alone, end: at + 1 };
  for (let head = at; head < Math.min(at + 7, tokens.length); head++) {
    const token = tokens[head]!;
    const who = isPerson(token) || isCast(tokens, at, head);
    if (who && isHead(tokens, head, head > at)) {
      const text = tokens.slice(at, head + 1).map((part) => part.text);
      return { word: person(tokens.slice(at, head + 1), text.join(' ')), end: head + 1 };
    }
    if (!isModifier(token, head === at)) return undefined;
  }
  return undefined;
}

/** `one writes, another edits`: a verb must follow. */
function pronounAt(tokens: readonly Token[], at: number): Word | undefined {
  const token = tokens[at]!;
  const next = tokens[at + 1];
  const after = tokens[at - 1]?.lower;
  if (!next || !['one', 'another', 'third', 'others', 'other'].includes(token.lower))
    return undefined;
  const verbFollows = next.pos === 'VERB' || FORMS.has(next.lower);
  if (!verbFollows || (token.lower === 'one' && after === 'the')) return undefined;
  return { ...bare(token), tag: 'who', many: token.lower === 'others', clause: false };
}

function isPerson(token: Token): boolean {
  const { lemma, lower } = token;
  const singular = PEOPLE.has(lemma) ? lemma : lower.replace(/s$/, '');
  if (NOT_PEOPLE.has(singular) || lower.endsWith('ing')) return false;
  if (['someone', 'somebody', 'anybody'].includes(lower)) return true;
  if (!nounish(token) && !PEOPLE.has(singular) && !OFFICES.has(lower)) return false;
  return PEOPLE.has(singular) || /(ologist|ician|ist|yst|itect|ineer)$/.test(singular);
}

/** Set to work as a person is ("let the gardener decide"), so somebody, whatever the word. */
function isCast(tokens: readonly Token[], at: number, head: number): boolean {
  const { lower, pos } = tokens[head]!;
  if (head === at || pos !== 'NOUN' || !/(er|or|ian|eon|ant|ee)s?$/.test(lower)) return false;
  const before = tokens[at - 1]?.lemma ?? '';
  const next = tokens[head + 1];
  const acts = next !== undefined && (next.pos === 'VERB' || FORMS.has(next.lower));
  return CASTING.has(before) && acts && !THINGS.test(lower);
}

const CASTING = new Set(['let', 'have', 'get', 'ask', 'while']);
/** Things that end like people and do things. */
const THINGS =
  /^(user|customer|server|parser|compiler|linter|loader|container|computer|number|order)s?$/;

/** A person followed by another noun only describes it; so does a possessive, save of a verdict. */
function isHead(tokens: readonly Token[], head: number, introduced: boolean): boolean {
  const token = tokens[head]!;
  const next = tokens[head + 1];
  if (OFFICES.has(token.lower) && !officeStandsAlone(tokens, head)) return false;
  if (token.pos === 'VERB' && !introduced) return false;
  if (!next) return true;
  if (next.lower === "'s" || next.lower === "'")
    return NOUNS.FEEDBACK.has(tokens[head + 2]?.lemma ?? '');
  if (token.lower === 'team' && tokens[head - 1]?.lower === 'red') return false;
  if (nounish(next) || next.pos === 'ADJ') return FORMS.has(next.lower) && actsNext(token, next);
  return true;
}

/** In `the watchdog monitors` the second acts; in `the watchdog monitor` it is who is meant. */
function actsNext(token: Token, next: Token): boolean {
  return !isPerson(next) || (next.lower.endsWith('s') && !token.lower.endsWith('s'));
}

const PREFACES = new Set([
  'consult',
  'ask',
  'have',
  'with',
  'from',
  ',',
  'and',
  'by',
  'among',
  'of',
]);

function officeStandsAlone(tokens: readonly Token[], at: number): boolean {
  const before = tokens[at - 1]?.lower ?? '';
  const next = tokens[at + 1];
  return PREFACES.has(before) && (!next || !nounish(next) || FORMS.has(next.lower));
}

const MODIFIERS = new Set(['DET', 'NUM', 'ADJ', 'NOUN', 'PROPN']);

function isModifier(token: Token, first: boolean): boolean {
  if (token.pos === 'DET' && !first) return false;
  if (VERBS.LET.has(token.lemma)) return false;
  if (MODIFIERS.has(token.pos)) return !(first && FORMS.has(token.lower) && token.pos !== 'DET');
  return /^(our|my|your|their|its)$/.test(token.lower) || /ing$/.test(token.lower);
}

function person(tokens: readonly Token[], text: string): Word {
  const head = tokens.at(-1)!;
  const lemma = PEOPLE.has(head.lemma) ? head.lemma : head.lower.replace(/s$/, '');
  const plural = /[^s]s$/.test(head.lower) && !['sres', 'devops', 'ops'].includes(head.lower);
  const many =
    plural ||
    GROUPS.has(lemma) ||
    tokens.some((token) => MANY.has(token.lower) || numberOf(token.lower) > 1);
  return { text, lower: text.toLowerCase(), lemma, tag: 'who', many, clause: false };
}

const bare = (token: Token) => ({ text: token.text, lower: token.lower, lemma: token.lemma });
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
