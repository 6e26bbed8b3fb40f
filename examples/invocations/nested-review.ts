/**
 * A producer researches with a swarm, then goes through review.
 * npx tsx examples/invocations/nested-review.ts
 */
import { rehearse } from './rehearse.ts';

/** What the request calls for. */
export const pattern = 'nested-swarm';

export const request =
  'Have a developer build the payment module: let them swarm 4 sub-agents first, to ' +
  'research cards, wallets, crypto and bank transfers in parallel; then a security reviewer ' +
  'iterates on the result with them';

await rehearse(request, import.meta.url);
