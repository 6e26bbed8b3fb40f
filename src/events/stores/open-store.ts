/**
 * Opens the store that a URL names: `sqlite:PATH`, `memory:`, `esdb://…`.
 *
 * Each implementation is loaded when it is asked for, so that nobody pays for a client he does not use.
 * Throws `StoreFailure` when the URL names no store or the store cannot be opened.
 */
import { type EventStore, StoreFailure } from '../store.ts';

export async function openStore(url: string): Promise<EventStore> {
  const scheme = /^[a-z]+(\+[a-z]+)?:/.exec(url)?.[0];
  switch (scheme) {
    case 'memory:': {
      if (url !== 'memory:') throw noStore(url);
      return (await import('./memory-store.ts')).openMemoryStore();
    }
    case 'sqlite:': {
      const { path, options } = sqliteAddress(url);
      const { openSqliteStore } = await load('sqlite:', () => import('./sqlite/sqlite-store.ts'));
      return openSqliteStore(path, options);
    }
    case 'esdb:':
    case 'esdb+discover:': {
      const { openEventStoreDb } = await load(
        scheme,
        () => import('./eventstoredb/eventstoredb-store.ts'),
      );
      return openEventStoreDb(url);
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
  const [path = '', query = ''] = url.slice('sqlite:'.length).split(/\?(.*)/s);
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
  const shown = url.replace(/\/\/[^@/]*@/, '//').slice(0, 120);
  return new StoreFailure(
    `"${shown}" names no store; use sqlite:PATH, memory: or esdb://HOST:PORT`,
    'unavailable',
  );
}
