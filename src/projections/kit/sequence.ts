/**
 * A sequence that only grows, for states of long streams: an append copies at most one chunk, never the whole,
 * and what was there before is shared. It is plain JSON, so that states with sequences can be stored.
 *
 * Invariants
 * 1. Every array in `full` holds exactly `CHUNK` items; `tail` holds fewer.
 * 2. A sequence is never changed: `append` gives a new one. It is frozen, so that immer does not look into it
 *    (measured: it would walk the whole past at every event).
 */
import { isDraft, original } from 'immer';

export interface Sequence<Item> {
  readonly full: readonly (readonly Item[])[];
  readonly tail: readonly Item[];
}

const CHUNK = 64;

export function emptySequence<Item>(): Sequence<Item> {
  return Object.freeze({ full: [], tail: [] });
}

export function append<Item>(grown: Sequence<Item>, item: Item): Sequence<Item> {
  // Reached through a draft of immer: what goes into the new one must be the items, not drafts of them.
  const sequence = isDraft(grown) ? (original(grown as never) as Sequence<Item>) : grown;
  const tail = [...sequence.tail, item];
  if (tail.length < CHUNK) return Object.freeze({ full: sequence.full, tail });
  return Object.freeze({ full: [...sequence.full, tail], tail: [] });
}

/** A sequence of these items. */
export function sequenceOf<Item>(items: Iterable<Item>): Sequence<Item> {
  const all = [...items];
  const full: Item[][] = [];
  let start = 0;
  for (; start + CHUNK <= all.length; start += CHUNK) full.push(all.slice(start, start + CHUNK));
  return Object.freeze({ full, tail: all.slice(start) });
}

export function sizeOf(sequence: Sequence<unknown>): number {
  return sequence.full.length * CHUNK + sequence.tail.length;
}

/** The item at an index counted from 0, or from the end when negative; undefined beyond. */
export function itemAt<Item>(sequence: Sequence<Item>, index: number): Item | undefined {
  const at = index < 0 ? sizeOf(sequence) + index : index;
  if (at < 0) return undefined;
  const chunk = Math.floor(at / CHUNK);
  if (chunk < sequence.full.length) return sequence.full[chunk]![at % CHUNK];
  return sequence.tail[at - sequence.full.length * CHUNK];
}

/** The items in order, from an index on. */
export function* itemsOf<Item>(sequence: Sequence<Item>, from = 0): Generator<Item> {
  const size = sizeOf(sequence);
  for (let index = from; index < size; index++) yield itemAt(sequence, index)!;
}

/** How many items at the beginning satisfy a predicate that, once false, stays false. */
export function countWhile<Item>(sequence: Sequence<Item>, holds: (item: Item) => boolean): number {
  let low = 0;
  let high = sizeOf(sequence);
  while (low < high) {
    const middle = (low + high) >> 1;
    if (holds(itemAt(sequence, middle)!)) low = middle + 1;
    else high = middle;
  }
  return low;
}

export function includes<Item>(sequence: Sequence<Item>, item: Item): boolean {
  return sequence.tail.includes(item) || sequence.full.some((chunk) => chunk.includes(item));
}
