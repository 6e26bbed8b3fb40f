/**
 * A word of a request, as phrases and features see it; and a token, as a tagger gives it. What `reading.ts`,
 * `somebody.ts` and the taggers share. Pure.
 */

/** One word with its part of speech. */
export interface Token {
  text: string;
  lower: string;
  lemma: string;
  /** DET, NOUN, PROPN, VERB, … as the universal tags name them. */
  pos: string;
}

/** A name of the catalog in a request, found before the request is read. */
export interface NameMark {
  kind: 'agent' | 'methodology' | 'role';
  /** As the catalog has it; for a role, its word. */
  name: string;
  /** Where it stands in the request; the end is exclusive. */
  start: number;
  end: number;
  many: boolean;
}

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
  /** The name of the catalog that it holds. */
  mark?: NameMark;
}

export interface Reading {
  words: readonly Word[];
  cut: boolean;
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

export const nounish = (token: Token) => token.pos === 'NOUN' || token.pos === 'PROPN';

/** Signs of private use stand for marked names while a request is read; whom they name is somebody, or a way. */
const SIGNS = { somebody: 0xe000, way: 0xf000 };
export const ANY_SIGN = /[\uE000-\uF8FF]/;

export const signOf = ({ kind }: NameMark, at: number): string =>
  String.fromCharCode((kind === 'methodology' ? SIGNS.way : SIGNS.somebody) + at);

/** Which of the marks a sign stands for. */
export const markOf = (sign: string): number =>
  sign.charCodeAt(0) - (sign.charCodeAt(0) >= SIGNS.way ? SIGNS.way : SIGNS.somebody);

/** What a tagger says of a token that is a sign; undefined for all others. */
export const signPos = (text: string): 'NAME' | 'X' | undefined =>
  !ANY_SIGN.test(text) ? undefined : text.charCodeAt(0) >= SIGNS.way ? 'X' : 'NAME';
