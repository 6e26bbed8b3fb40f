/** A moment of a team's past, as `--at` takes it. */
import { BadUsage } from './bad-usage.ts';
import { wholeNumber } from './numbers.ts';

/** Where in a team's past: a revision, a time (milliseconds since 1970), or so long before its last event. */
export type PastMoment = { readonly text: string } & (
  | { readonly revision: number }
  | { readonly time: number }
  | { readonly agoMs: number }
);

const UNITS_MS = { ms: 1, s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 };

/** A revision, a time with its zone, or `-90s`; throws `BadUsage`. */
export function pastMoment(option: string) {
  return (text: string): PastMoment => {
    if (/^\d+$/.test(text)) return { text, revision: wholeNumber(option, 0)(text) };
    const [, count, unit] = /^-(\d{1,9})(ms|s|m|h|d)$/.exec(text) ?? [];
    if (count) return { text, agoMs: Number(count) * UNITS_MS[unit as keyof typeof UNITS_MS] };
    const time = timeOf(text);
    if (time !== undefined) return { text, time };
    throw new BadUsage(
      `${option} ${text.slice(0, 100)}: give a revision, a time such as 2026-11-21T10:15:00Z, or -90s for so long before the last event`,
    );
  };
}

const TIME = /^(\d{4}-\d\d-\d\d)T(\d\d:\d\d(?::\d\d(?:\.\d{1,3})?)?)(Z|[+-]\d\d:\d\d)$/;

/** Undefined for what is no time, a day that no month has (31 June would become 1 July) included. */
function timeOf(text: string): number | undefined {
  const [, day, clock, zone] = TIME.exec(text) ?? [];
  if (!day) return undefined;
  const midnight = Date.parse(`${day}T00:00Z`);
  if (Number.isNaN(midnight) || !new Date(midnight).toISOString().startsWith(day)) return undefined;
  const time = Date.parse(`${day}T${clock}${zone}`);
  return Number.isNaN(time) ? undefined : time;
}
