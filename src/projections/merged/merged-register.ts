/**
 * Values that carry when and where they were said, so that of two the same one wins wherever they meet.
 *
 * Invariant: stamps are ordered totally by time, stream, revision. Within a stream that is the order of the stream,
 * because time never goes back there. Equal stamps are one event, which says a thing once.
 */
export interface Stamp {
  readonly at: number;
  readonly stream: string;
  readonly revision: number;
}

export interface Register<Value> {
  readonly value: Value;
  readonly stamp: Stamp;
}

/** Facts about one thing, each with its own stamp: what is learned of one does not touch another. */
export type Fields<Facts> = { readonly [Field in keyof Facts]?: Register<Facts[Field]> };

/** Negative when `a` was said before `b`. */
export function compareStamps(a: Stamp, b: Stamp): number {
  if (a === b) return 0;
  if (a.at !== b.at) return a.at - b.at;
  if (a.stream !== b.stream) return a.stream < b.stream ? -1 : 1;
  return a.revision - b.revision;
}

/** What was said last stands, field by field. */
export function joinFields<Facts>(a: Fields<Facts>, b: Fields<Facts>): Fields<Facts> {
  let joined: { [Field in keyof Facts]?: Register<Facts[Field]> } | undefined;
  for (const field in b) {
    const [had, added] = [a[field], b[field]!];
    if (had && compareStamps(had.stamp, added.stamp) >= 0) continue;
    joined ??= { ...a };
    joined[field] = added;
  }
  return joined ?? a;
}

/** What was said first stands. */
export const joinFirst = <Value>(a: Register<Value>, b: Register<Value>): Register<Value> =>
  compareStamps(b.stamp, a.stamp) < 0 ? b : a;
