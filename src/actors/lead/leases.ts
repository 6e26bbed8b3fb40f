/**
 * Leases of teams: politeness between processes, so that two do not take the same team at once. The fence is the epoch
 * in the team's stream, never a lease.
 *
 * Invariants
 * 1. A lease held by a live process is left alone; one whose holder has died on this host is not waited for.
 * 2. One timer renews the leases of all teams that are led here; a lease that is not renewed runs out by itself.
 */
import { hostname } from 'node:os';
import { type TeamId, teamStream } from '../../events/ids.ts';
import type { EventStore } from '../../events/store.ts';
import type { Clock } from '../clock.ts';

/** Another live process leads this team. */
export class LedElsewhere extends Error {
  override readonly name = 'LedElsewhere';
}

export interface TeamLeases {
  /** Throws `LedElsewhere` while another live process holds it. */
  ask(id: TeamId): Promise<void>;
  take(id: TeamId): Promise<void>;
  release(id: TeamId): Promise<void>;
  /** Renews what is led here from now on. */
  keep(): void;
  close(): void;
}

interface LeaseSite {
  store: EventStore;
  clock: Clock;
  /** Of this process: `host:pid:nonce`. */
  name: string;
  led(): Iterable<TeamId>;
}

/** Renewed after a third of it; a team of a dead process is free once it has run out. */
const LEASE_MS = 5_000;

export function createTeamLeases({ store, clock, name, led }: LeaseSite): TeamLeases {
  const { leases } = store;
  let unlease: (() => void) | undefined;
  let closed = false;
  const again = () => clock.wake(clock.now() + LEASE_MS / 3, () => void renew());

  async function renew(): Promise<void> {
    let some = false;
    for (const id of led()) {
      if (closed) return;
      some = true;
      await leases?.take(teamStream(id), name, LEASE_MS).catch(() => undefined);
    }
    unlease = closed || !some ? undefined : again();
  }

  return {
    async ask(id) {
      if (!leases) return;
      const stream = teamStream(id);
      const holder = (await leases.look(stream))?.holder;
      if (holder !== undefined && holder !== name && isDeadHere(holder))
        await leases.release(stream, holder);
      const held = await leases.take(stream, name, LEASE_MS);
      if (held.holder === name) return;
      const until = new Date(held.expiresAt).toISOString();
      throw new LedElsewhere(
        `team ${id} is led by ${held.holder} until ${until}; watch it with: horde log ${id} --follow`,
      );
    },
    async take(id) {
      await leases?.take(teamStream(id), name, LEASE_MS);
    },
    async release(id) {
      await leases?.release(teamStream(id), name).catch(() => {});
    },
    keep() {
      if (!unlease && leases) unlease = again();
    },
    close() {
      closed = true;
      unlease?.();
    },
  };
}

/** A holder is `host:pid:nonce`; a pid of this host that is gone holds nothing. */
export function isDeadHere(holder: string): boolean {
  const [host, pid] = holder.split(':');
  if (host !== hostname()) return false;
  try {
    process.kill(Number(pid), 0);
    return false;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'ESRCH';
  }
}
