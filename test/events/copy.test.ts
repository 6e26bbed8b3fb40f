import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import type { RawEvent } from '../../src/events/event.ts';
import type { StreamName } from '../../src/events/ids.ts';
import type { EventStore } from '../../src/events/store.ts';
import { CopyDifference, copyStreams } from '../../src/events/stores/copy.ts';
import { openStore } from '../../src/events/stores/open-store.ts';

const opened: EventStore[] = [];
const folder = mkdtempSync(join(tmpdir(), 'horde-copy-'));
afterEach(async () => {
  for (const store of opened.splice(0)) await store.close();
  rmSync(folder, { recursive: true, force: true });
});

async function open(url = 'memory:'): Promise<EventStore> {
  const store = await openStore(url);
  opened.push(store);
  return store;
}

let ids = 0;
const event = (n: number) => ({
  id: `00000000-0000-4000-8000-${String(++ids).padStart(12, '0')}`,
  type: 'thing.happened',
  version: 1,
  data: `{"n":${n},"text":"ä\\u2028\\"${n}"}`,
  meta: `{"at":${n},"turn":${n},"last":true}`,
});

/** Three teams whose events stand among each other, an inbox, and a stream that is not ours. */
async function filled(): Promise<EventStore> {
  const store = await open();
  const heads = new Map<string, number>();
  for (let i = 0; i < 120; i++) {
    const stream = ['team-a', 'team-b', 'team-c', 'inbox-a', 'other-x'][
      (i * 7 + (i >> 3)) % 5
    ] as StreamName;
    const head = heads.get(stream) ?? -1;
    const events = Array.from({ length: 1 + (i % 3) }, (_, k) => event(i * 10 + k));
    heads.set(stream, (await store.append(stream, events, head)).revision);
  }
  return store;
}

const told = (events: RawEvent[]) => events.map(({ position: _, ...rest }) => rest);
const oursOf = async (store: EventStore) =>
  told(await store.readAll()).filter(({ stream }) => !stream.startsWith('other-'));

describe('a copy', () => {
  for (const url of ['memory:', `sqlite:${join(folder, 'copy.db')}`]) {
    it(`to ${url.split(':')[0]} keeps ids, revisions, texts and the order across streams`, async () => {
      const from = await filled();
      const to = await open(url);
      const copied = await copyStreams({ from, to });
      expect(await oursOf(to)).toEqual(await oursOf(from));
      expect(copied).toEqual({
        streams: 4,
        events: (await oursOf(from)).length,
        already: 0,
        passedOver: 0,
      });
    });
  }

  it('that was interrupted anywhere goes on, and one that is complete writes nothing', async () => {
    const from = await filled();
    const to = await open();
    const whole = await oursOf(from);
    for (const stopAfter of [1, 40, 90]) {
      const stopped = copyStreams({
        from,
        to,
        onProgress: (copied) => {
          if (copied >= stopAfter) throw new Error('interrupted');
        },
      });
      await expect(stopped).rejects.toThrow('interrupted');
      expect(await oursOf(to)).toEqual(whole.slice(0, (await to.readAll()).length));
    }
    await copyStreams({ from, to });
    expect(await oursOf(to)).toEqual(whole);
    expect(await copyStreams({ from, to })).toMatchObject({ events: 0, already: whole.length });
  });

  it('takes what came later too', async () => {
    const from = await filled();
    const to = await open();
    await copyStreams({ from, to });
    await from.append(
      'team-a' as StreamName,
      [event(9999)],
      await from.head('team-a' as StreamName),
    );
    expect(await copyStreams({ from, to })).toMatchObject({ events: 1 });
    expect(await oursOf(to)).toEqual(await oursOf(from));
  });

  it('names the revision at which the target says something else, and writes nothing over it', async () => {
    const from = await filled();
    const to = await open();
    const [first] = await from.read('team-b' as StreamName, { limit: 1 });
    const rival = event(1);
    await to.append('team-b' as StreamName, [{ ...first!, id: first!.id }, rival], -1);
    const failed = await copyStreams({ from, to }).catch((error: unknown) => error);
    expect(failed).toBeInstanceOf(CopyDifference);
    expect(failed).toMatchObject({ stream: 'team-b', revision: 1 });
    expect((await to.read('team-b' as StreamName))[1]!.id).toBe(rival.id);
  });

  it('says so when the target has gone on by itself', async () => {
    const from = await filled();
    const to = await open();
    await copyStreams({ from, to });
    const head = await to.head('team-c' as StreamName);
    await to.append('team-c' as StreamName, [event(5)], head);
    await expect(copyStreams({ from, to })).rejects.toMatchObject({
      stream: 'team-c',
      revision: head + 1,
    });
  });

  it('of some streams leaves the others', async () => {
    const from = await filled();
    const to = await open();
    await copyStreams({ from, to, wanted: (stream) => stream === 'team-a' });
    expect((await to.streams('')).map(({ stream }) => stream)).toEqual(['team-a']);
  });
});
