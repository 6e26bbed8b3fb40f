/**
 * In how many consecutive rounds each point has stood: how a disagreement that goes round in circles is seen.
 * A point that rests for a round begins anew.
 */
export type Streaks = Readonly<Record<string, number>>;

/** The streaks after one more round, in which these tags stood. */
export function lengthened(streaks: Streaks, tags: Iterable<string>): Streaks {
  const now: Record<string, number> = {};
  for (const tag of tags) now[tag] = (streaks[tag] ?? 0) + 1;
  return now;
}

/** The points that have stood in as many rounds in a row, or more. */
export const standingFor = (streaks: Streaks, rounds: number): string[] =>
  Object.keys(streaks).filter((tag) => streaks[tag]! >= rounds);
