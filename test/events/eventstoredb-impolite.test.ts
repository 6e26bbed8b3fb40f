/**
 * The test server is as impolite as a real EventStoreDB 23.10.8: each difference that was measured between the
 * two is a test here. With `EVENTSTOREDB_URL` those that need no switch are held against that server.
 */
import { readFileSync } from 'node:fs';
import {
  ANY,
  type AppendExpectedRevision,
  BACKWARDS,
  binaryEvent,
  END,
  EventStoreDBClient,
  eventTypeFilter,
  jsonEvent,
  NO_STREAM,
  START,
  STREAM_EXISTS,
  persistentSubscriptionToStreamSettingsFromDefaults as settings,
  streamNameFilter,
} from '@eventstore/db-client';
import shared from '@eventstore/db-client/generated/shared_pb.js';
import streams from '@eventstore/db-client/generated/streams_pb.js';
import * as grpc from '@grpc/grpc-js';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import type { StreamName } from '../../src/events/ids.ts';
import { connectionTarget } from '../../src/events/stores/eventstoredb/connection-string.ts';
import { readRequest } from '../../src/events/stores/eventstoredb/protocol.ts';
import { Wire } from '../../src/events/stores/eventstoredb/wire.ts';
import { startTestServer, type TestServer } from '../eventstoredb/test-server.ts';

let server: TestServer;
let client: EventStoreDBClient;
let wire: Wire;

beforeEach(async () => {
  server = await startTestServer();
  client = EventStoreDBClient.connectionString(server.connectionString);
  wire = new Wire(connectionTarget(server.connectionString));
});
afterEach(async () => {
  await client.dispose();
  await wire.dispose();
  await server.stop();
});

const event = (id: string = crypto.randomUUID(), n = 0) =>
  jsonEvent({ id, type: 'counted', data: { n } });
const events = (count: number) =>
  Array.from({ length: count }, (_, n) => event(crypto.randomUUID(), n));
const until = (condition: () => void) => vi.waitFor(condition, { timeout: 10_000, interval: 5 });
const errorOf = (promise: Promise<unknown>): Promise<Error & { code?: number; type?: string }> =>
  promise.then(
    () => Promise.reject(new Error('it was taken')),
    (error) => error,
  );

async function drained(read: AsyncIterable<unknown>): Promise<number> {
  let count = 0;
  for await (const _ of read) count++;
  return count;
}

/** Until a new connection stands in place of one that was cut. */
const reached = () => vi.waitFor(() => drained(client.readAll({ maxCount: 1 })), 10_000);

async function all(): Promise<string[]> {
  const found: string[] = [];
  for await (const { event: read } of client.readAll()) {
    if (read && !read.streamId.startsWith('$')) found.push(`${read.streamId}@${read.revision}`);
  }
  return found;
}

const file = (name: string) =>
  new URL(`../eventstoredb/localhost.${name}`, import.meta.url).pathname;

/** With users: an administrator, and a clerk without rights. */
function closedServer(): Promise<TestServer> {
  const credentials = { username: 'admin', password: 'changeit' };
  const tls = { key: readFileSync(file('key'), 'utf8'), cert: readFileSync(file('crt'), 'utf8') };
  return startTestServer({ credentials, users: { clerk: 'pen' }, tls });
}

const addressOf = ({ port }: TestServer, user: string): string =>
  `esdb://${user}@localhost:${port}?tls=true&tlsCAFile=${encodeURIComponent(file('crt'))}`;

interface RawBatch {
  stream: string;
  ids?: readonly string[];
  type?: string;
  data?: string;
  /** Undefined: the client says none. */
  expected?: number | 'any' | 'none';
  deadline?: number;
}

