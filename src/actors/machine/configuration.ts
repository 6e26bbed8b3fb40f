/**
 * The states of a machine that are active together, and what follows from them alone: the state value, what each
 * event may set off, and how each set of transitions is crossed. Made once and kept: a machine has few of them,
 * and comes back to them at every step.
 */
import type { AnyMachineSnapshot, AnyStateNode, AnyTransitionDefinition } from 'xstate';
import {
  type ActionStep,
  type ActionSteps,
  type ActorSeen,
  type GuardStep,
  type Run,
  Unfit,
} from './action-steps.ts';
import { ancestorsOf, crossingOf, isAtomic, statesIn } from './crossing.ts';
import { doneStateEvent } from './xstate-names.ts';

interface Candidate {
  readonly transition: AnyTransitionDefinition;
  readonly guard: GuardStep | undefined;
}

/** What an event may set off in a state and those inside it; inner ones come first. */
interface Choice {
  readonly inner: readonly Choice[];
  readonly own: readonly Candidate[];
}

/** Transitions made ready: what is run, in order, and where the machine stands then. */
interface Plan {
  readonly steps: readonly ActionStep[];
  readonly next: Configuration;
}

const NOTHING: readonly AnyTransitionDefinition[] = [];

export class Configuration {
  readonly value: AnyMachineSnapshot['value'];
  readonly tags: AnyMachineSnapshot['tags'];
  private readonly choices = new Map<string, Choice | null>();
  private readonly plans = new Map<AnyTransitionDefinition, Plan | null>();
  private readonly plansOfSeveral = new Map<string, Plan | null>();
  /** For each innermost state, itself and its ancestors as far as they have eventless transitions. */
  private readonly eventless: readonly (readonly (readonly Candidate[])[])[];

  constructor(
    readonly nodes: AnyStateNode[],
    private readonly chart: Chart,
  ) {
    const root = nodes.find(({ parent }) => !parent);
    if (!root) throw new Unfit('no root');
    this.value = stateValueOf(root, nodes);
    this.tags = new Set(nodes.flatMap(({ tags }) => tags));
    this.eventless = nodes
      .filter(isAtomic)
      .map((node) =>
        [node, ...ancestorsOf(node)].flatMap(({ always }) =>
          always ? [always.map((transition) => chart.candidate(transition))] : [],
        ),
      )
      .filter((levels) => levels.length > 0);
  }

  /** The transitions that an event sets off. */
  enabledBy(run: Run): readonly AnyTransitionDefinition[] {
    const { type } = run.event;
    let choice = this.choices.get(type);
    if (choice === undefined) {
      choice = this.choiceOf(this.chart.root, type);
      this.choices.set(type, choice);
    }
    return choice === null ? NOTHING : chosen(choice, run);
  }

  /** The transitions that need no event. */
  enabledNow(run: Run): readonly AnyTransitionDefinition[] {
    if (this.eventless.length === 0) return NOTHING;
    const enabled = new Set<AnyTransitionDefinition>();
    for (const levels of this.eventless) {
      for (const level of levels) {
        const passing = level.find(({ guard }) => !guard || guard(run));
        if (!passing) continue;
        enabled.add(passing.transition);
        break;
      }
    }
    return [...enabled];
  }

  /** Null where XState has to take the step. */
  planOf(enabled: readonly AnyTransitionDefinition[]): Plan | null {
    const [first] = enabled;
    if (!first) return null;
    if (enabled.length === 1) return kept(this.plans, first, () => this.plan(enabled));
    const key = enabled.map((transition) => this.chart.numberOf(transition)).join();
    return kept(this.plansOfSeveral, key, () => this.plan(enabled));
  }

  private choiceOf(node: AnyStateNode, type: string): Choice | null {
    const inner = activeIn(node, this.nodes)
      .map((child) => this.choiceOf(child, type))
      .filter((choice) => choice !== null);
    const own = candidatesOf(node, type).map((transition) => this.chart.candidate(transition));
    return inner.length === 0 && own.length === 0 ? null : { inner, own };
  }

  private plan(enabled: readonly AnyTransitionDefinition[]): Plan {
    const { steps } = this.chart;
    const { transitions, left, entered, nodes } = crossingOf(this.nodes, enabled);
    const now = new Set(nodes);
    const done = new Set<AnyStateNode>();
    const ready = [
      ...left.flatMap((node) => [
        ...node.exit.map((action) => steps.action(action)),
        ...node.invoke.map(({ id }) => steps.give(id)),
      ]),
      ...transitions.flatMap(({ actions }) => actions.map((action) => steps.action(action))),
      ...entered.flatMap(({ node, isDefault }) => [
        ...node.entry.map((action) => steps.action(action)),
        ...node.invoke.map((invoke) => steps.wait(invoke)),
        ...(isDefault ? node.initial.actions.map((action) => steps.action(action)) : []),
        ...(node.type === 'final' ? this.endings(node, now, done) : []),
      ]),
    ];
    const isSame = nodes.length === this.nodes.length && this.nodes.every((node) => now.has(node));
    return { steps: ready, next: isSame ? this : this.chart.configurationOf(nodes) };
  }

