/** The burn-down shows what the doorkeeper held at every revision, however few samples there is room for. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { RecordedEvent } from '../../src/events/event.ts';
import { projectAt } from '../../src/projections/kit/projection.ts';
import { metrics } from '../../src/projections/metrics/metrics.ts';
import { BurnDown } from '../../src/visualizer/page/panels/budget/burn-down.ts';
import { TeamStory } from '../../src/visualizer/page/shell/story.ts';
import { shownEvent } from '../../src/visualizer/shared/shown-event.ts';
import { type Rehearsed, rehearse } from '../properties/rehearsed-teams.ts';

let stage: Rehearsed;
const streams = new Map<string, RecordedEvent[]>();

beforeAll(async () => {
  stage = await rehearse({ seed: 5 });
  await stage.run('plenty', {
    pattern: 'adversarial-debate',
    seed: 5,
    limits: { tokens: 400_000 },
  });
  streams.set('plenty', await stage.events('plenty'));
  // What the same work used, and little more: 80 % are reached, or a call does not fit.
  const used = projectAt(streams.get('plenty')!, metrics, Number.MAX_SAFE_INTEGER).settled.tokens;
  const limits = { tokens: Math.ceil(used * 1.1) };
  await stage.run('short', { pattern: 'adversarial-debate', seed: 5, limits });
  streams.set('short', await stage.events('short'));
}, 60_000);
afterAll(() => stage.close());

const storyOf = (team: string): TeamStory => {
  const story = new TeamStory(team);
  story.append(streams.get(team)!.map(shownEvent));
  return story;
};

describe('the burn-down', () => {
  it('has at each point what the metrics say was settled and reserved', () => {
    const story = storyOf('plenty');
    const { points } = new BurnDown(story).update();
    expect(points.length).toBeGreaterThan(10);
    for (let revision = 0; revision <= story.head; revision++) {
      const { settled, reserved, limits } = story.metricsAt(revision);
      const point = points.findLast((one) => one.revision <= revision)!;
      expect(point.tokens).toEqual({
        settled: settled.tokens,
        reserved: reserved.tokens,
        limit: limits.tokens,
      });
    }
  });

  it('keeps the peak of what was held, and the last of what was settled, in few samples', () => {
    const story = storyOf('plenty');
    const burnDown = new BurnDown(story).update();
    const held = burnDown.points.map(({ tokens }) => tokens.settled + tokens.reserved);
    for (const most of [1, 3, 7, 50, 1000]) {
      for (const axis of ['revision', 'at'] as const) {
        const samples = burnDown.samples(axis, 'tokens', most);
        expect(samples.length).toBeLessThanOrEqual(most);
        const peaks = samples.map(({ settled, reserved }) => settled + reserved);
        expect(Math.max(...peaks)).toBe(Math.max(...held));
        expect(samples.at(-1)!.settled).toBe(burnDown.points.at(-1)!.tokens.settled);
        for (const [i, sample] of samples.entries())
          if (i > 0) expect(sample.x).toBeGreaterThanOrEqual(samples[i - 1]!.x);
      }
    }
  });

  it('leaves room for the limit, above which nothing was ever held', () => {
    const burnDown = new BurnDown(storyOf('plenty')).update();
    expect(burnDown.most(burnDown.samples('revision', 'tokens', 100))).toBe(400_000);
  });

  it('marks where 80 % were used and what was refused', () => {
    const { marks } = new BurnDown(storyOf('short')).update();
    const expected = streams
      .get('short')!
      .filter(({ type }) => /^(work\.refused|limit\.neared|budget\.breached)$/.test(type))
      .map(({ revision }) => revision);
    expect(expected.length).toBeGreaterThan(0);
    expect(marks.map(({ revision }) => revision)).toEqual(expected);
    expect(marks.map(({ text }) => text).join(' ')).toContain('limit of tokens');
  });

  it('finds the revision again that stands at a place', () => {
    const story = storyOf('plenty');
    const burnDown = new BurnDown(story).update();
    for (let revision = 0; revision <= story.head; revision++) {
      const place = burnDown.place('revision', revision);
      expect(burnDown.revisionAt('revision', place)).toBe(revision);
      const then = burnDown.revisionAt('at', burnDown.place('at', revision));
      expect(story.events[then]!.meta.at).toBe(story.events[revision]!.meta.at);
    }
  });

  it('is the same whether the events came at once or one by one', () => {
    const story = new TeamStory('plenty');
    const grown = new BurnDown(story).update();
    for (const event of streams.get('plenty')!) {
      story.append([shownEvent(event)]);
      grown.update();
    }
    const whole = new BurnDown(storyOf('plenty')).update();
    expect(grown.points).toEqual(whole.points);
    expect(grown.marks).toEqual(whole.marks);
  });
});
