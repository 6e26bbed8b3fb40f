/** Charts that were laid out when the package was built: all of them, as they would be now, and nothing stale. */
import { performance } from 'node:perf_hooks';
import { describe, expect, it } from 'vitest';
import { createMachine } from 'xstate';
import { hordeMachines } from '../../src/machines/index.ts';
import { drawingOf } from '../../src/visualizer/server/chart-drawing.ts';
import { ThreadEngine, TooDense } from '../../src/visualizer/server/chart-engine.ts';
import { layOut } from '../../src/visualizer/server/chart-layout.ts';
import { outlineOf } from '../../src/visualizer/server/chart-outline.ts';
import { readShelf, shelfKey } from '../../src/visualizer/server/chart-shelf.ts';

const shelf = readShelf();
const engine = new ThreadEngine();

/** A machine of `states` in a row. */
const chainOf = (states: number) =>
  createMachine({
    initial: 's0',
    states: Object.fromEntries(
      Array.from({ length: states }, (_, i) => [
        `s${i}`,
        i === states - 1 ? {} : { on: { NEXT: `s${i + 1}`, BACK: 's0' } },
      ]),
    ),
  });

describe('The shelf of charts', () => {
  it('holds every machine of the horde, and nothing else', () => {
    const keys = Object.values(hordeMachines).map(({ machine }) => shelfKey(outlineOf(machine)));
    expect(Object.keys(shelf).sort()).toEqual([...new Set(keys)].sort());
  });

  // When this fails after a change of how charts are laid out: count up `code` of CHART_LAYOUT.
  for (const [name, { machine }] of Object.entries(hordeMachines))
    it(`holds the chart that would be laid out now: ${name}`, async () => {
      const outline = outlineOf(machine);
      const laid = await layOut(engine, name, outline);
      expect({ machine: name, ...shelf[shelfKey(outline)] }).toEqual(laid);
      expect(await drawingOf(name, machine)).toEqual(laid);
    });

  it('is not asked for a machine that has changed, be it a single word', async () => {
    const { config } = hordeMachines['single-agent']!.machine;
    const changed = createMachine({ ...config, on: { ...config.on, 'word.changed': {} } } as never);
    const key = shelfKey(outlineOf(changed));
    expect(Object.hasOwn(shelf, key)).toBe(false);
    const { nodes } = await drawingOf('single-agent', changed);
    const heard = nodes.flatMap(({ notes }) => notes.map(({ event }) => event));
    expect(heard).toContain('word.changed');
  });

  it('is empty when there is none, or when it is no JSON', () => {
    expect(readShelf('/nowhere/charts.json')).toEqual({});
    expect(readShelf(import.meta.filename)).toEqual({});
  });
});

describe('A chart that is on no shelf', () => {
  it('is laid out beside the process, which goes on meanwhile', async () => {
    const before = performance.eventLoopUtilization();
    const { nodes } = await drawingOf('chain', chainOf(14));
    const { active, utilization } = performance.eventLoopUtilization(before);
    expect(nodes.length).toBe(15);
    expect(utilization, `busy for ${active} ms`).toBeLessThan(0.5);
  });

  it('that takes too long is given up alone: what waits behind it is laid out', async () => {
    const ids = Array.from({ length: 60 }, (_, i) => `s${i}`);
    const dense = {
      id: 'root',
      layoutOptions: { 'elk.algorithm': 'layered', 'elk.edgeRouting': 'ORTHOGONAL' },
      children: ids.map((id) => ({ id, width: 80, height: 30 })),
      edges: ids.flatMap((a) =>
        ids.map((b) => ({
          id: `${a}-${b}`,
          sources: [a],
          targets: [b],
          labels: [{ text: 'x', width: 90, height: 12 }],
        })),
      ),
    };
    const impatient = new ThreadEngine(3_000);
    const given = expect(impatient.layout(dense)).rejects.toThrow(TooDense);
    const behind = impatient.layout({ id: 'root', children: [{ id: 'a', width: 5, height: 5 }] });
    await given;
    expect((await behind).children?.[0]?.x).toEqual(expect.any(Number));
  });

  it('that cannot be laid out fails alone', async () => {
    const graph = {
      id: 'root',
      children: [{ id: 'a' }],
      edges: [{ id: 'e', sources: ['a'], targets: ['b'] }],
    };
    const bad = engine.layout(graph);
    const good = engine.layout({ id: 'root', children: [{ id: 'a', width: 5, height: 5 }] });
    await expect(bad).rejects.toThrow(/the chart cannot be laid out: .*b/);
    expect((await good).children?.[0]?.x).toEqual(expect.any(Number));
  });
});
