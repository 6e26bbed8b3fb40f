/** What the page shows of a revision is what the team was: compared with the runtime's own fold. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { RecordedEvent } from '../../src/events/event.ts';
import { patterns } from '../../src/machines/patterns/index.ts';
import { board } from '../../src/projections/board/board.ts';
import { projectAt } from '../../src/projections/kit/projection.ts';
import { metrics } from '../../src/projections/metrics/metrics.ts';
import { TeamStory } from '../../src/visualizer/page/shell/story.ts';
import { shownEvent, wholeEvent } from '../../src/visualizer/shared/shown-event.ts';
import { type Rehearsed, rehearse } from '../properties/rehearsed-teams.ts';

let stage: Rehearsed;
const streams = new Map<string, RecordedEvent[]>();

beforeAll(async () => {
  stage = await rehearse({ seed: 11, failureRate: 0.1 });
  for (const pattern of Object.keys(patterns)) {
    await stage.run(pattern, { pattern, seed: 4 });
    streams.set(pattern, await stage.events(pattern));
  }
});
afterAll(() => stage.close());

const storyOf = (team: string): TeamStory => {
  const story = new TeamStory(team);
  story.append(streams.get(team)!.map(shownEvent));
  return story;
};

describe('a story', () => {
  it('knows the state of every actor at the end of every turn, as the fold does', async () => {
    let compared = 0;
    for (const team of streams.keys()) {
      const story = storyOf(team);
      for (const { revision, meta } of streams.get(team)!) {
        if (!meta.last) continue;
        const { actors } = await stage.runtime.team(team).state({ at: revision });
        const shown = story.standingsAt(revision).filter(({ status }) => status !== 'left');
        for (const { id, snapshot } of actors.values()) {
          const standing = shown.find(({ actor }) => actor === id);
          expect([team, revision, id, standing?.state]).toEqual([
            team,
            revision,
            id,
            snapshot.value,
          ]);
          compared++;
        }
      }
    }
    expect(compared).toBeGreaterThan(300);
  }, 60_000);

  it('folds board and numbers as they were, though long texts are cut', () => {
    for (const [team, events] of streams) {
      const story = storyOf(team);
      for (let revision = 0; revision < events.length; revision += 7) {
        const titles = (state: typeof board.initial) =>
          Object.values(state.tasks).map(({ task, status, owner }) => [task, status, owner]);
        expect(titles(story.boardAt(revision))).toEqual(titles(projectAt(events, board, revision)));
        expect(story.metricsAt(revision)).toEqual(projectAt(events, metrics, revision));
      }
    }
  });

  it('tells the same of a revision whether more came later or not', () => {
    const events = streams.get('review-loop')!.map(shownEvent);
    const whole = storyOf('review-loop');
    const half = new TeamStory('review-loop');
    half.append(events.slice(0, 40));
    half.boardAt(3);
    half.append(events.slice(30));
    for (const revision of [0, 20, 39, 45, events.length - 1]) {
      expect(half.standingsAt(revision)).toEqual(whole.standingsAt(revision));
      expect(half.boardAt(revision)).toEqual(whole.boardAt(revision));
      expect(half.turnEndAt(revision)).toBe(whole.turnEndAt(revision));
    }
    expect(half.head).toBe(whole.head);
  });

  it('refuses events with a gap, and takes what is known already for what it is', () => {
    const events = streams.get('review-loop')!.map(shownEvent);
    const story = new TeamStory('review-loop');
    story.append(events.slice(0, 5));
    expect(() => story.append(events.slice(7, 9))).toThrow('revision 7 came where 5 was due');
    story.append(events.slice(0, 6));
    expect(story.head).toBe(5);
  });

  it('finds causes and effects as each other’s reverse', () => {
    for (const team of streams.keys()) {
      const story = storyOf(team);
      for (let revision = 0; revision <= story.head; revision++) {
        const cause = story.causeOf(revision);
        if (cause !== undefined) expect(story.effectsOf(cause)).toContain(revision);
        for (const effect of story.effectsOf(revision))
          expect(story.causeOf(effect)).toBe(revision);
      }
    }
  });
});

describe('a shown event', () => {
  const event = (data: RecordedEvent['data']) =>
    ({ ...streams.get('review-loop')![3]!, data }) as RecordedEvent;

  it('is cut where a text is long, and says so', () => {
    const shown = shownEvent(event({ a: 'x'.repeat(1_000_000), b: ['y'.repeat(500)], c: 'short' }));
    expect(shown.cut).toBe(true);
    expect(JSON.stringify(shown).length).toBeLessThan(1500);
    expect(shown.data['c']).toBe('short');
  });

  it('is whole where nothing is long', () => {
    const small = event({ a: 'short', b: [1, 2], c: { d: null } });
    expect(shownEvent(small)).toEqual(wholeEvent(small));
  });

  it('stays small for lists without end and for depths without bottom', () => {
    let deep: RecordedEvent['data'] = {};
    for (let i = 0; i < 500; i++) deep = { deep };
    const shown = shownEvent(event({ deep, list: Array.from({ length: 100_000 }, () => 1) }));
    expect(shown.cut).toBe(true);
    expect(JSON.stringify(shown.data).length).toBeLessThan(2000);
  });
});
