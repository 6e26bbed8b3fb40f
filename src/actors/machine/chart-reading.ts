/**
 * What can be read from a machine before it runs: its states, the logic behind a name, waits that are not
 * answered, invoke ids that can be active twice, and a fingerprint of it all.
 */
import { createHash } from 'node:crypto';
import { type AnyStateMachine, type AnyStateNode, fromPromise } from 'xstate';
import { doneEvent, errorEvent, inlineInvoke } from './xstate-names.ts';

export function statesOf(node: AnyStateNode): AnyStateNode[] {
  return [node, ...Object.values(node.states).flatMap((child) => statesOf(child as AnyStateNode))];
}

export const pathOf = (node: AnyStateNode) =>
  node.path.length === 0 ? 'the root' : `"${node.path.join('.')}"`;

/** The logic behind a name, whether set up by name or written inline. */
export function logicOf(machine: AnyStateMachine, src: string): unknown {
  const named = (machine.implementations.actors as Record<string, unknown>)[src];
  if (named) return named;
  const inline = inlineInvoke(src);
  if (!inline) return undefined;
  const node = machine.getStateNodeById(inline[2]!);
  const config = [(node.config as { invoke?: unknown }).invoke].flat()[Number(inline[1])] as {
    src?: unknown;
  };
  return config?.src;
}

/** Microsteps that one event may set off: beyond them a machine goes round in circles. */
const MICROSTEPS_MAX = 10_000;

/**
 * A step that never comes to rest is refused, where XState by itself would run for ever. Set on the machine that
 * was given, which whoever runs it elsewhere will not notice; a bound of its own (`options.maxIterations`) stands.
 */
export function withBoundedSteps(machine: AnyStateMachine): AnyStateMachine {
  const options: AnyStateMachine['options'] | undefined = machine.options;
  // The oldest versions of XState that are served know no bound.
  if (options && !Number.isFinite(options.maxIterations ?? Number.POSITIVE_INFINITY))
    options.maxIterations = MICROSTEPS_MAX;
  return machine;
}

/** XState forgets the input and the end of a wait whose logic nobody declared: a worker's name is declared here. */
export function declared(
  machine: AnyStateMachine,
  hasWorker: (src: string) => boolean,
): AnyStateMachine {
  const known = machine.implementations.actors as Record<string, unknown>;
  const sources = statesOf(machine.root).flatMap((node) =>
    node.invoke.map(({ src }) => String(src)),
  );
  const missing = sources.filter((src) => !known[src] && hasWorker(src));
  if (missing.length === 0) return machine;
  const logic = fromPromise(() => Promise.reject(new Error('done by a worker')));
  return machine.provide({
    actors: Object.fromEntries(missing.map((src) => [src, logic])),
  } as never);
}

export function unansweredWaits(node: AnyStateNode): string[] {
  return node.invoke.flatMap((invoke: any) => {
    const missing = [
      node.transitions.has(doneEvent(invoke.id)) ? '' : 'success (onDone)',
      node.transitions.has(errorEvent(invoke.id)) ? '' : 'failure (onError)',
      hasTimeout(node) ? '' : 'time-out (after)',
    ].filter(Boolean);
    return missing.length === 0
      ? []
      : [`${pathOf(node)} waits for "${invoke.src}" and does not answer ${missing.join(', ')}`];
  });
}

function hasTimeout(node: AnyStateNode | undefined): boolean {
  return node !== undefined && (node.after.length > 0 || hasTimeout(node.parent));
}

/** Two states with one invoke id must exclude each other: a result is matched by that id alone. */
export function sharedInvokes(nodes: readonly AnyStateNode[]): string[] {
  const byId = new Map<string, AnyStateNode[]>();
  for (const node of nodes) {
    for (const { id } of node.invoke) byId.set(id, [...(byId.get(id) ?? []), node]);
  }
  return [...byId].flatMap(([id, owners]) =>
    owners.flatMap((a, i) =>
      owners
        .slice(i + 1)
        .flatMap((b) =>
          together(a, b)
            ? [
                `${pathOf(a)} and ${pathOf(b)} can be active together and share the invoke id "${id}"`,
              ]
            : [],
        ),
    ),
  );
}

function together(a: AnyStateNode, b: AnyStateNode): boolean {
  if (a === b) return true;
  const above = [...ancestors(a)];
  const meet = [...ancestors(b)].find((node) => above.includes(node));
  return meet === a || meet === b || meet?.type === 'parallel';
}

function* ancestors(node: AnyStateNode): Generator<AnyStateNode> {
  for (let at: AnyStateNode | undefined = node; at; at = at.parent) yield at;
}

export function fingerprintOf(machine: AnyStateMachine): string {
  const { actions, guards, delays } = machine.implementations;
  return createHash('sha256')
    .update(sourceOf([machine.config, actions, guards, delays], new Set()))
    .digest('hex')
    .slice(0, 16);
}

/** A text that changes with the source: functions by their code and the properties hung on them. */
function sourceOf(value: unknown, seen: Set<unknown>): string {
  if (typeof value === 'function' || (typeof value === 'object' && value !== null)) {
    if (seen.has(value)) return '…';
    seen.add(value);
    const own = typeof value === 'function' ? String(value) : '';
    return `${own}{${Object.entries(value)
      .map(([key, inner]) => `${key}:${sourceOf(inner, seen)}`)
      .join()}}`;
  }
  return String(value);
}
