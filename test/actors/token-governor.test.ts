import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Entry, Governor, Permit } from '../../src/actors/governor/governor.ts';
import { createGovernor } from '../../src/actors/governor/token-governor.ts';

const never = new AbortController().signal;

function entered(entry: Entry): Permit {
  if ('now' in entry) return entry.now;
  throw new Error(`expected to enter at once, got ${JSON.stringify(entry)}`);
}

/** Enters, and leaves with the outcome, `times` times. */
function pass(governor: Governor, at: number, outcome: 'ok' | 'failed', times = 1): void {
  for (let i = 0; i < times; i++) entered(governor.enter('key', at, never)).leave(outcome);
}

describe('a look at the governor', () => {
  it('says what entering would say, whatever has gone before, and changes nothing', () => {
    const step = fc.record({
      gapMs: fc.integer({ min: 0, max: 3000 }),
      before: fc.integer({ min: 0, max: 3 }),
      outcome: fc.constantFrom('ok', 'failed', 'stays'),
    });
    fc.assert(
      fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
        const governor = createGovernor({
          requestsPerMinute: 60,
          burst: 4,
          concurrency: 3,
          failuresToOpen: 2,
          halfOpenAfterMs: 2000,
        });
        let at = 0;
        for (const { gapMs, before, outcome } of steps) {
          at += gapMs;
          const outlooks = Array.from({ length: before + 1 }, (_, i) =>
            governor.look('key', at, i),
          );
          const permits: Permit[] = [];
          for (const outlook of outlooks) {
            const entry = governor.enter('key', at, new AbortController().signal);
            if (outlook === 'later') {
              expect('soon' in entry || 'failed' in entry).toBe(true);
              break;
            }
            if (outlook === 'now') permits.push(entered(entry));
            else expect(entry).toEqual(outlook);
          }
          if (outcome !== 'stays') for (const permit of permits) permit.leave(outcome);
        }
      }),
      { numRuns: 300 },
    );
  });

  it('counts those who go before', () => {
    const governor = createGovernor({ requestsPerMinute: 60, burst: 3, concurrency: 2 });
    const answers = [0, 1, 2, 3, 4].map((before) => governor.look('key', 1000, before));
    const rate = '60 requests a minute to key';
    expect(answers).toEqual([
      'now',
      'now',
      'later',
      { until: 2000, reason: rate },
      { until: 3000, reason: rate },
    ]);
    pass(governor, 1000, 'ok', 3);
  });
});

describe('the rate of a key', () => {
  it('lets a burst in at once and tells the next when to come', () => {
    const governor = createGovernor({ requestsPerMinute: 60, burst: 3 });
    pass(governor, 1000, 'ok', 3);
    expect(governor.enter('key', 1000, never)).toMatchObject({ until: 2000 });
  });

  it('lets no more than a burst in after a long pause', () => {
    const governor = createGovernor({ requestsPerMinute: 60, burst: 3 });
    pass(governor, 0, 'ok');
    pass(governor, 3_600_000, 'ok', 3);
    expect(governor.enter('key', 3_600_000, never)).toMatchObject({ until: 3_601_000 });
  });

  it('lets those in who come at the time they were told', () => {
    const governor = createGovernor({ requestsPerMinute: 100, burst: 1 });
    pass(governor, 0, 'ok');
    const entry = governor.enter('key', 0, never);
    expect(entry).toEqual({ until: 600, reason: '100 requests a minute to key' });
    entered(governor.enter('key', 600, never));
  });

  it('promises each who waits a time of its own', () => {
    const governor = createGovernor({ requestsPerMinute: 60, burst: 1 });
    pass(governor, 0, 'ok');
    const told = [0, 10, 20].map((at) => governor.enter('key', at, never));
    expect(told.map((entry) => 'until' in entry && entry.until)).toEqual([1000, 2000, 3000]);
    for (const at of [1000, 2000, 3000]) entered(governor.enter('key', at, never)).leave('ok');
  });

  it('keeps keys apart', () => {
    const governor = createGovernor({ requestsPerMinute: 60, burst: 1 });
    pass(governor, 0, 'ok');
    entered(governor.enter('other', 0, never));
  });

  it('never lets more in than burst and elapsed time allow, whatever the arrivals', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 10 }),
        fc.integer({ min: 1, max: 600 }),
        fc.array(fc.integer({ min: 0, max: 3000 }), { maxLength: 80 }),
        (burst, requestsPerMinute, gaps) => {
          const governor = createGovernor({ burst, requestsPerMinute, concurrency: 1000 });
          let at = 0;
          let let_in = 0;
          for (const gap of gaps) {
            at += gap;
            if ('now' in governor.enter('key', at, never)) let_in++;
            expect(let_in).toBeLessThanOrEqual(burst + (at * requestsPerMinute) / 60_000 + 1e-3);
          }
        },
      ),
    );
  });

  it('does not go back in time when a caller does', () => {
    const governor = createGovernor({ requestsPerMinute: 60, burst: 1 });
    pass(governor, 5000, 'ok');
    expect(governor.enter('key', 4000, never)).toMatchObject({ until: 6000 });
  });
});

