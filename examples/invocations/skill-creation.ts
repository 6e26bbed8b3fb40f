/**
 * A new skill is written and reviewed until it is good enough.
 * npx tsx examples/invocations/skill-creation.ts
 */
import { rehearse } from './rehearse.ts';

/** What the request calls for. */
export const pattern = 'review-loop';

export const request =
  'Create a new skill for deployments: a skill creator agent writes it, and a reviewer ' +
  'reviews it again and again until it is ready for production';

await rehearse(request, import.meta.url);
