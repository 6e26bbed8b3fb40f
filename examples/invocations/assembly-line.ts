/**
 * Each stage builds on the one before, and may send back what it cannot build on.
 * npx tsx examples/invocations/assembly-line.ts
 */
import { rehearse } from './rehearse.ts';

/** What the request calls for. */
export const pattern = 'assembly-line';

export const request =
  'Analyze what a notification service must do, then design its API, then implement it, ' +
  'then write the tests';

await rehearse(request, import.meta.url);