/** One batch as bytes say it, past what the client makes of it; undefined when there is no answer. */
async function answerTo(batch: RawBatch): Promise<streams.BatchAppendResp | undefined> {
  const { stream, ids = [crypto.randomUUID()], type = 'counted', data = '{}', expected } = batch;
  const options = new streams.BatchAppendReq.Options();
  const name = new shared.StreamIdentifier().setStreamName(Buffer.from(stream));
  options.setStreamIdentifier(name);
  if (expected === 'any') options.setAny(new shared.Empty());
  else if (expected === 'none') options.setNoStream(new shared.Empty());
  else if (expected !== undefined) options.setStreamPosition(String(expected));
  if (batch.deadline !== undefined) {
    const { Timestamp } = await import('google-protobuf/google/protobuf/timestamp_pb.js').then(
      (module) => module.default,
    );
    options.setDeadline(new Timestamp().setSeconds(Math.floor(batch.deadline / 1000)));
  }
  const messages = ids.map((id) => {
    const message = new streams.BatchAppendReq.ProposedMessage();
    message.setId(new shared.UUID().setString(id));
    message.getMetadataMap().set('type', type).set('content-type', 'application/json');
    return message.setData(Buffer.from(data));
  });
  const request = new streams.BatchAppendReq()
    .setCorrelationId(new shared.UUID().setString(crypto.randomUUID()))
    .setOptions(options)
    .setProposedMessagesList(messages)
    .setIsFinal(true);
  const call = await wire.batchAppend();
  try {
    return await new Promise((resolve, reject) => {
      call.on('data', resolve);
      call.on('error', reject);
      call.write(request);
      setTimeout(() => resolve(undefined), 300);
    });
  } finally {
    call.cancel();
  }
}

const reasonOf = (answer: streams.BatchAppendResp | undefined) => {
  const error = answer?.getError();
  const type = error?.getDetails()?.getTypeName() ?? '';
  return [error?.getCode(), type.slice(type.lastIndexOf('.') + 1), error?.getMessage()];
};

/** What a read or subscription sends, until it is over or `enough`. */
async function messagesOf(
  request: streams.ReadReq,
  enough: (got: readonly streams.ReadResp[]) => boolean = () => false,
  forMs = 300,
): Promise<{ got: streams.ReadResp[]; error?: Error & { code?: number } }> {
  const got: streams.ReadResp[] = [];
  const call = await wire.read(request);
  return new Promise((resolve) => {
    const done = (error?: Error) => {
      call.cancel();
      resolve(error ? { got, error } : { got });
    };
    call.on('data', (message: streams.ReadResp) => {
      got.push(message);
      if (enough(got)) done();
    });
    call.on('error', done);
    call.on('end', () => done());
    setTimeout(done, forMs);
  });
}

const positionsIn = (got: readonly streams.ReadResp[]): number[] =>
  got.flatMap((message) => {
    const read = message.getEvent()?.getEvent();
    return read ? [Number(read.getCommitPosition())] : [];
  });

/** A subscription as it is asked for, with a window of one record between checkpoints unless said. */
function subscribing(from: { position: number | 'start' } | { stream: string }, max?: number) {
  const request =
    'stream' in from
      ? readRequest({ from: { stream: from.stream as StreamName, revision: 0 } })
      : readRequest({ from, filter: { prefixes: ['a', 'b'] } });
  const options = request.getOptions()!;
  if ('stream' in from) options.getStream()!.setStart(new shared.Empty());
  if (max !== undefined) options.getFilter()!.setMax(max);
  options.setSubscription(new streams.ReadReq.Options.SubscriptionOptions());
  return request;
}

