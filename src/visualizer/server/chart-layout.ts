/**
 * Gives an outlined chart its places, by ELK's layered algorithm: states in layers, what leads from one to another
 * at right angles, its words on it.
 *
 * Invariants
 * 1. The same outline gives the same places.
 * 2. Boxes hold their texts, measured by a fixed pitch (`CHART_TEXT`).
 */
import type { ElkExtendedEdge, ElkNode } from 'elkjs';
import { CHART_TEXT, type ChartDrawing, type ChartEdge, type ChartNode } from '../shared/wire.ts';
import { type LayoutEngine, TooDense } from './chart-engine.ts';
import type { ChartOutline, OutlinedEdge, OutlinedNode } from './chart-outline.ts';

const { title, note, padX, padY } = CHART_TEXT;
const START = 10;
const ROOT = '@root';

/** What the chart should fit: the middle column of a laptop's screen. */
const WANTED = { width: 690, height: 560 };

const COMMON = {
  'elk.algorithm': 'layered',
  'elk.hierarchyHandling': 'INCLUDE_CHILDREN',
  'elk.json.shapeCoords': 'ROOT',
  'elk.json.edgeCoords': 'ROOT',
  'elk.edgeRouting': 'ORTHOGONAL',
  'elk.randomSeed': '1',
  'elk.spacing.nodeNode': '18',
  'elk.spacing.edgeNode': '12',
  'elk.spacing.edgeEdge': '9',
  'elk.spacing.edgeLabel': '3',
  'elk.spacing.nodeSelfLoop': '10',
  'elk.layered.spacing.nodeNodeBetweenLayers': '22',
  'elk.layered.spacing.edgeNodeBetweenLayers': '12',
  'elk.layered.spacing.edgeEdgeBetweenLayers': '9',
  'elk.layered.thoroughness': '30',
  'elk.padding': '[top=10,left=10,bottom=10,right=10]',
};

const PACKED = {
  'elk.algorithm': 'rectpacking',
  'elk.hierarchyHandling': 'SEPARATE_CHILDREN',
  'elk.aspectRatio': '1.25',
};

/** Ways to lay a chart out; the one that fits best is taken. No way is best for all: these few come near it. */
const WAYS = [
  ['DOWN', 'LINEAR_SEGMENTS', 'GREEDY_MODEL_ORDER', 'MEDIAN_LAYER', 'NONE'],
  ['DOWN', 'NETWORK_SIMPLEX', 'DEPTH_FIRST', 'MEDIAN_LAYER', 'NONE'],
  ['DOWN', 'NETWORK_SIMPLEX', 'GREEDY', 'SPACE_EFFICIENT_LAYER', 'NODES_AND_EDGES'],
  ['DOWN', 'LINEAR_SEGMENTS', 'DEPTH_FIRST', 'MEDIAN_LAYER', 'NONE'],
  ['RIGHT', 'NETWORK_SIMPLEX', 'DEPTH_FIRST', 'MEDIAN_LAYER', 'NODES_AND_EDGES'],
].map(([direction = '', placement = '', cycles = '', labels = '', order = '']) => ({
  'elk.direction': direction,
  'elk.layered.nodePlacement.strategy': placement,
  'elk.layered.cycleBreaking.strategy': cycles,
  'elk.layered.edgeLabels.centerLabelPlacementStrategy': labels,
  'elk.layered.considerModelOrder.strategy': order,
}));

/** All that a drawing depends on beside its outline. `code` is counted up when the code below draws differently. */
export const CHART_LAYOUT = { code: 1, CHART_TEXT, START, WANTED, COMMON, PACKED, WAYS } as const;

export async function layOut(
  engine: LayoutEngine,
  machine: string,
  outline: ChartOutline,
): Promise<ChartDrawing> {
  let best: ChartDrawing | undefined;
  for (const way of WAYS) {
    const laid = await engine.layout(graphOf(outline, { ...COMMON, ...way })).catch((error) => {
      // Where one way was quick enough, the chart is there.
      if (best && error instanceof TooDense) return undefined;
      throw error;
    });
    if (!laid) break;
    const drawing = drawingFrom(machine, outline, laid);
    if (!best || cost(drawing) < cost(best)) best = drawing;
  }
  if (!best) throw new Error(`the chart of "${machine}" was laid out in no way`);
  return best;
}

/** How far it must be shrunk to fit; among those that need not be, the length of what leads about. */
function cost({ width, height, edges }: ChartDrawing): number {
  const shrunk = Math.max(1, width / WANTED.width, height / WANTED.height);
  return shrunk * 10_000 + edges.reduce((sum, { points }) => sum + lengthOf(points), 0) / 10;
}

function lengthOf([first, ...points]: ChartEdge['points']): number {
  let [length, last] = [0, first];
  for (const point of points) {
    if (last) length += Math.abs(point.x - last.x) + Math.abs(point.y - last.y);
    last = point;
  }
  return length;
}

