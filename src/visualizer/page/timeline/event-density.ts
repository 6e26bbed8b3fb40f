/**
 * How events of each kind are spread over a story, in a bounded number of bins, for a strip of a few hundred pixels.
 *
 * Invariant: every bin but the last covers `span` revisions; when there are too many bins, neighbours are joined and the
 * span doubles. So each event is counted once, however long the story.
 */

import type { TeamStory } from '../shell/story.ts';
import { KINDS } from './event-line.ts';

const BINS_MAX = 600;

export class EventDensity {
  /** Counts by kind, in the order of `KINDS`. */
  bins: Uint32Array[] = [];
  /** Revisions of a bin. */
  span = 1;
  #counted = 0;

  catchUp(story: TeamStory): void {
    for (; this.#counted <= story.head; this.#counted++) {
      const index = Math.floor(this.#counted / this.span);
      if (index >= BINS_MAX) {
        this.#join();
        this.#counted--;
        continue;
      }
      const bin = this.bins[index] ?? new Uint32Array(KINDS.length);
      this.bins[index] = bin;
      const kind = KINDS.indexOf(story.kindAt(this.#counted));
      bin[kind] = (bin[kind] ?? 0) + 1;
    }
  }

  #join(): void {
    const joined: Uint32Array[] = [];
    for (const [index, bin] of this.bins.entries()) {
      const half = joined[index >> 1];
      if (half) for (const [kind, count] of bin.entries()) half[kind] = (half[kind] ?? 0) + count;
      else joined[index >> 1] = bin;
    }
    this.bins = joined;
    this.span *= 2;
  }
}
