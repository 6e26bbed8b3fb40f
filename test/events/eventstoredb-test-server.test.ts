/**
 * The test server, as the real client sees it through its own functions: what the store's tests and the
 * workers' tests rely on.
 */
import { appendFileSync, mkdtempSync, rmSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  EventStoreDBClient,
  jsonEvent,
  persistentSubscriptionToStreamSettingsFromDefaults as settings,
} from '@eventstore/db-client';
import shared from '@eventstore/db-client/generated/shared_pb.js';
import streams from '@eventstore/db-client/generated/streams_pb.js';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { startTestServer, type TestServer } from '../eventstoredb/test-server.ts';

let server: TestServer;
let client: EventStoreDBClient;

beforeEach(async () => {
  server = await startTestServer();
  client = EventStoreDBClient.connectionString(server.connectionString);
});
afterEach(async () => {
  await client.dispose();
  await server.stop();
});

const events = (...ns: number[]) => ns.map((n) => jsonEvent({ type: 'counted', data: { n } }));
const until = (condition: () => void) => vi.waitFor(condition, { timeout: 25_000, interval: 5 });

async function revisions(stream: string, direction: 'forwards' | 'backwards' = 'forwards') {
  const found: number[] = [];
  const fromRevision = direction === 'forwards' ? 'start' : 'end';
  for await (const { event } of client.readStream(stream, { direction, fromRevision }))
    found.push(Number(event!.revision));
  return found;
}

describe('streams', () => {
  test.each([true, false])(
    'are appended to by the real client (batches known: %s)',
    async (known) => {
      server.faults.batchAppendUnknown = !known;
      const fresh = await client.appendToStream('a', events(1, 2), {
        expectedRevision: 'no_stream',
      });
      expect(fresh.nextExpectedRevision).toBe(1n);
      const late = client.appendToStream('a', events(3), { expectedRevision: 0n });
      await expect(late).rejects.toMatchObject({
        type: 'wrong-expected-version',
        actualVersion: 1n,
      });
      expect(await revisions('a')).toEqual([0, 1]);
      expect(await revisions('a', 'backwards')).toEqual([1, 0]);
    },
  );

  test('hide what their metadata says', async () => {
    await client.appendToStream('a', events(1, 2, 3));
    await client.setStreamMetadata('a', { maxCount: 2 });
    expect(await revisions('a')).toEqual([1, 2]);
    await client.setStreamMetadata('a', { truncateBefore: 2 });
    expect(await revisions('a')).toEqual([2]);
  });

  test('may be written again after a deletion, and never after a tombstone', async () => {
    await client.appendToStream('a', events(1, 2));
    await client.deleteStream('a');
    await expect(revisions('a')).rejects.toMatchObject({ type: 'stream-not-found' });
    await client.appendToStream('a', events(3), { expectedRevision: 'no_stream' });
    expect(await revisions('a')).toEqual([2]);
    await client.tombstoneStream('a');
    const refused = client.appendToStream('a', events(4));
    await expect(refused).rejects.toMatchObject({ type: 'stream-deleted' });
  });

  test('outlive the server in a file, even when it died in the middle of a line', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'esdb-'));
    const file = join(folder, 'log');
    const first = await startTestServer({ file });
    first.log.append('a', [record('1'), record('2')], 'noStream');
    await first.stop();
    appendFileSync(file, '{"stream":"a","propo');
    const second = await startTestServer({ file });
    expect(second.log.records).toEqual(
      first.log.records.map((each) =>
        expect.objectContaining({
          id: each.id,
          position: each.position,
          data: each.data,
        }),
      ),
    );
    second.log.append('a', [record('3')], 1);
    await second.stop();
    const third = await startTestServer({ file });
    expect(third.log.head('a')).toBe(2);
    await third.stop();
    rmSync(folder, { recursive: true });
  });
});

// With the socket destroyed from within a call, Node 20.20 goes on reading and aborts: `onread->IsFunction()`.
test('dying of an append takes the calls along that came in one piece with it, and nothing else', async () => {
  for (let times = 0; times < 5; times++) {
    server.faults.crashOnAppend = 'before';
    const line = connect(server.port, '127.0.0.1', () => line.write(manyAppends('a', 50)));
    line.on('error', () => {});
    await until(() => expect(server.running).toBe(false));
    await server.start();
    expect(server.log.records).toEqual([]);
  }
});

