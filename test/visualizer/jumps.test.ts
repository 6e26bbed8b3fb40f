/** Where one jumps to: what a walk over all events would find, without walking. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { RecordedEvent } from '../../src/events/event.ts';
import { moveEvents } from '../../src/projections/moves/moves-made.ts';
import { TeamStory } from '../../src/visualizer/page/shell/story.ts';
import { actorsOf } from '../../src/visualizer/page/timeline/event-line.ts';
import { type JumpKind, Jumps } from '../../src/visualizer/page/timeline/jumps.ts';
import { shownEvent } from '../../src/visualizer/shared/shown-event.ts';
import { type Rehearsed, rehearse } from '../properties/rehearsed-teams.ts';

const PATTERNS = ['review-loop', 'consensus-deliberation', 'watchdog'];
let stage: Rehearsed;
const streams: RecordedEvent[][] = [];

beforeAll(async () => {
  stage = await rehearse({ seed: 11, failureRate: 0.15 });
  for (const pattern of PATTERNS) {
    await stage.run(pattern, { pattern, seed: 4 });
    streams.push(await stage.events(pattern));
  }
  // One that is refused work, for want of tokens.
  await stage.run('poor', { pattern: 'review-loop', seed: 4, limits: { tokens: 12_000 } });
  streams.push(await stage.events('poor'));
});
afterAll(() => stage.close());

const storyOf = (events: readonly RecordedEvent[]): TeamStory => {
  const story = new TeamStory('told');
  story.append(events.map(shownEvent));
  return story;
};

/** What is to be found, by looking at every event. */
const FOUND: Readonly<Record<JumpKind, (story: TeamStory, event: RecordedEvent) => boolean>> = {
  message: (_, { type }) => moveEvents.has(type) || /^message\.(sent|told)$/.test(type),
  round: (_, { type }) => type === 'round.started',
  failure: (story, { revision }) => story.kindAt(revision) === 'failure',
  refusal: (story, { revision }) => story.kindAt(revision) === 'refusal',
  mind: (story, { revision }) => story.changesOfMind().some((one) => one.revision === revision),
};

function found(story: TeamStory, kind: JumpKind, actor: string | null): number[] {
  const isOf = (event: RecordedEvent) => {
    if (actor === null || kind === 'round') return true;
    return kind === 'mind' ? event.meta.actor === actor : actorsOf(event).has(actor);
  };
  return story.events
    .filter((event) => FOUND[kind](story, event) && isOf(event))
    .map(({ revision }) => revision);
}

describe('a jump', () => {
  it('leads to the next and the last place of its kind, from everywhere, for all and for one', () => {
    const met = new Set<JumpKind>();
    for (const events of streams) {
      const story = storyOf(events);
      const jumps = new Jumps(story);
      for (const kind of Object.keys(FOUND) as JumpKind[])
        for (const actor of [null, ...story.cast.actors]) {
          const places = found(story, kind, actor);
          if (places.length > 0) met.add(kind);
          expect(jumps.count(kind, actor)).toBe(places.length);
          for (let from = -1; from <= story.head; from++) {
            expect(jumps.next(kind, from, actor)).toBe(places.find((place) => place > from));
            expect(jumps.previous(kind, from, actor)).toBe(
              places.findLast((place) => place < from),
            );
          }
        }
    }
    // Each kind was there to be found.
    expect([...met].sort()).toEqual(Object.keys(FOUND).sort());
  });

  it('finds what has come since it was asked first', () => {
    const [events] = streams as [RecordedEvent[]];
    const story = new TeamStory('told');
    const jumps = new Jumps(story);
    const whole = new Jumps(storyOf(events));
    for (const event of events) {
      story.append([shownEvent(event)]);
      jumps.next('message', -1);
    }
    for (const kind of Object.keys(FOUND) as JumpKind[])
      expect(jumps.count(kind)).toBe(whole.count(kind));
  });

  it('leads nowhere in a story without events, and to nobody who is not there', () => {
    expect(new Jumps(new TeamStory('empty')).next('message', -1)).toBeUndefined();
    const jumps = new Jumps(storyOf(streams[0]!));
    expect(jumps.next('message', -1, 'nobody')).toBeUndefined();
    expect(jumps.count('message', 'nobody')).toBe(0);
  });

  it('leads from a change of mind to what the agent was shown for it', () => {
    const story = storyOf(streams[0]!);
    const jumps = new Jumps(story);
    const at = jumps.next('mind', -1)!;
    const change = story.changeOfMindAt(at)!;
    const grant = story.grantOf(at)!;
    expect(story.events[grant]!.data['agent']).toBe(change.agent);
    expect(story.events[grant]!.data['material']).toEqual(expect.arrayContaining(change.over));
    expect(change.over.length).toBeGreaterThan(0);
  });
});
