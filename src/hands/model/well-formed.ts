/**
 * Text as every reader takes it: a text of this language may hold half a surrogate, which is no character. APIs refuse
 * requests with one, and stores write another. It becomes U+FFFD on the way in and on the way out.
 */

export const wellFormed = (text: string): string => text.replace(/\p{Surrogate}/gu, '\ufffd');

/** As JSON writes it: a backslash that no other escapes, then the half. */
const HALF = /(?<!\\)((?:\\\\)*)\\ud[89a-f][0-9a-f]{2}/g;

/** The same JSON with well-formed texts and names; the very same value when there was nothing to mend. */
export function wellFormedJson<Value>(value: Value): Value {
  const text = JSON.stringify(value);
  const mended = text.replace(HALF, '$1\\ufffd');
  return mended === text ? value : JSON.parse(mended);
}
