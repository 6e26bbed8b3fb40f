/** Speaking to a team: once, and with an answer. */
import { describe, expect, it, onTestFinished } from 'vitest';
import { assign, emit, setup } from 'xstate';
import { createRuntime } from '../../src/actors/runtime.ts';
import { TeamEnded } from '../../src/actors/team-reader.ts';
import type { StreamName } from '../../src/events/ids.ts';
import type { EventStore } from '../../src/events/store.ts';
import { openMemoryStore } from '../../src/events/stores/memory-store.ts';

/** Counts what is paid in, tells the sum, and closes when it is told to. */
const account = setup({
  types: {} as {
    context: { sum: number };
    events: { type: 'paid.in'; amount: number } | { type: 'close.now' };
  },
}).createMachine({
  id: 'account',
  context: { sum: 0 },
  initial: 'open',
  states: {
    open: {
      on: {
        'paid.in': {
          actions: [
            assign({ sum: ({ context, event }) => context.sum + event.amount }),
            emit(({ context }) => ({ type: 'sum.told', sum: context.sum })),
          ],
        },
        'close.now': 'closed',
      },
    },
    closed: { type: 'final' },
  },
  output: ({ context }) => ({ sum: context.sum }),
});

function site() {
  const store = openMemoryStore();
  const runtimeOn = (seen: EventStore = store) => {
    const runtime = createRuntime({ store: seen, machines: { account } });
    onTestFinished(() => runtime.close());
    return runtime;
  };
  return { store, runtimeOn };
}

const pay = (amount: number) => ({ type: 'paid.in', amount });

describe('what is sent to a team', () => {
  it('is answered by what became of it, with the state after it and what was said', async () => {
    const { runtimeOn } = site();
    const team = await runtimeOn().start({ id: 't', machine: 'account' });
    const answer = await team.update(pay(5));
    expect(answer).toMatchObject({ outcome: 'heard', state: 'open' });
    expect(answer.said.map(({ type, data }) => [type, data['sum']])).toEqual([['sum.told', 5]]);
    expect(await team.update({ type: 'never.known' })).toMatchObject({
      outcome: 'deaf',
      state: 'open',
    });
    expect(await team.update(pay(5), { to: ['nobody'] })).toMatchObject({
      outcome: 'undeliverable',
    });
    expect(await (await team.pause()).answer()).toMatchObject({ outcome: 'heard' });
    expect(await team.update({ type: 'close.now' })).toMatchObject({
      outcome: 'heard',
      state: 'closed',
    });
    expect((await team.result()).output).toEqual({ sum: 5 });
  });

  it('under an id is one event, whichever process sends it and however often', async () => {
    const { store, runtimeOn } = site();
    const leading = runtimeOn();
    const team = await leading.start({ id: 't', machine: 'account' });
    const other = runtimeOn().team('t');
    const sent = await Promise.all(
      Array.from({ length: 12 }, (_, i) =>
        (i % 2 ? team : other).send(pay(7), { id: `order-${i % 3}` }),
      ),
    );
    expect(new Set(sent.map(({ revision }) => revision))).toEqual(new Set([0, 1, 2]));
    for (const { answer } of sent) expect((await answer()).outcome).toBe('heard');
    expect(await store.read('inbox-t' as StreamName)).toHaveLength(3);
    await team.update({ type: 'close.now' });
    expect((await team.result()).output).toEqual({ sum: 21 });
    // Asked again after the end, it has the answer that it had.
    const again = await other.update(pay(7), { id: 'order-1' });
    expect(again).toMatchObject({ outcome: 'heard', state: 'open' });
    expect((await other.update(pay(7), { id: 'order-9' })).outcome).toBe('ended');
    await expect(other.send(pay(7))).rejects.toThrow(TeamEnded);
  });

  it('waits in the inbox for whoever leads the team next', async () => {
    const { runtimeOn } = site();
    const front = runtimeOn();
    const team = await front.submit({ id: 't', machine: 'account' });
    const answer = team.update(pay(3));
    await runtimeOn().resume('t');
    expect(await answer).toMatchObject({ outcome: 'heard', state: 'open' });
  });
});

describe('waiting for a state', () => {
  it('is over at the first turn that leads to it, whoever leads the team', async () => {
    const { runtimeOn } = site();
    const team = await runtimeOn().start({ id: 't', machine: 'account' });
    const watching = runtimeOn().team('t');
    const rich = watching.waitFor(({ context }) => context.sum >= 6);
    for (const amount of [2, 4, 8]) await team.send(pay(amount));
    expect((await rich).context).toEqual({ sum: 6 });
    const over = watching.waitFor((snapshot) => snapshot.matches('closed'));
    const never = watching.waitFor(({ context }) => context.sum < 0);
    await team.send({ type: 'close.now' });
    expect((await over).output).toEqual({ sum: 14 });
    await expect(never).rejects.toThrow(TeamEnded);
  });

  it('ends when its signal is aborted', async () => {
    const { runtimeOn } = site();
    const team = await runtimeOn().start({ id: 't', machine: 'account' });
    const abort = new AbortController();
    const waiting = team.waitFor(() => false, { signal: abort.signal });
    abort.abort(new Error('enough'));
    await expect(waiting).rejects.toThrow('enough');
  });
});
