/**
 * Scouts find what there is, and the team seats whoever it turns out to need.
 * npx tsx examples/invocations/swarm-discovery.ts
 */
import { rehearse } from './rehearse.ts';

/** What the request calls for. */
export const pattern = 'swarm-discovery';

export const request =
  'Audit this code base for security holes; nobody knows how far it goes, so discover as ' +
  'you go and fix what you find';

await rehearse(request, import.meta.url);
