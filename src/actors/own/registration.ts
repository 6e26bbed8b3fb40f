/**
 * Registration of a machine of one's own: any XState machine, with the actors that it makes. What cannot be
 * made durable is refused here, by state, with the way on; what is doubtful is a warning.
 *
 * Invariants
 * 1. A literal context is nobody's: each actor begins with a copy of it.
 * 2. Equal logic under one machine is registered once.
 */
import type { AnyActorLogic, AnyStateMachine, AnyStateNode } from 'xstate';
import {
  declared,
  fingerprintOf,
  logicOf,
  pathOf,
  sharedInvokes,
  statesOf,
  unansweredWaits,
  withBoundedSteps,
} from '../machine/chart-reading.ts';
import type { Interpreter } from '../machine/interpreter.ts';
import { withOwnContext } from '../machine/own-context.ts';
import {
  type MachineSource,
  type RegisteredMachine,
  RegistrationError,
} from '../machine/registered-machine.ts';
import { isBuiltIn } from '../machine/xstate-names.ts';
import { isMachine, logicKind } from './logic.ts';

export function registerOwn(
  name: string,
  source: MachineSource,
  hasWorker: (src: string) => boolean,
): RegisteredMachine {
  const { machine: given, strict = false, effects = {}, policies = {}, accepts = {} } = source;
  const machine = withOwnContext(declared(given, hasWorker));
  const nodes = statesOf(machine.root);
  const waits = nodes.flatMap(unansweredWaits);
  const problems = [
    ...nodes.flatMap((node) => unknownLogic(node, machine, hasWorker)),
    ...(strict ? waits : []),
  ];
  if (problems.length > 0) throw new RegistrationError(name, problems);
  const doubts = nodes.flatMap((node) => missingActions(node, machine));
  const warnings = [...waits, ...doubts, ...sharedInvokes(nodes)];
  return ownOf({ name, logic: machine, effects, policies, accepts, warnings, hasWorker });
}

function ownOf(own: {
  name: string;
  logic: AnyActorLogic;
  effects: RegisteredMachine['effects'];
  policies: RegisteredMachine['policies'];
  accepts: RegisteredMachine['accepts'];
  warnings: readonly string[];
  hasWorker: (src: string) => boolean;
}): RegisteredMachine {
  const { name, logic, effects, policies, accepts, warnings, hasWorker } = own;
  if (isMachine(logic)) withBoundedSteps(logic);
  const children = new WeakMap<object, RegisteredMachine>();
  return {
    name,
    machine: logic as AnyStateMachine,
    own: true,
    get interpreter(): Interpreter {
      throw new Error(`"${name}" is stepped with the actors that it makes`);
    },
    effects,
    policies,
    accepts,
    warnings,
    fingerprint: isMachine(logic) ? fingerprintOf(logic) : '',
    hears: () => false,
    isWork: (child, src) => (src !== null && hasWorker(src)) || logicKind(child) === 'promise',
    childOf(child, src) {
      let registered = children.get(child);
      if (!registered) {
        const named = `${name}/${src ?? child.constructor.name}`;
        registered = ownOf({ ...own, name: named, logic: child, accepts: {}, warnings: [] });
        children.set(child, registered);
      }
      return registered;
    },
  };
}

function unknownLogic(
  node: AnyStateNode,
  machine: AnyStateMachine,
  hasWorker: (src: string) => boolean,
): string[] {
  return node.invoke.flatMap(({ src: named, id }) => {
    const src = String(named);
    return hasWorker(src) || logicOf(machine, src)
      ? []
      : [
          `${pathOf(node)} waits for "${src}" (invoke "${id}"), which nobody has given: ` +
            'name it in setup({ actors }), or give a worker of that name to the runtime',
        ];
  });
}

/** XState itself warns of these when they are due, and does nothing. */
function missingActions(node: AnyStateNode, machine: AnyStateMachine): string[] {
  const known = machine.implementations.actions as Record<string, unknown>;
  const actions: unknown[] = [
    ...node.entry,
    ...node.exit,
    ...[...node.transitions.values()].flat().flatMap((transition) => transition.actions),
    ...(node.always ?? []).flatMap((transition) => transition.actions),
  ];
  const names = actions.map((action) =>
    typeof action === 'string' ? action : (action as { type?: string }).type,
  );
  return [...new Set(names)].flatMap((name) =>
    name === undefined || known[name] || isBuiltIn(name) || actions.some((a) => isOf(a, name))
      ? []
      : [`${pathOf(node)}: the action "${name}" is not implemented; nothing is done for it`],
  );
}

const isOf = (action: unknown, name: string): boolean =>
  typeof action === 'function' && (action as { type?: string }).type === name;
