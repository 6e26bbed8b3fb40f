/** How the leading of a team ends in this process. */
export type LeaderEnd =
  | { kind: 'ended' }
  | { kind: 'stoodDown'; epoch: number }
  | { kind: 'closed' }
  | { kind: 'failed'; error: Error };
