/**
 * Many ideas, a debate about the best, one built.
 * npx tsx examples/invocations/brainstorm-debate-build.ts
 */
import { rehearse } from './rehearse.ts';

/** What the request calls for. */
export const pattern = 'brainstorm-debate-build';

export const request =
  'Brainstorm five approaches to our caching layer, have two advocates debate the best two ' +
  'before a judge, then build the winner; embed horde-brainstorming in the scouts';

await rehearse(request, import.meta.url);
