/**
 * Approval binds bytes: what a person is shown is all of what will be done, written so that it cannot look
 * like something else, and named by its hash.
 *
 * Invariants
 * 1. Different bytes never look the same: what is not plainly visible is written out, and so is `\`.
 * 2. No line of the shown text can be taken for a line of ours: each begins with the margin.
 */
import { createHash } from 'node:crypto';
import type { TeamId } from '../../events/ids.ts';

/** More than this nobody reads; it is refused without asking. */
export const APPROVAL_MAX = 32_768;

interface ApprovalRequest {
  /** One line of ours, for the person: who wants what. */
  title: string;
  bytes: Uint8Array;
  signal: AbortSignal;
  /** Whose work it is; whoever is asked elsewhere is found by it. */
  team?: TeamId;
}

interface Approval {
  approved: boolean;
  /** sha-256 of the bytes that were shown. */
  hash: string;
  by: string;
  text: string;
}

export type ApproveBytes = (request: ApprovalRequest) => Promise<Approval>;

export const hashOf = (bytes: Uint8Array): string =>
  createHash('sha256').update(bytes).digest('hex');

const MARGIN = '  | ';

/** The bytes as a person is shown them, in lines with a margin; a line feed is written out and breaks the line. */
export function shownBytes(bytes: Uint8Array): string {
  const lines: string[] = [];
  for (let at = 0; at < bytes.length; ) {
    const feed = bytes.indexOf(0x0a, at);
    const end = feed < 0 ? bytes.length : feed + 1;
    lines.push(MARGIN + escaped(bytes.subarray(at, end)));
    at = end;
  }
  return lines.join('\n') || `${MARGIN}(nothing)`;
}

/** Which characters look like others, so that the person is warned. */
export function strangersIn(bytes: Uint8Array): string[] {
  const letters = new TextDecoder().decode(bytes).match(/[^\p{ASCII}]/gu) ?? [];
  return [...new Set(letters)].slice(0, 12).map((sign) => `U+${hex(sign.codePointAt(0)!, 4)}`);
}

const hex = (value: number, digits: number): string =>
  value.toString(16).toUpperCase().padStart(digits, '0');

/** One line: printable characters as they are, all others written out. */
export function escaped(bytes: Uint8Array): string {
  let text = '';
  for (let at = 0; at < bytes.length; ) {
    const sign = signAt(bytes, at);
    if (sign === undefined) text += `\\x${hex(bytes[at++]!, 2)}`;
    else {
      text += escapedSign(sign);
      at += Buffer.byteLength(sign);
    }
  }
  return text;
}

/** The character at a place, or undefined when the bytes there are no UTF-8. */
function signAt(bytes: Uint8Array, at: number): string | undefined {
  const first = bytes[at]!;
  const length = first < 0x80 ? 1 : first < 0xe0 ? 2 : first < 0xf0 ? 3 : 4;
  try {
    const strict = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });
    const sign = strict.decode(bytes.subarray(at, at + length));
    return [...sign].length === 1 ? sign : undefined;
  } catch {
    return undefined;
  }
}

const SHORT: Readonly<Record<string, string>> = {
  '\\': '\\\\',
  '\n': '\\n',
  '\r': '\\r',
  '\t': '\\t',
};

function escapedSign(sign: string): string {
  if (SHORT[sign]) return SHORT[sign];
  // Marks join what stands before them, and blanks other than the plain one cannot be told from it.
  if (/[\p{C}\p{Zl}\p{Zp}\p{M}]/u.test(sign) || (/\p{Zs}/u.test(sign) && sign !== ' '))
    return `\\u{${hex(sign.codePointAt(0)!, 4)}}`;
  return sign;
}
