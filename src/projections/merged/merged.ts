/**
 * Merged state: what is known of any number of teams, brought together from their streams in any order, twice, in
 * batches, on any machine (a state-based CRDT). A team, the child teams it, teams led elsewhere.
 *
 * Invariants
 * 1. `merge` is commutative, associative and idempotent, and pure: whoever has merged the same events has the same
 *    state, whatever the order, the grouping and the repetition (G10).
 * 2. Every event speaks under its dot, `stream@revision`. One dot is one event: who has two different events under
 *    one dot has two stores.
 * 3. A name belongs to the team that said it: two teams' tasks `draft` are two tasks. Files are the exception; they
 *    are brought together when the state is viewed.
 * 4. Numbers are whole, so that no order of adding changes a sum; money is in billionths of a dollar.
 */
import type { RecordedEvent } from '../../events/event.ts';
import { anyOf, type Projection } from '../kit/projection.ts';
import { typesOfMoves } from '../moves/moves-made.ts';
import { emptyDictionary, joinDictionaries } from './merged-dictionary.ts';
import { joinFields, joinFirst } from './merged-register.ts';
import type { Counted, Merged } from './merged-state.ts';
import { contributionOf, spokenTypes } from './merged-update.ts';

const PARTS = {
  teams: joinFields,
  members: joinFields,
  tasks: joinFields,
  artifacts: joinFields,
  agreed: joinFirst,
  decisions: joinFirst,
  dissent: joinFirst,
  findings: joinFirst,
  counted: (one: Counted) => one,
} satisfies { [Part in keyof Merged]: (a: never, b: never) => unknown };

const NAMES = Object.keys(PARTS) as (keyof Merged)[];

export const emptyMerged: Merged = Object.freeze(
  Object.fromEntries(NAMES.map((name) => [name, emptyDictionary()])),
) as unknown as Merged;

/** Both together. Gives back `a` itself when `b` says nothing new. */
export function merge(a: Merged, b: Merged): Merged {
  if (a === b || b === emptyMerged) return a;
  let joined: Merged | undefined;
  for (const name of NAMES) {
    const part = joinDictionaries<never>(a[name] as never, b[name] as never, PARTS[name] as never);
    if (part === a[name]) continue;
    joined = { ...(joined ?? a), [name]: part };
  }
  return joined ?? a;
}

/** What one recorded event contributes; `emptyMerged` for what says nothing of merged state. */
export function updateOf(event: RecordedEvent): Merged {
  const parts = contributionOf(event);
  return parts ? { ...emptyMerged, ...parts } : emptyMerged;
}

export const merged: Projection<Merged> = {
  name: 'merged',
  version: 1,
  initial: emptyMerged,
  hears: anyOf([spokenTypes, typesOfMoves]),
  apply: (state, event) => merge(state, updateOf(event)),
};
