/**
 * The pieces that contributions to merged state are made of: facts under a name of a team, with the stamp of the
 * event that says them, and what an event counts under its dot.
 */
import type { RecordedEvent } from '../../events/event.ts';
import {
  type Dictionary,
  dictionaryOf,
  emptyDictionary,
  joinDictionaries,
} from './merged-dictionary.ts';
import { type Fields, joinFirst, type Register, type Stamp } from './merged-register.ts';
import type { Counts, Merged } from './merged-state.ts';

/** What one event says of some parts of merged state. */
export type Parts = { -readonly [Part in keyof Merged]?: Merged[Part] };

export const stampOf = ({ stream, revision, meta }: RecordedEvent): Stamp => ({
  at: meta.at,
  stream,
  revision,
});

/** A name within a team. Teams have no blank in theirs, so that no two names become one. */
export const keyIn = (name: string, thing: string): string => `${name} ${thing}`;

export function stampedFacts<Facts>(event: RecordedEvent, facts: Partial<Facts>): Fields<Facts> {
  const stamp = stampOf(event);
  const fields: { [Field in keyof Facts]?: Register<Facts[Field]> } = {};
  for (const field in facts) fields[field] = { value: facts[field]!, stamp };
  return fields;
}

/** What was said last of each of these facts stands. */
export const latest = <Facts>(
  event: RecordedEvent,
  name: string,
  thing: string,
  facts: Partial<Facts>,
): Dictionary<Fields<Facts>> => dictionaryOf(keyIn(name, thing), stampedFacts(event, facts));

/** What was said first under each of these names stands. */
export function first<Facts>(
  event: RecordedEvent,
  name: string,
  said: readonly (readonly [key: string, facts: Facts])[],
): Dictionary<Register<Facts>> {
  const stamp = stampOf(event);
  let all = emptyDictionary<Register<Facts>>();
  for (const [key, value] of said)
    all = joinDictionaries(all, dictionaryOf(keyIn(name, key), { value, stamp }), joinFirst);
  return all;
}

export const count = (
  { stream, revision }: RecordedEvent,
  name: string,
  counts: Partial<Counts>,
): Parts => ({ counted: dictionaryOf(`${stream}@${revision}`, { team: name, counts }) });
