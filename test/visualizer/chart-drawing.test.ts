/** Charts as they are laid out: everything of a machine is there, nothing lies upon anything else. */
import { beforeAll, describe, expect, it } from 'vitest';
import { type AnyStateMachine, createMachine } from 'xstate';
import { hordeMachines } from '../../src/machines/index.ts';
import { drawingOf } from '../../src/visualizer/server/chart-drawing.ts';
import { ThreadEngine } from '../../src/visualizer/server/chart-engine.ts';
import { layOut } from '../../src/visualizer/server/chart-layout.ts';
import { outlineOf } from '../../src/visualizer/server/chart-outline.ts';
import { CHART_TEXT, type ChartDrawing, type ChartNode } from '../../src/visualizer/shared/wire.ts';
import { nodesOf, transitionsOf } from '../statecharts/keys.ts';

const drawings = new Map<string, ChartDrawing>();
beforeAll(async () => {
  for (const [name, { machine }] of Object.entries(hordeMachines))
    drawings.set(name, await drawingOf(name, machine));
}, 60_000);

interface Box {
  x: number;
  y: number;
  width: number;
  height: number;
}
const isInside = (inner: Box, outer: Box, slack = 1) =>
  inner.x >= outer.x - slack &&
  inner.y >= outer.y - slack &&
  inner.x + inner.width <= outer.x + outer.width + slack &&
  inner.y + inner.height <= outer.y + outer.height + slack;
const overlap = (a: Box, b: Box) =>
  a.x < b.x + b.width && b.x < a.x + a.width && a.y < b.y + b.height && b.y < a.y + a.height;

const pairs = <T>(list: readonly T[]): [T, T][] =>
  list.flatMap((a, index) => list.slice(index + 1).map((b): [T, T] => [a, b]));

describe('The chart of every machine of the horde', () => {
  for (const [name, { machine }] of Object.entries(hordeMachines)) {
    it(`shows every state and every transition: ${name}`, () => {
      const { nodes, edges } = drawings.get(name)!;
      const root = machine.root as unknown as Parameters<typeof nodesOf>[0];
      const states = nodesOf(root).slice(1);
      const drawn = nodes.filter(({ kind }) => kind !== 'start' && kind !== 'anywhere');
      expect(drawn.map(({ id }) => id).sort()).toEqual(
        states.map(({ path }) => path.join('.')).sort(),
      );
      const lines = [...edges, ...nodes].flatMap((part) =>
        ('lines' in part ? part.lines : part.notes).filter(({ event }) => event !== null),
      );
      const all = nodesOf(root).flatMap(transitionsOf);
      expect(lines.map(({ event }) => event).sort()).toEqual(
        all.map(({ eventType }) => eventType).sort(),
      );
    });

    it(`lays nothing upon anything else: ${name}`, () => {
      const { nodes, edges, width, height } = drawings.get(name)!;
      const byId = new Map(nodes.map((node) => [node.id, node]));
      const sheet = { x: 0, y: 0, width, height };
      const strays = nodes.filter(
        (node) => !isInside(node, node.parent === null ? sheet : byId.get(node.parent)!),
      );
      expect(strays).toEqual([]);
      const siblings = pairs(nodes).filter(([a, b]) => a.parent === b.parent);
      expect(siblings.filter(([a, b]) => overlap(a, b))).toEqual([]);
      const leaves = nodes.filter(({ id }) => !nodes.some(({ parent }) => parent === id));
      const labels = edges.flatMap(({ labelAt }) => (labelAt ? [labelAt] : []));
      expect(labels.flatMap((label) => leaves.filter((leaf) => overlap(label, leaf)))).toEqual([]);
      expect(pairs(labels).filter(([a, b]) => overlap(a, b))).toEqual([]);
    });

    it(`holds every text in its box: ${name}`, () => {
      const { nodes, edges } = drawings.get(name)!;
      const { title, note, padX } = CHART_TEXT;
      for (const { kind, label, notes, width, height } of nodes) {
        if (kind === 'start') continue;
        expect(label.length * title.pitch + 2 * padX).toBeLessThanOrEqual(width);
        expect(title.line + notes.length * note.line).toBeLessThanOrEqual(height);
        for (const line of notes)
          expect(line.label.length * note.pitch + 2 * padX).toBeLessThanOrEqual(width);
      }
      for (const { lines, labelAt } of edges)
        for (const { label } of lines)
          expect(label.length * note.pitch).toBeLessThanOrEqual(labelAt!.width);
    });

    it(`begins and ends every edge at the border of its states: ${name}`, () => {
      const { nodes, edges } = drawings.get(name)!;
      const byId = new Map(nodes.map((node) => [node.id, node]));
      for (const { id, source, target, points } of edges) {
        const [first, last] = [points[0]!, points.at(-1)!];
        expect([id, distance(first, byId.get(source)!) < 2]).toEqual([id, true]);
        expect([id, distance(last, byId.get(target)!) < 2]).toEqual([id, true]);
      }
    });
  }

  it('fits a laptop’s middle column at half its size or more', () => {
    for (const { machine, width } of drawings.values())
      expect([machine, Math.min(1, 690 / width) >= 0.5]).toEqual([machine, true]);
  });
});

