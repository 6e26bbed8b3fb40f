import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { RecordedEvent } from '../../src/events/event.ts';
import { messageSent } from '../../src/events/words/agent.ts';
import { vocabulary } from '../../src/events/words/index.ts';
import { board } from '../../src/projections/board/board.ts';
import { conversation } from '../../src/projections/conversation/conversation.ts';
import { changesOfMind } from '../../src/projections/decisions/changes-of-mind.ts';
import { decisions } from '../../src/projections/decisions/decisions.ts';
import type { Projection } from '../../src/projections/kit/projection.ts';
import {
  applyAll,
  defineProjection,
  project,
  projectAt,
  turnEndAtOrBefore,
} from '../../src/projections/kit/projection.ts';
import {
  append,
  countWhile,
  emptySequence,
  includes,
  itemAt,
  itemsOf,
  sequenceOf,
  sizeOf,
} from '../../src/projections/kit/sequence.ts';
import { merged } from '../../src/projections/merged/merged.ts';
import { metrics } from '../../src/projections/metrics/metrics.ts';
import { report } from '../../src/projections/report/report.ts';
import { teams } from '../../src/projections/teams/teams.ts';
import { transcript } from '../../src/projections/transcript/transcript.ts';
import {
  admitted,
  draft,
  formed,
  given,
  granted,
  joined,
  message,
  replied,
  say,
  use,
} from './given.ts';

const story = given(
  formed(),
  joined('producer'),
  [granted('producer', 1), admitted('producer', 2)],
  replied('producer', 2, [use('a', 'submit_draft')]),
  [draft('producer', 1), say('round.started', { round: 2, of: 5, title: 'Again' })],
  message('producer', ['reviewer'], 1, 'hi'),
);

describe('a prefix', () => {
  it('is consistent at turn ends only: a revision is rounded down to one', () => {
    const ends = [0, 1, 2, 3, 4, 5, 6, 7, 99].map((n) => turnEndAtOrBefore(story, n));
    expect(ends).toEqual([0, 1, 1, 3, 4, 4, 6, 7, 7]);
    expect(turnEndAtOrBefore([], 5)).toBe(-1);
  });

  it('is folded as if nothing had come after it', () => {
    for (let revision = -1; revision <= story.length; revision++) {
      const prefix = story.slice(0, revision + 1);
      expect(projectAt(story, metrics, revision)).toEqual(project(metrics, prefix));
    }
  });
});

const all: Projection<any>[] = [
  conversation,
  board,
  changesOfMind,
  decisions,
  merged,
  metrics,
  transcript,
  teams,
  report,
];

describe.each(all.map((one) => [one.name, one] as const))('the projection %s', (_name, one) => {
  it('hears only types that there are', () => {
    const types = new Set(vocabulary.map(({ type }) => type));
    const heard = one.hears instanceof Set ? [...one.hears] : [];
    expect(heard.filter((type) => !types.has(type))).toEqual([]);
  });

  it('leaves states and events as they were, and gives JSON', () => {
    const before = JSON.stringify(story);
    let state = one.initial;
    for (const event of story) {
      const kept = JSON.stringify(state);
      const next = one.apply(state, event);
      expect(JSON.stringify(state)).toBe(kept);
      state = next;
    }
    expect(JSON.stringify(story)).toBe(before);
    expect(JSON.parse(JSON.stringify(state))).toEqual(state);
  });

  it('never looks again into the events that it has folded, so that long streams fold in linear time', () => {
    let looks = 0;
    const watched = story.map((event) => ({
      ...event,
      data: new Proxy(event.data, {
        ownKeys(target) {
          looks++;
          return Reflect.ownKeys(target);
        },
      }),
    }));
    const state = project(one, watched);
    looks = 0;
    const more = given(...Array.from({ length: 5 }, () => message('producer', ['x'], 1, 'hi')));
    project(one, more, state);
    expect(looks).toBe(0);
  });

  it('comes to the same with many events at once as with one after the other, and changes none of them', () => {
    const before = JSON.stringify(story);
    for (const cut of [0, 3, story.length]) {
      const first = applyAll(one, one.initial, story.slice(0, cut));
      const kept = JSON.stringify(first);
      expect(applyAll(one, first, story.slice(cut))).toEqual(project(one, story));
      expect(JSON.stringify(first)).toBe(kept);
    }
    expect(JSON.stringify(story)).toBe(before);
  });

  it('can go on from a state that was stored', () => {
    const half = JSON.parse(JSON.stringify(project(one, story.slice(0, 4))));
    expect(project(one, story.slice(4), half)).toEqual(project(one, story));
  });
});

