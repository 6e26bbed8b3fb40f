/** A log of a simulated team, read by somebody who does no work. */
import { createDoorkeeper, standardPolicies } from '../../src/actors/gate/doorkeeper.ts';
import type { RegisteredMachine } from '../../src/actors/machine/registered-machine.ts';
import { registerMachine } from '../../src/actors/machine/registration.ts';
import { createFold, type Fold } from '../../src/actors/state/fold.ts';
import type { TurnRules } from '../../src/actors/turn/draft.ts';
import type { RawEvent } from '../../src/events/event.ts';
import type { StreamName } from '../../src/events/ids.ts';
import { createCatalog } from '../../src/events/known-events.ts';
import type { EventStore } from '../../src/events/store.ts';
import { openMemoryStore } from '../../src/events/stores/memory-store.ts';
import { vocabulary } from '../../src/events/words/index.ts';
import { throwDice } from '../../src/hands/model/rehearsal/dice.ts';
import type { Scenario } from './scenario.ts';

export const STREAM = 'team-simulated' as StreamName;
export const CODE = 'simulated';

export interface Reading {
  store: EventStore;
  fold: Fold;
  rules: TurnRules;
}

export async function readingOf(
  scenario: Scenario,
  seed: number,
  log: readonly RawEvent[],
): Promise<Reading> {
  const store = openMemoryStore();
  for (const event of log) await store.append(event.stream, [event], 'any');
  const machines = new Map<string, RegisteredMachine>();
  const sources = scenario.machines(throwDice('machines', seed));
  for (const [name, source] of Object.entries(sources))
    machines.set(
      name,
      registerMachine(name, source, (src) => scenario.works.includes(src)),
    );
  const rules: TurnRules = {
    catalog: createCatalog([...vocabulary, ...scenario.events]),
    doorkeeper: createDoorkeeper(standardPolicies, {}),
    machineOf(name) {
      const machine = machines.get(name);
      if (!machine) throw new Error(`no machine "${name}"`);
      return machine;
    },
  };
  return { store, fold: createFold(store, rules, CODE), rules };
}

/** Revisions at which a turn of the simulated team ends. */
export const turnEnds = (log: readonly RawEvent[]): number[] =>
  log
    .filter(({ stream, meta }) => stream === STREAM && JSON.parse(meta).last === true)
    .map(({ revision }) => revision);
