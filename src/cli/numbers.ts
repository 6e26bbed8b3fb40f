/** The numbers that options take, each within its bounds. Whatever else is given throws `BadUsage`. */
import { BadUsage } from './bad-usage.ts';

/** A whole number of an option, within bounds. */
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

/** A positive amount of money or time, up to a bound that is no wish any more. */
export function positiveNumber(option: string, most: number) {
  return (text: string): number => {
    const value = Number(text);
    if (text.trim() === '' || !(value > 0 && value <= most)) {
      throw new BadUsage(`${option} ${text}: give a number above 0, and at most ${most}`);
    }
    return value;
  };
}

/** Most of a budget, in dollars, and of the time of a team, in seconds: what a timer of Node can wait. */
export const USD_MAX = 1_000_000_000;
export const SECONDS_MAX = 2_147_483;

/** A part of the whole. */
export function share(option: string) {
  return (text: string): number => {
    const value = Number(text);
    if (text.trim() === '' || !(value >= 0 && value <= 1))
      throw new BadUsage(`${option} ${text}: give a share from 0 to 1`);
    return value;
  };
}
