/**
 * Two sides sign a contract first; then both build against it.
 * npx tsx examples/invocations/contract-first-negotiation.ts
 */
import { rehearse } from './rehearse.ts';

/** What the request calls for. */
export const pattern = 'contract-first-negotiation';

export const request =
  'Build notifications across the stack: the backend and frontend agents agree on the API ' +
  'contract before either implements it';

await rehearse(request, import.meta.url);
