/**
 * The contract of all stores, held against EventStoreDB: against a real server when `EVENTSTOREDB_URL` names
 * one, else against the test server. The title of the suite says which.
 */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { StreamName } from '../../src/events/ids.ts';
import { NO_STREAM } from '../../src/events/store.ts';
import { openEventStoreDb } from '../../src/events/stores/eventstoredb/eventstoredb-store.ts';
import { startTestServer, type TestServer } from '../eventstoredb/test-server.ts';
import { newEvents } from './fixtures/new-event.ts';
import { describeStore } from './store-contract.ts';

const realUrl = process.env['EVENTSTOREDB_URL'];
const name = realUrl
  ? `EventStoreDB, real server at ${shown(realUrl)}`
  : 'EventStoreDB, test server';

let server: TestServer | undefined;
const url = (): string => realUrl ?? server!.connectionString;

beforeAll(async () => {
  if (!realUrl) server = await startTestServer();
});
afterAll(() => server?.stop());

function shown(text: string): string {
  return text.replace(/\/\/[^@/]*@/, '//').replace(/\?.*$/, '');
}

describeStore(name, {
  open: () => openEventStoreDb(url()),
  lacks: {
    orderOfCalls: 'the server orders appends to different streams as they reach its log',
    snapshots: 'the server keeps events only',
    readModels: 'the server keeps events only',
  },
  // Both of two events must fit into one mebibyte with their metadata.
  dataCharsMax: 1_000_000,
  runs: realUrl ? 10 : 40,
});

describe(`${name}: several processes`, () => {
  test('two stores see each other: one appends, the other hears it and may go on', async () => {
    const [one, other] = [await openEventStoreDb(url()), await openEventStoreDb(url())];
    const stream = `team-${crypto.randomUUID()}` as StreamName;
    const heard = new Promise<number>((resolve) => {
      other.subscribe({ stream, onEvents: (events) => resolve(events[0]!.revision) });
    });
    await one.append(stream, newEvents(1), NO_STREAM);
    expect(await heard).toBe(0);
    expect((await other.append(stream, newEvents(1), 0)).revision).toBe(1);
    await Promise.all([one.close(), other.close()]);
  });
});
