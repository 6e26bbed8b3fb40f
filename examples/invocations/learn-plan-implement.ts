/**
 * What is learned feeds the plan, the plan the code.
 * npx tsx examples/invocations/learn-plan-implement.ts
 */
import { rehearse } from './rehearse.ts';

/** What the request calls for. */
export const pattern = 'assembly-line';

export const request =
  'Study how our auth module works, then plan a new OAuth2 flow by what you learned, then ' +
  'implement it';

await rehearse(request, import.meta.url);
