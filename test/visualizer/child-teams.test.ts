/** Merged state with the child teams, cut at the time of the revision where one stands. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { RecordedEvent } from '../../src/events/event.ts';
import { project } from '../../src/projections/kit/projection.ts';
import { emptyMerged, merge, merged } from '../../src/projections/merged/merged.ts';
import { mergedView } from '../../src/projections/merged/merged-view.ts';
import { type TeamLine, teams } from '../../src/projections/teams/teams.ts';
import { ChildTeams, TEAMS_MOST } from '../../src/visualizer/page/panels/merged/child-teams.ts';
import { shownEvent } from '../../src/visualizer/shared/shown-event.ts';
import { type Rehearsed, rehearse } from '../properties/rehearsed-teams.ts';

let stage: Rehearsed;
/** Three teams that were really led, put below one another: b below a, c below b, each begun later. */
const streams = new Map<string, RecordedEvent[]>();
const LATER_MS = 5_000;
let lines: TeamLine[];

beforeAll(async () => {
  stage = await rehearse({ seed: 3 });
  for (const [index, team] of ['a', 'b', 'c'].entries()) {
    await stage.run(team, { pattern: 'review-loop', seed: index + 1 });
    const events = await stage.events(team);
    const begun = events[0]!.meta.at;
    streams.set(
      team,
      events.map((event) => {
        const at = 1_000_000 + event.meta.at - begun + index * LATER_MS;
        return { ...event, meta: { ...event.meta, at } };
      }),
    );
  }
  const folded = project(teams, [...streams.values()].flat()).teams;
  const parents = new Map([
    ['b', 'a'],
    ['c', 'b'],
  ]);
  lines = Object.values(folded).map((line) => ({
    ...line,
    parent: parents.get(line.team) ?? null,
  }));
}, 60_000);
afterAll(() => stage.close());

const asked: string[] = [];
const source = (broken = '') => ({
  async *events(team: string, from: number) {
    asked.push(`${team}@${from}`);
    if (team === broken) throw new Error('the server is away');
    const events = streams.get(team)!.slice(from).map(shownEvent);
    yield events.slice(0, 10);
    yield events.slice(10);
  },
});

const lastOf = (team: string) => streams.get(team)!.at(-1)!.meta.at;
const isDone = (below: ChildTeams) => below.at(Infinity).every(({ lack }) => lack === '');
const own = (team = 'a') => project(merged, streams.get(team)!);

/** Of a team's events up to a time, those of whole turns. */
function wholeTurns(team: string, time: number): RecordedEvent[] {
  const past = streams.get(team)!.filter(({ meta }) => meta.at <= time);
  return past.slice(0, past.findLastIndex(({ meta }) => meta.last) + 1);
}

describe('The child teams', () => {
  it('are merged as they stood at any time, and equal a merge of their cut streams', async () => {
    const below = new ChildTeams(source(), 'a');
    below.take(lines);
    await expect.poll(() => isDone(below)).toBe(true);
    const times = [...streams.values()].flat().map(({ meta }) => meta.at);
    for (const time of new Set([0, ...times])) {
      const found = below.merged(own(), time);
      const wanted = ['b', 'c'].reduce(
        (sum, team) => merge(sum, project(merged, wholeTurns(team, time))),
        own(),
      );
      expect(found).toEqual(wanted);
    }
    expect(mergedView(below.merged(own(), lastOf('c'))).teams.map(({ team }) => team)).toEqual([
      'a',
      'b',
      'c',
    ]);
  });

  it('had not begun before their first turn had ended', async () => {
    const below = new ChildTeams(source(), 'a');
    below.take(lines);
    await expect.poll(() => isDone(below)).toBe(true);
    const before = streams.get('b')![0]!.meta.at - 1;
    expect(below.at(before).map(({ revision, lack }) => [revision, lack])).toEqual([
      [-1, ''],
      [-1, ''],
    ]);
    expect(below.merged(emptyMerged, before)).toBe(emptyMerged);
  });

  it('are fetched once each, and then only what has come since', async () => {
    asked.length = 0;
    const below = new ChildTeams(source(), 'a');
    const early = lines.map((line) => ({ ...line, events: 5 }));
    below.take(early);
    below.take(early);
    await expect.poll(() => isDone(below)).toBe(true);
    const { length } = streams.get('b')!;
    streams.set('b', [...streams.get('b')!, { ...streams.get('b')!.at(-1)!, revision: length }]);
    below.take(lines.map((line) => (line.team === 'b' ? { ...line, events: length + 1 } : line)));
    await expect.poll(() => isDone(below)).toBe(true);
    streams.set('b', streams.get('b')!.slice(0, length));
    expect(asked).toEqual(['b@0', 'c@0', `b@${length}`]);
  });

  it('that cannot be read are said not to be merged, and do not keep the others away', async () => {
    const below = new ChildTeams(source('b'), 'a');
    below.take(lines);
    await expect.poll(() => below.at(lastOf('c'))[1]!.lack).toBe('');
    const [b, c] = below.at(lastOf('c'));
    expect([b!.revision, b!.lack]).toEqual([-1, expect.stringContaining('the server is away')]);
    expect(c!.revision).toBe(streams.get('c')!.length - 1);
  });

  it('beyond the most that are merged are told, and not fetched', async () => {
    const child = lines.find(({ team }) => team === 'b')!;
    const many = Array.from({ length: TEAMS_MOST + 3 }, (_, i) => ({
      ...child,
      team: `child-${String(i).padStart(2, '0')}`,
      events: 1,
    }));
    const below = new ChildTeams(
      {
        events: async function* () {
          yield [shownEvent(streams.get('b')![0]!)];
        },
      },
      'a',
    );
    below.take(many);
    await expect.poll(() => below.at(0)[TEAMS_MOST - 1]!.lack).toBe('');
    const left = below.at(Infinity).filter(({ lack }) => lack !== '');
    expect(left.map(({ line }) => line.team)).toEqual(['child-20', 'child-21', 'child-22']);
    expect(left[0]!.lack).toContain(`only ${TEAMS_MOST}`);
  });

  it('that are below each other in a ring are each found once', () => {
    const ring = [
      { ...lines[0]!, team: 'a', parent: 'c' },
      { ...lines[0]!, team: 'b', parent: 'a' },
      { ...lines[0]!, team: 'c', parent: 'b' },
    ];
    const below = new ChildTeams(source(), 'a');
    below.take(ring);
    below.close();
    expect(below.at(0).map(({ line }) => line.team)).toEqual(['b', 'c']);
  });
});
