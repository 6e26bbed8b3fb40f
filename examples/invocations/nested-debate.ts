/**
 * Advocates let swarms gather evidence before they argue.
 * npx tsx examples/invocations/nested-debate.ts
 */
import { rehearse } from './rehearse.ts';

/** What the request calls for. */
export const pattern = 'adversarial-debate';

export const request =
  'Debate PostgreSQL against DynamoDB for our event store, where each advocate first swarms ' +
  '3 sub-agents to gather evidence on benchmarks, cost and migration';

await rehearse(request, import.meta.url);
