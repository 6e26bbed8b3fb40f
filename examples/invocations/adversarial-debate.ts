/**
 * Two argue for opposing sides, and a judge rules point by point.
 * npx tsx examples/invocations/adversarial-debate.ts
 */
import { rehearse } from './rehearse.ts';

/** What the request calls for. */
export const pattern = 'adversarial-debate';

export const request =
  'Debate whether our event store should be PostgreSQL or DynamoDB, and have a judge decide';

await rehearse(request, import.meta.url);