describe('the log', () => {
  test('a tombstone leaves a marker in $all, at a revision that no double holds', async () => {
    await client.appendToStream('a', events(2));
    await client.tombstoneStream('a');
    const found = [];
    for await (const { event: read } of client.readAll()) found.push(read!);
    const marker = found.at(-1)!;
    expect([marker.type, marker.streamId, marker.revision]).toEqual([
      '$streamDeleted',
      'a',
      9223372036854775807n,
    ]);
  });

  test('a scavenge takes out what no stream shows; reads go on at a position that is gone', async () => {
    await client.appendToStream('a', events(3));
    await client.appendToStream('b', events(2));
    const gone = server.log.records[1]!.position;
    await client.deleteStream('a');
    expect(server.log.scavenge()).toBe(3);
    expect(await all()).toEqual(['b@0', 'b@1']);
    const { got } = await messagesOf(
      readRequest({ from: { position: gone }, count: 9, filter: { prefixes: ['a', 'b'] } }),
    );
    expect(positionsIn(got)).toHaveLength(2);
  });

  test('a subscription after a position that was scavenged passes over the next record', async () => {
    await client.appendToStream('a', events(1));
    await client.appendToStream('b', events(2));
    const gone = server.log.records[0]!.position;
    await client.deleteStream('a');
    server.log.scavenge();
    const { got } = await messagesOf(
      subscribing({ position: gone }),
      (some) => positionsIn(some).length === 2,
    );
    expect(positionsIn(got)).toEqual([server.log.records[2]!.position]);
  });

  test.each([
    ['forwards', 1, false],
    ['backwards, beyond the end', 1_000_000, true],
  ])('a position that is no record is refused (%s)', async (_, by, backward) => {
    await client.appendToStream('a', events(1));
    const position = server.log.records[0]!.position + by;
    const { error } = await messagesOf(readRequest({ from: { position }, count: 9, backward }));
    expect(error).toMatchObject({ code: 2, details: 'Unexpected ReadAllResult: Error' });
  });

  test('at 0 and beyond the end reading forwards is fine', async () => {
    await client.appendToStream('a', events(1));
    for (const position of [0, 1_000_000]) {
      const { error } = await messagesOf(readRequest({ from: { position }, count: 9 }));
      expect(error).toBeUndefined();
    }
  });

  test('a backup that is restored ends before what was there', async () => {
    await client.appendToStream('a', events(5));
    server.log.restore(2);
    expect(await all()).toEqual(['a@0', 'a@1']);
    await client.appendToStream('a', events(1), { expectedRevision: 1n });
    expect(await all()).toEqual(['a@0', 'a@1', 'a@2']);
  });
});

describe('repeats', () => {
  const ids = [crypto.randomUUID(), crypto.randomUUID(), crypto.randomUUID()];
  const attempt = () => ids.map((id) => event(id));
  const head = () => server.log.head('a');
  const again = async () => {
    await server.restart();
    await reached();
  };

  test.each<AppendExpectedRevision>([ANY, STREAM_EXISTS])(
    'at %s they are known, until the server is started again',
    async (expectedRevision) => {
      await client.appendToStream('a', events(1));
      await client.appendToStream('a', attempt(), { expectedRevision });
      await client.appendToStream('a', attempt(), { expectedRevision });
      expect(head()).toBe(3);
      await again();
      await client.appendToStream('a', attempt(), { expectedRevision });
      expect(head()).toBe(6);
      // The second copy is known now, and told.
      const { nextExpectedRevision } = await client.appendToStream('a', attempt());
      expect(nextExpectedRevision).toBe(6n);
    },
  );

  test('at any they are forgotten after so many others', async () => {
    server.log.idsMax = 5;
    await client.appendToStream('a', attempt());
    await client.appendToStream('b', events(5));
    await client.appendToStream('a', attempt());
    expect(head()).toBe(5);
  });

  test.each<AppendExpectedRevision>([NO_STREAM, 0n])(
    'at an exact revision (%s) they are known for ever',
    async (expected) => {
      if (expected === 0n) await client.appendToStream('a', events(1));
      server.log.idsMax = 1;
      await client.appendToStream('a', attempt(), { expectedRevision: expected });
      const before = head();
      await again();
      await client.appendToStream('a', attempt(), { expectedRevision: expected });
      expect(head()).toBe(before);
    },
  );

  test('of a stream that was deleted are answered with a revision, and nothing is written', async () => {
    await client.appendToStream('a', attempt(), { expectedRevision: NO_STREAM });
    await client.deleteStream('a');
    const answer = await answerTo({ stream: 'a', ids, expected: 'none' });
    expect(answer!.getSuccess()!.getCurrentRevision()).toBe('2');
    expect(answer!.getSuccess()!.hasPosition()).toBe(false);
    await expect(errorOf(drained(client.readStream('a')))).resolves.toMatchObject({
      type: 'stream-not-found',
    });
    // Others may be written, after those that were there.
    await client.appendToStream('a', events(1), { expectedRevision: NO_STREAM });
    expect(head()).toBe(3);
  });

  test('of events that were scavenged are answered without a position', async () => {
    await client.appendToStream('a', attempt(), { expectedRevision: NO_STREAM });
    await client.appendToStream('a', events(3), { expectedRevision: 2n });
    await client.setStreamMetadata('a', { truncateBefore: 4 });
    server.log.scavenge();
    const answer = await answerTo({ stream: 'a', ids, expected: 'none' });
    expect(answer!.getSuccess()!.hasPosition()).toBe(false);
  });

  test('at any, in another order, tell the last of the list, or nothing at all', async () => {
    await client.appendToStream('a', attempt());
    const [a, b, c] = ids as [string, string, string];
    const swapped = await answerTo({ stream: 'a', ids: [b, a], expected: 'any' });
    expect(swapped!.getSuccess()!.getCurrentRevision()).toBe('0');
    expect(await answerTo({ stream: 'a', ids: [c, a], expected: 'any' })).toBeUndefined();
    expect(head()).toBe(2);
  });

  test('with the same id twice find the first copy', async () => {
    const id = crypto.randomUUID();
    await client.appendToStream('a', [event(id), event(id)]);
    expect((await client.appendToStream('a', [event(id)])).nextExpectedRevision).toBe(0n);
  });
});

