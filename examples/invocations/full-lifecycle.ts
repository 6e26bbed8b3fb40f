/**
 * The whole life of a piece of software, each stage with its methodology.
 * npx tsx examples/invocations/full-lifecycle.ts
 */
import { rehearse } from './rehearse.ts';

/** What the request calls for. */
export const pattern = 'assembly-line';

export const request =
  'Plan, implement, test and review a notification service, with a planner, an implementer, ' +
  'a tester and a reviewer in an assembly line with quality gates';

await rehearse(request, import.meta.url);
