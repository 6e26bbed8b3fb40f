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
  hordeMachines,
  hordeWorkers,
  openStore,
  planRecommended,
  type Recommendation,
  type Report,
  recommend,
  renderReport,
  report,
  reportFrom,
} from 'golden-horde';

export interface Rehearsed {
  recommendation: Recommendation;
  report: Report;
}

/** Runs the request to its end. */
export async function rehearsed(request: string): Promise<Rehearsed> {
  const catalog = new Catalog();
  const recommendation = await recommend(request, catalog);
  const { workers, tools } = hordeWorkers({
    client: createRehearsalModel({ seed: 7 }),
    prices: createPriceTable(),
    // Sub-agents are granted where the request asks for them.
    ...(recommendation.swarms ? { swarms: {} } : {}),
  });
  const store = await openStore('memory:');
  const runtime = createRuntime({ store, machines: hordeMachines, workers });
  const plan = planRecommended(recommendation, catalog, { request, tools, model: defaultModel });
  const team = await runtime.start(plan);
  await team.result();
  const told = reportFrom(await team.view(report));
  await runtime.close();
  return { recommendation, report: told };
}

/** Runs the request and prints the report, when the script that calls it was started itself. */
export async function rehearse(request: string, script: string): Promise<void> {
  if (script !== pathToFileURL(process.argv[1] ?? '').href) return;
  const { recommendation, report: told } = await rehearsed(request);
  console.log(`${recommendation.pattern}: ${recommendation.reasons.join('; ')}\n`);
  console.log(renderReport(told));
}
