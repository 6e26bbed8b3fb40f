/** One hash for all that happened in a simulated world: the same seed gives the same. */
import { createHash } from 'node:crypto';
import { canonical } from '../../src/events/canonical.ts';
import type { Json, RawEvent } from '../../src/events/event.ts';

/** Ids and leaders' names are drawn anew in each run; all else must be equal. */
export function hashLog(events: readonly RawEvent[]): string {
  const hash = createHash('sha256');
  const leaders = new Map<string, string>();
  for (const { stream, type, version, data, meta } of events) {
    const told = JSON.parse(data) as { [key: string]: Json };
    if (type === 'leader.took') {
      const name = String(told['leader']);
      leaders.set(name, leaders.get(name) ?? `leader-${leaders.size}`);
      told['leader'] = leaders.get(name)!;
    }
    if ('latencyMs' in told) told['latencyMs'] = 0;
    hash.update(canonical([stream, type, version, told, JSON.parse(meta)]));
  }
  return hash.digest('hex').slice(0, 16);
}
