/**
 * Somebody watches those who build, and corrects them while they do.
 * npx tsx examples/invocations/watchdog.ts
 */
import { rehearse } from './rehearse.ts';

/** What the request calls for. */
export const pattern = 'watchdog';

export const request =
  'Have two developers implement the payment and the receipt module while a security ' +
  'watchdog monitors their work for vulnerabilities';

await rehearse(request, import.meta.url);
