/**
 * What every store promises, in one suite: memory, SQLite and EventStoreDB pass the same tests.
 *
 * Each test speaks to streams of its own, under a prefix of its own, so that a server may hold others'
 * events as well. A capability that a store lacks is named with its reason and reported as skipped.
 */
import { randomUUID } from 'node:crypto';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { NewEvent, RawEvent } from '../../src/events/event.ts';
import type { StreamName } from '../../src/events/ids.ts';
import {
  ANY_REVISION,
  type EventStore,
  type ExpectedRevision,
  NO_STREAM,
  PAGE_MAX,
  pages,
  RevisionConflict,
  StoreFailure,
  type SubscribeOptions,
} from '../../src/events/store.ts';
import { newEvent, newEvents, until } from './fixtures/new-event.ts';

export type Capability =
  | 'repeatOfAny'
  /** Calls under way at the same time take effect in the order in which they were made. */
  | 'orderOfCalls'
  | 'snapshots'
  | 'leases'
  | 'readModels';

export interface StoreUnderTest {
  /** A store that is ready; the suite closes it. */
  open(): Promise<EventStore>;
  /** What it lacks, each with the reason. */
  lacks?: { readonly [capability in Capability]?: string };
  /** The largest `data` that one append may hold. Default: 4 million characters. */
  dataCharsMax?: number;
  /** Runs of the property test. */
  runs?: number;
}

