/**
 * Forms the team that a request calls for, and lets it work as a rehearsal: no key, no cost. What
 * `horde run --rehearse "…"` does, as a program does it; with a real model only `client` differs.
 */
import { pathToFileURL } from 'node:url';
import {
  Catalog,
  createPriceTable,
  createRehearsalModel,
  createRuntime,
  defaultModel,
  formTeam,
  hordeMachines,
  hordeWorkers,
  openStore,
  recommend,
  renderReport,
  report,
  reportFrom,
  wishOf,
} from 'golden-horde';

/** Runs the request and prints the report, when the script that calls it was started itself. */
export async function rehearse(request: string, script: string): Promise<void> {
  if (script !== pathToFileURL(process.argv[1] ?? '').href) return;
  const catalog = new Catalog();
  const selection = await recommend(request, catalog);
  console.log(`${selection.pattern}: ${selection.reasons.join('; ')}\n`);
  const { workers, tools } = hordeWorkers({
    client: createRehearsalModel({ seed: 7 }),
    prices: createPriceTable(),
    // Sub-agents are granted by whoever runs the team, never by the request.
    ...(selection.pattern === 'nested-swarm' ? { swarms: {} } : {}),
  });
  const store = await openStore('memory:');
  const runtime = createRuntime({ store, machines: hordeMachines, workers });
  const wish = wishOf(selection, catalog);
  const team = await runtime.start(formTeam({ ...wish, tools, request, model: defaultModel }));
  await team.result();
  console.log(renderReport(reportFrom(await team.view(report))));
  await runtime.close();
}
