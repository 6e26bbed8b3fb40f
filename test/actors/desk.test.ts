import { describe, expect, it } from 'vitest';
import { WorkFailure } from '../../src/actors/worker.ts';
import type { JsonObject } from '../../src/events/event.ts';
import { deskStream, inboxStream, teamId } from '../../src/events/ids.ts';
import { createCatalog } from '../../src/events/known-events.ts';
import { ANY_REVISION, type EventStore } from '../../src/events/store.ts';
import { openMemoryStore } from '../../src/events/stores/memory-store.ts';
import { vocabulary } from '../../src/events/words/index.ts';
import { hashOf } from '../../src/hands/people/approval.ts';
import { createDesk } from '../../src/hands/people/desk.ts';
import { type Person, personBy } from '../../src/hands/people/person.ts';

const team = teamId('t1');
const catalog = createCatalog(vocabulary);
const bytes = Buffer.from('{"folder":".","run":["npm","test"]}');
const never = new AbortController().signal;

async function atDesk(store: EventStore) {
  const events = await store.read(deskStream(team));
  return events.map((raw) => catalog.decode(raw));
}

/** The question that waits, once it does. */
async function asked(store: EventStore): Promise<Record<string, string>> {
  for (let i = 0; i < 500; i++) {
    const last = (await atDesk(store)).at(-1);
    if (last?.type === 'person.asked') return last.data as Record<string, string>;
    await new Promise((resolve) => setImmediate(resolve));
  }
  throw new Error('nothing was asked');
}

let answers = 0;
const answer = (store: EventStore, data: JsonObject) =>
  store.append(
    inboxStream(team),
    [
      {
        id: `answer-${answers++}`,
        type: 'person.answered',
        version: 1,
        data: JSON.stringify({ by: 'ann', ...data }),
        meta: JSON.stringify({ at: 1, turn: 0 }),
      },
    ],
    ANY_REVISION,
  );

const desk = (store: EventStore, terminal?: Person) =>
  createDesk({ store, catalog, now: () => 1, ...(terminal ? { terminal } : {}) });
const request = { title: 'producer wants to run', bytes, signal: never, team };

describe('a question at the desk', () => {
  it('shows the very bytes, and is approved by an answer that names their hash', async () => {
    const store = openMemoryStore();
    const approval = desk(store).approveBytes(request);
    const { question = '', hash = '', bytes: shown, kind } = await asked(store);
    expect([kind, Buffer.from(String(shown), 'base64')]).toEqual(['approval', bytes]);
    expect(hash).toBe(hashOf(bytes));
    await answer(store, { question, approved: true, text: `yes (sha256 ${hash})` });
    expect(await approval).toEqual({
      approved: true,
      by: 'ann',
      hash,
      text: `yes (sha256 ${hash})`,
    });
    const last = (await atDesk(store)).at(-1);
    expect(last).toMatchObject({ type: 'question.closed', data: { question, reason: 'answered' } });
  });

  it('is not answered by what was said before, of another question, or of other bytes', async () => {
    const store = openMemoryStore();
    await answer(store, { question: 'q', approved: true, text: hashOf(bytes) });
    const approval = desk(store).approveBytes(request);
    const { question = '', hash = '' } = await asked(store);
    await answer(store, { question: 'other', approved: true, text: `yes ${hash}` });
    await answer(store, { question, approved: true, text: 'yes' });
    await answer(store, { approved: true, text: `yes ${hash}` });
    await answer(store, { question, approved: false, text: `no ${hash}` });
    expect(await approval).toMatchObject({ approved: false, text: `no ${hash}` });
  });

  it('in words is answered in words', async () => {
    const store = openMemoryStore();
    const text = desk(store).askText('Which colour?', never, team);
    const { question = '', kind, bytes: shown } = await asked(store);
    expect([kind, String(Buffer.from(String(shown), 'base64'))]).toEqual([
      'question',
      'Which colour?',
    ]);
    await answer(store, { question, text: 'green' });
    expect(await text).toBe('green');
  });

  it('is closed when nobody needs the answer any more', async () => {
    const store = openMemoryStore();
    const abort = new AbortController();
    const approval = desk(store).approveBytes({ ...request, signal: abort.signal });
    await asked(store);
    abort.abort();
    await expect(approval).rejects.toMatchObject({ kind: 'cancelled' });
    expect((await atDesk(store)).at(-1)?.data['reason']).toBe('not needed any more');
  });

  it('of bytes that nobody can look through is refused without asking', async () => {
    const store = openMemoryStore();
    const large = { ...request, bytes: Buffer.alloc(100_000, 'x') };
    expect(await desk(store).approveBytes(large)).toMatchObject({ approved: false });
    expect(await atDesk(store)).toEqual([]);
  });
});

describe('a desk beside a terminal', () => {
  const terminal = (reply: (signal: AbortSignal) => Promise<string>) => {
    const askText: Person['askText'] = (_, signal) => reply(signal);
    return personBy('here', askText, async ({ bytes: shown, signal }) => ({
      approved: (await reply(signal)) === 'yes',
      hash: hashOf(shown),
      by: 'here',
      text: 'typed',
    }));
  };
  const silence = (signal: AbortSignal) =>
    new Promise<string>((_, reject) => {
      signal.addEventListener('abort', () => reject(new WorkFailure('cancelled', 'taken back')));
    });

  it('takes whichever answer comes first, and takes the other question back', async () => {
    const store = openMemoryStore();
    expect(
      await desk(
        store,
        terminal(async () => 'yes'),
      ).approveBytes(request),
    ).toMatchObject({
      approved: true,
      by: 'here',
    });
    const second = openMemoryStore();
    let takenBack = false;
    const waiting = terminal((signal) =>
      silence(signal).catch((error) => {
        takenBack = true;
        throw error;
      }),
    );
    const approval = desk(second, waiting).approveBytes(request);
    const { question = '', hash = '' } = await asked(second);
    await answer(second, { question, approved: true, text: `yes ${hash}` });
    expect(await approval).toMatchObject({ approved: true, by: 'ann' });
    expect(takenBack).toBe(true);
  });

  it('is waited at alone when nobody sits at the terminal', async () => {
    const store = openMemoryStore();
    const nobody = terminal(() => Promise.reject(new WorkFailure('nobody', 'input has ended')));
    const text = desk(store, nobody).askText('Which?', never, team);
    const { question = '' } = await asked(store);
    await answer(store, { question, text: 'this' });
    expect(await text).toBe('this');
  });

  it('voids what a leader that died had asked', async () => {
    const store = openMemoryStore();
    void desk(store).askText('first', never, team);
    await asked(store);
    const text = desk(
      store,
      terminal(async () => 'fine'),
    ).askText('second', never, team);
    expect(await text).toBe('fine');
    expect((await atDesk(store)).map(({ type }) => type)).toEqual([
      'desk.opened',
      'person.asked',
      'desk.opened',
      'person.asked',
      'question.closed',
    ]);
  });
});
