/**
 * Mentions: the people that a request names, each with what it says of them: type, number, duty, role, methodology.
 *
 * "Have a DBA review it" names a database admin who is to review; "a security specialist" an auditor of security.
 * A type is found by its name or alias in the catalog first (`names.ts`), a person's own types included, else by
 * what the words are about (`topics.ts`). Pure.
 *
 * Invariants
 * 1. A mention whose words say nothing about a type has none: nobody is guessed.
 * 2. Whoever is only the object of "as" ("… as producer") is no mention of their own, but the role of another.
 */
import { quote } from '../language/phrase.ts';
import { numberOf } from '../language/somebody.ts';
import { VERBS } from '../language/vocabulary.ts';
import type { Reading, Word } from '../language/word.ts';
import type { KnownNames } from './names.ts';
import { BY_WORD } from './topics.ts';

export interface Mention {
  /** As it stands in the request. */
  text: string;
  /** Its words, singular, without articles and numbers; the last is the head. */
  words: readonly string[];
  agentType: string | undefined;
  /** The type is written as the catalog has it. */
  exact: boolean;
  /** How many are asked for; 0: more than one, nobody says how many. */
  count: number;
  /** Somebody is set to work with these words: "have …", "with …"; not just spoken of. */
  invited: boolean;
  /** Lemma of the next verb nearby: what they are to do. */
  deed: string | undefined;
  /** What the request has them do, in its own words. */
  duty: string | undefined;
  /** "… as producer": the word for the role. */
  as: string | undefined;
  methodology: string | undefined;
  /** Where it stands in the reading. */
  at: number;
}

type Known = Pick<KnownNames, 'agent'>;

/** The people named, in the order of the request. */
export function mentionsIn(reading: Reading, known: Known): Mention[] {
  const { words } = reading;
  return words.flatMap((word, at) => {
    if (word.tag !== 'who' || isRoleOfAnother(words, at)) return [];
    const shared = sharedHead(words, at);
    const one = mentionOf(word, words, at, known);
    if (!shared) return [one];
    const said = [shared.lemma, ...one.words.slice(-1)];
    const other = { ...one, text: shared.text, words: said, exact: false };
    return [
      { ...other, agentType: typeOf(said, known), count: 1, at: at - 2 },
      { ...one, count: 1 },
    ];
  });
}

const EMPTY = new Set(
  'a an the our my your their its each every both some another other one two three four five six seven eight nine ten senior junior agent'.split(
    ' ',
  ),
);
/** How far after somebody the verb stands that says what they do. */
const DEED_WORDS = 3;
const INVITING = new Set('have let get ask use with by as and , consult between among'.split(' '));

function mentionOf(word: Word, all: readonly Word[], at: number, known: Known): Mention {
  const parts = word.lower.split(/[\s:-]+/);
  const bare = parts.filter((part) => !EMPTY.has(part) && numberOf(part) < 0).map(singular);
  const words = bare.length > 0 ? bare : [word.lemma];
  const number = parts.map(numberOf).find((n) => n > 1);
  const before = all[at - 1];
  const deed = deedAfter(all, at);
  return {
    text: word.text,
    words,
    agentType: word.mark?.kind === 'agent' ? word.mark.name : makerOf(typeOf(words, known), deed),
    exact: word.mark?.kind === 'agent',
    count: number ?? (word.many ? 0 : 1),
    invited: before === undefined || INVITING.has(before.lower) || INVITING.has(before.lemma),
    deed,
    duty: dutyAfter(all, at),
    as: roleAfter(all, at),
    methodology: methodologyOf(all, at),
    at,
  };
}

/** An architect who is to design is none who judges designs. */
const makerOf = (type: string | undefined, deed: string | undefined) =>
  type === 'architect-reviewer' && deed !== undefined && VERBS.MAKE.has(deed)
    ? 'code-architect'
    : type;

/** The next verb nearby; a row of people ("a DBA, a lawyer and a tester review") does one thing. */
function deedAfter(words: readonly Word[], at: number): string | undefined {
  // "Reviewed by a DBA": the deed stands before.
  const by = words[at - 1]?.lower === 'by' ? words[at - 2] : undefined;
  if (by?.tag === 'verb') return by.lemma;
  let others = 0;
  for (const { tag, lower, lemma } of words.slice(at + 1)) {
    if (tag === 'verb') return lemma;
    if (tag === 'who' || ROW.has(lower)) continue;
    if (tag === 'stop' || ++others > DEED_WORDS) return undefined;
  }
  return undefined;
}

