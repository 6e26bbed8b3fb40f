/** Names for the states and transitions of machines that are the same in every process. */

export interface Node {
  readonly path: readonly string[];
  readonly machine: { readonly id: string };
  readonly transitions: ReadonlyMap<string, readonly Transition[]>;
  readonly always?: readonly Transition[];
  readonly states: Readonly<Record<string, Node>>;
}

export interface Transition {
  readonly source: Node;
  readonly eventType: string;
  readonly target?: readonly Node[] | undefined;
  readonly guard?: unknown;
}

export const keyOfState = ({ machine, path }: Node): string =>
  `${machine.id}: ${path.join('.') || '(root)'}`;

/** Undefined for what is no transition of the chart: the start of a machine. */
export function keyOfTransition(transition: Transition): string | undefined {
  const { source, eventType, target, guard } = transition;
  const all = eventType === '' ? source.always : source.transitions.get(eventType);
  const nth = all?.indexOf(transition) ?? -1;
  if (nth < 0) return undefined;
  const event = eventType === '' ? 'at once' : eventType;
  const condition = guard === undefined ? '' : ` [${nameOf(guard)}]`;
  const where = target?.map(({ path }) => path.join('.')).join(', ');
  const to = where === undefined ? '' : ` -> ${where}`;
  return `${keyOfState(source)}, ${event}${condition}${to} (${nth + 1})`;
}

const nameOf = (guard: unknown): string =>
  typeof guard === 'string' ? guard : ((guard as { type?: string }).type ?? 'unnamed');

export const nodesOf = (node: Node): Node[] => [
  node,
  ...Object.values(node.states).flatMap(nodesOf),
];

export const transitionsOf = (node: Node): Transition[] => [
  ...[...node.transitions.values()].flat(),
  ...(node.always ?? []),
];