describe('a key that rests', () => {
  it('lets nobody in before its time, and tells it to those who ask, look or wait', async () => {
    const governor = createGovernor({ concurrency: 1, now: () => 1000 });
    const first = entered(governor.enter('key', 1000, never));
    const waiting = governor.enter('key', 1000, never);
    first.leave('failed', 300_000);
    const told = { until: 301_000, reason: 'key rests: its provider asked for a pause' };
    expect(governor.enter('key', 1000, never)).toEqual(told);
    expect(governor.look('key', 1000, 0)).toEqual(told);
    expect(governor.enter('key', 300_999, never)).toEqual(told);
    if (!('soon' in waiting)) throw new Error('it did not wait');
    await expect(waiting.soon).rejects.toMatchObject({
      kind: 'rateLimited',
      data: { retryAfterMs: 300_000 },
    });
    entered(governor.enter('key', 301_000, never));
    entered(governor.enter('other', 301_000, never));
  });
});

describe('how many calls are under way', () => {
  it('holds back what is above the bound and serves it first come, first served', async () => {
    const governor = createGovernor({ concurrency: 2 });
    const [first, second] = [1, 2].map(() => entered(governor.enter('key', 0, never)));
    const order: string[] = [];
    const wait = (name: string) => {
      const entry = governor.enter('key', 0, never);
      if (!('soon' in entry)) throw new Error(`${name} should wait`);
      return entry.soon.then((permit) => {
        order.push(name);
        return permit;
      });
    };
    const third = wait('third');
    const fourth = wait('fourth');
    first!.leave('ok');
    const permit = await third;
    expect(order).toEqual(['third']);
    second!.leave('failed');
    permit.leave('ok');
    await fourth;
    expect(order).toEqual(['third', 'fourth']);
  });

  it('forgets who gave up waiting', async () => {
    const governor = createGovernor({ concurrency: 1 });
    const first = entered(governor.enter('key', 0, never));
    const patience = new AbortController();
    const waiting = governor.enter('key', 0, patience.signal);
    const next = governor.enter('key', 0, never);
    patience.abort();
    if (!('soon' in waiting) || !('soon' in next)) throw new Error('both should wait');
    await expect(waiting.soon).rejects.toMatchObject({ kind: 'cancelled' });
    first.leave('ok');
    (await next.soon).leave('ok');
    entered(governor.enter('key', 0, never));
  });

  it('charges nothing on the rate for who gave up waiting', () => {
    const governor = createGovernor({ concurrency: 1, burst: 2, requestsPerMinute: 1 });
    const first = entered(governor.enter('key', 0, never));
    const patience = new AbortController();
    expect(governor.enter('key', 0, patience.signal)).toHaveProperty('soon');
    patience.abort();
    first.leave('ok');
    entered(governor.enter('key', 0, never));
    expect(governor.enter('key', 0, never)).toHaveProperty('until');
  });

  it('lets nobody in whose work is already cancelled', () => {
    const entry = createGovernor().enter('key', 0, AbortSignal.abort());
    expect(entry).toMatchObject({ failed: { kind: 'cancelled' } });
  });

  it('sends away, without a charge on the rate, whoever finds the queue full', () => {
    const governor = createGovernor({
      concurrency: 1,
      queueMax: 1,
      burst: 3,
      requestsPerMinute: 1,
    });
    const first = entered(governor.enter('key', 0, never));
    expect(governor.enter('key', 0, never)).toHaveProperty('soon');
    expect(governor.enter('key', 0, never)).toMatchObject({ until: 1000 });
    first.leave('ok');
    expect(governor.enter('key', 1000, never)).toHaveProperty('soon');
  });

  it('never has more permits out than places, whatever comes and goes', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 1, max: 4 }),
        fc.array(fc.constantFrom('come', 'ok', 'failed', 'cancelled'), { maxLength: 60 }),
        async (concurrency, steps) => {
          const governor = createGovernor({ concurrency, burst: 1000, failuresToOpen: 3 });
          const out: Permit[] = [];
          for (const step of steps) {
            if (step === 'come') {
              const entry = governor.enter('key', 0, never);
              if ('now' in entry) out.push(entry.now);
              else if ('soon' in entry)
                entry.soon.then(
                  (permit) => out.push(permit),
                  () => {},
                );
            } else out.shift()?.leave(step as 'ok');
            await Promise.resolve();
            await Promise.resolve();
            expect(out.length).toBeLessThanOrEqual(concurrency);
          }
        },
      ),
    );
  });

  it('takes a permit back only once', () => {
    const permit = entered(createGovernor().enter('key', 0, never));
    permit.leave('ok');
    expect(() => permit.leave('ok')).toThrow('twice');
  });
});

