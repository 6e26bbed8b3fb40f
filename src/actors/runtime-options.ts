/**
 * What a runtime is made of, and what follows from it: the machines registered, the doorkeeper, the fold, and the
 * workers of a team.
 */
import type { EventDefinition } from '../events/event.ts';
import type { TeamId } from '../events/ids.ts';
import type { EventCatalog } from '../events/known-events.ts';
import type { EventStore } from '../events/store.ts';
import type { Clock } from './clock.ts';
import { createDoorkeeper, type Doorkeeper, standardPolicies } from './gate/doorkeeper.ts';
import type { Policy } from './gate/policy.ts';
import type { Governor } from './governor/governor.ts';
import type { Door } from './machine/registered-machine.ts';
import { createRegistry, type MachineSources } from './machine/registry.ts';
import { createFold, type Fold } from './state/fold.ts';
import type { Formed } from './state/team-state.ts';
import type { TurnRules } from './turn/draft.ts';
import { checkWorkers, type Workers } from './worker.ts';

export interface RuntimeOptions {
  store: EventStore;
  /** Machines by the name under which teams are started and actors join. */
  machines?: MachineSources;
  workers?: Workers;
  /**
   * More workers, chosen for each team as it was formed: its model, its folder, what it was granted. They stand in
   * front of `workers` of the same name. Asked once each time this runtime comes to lead a team.
   */
  workersOf?: (formed: Formed) => Workers | Promise<Workers>;
  /** Further policies, judged beside the standard ones (budget, counts). */
  policies?: readonly Policy[];
  /** Definitions of a user's own events; undefined ones are recorded as untyped JSON. */
  events?: readonly EventDefinition[];
  clock?: Clock;
  governor?: Governor;
  /** Text of models as it streams in; never recorded. */
  onProgress?: (team: TeamId, actor: string, text: string) => void;
  /** Where what `log` of one's own machines says goes; default: the console. */
  logger?: (...said: unknown[]) => void;
  /** What a registered machine does not answer; default: nobody is told. */
  onWarning?: (warning: string) => void;
}

/** What decides and folds, with these machines and policies. */
export interface Engine {
  readonly rules: TurnRules;
  readonly fold: Fold;
  /** Fingerprint of machines, policies and package. */
  readonly code: string;
  doorkeeperOf(workers: Workers): Doorkeeper;
  /** What a machine of this name lets in. */
  doorOf(machine: string): Door;
}

export function engineOf(options: RuntimeOptions, catalog: EventCatalog): Engine {
  const { store, workers = {}, workersOf, machines = {}, onWarning } = options;
  const policies = [...standardPolicies, ...(options.policies ?? [])];
  // Which workers a team will have is not known before it is formed.
  const hasWorker = (src: string) => workersOf !== undefined || Object.hasOwn(workers, src);
  const { code, machineOf, doorOf } = createRegistry(machines, policies, hasWorker, onWarning);
  const doorkeeperOf = (own: Workers) => createDoorkeeper(policies, own);
  const rules = { catalog, doorkeeper: doorkeeperOf(workers), machineOf };
  return { rules, doorkeeperOf, doorOf, code, fold: createFold(store, rules, code) };
}

/** The workers of a team: those of all teams, and those that are chosen for it. */
export function workersFor({ workers = {}, workersOf }: RuntimeOptions) {
  checkWorkers(workers);
  return async (formed: Formed): Promise<Workers> => {
    const chosen = await workersOf?.(formed);
    if (chosen) checkWorkers(chosen);
    return { ...workers, ...chosen };
  };
}