describe('batches', () => {
  test.each([
    ['an id that is no UUID', { ids: ['one'] }],
    ['the zero UUID', { ids: ['00000000-0000-0000-0000-000000000000'] }],
    ['an empty type', { type: '' }],
  ])('with %s are bad requests, and nothing is written', async (_, wrong) => {
    const answer = await answerTo({ stream: 'a', expected: 'any', ...wrong });
    expect(reasonOf(answer)).toEqual([3, 'BadRequest', 'BadRequest']);
    expect(server.log.records).toEqual([]);
  });

  test('one event alone with an empty type is an unknown error', async () => {
    server.faults.batchAppendUnknown = true;
    const wrong = jsonEvent({ id: crypto.randomUUID(), type: '', data: {} });
    expect(await errorOf(client.appendToStream('a', wrong))).toMatchObject({ code: 2 });
  });

  test('without an expectation are bad requests', async () => {
    expect(reasonOf(await answerTo({ stream: 'a' }))).toEqual([3, 'BadRequest', 'BadRequest']);
  });

  test('past their deadline are late, and nothing is written', async () => {
    const answer = await answerTo({ stream: 'a', expected: 'any', deadline: Date.now() - 5_000 });
    expect(reasonOf(answer)).toEqual([4, 'Timeout', 'Timeout']);
    expect(server.log.records).toEqual([]);
  });

  test('have codes of their own: conflict, too large, deleted', async () => {
    await client.appendToStream('a', events(1));
    const conflict = await answerTo({ stream: 'a', expected: 7 });
    expect(reasonOf(conflict)).toEqual([6, 'WrongExpectedVersion', 'WrongExpectedVersion']);
    server.faults.appendBytesMax = 10;
    const large = await answerTo({ stream: 'a', expected: 'any', data: '"01234567890"' });
    expect(reasonOf(large)).toEqual([3, 'MaximumAppendSizeExceeded', 'MaximumAppendSizeExceeded']);
    server.log.tombstone('a');
    const deleted = await answerTo({ stream: 'a', expected: 'any' });
    expect(reasonOf(deleted)).toEqual([5, 'StreamDeleted', 'StreamDeleted']);
  });

  test('may be as large as the limit to the byte, counting their data alone', async () => {
    const data = (bytes: number) => JSON.stringify('x'.repeat(bytes - 2));
    const fits = await answerTo({ stream: 'a', expected: 'any', data: data(1_048_576) });
    expect(fits!.hasSuccess()).toBe(true);
    const large = await answerTo({ stream: 'a', expected: 'any', data: data(1_048_577) });
    expect(reasonOf(large)[0]).toBe(3);
  });

  test('of nothing, for a stream that is not there, succeed without a revision', async () => {
    const answer = await answerTo({ stream: 'a', ids: [], expected: 'none' });
    expect(answer!.getSuccess()!.hasNoStream()).toBe(true);
    expect(reasonOf(await answerTo({ stream: 'a', ids: [], expected: 3 }))[0]).toBe(6);
  });

  test('keep what a UUID says, in lower case', async () => {
    const id = 'ABCDEF01-2345-4678-9ABC-DEF012345678';
    await answerTo({ stream: 'a', ids: [id], expected: 'any' });
    expect(server.log.records[0]!.id).toBe(id.toLowerCase());
  });

  test('that are refused for want of rights are answered; the call and its other batches live on', async () => {
    const closed = await closedServer();
    closed.log.setMetadata('private', '{"$acl":{"$w":"$admins"}}');
    const clerk = new Wire(connectionTarget(addressOf(closed, 'clerk:pen')));
    const answers: streams.BatchAppendResp[] = [];
    const call = await clerk.batchAppend();
    call.on('data', (answer: streams.BatchAppendResp) => answers.push(answer));
    call.on('error', () => {});
    for (const stream of ['private', 'open']) call.write(batchTo(stream));
    await until(() => expect(answers).toHaveLength(2));
    expect(answers.map((answer) => answer.hasSuccess()).sort()).toEqual([false, true]);
    const refused = answers.find((answer) => answer.hasError());
    expect(reasonOf(refused)).toEqual([7, 'AccessDenied', 'AccessDenied']);
    call.cancel();
    await clerk.dispose();
    await closed.stop();
  });

  function batchTo(stream: string): streams.BatchAppendReq {
    const name = new shared.StreamIdentifier().setStreamName(Buffer.from(stream));
    const options = new streams.BatchAppendReq.Options().setStreamIdentifier(name);
    const message = new streams.BatchAppendReq.ProposedMessage();
    message.setId(new shared.UUID().setString(crypto.randomUUID()));
    message.getMetadataMap().set('type', 'counted').set('content-type', 'application/json');
    return new streams.BatchAppendReq()
      .setCorrelationId(new shared.UUID().setString(crypto.randomUUID()))
      .setOptions(options.setAny(new shared.Empty()))
      .setProposedMessagesList([message.setData(Buffer.from('{}'))])
      .setIsFinal(true);
  }
});