describe('a projection', () => {
  it('shares what did not change and passes over what it does not name', () => {
    const counted = defineProjection({
      name: 'counted',
      version: 1,
      initial: { count: 0, rest: { untouched: true } },
      events: { sent: messageSent },
      on: {
        sent(state) {
          state.count++;
        },
      },
    });
    const [other, sent] = [story[0]!, story[7]!];
    expect(counted.apply(counted.initial, other)).toBe(counted.initial);
    const next = counted.apply(counted.initial, sent as RecordedEvent);
    expect(next.count).toBe(1);
    expect(counted.initial.count).toBe(0);
    expect(next.rest).toBe(counted.initial.rest);
  });
});

describe('the transcript', () => {
  it('tells who said what to whom, in order', () => {
    const lines = [...itemsOf(project(transcript, story).lines)];
    expect(lines.map(({ by, text }) => `${by}: ${text.split('\n')[0]}`)).toEqual([
      ': team formed: Write a plan',
      'team: producer joins as producer',
      'pattern: producer has the turn: Write the draft.',
      'producer: [submit_draft]',
      'producer: title: Plan',
      ': round 2 of 5: Again',
      'producer: hi',
    ]);
    expect(lines.at(-1)).toMatchObject({ to: ['reviewer'], revision: 7, type: 'message.sent' });
  });

  it('has a line for what people and the runtime do', () => {
    const events = given(
      say('message.told', { by: 'eve', text: 'hello' }, { to: ['team'] }),
      say('team.stopped', { reason: 'poisoned', detail: 'it threw', heard: {} }),
    );
    const lines = [...itemsOf(project(transcript, events).lines)];
    expect(lines.map(({ by, text }) => [by, text])).toEqual([
      ['eve', 'hello'],
      ['', 'team stopped, poisoned: it threw'],
    ]);
  });
});

describe('a sequence', () => {
  it('is an array that shares its past', () => {
    fc.assert(
      fc.property(fc.array(fc.nat(), { maxLength: 300 }), fc.integer(), (items, index) => {
        let sequence = emptySequence<number>();
        for (const item of items) sequence = append(sequence, item);
        expect([...itemsOf(sequence)]).toEqual(items);
        expect(sequence).toEqual(sequenceOf(items));
        expect(sizeOf(sequence)).toBe(items.length);
        expect(itemAt(sequence, index % 301)).toBe(items.at(index % 301));
        expect(includes(sequence, 7)).toBe(items.includes(7));
        expect([...itemsOf(sequence, 100)]).toEqual(items.slice(100));
      }),
    );
  });

  it('counts a beginning by halving', () => {
    fc.assert(
      fc.property(fc.nat(300), fc.nat(300), (size, border) => {
        const sequence = sequenceOf(Array.from({ length: size }, (_, n) => n));
        expect(countWhile(sequence, (n) => n < border)).toBe(Math.min(size, border));
      }),
    );
  });

  it('keeps its chunks when it grows', () => {
    const before = sequenceOf(Array.from({ length: 200 }, (_, n) => n));
    const after = append(before, 200);
    expect(after.full[0]).toBe(before.full[0]);
    expect(sizeOf(before)).toBe(200);
  });
});
