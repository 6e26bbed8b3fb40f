/**
 * The moves that agents make, by the type of event that each becomes. A pattern from elsewhere has moves whose types are
 * not known here: each names the grant that it answers, as every move does.
 */
import type { Json, RecordedEvent } from '../../events/event.ts';
import { allMoves, vocabulary } from '../../events/words/index.ts';
import type { Move } from '../../events/words/moves.ts';
import { renderFields } from '../conversation/framing.ts';
import type { Types } from '../kit/projection.ts';

export const moveEvents: ReadonlyMap<string, Move> = new Map(
  [...allMoves.values()].map((move) => [move.event.type, move]),
);

const ours: ReadonlySet<string> = new Set(vocabulary.map(({ type }) => type));

/** The types that a move may have: those of our own moves, and all that are not of our vocabulary. */
export const typesOfMoves: Types = { has: (type) => moveEvents.has(type) || !ours.has(type) };

export const isMove = ({ type, data }: RecordedEvent): boolean =>
  moveEvents.has(type) || (!ours.has(type) && Number.isInteger(data['grant']));

/** The name of its tool; of a move from elsewhere, the type of its event. */
export const nameOfMove = ({ type }: RecordedEvent): string => moveEvents.get(type)?.name ?? type;

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