describe('one append a call', () => {
  test('that is past its deadline may have been written all the same', async () => {
    server.faults.batchAppendUnknown = true;
    await client.appendToStream('warm', events(1));
    server.faults.latencyMs = 150;
    const late = await errorOf(client.appendToStream('a', events(1), { deadline: 20 }));
    expect(late).toMatchObject({ type: 'deadline-exceeded' });
    await until(() => expect(server.log.head('a')).toBe(0));
  });
});

describe('deleting', () => {
  test('a stream that is not there is a conflict', async () => {
    const refused = await errorOf(client.deleteStream('a', { expectedRevision: ANY }));
    expect(refused).toMatchObject({ type: 'wrong-expected-version' });
  });

  test('is metadata, and has a position', async () => {
    await client.appendToStream('a', events(2));
    await client.setStreamMetadata('a', { maxCount: 7 });
    const { position } = await client.deleteStream('a');
    const marker = server.log.records.at(-1)!;
    expect(marker.stream).toBe('$$a');
    expect(marker.data.toString()).toBe('{"$maxCount":7,"$tb":9223372036854775807}');
    expect(position!.commit).toBe(BigInt(marker.position));
    await client.appendToStream('a', events(1));
    expect(server.log.metadata('a')).toEqual({ $maxCount: 7, $tb: 2 });
  });

  test('makes a stream one that appends for existing ones find deleted', async () => {
    await client.appendToStream('a', events(2));
    await client.deleteStream('a');
    const late = client.appendToStream('a', events(1), { expectedRevision: STREAM_EXISTS });
    expect(await errorOf(late)).toMatchObject({ type: 'stream-deleted' });
  });
});

describe('what hides events', () => {
  test('does not at a count or an age of 0', async () => {
    await client.appendToStream('a', events(3));
    server.log.setMetadata('a', '{"$maxCount":0,"$maxAge":0}');
    expect(server.log.stream('a')).toMatchObject({ first: 0, length: 3 });
  });

  test('does not when it is no JSON, and nobody dies of it', async () => {
    await client.appendToStream('a', events(3));
    await client.appendToStream('$$a', binaryEvent({ type: '$metadata', data: Buffer.of(123, 1) }));
    const found = [];
    for await (const { event: read } of client.readStream('a')) found.push(read!.revision);
    expect(found).toEqual([0n, 1n, 2n]);
  });
});

