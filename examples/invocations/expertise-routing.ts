/**
 * One does the work and asks specialists when it needs to know.
 * npx tsx examples/invocations/expertise-routing.ts
 */
import { rehearse } from './rehearse.ts';

/** What the request calls for. */
export const pattern = 'expertise-routing';

export const request =
  'Build a file upload with a generalist developer, who consults the security specialist on ' +
  'validation and the database specialist on storage';

await rehearse(request, import.meta.url);
