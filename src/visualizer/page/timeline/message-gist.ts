/** What a message says, in one line: its type in words, and its first words. */
import type { Json, RecordedEvent } from '../../../events/event.ts';
import { lineOf } from '../../../projections/transcript/transcript.ts';
import { onOneLine, typeWords } from './event-line.ts';

/** Most characters of a gist. */
export const GIST_MAX = 200;

const WORDS: Readonly<Record<string, string>> = {
  'message.sent': 'message',
  'message.told': 'told',
  'turn.granted': 'turn granted',
};

/** `changes.requested` is "changes requested". */
export const typeInWords = (type: string): string => WORDS[type] ?? typeWords(type).toLowerCase();

/** One line, cut where it is longer than there is room for. */
export function shortLine(text: string, most = GIST_MAX): string {
  const line = onOneLine(text.slice(0, most * 2));
  return line.length > most ? `${line.slice(0, most)}…` : line;
}

/** The first words of what was said: a text, a title and a summary, or the first of several points. */
export function messageGist(event: RecordedEvent): string {
  const { text, brief, grant: _, ...said } = event.data;
  if (typeof text === 'string') return shortLine(text);
  if (typeof brief === 'string') return shortLine(brief);
  const texts = Object.values(said).filter((value) => isPhrase(value));
  if (texts.length > 0) return shortLine(texts.slice(0, 2).join(' — '));
  for (const value of Object.values(said)) {
    const point = Array.isArray(value) ? pointsOf(value) : '';
    if (point !== '') return point;
  }
  return shortLine(lineOf(event).text);
}

const isPhrase = (value: Json | undefined): value is string =>
  typeof value === 'string' && value.includes(' ');

function pointsOf(points: readonly Json[]): string {
  const [first] = points;
  if (typeof first !== 'object' || first === null || Array.isArray(first)) return '';
  const words = Object.values(first).find(isPhrase) ?? '';
  const tag = typeof first['tag'] === 'string' ? `${first['tag']}: ` : '';
  const more = points.length > 1 ? `(1 of ${points.length}) ` : '';
  return words === '' ? '' : shortLine(`${more}${tag}${words}`);
}
