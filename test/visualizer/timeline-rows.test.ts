/** Which events the timeline shows, and that nothing is hidden without being counted. */
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { RecordedEvent } from '../../src/events/event.ts';
import { TeamStory } from '../../src/visualizer/page/shell/story.ts';
import type { EventKind } from '../../src/visualizer/page/timeline/event-kind.ts';
import {
  actorsOf,
  eventLine,
  KINDS,
  typeWords,
} from '../../src/visualizer/page/timeline/event-line.ts';
import { Search } from '../../src/visualizer/page/timeline/search.ts';
import {
  type TimelineFilter,
  TimelineRows,
} from '../../src/visualizer/page/timeline/timeline-rows.ts';
import { shownEvent } from '../../src/visualizer/shared/shown-event.ts';
import { type Rehearsed, rehearse } from '../properties/rehearsed-teams.ts';

const ALL: TimelineFilter = { actor: null, hidden: new Set(), query: '' };
let stage: Rehearsed;
let events: RecordedEvent[];

beforeAll(async () => {
  stage = await rehearse({ seed: 11, failureRate: 0.1 });
  await stage.run('team', { pattern: 'review-loop', seed: 4 });
  events = await stage.events('team');
});
afterAll(() => stage.close());

function told(count = events.length): { story: TeamStory; search: Search } {
  const story = new TeamStory('team');
  story.append(events.slice(0, count).map(shownEvent));
  return { story, search: new Search(story) };
}

const anyFilter = fc.record({
  actor: fc.constantFrom(null, 'producer', 'reviewer-1', 'pattern', 'nobody'),
  hidden: fc.subarray(KINDS).map((kinds): ReadonlySet<EventKind> => new Set(kinds)),
  query: fc.constantFrom('', 'draft', 'review', 'no such thing'),
});

describe('the rows of a timeline', () => {
  it('are exactly the events that fit, in order', () => {
    const { story, search } = told();
    fc.assert(
      fc.property(anyFilter, (filter) => {
        const finds = search.matching(filter.query) ?? (() => true);
        const fitting = story.events.filter(
          (event) =>
            (filter.actor === null || actorsOf(event).has(filter.actor)) &&
            finds(event.revision) &&
            !filter.hidden.has(story.kindAt(event.revision)),
        );
        expect(TimelineRows.of(story, filter, search).revisions).toEqual(
          fitting.map(({ revision }) => revision),
        );
      }),
    );
  });

  it('make up the story together with what is counted as hidden or left out', () => {
    const { story, search } = told();
    fc.assert(
      fc.property(anyFilter, (filter) => {
        const rows = TimelineRows.of(story, filter, search);
        expect(rows.length + rows.hiddenByKind + rows.leftOut).toBe(events.length);
        const known = Object.values(rows.counts).reduce((sum, count) => sum + count, 0);
        expect(known).toBe(rows.length + rows.hiddenByKind);
      }),
    );
  });

  it('are the same whether the events came at once or one by one', () => {
    fc.assert(
      fc.property(anyFilter, fc.nat(events.length), (filter, first) => {
        const { story, search } = told(first);
        let rows = TimelineRows.of(story, filter, search);
        for (const event of events.slice(first)) {
          story.append([shownEvent(event)]);
          rows = rows.grown(story, search);
        }
        const whole = told();
        const atOnce = TimelineRows.of(whole.story, filter, whole.search);
        expect(rows.revisions).toEqual(atOnce.revisions);
        expect(rows.counts).toEqual(atOnce.counts);
      }),
      { numRuns: 40 },
    );
  });

  it('know the row at, before and after every revision, also of one that is hidden', () => {
    const { story, search } = told();
    const rows = TimelineRows.of(story, { ...ALL, hidden: new Set(['runtime', 'life']) }, search);
    const { revisions } = rows;
    for (let revision = -1; revision <= story.head; revision++) {
      expect(rows.after(revision)).toBe(revisions.find((one) => one > revision));
      expect(rows.before(revision)).toBe(revisions.findLast((one) => one < revision));
      expect(rows.has(revision)).toBe(revisions.includes(revision));
      expect(rows.indexAt(revision)).toBe(revisions.findLastIndex((one) => one <= revision));
    }
  });

  it('leave out admissions and timers with the runtime’s own, and nothing that agents said', () => {
    const { story, search } = told();
    const rows = TimelineRows.of(story, { ...ALL, hidden: new Set(['runtime']) }, search);
    const hidden = events.filter(({ revision }) => !rows.has(revision));
    expect(hidden.length).toBe(rows.hiddenByKind);
    expect(hidden.map(({ type }) => type)).toContain('work.admitted');
    expect(hidden.filter(({ type }) => /^(model|tool|message|draft|review)\./.test(type))).toEqual(
      [],
    );
  });
});

describe('an event’s line', () => {
  it('is one line that is not empty, for every event of a team', () => {
    for (const event of events) {
      const { text } = eventLine(event);
      expect([event.type, text]).not.toEqual([event.type, '']);
      expect(text).not.toMatch(/[\n\r\t]/);
    }
  });

  it('writes out what cannot be seen, and is cut where a text is long', () => {
    const [event] = events as [RecordedEvent];
    const hostile = { ...event, type: 'message.sent', data: { seq: 1, text: '\u202eevil\u0007' } };
    expect(eventLine(hostile).text).toBe('\\u{202e}evil\\u{0007}');
    const long = { ...hostile, data: { seq: 1, text: 'x'.repeat(1_000_000) } };
    expect(eventLine(long).text.length).toBeLessThan(400);
  });

  it('tells a type in words', () => {
    expect(typeWords('changes.requested')).toBe('Changes requested');
    expect(typeWords('team.stopRequested')).toBe('Team stop requested');
  });
});