  /** What a final state tells those around it. The end of the machine itself is left to XState. */
  private endings(
    node: AnyStateNode,
    now: ReadonlySet<AnyStateNode>,
    done: Set<AnyStateNode>,
  ): ActionStep[] {
    const { parent, output } = node;
    const { self } = this.chart.seen;
    const told: ActionStep[] = [];
    if (parent?.type === 'compound') {
      const type = doneStateEvent(parent.id);
      told.push(({ raised, context, event }) => {
        const result = typeof output === 'function' ? output({ context, event, self }) : output;
        raised.push({ type, output: result });
      });
    }
    let above = parent?.type === 'parallel' ? parent : parent?.parent;
    while (above?.type === 'parallel' && !done.has(above) && isOver(above, now)) {
      const type = doneStateEvent(above.id);
      done.add(above);
      told.push(({ raised }) => void raised.push({ type, output: undefined }));
      above = above.parent;
    }
    if (!above) throw new Unfit('the end of the machine');
    return told;
  }
}

/** What configurations of one machine share. */
export interface Chart {
  readonly root: AnyStateNode;
  readonly steps: ActionSteps;
  readonly seen: ActorSeen;
  candidate(transition: AnyTransitionDefinition): Candidate;
  numberOf(transition: AnyTransitionDefinition): number;
  configurationOf(nodes: readonly AnyStateNode[]): Configuration;
}

function kept<Key>(plans: Map<Key, Plan | null>, key: Key, make: () => Plan): Plan | null {
  let plan = plans.get(key);
  if (plan !== undefined) return plan;
  try {
    plan = make();
  } catch (problem) {
    if (!(problem instanceof Unfit)) throw problem;
    plan = null;
  }
  plans.set(key, plan);
  return plan;
}

function chosen({ inner, own }: Choice, run: Run): readonly AnyTransitionDefinition[] {
  let found = NOTHING;
  for (const choice of inner) {
    const more = chosen(choice, run);
    if (more.length > 0) found = found.length === 0 ? more : [...found, ...more];
  }
  if (found.length > 0) return found;
  for (const { transition, guard } of own) if (!guard || guard(run)) return [transition];
  return NOTHING;
}

/** Those for the very event first, then those for more and more of its kind. */
function candidatesOf({ transitions }: AnyStateNode, type: string): AnyTransitionDefinition[] {
  const wider = [...transitions.keys()]
    .filter((descriptor) => descriptor !== type && covers(descriptor, type))
    .sort((a, b) => b.length - a.length);
  return [...(transitions.get(type) ?? []), ...wider.flatMap((key) => transitions.get(key) ?? [])];
}

/** `*` covers everything, `a.b.*` everything that begins with `a.b`. */
function covers(descriptor: string, type: string): boolean {
  if (descriptor === '*') return true;
  if (!descriptor.endsWith('.*')) return false;
  const wanted = descriptor.slice(0, -2).split('.');
  const parts = type.split('.');
  return wanted.every((part, index) => part !== '*' && part === parts[index]);
}

function isOver(node: AnyStateNode, now: ReadonlySet<AnyStateNode>): boolean {
  if (node.type === 'compound')
    return statesIn(node).some((child) => child.type === 'final' && now.has(child));
  if (node.type === 'parallel') return statesIn(node).every((child) => isOver(child, now));
  return node.type === 'final';
}

/** In the order of their keys in the state value, as XState goes through them. */
function activeIn(node: AnyStateNode, nodes: readonly AnyStateNode[]): AnyStateNode[] {
  const inner = nodes.filter(({ parent }) => parent === node);
  return Object.values(Object.fromEntries(inner.map((child) => [child.key, child])));
}

/** The value of a state whose inner states are these, in the order in which they became active. */
function stateValueOf(
  node: AnyStateNode,
  nodes: readonly AnyStateNode[],
): AnyMachineSnapshot['value'] {
  const inner = activeIn(node, nodes);
  const [only] = inner;
  if (node.type === 'compound' && only && isAtomic(only)) return only.key;
  return Object.fromEntries(inner.map((child) => [child.key, stateValueOf(child, nodes)]));
}
