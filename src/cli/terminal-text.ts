/** Text as a terminal can show it: made harmless, cut to one line, laid out in columns. */

/** Text that came from a model, a message or a file, made harmless for a terminal. */
export function harmless(text: string): string {
  return text.replace(UNSAFE, (c) =>
    c === '\n' || c === '\t' ? c : `\\u${c.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}

/** Control characters (but tab and line feed) and those that turn the direction of writing. */
const UNSAFE = /[\p{Cc}\u202a-\u202e\u2066-\u2069]/gu;

/** A text in one line, cut to a width in cells of the terminal. */
export function oneLine(text: string, width: number): string {
  const line = harmless(text.replace(/\s+/g, ' ').trim());
  if (cells(line) <= width) return line;
  let cut = '';
  let used = 0;
  for (const { segment } of graphemes.segment(line)) {
    used += cellsOf(segment);
    if (used > width - 1) break;
    cut += segment;
  }
  return `${cut}…`;
}

const graphemes = new Intl.Segmenter();

/** How much room a text takes on a terminal: what is written wide takes two cells. */
export function cells(text: string): number {
  if (/^[\x20-\x7e]*$/.test(text)) return text.length;
  let sum = 0;
  for (const { segment } of graphemes.segment(text)) sum += cellsOf(segment);
  return sum;
}

const cellsOf = (grapheme: string): number =>
  WIDE.test(grapheme) ? 2 : INVISIBLE.test(grapheme) ? 0 : 1;

/** The scripts of East Asia with their full-width forms, and what is shown as a picture. */
const WIDE =
  /^[\u1100-\u115f\u2e80-\u303e\u3041-\u33ff\u3400-\u4dbf\u4e00-\u9fff\ua000-\ua4cf\ua960-\ua97f\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6\u{1f1e6}-\u{1f1ff}\u{20000}-\u{3fffd}]|^\p{Emoji_Presentation}|\ufe0f/u;
const INVISIBLE = /^[\p{Mn}\p{Me}\p{Cf}]+$/u;

/** Streams of other programs that have a team's name, in one line. */
export function notePassedOver(
  strange: readonly string[],
  { note }: { note(text: string): void },
): void {
  if (strange.length === 0) return;
  const many = strange.length === 1 ? '1 stream is' : `${strange.length} streams are`;
  note(harmless(`${many} no team's and passed over, first ${strange[0]}`));
}

/** Columns aligned by their widest cell. */
export function table(rows: readonly (readonly string[])[]): string {
  const widths: number[] = [];
  for (const row of rows) {
    for (const [i, cell] of row.entries()) widths[i] = Math.max(widths[i] ?? 0, cells(cell));
  }
  return rows
    .map((row) =>
      row
        .map((cell, i) =>
          i === row.length - 1 ? cell : cell + ' '.repeat((widths[i] ?? 0) - cells(cell)),
        )
        .join('  ')
        .trimEnd(),
    )
    .join('\n');
}
