/**
 * What a command leads teams with: one runtime for the whole process, and so one governor of its model keys. The
 * workers of each team are chosen as it was formed: its model or rehearsal, its workspace, its grants.
 */

import { createGovernor } from '../actors/governor/token-governor.ts';
import { createRuntime, type Runtime } from '../actors/runtime.ts';
import type { RuntimeOptions } from '../actors/runtime-options.ts';
import type { Workers } from '../actors/worker.ts';
import type { EventDefinition } from '../events/event.ts';
import { createCatalog } from '../events/known-events.ts';
import type { EventStore } from '../events/store.ts';
import type { ToolSpec } from '../events/words/agent.ts';
import { vocabulary } from '../events/words/index.ts';
import { type HordeWorkersOptions, hordeWorkers } from '../hands/horde-workers.ts';
import type { ModelClient } from '../hands/model/model-client.ts';
import { answeredFromOrigin } from '../hands/model/origin-answers.ts';
import { createDesk } from '../hands/people/desk.ts';
import { createPerson, type Person } from '../hands/people/person.ts';
import { hordeWith } from '../machines/index.ts';
import { Catalog } from '../planning/catalog/catalog.ts';
import type { Site } from './command.ts';
import { modelClient, pricesOf } from './model-access.ts';
import { operationalLog } from './observation.ts';
import type { OwnPatterns } from './own-patterns.ts';

/** As a team was formed. */
type Labels = Readonly<Record<string, string>>;

interface Session {
  runtime: Runtime;
  /** The tools that a team with these labels is granted. */
  toolsOf(labels: Labels): ToolSpec[];
}

/** A runtime that only reads: no worker does anything. */
export function readingRuntime(own: OwnPatterns, store: EventStore): Runtime {
  const { machines, events } = hordeWith(own.all);
  const idle = {
    effect: 'repeatable' as const,
    run: () => Promise.reject(new Error('this runtime only reads')),
  };
  return createRuntime({
    store,
    machines,
    events,
    workers: { callModel: idle, useTool: idle },
  });
}

/** What leads teams here, whatever their labels. No model is looked for before a team is led that asks one. */
export async function leadingSession(
  site: Site,
  store: EventStore,
  onProgress?: RuntimeOptions['onProgress'],
): Promise<Session> {
  const { shell, output, own } = site;
  const terminal = output.terminal && shell.stdin.isTTY === true;
  const log = await operationalLog(shell);
  return sessionWith({
    clientOf: (labels) => modelClient(shell, labels, hordeWith(own.all).moves),
    store: log?.watched(store) ?? store,
    site,
    terminal,
    onProgress,
  });
}

/** A runtime that forms teams for others to lead: it asks no model, and nobody sits at its terminal. */
export function formingSession(site: Site, store: EventStore): Session {
  return sessionWith({
    clientOf: async () => NOBODY,
    store,
    site,
    terminal: false,
    onProgress: undefined,
  });
}

const NOBODY: ModelClient = {
  rehearsal: false,
  key: 'none',
  reply: () => Promise.reject(new Error('this runtime only forms teams')),
};

interface SessionParts {
  clientOf(labels: Labels): Promise<ModelClient>;
  store: EventStore;
  site: Site;
  /** Somebody can be asked. */
  terminal: boolean;
  onProgress: RuntimeOptions['onProgress'] | undefined;
}

function sessionWith({ clientOf, store, site, terminal, onProgress }: SessionParts): Session {
  const { shell, output, own } = site;
  const { machines, events, moves } = hordeWith(own.all);
  const prices = pricesOf(shell);
  // Whoever sits here is one person, whichever team asks.
  const person = terminal
    ? createPerson({ input: shell.stdin, output: shell.stderr, isTTY: true })
    : undefined;
  const handsOf = (client: ModelClient, labels: Labels) =>
    hordeWorkers({
      client,
      prices,
      moves,
      onUnpriced: (model) =>
        output.note(`the model ${model} has no price: its cost is counted as 0`),
      ...grantsOf(labels, shell.cwd),
      ...(person || labels['people'] === 'yes' ? { person: deskOf(store, events, person) } : {}),
    });
  const workersOf = async ({ labels }: { labels: Labels }): Promise<Workers> => {
    const { workers } = handsOf(await clientOf(labels), labels);
    return { ...workers, callModel: answeredFromOrigin(workers['callModel']!, store) };
  };
  const runtime = createRuntime({
    store,
    machines,
    events,
    workersOf,
    governor: createGovernor({ now: Date.now }),
    ...(onProgress ? { onProgress } : {}),
  });
  return { runtime, toolsOf: (labels) => handsOf(NOBODY, labels).tools };
}

/** What a team may do in the world, as its labels grant it. */
function grantsOf(labels: Labels, cwd: string): Partial<HordeWorkersOptions> {
  const { workspace } = labels;
  return {
    ...(workspace ? { workspace } : {}),
    write: labels['write'] === 'yes',
    commands: labels['commands'] === 'yes',
    ...(labels['swarms'] === 'yes' ? { swarms: { persona: personas(workspace ?? cwd) } } : {}),
  };
}

/** Sub-agents are types of the catalog too; it is read when the first is wanted. */
function personas(workspace: string) {
  let catalog: Catalog | undefined;
  return (type: string) => {
    catalog ??= new Catalog({ workspace });
    return catalog.agent(type);
  };
}

/** Whoever sits at this terminal, or comes from another with `horde approve`. */
const deskOf = (
  store: EventStore,
  events: readonly EventDefinition[],
  terminal: Person | undefined,
) => {
  const catalog = createCatalog([...vocabulary, ...events]);
  return createDesk({ store, catalog, ...(terminal ? { terminal } : {}) });
};