describe('the circuit of a key', () => {
  it('opens after five failures in a row and says how long it stays so', () => {
    const governor = createGovernor();
    pass(governor, 0, 'failed', 4);
    pass(governor, 0, 'ok');
    pass(governor, 0, 'failed', 5);
    expect(governor.enter('key', 20_000, never)).toMatchObject({
      failed: { kind: 'circuitOpen', data: { retryAfterMs: 40_000 } },
    });
  });

  it('lets one probe in after a minute and closes when it succeeds', async () => {
    const governor = createGovernor();
    pass(governor, 0, 'failed', 5);
    const probe = entered(governor.enter('key', 60_000, never));
    const other = governor.enter('key', 60_000, never);
    if (!('soon' in other)) throw new Error('others wait for the probe');
    probe.leave('ok');
    (await other.soon).leave('ok');
    pass(governor, 60_000, 'ok', 5);
  });

  it('opens again when the probe fails, and refuses who waited for it', async () => {
    const governor = createGovernor();
    pass(governor, 0, 'failed', 5);
    const probe = entered(governor.enter('key', 60_000, never));
    const other = governor.enter('key', 61_000, never);
    probe.leave('failed');
    if (!('soon' in other)) throw new Error('others wait for the probe');
    await expect(other.soon).rejects.toMatchObject({ kind: 'circuitOpen' });
    expect(governor.enter('key', 120_000, never)).toHaveProperty('failed');
    entered(governor.enter('key', 121_000, never));
  });

  it('tries another probe when the first was cancelled', () => {
    const governor = createGovernor();
    pass(governor, 0, 'failed', 5);
    entered(governor.enter('key', 60_000, never)).leave('cancelled');
    entered(governor.enter('key', 60_000, never)).leave('ok');
    pass(governor, 60_000, 'failed', 4);
    entered(governor.enter('key', 60_000, never));
  });

  it('takes no notice of successes that were under way when it opened', () => {
    const governor = createGovernor();
    const slow = entered(governor.enter('key', 0, never));
    pass(governor, 0, 'failed', 5);
    slow.leave('ok');
    expect(governor.enter('key', 1000, never)).toHaveProperty('failed');
  });

  it('dates a failure by the clock that it is given', () => {
    let clock = 0;
    const governor = createGovernor({ failuresToOpen: 1, now: () => clock });
    const slow = entered(governor.enter('key', 0, never));
    clock = 600_000;
    slow.leave('failed');
    expect(governor.enter('key', 601_000, never)).toMatchObject({
      failed: { data: { retryAfterMs: 59_000 } },
    });
  });

  it('refuses settings that mean nothing', () => {
    expect(() => createGovernor({ burst: 0 })).toThrow('burst must be a whole number above 0');
    expect(() => createGovernor({ requestsPerMinute: Number.NaN })).toThrow('requestsPerMinute');
  });
});
