/**
 * Experts think apart, challenge each other, and come to one mind.
 * npx tsx examples/invocations/consensus-deliberation.ts
 */
import { rehearse } from './rehearse.ts';

/** What the request calls for. */
export const pattern = 'consensus-deliberation';

export const request =
  'Have a backend architect, a security specialist and a performance engineer agree on a ' +
  'caching strategy for user profiles';

await rehearse(request, import.meta.url);
