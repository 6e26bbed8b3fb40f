/**
 * What stands beside the events in the same file: snapshots, leases and the states of read models.
 *
 * Each write is one statement, and shares the transaction of its turn of the event loop.
 */

import type { StreamName } from '../../ids.ts';
import type { Lease, LeaseTable, ReadModelTable, SnapshotCache } from '../../store.ts';
import { refuseUnfitText } from '../attempt.ts';
import type { Connection } from './connection.ts';

/** How a table reaches the file. */
export interface FileAccess {
  readonly connection: Connection;
  /** Within the transaction of this turn. */
  write<Result>(job: () => Result): Promise<Result>;
  read<Result>(query: () => Result): Promise<Result>;
}

export function snapshotTable({ connection, write, read }: FileAccess): SnapshotCache {
  const put = connection.command(
    `INSERT INTO snapshots (stream, code, revision, body) VALUES (?1, ?2, ?3, ?4)
     ON CONFLICT (stream, code, revision) DO UPDATE SET body = excluded.body`,
  );
  const newest = connection.row(
    `SELECT revision, body FROM snapshots WHERE stream = ?1 AND code = ?2 AND revision <= ?3
     ORDER BY revision DESC LIMIT 1`,
  );
  return {
    async put(stream: StreamName, revision: number, code: string, body: string) {
      refuseUnfitText(body, `the snapshot of ${stream}`);
      await write(() => put(stream, code, revision, body));
    },
    async get(stream: StreamName, revision: number, code: string) {
      const row = await read(() => newest(stream, code, revision));
      return row && { revision: row[0], body: row[1] };
    },
  };
}

export function leaseTable({ connection, write, read }: FileAccess): LeaseTable {
  // Two statements: the one that looks within a transaction and the one that looks without.
  const held = connection.row('SELECT holder, expires_at FROM leases WHERE name = ?1');
  const take = connection.command(
    `INSERT INTO leases (name, holder, expires_at) VALUES (?1, ?2, ?3)
     ON CONFLICT (name) DO UPDATE SET holder = excluded.holder, expires_at = excluded.expires_at`,
  );
  const release = connection.command('DELETE FROM leases WHERE name = ?1 AND holder = ?2');
  const inForce = (name: string): Lease | undefined => {
    const row = held(name);
    return row && row[1] > Date.now() ? { holder: row[0], expiresAt: row[1] } : undefined;
  };
  return {
    take: (name, holder, ttlMs) =>
      write(() => {
        const lease = inForce(name);
        if (lease && lease.holder !== holder) return lease;
        const expiresAt = Date.now() + ttlMs;
        take(name, holder, expiresAt);
        return { holder, expiresAt };
      }),
    release: (name, holder) => write(() => release(name, holder)),
    look: (name) => read(() => inForce(name)),
  };
}

export function readModelTable({ connection, write, read }: FileAccess): ReadModelTable {
  const load = connection.row('SELECT position, body FROM read_models WHERE name = ?1');
  const save = connection.command(
    `INSERT INTO read_models (name, position, body) VALUES (?1, ?2, ?3)
     ON CONFLICT (name) DO UPDATE SET position = excluded.position, body = excluded.body`,
  );
  return {
    async load(name) {
      const row = await read(() => load(name));
      return row && { position: row[0], body: row[1] };
    },
    async save(name, position, body) {
      refuseUnfitText(body, `the read model ${name}`);
      await write(() => save(name, position, body));
    },
  };
}