export function describeStore(name: string, under: StoreUnderTest): void {
  const { dataCharsMax = 4_000_000, lacks = {}, runs = 40 } = under;
  let store: EventStore;
  let prefix: string;
  const stream = (tail = 'a'): StreamName => `${prefix}${tail}` as StreamName;
  const ids = async (of: StreamName): Promise<string[]> =>
    (await store.read(of)).map((event) => event.id);

  beforeEach(async () => {
    prefix = `t${randomUUID().slice(0, 8)}-`;
    store = await under.open();
  });
  afterEach(() => store.close());

  /** A test that needs a capability; without it the reason is reported. */
  const needs = (capability: Capability, title: string, test: () => Promise<void>): void => {
    const reason = lacks[capability];
    if (reason === undefined) it(title, test);
    else it.skip(`${title} (skipped: ${reason})`, test);
  };

  describe(`${name}: appending`, () => {
    it('gives the events of a new stream consecutive revisions from 0', async () => {
      const events = newEvents(3);
      const appended = await store.append(stream(), events, NO_STREAM);
      const read = await store.read(stream());
      expect(read.map(({ revision }) => revision)).toEqual([0, 1, 2]);
      expect(read.map(({ id }) => id)).toEqual(events.map(({ id }) => id));
      expect(appended).toEqual({ revision: 2, position: read[2]!.position });
    });

    it('keeps every field as it was given', async () => {
      const event: NewEvent = {
        id: randomUUID(),
        type: 'task.assigned',
        version: 7,
        data: '{"task":"write"}',
        meta: '{"at":1,"turn":2,"last":true}',
      };
      const { position } = await store.append(stream(), [event], NO_STREAM);
      expect(await store.read(stream())).toEqual([
        { ...event, stream: stream(), revision: 0, position },
      ]);
    });

    it('goes on where the stream stands', async () => {
      await store.append(stream(), newEvents(2), NO_STREAM);
      const { revision } = await store.append(stream(), newEvents(2), 1);
      expect(revision).toBe(3);
      expect(await store.head(stream())).toBe(3);
    });

    it.each<[string, ExpectedRevision, number]>([
      ['behind the head', 0, 1],
      ['beyond the head', 5, 1],
      ['of a stream that should not exist', NO_STREAM, 1],
    ])('refuses an append that expects a revision %s', async (_, expected, actual) => {
      await store.append(stream(), newEvents(2), NO_STREAM);
      const refused = await store.append(stream(), newEvents(1), expected).catch((error) => error);
      expect(refused).toBeInstanceOf(RevisionConflict);
      expect(refused).toMatchObject({ stream: stream(), expected, actual });
      expect(await store.head(stream())).toBe(1);
    });

    it('refuses an append that expects a revision of a stream that does not exist', async () => {
      const refused = await store.append(stream(), newEvents(1), 0).catch((error) => error);
      expect(refused).toBeInstanceOf(RevisionConflict);
      expect(refused).toMatchObject({ expected: 0, actual: NO_STREAM });
      expect(await store.head(stream())).toBe(NO_STREAM);
      expect(await store.streams(prefix)).toEqual([]);
    });

    it('appends whatever the head is when any revision will do', async () => {
      await store.append(stream(), newEvents(1), ANY_REVISION);
      expect(await store.append(stream(), newEvents(2), ANY_REVISION)).toMatchObject({
        revision: 2,
      });
    });

    it('refuses to append nothing', async () => {
      await expect(store.append(stream(), [], NO_STREAM)).rejects.toThrow(RangeError);
      expect(await store.head(stream())).toBe(NO_STREAM);
    });

    it('takes a repeat of the same attempt for what it is', async () => {
      await store.append(stream(), newEvents(1), NO_STREAM);
      const attempt = newEvents(3);
      const first = await store.append(stream(), attempt, 0);
      expect(await store.append(stream(), attempt, 0)).toEqual(first);
      expect(await store.head(stream())).toBe(3);
    });

    it('takes a repeat for what it is when others have appended since', async () => {
      const attempt = newEvents(2);
      const first = await store.append(stream(), attempt, NO_STREAM);
      await store.append(stream(), newEvents(1), 1);
      expect(await store.append(stream(), attempt, NO_STREAM)).toEqual(first);
      expect(await store.head(stream())).toBe(2);
    });

    it('does not take a rival with the same words for a repeat', async () => {
      const ours = newEvents(2);
      await store.append(stream(), ours, NO_STREAM);
      const rival = ours.map((event) => ({ ...event, id: randomUUID() }));
      await expect(store.append(stream(), rival, NO_STREAM)).rejects.toThrow(RevisionConflict);
    });

    it('takes an attempt of which only a part stands in the stream for a conflict', async () => {
      const [a, b, c] = newEvents(3) as [NewEvent, NewEvent, NewEvent];
      await store.append(stream(), [a, b], NO_STREAM);
      await expect(store.append(stream(), [a, b, c], NO_STREAM)).rejects.toThrow(RevisionConflict);
      await expect(store.append(stream(), [a, c], NO_STREAM)).rejects.toThrow(RevisionConflict);
      expect(await ids(stream())).toEqual([a.id, b.id]);
    });

    needs('repeatOfAny', 'takes a repeat at the head for what it is at any revision', async () => {
      await store.append(stream(), newEvents(1), ANY_REVISION);
      const attempt = newEvents(2);
      const first = await store.append(stream(), attempt, ANY_REVISION);
      expect(await store.append(stream(), attempt, ANY_REVISION)).toEqual(first);
      expect(await store.head(stream())).toBe(2);
    });

    it('lets exactly one of many rivals for a revision win', async () => {
      await store.append(stream(), newEvents(1), NO_STREAM);
      const rivals = Array.from({ length: 20 }, () => store.append(stream(), newEvents(2), 0));
      const outcomes = await Promise.allSettled(rivals);
      expect(outcomes.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
      for (const outcome of outcomes)
        if (outcome.status === 'rejected') expect(outcome.reason).toBeInstanceOf(RevisionConflict);
      expect(await store.head(stream())).toBe(2);
    });

    it('serves many writers of one process, and a conflict of one costs the others nothing', async () => {
      const writers = Array.from({ length: 25 }, async (_, writer) => {
        const own = stream(`w${writer}`);
        for (let revision = -1; revision < 9; revision++) {
          await store.append(own, newEvents(1), revision);
          await expect(store.append(own, newEvents(1), revision)).rejects.toThrow(RevisionConflict);
        }
      });
      await Promise.all(writers);
      const heads = await store.streams(prefix);
      expect(heads).toHaveLength(25);
      expect(heads.every(({ revision }) => revision === 9)).toBe(true);
    });
  });

  describe(`${name}: text`, () => {
    it('gives JSON back byte for byte', async () => {
      const data = '{ "b" : 1.0 ,"a":1e3,"a":"\\u00e9\\/", "nul":"\\u0000" }';
      const event = { ...newEvent(data), meta: '{"turn":0,  "at":1.50}' };
      await store.append(stream(), [event], NO_STREAM);
      const [read] = await store.read(stream());
      expect(read).toMatchObject({ data, meta: event.meta });
    });

    it('keeps all of Unicode', async () => {
      const data = JSON.stringify({ text: 'Grüße, 你好, שלום, 👩‍👩‍👧, \u2028 \u{10FFFF} e\u0301' });
      await store.append(stream('ü-你好'), [newEvent(data)], NO_STREAM);
      const [read] = await store.readAll({ prefix: stream('ü') });
      expect(read).toMatchObject({ data, stream: stream('ü-你好') });
    });

    it('keeps big events', async () => {
      const half = Math.floor(dataCharsMax / 2) - 100;
      const big = newEvents(2, JSON.stringify({ text: 'x'.repeat(half) }));
      await store.append(stream(), big, NO_STREAM);
      const read = await store.read(stream());
      expect(read.map(({ data }) => data.length)).toEqual(big.map(({ data }) => data.length));
      expect(read[1]!.data === big[1]!.data).toBe(true);
    });

    it('refuses an append that is too large to be kept', async () => {
      const events = newEvents(9, JSON.stringify('x'.repeat(Math.max(dataCharsMax, 4_000_000))));
      const refused = await store.append(stream(), events, NO_STREAM).catch((error) => error);
      expect(refused).toBeInstanceOf(StoreFailure);
      expect(refused.kind).toBe('tooLarge');
      expect(await store.head(stream())).toBe(NO_STREAM);
    });
  });

  describe(`${name}: reading`, () => {
    const revisions = (events: readonly RawEvent[]): number[] =>
      events.map(({ revision }) => revision);

    it('reads a stream forward, from a revision, up to a limit', async () => {
      await store.append(stream(), newEvents(10), NO_STREAM);
      expect(revisions(await store.read(stream()))).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
      expect(revisions(await store.read(stream(), { from: 7 }))).toEqual([7, 8, 9]);
      expect(revisions(await store.read(stream(), { from: 2, limit: 3 }))).toEqual([2, 3, 4]);
      expect(await store.read(stream(), { from: 10 })).toEqual([]);
    });

    it('reads a stream backward, from its head or a revision, up to a limit', async () => {
      await store.append(stream(), newEvents(5), NO_STREAM);
      const direction = 'backward';
      expect(revisions(await store.read(stream(), { direction }))).toEqual([4, 3, 2, 1, 0]);
      expect(revisions(await store.read(stream(), { direction, limit: 1 }))).toEqual([4]);
      expect(revisions(await store.read(stream(), { direction, from: 2 }))).toEqual([2, 1, 0]);
      expect(revisions(await store.read(stream(), { direction, from: 3, limit: 2 }))).toEqual([
        3, 2,
      ]);
    });

    it('finds nothing in a stream that does not exist', async () => {
      expect(await store.read(stream())).toEqual([]);
      expect(await store.read(stream(), { direction: 'backward' })).toEqual([]);
      expect(await store.head(stream())).toBe(NO_STREAM);
    });

    it.each([0, -1, 1.5, PAGE_MAX + 1])('refuses a limit of %s', async (limit) => {
      await expect(store.read(stream(), { limit })).rejects.toThrow(RangeError);
      await expect(store.readAll({ limit })).rejects.toThrow(RangeError);
    });

    it('reads a long stream page by page', async () => {
      for (let from = 0; from < 5000; from += 1000)
        await store.append(stream(), newEvents(1000), from - 1);
      const sizes: number[] = [];
      let next = 0;
      for await (const page of pages(store, stream())) {
        expect(page[0]!.revision).toBe(next);
        next += page.length;
        sizes.push(page.length);
      }
      expect(sizes).toEqual([PAGE_MAX, 5000 - PAGE_MAX]);
    });

    it('reads all streams in the order of positions', async () => {
      const appended: string[] = [];
      for (let i = 0; i < 12; i++) {
        const events = newEvents(1 + (i % 2));
        await store.append(stream(`s${i % 4}`), events, ANY_REVISION);
        appended.push(...events.map(({ id }) => id));
      }
      const all = await store.readAll({ prefix });
      expect(all.map(({ id }) => id)).toEqual(appended);
      const positions = all.map(({ position }) => position);
      expect(positions).toEqual([...new Set(positions)].sort((a, b) => a - b));
      expect(positions.every(Number.isSafeInteger)).toBe(true);
    });

    it('reads all streams after a position, up to a limit', async () => {
      for (const tail of ['x', 'y', 'x', 'z']) {
        await store.append(stream(tail), newEvents(2), ANY_REVISION);
      }
      const all = await store.readAll({ prefix });
      for (let i = 0; i < all.length; i++) {
        const rest = await store.readAll({ prefix, after: all[i]!.position });
        expect(rest).toEqual(all.slice(i + 1));
      }
      expect(await store.readAll({ prefix, limit: 3 })).toEqual(all.slice(0, 3));
      const unfiltered = await store.readAll({ after: all[0]!.position, limit: 2 });
      expect(unfiltered.every(({ position }) => position > all[0]!.position)).toBe(true);
    });

    it('takes a prefix literally', async () => {
      for (const tail of ['a%b', 'a_b', 'axb', 'A%b', 'a*b'])
        await store.append(stream(tail), newEvents(1), NO_STREAM);
      const streams = async (of: string): Promise<string[]> =>
        (await store.readAll({ prefix: stream(of) })).map((event) => event.stream);
      expect(await streams('a%')).toEqual([stream('a%b')]);
      expect(await streams('a_')).toEqual([stream('a_b')]);
      expect(await streams('a*')).toEqual([stream('a*b')]);
      expect(await streams('A')).toEqual([stream('A%b')]);
    });

    it('lists the streams with a prefix, oldest first, with their heads', async () => {
      await store.append(stream('team-b'), newEvents(2), NO_STREAM);
      await store.append(stream('team-a'), newEvents(1), NO_STREAM);
      await store.append(stream('inbox-a'), newEvents(1), NO_STREAM);
      await store.append(stream('team-b'), newEvents(1), 1);
      expect(await store.streams(stream('team-'))).toEqual([
        { stream: stream('team-b'), revision: 2 },
        { stream: stream('team-a'), revision: 0 },
      ]);
      expect(await store.streams(`${prefix}nobody`)).toEqual([]);
    });
  });

  describe(`${name}: subscribing`, () => {
    const listen = (options: Omit<SubscribeOptions, 'onEvents'>) => {
      const heard: RawEvent[] = [];
      let caughtUp = 0;
      const subscription = store.subscribe({
        ...options,
        onEvents: (events) => {
          heard.push(...events);
        },
        onCaughtUp: () => {
          caughtUp++;
        },
      });
      return {
        heard,
        close: () => subscription.close(),
        caughtUp: () => until(() => caughtUp > 0, 'the past was handed over'),
        timesCaughtUp: () => caughtUp,
      };
    };

    it('hands over the past of a stream, says so once, and goes on with what comes', async () => {
      await store.append(stream(), newEvents(3), NO_STREAM);
      const listener = listen({ stream: stream() });
      await listener.caughtUp();
      expect(listener.heard).toEqual(await store.read(stream()));
      await store.append(stream('other'), newEvents(1), NO_STREAM);
      await store.append(stream(), newEvents(2), 2);
      await until(() => listener.heard.length === 5, 'five events were heard');
      expect(listener.heard).toEqual(await store.read(stream()));
      expect(listener.timesCaughtUp()).toBe(1);
      listener.close();
    });

    it('begins after the revision that is already known', async () => {
      await store.append(stream(), newEvents(5), NO_STREAM);
      const listener = listen({ stream: stream(), afterRevision: 3 });
      await listener.caughtUp();
      expect(listener.heard.map(({ revision }) => revision)).toEqual([4]);
      listener.close();
    });

    it('waits for a stream that does not exist yet', async () => {
      const listener = listen({ stream: stream() });
      await listener.caughtUp();
      await store.append(stream(), newEvents(1), NO_STREAM);
      await until(() => listener.heard.length === 1, 'the first event was heard');
      listener.close();
    });

    it('hears all streams with a prefix in the order of positions', async () => {
      await store.append(stream('in-a'), newEvents(1), NO_STREAM);
      const listener = listen({ prefix: stream('in-') });
      for (const tail of ['in-b', 'out', 'in-a', 'in-c'])
        await store.append(stream(tail), newEvents(1), ANY_REVISION);
      await until(() => listener.heard.length === 4, 'four events were heard');
      expect(listener.heard).toEqual(await store.readAll({ prefix: stream('in-') }));
      listener.close();
    });

    it('begins after the position that is already known', async () => {
      await store.append(stream(), newEvents(4), NO_STREAM);
      const all = await store.read(stream());
      const listener = listen({ prefix, after: all[1]!.position });
      await listener.caughtUp();
      expect(listener.heard).toEqual(all.slice(2));
      listener.close();
    });

    it('hears only what comes when it begins at the end', async () => {
      await store.append(stream(), newEvents(4), NO_STREAM);
      const listener = listen({ prefix, after: 'end' });
      await listener.caughtUp();
      await store.append(stream(), newEvents(1), 3);
      await until(() => listener.heard.length === 1, 'the new event was heard');
      expect(listener.heard[0]!.revision).toBe(4);
      listener.close();
    });

    it('hands each event over once while others append during the catching up', async () => {
      await store.append(stream('a'), newEvents(1500), NO_STREAM);
      const one = listen({ stream: stream('a') });
      const all = listen({ prefix });
      for (let i = 0; i < 40; i++) {
        const writes = ['a', 'b', 'c'].map((tail) =>
          store.append(stream(tail), newEvents(2), ANY_REVISION),
        );
        if (i % 8 === 0) await Promise.all(writes);
        else await writes[0];
      }
      await until(() => one.heard.length >= 1580 && all.heard.length >= 1740, 'all was heard');
      expect(one.heard.map(({ revision }) => revision)).toEqual([...Array(1580).keys()]);
      expect(all.heard).toEqual(await store.readAll({ prefix }));
      one.close();
      all.close();
    });

    it('waits for its handler before the next batch, and delays nobody else', async () => {
      let release = (): void => {};
      let running = 0;
      let most = 0;
      const slow: RawEvent[] = [];
      const quick = listen({ stream: stream() });
      const subscription = store.subscribe({
        stream: stream(),
        onEvents: async (events) => {
          most = Math.max(most, ++running);
          slow.push(...events);
          if (slow.length === 1) await new Promise<void>((resolve) => (release = resolve));
          running--;
        },
      });
      await store.append(stream(), newEvents(1), NO_STREAM);
      await until(() => slow.length === 1, 'the slow one was told');
      for (let head = 0; head < 1000; head += 100)
        await store.append(stream(), newEvents(100), head);
      await until(() => quick.heard.length === 1001, 'the quick one heard all');
      expect(slow).toHaveLength(1);
      release();
      await until(() => slow.length === 1001, 'the slow one heard all');
      expect(slow).toEqual(quick.heard);
      expect(most).toBe(1);
      subscription.close();
      quick.close();
    });

    it('hands over nothing more once it is closed', async () => {
      const closed = listen({ stream: stream() });
      const open = listen({ stream: stream() });
      await store.append(stream(), newEvents(1), NO_STREAM);
      await until(() => closed.heard.length === 1, 'the first event was heard');
      closed.close();
      closed.close();
      await store.append(stream(), newEvents(1), 0);
      await until(() => open.heard.length === 2, 'the other heard the second');
      expect(closed.heard).toHaveLength(1);
      open.close();
    });

    it.each(['throws', 'rejects'])(
      'ends, alone and with the error, when its handler %s',
      async (how) => {
        const other = listen({ stream: stream() });
        const errors: Error[] = [];
        let calls = 0;
        store.subscribe({
          stream: stream(),
          onEvents: () => {
            calls++;
            if (how === 'throws') throw new Error('cannot');
            return Promise.reject(new Error('cannot'));
          },
          onError: (error) => errors.push(error),
        });
        await store.append(stream(), newEvents(1), NO_STREAM);
        await until(() => errors.length === 1, 'the error was told');
        await store.append(stream(), newEvents(1), 0);
        await until(() => other.heard.length === 2, 'the other heard both');
        expect(errors.map(({ message }) => message)).toEqual(['cannot']);
        expect(calls).toBe(1);
        other.close();
      },
    );

    it('serves a thousand subscriptions', async () => {
      const listeners = Array.from({ length: 1000 }, (_, i) =>
        listen({ stream: stream(`s${i % 50}`) }),
      );
      await Promise.all(listeners.map((listener) => listener.caughtUp()));
      for (let i = 0; i < 50; i++) await store.append(stream(`s${i}`), newEvents(2), NO_STREAM);
      await until(() => listeners.every(({ heard }) => heard.length === 2), 'all have heard');
      for (const listener of listeners) listener.close();
    });
  });

  describe(`${name}: snapshots`, () => {
    needs('snapshots', 'give the newest at or before a revision, of the same code', async () => {
      const snapshots = store.snapshots!;
      await snapshots.put(stream(), 10, 'v1', '{"n":10}');
      await snapshots.put(stream(), 20, 'v1', '{"n":20}');
      await snapshots.put(stream(), 15, 'v2', '{"n":15}');
      expect(await snapshots.get(stream(), 9, 'v1')).toBeUndefined();
      expect(await snapshots.get(stream(), 10, 'v1')).toEqual({ revision: 10, body: '{"n":10}' });
      expect(await snapshots.get(stream(), 19, 'v1')).toEqual({ revision: 10, body: '{"n":10}' });
      expect(await snapshots.get(stream(), 99, 'v1')).toEqual({ revision: 20, body: '{"n":20}' });
      expect(await snapshots.get(stream(), 99, 'v2')).toEqual({ revision: 15, body: '{"n":15}' });
      expect(await snapshots.get(stream('b'), 99, 'v1')).toBeUndefined();
      await snapshots.put(stream(), 20, 'v1', '{"n":"again"}');
      expect(await snapshots.get(stream(), 20, 'v1')).toMatchObject({ body: '{"n":"again"}' });
    });
  });

  describe(`${name}: leases`, () => {
    needs('leases', 'are held by one until released, and renewed by their holder', async () => {
      const leases = store.leases!;
      const name = stream('lease');
      expect(await leases.look(name)).toBeUndefined();
      const first = await leases.take(name, 'one', 60_000);
      expect(first.holder).toBe('one');
      expect(await leases.take(name, 'two', 60_000)).toEqual(first);
      const renewed = await leases.take(name, 'one', 120_000);
      expect(renewed.expiresAt).toBeGreaterThan(first.expiresAt);
      await leases.release(name, 'two');
      expect(await leases.look(name)).toEqual(renewed);
      await leases.release(name, 'one');
      expect(await leases.look(name)).toBeUndefined();
      expect((await leases.take(name, 'two', 60_000)).holder).toBe('two');
    });

    needs('leases', 'are free for others once they have expired', async () => {
      const leases = store.leases!;
      await leases.take(stream('lease'), 'one', 0);
      expect(await leases.look(stream('lease'))).toBeUndefined();
      expect((await leases.take(stream('lease'), 'two', 60_000)).holder).toBe('two');
    });

    needs('leases', 'are taken by exactly one of many at once', async () => {
      const holders = Array.from({ length: 10 }, (_, i) => `holder-${i}`);
      const taken = await Promise.all(
        holders.map((holder) => store.leases!.take(stream('lease'), holder, 60_000)),
      );
      expect(new Set(taken.map(({ holder }) => holder)).size).toBe(1);
    });
  });

  describe(`${name}: read models`, () => {
    needs('readModels', 'keep their state and position together', async () => {
      const models = store.readModels!;
      const name = stream('board');
      expect(await models.load(name)).toBeUndefined();
      await models.save(name, 5, '{"tasks":1}');
      await models.save(name, 9, '{"tasks":"zwölf"}');
      await models.save(stream('other'), 1, '{}');
      expect(await models.load(name)).toEqual({ position: 9, body: '{"tasks":"zwölf"}' });
    });
  });

  describe(`${name}: closing`, () => {
    it('flushes what was appended, refuses what comes after, and may be repeated', async () => {
      const last = store.append(stream(), newEvents(1), NO_STREAM);
      const closing = [store.close(), store.close()];
      expect(await last).toMatchObject({ revision: 0 });
      await Promise.all(closing);
      for (const attempt of [
        () => store.append(stream(), newEvents(1), 0),
        () => store.read(stream()),
        () => store.head(stream()),
      ]) {
        const refused = await attempt().catch((error) => error);
        expect(refused).toBeInstanceOf(StoreFailure);
        expect(refused.kind).toBe('closed');
      }
    });

    it('ends the subscriptions in silence', async () => {
      const errors: Error[] = [];
      let caughtUp = false;
      store.subscribe({
        stream: stream(),
        onEvents: () => {},
        onCaughtUp: () => {
          caughtUp = true;
        },
        onError: (error) => errors.push(error),
      });
      await until(() => caughtUp, 'the past was handed over');
      await store.close();
      expect(errors).toEqual([]);
    });
  });

  describe(`${name}: any interleaving`, () => {
    it('behaves like a map of lists with one order', async () => {
      await fc.assert(
        fc.asyncProperty(fc.array(anyStep, { minLength: 1, maxLength: 40 }), async (steps) => {
          const model = new Model(`${prefix}${randomUUID().slice(0, 8)}-`);
          const heard: RawEvent[] = [];
          const subscription = store.subscribe({
            prefix: model.prefix,
            onEvents: (events) => {
              heard.push(...events);
            },
          });
          await model.play(store, steps, lacks.orderOfCalls === undefined);
          const all = await store.readAll({ prefix: model.prefix });
          expect(all.map(({ id, stream: at, revision }) => [at, revision, id])).toEqual(
            model.order,
          );
          await until(() => heard.length >= all.length, 'all was heard');
          expect(heard).toEqual(all);
          subscription.close();
        }),
        { numRuns: runs },
      );
    });
  });
}

interface Step {
  stream: number;
  events: number;
  expected: 'head' | 'stale' | 'beyond' | 'any' | 'none';
  /** Tries the latest accepted attempt of this stream again. */
  repeat: boolean;
  /** Waits for all that is under way. */
  pause: boolean;
}

const anyStep: fc.Arbitrary<Step> = fc.record({
  stream: fc.nat({ max: 3 }),
  events: fc.integer({ min: 1, max: 5 }),
  expected: fc.constantFrom('head', 'head', 'head', 'stale', 'beyond', 'any', 'none'),
  repeat: fc.boolean(),
  pause: fc.boolean(),
});

/** What a store is, as simply as it can be said. */
class Model {
  readonly prefix: string;
  readonly order: [stream: string, revision: number, id: string][] = [];
  readonly #streams = new Map<string, NewEvent[]>();
  readonly #latest = new Map<string, { events: NewEvent[]; expected: number; end: number }>();

  constructor(prefix: string) {
    this.prefix = prefix;
  }

  /** Plays the steps at the store, many at once if it may be, and holds each outcome against the model's. */
  async play(store: EventStore, steps: readonly Step[], manyAtOnce: boolean): Promise<void> {
    let underWay: Promise<void>[] = [];
    for (const step of steps) {
      const name = `${this.prefix}${step.stream}` as StreamName;
      const latest = this.#latest.get(name);
      underWay.push(
        step.repeat && latest
          ? expectAppended(store.append(name, latest.events, latest.expected), latest.end)
          : this.#append(store, name, step),
      );
      if (manyAtOnce && !step.pause) continue;
      await Promise.all(underWay);
      underWay = [];
    }
    await Promise.all(underWay);
  }

  #append(store: EventStore, name: StreamName, step: Step): Promise<void> {
    const past = this.#streams.get(name) ?? [];
    const head = past.length - 1;
    const events = newEvents(step.events);
    const expected = {
      head,
      stale: head - 1,
      beyond: head + 2,
      any: ANY_REVISION,
      none: NO_STREAM,
    }[step.expected] as ExpectedRevision;
    // There is nothing before a stream that does not exist.
    if (expected !== ANY_REVISION && expected < NO_STREAM) return Promise.resolve();
    const appending = store.append(name, events, expected);
    if (expected !== ANY_REVISION && expected !== head)
      return expect(appending).rejects.toThrow(RevisionConflict);
    this.#streams.set(name, past);
    for (const event of events) {
      past.push(event);
      this.order.push([name, past.length - 1, event.id]);
    }
    this.#latest.set(name, { events, expected: head, end: past.length - 1 });
    return expectAppended(appending, past.length - 1);
  }
}

async function expectAppended(
  appending: Promise<{ revision: number }>,
  revision: number,
): Promise<void> {
  expect((await appending).revision).toBe(revision);
}
