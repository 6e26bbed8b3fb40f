import { describe, expect, it } from 'vitest';
import { SimulatedClock } from '../../../src/actors/clock.ts';
import { WorkFailure } from '../../../src/actors/worker.ts';
import { createRehearsalModel } from '../../../src/hands/model/rehearsal/rehearsal-model.ts';
import { listening, requestFor } from './stage.ts';

const requests = Array.from({ length: 80 }, (_, i) => requestFor({ round: i + 1 }));

/** Lets simulated time pass until the work is done. */
async function runOut(clock: SimulatedClock, work: Promise<unknown>): Promise<void> {
  let done = false;
  void work.finally(() => {
    done = true;
  });
  for (let i = 0; !done && i < 10_000; i++) {
    const next = clock.next();
    if (next === undefined) await Promise.resolve();
    else clock.advanceTo(next);
  }
  await work;
}

async function failuresBeforeReply(
  model: ReturnType<typeof createRehearsalModel>,
  request: (typeof requests)[number],
): Promise<string[]> {
  const kinds: string[] = [];
  for (;;) {
    try {
      await model.reply(request, listening());
      return kinds;
    } catch (error) {
      expect(error).toBeInstanceOf(WorkFailure);
      const failure = error as WorkFailure;
      expect(failure.data.retryAfterMs).toBeGreaterThan(0);
      kinds.push(failure.kind);
    }
  }
}

describe('the rehearsal model', () => {
  it('calls itself a rehearsal and names the model that was asked for', async () => {
    const model = createRehearsalModel();
    expect(model.rehearsal).toBe(true);
    expect(model.key).toBe('rehearsal');
    expect((await model.reply(requests[0]!, listening())).model).toBe('rehearsal');
  });

  it('streams exactly the text of its reply', async () => {
    const ear = listening();
    const { content } = await createRehearsalModel({ verbosity: 'long' }).reply(requests[0]!, ear);
    expect(ear.heard.join('')).toBe(content.find(({ type }) => type === 'text')!['text']);
    expect(ear.heard.length).toBeGreaterThan(1);
  });

  it('takes a time between the bounds, drawn from the request and not from the order of calls', async () => {
    const time = async (order: typeof requests) => {
      const times = new Map<string, number>();
      for (const request of order) {
        const clock = new SimulatedClock();
        const model = createRehearsalModel({ latencyMs: [200, 900], clock });
        await runOut(clock, model.reply(request, listening()));
        times.set(request.hash, Math.round(clock.now()));
      }
      return times;
    };
    const times = await time(requests.slice(0, 20));
    for (const ms of times.values()) {
      expect(ms).toBeGreaterThanOrEqual(199);
      expect(ms).toBeLessThanOrEqual(901);
    }
    expect(new Set(times.values()).size).toBeGreaterThan(10);
    const backward = await time(requests.slice(0, 20).toReversed());
    expect([...backward].sort()).toEqual([...times].sort());
  });

  it('fails about as often as it is told, in two kinds, and lets a retry through', async () => {
    const model = createRehearsalModel({ failureRate: 0.3 });
    const all: string[] = [];
    let failedFirst = 0;
    for (const request of requests) {
      const kinds = await failuresBeforeReply(model, request);
      expect(kinds.length).toBeLessThanOrEqual(2);
      if (kinds.length > 0) failedFirst++;
      all.push(...kinds);
    }
    expect(failedFirst / requests.length).toBeGreaterThan(0.15);
    expect(failedFirst / requests.length).toBeLessThan(0.45);
    expect(new Set(all)).toEqual(new Set(['transient', 'overloaded']));
  });

  it('lets a retry through even when everything fails', async () => {
    const model = createRehearsalModel({ failureRate: 1 });
    expect(await failuresBeforeReply(model, requests[0]!)).toHaveLength(2);
  });

  it('ends at once when nobody waits any more, before and in the middle of a reply', async () => {
    const model = createRehearsalModel({ latencyMs: 3_600_000 });
    const early = new AbortController();
    early.abort();
    await expect(model.reply(requests[0]!, listening(early.signal))).rejects.toMatchObject({
      kind: 'cancelled',
    });
    const late = new AbortController();
    const reply = model.reply(requests[0]!, listening(late.signal));
    late.abort();
    await expect(reply).rejects.toMatchObject({ name: 'WorkFailure', kind: 'cancelled' });
  });

  it('refuses options that make no sense', () => {
    expect(() => createRehearsalModel({ failureRate: 2 })).toThrow(RangeError);
    expect(() => createRehearsalModel({ latencyMs: [5, 1] })).toThrow(RangeError);
    expect(() => createRehearsalModel({ latencyMs: Number.NaN })).toThrow(RangeError);
  });
});
