/** The rows of the sequence diagram: every message once, in order, with who heard it, who read it, and who changed its mind. */

import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { RecordedEvent } from '../../src/events/event.ts';
import { patterns } from '../../src/machines/patterns/index.ts';
import {
  MessageFlow,
  mindLinesIn,
  reasonShown,
  windowOf,
} from '../../src/visualizer/page/panels/messages/message-flow.ts';
import { lastWhere } from '../../src/visualizer/page/shell/ascending.ts';
import { TeamStory } from '../../src/visualizer/page/shell/story.ts';
import {
  GIST_MAX,
  messageGist,
  shortLine,
  typeInWords,
} from '../../src/visualizer/page/timeline/message-gist.ts';
import { shownEvent } from '../../src/visualizer/shared/shown-event.ts';
import { type Rehearsed, rehearse } from '../properties/rehearsed-teams.ts';
import { longTeam } from './long-team.ts';

let stage: Rehearsed;
const streams = new Map<string, RecordedEvent[]>();

beforeAll(async () => {
  stage = await rehearse({ seed: 3 });
  for (const pattern of Object.keys(patterns)) {
    await stage.run(pattern, { pattern, seed: 3 });
    streams.set(pattern, await stage.events(pattern));
  }
}, 60_000);
afterAll(() => stage.close());

const storyOf = (events: readonly RecordedEvent[], team = 'one'): TeamStory => {
  const story = new TeamStory(team);
  story.append(events.map(shownEvent));
  return story;
};
const flowOf = (team: string, withGrants = false) =>
  new MessageFlow(storyOf(streams.get(team)!, team), withGrants).update();

