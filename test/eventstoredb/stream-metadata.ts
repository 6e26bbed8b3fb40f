/**
 * What a stream's metadata says, as the server takes it: which events are hidden, and who may read and write.
 */

export interface StreamLimits {
  maxCount: number | undefined;
  maxAgeMs: number | undefined;
  truncateBefore: number | undefined;
}

type Metadata = Readonly<Record<string, unknown>>;

/** `$tb` at 2^63 - 1: the stream is deleted, and may be written again. */
export const isDeletion = (truncateBefore: unknown): boolean =>
  typeof truncateBefore === 'number' && truncateBefore > Number.MAX_SAFE_INTEGER;

/** A count or an age of 0 says nothing. */
export function streamLimits(metadata: Metadata): StreamLimits {
  const number = (key: string): number | undefined => {
    const value = metadata[key];
    return typeof value === 'number' && value > 0 ? value : undefined;
  };
  const ageSeconds = number('$maxAge');
  return {
    maxCount: number('$maxCount'),
    maxAgeMs: ageSeconds === undefined ? undefined : ageSeconds * 1000,
    truncateBefore: number('$tb'),
  };
}

/** Who is named for a right (`$r`, `$w`, `$d`); undefined: nobody is, and the default counts. */
export function namedFor(metadata: Metadata, right: string): readonly string[] | undefined {
  const acl = metadata['$acl'];
  if (typeof acl !== 'object' || acl === null) return undefined;
  const named = (acl as Metadata)[right];
  if (typeof named === 'string') return [named];
  return Array.isArray(named) ? named.map(String) : undefined;
}