function graphOf(outline: ChartOutline, way: { [option: string]: string }): ElkNode {
  const { nodes, edges } = outline;
  const isPacked = areApart(outline);
  const layoutOptions = isPacked ? { ...way, ...PACKED } : way;
  const root: ElkNode = { id: ROOT, layoutOptions, children: [], edges: [] };
  const boxes = new Map(nodes.map((node) => [node.id, boxOf(node, nodes)]));
  for (const { id, parent } of nodes) {
    const box = named(boxes, id);
    const home = parent === null ? root : named(boxes, parent);
    home.children = [...(home.children ?? []), box];
    if (isPacked && parent === null) box.layoutOptions = { ...way, ...box.layoutOptions };
  }
  for (const edge of edges) {
    // Each region is laid out by itself, and so must have its own edges.
    const home = isPacked ? named(boxes, topOf(edge.source, nodes)) : root;
    home.edges = [...(home.edges ?? []), elkEdge(edge)];
  }
  return root;
}

/** Regions side by side with nothing between them: they are packed like bricks rather than set in a row. */
function areApart({ nodes, edges }: ChartOutline): boolean {
  if (nodes.some(({ kind, parent }) => kind === 'start' && parent === null)) return false;
  return edges.every(({ source, target }) => topOf(source, nodes) === topOf(target, nodes));
}

function topOf(id: string, nodes: readonly OutlinedNode[]): string {
  const parent = nodes.find((node) => node.id === id)?.parent ?? null;
  return parent === null ? id : topOf(parent, nodes);
}

const widest = (texts: readonly string[], pitch: number): number =>
  Math.ceil(Math.max(0, ...texts.map(({ length }) => length)) * pitch);

function boxOf(node: OutlinedNode, nodes: readonly OutlinedNode[]): ElkNode {
  if (node.kind === 'start')
    return {
      id: node.id,
      width: START,
      height: START,
      layoutOptions: { 'elk.layered.layering.layerConstraint': 'FIRST' },
    };
  const labels = node.notes.map(({ label }) => label);
  const width =
    Math.max(widest([node.label], title.pitch), widest(labels, note.pitch)) + 2 * padX + 8;
  const height = title.line + labels.length * note.line + 2 * padY;
  const isLeaf = !nodes.some(({ parent }) => parent === node.id);
  if (isLeaf) return { id: node.id, width, height };
  return {
    id: node.id,
    layoutOptions: {
      'elk.padding': `[top=${height + 6},left=12,bottom=12,right=12]`,
      'elk.nodeSize.constraints': 'MINIMUM_SIZE',
      'elk.nodeSize.minimum': `(${width}, ${height})`,
    },
  };
}

function elkEdge({ id, source, target, lines }: OutlinedEdge): ElkExtendedEdge {
  const edge: ElkExtendedEdge = { id, sources: [source], targets: [target] };
  if (lines.length === 0) return edge;
  const texts = lines.map(({ label }) => label);
  const width = widest(texts, note.pitch) + 6;
  const height = texts.length * note.line + 2;
  return {
    ...edge,
    labels: [{ id: `${id} label`, text: texts.join('\n'), width, height }],
  };
}

function drawingFrom(machine: string, outline: ChartOutline, laid: ElkNode): ChartDrawing {
  const boxes = new Map<string, ElkNode>();
  const edges = new Map<string, ElkExtendedEdge>();
  const gather = (node: ElkNode) => {
    boxes.set(node.id, node);
    for (const edge of node.edges ?? []) edges.set(edge.id, edge);
    node.children?.forEach(gather);
  };
  gather(laid);
  return {
    machine,
    width: Math.ceil(laid.width ?? 0),
    height: Math.ceil(laid.height ?? 0),
    nodes: outline.nodes.map((node): ChartNode => ({ ...node, ...areaOf(named(boxes, node.id)) })),
    edges: outline.edges.map((edge) => ({ ...edge, ...wayOf(named(edges, edge.id)) })),
  };
}

function wayOf({ sections, labels }: ElkExtendedEdge): Pick<ChartEdge, 'points' | 'labelAt'> {
  const points = (sections ?? []).flatMap(({ startPoint, bendPoints, endPoint }) => [
    startPoint,
    ...(bendPoints ?? []),
    endPoint,
  ]);
  const label = labels?.[0];
  return {
    points: points.map(({ x, y }) => ({ x: round(x), y: round(y) })),
    labelAt: label ? areaOf(label) : null,
  };
}

/** Where something was laid out; the engine says it of all that it was given. */
const areaOf = ({ x = 0, y = 0, width = 0, height = 0 }: Area) => ({
  x: round(x),
  y: round(y),
  width: round(width),
  height: round(height),
});

type Area = Pick<ElkNode, 'x' | 'y' | 'width' | 'height'>;

function named<Part>(parts: ReadonlyMap<string, Part>, id: string): Part {
  const part = parts.get(id);
  if (!part) throw new RangeError(`"${id}" is not in the chart`);
  return part;
}

const round = (length: number): number => Math.round(length * 10) / 10;
