/** Moments and spans of time in words: `14:03:22`, `1 min 12 s`, `+1:12`. */

/** Milliseconds in two units at most: `340 ms`, `12.5 s`, `1 min 12 s`, `2 h 5 min`, `3 d 4 h`. */
export function durationText(ms: number): string {
  const whole = Math.max(0, Math.round(ms));
  if (whole < 1000) return `${whole} ms`;
  if (whole < 60_000) return `${Number((whole / 1000).toFixed(1))} s`;
  const seconds = Math.round(whole / 1000);
  if (seconds < 3600) return both(Math.floor(seconds / 60), 'min', seconds % 60, 's');
  const minutes = Math.round(seconds / 60);
  if (minutes < 1440) return both(Math.floor(minutes / 60), 'h', minutes % 60, 'min');
  const hours = Math.round(minutes / 60);
  return both(Math.floor(hours / 24), 'd', hours % 24, 'h');
}

const both = (large: number, unit: string, small: number, smallUnit: string): string =>
  small === 0 ? `${large} ${unit}` : `${large} ${unit} ${small} ${smallUnit}`;

/** For a narrow column: `+0.34`, `+12.5`, `+1:12`, `+2:05:09`. */
export function sinceText(ms: number): string {
  const whole = Math.max(0, Math.round(ms));
  if (whole < 60_000) return `+${(whole / 1000).toFixed(whole < 10_000 ? 2 : 1)}`;
  const seconds = Math.floor(whole / 1000);
  const [h, min, s] = [Math.floor(seconds / 3600), Math.floor(seconds / 60) % 60, seconds % 60];
  return h > 0 ? `+${h}:${two(min)}:${two(s)}` : `+${min}:${two(s)}`;
}

/** Which clock is meant: the reader's, as its distance from UTC: `UTC+02:00`. */
export function zoneText(at: number): string {
  const minutes = -new Date(at).getTimezoneOffset();
  if (minutes === 0) return 'UTC';
  const [hours, rest] = [Math.floor(Math.abs(minutes) / 60), Math.abs(minutes) % 60];
  return `UTC${minutes < 0 ? '-' : '+'}${two(hours)}:${two(rest)}`;
}

/** The clock's time where the reader is; `zoneText` says where that is. */
export function clockText(at: number): string {
  const date = new Date(at);
  return [date.getHours(), date.getMinutes(), date.getSeconds()].map(two).join(':');
}

export function momentText(at: number): string {
  const date = new Date(at);
  const day = [date.getFullYear(), two(date.getMonth() + 1), two(date.getDate())].join('-');
  const ms = String(date.getMilliseconds()).padStart(3, '0');
  return `${day} ${clockText(at)}.${ms} ${zoneText(at)}`;
}

const two = (number: number): string => String(number).padStart(2, '0');
