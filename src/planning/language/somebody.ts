/**
 * Somebody: where in a sentence a noun phrase names people who can take part in the work.
 *
 * Invariants
 * 1. A noun phrase is somebody only if its head is a person: the "watchdog timer" is a timer.
 * 2. A possessive is nobody ("the judge's name"), save where a verdict follows ("an editor's remarks").
 * Pure.
 */
import { FORMS } from './forms.ts';
import { GROUPS, MANY, NOT_PEOPLE, NOUNS, OFFICES, PEOPLE, VERBS } from './vocabulary.ts';
import { nounish, type Token, type Word } from './word.ts';

const NUMBERS = 'zero one two three four five six seven eight nine ten eleven twelve'.split(' ');
const TENS = 'twenty thirty forty fifty sixty seventy eighty ninety hundred dozen'.split(' ');

export function numberOf(lower: string): number {
  if (/^\d+$/.test(lower)) return Number(lower);
  if (TENS.includes(lower)) return 20;
  return NUMBERS.indexOf(lower);
}

/** Reads somebody that starts here: determiners, modifiers and a person as head. */
export function somebodyAt(
  tokens: readonly Token[],
  at: number,
): { word: Word; end: number } | undefined {
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
  const { lemma, lower, pos } = token;
  if (pos === 'NAME') return true;
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
  if (token.pos === 'NAME') return true;
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
