/**
 * A dictionary that only grows, for merged state: entries by name, joined by a function of the caller. It is plain
 * JSON, and a join copies only the paths that differ, so that folding a long stream never copies the whole.
 *
 * Invariants
 * 1. The shape follows from the keys alone, never from the order in which they came: a node with more than
 *    `LEAF_MAX` entries is split by the next four bits of the keys' hash, and nothing is ever taken out.
 * 2. Names stand in lists, never as keys of objects: `__proto__` is a name like any other.
 * 3. A join that brings nothing new gives back the same object.
 */
export type Dictionary<Value> = Leaf<Value> | Branch<Value>;

type Entry<Value> = readonly [name: string, value: Value];

interface Leaf<Value> {
  /** Sorted by name. */
  readonly entries: readonly Entry<Value>[];
}

interface Branch<Value> {
  /** One for each value of four bits; null where there is nothing. */
  readonly below: readonly (Dictionary<Value> | null)[];
}

/** Of two values under one name: commutative, associative, idempotent; the first itself when nothing is new. */
type Join<Value> = (a: Value, b: Value) => Value;

const LEAF_MAX = 8;
const SLOTS = 16;
const BITS = 4;
/** The hash has 32 bits: below this depth a leaf holds whatever is left. */
const DEPTH_MAX = 32 / BITS;

const NOTHING: Leaf<never> = Object.freeze({ entries: Object.freeze([]) });

export const emptyDictionary = <Value>(): Dictionary<Value> => NOTHING;

export const dictionaryOf = <Value>(name: string, value: Value): Dictionary<Value> => ({
  entries: [[name, value]],
});

const isEmpty = (dictionary: Dictionary<unknown>): boolean =>
  'entries' in dictionary && dictionary.entries.length === 0;

export function joinDictionaries<Value>(
  a: Dictionary<Value>,
  b: Dictionary<Value>,
  join: Join<Value>,
  depth = 0,
): Dictionary<Value> {
  if (a === b || isEmpty(b)) return a;
  if (isEmpty(a)) return b;
  if ('entries' in a) {
    if ('entries' in b) return joinLeaves(a, b, join, depth);
    return joinDictionaries(b, a, join, depth);
  }
  return joinBelow(a, 'below' in b ? b.below : splitUp(b.entries, depth), join, depth);
}

function joinBelow<Value>(
  a: Branch<Value>,
  news: Branch<Value>['below'],
  join: Join<Value>,
  depth: number,
): Dictionary<Value> {
  let below: (Dictionary<Value> | null)[] | undefined;
  for (let slot = 0; slot < SLOTS; slot++) {
    const added = news[slot];
    if (!added) continue;
    const had = a.below[slot];
    const joined = had ? joinDictionaries(had, added, join, depth + 1) : added;
    if (joined === had) continue;
    below ??= a.below.slice();
    below[slot] = joined;
  }
  return below ? { below } : a;
}

function joinLeaves<Value>(
  a: Leaf<Value>,
  b: Leaf<Value>,
  join: Join<Value>,
  depth: number,
): Dictionary<Value> {
  const entries: Entry<Value>[] = [];
  let isNew = false;
  let i = 0;
  for (const added of b.entries) {
    let had = a.entries[i];
    while (had && had[0] < added[0]) {
      entries.push(had);
      had = a.entries[++i];
    }
    if (had?.[0] !== added[0]) {
      entries.push(added);
      isNew = true;
      continue;
    }
    const value = join(had[1], added[1]);
    entries.push(value === had[1] ? had : [had[0], value]);
    isNew ||= value !== had[1];
    i++;
  }
  if (!isNew) return a;
  entries.push(...a.entries.slice(i));
  return nodeOf(entries, depth);
}

function nodeOf<Value>(entries: readonly Entry<Value>[], depth: number): Dictionary<Value> {
  if (entries.length <= LEAF_MAX || depth >= DEPTH_MAX) return { entries };
  return { below: splitUp(entries, depth) };
}

function splitUp<Value>(entries: readonly Entry<Value>[], depth: number): Branch<Value>['below'] {
  const parts: (Entry<Value>[] | null)[] = new Array(SLOTS).fill(null);
  for (const one of entries) {
    const slot = (hashOf(one[0]) >>> (depth * BITS)) & (SLOTS - 1);
    const part = parts[slot];
    if (part) part.push(one);
    else parts[slot] = [one];
  }
  return parts.map((part) => part && nodeOf(part, depth + 1));
}

/** FNV-1a over the text's code units, mixed once more: the lowest bits alone decide at the top. */
function hashOf(name: string): number {
  let hash = 0x811c9dc5;
  for (let i = 0; i < name.length; i++) hash = Math.imul(hash ^ name.charCodeAt(i), 0x01000193);
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  return (hash ^ (hash >>> 13)) >>> 0;
}

/** All entries, in an order that follows from the names alone. */
export function* entriesOf<Value>(dictionary: Dictionary<Value>): Generator<Entry<Value>> {
  if ('entries' in dictionary) {
    yield* dictionary.entries;
    return;
  }
  for (const part of dictionary.below) if (part) yield* entriesOf(part);
}