/** As bytes of HTTP/2: a client's opening, then call after call of `Append`. */
function manyAppends(stream: string, calls: number): Buffer {
  const text = (value: string) => Buffer.concat([Buffer.of(value.length), Buffer.from(value)]);
  const header = (name: string, value: string) =>
    Buffer.concat([Buffer.of(0), text(name), text(value)]);
  const headers = Buffer.concat([
    header(':method', 'POST'),
    header(':scheme', 'http'),
    header(':authority', 'localhost'),
    header(':path', '/event_store.client.streams.Streams/Append'),
    header('content-type', 'application/grpc'),
    header('te', 'trailers'),
  ]);
  const name = new shared.StreamIdentifier().setStreamName(Buffer.from(stream));
  const options = new streams.AppendReq.Options().setStreamIdentifier(name);
  const message = Buffer.from(new streams.AppendReq().setOptions(options).serializeBinary());
  const [SETTINGS, HEADERS, DATA] = [4, 1, 0];
  const ids = Array.from({ length: calls }, (_, i) => 2 * i + 1);
  return Buffer.concat([
    Buffer.from('PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n'),
    frame(SETTINGS, 0, 0, Buffer.alloc(0)),
    ...ids.flatMap((id) => [
      frame(HEADERS, 0x4, id, headers),
      frame(DATA, 0x1, id, Buffer.concat([Buffer.of(0, 0, 0, 0, message.length), message])),
    ]),
  ]);
}

function frame(type: number, flags: number, stream: number, payload: Buffer): Buffer {
  const head = Buffer.alloc(9);
  head.writeUIntBE(payload.length, 0, 3);
  head.writeUInt8(type, 3);
  head.writeUInt8(flags, 4);
  head.writeUInt32BE(stream, 5);
  return Buffer.concat([head, payload]);
}

const record = (id: string) => ({
  id,
  type: 'counted',
  contentType: 'application/json',
  data: Buffer.from(`{"n":${id}}`),
  metadata: Buffer.from('{}'),
});

describe('persistent subscriptions', () => {
  const consumer = (bufferSize: number) => {
    const got: number[] = [];
    const call = client.subscribeToPersistentSubscriptionToStream('work', 'workers', {
      bufferSize,
    });
    call.on('error', () => {});
    call.on('data', ({ event }) => got.push((event!.data as { n: number }).n));
    return { got, call };
  };

  beforeEach(async () => {
    const fromStart = settings({ startFrom: 'start' });
    await client.createPersistentSubscriptionToStream('work', 'workers', fromStart);
  });

  test('give each event to one of the competing consumers', async () => {
    const [one, other] = [consumer(10), consumer(10)];
    await until(() => expect(server.openCalls('persistent')).toBe(2));
    await client.appendToStream('work', events(1, 2, 3, 4, 5, 6));
    await until(() => expect([...one.got, ...other.got]).toHaveLength(6));
    expect([...one.got, ...other.got].sort()).toEqual([1, 2, 3, 4, 5, 6]);
    expect(one.got).toHaveLength(3);
  });

  test('give what a consumer held to another when it is gone', async () => {
    await client.appendToStream('work', events(1, 2));
    const dying = consumer(10);
    await until(() => expect(dying.got).toEqual([1, 2]));
    await dying.call.unsubscribe();
    const heir = consumer(10);
    await until(() => expect(heir.got).toEqual([1, 2]));
  });

  test('give an event again when it is refused, and park it when asked to', async () => {
    await client.appendToStream('work', events(1));
    const call = client.subscribeToPersistentSubscriptionToStream('work', 'workers');
    const retries: number[] = [];
    for await (const resolved of call) {
      retries.push(resolved.retryCount);
      if (resolved.retryCount < 2) await call.nack('retry', 'not now', resolved);
      else {
        await call.nack('park', 'never', resolved);
        break;
      }
    }
    expect(retries).toEqual([0, 1, 2]);
    await until(async () => {
      const { stats } = await client.getPersistentSubscriptionToStreamInfo('work', 'workers');
      expect(stats.parkedMessageCount).toBe(1n);
    });
  });

  test('exist once, and are missed when they do not', async () => {
    const again = client.createPersistentSubscriptionToStream('work', 'workers', settings());
    await expect(again).rejects.toMatchObject({ type: 'persistent-subscription-exists' });
    await client.deletePersistentSubscriptionToStream('work', 'workers');
    const gone = client.deletePersistentSubscriptionToStream('work', 'workers');
    await expect(gone).rejects.toMatchObject({ type: 'persistent-subscription-does-not-exist' });
  });
});