describe('reads that make no sense', () => {
  const stream = (name: string, change: (options: streams.ReadReq.Options) => void = () => {}) => {
    const request = readRequest({ from: { stream: name as StreamName, revision: 0 }, count: 5 });
    change(request.getOptions()!);
    return messagesOf(request);
  };
  const filtered = (change: (filter: streams.ReadReq.Options.FilterOptions) => void) => {
    const request = readRequest({ from: { position: 'start' }, count: 5, filter: 'notSystem' });
    change(request.getOptions()!.getFilter()!);
    return messagesOf(request);
  };

  beforeEach(async () => void (await client.appendToStream('a', events(2))));

  test('are errors: no name, a count of 0, forwards from the end', async () => {
    const nameless = await stream('');
    const none = await stream('a', (options) => void options.setCount('0'));
    const end = await stream(
      'a',
      (options) => void options.getStream()!.setEnd(new shared.Empty()),
    );
    for (const { error } of [nameless, none, end]) expect(error).toMatchObject({ code: 2 });
  });

  test('are not answered: $all with a count of 0, a window of 0', async () => {
    const none = await messagesOf(readRequest({ from: { position: 'start' }, count: 0 }));
    expect(none).toEqual({ got: [] });
    expect(await filtered((filter) => void filter.setMax(0))).toEqual({ got: [] });
  });

  test('let nothing pass: a filter of an empty pattern, and one without any prefix', async () => {
    const pattern = (text: string) => (filter: streams.ReadReq.Options.FilterOptions) =>
      void filter.getStreamIdentifier()!.setRegex(text);
    expect(await filtered(pattern(''))).toEqual({ got: [] });
    expect((await filtered(pattern('[^$]'))).got).toHaveLength(2);
  });

  test('know patterns of .NET, and a bad one is an error and no death', async () => {
    const found = async (text: string) =>
      filtered((filter) => void filter.getStreamIdentifier()!.setRegex(text));
    expect((await found('^\\p{L}$')).got).toHaveLength(2);
    expect((await found('(?i)^A$')).got).toHaveLength(2);
    expect((await found('[')).error).toMatchObject({ code: 2 });
    expect(await all()).toHaveLength(2);
  });

  test('over many records that do not match are silent for long', async () => {
    const body = { contentType: 'application/json', data: Buffer.of(), metadata: Buffer.of() };
    for (let i = 0; i < 20; i++) {
      const many = Array.from({ length: 512 }, () => ({
        ...body,
        id: crypto.randomUUID(),
        type: 'x',
      }));
      server.log.append('other', many, 'any');
    }
    server.faults.lookedPerMs = 50;
    const shape = { from: { position: 'start' as const }, count: 9, filter: { prefixes: ['b'] } };
    const began = performance.now();
    await messagesOf(readRequest(shape), undefined, 10_000);
    expect(performance.now() - began).toBeGreaterThan(150);
  });
});

