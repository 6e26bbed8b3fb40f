/** Where something stands among what ascends: found by halving. */

/** The index of the last item that satisfies what holds for a beginning of the list alone; -1 for none. */
export function lastWhere<Item>(items: readonly Item[], holds: (item: Item) => boolean): number {
  let [low, high] = [0, items.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (holds(items[middle]!)) low = middle + 1;
    else high = middle;
  }
  return low - 1;
}

/** The index of the last of ascending revisions at or before one; -1 when there is none. */
export const lastAt = (revisions: readonly number[], revision: number): number =>
  lastWhere(revisions, (one) => one <= revision);
