/**
 * Members send out swarms of their own, whose findings come back as one message.
 * npx tsx examples/invocations/nested-swarm.ts
 */
import { rehearse } from './rehearse.ts';

/** What the request calls for. */
export const pattern = 'nested-swarm';

export const request =
  'Research our auth system from 5 angles in parallel (security, performance, API design, ' +
  'testing, documentation), synthesize the findings, then have an architect design ' +
  'improvements while a reviewer validates them against the research';

await rehearse(request, import.meta.url);
