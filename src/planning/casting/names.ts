/**
 * Names: where a request names types of agents, methodologies or roles as the catalog has them, in any of the ways
 * in which people write them: `backend-development:saga-orchestration`, "chaos engineer", "a Plan agent",
 * "horde-review". Found by the letters, before anything is read or guessed. Pure.
 *
 * Invariants
 * 1. The longest name wins; no two marks overlap.
 * 2. A name of one word, or of things ("saga orchestration"), is one only where it is written as a name or an
 *    agent is said to be meant.
 * 3. A name in the catalog's own form that the catalog does not have is refused, never guessed.
 */
import type { AgentType, Methodology } from '../catalog/catalog-file.ts';
import { nearestNames } from '../language/nearest.ts';
import { PEOPLE } from '../language/vocabulary.ts';
import type { NameMark } from '../language/word.ts';

type Named<Entry extends { name: string }> = ReadonlyMap<
  string,
  Pick<Entry, 'name'> & { readonly aliases?: readonly string[] }
>;

/** What of the catalog casting needs. */
export interface KnownNames {
  /** A type by name or alias. */
  agent(name: string): Pick<AgentType, 'name'> | undefined;
  readonly agents: Named<AgentType>;
  readonly methodologies: Named<Methodology>;
}

interface Spelling {
  kind: NameMark['kind'];
  name: string;
  /** As written in files, with its signs. */
  exact: string;
}

interface Index {
  /** By the words of a name, joined by blanks. */
  readonly byWords: ReadonlyMap<string, readonly Spelling[]>;
  readonly wordsMax: number;
}

const indices = new WeakMap<KnownNames, Index>();

/** The names in a request, from left to right. Throws a RangeError for a name that the catalog lacks. */
export function marksIn(request: string, known: KnownNames): NameMark[] {
  const index = indices.get(known) ?? indexOf(known);
  indices.set(known, index);
  const words = [...request.matchAll(/[\p{L}\p{N}]+(?:\.(?=\p{L}|\p{N})[\p{L}\p{N}]+)*/gu)];
  const marks: NameMark[] = [];
  for (let at = 0; at < words.length; ) {
    const found = longestAt(request, words, at, index);
    if (found) marks.push(found.mark);
    else refuseUnknown(request, words[at]!.index, known);
    at = found ? found.next : at + 1;
  }
  return marks;
}

function indexOf(known: KnownNames): Index {
  const byWords = new Map<string, Spelling[]>();
  const spell = (key: string, spelling: Spelling) =>
    byWords.set(key, [...(byWords.get(key) ?? []), spelling]);
  const add = (kind: NameMark['kind'], entries: Named<AgentType>) => {
    for (const { name, aliases = [] } of entries.values())
      for (const exact of [name, ...aliases]) {
        const parts = exact.toLowerCase().split(/[^a-z0-9]+/);
        spell(parts.join(' '), { kind, name, exact });
      }
  };
  add('methodology', known.methodologies);
  add('agent', known.agents);
  for (const role of SPOKEN_ROLES) spell(role, { kind: 'role', name: role, exact: role });
  const lengths = [...byWords.keys()].map((key) => key.split(' ').length);
  return { byWords, wordsMax: Math.max(...lengths) };
}

/** Roles that name nobody elsewhere: "the producer with …", "as producer". */
const SPOKEN_ROLES = ['producer', 'negotiator', 'implementer', 'generalist', 'scout'];

function longestAt(
  request: string,
  words: readonly RegExpExecArray[],
  at: number,
  { byWords, wordsMax }: Index,
): { mark: NameMark; next: number } | undefined {
  for (let length = Math.min(wordsMax, words.length - at); length >= 1; length--) {
    const found = words.slice(at, at + length);
    const start = found[0]!.index;
    const last = found.at(-1)!;
    const end = last.index + last[0].length;
    const text = request.slice(start, end);
    // A name does not go over a comma or the end of a sentence.
    if (!/^[\p{L}\p{N}.]+(?:[\s:_-]{1,2}[\p{L}\p{N}.]+)*$/u.test(text)) continue;
    const spoken = found.map(([word]) => word.toLowerCase().replaceAll('.', '')).join(' ');
    const single = spoken.replace(/([^s])s$/, '$1');
    const after = request.slice(end);
    const spelling = (byWords.get(spoken) ?? byWords.get(single) ?? []).find((one) =>
      isMeant(one, text, request.slice(0, start), after),
    );
    if (!spelling) continue;
    const suffix = suffixOf(spelling, after);
    const many = !byWords.has(spoken) || /s$/i.test(suffix);
    const mark = {
      kind: spelling.kind,
      name: spelling.name,
      start,
      end: end + suffix.length,
      many,
    };
    const next = words.findIndex((word) => word.index >= mark.end);
    return { mark, next: next < 0 ? words.length : next };
  }
  return undefined;
}

const SUFFIX: Readonly<Record<NameMark['kind'], RegExp>> = {
  agent: /^[`"”]?[ -](sub-?)?(agent|specialist|expert|engineer|developer)s?\b/i,
  methodology: /^[`"”]?[ -](methodology|skill|workflow|method)\b/i,
  role: /^$/,
};

const suffixOf = ({ kind }: Spelling, after: string) => SUFFIX[kind].exec(after)?.[0] ?? '';

/** Whether the letters name what they spell, and do not just happen to stand there. */
function isMeant(spelling: Spelling, text: string, before: string, after: string): boolean {
  const { kind, exact, name } = spelling;
  const suffix = suffixOf(spelling, after);
  if (kind === 'role')
    return /\bas (an? |the )?$/i.test(before) || /^s? (with|using|:)/.test(after);
  const asWritten = /[-:]/.test(exact) && text.toLowerCase() === exact.toLowerCase();
  if (kind === 'methodology')
    return (asWritten && exact !== name) || (suffix !== '' && !/skill$/i.test(suffix));
  const words = text.toLowerCase().split(/[\s:_-]+/);
  // "Explore expert opinions" names nobody; "an Explore agent" does.
  if (words.length === 1) return asWritten || /(agent|specialist)s?$/i.test(suffix);
  if (asWritten || suffix !== '') return true;
  // Short endings are variants: "agent sdk verifier ts".
  return isSomebody(words.findLast(({ length }) => length > 2) ?? '');
}

const isSomebody = (word: string) => {
  const one = word.replace(/([^s])s$/, '$1');
  return (
    PEOPLE.has(one) || /(er|or|ist|yst|ian|itect|eer|pro|purpose)$/.test(one) || one === 'devops'
  );
};

/** `backend-development:gardener`, and `horde-gardening methodology`, look like names and are none. */
function refuseUnknown(request: string, at: number, known: KnownNames): void {
  const rest = request.slice(at);
  const before = request.slice(Math.max(0, at - 12), at);
  const type = /^[a-z]+(?:-[a-z]+)+:[a-z]+(?:-[a-z]+)*\b(?!\/)/.exec(rest)?.[0];
  if (type && /\b(an?|the|use|with|by|have|let|and|,) [`"]?$/i.test(before)) {
    const near = nearestNames(type.slice(type.indexOf(':') + 1), known.agents.keys());
    const meant = near.length > 0 ? `; did you mean ${near.join(' or ')}?` : '';
    throw new RangeError(
      `the request names the agent "${type}", which the catalog has not${meant}`,
    );
  }
  const way = /^(horde-[a-z-]+) methodology\b/.exec(rest)?.[1];
  if (way)
    throw new RangeError(
      `the request names the methodology "${way}"; there are: ${[...known.methodologies.keys()].join(', ')}`,
    );
}
