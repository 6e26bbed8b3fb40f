/**
 * An event in a line, for people: who said it to whom, and what. Where the transcript has no words for it, its data
 * are told tersely. Characters that cannot be seen are written out; nothing here is markup.
 */
import type { Json, JsonObject, RecordedEvent } from '../../../events/event.ts';
import { escapeControls } from '../../../projections/conversation/framing.ts';
import { lineOf } from '../../../projections/transcript/transcript.ts';
import type { EventKind } from './event-kind.ts';

/** Most characters of a line; what is longer is seen in the event itself. */
const LINE_MAX = 300;
const FIELDS_SHOWN = 5;

interface EventLine {
  /** Who said it, or whose work it settles; empty for the runtime. */
  by: string;
  to: readonly string[];
  text: string;
}

/** What is written in front of a line, and the words for it. */
export const KIND_WORDS: Readonly<Record<EventKind, readonly [letter: string, words: string]>> = {
  move: ['M', 'Moves'],
  message: ['@', 'Messages'],
  person: ['P', 'People'],
  model: ['A', 'Model answers'],
  tool: ['T', 'Tools'],
  task: ['K', 'Tasks and decisions'],
  round: ['R', 'Rounds and turns'],
  life: ['L', 'Life of the team'],
  refusal: ['!', 'Refusals'],
  failure: ['×', 'Failures'],
  runtime: ['·', 'The runtime’s own'],
};

export const KINDS = Object.keys(KIND_WORDS) as EventKind[];

export function eventLine(event: RecordedEvent): EventLine {
  const { by, to, text } = lineOf(event);
  return { by: onOneLine(by), to, text: onOneLine(text) || onOneLine(terse(event.data)) };
}

/** `changes.requested` as `Changes requested`. */
export function typeWords(type: string): string {
  const words = escapeControls(type)
    .replace(/\./g, ' ')
    .replace(/([a-z])([A-Z])/g, '$1 $2');
  return words.charAt(0).toUpperCase() + words.slice(1).toLowerCase();
}

/** All who have part in an event: who said it, whose work it settles, who heard it, whom it speaks of. */
export function actorsOf(event: RecordedEvent): Set<string> {
  const { meta, data } = event;
  const actors = new Set([lineOf(event).by, ...(meta.to ?? [])]);
  for (const key of ['agent', 'actor', 'work']) {
    const value = data[key];
    if (typeof value === 'string') actors.add(value.replace(/\/.*$/s, ''));
  }
  actors.delete('');
  return actors;
}

export function onOneLine(text: string): string {
  const cut = text.length > LINE_MAX ? `${text.slice(0, LINE_MAX)}…` : text;
  return escapeControls(cut.replace(/\s+/g, ' ')).trim();
}

/** The first fields, values without their insides. */
function terse(data: JsonObject): string {
  const fields = Object.entries(data).slice(0, FIELDS_SHOWN);
  return fields.map(([key, value]) => `${key} ${briefly(value)}`).join(', ');
}

function briefly(value: Json): string {
  if (Array.isArray(value)) return `[${value.length}]`;
  if (typeof value !== 'object' || value === null) return String(value).slice(0, 80);
  const inner = Object.entries(value).filter(([, item]) => typeof item !== 'object');
  const told = inner.slice(0, 3).map(([key, item]) => `${key} ${String(item).slice(0, 40)}`);
  return told.length === 0 ? '{…}' : `(${told.join(', ')})`;
}
