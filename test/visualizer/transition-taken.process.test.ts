/**
 * Which edges an actor went along, told from the log, is held against what XState itself says it took. XState takes every
 * step here, so the file has a process of its own.
 */
import { beforeAll, describe, expect, it, vi } from 'vitest';
import { type AnyStateNode, createMachine } from 'xstate';
import type { Json, RecordedEvent } from '../../src/events/event.ts';
import { hordeMachines } from '../../src/machines/index.ts';
import { patterns } from '../../src/machines/patterns/index.ts';
import { pathsOf } from '../../src/visualizer/page/panels/charts/active-states.ts';
import { standingsOf } from '../../src/visualizer/page/panels/charts/chart-standings.ts';
import {
  type StateChange,
  transitionTaken,
} from '../../src/visualizer/page/panels/charts/transition-taken.ts';
import { Cast } from '../../src/visualizer/page/shell/cast.ts';
import { drawingOf } from '../../src/visualizer/server/chart-drawing.ts';
import type { ChartDrawing } from '../../src/visualizer/shared/wire.ts';
import { rehearse } from '../properties/rehearsed-teams.ts';

vi.mock('../../src/actors/machine/stepper.ts', () => ({ createStepper: () => () => undefined }));

interface Told {
  team: string;
  machine: string;
  change: StateChange;
  revision: number;
}

/** By machine, revision, state before and after: the edges that XState went along. */
type Truth = Map<string, Set<string>>;

const keyOf = (machine: string, revision: number, before: Json, after: Json) =>
  JSON.stringify([machine, revision, before, after]);

const charts = new Map<string, ChartDrawing>();
const changes: Told[] = [];
/** Events that changed no state: heard in place, or leading round to where the actor stood. */
const rounds: Told[] = [];
const truths = new Map<string, Truth>();

beforeAll(async () => {
  for (const [name, { machine }] of Object.entries(hordeMachines))
    charts.set(name, await drawingOf(name, machine));
  const stage = await rehearse({ seed: 7, failureRate: 0.15, swarms: true });
  for (const pattern of Object.keys(patterns))
    for (const seed of [3, 4]) {
      const team = `${pattern}-${seed}`;
      const heard = await listening(async () => void (await stage.run(team, { pattern, seed })));
      truths.set(team, heard);
      gather(team, await stage.events(team));
    }
  await stage.close();
}, 120_000);

describe('the transition taken, in teams of all patterns', () => {
  it('is found for at least 95 % of all changes of state', () => {
    const found = changes.filter(({ machine, change }) => edgesOf(machine, change).length > 0);
    expect(changes.length).toBeGreaterThan(500);
    for (const { machine } of changes) expect(charts.has(machine)).toBe(true);
    expect(found.length / changes.length).toBeGreaterThan(0.95);
  });

  it('is what XState says that it took', () => {
    let compared = 0;
    for (const { team, machine, change, revision } of changes) {
      const edges = edgesOf(machine, change);
      if (change.before === undefined || edges.length === 0) continue;
      const taken = truths.get(team)!.get(keyOf(machine, revision, change.before, change.after));
      const { before, after } = change;
      expect([machine, revision, before, after, [...taken!]]).toEqual([
        machine,
        revision,
        before,
        after,
        expect.arrayContaining([edges.join(', ')]),
      ]);
      compared++;
    }
    expect(compared).toBeGreaterThan(500);
  });

  it('is told of those who end where they stood only when it is what XState took', () => {
    const led = rounds.filter(({ machine, change }) => edgesOf(machine, change).length > 0);
    expect(rounds.length).toBeGreaterThan(50);
    for (const { team, machine, change, revision } of led) {
      const { before, after } = change;
      const taken = truths.get(team)!.get(keyOf(machine, revision, before!, after))!;
      expect([...taken]).toContain(edgesOf(machine, change).join(', '));
    }
  });

  it('leads round to where an actor stood: along a state that is left at once, and in again', async () => {
    const machine = createMachine({
      id: 'loop',
      initial: 'a',
      states: { a: { on: { go: 'b', again: { target: 'a', reenter: true } } }, b: { always: 'a' } },
    });
    charts.set('loop', await drawingOf('loop', machine));
    const edgesAt = (type: string) => {
      const event = { type, data: {}, meta: {} };
      return edgesOf('loop', { actor: 'x', before: 'a', event, after: 'a' });
    };
    expect(edgesAt('go')).toEqual(['a > b', 'b > a']);
    expect(edgesAt('again')).toEqual(['a > a']);
    charts.delete('loop');
  });

  it('leads from a state that was active to one that is', () => {
    for (const { machine, change } of changes) {
      const chart = charts.get(machine)!;
      const standings = standingsOf(chart);
      const edges = edgesOf(machine, change).map((id) => chart.edges.find((e) => e.id === id)!);
      if (edges.length === 0) continue;
      const after = new Set(pathsOf(change.after));
      if (change.before !== undefined)
        expect(standings.isActive(edges[0]!.source, new Set(pathsOf(change.before)))).toBe(true);
      expect(standings.isActive(edges.at(-1)!.target, after)).toBe(true);
    }
  });
});

const edgesOf = (machine: string, change: StateChange): string[] =>
  transitionTaken(charts.get(machine)!, change).map(({ edge }) => edge);

/** What a team's stream tells of the states of its actors. */
function gather(team: string, events: readonly RecordedEvent[]): void {
  const cast = new Cast();
  for (const event of events) {
    cast.hear(event);
    const { revision, meta } = event;
    for (const { actor, machine, before, state, changedAt } of cast.at(revision)) {
      if (state === undefined || !(actor in (meta.state ?? {}))) continue;
      const told = { team, machine, revision };
      if (changedAt === revision)
        changes.push({ ...told, change: { actor, before, event, after: state } });
      else rounds.push({ ...told, change: { actor, before: state, event, after: state } });
    }
  }
}

/** What XState tells of its microsteps while something runs. */
async function listening(run: () => Promise<void>): Promise<Truth> {
  const truth: Truth = new Map();
  const restore = Object.entries(hordeMachines).map(([name, { machine }]) => {
    const { transition } = machine;
    machine.transition = (snapshot, event, scope) => {
      const edges: string[] = [];
      const next = transition(snapshot, event, { ...scope, system: telling(scope.system, edges) });
      const { revision } = event as unknown as { revision: number };
      const key = keyOf(name, revision, snapshot.value, next.value);
      truth.set(key, (truth.get(key) ?? new Set()).add(edges.join(', ')));
      return next;
    };
    return () => {
      machine.transition = transition;
    };
  });
  await run().finally(() => {
    for (const put of restore) put();
  });
  return truth;
}

const telling = (system: object, edges: string[]) =>
  Object.create(system, {
    _sendInspectionEvent: {
      value: ({ type, _transitions }: { type: string; _transitions: Way[] }) => {
        if (type === '@xstate.microstep') edges.push(..._transitions.flatMap(idsOf));
      },
    },
  });

interface Way {
  source: AnyStateNode;
  target?: AnyStateNode[];
}
const idOf = ({ path }: AnyStateNode) => path.join('.') || '@anywhere';
const idsOf = ({ source, target }: Way): string[] =>
  (target ?? []).map((one) => `${idOf(source)} > ${idOf(one)}`);
