/**
 * One writes, another checks, until it is approved.
 * npx tsx examples/invocations/review-loop.ts
 */
import { rehearse } from './rehearse.ts';

/** What the request calls for. */
export const pattern = 'review-loop';

export const request =
  'Design a migration that splits the users table in two, then have a DBA review it until ' +
  'it is safe to run';

await rehearse(request, import.meta.url);
