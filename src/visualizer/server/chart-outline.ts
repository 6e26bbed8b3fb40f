/**
 * What is to be drawn of a machine, before it has a place: its states with their texts, and what leads from one to
 * another. Everything is read from the machine's definition; the words are those of its Mermaid chart.
 *
 * Invariants
 * 1. Every state of the machine is a node, and every transition is either a line of one edge or a note of one node.
 * 2. What leads from one node to the same other shares an edge.
 */
import type { AnyStateMachine, AnyStateNode } from 'xstate';
import {
  actionsOf,
  childrenOf,
  nodesOf,
  staysPut,
  type Transition,
  transitionsOf,
  wordsOf,
} from '../../machines/charts/chart.ts';
import type { ChartEdge, ChartLine, ChartNode } from '../shared/wire.ts';

export type OutlinedNode = Pick<ChartNode, 'id' | 'label' | 'kind' | 'parent' | 'notes'>;
export type OutlinedEdge = Pick<ChartEdge, 'id' | 'source' | 'target' | 'lines'>;

export interface ChartOutline {
  nodes: OutlinedNode[];
  edges: OutlinedEdge[];
}

const ANYWHERE = '@anywhere';
/** Most characters of a line. A longer one loses its actions first: event and guard are what one looks for. */
const NOTE_CHARACTERS = 38;
const EDGE_CHARACTERS = 28;

export function outlineOf(machine: AnyStateMachine): ChartOutline {
  const { root } = machine;
  const edges = new Map<string, OutlinedEdge>();
  const starts = nodesOf(root).filter(hasStart);
  for (const node of starts)
    for (const target of startOf(node)) edgeTo(edges, startId(node), idOf(target));
  for (const node of nodesOf(root))
    for (const transition of transitionsOf(node))
      for (const target of transition.target ?? [])
        edgeTo(edges, idOf(node), idOf(target)).lines.push(lineOf(transition, EDGE_CHARACTERS));
  const nodes = childrenOf(root).flatMap(nodesOf).map(outlined);
  const fromAnywhere = [...edges.values()].some(({ source }) => source === ANYWHERE);
  const notes = notesOf(root);
  if (fromAnywhere || notes.length > 0)
    nodes.push({ id: ANYWHERE, label: 'anywhere', kind: 'anywhere', parent: null, notes });
  for (const node of starts)
    nodes.push({
      id: startId(node),
      label: '',
      kind: 'start',
      parent: node === root ? null : idOf(node),
      notes: [],
    });
  return { nodes, edges: [...edges.values()] };
}

function edgeTo(edges: Map<string, OutlinedEdge>, source: string, target: string): OutlinedEdge {
  const id = `${source} > ${target}`;
  const known = edges.get(id);
  if (known) return known;
  const edge: OutlinedEdge = { id, source, target, lines: [] };
  edges.set(id, edge);
  return edge;
}

const idOf = (node: AnyStateNode): string => node.path.join('.') || ANYWHERE;
const startId = (node: AnyStateNode): string => [...node.path, '@start'].join('.');
const hasStart = (node: AnyStateNode): boolean => node.type === 'compound';
const startOf = (node: AnyStateNode): readonly AnyStateNode[] => node.initial?.target ?? [];

const outlined = (node: AnyStateNode): OutlinedNode => ({
  id: idOf(node),
  label: node.key,
  kind: node.type as ChartNode['kind'],
  parent: node.parent?.path.length ? idOf(node.parent) : null,
  notes: notesOf(node),
});

/** As a Mermaid chart has them, a note each; all that is done on entry in one. */
function notesOf(node: AnyStateNode): ChartLine[] {
  return [
    ...plain('entry / ', actionsOf(node.entry)),
    ...node.invoke.flatMap(({ id, src }) => plain('waits for ', [`${id} (${String(src)})`])),
    ...transitionsOf(node)
      .filter(staysPut)
      .map((one) => lineOf(one, NOTE_CHARACTERS)),
    ...plain('exit / ', actionsOf(node.exit)),
    ...(node.type === 'history' ? plain('history: ', [String(node.history)]) : []),
  ];
}

const plain = (before: string, names: readonly string[]): ChartLine[] =>
  names.length === 0
    ? []
    : [
        {
          event: null,
          label: shortened(before + names.join(', ')),
          whole: before + names.join(', '),
        },
      ];

/** Event and guard; of the actions the first and how many more there are, if there is room for it. */
function lineOf(transition: Transition, characters: number): ChartLine {
  const { event, guard, actions } = wordsOf(transition);
  const head = [event, guard && `[${guard}]`].filter(Boolean).join(' ');
  const whole = actions.length === 0 ? head : `${head} / ${actions.join(', ')}`;
  const more = actions.length > 1 ? ` +${actions.length - 1}` : '';
  const label = actions.length === 0 ? head : `${head} / ${actions[0]}${more}`;
  const fits = label.length <= characters;
  return { event: transition.eventType, label: fits ? label : shortened(`${head} …`), whole };
}

const shortened = (text: string): string =>
  text.length <= NOTE_CHARACTERS ? text : `${text.slice(0, NOTE_CHARACTERS - 1)}…`;
