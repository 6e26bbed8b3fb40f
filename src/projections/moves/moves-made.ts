/** The moves that agents make, by the type of event that each becomes. */
import type { Json, RecordedEvent } from '../../events/event.ts';
import { allMoves } from '../../events/words/index.ts';
import type { Move } from '../../events/words/moves.ts';
import { renderFields } from '../conversation/framing.ts';

export const moveEvents: ReadonlyMap<string, Move> = new Map(
  [...allMoves.values()].map((move) => [move.event.type, move]),
);

/** What a move hands in, as far as it hands in something: titles, texts, paths. */
export interface HandedIn {
  title: string | null;
  summary: string | null;
  content: string | null;
  path: string | null;
  /** What else it says, a field a line: points, answers, evidence, an outcome. */
  details: string | null;
}

export function productOf(event: RecordedEvent): HandedIn {
  const field = (name: string): string | null => {
    const value = event.data[name];
    return typeof value === 'string' ? value : null;
  };
  return {
    title: field('title'),
    summary: field('summary'),
    content: field('content'),
    path: field('path'),
    details: detailsOf(event),
  };
}

function detailsOf({ data }: RecordedEvent): string | null {
  const { grant: _, title: __, summary: ___, content: ____, path: _____, ...others } = data;
  const said = Object.entries(others).filter(([, value]) => !isNothing(value));
  return said.length === 0 ? null : renderFields(Object.fromEntries(said));
}

const isNothing = (value: Json): boolean =>
  value === '' || value === null || (Array.isArray(value) && value.length === 0);
