/**
 * Searching a story: every word asked for must stand in an event's type, its actors or its text, as far as the page
 * holds the text (long ones are cut).
 *
 * Invariant: an event is read once, however often is searched; what one searches in grows with the story.
 */
import type { JsonObject, RecordedEvent } from '../../../events/event.ts';
import { lineOf } from '../../../projections/transcript/transcript.ts';
import type { TeamStory } from '../shell/story.ts';
import { actorsOf } from './event-line.ts';

export class Search {
  readonly #story: TeamStory;
  readonly #texts: string[] = [];

  constructor(story: TeamStory) {
    this.#story = story;
  }

  /** A predicate over revisions, or undefined when nothing is asked for. */
  matching(query: string): ((revision: number) => boolean) | undefined {
    const words = query.toLowerCase().split(/\s+/).filter(Boolean);
    if (words.length === 0) return undefined;
    return (revision) => {
      const text = this.#textOf(revision);
      return words.every((word) => text.includes(word));
    };
  }

  #textOf(revision: number): string {
    this.#texts[revision] ??= searched(this.#story.eventAt(revision));
    return this.#texts[revision];
  }
}

function searched(event: RecordedEvent): string {
  const { revision, type, data } = event;
  const said = lineOf(event).text || fieldsOf(data);
  return `#${revision} ${type} ${[...actorsOf(event)].join(' ')} ${said}`.toLowerCase();
}

/** Texts and numbers of data for which the transcript has no words. */
function fieldsOf(data: JsonObject): string {
  return Object.values(data)
    .filter((value) => typeof value !== 'object')
    .join(' ');
}
