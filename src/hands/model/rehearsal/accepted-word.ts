/**
 * A word that a regular expression accepts. It knows the part of the syntax that JSON schemas of tools use
 * (classes, groups, alternatives, repetition, escapes) and admits what it does not know: the caller gets
 * `undefined` instead of a word that does not fit.
 */
import type { Dice } from '../../../events/words/scene.ts';

const REPEAT_MAX = 3;
/** Atoms written per attempt; `(a{1000}){1000}` ends here and is then refused as unfit. */
const ATOMS_MAX = 5000;
const LETTERS = 'abcdefghijklmnopqrstuvwxyz';
const DIGITS = '0123456789';
const ESCAPES: Record<string, string> = {
  d: DIGITS,
  w: LETTERS + DIGITS,
  s: ' ',
  D: LETTERS,
  W: '-',
  S: LETTERS,
  t: '\t',
  n: '\n',
};

/** A word of at least `min` and at most `max` characters that fits `pattern`, if one is found. */
export function acceptedWord(
  pattern: string,
  min: number,
  max: number,
  dice: Dice,
): string | undefined {
  let accepts: RegExp;
  try {
    accepts = new RegExp(pattern, 'u');
  } catch {
    return undefined;
  }
  for (let attempt = 0; attempt < 40; attempt++) {
    const word = wordFrom(pattern, dice);
    if (word.length >= min && word.length <= max && accepts.test(word)) return word;
  }
  return undefined;
}

/** Walks the pattern once, writing as it goes. */
function wordFrom(pattern: string, dice: Dice): string {
  let at = 0;
  let atoms = 0;

  const alternatives = (): string => {
    const words = [sequence()];
    while (pattern[at] === '|') {
      at++;
      words.push(sequence());
    }
    return dice.pick(words);
  };

  const sequence = (): string => {
    let word = '';
    while (at < pattern.length && pattern[at] !== '|' && pattern[at] !== ')') {
      const start = at;
      const one = atom();
      const end = at;
      const count = repetition();
      const after = at;
      if (count === 0) continue;
      word += one;
      // Each repetition reads the atom again, so that [A-Z]+ is not the same letter three times.
      for (let i = 1; i < count && atoms < ATOMS_MAX; i++) {
        at = start;
        word += atom();
      }
      at = count > 1 ? after : Math.max(after, end);
    }
    return word;
  };

  const atom = (): string => {
    atoms++;
    const sign = pattern[at++]!;
    if (sign === '^' || sign === '$') return '';
    if (sign === '.') return dice.pick([...LETTERS]);
    if (sign === '[') return characterClass();
    if (sign === '(') return group();
    if (sign !== '\\') return sign;
    const escaped = pattern[at++] ?? '';
    if (escaped === 'b' || escaped === 'B') return '';
    return dice.pick([...(ESCAPES[escaped] ?? escaped)]);
  };

  const group = (): string => {
    const look = /^\?(?:<?[=!])/.test(pattern.slice(at));
    at += /^\?(?::|<?[=!]|<[A-Za-z]\w*>)/.exec(pattern.slice(at))?.[0].length ?? 0;
    const word = alternatives();
    at++;
    return look ? '' : word;
  };

  const characterClass = (): string => {
    const negated = pattern[at] === '^';
    if (negated) at++;
    let signs = '';
    while (at < pattern.length && pattern[at] !== ']') {
      let sign = pattern[at++]!;
      if (sign === '\\') {
        const escaped = pattern[at++] ?? '';
        if (ESCAPES[escaped]) {
          signs += ESCAPES[escaped];
          continue;
        }
        sign = escaped;
      }
      if (pattern[at] === '-' && pattern[at + 1] !== ']' && at + 1 < pattern.length) {
        const last = pattern[at + 1]!.charCodeAt(0);
        at += 2;
        for (let code = sign.charCodeAt(0); code <= last && signs.length < 300; code++)
          signs += String.fromCharCode(code);
      } else signs += sign;
    }
    at++;
    const usable = negated
      ? [...(LETTERS + DIGITS)].filter((sign) => !signs.includes(sign))
      : [...signs];
    return usable.length > 0 ? dice.pick(usable) : '';
  };

  const repetition = (): number => {
    const match = /^(?:([*+?])|\{(\d+)(,?)(\d*)\})\??/.exec(pattern.slice(at));
    if (!match) return 1;
    at += match[0].length;
    if (match[1] === '?') return dice.int(0, 1);
    if (match[1] === '*') return dice.int(0, REPEAT_MAX);
    if (match[1] === '+') return dice.int(1, REPEAT_MAX);
    const least = Number(match[2]);
    if (!match[3]) return least;
    return dice.int(least, match[4] ? Number(match[4]) : least + REPEAT_MAX);
  };

  return alternatives();
}
