/**
 * A review loop on the durable runtime: a producer drafts, two reviewers review, until all approve.
 * Rehearsed, so it runs without a key:  npx tsx examples/review-loop.ts
 */
import {
  createPriceTable,
  createRehearsalModel,
  createRuntime,
  defaultModel,
  formTeam,
  hordeMachines,
  hordeWorkers,
  openStore,
  renderReport,
  report,
  reportFrom,
} from 'golden-horde';

const store = await openStore('memory:');
const { workers } = hordeWorkers({
  client: createRehearsalModel({ seed: 7 }),
  prices: createPriceTable(),
});
const runtime = createRuntime({ store, machines: hordeMachines, workers });

const team = await runtime.start(
  formTeam({
    pattern: 'review-loop',
    request: 'Design a migration that splits the users table, then have it reviewed for safety',
    agents: { reviewer: ['database-admin', 'security-auditor'] },
    model: defaultModel,
    limits: { tokens: 200_000 },
  }),
);
await team.result();
console.log(renderReport(reportFrom(await team.view(report))));
await runtime.close();
