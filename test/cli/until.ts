/** Waits for a condition, for as long as the test may take: how quick the machine is decides nothing. */
import { setTimeout as pause } from 'node:timers/promises';

const LOOKS_EVERY_MS = 10;

/** Resolves with the first thing that is found; undefined and false are nothing. */
export async function until<Found>(
  look: () => Found | undefined | false | Promise<Found | undefined | false>,
): Promise<Found> {
  for (;;) {
    const found = await look();
    if (found !== undefined && found !== false) return found;
    await pause(LOOKS_EVERY_MS);
  }
}
