/**
 * Who is in a team, and in which state each stood at every revision, from `meta.state` alone: no machine is run.
 *
 * Invariant: an actor's states are kept in the order of their revisions, so a look back is a binary search.
 */

import type { Json, RecordedEvent } from '../../../events/event.ts';
import { fieldsOf, textIn } from '../../../events/fields.ts';

export interface Standing {
  actor: string;
  machine: string;
  /** Of an agent; else empty. */
  role: string;
  state: Json | undefined;
  /** The state before the last change, and the event that changed it. */
  before: Json | undefined;
  changedAt: number;
  status: 'active' | 'done' | 'left';
}

interface Change {
  revision: number;
  state: Json;
}

interface Member {
  actor: string;
  machine: string;
  role: string;
  joinedAt: number;
  doneAt: number;
  leftAt: number;
  changes: Change[];
}

const NEVER = Number.POSITIVE_INFINITY;

export class Cast {
  readonly #members = new Map<string, Member>();

  /** In the order in which they joined. */
  get actors(): string[] {
    return [...this.#members.keys()];
  }

  hear(event: RecordedEvent): void {
    const { revision, type, data, meta } = event;
    if (type === 'team.formed' || type === 'agent.joined' || type === 'actor.joined')
      this.#join(event);
    else if (type === 'actor.done') this.#end(String(data['actor']), 'doneAt', revision);
    else if (type === 'agent.left' || type === 'actor.left')
      this.#end(String(data['actor']), 'leftAt', revision);
    for (const [actor, state] of Object.entries(meta.state ?? {})) {
      const changes = this.#members.get(actor)?.changes;
      // A state that is told again is no change.
      if (changes && !isSame(changes.at(-1)?.state, state)) changes.push({ revision, state });
    }
  }

  at(revision: number): Standing[] {
    const standing: Standing[] = [];
    for (const member of this.#members.values()) {
      if (member.joinedAt > revision) continue;
      const { actor, machine, role, joinedAt, leftAt, doneAt, changes } = member;
      const index = lastAt(changes, revision);
      standing.push({
        actor,
        machine,
        role,
        state: changes[index]?.state,
        before: changes[index - 1]?.state,
        changedAt: changes[index]?.revision ?? joinedAt,
        status: leftAt <= revision ? 'left' : doneAt <= revision ? 'done' : 'active',
      });
    }
    return standing;
  }

  stateOf(actor: string, revision: number): Json | undefined {
    const changes = this.#members.get(actor)?.changes ?? [];
    return changes[lastAt(changes, revision)]?.state;
  }

  machineOf(actor: string): string | undefined {
    return this.#members.get(actor)?.machine;
  }

  #join({ revision, data }: RecordedEvent): void {
    const actor = String(data['actor']);
    const known = this.#members.get(actor);
    this.#members.set(actor, {
      actor,
      machine: String(data['machine']),
      role: textIn(fieldsOf(data['profile'])['role']) ?? '',
      joinedAt: known?.joinedAt ?? revision,
      doneAt: NEVER,
      leftAt: NEVER,
      changes: known?.changes ?? [],
    });
  }

  #end(actor: string, what: 'doneAt' | 'leftAt', revision: number): void {
    const member = this.#members.get(actor);
    if (member) member[what] = revision;
  }
}

/** The index of the last change at or before a revision; -1 when there is none. */
function lastAt(changes: readonly Change[], revision: number): number {
  let [low, high] = [0, changes.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (changes[middle]!.revision <= revision) low = middle + 1;
    else high = middle;
  }
  return low - 1;
}

const isSame = (a: Json | undefined, b: Json): boolean =>
  a === b || JSON.stringify(a) === JSON.stringify(b);
