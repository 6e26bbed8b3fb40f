/**
 * Notes which transitions of which machines the tests take, wherever they run them: in the harness, through
 * XState's graph, or in the runtime. Loaded before each test file; production code knows nothing of it.
 *
 * XState tells every microstep, with the transitions taken, to the system of the scope that it is given. Both
 * ways of stepping a machine purely go through two methods of `StateMachine`; here they are given a scope whose
 * system listens. The runtime's own steps are planned by `Configuration`, and noted there. What is new is written down at
 * once, a key a line: threads that share what is loaded load this but once, and nobody tells when they end.
 */
import { randomUUID } from 'node:crypto';
import { appendFileSync, existsSync } from 'node:fs';
import { join } from 'node:path';
import { StateMachine } from 'xstate';
import { Configuration } from '../../src/actors/machine/configuration.ts';
import { keyOfState, keyOfTransition, type Node, type Transition } from './keys.ts';

interface Microstep {
  type?: string;
  snapshot: { _nodes?: readonly Node[] };
  _transitions: readonly Transition[];
}

interface Scope {
  system: { _sendInspectionEvent(event: Microstep): void };
}

const folder = process.env['HORDE_STATECHARTS'];
if (folder && existsSync(folder)) listen(folder);

function listen(folder: string): void {
  const file = join(folder, `${randomUUID()}.txt`);
  const known = new Set<string>();
  const taken = (key: string): void => {
    if (known.has(key)) return;
    known.add(key);
    appendFileSync(file, `${key}\n`);
  };
  const system = (of: Scope['system']) =>
    Object.create(of, {
      _sendInspectionEvent: {
        value(event: Microstep) {
          if (event.type === '@xstate.microstep') note(event, taken);
          of._sendInspectionEvent(event);
        },
      },
    });
  const listening = new WeakMap<Scope, Scope>();
  const scoped = (scope: Scope): Scope => {
    let own = listening.get(scope);
    if (!own) {
      own = { ...scope, system: system(scope.system) };
      listening.set(scope, own);
    }
    return own;
  };
  const stepping = StateMachine.prototype as unknown as {
    transition(snapshot: unknown, event: unknown, scope: Scope): unknown;
    getInitialSnapshot(scope: Scope, input: unknown): unknown;
  };
  const { transition, getInitialSnapshot } = stepping;
  stepping.transition = function (snapshot, event, scope) {
    return transition.call(this, snapshot, event, scoped(scope));
  };
  stepping.getInitialSnapshot = function (scope, input) {
    return getInitialSnapshot.call(this, scoped(scope), input);
  };
  const { planOf } = Configuration.prototype;
  Configuration.prototype.planOf = function (enabled) {
    const plan = planOf.call(this, enabled);
    if (plan) note({ snapshot: { _nodes: plan.next.nodes }, _transitions: enabled }, taken);
    return plan;
  };
}

const noted = new WeakSet<object>();

function note({ snapshot, _transitions }: Microstep, taken: (key: string) => void): void {
  for (const transition of _transitions) {
    if (noted.has(transition)) continue;
    noted.add(transition);
    const key = keyOfTransition(transition);
    // The state is named too: XState does not tell of the microstep that enters the first one.
    if (key) {
      taken(key);
      taken(keyOfState(transition.source));
    }
  }
  for (const node of snapshot._nodes ?? []) {
    if (noted.has(node)) continue;
    noted.add(node);
    taken(keyOfState(node));
  }
}
