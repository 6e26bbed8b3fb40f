/**
 * Registration reads a machine before it ever runs and says what cannot be made durable, and where.
 *
 * Errors (registration refuses): side-effect actions, `sendTo`, `log`, `spawn`, an invoke id that can be
 * active twice, invoked logic that no worker does and that cannot be run on its own.
 * Warnings (errors with `strict`): a wait that does not answer success, failure and time-out.
 */
import { createHash } from 'node:crypto';
import { type AnyStateMachine, type AnyStateNode, fromPromise } from 'xstate';
import { topicMatches } from '../../events/topics.ts';
import { createInterpreter, type Interpreter } from './interpreter.ts';
import {
  ACTION,
  doneEvent,
  errorEvent,
  inlineInvoke,
  isBuiltIn,
  PROMISE_RESOLVED,
} from './xstate-names.ts';

export interface MachineSource {
  readonly machine: AnyStateMachine;
  /** Topics of what it hears without being addressed. */
  readonly hears?: readonly string[];
  /** Demands that every wait answers success, failure and time-out. */
  readonly strict?: boolean;
  /** What repeating its own invoked promises means after a crash; default `once`. */
  readonly effects?: Readonly<Record<string, 'repeatable' | 'once'>>;
}

export interface RegisteredMachine {
  readonly name: string;
  readonly machine: AnyStateMachine;
  readonly interpreter: Interpreter;
  readonly effects: Readonly<Record<string, 'repeatable' | 'once'>>;
  readonly warnings: readonly string[];
  /** Changes when the machine's chart or the source of its named implementations does. */
  readonly fingerprint: string;
  hears(type: string): boolean;
}

/** A machine cannot be run durably; `problems` say what is wrong where, one line each. */
export class RegistrationError extends Error {
  override readonly name = 'RegistrationError';
  constructor(
    readonly machine: string,
    readonly problems: readonly string[],
  ) {
    super(
      `machine "${machine}" cannot be registered:\n${problems.map((line) => `  - ${line}`).join('\n')}`,
    );
  }
}

export function registerMachine(
  name: string,
  source: MachineSource | AnyStateMachine,
  hasWorker: (src: string) => boolean,
): RegisteredMachine {
  const given = 'machine' in source ? source : { machine: source };
  const { hears = [], strict = false, effects = {} } = given;
  const machine = declared(given.machine, hasWorker);
  const nodes = nodesOf(machine.root);
  const problems = [
    ...nodes.flatMap((node) => actionProblems(node, machine)),
    ...nodes.flatMap((node) => invokeProblems(node, machine, hasWorker)),
    ...sharedInvokes(nodes),
  ];
  const warnings = nodes.flatMap(unansweredWaits);
  if (strict) problems.push(...warnings);
  if (problems.length > 0) throw new RegistrationError(name, problems);
  const heard = new Map<string, boolean>();
  return {
    name,
    machine,
    interpreter: createInterpreter(machine, name),
    effects,
    warnings,
    fingerprint: fingerprintOf(machine),
    hears(type) {
      let answer = heard.get(type);
      if (answer === undefined) {
        answer = hears.some((pattern) => topicMatches(pattern, type));
        heard.set(type, answer);
      }
      return answer;
    },
  };
}

/** XState forgets the input and the end of a wait whose logic nobody declared: a worker's name is declared here. */
function declared(machine: AnyStateMachine, hasWorker: (src: string) => boolean): AnyStateMachine {
  const known = machine.implementations.actors as Record<string, unknown>;
  const sources = nodesOf(machine.root).flatMap((node) =>
    node.invoke.map(({ src }) => String(src)),
  );
  const missing = sources.filter((src) => !known[src] && hasWorker(src));
  if (missing.length === 0) return machine;
  const logic = fromPromise(() => Promise.reject(new Error('done by a worker')));
  return machine.provide({
    actors: Object.fromEntries(missing.map((src) => [src, logic])),
  } as never);
}

