/**
 * Opens the store that a URL names: `sqlite:PATH`, `memory:`, `esdb://…` (or `kurrentdb://…`).
 *
 * Each implementation is loaded when it is asked for, so that nobody pays for a client he does not use.
 * Throws `StoreFailure` when the URL names no store or the store cannot be opened.
 *
 * Invariant: no message shows what stands before the last `@` of a URL.
 */
import { type EventStore, StoreFailure } from '../store.ts';

interface OpenStoreOptions {
  /** Told, in one line each, what a store behind a network waits for, and that it is over. */
  onTrouble?: (line: string) => void;
  /** A folder of this machine for what need not be read twice from a server. */
  keepIn?: string;
  /** A server that does not answer yet is waited for. */
  waits?: boolean;
}

export async function openStore(url: string, options: OpenStoreOptions = {}): Promise<EventStore> {
  const scheme = /^[a-z]+(\+[a-z]+)?:/i.exec(url.trim())?.[0].toLowerCase();
  switch (scheme) {
    case 'memory:': {
      if (url !== 'memory:') throw noStore(url);
      return (await import('./memory-store.ts')).openMemoryStore();
    }
    case 'sqlite:': {
      const address = sqliteAddress(url);
      const { openSqliteStore } = await load('sqlite:', () => import('./sqlite/sqlite-store.ts'));
      return openSqliteStore(address.path, address.options);
    }
    case 'esdb:':
    case 'esdb+discover:':
    case 'kurrentdb:':
    case 'kurrentdb+discover:':
    case 'kurrent:':
    case 'kurrent+discover:': {
      const { openEventStoreDb } = await load(
        scheme,
        () => import('./eventstoredb/eventstoredb-store.ts'),
      );
      const { onTrouble, keepIn, waits } = options;
      const openWithinMs = waits ? { openWithinMs: Number.POSITIVE_INFINITY } : {};
      return openEventStoreDb(url, { onTrouble, keepIn, ...openWithinMs });
    }
    default:
      throw noStore(url);
  }
}

interface SqliteAddress {
  path: string;
  options: { synchronous?: 'full' | 'normal'; bytesMax?: number };
}

function sqliteAddress(url: string): SqliteAddress {
  const [path = '', query = ''] = url
    .trim()
    .slice('sqlite:'.length)
    .split(/\?(.*)/s);
  if (path === '' || path === ':memory:' || path.includes('\0'))
    throw new StoreFailure(
      `"${url}" names no file; write sqlite:PATH, or memory: for a store that is forgotten`,
      'unavailable',
    );
  const options: SqliteAddress['options'] = {};
  for (const [name, value] of new URLSearchParams(query)) {
    if (name === 'synchronous' && (value === 'full' || value === 'normal'))
      options.synchronous = value;
    else if (name === 'bytesMax' && /^[1-9]\d{4,14}$/.test(value)) options.bytesMax = Number(value);
    else
      throw new StoreFailure(
        `"${url}": "${name}=${value}" is no option; there are synchronous=full or normal, and bytesMax=N`,
        'unavailable',
      );
  }
  return { path: path.replace(/^\/\/(?=\/)/, ''), options };
}

async function load<Module>(scheme: string, importing: () => Promise<Module>): Promise<Module> {
  try {
    return await importing();
  } catch (cause) {
    const reason = (cause as Error).message.split('\n')[0];
    throw new StoreFailure(
      `stores of ${scheme} cannot be used in this installation: ${reason}; install the package anew with its optional dependencies`,
      'unavailable',
      { cause },
    );
  }
}

function noStore(url: string): StoreFailure {
  const shown = url.replace(/\/\/.*@/s, '//').slice(0, 120);
  return new StoreFailure(
    `"${shown}" names no store; use sqlite:PATH, memory: or esdb://HOST:PORT`,
    'unavailable',
  );
}
