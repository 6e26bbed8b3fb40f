/**
 * What a person asked for cannot be done as asked: one clear line (what, where, what to do instead), nothing
 * written, exit status 2.
 */
export class BadUsage extends Error {
  override readonly name = 'BadUsage';
}

/** Exit statuses: the contract with scripts. */
export const EXIT = { done: 0, failed: 1, usage: 2, diverged: 3, interrupted: 130 } as const;

/** A whole number of an option, within bounds; throws `BadUsage`. */
export function wholeNumber(option: string, least: number, most = Number.MAX_SAFE_INTEGER) {
  return (text: string): number => {
    const value = Number(text);
    if (!/^\d+$/.test(text) || value < least || value > most) {
      throw new BadUsage(
        `${option} ${text}: give a whole number ${most === Number.MAX_SAFE_INTEGER ? `of at least ${least}` : `from ${least} to ${most}`}`,
      );
    }
    return value;
  };
}

/** A positive amount of money or time; throws `BadUsage`. */
export function positiveNumber(option: string) {
  return (text: string): number => {
    const value = Number(text);
    if (text.trim() === '' || !Number.isFinite(value) || value <= 0) {
      throw new BadUsage(`${option} ${text}: give a number above 0`);
    }
    return value;
  };
}
