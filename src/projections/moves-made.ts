/** The moves that agents make, by the type of event that each becomes. */
import type { RecordedEvent } from '../events/event.ts';
import { allMoves } from '../events/vocabulary/index.ts';
import type { Move } from '../events/vocabulary/moves.ts';

export const moveEvents: ReadonlyMap<string, Move> = new Map(
  [...allMoves.values()].map((move) => [move.event.type, move]),
);

/** What a move hands in, as far as it hands in something: titles, texts, paths. */
export interface HandedIn {
  title: string | null;
  summary: string | null;
  content: string | null;
  path: string | null;
}

export function handedIn(event: RecordedEvent): HandedIn {
  const field = (name: string): string | null => {
    const value = event.data[name];
    return typeof value === 'string' ? value : null;
  };
  return {
    title: field('title'),
    summary: field('summary'),
    content: field('content'),
    path: field('path'),
  };
}
