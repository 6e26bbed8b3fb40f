/** The machines of a runtime by name, registered, and the fingerprint of what folds streams with them. */
import { createHash } from 'node:crypto';
import type { AnyStateMachine } from 'xstate';
import { packageVersion } from '../../package.ts';
import type { Policy } from '../gate/policy.ts';
import {
  type Door,
  type MachineSource,
  type RegisteredMachine,
  UnknownMachine,
} from './registered-machine.ts';
import { registerMachine } from './registration.ts';

export type MachineSources = Readonly<Record<string, MachineSource | AnyStateMachine>>;

interface Registry {
  /** Throws `UnknownMachine`. */
  machineOf(name: string): RegisteredMachine;
  /** What it lets in; of a machine that is not known here, the words of a team. */
  doorOf(name: string): Door;
  /** Of machines, policies and package: snapshots of other code are not used. */
  readonly code: string;
}

const UNKNOWN: Door = { own: false, accepts: {} };

export function createRegistry(
  sources: MachineSources,
  policies: readonly Policy[],
  hasWorker: (src: string) => boolean,
  onWarning: (warning: string) => void = () => {},
): Registry {
  const machines = new Map<string, RegisteredMachine>();
  for (const [name, source] of Object.entries(sources)) {
    const machine = registerMachine(name, source, hasWorker);
    for (const warning of machine.warnings) onWarning(`machine "${name}": ${warning}`);
    machines.set(name, machine);
  }
  return {
    code: codeOf(machines, policies),
    doorOf: (name) => machines.get(name) ?? UNKNOWN,
    machineOf(name) {
      const machine = machines.get(name);
      if (machine) return machine;
      const known = [...machines.keys()].join(', ') || 'none';
      throw new UnknownMachine(`no machine "${name}" is registered; there are: ${known}`);
    },
  };
}

function codeOf(
  machines: ReadonlyMap<string, RegisteredMachine>,
  policies: readonly Policy[],
): string {
  const prints = [...machines].map(([name, { fingerprint }]) => [name, fingerprint]).sort();
  return createHash('sha256')
    .update(JSON.stringify([packageVersion, prints, policies.map(({ name }) => name)]))
    .digest('hex')
    .slice(0, 16);
}
