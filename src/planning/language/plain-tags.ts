/**
 * Tags by rule: parts of speech from our own vocabulary, for a reading that costs nothing.
 *
 * Words of grammar are listed; a verb we know is a verb where an article or another noun does not say otherwise;
 * everything else is a noun, for it is names that this reading is about. Pure.
 */
import { FORMS, lemmaOf } from './forms.ts';
import { PEOPLE } from './vocabulary.ts';
import { signPos, type Token } from './word.ts';

const words = (text: string): ReadonlySet<string> => new Set(text.trim().split(/\s+/));

const GRAMMAR: readonly (readonly [pos: string, words: ReadonlySet<string>])[] = [
  ['DET', words('a an the this that these those each every all both some any no another either')],
  [
    'ADP',
    words(`of in on at by with from for to into onto over under about against between among through during before
      after until till without within across per than as via beside beyond`),
  ],
  ['CCONJ', words('and or but nor plus versus vs')],
  [
    'SCONJ',
    words(
      'if when whenever while where whether because since so that though although who whom which what how',
    ),
  ],
  [
    'PRON',
    words(`i me you he him she her it we us they them one ones itself themselves everybody everything nothing my
      your his its our their there here`),
  ],
  [
    'AUX',
    words(
      `is are was were be been being am do does did can could may might shall should will would must not`,
    ),
  ],
  [
    'ADV',
    words(`then first next finally afterwards again also only too very just already still together please once
      never always ever more most first-hand yet thoroughly`),
  ],
  [
    'ADJ',
    words(`senior junior new good best better own other different several multiple many few independent separate
      full whole big small large critical experienced skeptical second third`),
  ],
];

const POS: ReadonlyMap<string, string> = new Map(
  GRAMMAR.flatMap(([pos, list]) => [...list].map((word) => [word, pos] as const)),
);

/** The tokens of each sentence. */
export function plainTags(text: string): Token[][] {
  return text
    .split(/(?<=[.!?])\s+(?=[A-Z"'(])|(?<=[!?])\s+/)
    .map((sentence) => tokensOf(sentence))
    .filter((tokens) => tokens.length > 0);
}

const TOKEN = /[\p{L}\p{N}]+(?:[.:'][\p{L}\p{N}]+(?:-[\p{L}\p{N}]+)*)*|[^\s\p{L}\p{N}]/gu;

function tokensOf(sentence: string): Token[] {
  const texts = (sentence.match(TOKEN) ?? []).flatMap((text) => {
    const [, stem, suffix] = /^(.+)('s|n't)$/i.exec(text) ?? [];
    return stem && suffix ? [stem, suffix] : [text];
  });
  const tokens: Token[] = [];
  for (const text of texts) {
    const lower = text.toLowerCase();
    const pos = posOf(lower, tokens.at(-1));
    tokens.push({ text, lower, lemma: lemmaOf(lower, singular(lower)), pos });
  }
  return tokens;
}

function posOf(lower: string, before: Token | undefined): string {
  const sign = signPos(lower);
  if (sign) return sign;
  if (!/[\p{L}\p{N}]/u.test(lower)) return 'PUNCT';
  if (/^\d/.test(lower)) return 'NUM';
  const known = POS.get(lower);
  if (known) return known;
  if (lower.endsWith('ly')) return 'ADV';
  // "The watchdog monitors": after somebody, what they do.
  const isDone = before !== undefined && PEOPLE.has(before.lemma) && lower.endsWith('s');
  if (isDone && FORMS.has(lower)) return 'VERB';
  if (PEOPLE.has(lower) || PEOPLE.has(singular(lower))) return 'NOUN';
  // After an article, an adjective or a number it names something: "the design", "a new build".
  const names = before !== undefined && ['DET', 'ADJ', 'NUM', 'ADP'].includes(before.pos);
  const isTo = before?.lower === 'to';
  return FORMS.has(lower) && (!names || isTo) ? 'VERB' : 'NOUN';
}

const singular = (lower: string) =>
  lower.length < 4 || /(ss|us|is|ops)$/.test(lower)
    ? lower
    : lower
        .replace(/ies$/, 'y')
        .replace(/(ch|sh|x|ss|z)es$/, '$1')
        .replace(/s$/, '');
