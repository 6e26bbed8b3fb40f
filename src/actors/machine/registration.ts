/**
 * Registration reads a machine before it ever runs and says what cannot be made durable, and where.
 *
 * Errors (registration refuses): side-effect actions, `sendTo`, `log`, `spawn`, an invoke id that can be
 * active twice, invoked logic that no worker does and that cannot be run on its own.
 * Warnings (errors with `strict`): a wait that does not answer success, failure and time-out.
 */
import type { AnyStateMachine, AnyStateNode } from 'xstate';
import { topicMatches } from '../../events/topics.ts';
import { registerOwn } from '../own/registration.ts';
import {
  declared,
  fingerprintOf,
  logicOf,
  pathOf,
  sharedInvokes,
  statesOf,
  unansweredWaits,
  withBoundedSteps,
} from './chart-reading.ts';
import { createInterpreter } from './interpreter.ts';
import { withOwnContext } from './own-context.ts';
import {
  type MachineSource,
  type RegisteredMachine,
  RegistrationError,
} from './registered-machine.ts';
import { ACTION, isBuiltIn, PROMISE_RESOLVED } from './xstate-names.ts';

export function registerMachine(
  name: string,
  source: MachineSource | AnyStateMachine,
  hasWorker: (src: string) => boolean,
): RegisteredMachine {
  const given = 'machine' in source ? source : { machine: source };
  if ((given.words ?? (given.hears ? 'team' : 'own')) === 'own')
    return registerOwn(name, given, hasWorker);
  const { hears = [], strict = false, effects = {}, policies = {}, accepts = {} } = given;
  const machine = withBoundedSteps(withOwnContext(declared(given.machine, hasWorker)));
  const nodes = statesOf(machine.root);
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
    own: false,
    interpreter: createInterpreter(machine, name),
    effects,
    policies,
    accepts,
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
    isWork: () => true,
    childOf() {
      throw new Error(`machine "${name}" speaks the words of a team and makes no actors itself`);
    },
  };
}

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
