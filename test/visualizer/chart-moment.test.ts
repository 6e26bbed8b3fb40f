/** What a chart shows of a revision, and whom the panel shows first. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createMachine } from 'xstate';
import type { Json } from '../../src/events/event.ts';
import { hordeMachines } from '../../src/machines/index.ts';
import {
  activeStates,
  pathsOf,
  stateText,
} from '../../src/visualizer/page/panels/charts/active-states.ts';
import { groupOf, hasMoved, inOrder } from '../../src/visualizer/page/panels/charts/actor-order.ts';
import { statesSeen } from '../../src/visualizer/page/panels/charts/chart-drawings.ts';
import { momentsOf } from '../../src/visualizer/page/panels/charts/chart-moment.ts';
import { transitionTaken } from '../../src/visualizer/page/panels/charts/transition-taken.ts';
import { TeamStory } from '../../src/visualizer/page/shell/story.ts';
import { drawingOf } from '../../src/visualizer/server/chart-drawing.ts';
import { shownEvent } from '../../src/visualizer/shared/shown-event.ts';
import type { ChartDrawing } from '../../src/visualizer/shared/wire.ts';
import { type Rehearsed, rehearse } from '../properties/rehearsed-teams.ts';

let stage: Rehearsed;
const story = new TeamStory('review');
const charts = new Map<string, ChartDrawing>();

beforeAll(async () => {
  stage = await rehearse({ seed: 2 });
  await stage.run('review', { pattern: 'review-loop', seed: 3 });
  story.append((await stage.events('review')).map(shownEvent));
  for (const name of ['agent', 'team', 'review-loop'])
    charts.set(name, await drawingOf(name, hordeMachines[name]!.machine));
}, 60_000);
afterAll(() => stage.close());

const standingOf = (actor: string, at: number) =>
  story.standingsAt(at).find((standing) => standing.actor === actor)!;
const momentOf = (actor: string, at: number) => {
  const standing = standingOf(actor, at);
  return momentsOf(story, charts.get(standing.machine)!)(standing, at);
};
const firstOf = (type: string) => story.events.findIndex((event) => event.type === type);

describe('a chart’s moment', () => {
  it('tells the draft that was handed in as what led the pattern to its reviewing', () => {
    const at = firstOf('draft.submitted');
    const { active, before, taken, event, isNow } = momentOf('pattern', at);
    expect([...active.leaves]).toEqual(['reviewing']);
    expect([...before.leaves]).toEqual(['drafting']);
    expect(taken.map(({ edge }) => edge)).toEqual(['drafting > reviewing']);
    expect([event?.revision, isNow]).toEqual([at, true]);
  });

  it('keeps it, less strongly, until something else leads on', () => {
    const at = firstOf('draft.submitted');
    const turn = story.events[at]!.meta.turn;
    const later = story.events.findIndex(({ meta }) => meta.turn > turn);
    const { taken, event, isNow } = momentOf('pattern', later);
    expect(taken.map(({ edge }) => edge)).toEqual(['drafting > reviewing']);
    expect([event?.revision, isNow]).toEqual([at, false]);
  });

  it('does not take what is heard in place for a move', () => {
    const at = firstOf('turn.granted');
    const { event, heard, taken } = momentOf('team', at);
    expect(event?.type).toBe('team.formed');
    expect(heard?.revision).toBe(at);
    expect(taken.map(({ edge }) => edge)).toContain('forming > working');
  });

  it('depends on what was before alone, whatever is asked in between', () => {
    for (const actor of ['team', 'pattern', 'producer']) {
      const { machine } = standingOf(actor, story.head);
      const walking = momentsOf(story, charts.get(machine)!);
      for (let at = 8; at <= story.head; at++) {
        const standing = standingOf(actor, at);
        expect(walking(standing, at)).toEqual(momentOf(actor, at));
      }
    }
  });

  it('says which states the chart does not know', () => {
    const standing = { ...standingOf('pattern', 20), state: { former: 'name' } as Json };
    const { active } = momentsOf(story, charts.get('review-loop')!)(standing, 20);
    expect(active.unknown).toEqual(['former.name']);
    expect([...active.leaves]).toEqual([]);
  });
});

describe('active states', () => {
  it('are the innermost ones, and what they stand in, of every region', () => {
    const state = { working: { a: 'x', b: { c: 'y' } }, idle: {} };
    expect(pathsOf(state)).toEqual(['working.a.x', 'working.b.c.y', 'idle']);
    expect(stateText(state)).toBe('working.a.x | working.b.c.y | idle');
    const nodes = ['working', 'working.a', 'working.a.x', 'working.b'].map((id) => ({ id }));
    const { leaves, ancestors, unknown } = activeStates({ nodes } as ChartDrawing, state);
    expect([...leaves]).toEqual(['working.a.x']);
    expect([...ancestors]).toEqual(['working', 'working.a', 'working.b']);
    expect(unknown).toEqual(['working.b.c.y', 'idle']);
  });

  it('are none before an actor has begun', () => {
    expect(stateText(undefined)).toBe('');
    expect(activeStates(charts.get('agent')!, undefined).leaves.size).toBe(0);
  });
});

describe('the actors of a team', () => {
  it('stand with those first that moved in this turn, the last one before the others', () => {
    const at = firstOf('draft.submitted');
    const ordered = inOrder(story, story.standingsAt(at), at);
    expect(ordered.slice(0, 2).map(({ actor }) => actor)).toEqual(['pattern', 'producer']);
    const moved = ordered.map((standing) => hasMoved(story, standing, at));
    expect(moved).toEqual([...moved].sort().reverse());
  });

  it('stand with pattern and team first when nobody moved', () => {
    const at = firstOf('leader.took');
    expect(
      inOrder(story, story.standingsAt(at), at)
        .slice(0, 2)
        .map(({ actor }) => actor),
    ).toEqual(['pattern', 'team']);
  });

  it('are the runtime’s, the pattern’s, or agents', () => {
    const groups = story
      .standingsAt(story.head)
      .map((standing) => [standing.actor, groupOf(standing, 'team')]);
    expect(Object.fromEntries(groups)).toMatchObject({
      team: 'runtime',
      pattern: 'pattern',
      producer: 'agents',
    });
  });

  it('have been seen in states, though nobody knows their machine', () => {
    expect(statesSeen(story, 'pattern')).toEqual(['drafting', 'reviewing', 'concluded']);
    expect(statesSeen(story, 'nobody')).toEqual([]);
  });
});

describe('the transition taken, in a machine of a user', () => {
  let chart: ChartDrawing;
  beforeAll(async () => {
    const region = (on: string) => ({
      initial: 'off',
      states: { off: { on: { [on]: 'on', ALL: 'on' } }, on: { type: 'final' as const } },
    });
    const machine = createMachine({
      initial: 'waiting',
      states: {
        waiting: {
          invoke: { id: 'reply', src: 'ask', onDone: 'both', onError: 'failed' },
          after: { 1000: 'failed' },
          on: { MAYBE: [{ guard: 'g', target: 'left' }, { target: 'right' }], '*': 'odd' },
        },
        left: { always: 'end' },
        right: { always: 'end' },
        both: { type: 'parallel', onDone: 'end', states: { a: region('A'), b: region('B') } },
        failed: {},
        odd: {},
        end: { type: 'final' },
      },
    });
    chart = await drawingOf('user', machine);
  });
  const taken = (before: Json, type: string, after: Json, more: object = {}) =>
    transitionTaken(chart, {
      actor: 'me',
      before,
      event: { type, data: {}, meta: {}, ...more },
      after,
    }).map(({ edge }) => edge);
  const off = { both: { a: 'off', b: 'off' } };

  it('is by the invoke that a result settles', () => {
    const meta = { work: 'me/reply@7.2' };
    expect(taken('waiting', 'model.replied', off, { meta })).toEqual(['waiting > both']);
    expect(taken('waiting', 'model.failed', 'failed', { meta })).toEqual(['waiting > failed']);
    const others = { work: 'you/reply@7' };
    expect(taken('waiting', 'model.replied', 'odd', { meta: others })).toEqual(['waiting > odd']);
  });

  it('is by the timer that fired', () => {
    const data = { actor: 'me', timer: 'xstate.after.1000.(machine).waiting' };
    expect(taken('waiting', 'timer.fired', 'failed', { data })).toEqual(['waiting > failed']);
  });

  it('goes on by itself where a state is done', () => {
    const before = { both: { a: 'on', b: 'off' } };
    expect(taken(before, 'B', 'end')).toEqual(['both.b.off > both.b.on', 'both > end']);
  });

  it('is one edge a region where regions move side by side', () => {
    expect(taken(off, 'A', { both: { a: 'on', b: 'off' } })).toEqual(['both.a.off > both.a.on']);
  });

  it('is not guessed where two ways lead to the same state', () => {
    expect(taken('waiting', 'MAYBE', 'end')).toEqual([]);
  });

  it('is nothing where no way leads, or the states are unknown', () => {
    expect(taken('failed', 'A', 'waiting')).toEqual([]);
    expect(taken('elsewhere', 'A', 'nowhere')).toEqual([]);
  });
});
