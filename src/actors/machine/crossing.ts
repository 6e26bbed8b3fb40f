/**
 * Which states a machine leaves and which it enters by its transitions, and in which order: the sets of SCXML, as
 * XState computes them, for charts without history. They follow from the active states and the transitions alone,
 * so `configuration` keeps them.
 *
 * Source: https://www.w3.org/TR/scxml/#AlgorithmforSCXMLInterpretation
 */
import type { AnyStateNode, AnyTransitionDefinition } from 'xstate';

interface Crossing {
  /** Those of the enabled transitions that do not stand in each other's way. */
  readonly transitions: readonly AnyTransitionDefinition[];
  /** Innermost first. */
  readonly left: readonly AnyStateNode[];
  /** Outermost first; `isDefault` where the state's own initial actions are taken. */
  readonly entered: readonly { readonly node: AnyStateNode; readonly isDefault: boolean }[];
  /** Active afterwards: what stays in its order, then what was entered. */
  readonly nodes: readonly AnyStateNode[];
}

export function crossingOf(
  active: readonly AnyStateNode[],
  enabled: readonly AnyTransitionDefinition[],
): Crossing {
  const transitions = withoutConflicts(active, enabled);
  const left = [...leftBy(transitions, active)].sort((a, b) => b.order - a.order);
  const entry = new Entry();
  for (const transition of transitions) entry.take(transition);
  const entered = [...entry.states].sort((a, b) => a.order - b.order);
  const nodes = new Set(active);
  for (const node of left) nodes.delete(node);
  for (const node of entered) nodes.add(node);
  return {
    transitions,
    left,
    entered: entered.map((node) => ({ node, isDefault: entry.byDefault.has(node) })),
    nodes: [...nodes],
  };
}

export const isAtomic = ({ type }: AnyStateNode): boolean => type === 'atomic' || type === 'final';

export const statesIn = (node: AnyStateNode): AnyStateNode[] => Object.values(node.states);

/** Itself not among them; up to `below`, which is left out. */
export function ancestorsOf(node: AnyStateNode, below?: AnyStateNode): AnyStateNode[] {
  const ancestors: AnyStateNode[] = [];
  if (below === node) return ancestors;
  for (let at = node.parent; at && at !== below; at = at.parent) ancestors.push(at);
  return ancestors;
}

/** Every state, the root too, lies within nothing. */
function isWithin(node: AnyStateNode, outer: AnyStateNode | undefined): boolean {
  let at = node;
  while (at.parent && at.parent !== outer) at = at.parent;
  return at.parent === outer;
}

/** The innermost state that a transition does not leave; undefined when the root itself is entered again. */
function domainOf({ source, target = [], reenter }: AnyTransitionDefinition) {
  if (!reenter && target.every((one) => one === source || isWithin(one, source))) return source;
  const [first = source, ...others] = [...target, source];
  const common = ancestorsOf(first).find((outer) => others.every((one) => isWithin(one, outer)));
  return common ?? (reenter ? undefined : source.machine.root);
}

function leftBy(
  transitions: readonly AnyTransitionDefinition[],
  active: readonly AnyStateNode[],
): Set<AnyStateNode> {
  const left = new Set<AnyStateNode>();
  for (const transition of transitions) {
    if (!transition.target?.length) continue;
    const domain = domainOf(transition);
    if (domain && transition.reenter && transition.source === domain) left.add(domain);
    for (const node of active) if (isWithin(node, domain)) left.add(node);
  }
  return left;
}

/** Of two that leave the same states the inner one is taken, else the first. */
function withoutConflicts(
  active: readonly AnyStateNode[],
  enabled: readonly AnyTransitionDefinition[],
): AnyTransitionDefinition[] {
  if (enabled.length < 2) return [...enabled];
  const taken = new Set<AnyTransitionDefinition>();
  for (const one of enabled) {
    const leaves = leftBy([one], active);
    const rivals = [...taken].filter((other) =>
      [...leftBy([other], active)].some((node) => leaves.has(node)),
    );
    const stronger = rivals.findIndex((other) => !isWithin(one.source, other.source));
    if (stronger >= 0) continue;
    for (const other of rivals) taken.delete(other);
    taken.add(one);
  }
  return [...taken];
}

/** The states that transitions enter. */
class Entry {
  readonly states = new Set<AnyStateNode>();
  readonly byDefault = new Set<AnyStateNode>();

  take(transition: AnyTransitionDefinition): void {
    const { source, target = [], reenter } = transition;
    const domain = domainOf(transition);
    for (const node of target) {
      if (source !== node || source !== domain || reenter) this.enter(node);
      this.descend(node);
    }
    for (const node of target) {
      const ancestors = ancestorsOf(node, domain);
      if (domain?.type === 'parallel') ancestors.push(domain);
      this.climb(ancestors, !source.parent && reenter ? undefined : domain);
    }
  }

  private enter(node: AnyStateNode): void {
    this.states.add(node);
    this.byDefault.add(node);
  }

  private descend(node: AnyStateNode): void {
    if (node.type === 'compound') {
      const [initial] = node.initial.target;
      if (!initial) return;
      this.enter(initial);
      this.descend(initial);
      this.climb(ancestorsOf(initial, node));
    } else if (node.type === 'parallel') {
      for (const child of statesIn(node)) {
        if (this.isInside(child)) continue;
        this.enter(child);
        this.descend(child);
      }
    }
  }

  private climb(ancestors: readonly AnyStateNode[], domain?: AnyStateNode): void {
    for (const ancestor of ancestors) {
      if (!domain || isWithin(ancestor, domain)) this.states.add(ancestor);
      if (ancestor.type !== 'parallel') continue;
      for (const child of statesIn(ancestor)) {
        if (this.isInside(child)) continue;
        this.states.add(child);
        this.descend(child);
      }
    }
  }

  private isInside(child: AnyStateNode): boolean {
    for (const node of this.states) if (isWithin(node, child)) return true;
    return false;
  }
}
