/**
 * Which events the timeline shows, in order: those of one actor or of all, of the kinds that are not hidden, and that
 * a search finds.
 *
 * Invariants
 * 1. Nothing is hidden without being counted: shown, hidden by kind, and left out by actor or search make up the story.
 * 2. Rows of the same filter only grow: a row keeps its index. The rows before share the list; only the newest are read.
 */

import { lastAt } from '../shell/ascending.ts';
import type { TeamStory } from '../shell/story.ts';
import type { EventKind } from './event-kind.ts';
import { actorsOf } from './event-line.ts';
import type { Search } from './search.ts';

export interface TimelineFilter {
  readonly actor: string | null;
  readonly hidden: ReadonlySet<EventKind>;
  readonly query: string;
}

type KindCounts = Partial<Record<EventKind, number>>;

export class TimelineRows {
  private constructor(
    readonly filter: TimelineFilter,
    /** Revisions that are shown, ascending. */
    readonly revisions: readonly number[],
    /** Events of each kind that actor and search let through, hidden or not. */
    readonly counts: KindCounts,
    /** Events that were looked at. */
    readonly seen: number,
  ) {}

  static of(story: TeamStory, filter: TimelineFilter, search: Search): TimelineRows {
    return new TimelineRows(filter, [], {}, 0).grown(story, search);
  }

  /** The rows with what has come since. */
  grown(story: TeamStory, search: Search): TimelineRows {
    const { filter, seen } = this;
    const revisions = this.revisions as number[];
    const counts = { ...this.counts };
    const found = search.matching(filter.query);
    for (let revision = seen; revision <= story.head; revision++) {
      if (filter.actor !== null && !actorsOf(story.eventAt(revision)).has(filter.actor)) continue;
      if (found && !found(revision)) continue;
      const kind = story.kindAt(revision);
      counts[kind] = (counts[kind] ?? 0) + 1;
      if (!filter.hidden.has(kind)) revisions.push(revision);
    }
    return new TimelineRows(filter, revisions, counts, story.head + 1);
  }

  get length(): number {
    return this.revisions.length;
  }

  /** Events that only their kind hides. */
  get hiddenByKind(): number {
    return [...this.filter.hidden].reduce((sum, kind) => sum + (this.counts[kind] ?? 0), 0);
  }

  /** Events that actor or search leave out. */
  get leftOut(): number {
    return this.seen - this.length - this.hiddenByKind;
  }

  /** The index of the last row at or before a revision; -1 when there is none. */
  indexAt(revision: number): number {
    return lastAt(this.revisions, revision);
  }

  has(revision: number): boolean {
    return this.revisions[this.indexAt(revision)] === revision;
  }

  /** The next row's revision after one. */
  after(revision: number): number | undefined {
    return this.revisions[this.indexAt(revision) + 1];
  }

  before(revision: number): number | undefined {
    return this.revisions[this.indexAt(revision - 1)];
  }
}
