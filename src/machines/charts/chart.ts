/**
 * Draws a machine as a Mermaid statechart, from its definition alone: states (nested and parallel ones too),
 * what is done on entry and exit, what is waited for, and every transition with its guard and actions.
 *
 * A transition that leads nowhere else is written into its state. An edge is drawn inside the innermost state
 * that holds both its ends, since Mermaid takes a name for part of the state in which it is first seen.
 */
import type { AnyStateMachine, AnyStateNode } from 'xstate';

/** The statechart as Mermaid text; the same machine gives the same text. */
export function drawChart(machine: AnyStateMachine): string {
  const edges = nodesOf(machine.root).flatMap(edgesOf);
  return ['stateDiagram-v2', ...inside(machine.root, edges, '  ')].join('\n');
}

interface Edge {
  /** The state in which it is drawn. */
  home: AnyStateNode;
  text: string;
}

/** The children of a node and the edges among them. Regions of a parallel state are divided by `--`. */
function inside(node: AnyStateNode, edges: readonly Edge[], indent: string): string[] {
  const lines: string[] = [];
  const isParallel = node.type === 'parallel';
  childrenOf(node).forEach((child, index) => {
    if (isParallel && index > 0) lines.push(`${indent}--`);
    lines.push(...drawState(child, edges, indent));
  });
  if (!isParallel) for (const { id } of startOf(node)) lines.push(`${indent}[*] --> ${id}`);
  for (const { home, text } of edges) if (home === node) lines.push(`${indent}${text}`);
  return lines;
}

function drawState(node: AnyStateNode, edges: readonly Edge[], indent: string): string[] {
  const id = idOf(node);
  const notes = notesOf(node);
  if (childrenOf(node).length === 0) {
    const lines = [
      `${indent}state "${node.key}" as ${id}`,
      ...notes.map((note) => `${indent}${id} : ${note}`),
    ];
    return node.type === 'final' ? [...lines, `${indent}${id} --> [*]`] : lines;
  }
  return [
    `${indent}state "${node.key}" as ${id} {`,
    ...inside(node, edges, `${indent}  `),
    `${indent}}`,
    ...(notes.length === 0
      ? []
      : [
          `${indent}note right of ${id}`,
          ...notes.map((note) => `${indent}  ${note}`),
          `${indent}end note`,
        ]),
  ];
}

const startOf = (node: AnyStateNode) =>
  node.initial.target.map((target: AnyStateNode) => ({ id: idOf(target) }));

/** What is done on entry and exit, what is waited for, and what is heard without going anywhere. */
function notesOf(node: AnyStateNode): string[] {
  return [
    ...actionsOf(node.entry).map((action) => `entry / ${action}`),
    ...node.invoke.map(({ id, src }) => `waits for ${id} (${String(src)})`),
    ...transitionsOf(node)
      .filter(staysPut)
      .map((transition) => labelOf(transition)),
    ...actionsOf(node.exit).map((action) => `exit / ${action}`),
    ...(node.type === 'history' ? [`history (${node.history})`] : []),
  ];
}

/** What leads from a node to another; what the root hears is drawn from a state of its own. */
function edgesOf(node: AnyStateNode): Edge[] {
  const isRoot = node.parent === undefined;
  const from = isRoot ? 'anywhere' : idOf(node);
  const drawn = transitionsOf(node)
    .filter((transition) => !staysPut(transition))
    .flatMap((transition) =>
      transition.target!.map((target) => ({
        home: isRoot ? node : homeOf(node, target),
        text: `${from} --> ${idOf(target)} : ${labelOf(transition)}`,
      })),
    );
  if (!isRoot) return drawn;
  const notes = notesOf(node).map((note) => ({ home: node, text: `anywhere : ${note}` }));
  if (drawn.length + notes.length === 0) return [];
  return [{ home: node, text: 'state "wherever it is" as anywhere' }, ...notes, ...drawn];
}

/** The innermost node that properly holds both. */
function homeOf(a: AnyStateNode, b: AnyStateNode): AnyStateNode {
  let home = a.parent!;
  while (!nodesOf(home).includes(b) || home === b) home = home.parent!;
  return home;
}

export interface Transition {
  source: AnyStateNode;
  eventType: string;
  target?: readonly AnyStateNode[];
  guard?: unknown;
  actions: readonly unknown[];
}

export const transitionsOf = (node: AnyStateNode): Transition[] =>
  [...[...node.transitions.values()].flat(), ...(node.always ?? [])] as Transition[];
/** It leads nowhere else: what is heard is acted on, and the state stays. */
export const staysPut = ({ target }: Transition): boolean =>
  target === undefined || target.length === 0;

function labelOf(transition: Transition): string {
  const { event, guard, actions } = wordsOf(transition);
  const done = actions.join(', ');
  return [event, guard && `[${guard}]`, done && `/ ${done}`].filter(Boolean).join(' ');
}

/** What a chart says of a transition; a part that there is not is empty. */
interface TransitionWords {
  event: string;
  guard: string;
  actions: string[];
}

export function wordsOf({ source, eventType, guard, actions }: Transition): TransitionWords {
  // Neither event nor guard: what happens when no other transition does, or the only one there is.
  const event =
    eventName(eventType) || (guard ? '' : (source.always ?? []).length > 1 ? 'else' : 'at once');
  return { event, guard: guard ? nameOf(guard) : '', actions: actionsOf(actions) };
}

/** The names of what is done, in its order. */
export const actionsOf = (actions: readonly unknown[]): string[] =>
  actions.filter(isNamed).map(nameOf);

/** What XState calls by long names, in the words of a chart. */
function eventName(type: string): string {
  if (type === '*') return 'any other event';
  const [, kind, rest] =
    /^xstate\.(after|done\.actor|error\.actor|done\.state)\.(.*)$/.exec(type) ?? [];
  if (kind === 'after') return `after ${rest!.split('.', 1)[0]}`;
  if (kind === 'done.actor') return `${rest} is there`;
  if (kind === 'error.actor') return `${rest} failed`;
  if (kind === 'done.state') return `${rest!.split('.').at(-1)} is done`;
  return type;
}

export const childrenOf = (node: AnyStateNode): AnyStateNode[] => Object.values(node.states);
/** A node and everything inside it, parents before their children. */
export const nodesOf = (node: AnyStateNode): AnyStateNode[] => [
  node,
  ...childrenOf(node).flatMap(nodesOf),
];
/** Unique in the chart, whatever ids the states were given. */
const idOf = (node: AnyStateNode): string => node.path.join('_') || node.key;

/** A combined guard (`and`, `or`, `not`) is named by its parts. */
function nameOf(part: unknown): string {
  if (typeof part === 'string') return part;
  const { type, name, guards } = part as { type?: string; name?: string; guards?: unknown[] };
  if (guards) return `${name} (${guards.map(nameOf).join(', ')})`;
  return type ?? (name || 'unnamed');
}

/** Timers are drawn as `after`; XState's own actions for them say nothing more. */
const isNamed = (action: unknown): boolean => !nameOf(action).startsWith('xstate.');
