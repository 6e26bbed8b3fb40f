/** What a search finds. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { RecordedEvent } from '../../src/events/event.ts';
import { TeamStory } from '../../src/visualizer/page/shell/story.ts';
import { Search } from '../../src/visualizer/page/timeline/search.ts';
import { shownEvent } from '../../src/visualizer/shared/shown-event.ts';
import { type Rehearsed, rehearse } from '../properties/rehearsed-teams.ts';

let stage: Rehearsed;
let events: RecordedEvent[];
let story: TeamStory;
let search: Search;

beforeAll(async () => {
  stage = await rehearse({ seed: 11 });
  await stage.run('team', { pattern: 'review-loop', seed: 4 });
  events = await stage.events('team');
  story = new TeamStory('team');
  story.append(events.map(shownEvent));
  search = new Search(story);
});
afterAll(() => stage.close());

const found = (query: string): RecordedEvent[] => {
  const matches = search.matching(query);
  return story.events.filter(({ revision }) => matches!(revision));
};

describe('a search', () => {
  it('finds events by their type', () => {
    const rounds = events.filter(({ type }) => type === 'round.started');
    expect(found('round.started').map(({ revision }) => revision)).toEqual(
      rounds.map(({ revision }) => revision),
    );
  });

  it('finds what an actor said and heard', () => {
    const hits = found('reviewer-1 changes.requested');
    expect(hits.length).toBeGreaterThan(0);
    for (const { meta } of hits) expect(meta.actor).toBe('reviewer-1');
  });

  it('finds words of what was said, in small letters or in large', () => {
    const draft = events.find(({ type }) => type === 'draft.submitted')!;
    const [word] = /\w{6,}/.exec(String(draft.data['summary']))!;
    for (const query of [word, word.toUpperCase()])
      expect(found(query).map(({ revision }) => revision)).toContain(draft.revision);
  });

  it('wants every word, wherever it stands', () => {
    const both = found('producer draft.submitted');
    expect(both.length).toBeGreaterThan(0);
    expect(both).toEqual(found('  draft.submitted   producer '));
    expect(found('producer draft.submitted no-such-word')).toEqual([]);
  });

  it('finds what the transcript has no words for by its data', () => {
    const admitted = events.find(({ type }) => type === 'work.admitted')!;
    const hits = found(String(admitted.data['work']));
    expect(hits.map(({ revision }) => revision)).toContain(admitted.revision);
  });

  it('finds an event by its revision', () => {
    expect(found('#7 ').map(({ revision }) => revision)).toContain(7);
  });

  it('looks for nothing when nothing is asked for', () => {
    expect(search.matching('')).toBeUndefined();
    expect(search.matching('  \t ')).toBeUndefined();
  });

  it('takes signs of patterns for what they are', () => {
    expect(found('.*')).toEqual([]);
    expect(found('[').length).toBeGreaterThan(0);
    for (const { type } of found('[')) expect(type).toBe('model.replied');
  });

  it('finds what came after it was asked first', () => {
    const growing = new TeamStory('team');
    const later = new Search(growing);
    growing.append(events.slice(0, 10).map(shownEvent));
    const matches = later.matching('team.dissolved')!;
    expect(growing.events.filter(({ revision }) => matches(revision))).toEqual([]);
    growing.append(events.map(shownEvent));
    expect(growing.events.filter(({ revision }) => matches(revision))).toHaveLength(1);
  });
});
