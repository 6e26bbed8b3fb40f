/**
 * Many ideas, a debate about the best, one built.
 * npx tsx examples/invocations/brainstorm-debate-build.ts
 */
import { rehearse } from './rehearse.ts';

/** What the request calls for. */
export const pattern = 'adversarial-debate';

export const request =
  'Brainstorm five approaches to our caching layer, have two advocates debate the best two ' +
  'before a judge, and build the winner';

await rehearse(request, import.meta.url);