describe('subscriptions', () => {
  const kinds = (got: readonly streams.ReadResp[]) =>
    got.map((message) =>
      message.hasEvent()
        ? 'event'
        : message.hasCheckpoint()
          ? 'checkpoint'
          : message.hasCaughtUp()
            ? 'caughtUp'
            : 'confirmed',
    );

  test('to a stream show only what it shows', async () => {
    await client.appendToStream('a', events(4));
    await client.setStreamMetadata('a', { truncateBefore: 3 });
    const { got } = await messagesOf(subscribing({ stream: 'a' }));
    expect(kinds(got)).toEqual(['confirmed', 'event', 'caughtUp']);
    await client.deleteStream('a');
    expect(kinds((await messagesOf(subscribing({ stream: 'a' }))).got)).not.toContain('event');
  });

  test('to a stream that was deleted for good are refused', async () => {
    server.log.tombstone('a');
    const { error } = await messagesOf(subscribing({ stream: 'a' }));
    expect(error).toMatchObject({ code: 9, details: "Event stream 'a' is deleted." });
  });

  test('to a stream that is deleted for good meanwhile hear the marker, and are ended', async () => {
    await client.appendToStream('a', events(1));
    const heard = messagesOf(subscribing({ stream: 'a' }), undefined, 2_000);
    await until(() => expect(server.openCalls('subscription')).toBe(1));
    server.log.tombstone('a');
    const { got, error } = await heard;
    expect(kinds(got).filter((kind) => kind === 'event')).toHaveLength(2);
    expect(error).toMatchObject({ code: 9 });
  });

  test('to a stream that is not there have caught up only after its first events', async () => {
    const heard = messagesOf(subscribing({ stream: 'a' }), (got) => got.length === 3, 2_000);
    await until(() => expect(server.openCalls('subscription')).toBe(1));
    await client.appendToStream('a', events(1));
    expect(kinds((await heard).got)).toEqual(['confirmed', 'event', 'caughtUp']);
  });

  test('to $all end their catching up with a checkpoint, and have one a record at a window of 1', async () => {
    await client.appendToStream('a', events(2));
    await client.appendToStream('c', events(1));
    const usual = await messagesOf(subscribing({ position: 'start' }));
    expect(kinds(usual.got)).toEqual(['confirmed', 'event', 'event', 'checkpoint', 'caughtUp']);
    const narrow = await messagesOf(subscribing({ position: 'start' }, 1));
    expect(kinds(narrow.got).filter((kind) => kind === 'checkpoint').length).toBeGreaterThan(2);
  });

  test('of a group outlive a crash, and the last events come again', async () => {
    const start = settings({ startFrom: START });
    await client.createPersistentSubscriptionToStream('a', 'workers', start);
    await client.appendToStream('b', events(1));
    await client.appendToStream('a', events(2));
    const got: string[] = [];
    const consume = () => {
      const call = client.subscribeToPersistentSubscriptionToStream('a', 'workers');
      call.on('error', () => {});
      call.on('data', (found) => {
        got.push(`${found.event!.streamId}@${found.event!.revision}`);
        void call.ack(found);
      });
    };
    consume();
    await until(() => expect(got).toEqual(['a@0', 'a@1']));
    await server.restart();
    await reached();
    consume();
    await until(() => expect(got.length).toBeGreaterThan(2));
    expect(new Set(got)).toEqual(new Set(['a@0', 'a@1']));
  });
});

describe('users', () => {
  test('without rights of their own append and read, but not $all and not what is closed to them', async () => {
    const closed = await closedServer();
    const own = EventStoreDBClient.connectionString(addressOf(closed, 'clerk:pen'));
    closed.log.setMetadata('private', '{"$acl":{"$r":["$admins"],"$w":["$admins"]}}');
    await own.appendToStream('open', events(1));
    const denied = { type: 'access-denied' };
    expect(await errorOf(own.appendToStream('private', events(1)))).toMatchObject(denied);
    expect(await errorOf(drained(own.readAll({ maxCount: 1 })))).toMatchObject(denied);
    closed.log.setMetadata('$all', '{"$acl":{"$r":["clerk"]}}');
    expect(await drained(own.readAll({ maxCount: 1 }))).toBe(1);
    await own.dispose();
    await closed.stop();
  });
});

test('the features name the server as the real one names itself', async () => {
  const features = new (
    await import('@eventstore/db-client/generated/serverfeatures_grpc_pb.js')
  ).default.ServerFeaturesClient(`127.0.0.1:${server.port}`, grpc.credentials.createInsecure());
  const told = await new Promise<{ getEventStoreServerVersion(): string }>((resolve, reject) =>
    features.getSupportedMethods(new shared.Empty(), (error, answer) =>
      error ? reject(error) : resolve(answer),
    ),
  );
  features.close();
  expect(told.getEventStoreServerVersion()).toMatch(/^23\.10\.8/);
});

test('the last and the first of all, and both kinds of filters, are as on the real server', async () => {
  await client.appendToStream('a', events(3));
  for await (const { event: last } of client.readAll({
    direction: BACKWARDS,
    fromPosition: END,
    maxCount: 1,
  }))
    expect(last!.revision).toBe(2n);
  for (const filter of [
    eventTypeFilter({ prefixes: ['counted'] }),
    streamNameFilter({ prefixes: ['a'] }),
  ]) {
    const got: bigint[] = [];
    const call = client.subscribeToAll({ filter });
    call.on('data', ({ event: read }) => got.push(read!.revision));
    await until(() => expect(got).toEqual([0n, 1n, 2n]));
    await call.unsubscribe();
  }
});
