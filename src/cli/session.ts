/**
 * A runtime for one team, set up as that team was formed: its model or rehearsal, its workspace, its grants.
 */

import { createGovernor } from '../actors/governor/token-governor.ts';
import { createRuntime, type Runtime, type RuntimeOptions } from '../actors/runtime.ts';
import { createCatalog } from '../events/known-events.ts';
import type { EventStore } from '../events/store.ts';
import type { ToolSpec } from '../events/words/agent.ts';
import { vocabulary } from '../events/words/index.ts';
import { hordeWorkers } from '../hands/horde-workers.ts';
import type { ModelClient } from '../hands/model/model-client.ts';
import { answeredFromOrigin } from '../hands/model/origin-answers.ts';
import { createPriceTable, loadPrices } from '../hands/model/prices.ts';
import { createDesk } from '../hands/people/desk.ts';
import { createPerson } from '../hands/people/person.ts';
import { hordeMachines } from '../machines/index.ts';
import { Catalog } from '../planning/catalog/catalog.ts';
import { modelClient, rehearsalOf } from './model-access.ts';
import { operationalLog } from './observation.ts';
import type { Output } from './output.ts';

interface Session {
  runtime: Runtime;
  tools: ToolSpec[];
}

/** A runtime that only reads: no worker does anything. */
export function readingRuntime(store: EventStore): Runtime {
  const idle = {
    effect: 'repeatable' as const,
    run: () => Promise.reject(new Error('this runtime only reads')),
  };
  return createRuntime({
    store,
    machines: hordeMachines,
    workers: { callModel: idle, useTool: idle },
  });
}

/** The runtime that leads a team with these labels. */
export async function leadingRuntime(
  store: EventStore,
  labels: Readonly<Record<string, string>>,
  output: Output,
  onProgress?: RuntimeOptions['onProgress'],
): Promise<Session> {
  const client = await modelClient(rehearsalOf(labels));
  const terminal = process.stdin.isTTY === true && output.terminal;
  const log = await operationalLog();
  const watched = log?.watched(store) ?? store;
  return sessionWith({ client, store: watched, labels, output, terminal, onProgress });
}

/** A runtime that forms teams for others to lead: it asks no model, and nobody sits at its terminal. */
export function formingSession(
  store: EventStore,
  labels: Readonly<Record<string, string>>,
  output: Output,
): Session {
  const client: ModelClient = {
    rehearsal: false,
    key: 'none',
    reply: () => Promise.reject(new Error('this runtime only forms teams')),
  };
  return sessionWith({ client, store, labels, output, terminal: false, onProgress: undefined });
}

interface SessionParts {
  client: ModelClient;
  store: EventStore;
  labels: Readonly<Record<string, string>>;
  output: Output;
  /** Somebody can be asked. */
  terminal: boolean;
  onProgress: RuntimeOptions['onProgress'] | undefined;
}

function sessionWith({
  client,
  store,
  labels,
  output,
  terminal,
  onProgress,
}: SessionParts): Session {
  const { workspace } = labels;
  const pricesFile = process.env['HORDE_PRICES'];
  const desk = terminal || labels['people'] === 'yes' ? deskOf(store, terminal) : undefined;
  const { workers, tools } = hordeWorkers({
    client,
    prices: pricesFile ? loadPrices(pricesFile) : createPriceTable(),
    onUnpriced: (model) => output.note(`the model ${model} has no price: its cost is counted as 0`),
    ...(workspace ? { workspace } : {}),
    write: labels['write'] === 'yes',
    commands: labels['commands'] === 'yes',
    ...(labels['swarms'] === 'yes' ? { swarms: { persona: personas(workspace) } } : {}),
    ...(desk ? { person: desk } : {}),
  });
  const runtime = createRuntime({
    store,
    machines: hordeMachines,
    workers: { ...workers, callModel: answeredFromOrigin(workers['callModel']!, store) },
    governor: createGovernor({ now: Date.now }),
    ...(onProgress ? { onProgress } : {}),
  });
  return { runtime, tools };
}

/** Sub-agents are types of the catalog too; it is read when the first is wanted. */
function personas(workspace: string | undefined) {
  let catalog: Catalog | undefined;
  return (type: string) => {
    catalog ??= new Catalog({ workspace: workspace ?? '.' });
    return catalog.agent(type);
  };
}

/** Whoever sits at this terminal, or comes from another with `horde approve`. */
const deskOf = (store: EventStore, terminal: boolean) =>
  createDesk({
    store,
    catalog: createCatalog(vocabulary),
    ...(terminal
      ? { terminal: createPerson({ input: process.stdin, output: process.stderr, isTTY: true }) }
      : {}),
  });
