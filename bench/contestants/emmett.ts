/**
 * Emmett with its SQLite store: every answer is a command handled by its `CommandHandler`, which reads the
 * stream, folds it and appends one event. One connection is kept open, in WAL mode with full sync. The store
 * gets a build of node-sqlite3 that ships its binary.
 */
import path from 'node:path';
import { CommandHandler } from '@event-driven-io/emmett';
import { getSQLiteEventStore, sqliteConnection } from '@event-driven-io/emmett-sqlite';
import { answerOf, type Ring } from '../workload.ts';
import { bytesIn, remove } from './horde.ts';

const initialState = () => ({ count: 0 });
const evolve = ({ count }: { count: number }) => ({ count: count + 1 });

export async function open(folder: string) {
  let files = 0;
  const begin = async () => {
    const fileName = path.join(folder, `emmett-${process.pid}-${files++}.db`);
    const connection = sqliteConnection({ fileName });
    await connection.command('PRAGMA synchronous = FULL');
    const store = getSQLiteEventStore({
      fileName,
      connectionOptions: { singleton: true, connection },
      schema: { autoMigration: 'None' },
    });
    await store.schema.migrate();
    return { fileName, connection, store };
  };
  type Store = Awaited<ReturnType<typeof begin>>['store'];
  const handle = CommandHandler({ evolve, initialState });
  const work = async (store: Store, load: Ring, stream: string) => {
    for (let i = 0; i < load.answers; i++) {
      const text = answerOf(i % load.agents);
      await handle(store, stream, ({ count }) => ({
        type: 'draftHanded',
        data: { count: count + 1, text },
      }));
    }
  };
  return {
    steps: async (load: Ring) => {
      const { fileName, connection, store } = await begin();
      const startedAt = performance.now();
      // One connection has one transaction at a time: its teams take their turns one after the other.
      for (let i = 0; i < load.teams; i++) await work(store, load, `team-${i}`);
      const ms = performance.now() - startedAt;
      connection.close();
      remove(fileName);
      return { ms, steps: load.teams * load.answers };
    },
    grow: async ({ load, windows }: { load: Ring; windows: [number, number][] }) => {
      const { fileName, connection, store } = await begin();
      const bytes = bytesIn(fileName);
      await connection.command('PRAGMA synchronous = OFF');
      const sizes = new Map<number, number>();
      const marks = new Set(windows.flat());
      for (let i = 0; i < load.answers; i++) {
        if (marks.has(i)) sizes.set(i, bytes());
        const data = { count: i, text: answerOf(i % load.agents) };
        await store.appendToStream('team-grow', [{ type: 'draftHanded', data }]);
      }
      connection.close();
      remove(fileName);
      return windows.map(([from, to]) => (sizes.get(to)! - sizes.get(from)!) / (to - from));
    },
    rebuild: async (events: number) => {
      const { fileName, connection, store } = await begin();
      for (let at = 0; at < events; at += 1000) {
        const batch = Array.from({ length: Math.min(1000, events - at) }, (_, i) => ({
          type: 'draftHanded',
          data: { count: at + i, text: answerOf(i % 2) },
        }));
        await store.appendToStream('team-long', batch);
      }
      const startedAt = performance.now();
      const { state } = await store.aggregateStream('team-long', { evolve, initialState } as never);
      const ms = performance.now() - startedAt;
      connection.close();
      remove(fileName);
      return { ms, events: (state as { count: number }).count };
    },
  };
}