/** From a point to the border of a box. */
function distance({ x, y }: { x: number; y: number }, box: ChartNode): number {
  const [right, bottom] = [box.x + box.width, box.y + box.height];
  const outside = Math.hypot(Math.max(box.x - x, 0, x - right), Math.max(box.y - y, 0, y - bottom));
  if (outside > 0) return outside;
  return Math.min(x - box.x, right - x, y - box.y, bottom - y);
}

const house: AnyStateMachine = createMachine({
  id: 'house',
  initial: 'lived',
  on: { FIRE: '.ruined', RAIN: { actions: 'close' } },
  states: {
    lived: {
      type: 'parallel',
      onDone: 'sold',
      states: {
        door: {
          initial: 'shut',
          states: {
            shut: { on: { OPEN: 'open', KNOCK: 'shut' } },
            open: { on: { SHUT: 'shut', PUSH: 'shut' } },
            gone: { type: 'final' },
            before: { type: 'history', history: 'deep' },
          },
        },
        light: { initial: 'off', states: { off: { on: { OPEN: 'on' } }, on: {} } },
      },
    },
    sold: { type: 'final' },
    ruined: {},
  },
});

describe('A chart', () => {
  it('knows nested, parallel, history and final states, starts, and what is heard anywhere', () => {
    const { nodes, edges } = outlineOf(house);
    const kinds = Object.fromEntries(nodes.map(({ id, kind }) => [id, kind]));
    expect(kinds).toEqual({
      lived: 'parallel',
      'lived.door': 'compound',
      'lived.door.shut': 'atomic',
      'lived.door.open': 'atomic',
      'lived.door.gone': 'final',
      'lived.door.before': 'history',
      'lived.light': 'compound',
      'lived.light.off': 'atomic',
      'lived.light.on': 'atomic',
      sold: 'final',
      ruined: 'atomic',
      '@anywhere': 'anywhere',
      '@start': 'start',
      'lived.door.@start': 'start',
      'lived.light.@start': 'start',
    });
    expect(edges.find(({ id }) => id === '@anywhere > ruined')?.lines[0]?.event).toBe('FIRE');
    expect(nodes.find(({ id }) => id === '@anywhere')?.notes).toEqual([
      { event: 'RAIN', label: 'RAIN / close', whole: 'RAIN / close' },
    ]);
  });

  it('draws one edge for all that leads the same way, with a line for each', () => {
    const { edges } = outlineOf(house);
    const shut = edges.find(({ id }) => id === 'lived.door.open > lived.door.shut');
    expect(shut?.lines.map(({ event }) => event)).toEqual(['SHUT', 'PUSH']);
  });

  it('leaves out actions where there is no room for them, and keeps them for who asks', () => {
    const actions = ['rememberEverythingThatWasSaid', 'tellEverybody'];
    const machine = createMachine({
      initial: 'a',
      states: { a: { on: { 'draft.submitted': { target: 'b', actions } } }, b: {} },
    });
    const line = outlineOf(machine).edges.find(({ target, source }) => source === 'a' && target)!
      .lines[0]!;
    expect(line.label).toBe('draft.submitted …');
    expect(line.whole).toBe(`draft.submitted / ${actions.join(', ')}`);
  });

  it('is the same whenever it is laid out, and is laid out once', async () => {
    const { machine } = hordeMachines['review-loop']!;
    const again = await layOut(new ThreadEngine(), 'review-loop', outlineOf(machine));
    expect(again).toEqual(drawings.get('review-loop'));
    const known = await drawingOf('another name', machine);
    expect(known.machine).toBe('another name');
    expect(known.nodes).toBe(drawings.get('review-loop')!.nodes);
  });

  it('is drawn of a machine that is parallel from its root, and of one of a single state', async () => {
    const regions = createMachine({
      type: 'parallel',
      states: { a: { initial: 'x', states: { x: {} } }, b: { initial: 'y', states: { y: {} } } },
    });
    const { nodes } = await drawingOf('regions', regions);
    expect(nodes.filter(({ kind, parent }) => kind === 'start' && parent === null)).toEqual([]);
    expect(nodes.length).toBe(6);
    const single = await drawingOf('single', createMachine({}));
    expect(single.nodes).toEqual([]);
  });
});