describe('the message flow', () => {
  it('has a row for every message and every round, in the order in which they happened', () => {
    for (const [team, events] of streams) {
      const story = storyOf(events, team);
      const { rows } = new MessageFlow(story, true).update();
      const revisions = (kind: string) =>
        rows.filter((row) => row.kind === kind).map(({ revision }) => revision);
      expect(revisions('message')).toEqual(story.messages.map(({ revision }) => revision));
      expect(revisions('round')).toEqual(story.rounds);
      expect(revisions('change')).toEqual(story.changesOfMind().map(({ revision }) => revision));
      for (const [i, row] of rows.entries()) {
        expect(row.y).toBe(i === 0 ? 0 : rows[i - 1]!.y + rows[i - 1]!.height);
        if (i > 0) expect(row.revision).toBeGreaterThanOrEqual(rows[i - 1]!.revision);
      }
    }
  });

  it('is the same whether the events came at once or one by one', () => {
    const events = streams.get('review-loop')!;
    const whole = flowOf('review-loop');
    const story = new TeamStory('review-loop');
    const grown = new MessageFlow(story, false);
    for (const event of events) {
      story.append([shownEvent(event)]);
      grown.update();
    }
    expect(grown.rows).toEqual(whole.rows);
    expect(grown.lifelines).toEqual(whole.lifelines);
  });

  it('leaves grants out, and still knows from them who was shown what', () => {
    const flow = flowOf('review-loop');
    const said = flow.rows.filter((row) => row.kind === 'message');
    expect(said.every(({ message }) => message.type !== 'turn.granted')).toBe(true);
    const drafts = said.filter(({ message }) => message.type === 'draft.submitted');
    const reviewers = [...flow.lifelines].filter((name) => name.startsWith('reviewer'));
    expect(reviewers.length).toBeGreaterThan(0);
    for (const draft of drafts) {
      expect(draft.to).toEqual(['pattern']);
      expect([...flow.readersOf(draft.revision)].sort()).toEqual(reviewers.sort());
    }
  });

  it('puts the change of mind below the judgement, and its line at the message that it was over', () => {
    const story = storyOf(streams.get('review-loop')!);
    const flow = new MessageFlow(story, false).update();
    const changes = story.changesOfMind();
    expect(changes.length).toBeGreaterThan(0);
    for (const change of changes) {
      const index = flow.rows.findIndex(
        (row) => row.kind === 'change' && row.revision === change.revision,
      );
      expect(flow.rows[index - 1]).toMatchObject({ kind: 'message', revision: change.revision });
      const over = reasonShown(flow, change)!;
      expect(change.over).toContain(over.revision);
      expect(over.y).toBeLessThan(flow.rows[index]!.y);
    }
    const lines = mindLinesIn(flow, { from: 0, to: flow.rows.length });
    expect(lines.map(({ change }) => change)).toEqual(changes);
  });

  it('draws the line of a change also where only its beginning is in sight', () => {
    const flow = flowOf('review-loop');
    const [line] = mindLinesIn(flow, { from: 0, to: flow.rows.length });
    const over = flow.rows.indexOf(line!.over);
    expect(mindLinesIn(flow, { from: over, to: over + 2 })).toContainEqual(line);
    expect(mindLinesIn(flow, { from: 0, to: over })).not.toContainEqual(line);
  });

  it('names who was not reached as well as who was, and nobody as its own hearer', () => {
    const event = (revision: number, type: string, data: object, meta: object) => ({
      revision,
      type,
      data: data as RecordedEvent['data'],
      meta: { at: 0, turn: 0, ...meta } as RecordedEvent['meta'],
    });
    const story = new TeamStory('lost');
    story.append([
      event(0, 'team.formed', { actor: 'team', machine: 'team', limits: {}, labels: {} }, {}),
      event(
        1,
        'message.sent',
        { seq: 1, text: 'is anybody there?' },
        { actor: 'a', to: ['a', 'b'], undeliverable: ['gone'] },
      ),
      event(2, 'message.told', { by: 'a person', text: 'hello' }, { to: ['b'] }),
    ]);
    const [first, second] = new MessageFlow(story, false).update().rows;
    expect(first).toMatchObject({ from: 'a', to: ['b', 'gone'] });
    expect(second).toMatchObject({ from: 'a person', to: ['b'] });
  });

  it('finds the rows in sight of ten thousand messages at once', () => {
    const long = longTeam(streams.get('consensus-deliberation')!, 60_000, 'long');
    const flow = new MessageFlow(storyOf(long, 'long'), true).update();
    expect(flow.rows.length).toBeGreaterThan(10_000);
    const started = performance.now();
    for (let i = 0; i < 1000; i++) {
      const top = (flow.height * i) / 1000;
      const { from, to } = windowOf(flow, top, 700);
      expect(to - from).toBeLessThan(26);
      expect(flow.rows[from]!.y).toBeLessThanOrEqual(top);
      expect(flow.rowOf(flow.rows[from]!.revision)).toBeGreaterThanOrEqual(from);
      mindLinesIn(flow, { from, to });
    }
    expect((performance.now() - started) / 1000).toBeLessThan(5);
  }, 60_000);
});

describe('a gist', () => {
  it('is one bounded line for every message that there is, and never empty', () => {
    for (const [team, events] of streams) {
      const story = storyOf(events, team);
      for (const { revision } of story.messages) {
        const gist = messageGist(story.events[revision]!);
        expect(gist, `${team} ${revision}`).not.toBe('');
        expect(gist).not.toContain('\n');
        expect(gist.length).toBeLessThanOrEqual(GIST_MAX * 2);
      }
    }
  });

  it('writes out what cannot be seen', () => {
    expect(shortLine('a\u0007b\u202ec\n d')).toBe('a\\u{0007}b\\u{202e}c d');
    expect(shortLine('x'.repeat(1_000_000), 10)).toBe(`${'x'.repeat(10)}…`);
  });

  it('tells types in words', () => {
    expect(typeInWords('changes.requested')).toBe('changes requested');
    expect(typeInWords('team.stopRequested')).toBe('team stop requested');
  });
});

describe('the last item that holds', () => {
  it('is none of an empty list, and the last where all hold', () => {
    expect(lastWhere([], () => true)).toBe(-1);
    expect(lastWhere([1, 2, 3], (n) => n < 9)).toBe(2);
    expect(lastWhere([1, 2, 3], (n) => n < 1)).toBe(-1);
    expect(lastWhere([1, 2, 2, 3], (n) => n <= 2)).toBe(2);
  });
});