function nodesOf(node: AnyStateNode): AnyStateNode[] {
  return [node, ...Object.values(node.states).flatMap((child) => nodesOf(child as AnyStateNode))];
}

const pathOf = (node: AnyStateNode) =>
  node.path.length === 0 ? 'the root' : `"${node.path.join('.')}"`;

const FORBIDDEN: Record<string, string> = {
  [ACTION.sendTo]: 'sendTo: say it with emit and `to` instead',
  [ACTION.forwardTo]: 'forwardTo: say it with emit and `to` instead',
  [ACTION.sendParent]: 'sendParent: say it with emit and `to` instead',
  [ACTION.log]: 'log: say it with emit instead',
  [ACTION.spawnChild]: 'spawnChild: wait for it with invoke instead',
  [ACTION.stopChild]: 'stopChild: leave the state that invokes it instead',
};

function actionProblems(node: AnyStateNode, machine: AnyStateMachine): string[] {
  const lists: [string, readonly unknown[]][] = [
    ['entry', node.entry],
    ['exit', node.exit],
    ['initial', node.initial.actions],
    ...[...node.transitions.values()]
      .flat()
      .map((t): [string, readonly unknown[]] => [`on ${t.eventType}`, t.actions]),
    ...(node.always ?? []).map((t): [string, readonly unknown[]] => ['always', t.actions]),
  ];
  return lists.flatMap(([where, actions]) =>
    actions.flatMap((action) => {
      const named = typeof action === 'string' ? action : (action as { type?: string }).type;
      const implementation =
        typeof action === 'function'
          ? action
          : (machine.implementations.actions as Record<string, unknown>)[named ?? ''];
      // Not implemented: XState would warn and do nothing; a delayed transition's own action is built in.
      if (implementation === undefined) {
        return isBuiltIn(named)
          ? []
          : [`${pathOf(node)}, ${where}: the action "${named}" is not implemented`];
      }
      const type = (implementation as { type?: string }).type;
      if (typeof implementation === 'function' && 'resolve' in implementation) {
        return type && FORBIDDEN[type] ? [`${pathOf(node)}, ${where}: ${FORBIDDEN[type]}`] : [];
      }
      return [
        `${pathOf(node)}, ${where}: "${named ?? (implementation as { name?: string }).name ?? 'inline'}" is a side-effect action; a machine is pure here (invoke waits, emit tells, assign remembers)`,
      ];
    }),
  );
}

function invokeProblems(
  node: AnyStateNode,
  machine: AnyStateMachine,
  hasWorker: (src: string) => boolean,
): string[] {
  return node.invoke.flatMap((invoke: { id: string; src: unknown; systemId?: unknown }) => {
    const src = String(invoke.src);
    if (invoke.systemId !== undefined)
      return [`${pathOf(node)} gives "${src}" a systemId; there is no system here: leave it out`];
    if (hasWorker(src)) return [];
    const logic = logicOf(machine, src);
    if (logic && isPromiseLike(logic)) return [];
    const what = logic ? 'its logic is not a promise, and' : '';
    return [
      `${pathOf(node)} waits for "${src}" (invoke "${invoke.id}"): ${what} no worker of that name was given`,
    ];
  });
}

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

/** Promise logic can be run on its own; callbacks, observables and machines talk back and cannot. */
function isPromiseLike(logic: unknown): boolean {
  if ('root' in (logic as object)) return false;
  try {
    const resolved = { type: PROMISE_RESOLVED, data: 1 };
    const next = (logic as any).transition({ status: 'active', input: undefined }, resolved, {});
    return next.status === 'done' && next.output === 1;
  } catch {
    return false;
  }
}

function unansweredWaits(node: AnyStateNode): string[] {
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
function sharedInvokes(nodes: readonly AnyStateNode[]): string[] {
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

function fingerprintOf(machine: AnyStateMachine): string {
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