const ROW = new Set([',', 'and', 'or']);
/** Between somebody and what they do. */
const TO = new Set(
  'to should must shall can will would may who that then first has have been'.split(' '),
);
/** What somebody is asked about, where no verb says what they do. */
const ABOUT = new Set('for on about regarding'.split(' '));
/** What people do with each other is nobody's own part. */
const TOGETHER = new Set(
  'agree decide debate deliberate converge negotiate conclude settle discuss'.split(' '),
);
const DUTY_WORDS = 24;

/** "… review it for safety", "… for storage design": what follows somebody, to the end of its clause. */
function dutyAfter(words: readonly Word[], at: number): string | undefined {
  let from = at + 1;
  while (TO.has(words[from]?.lower ?? '')) from++;
  const first = words[from];
  if (!first || (first.tag !== 'verb' && !ABOUT.has(first.lower))) return undefined;
  if (TOGETHER.has(first.lemma)) return undefined;
  const start = first.tag === 'verb' ? from : from + 1;
  let end = start;
  while (end < words.length && end - start < DUTY_WORDS && !endsDuty(words, end, start)) end++;
  const text = quote(words.slice(start, end).map((word) => word.text)).replace(/[\s,]+$/, '');
  return text === '' ? undefined : text;
}

function endsDuty(words: readonly Word[], at: number, start: number): boolean {
  const word = words[at]!;
  const next = words[at + 1];
  if (word.tag === 'stop' || ['.', ';', ':', '(', '!', '?'].includes(word.lower)) return true;
  if (['while', 'until', 'before', 'after', 'whereas', 'then', 'but'].includes(word.lower))
    return at > start;
  const joint = word.lower === ',' || word.lower === 'and';
  return (
    joint &&
    next !== undefined &&
    (next.tag === 'who' || next.tag === 'verb' || BREAK.has(next.lower))
  );
}

const BREAK = new Set('then and while before who which but where so finally'.split(' '));
const ROLE_WORDS = 8;

/** The word for the role that somebody is named for, if "as" follows before anybody else. */
function roleAfter(words: readonly Word[], at: number): string | undefined {
  for (const [i, word] of words.slice(at + 1, at + 1 + ROLE_WORDS).entries()) {
    if (word.tag === 'stop' || word.tag === 'who') return undefined;
    const next = words[at + 2 + i];
    if (word.lower === 'as' && next) {
      const role =
        next.tag === 'who' ? next : DETERMINERS.has(next.lower) ? words[at + 3 + i] : next;
      return role && singular(role.tag === 'who' ? role.lemma : role.lower);
    }
  }
  return undefined;
}

const DETERMINERS = new Set(['a', 'an', 'the', 'our']);

function isRoleOfAnother(words: readonly Word[], at: number): boolean {
  const back = words[at - 1];
  if (back?.lower !== 'as') return false;
  const before = words.slice(Math.max(0, at - 1 - ROLE_WORDS), at - 1).reverse();
  const clause = before.slice(0, 1 + before.findIndex(({ tag }) => tag === 'stop') || undefined);
  return clause.some(({ tag }) => tag === 'who');
}

const WAY_WORDS = 6;

/** The methodology that is named with somebody: after them, or before ("embed X in the scouts"). */
function methodologyOf(words: readonly Word[], at: number): string | undefined {
  for (const word of words.slice(at + 1, at + 1 + WAY_WORDS)) {
    if (word.tag === 'stop' || (word.tag === 'who' && word.mark?.kind !== 'role')) break;
    if (word.mark?.kind === 'methodology') return word.mark.name;
  }
  const into = ['in', 'into', 'to'].includes(words[at - 1]?.lower ?? '');
  const before = words[at - 2];
  return into && before?.mark?.kind === 'methodology' ? before.mark.name : undefined;
}

/** `backend and frontend agents`: the first of the two stands before the "and". */
function sharedHead(words: readonly Word[], at: number): Word | undefined {
  const before = words[at - 2];
  if (!words[at]!.many || words[at - 1]?.lower !== 'and' || before?.tag === 'who') return undefined;
  return before && BY_WORD.has(before.lower) ? before : undefined;
}

/** By name: the longest run of the words that names a type; else by what the first telling word is about. */
function typeOf(words: readonly string[], known: Known): string | undefined {
  for (let length = words.length; length >= 1; length--) {
    for (let from = 0; from + length <= words.length; from++) {
      const name = words.slice(from, from + length).join('-');
      const type = known.agent(name) ?? known.agent(`senior-${name}`);
      if (type && !(length === 1 && words.length > 1)) return type.name;
    }
  }
  return words.map((word) => BY_WORD.get(word)).find((type) => type !== undefined);
}

const singular = (word: string) =>
  /(ss|us|is|ops|sales)$/.test(word) || word.length < 4 ? word : word.replace(/s$/, '');
