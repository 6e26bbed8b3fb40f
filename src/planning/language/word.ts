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
