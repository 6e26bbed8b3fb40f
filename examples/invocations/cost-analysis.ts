/**
 * Those who build, pay and measure have to agree.
 * npx tsx examples/invocations/cost-analysis.ts
 */
import { rehearse } from './rehearse.ts';

/** What the request calls for. */
export const pattern = 'consensus-deliberation';

export const request =
  'Build a real-time analytics pipeline with a data engineer, a cost analyst and a ' +
  'performance profiler, who reach consensus on the final approach';

await rehearse(request, import.meta.url);
