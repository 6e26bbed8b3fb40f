/** A store whose failures are told to the operational log, and change nothing else. */
import { type EventStore, RevisionConflict } from '../../events/store.ts';
import { fieldsOfError, type Level, type LogFields } from './log-line.ts';

type Tell = (level: Level, message: string, fields: LogFields) => void;

export function watchedStore(store: EventStore, tell: Tell): EventStore {
  const watched = async <Result>(doing: string, fields: LogFields, done: Promise<Result>) => {
    try {
      return await done;
    } catch (error) {
      // A conflict is how another leader shows itself; the leader answers it.
      const level = error instanceof RevisionConflict ? 'debug' : 'error';
      tell(level, `the store did not ${doing}`, {
        store: store.url,
        ...fields,
        ...fieldsOfError(error),
      });
      throw error;
    }
  };
  const { snapshots, leases, readModels } = store;
  return {
    url: store.url,
    ...(snapshots ? { snapshots } : {}),
    ...(leases ? { leases } : {}),
    ...(readModels ? { readModels } : {}),
    append: (stream, events, expected) =>
      watched('append', { stream, events: events.length }, store.append(stream, events, expected)),
    read: (stream, options) => watched('read', { stream }, store.read(stream, options)),
    readAll: (options) => watched('read', {}, store.readAll(options)),
    head: (stream) => watched('read', { stream }, store.head(stream)),
    streams: (prefix) => watched('read', {}, store.streams(prefix)),
    subscribe: (options) =>
      store.subscribe({
        ...options,
        onError(error) {
          tell('error', 'a subscription has ended', { store: store.url, ...fieldsOfError(error) });
          options.onError?.(error);
        },
      }),
    close: () => store.close(),
  };
}
