/**
 * What a person asked for cannot be done as asked: one clear line (what, where, what to do instead), nothing
 * written, exit status 2.
 */
export class BadUsage extends Error {
  override readonly name = 'BadUsage';
}

/** Exit statuses: the contract with scripts. */
export const EXIT = { done: 0, failed: 1, usage: 2, diverged: 3, interrupted: 130 } as const;
