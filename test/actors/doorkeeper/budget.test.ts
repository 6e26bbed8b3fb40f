import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { budget } from '../../../src/actors/gate/budget.ts';
import type { Ledger } from '../../../src/actors/gate/ledger.ts';
import type { FoldedEvent, Verdict } from '../../../src/actors/gate/policy.ts';
import { limitsOf } from '../../../src/actors/limits.ts';
import type { OwedWork } from '../../../src/actors/state/team-state.ts';
import type { Reserve, ReserveQuestion, Worker } from '../../../src/actors/worker.ts';
import type { Amount } from '../../../src/events/amounts.ts';
import { type JsonObject, NOTHING_READ } from '../../../src/events/event.ts';
import { createCatalog } from '../../../src/events/known-events.ts';
import { vocabulary } from '../../../src/events/words/index.ts';
import type { Limits } from '../../../src/events/words/team.ts';

const open = (limits: Partial<Limits>): Ledger =>
  budget.initial({ limits: limitsOf({ synthesisTokens: 0, ...limits }) } as never);

const definitionOf = createCatalog(vocabulary).get;

let revision = 0;
const event = (type: string, data: JsonObject, more: Partial<FoldedEvent> = {}): FoldedEvent => ({
  type,
  data,
  revision: revision++,
  at: 0,
  actor: undefined,
  to: [],
  work: undefined,
  bytes: 100,
  message: false,
  reads: definitionOf(type)?.reads ?? NOTHING_READ,
  ...more,
});

const need = (inputTokens: number, outputTokens: number): Reserve => ({
  inputTokens,
  outputTokens,
  outputTokensMin: Math.min(100, outputTokens),
  usd: (input, output) => (input + 5 * output) * 1e-6,
});

function judge(
  ledger: Ledger,
  reserve: Reserve | Worker['reserve'],
  purpose = 'work',
  actor = 'a',
) {
  const worker = {
    effect: 'paid',
    reserve: typeof reserve === 'function' ? reserve : () => reserve,
  } as unknown as Worker;
  const work = { actor, input: { purpose } } as unknown as OwedWork;
  return budget.judge!(ledger, { work, worker, effect: 'paid', at: 1000 });
}

const admit = (ledger: Ledger, work: string, verdict: Verdict | undefined, purpose = 'work') => {
  if (!verdict || !('admit' in verdict))
    throw new Error(`not admitted: ${JSON.stringify(verdict)}`);
  const { reserved } = verdict.admit;
  return budget.apply(
    ledger,
    event('work.admitted', { reserved, effect: 'paid', purpose }, { work }),
  );
};

const used = (inputTokens: number, outputTokens: number, usd = 0) => ({
  usage: { inputTokens, outputTokens, cacheReadTokens: 0, cacheWriteTokens: 0, usd },
});

describe('the budget of a team', () => {
  it('reserves the worst case, and settles what was used', () => {
    let ledger = admit(
      open({ tokens: 1000 }),
      'a/x@1',
      judge(open({ tokens: 1000 }), need(300, 200)),
    );
    expect(ledger.reserved.tokens).toBe(500);
    ledger = budget.apply(ledger, event('model.replied', used(250, 50), { work: 'a/x@1' }));
    expect([ledger.settled.tokens, ledger.reserved.tokens]).toEqual([300, 0]);
  });

  it('bounds the output by what is free, and refuses what makes no sense any more', () => {
    expect(judge(open({ tokens: 1000 }), need(600, 800))).toEqual({
      admit: { reserved: { tokens: 1000, usd: expect.any(Number) }, outputTokensMax: 400 },
    });
    expect(judge(open({ tokens: 1000 }), need(950, 800))).toMatchObject({
      refuse: {
        limit: 'tokens',
        message: expect.stringMatching(/1050 tokens, 1000 of 1000 are free/),
      },
    });
  });

  it('bounds the output by dollars too, and names them when they do not suffice', () => {
    expect(judge(open({ usd: 0.002 }), need(1000, 800))).toMatchObject({
      admit: { outputTokensMax: 200, reserved: { usd: 0.002 } },
    });
    expect(judge(open({ usd: 0.001 }), need(1000, 800))).toMatchObject({
      refuse: { limit: 'usd' },
    });
  });

  it('waits for what others have reserved, as long as it would fit then', () => {
    const first = admit(
      open({ tokens: 1000 }),
      'a/x@1',
      judge(open({ tokens: 1000 }), need(500, 300)),
    );
    expect(judge(first, need(500, 300), 'work', 'b')).toMatchObject({
      delay: { until: 31_000, reason: expect.stringMatching(/^budget:/) },
    });
    expect(judge(first, need(950, 300), 'work', 'b')).toMatchObject({
      refuse: { limit: 'tokens' },
    });
  });

  it('sets the synthesis aside before anything else, and lets only the synthesis have it', () => {
    const ledger = open({ tokens: 8000, synthesisTokens: 1500 });
    expect(judge(ledger, need(6450, 100))).toMatchObject({ refuse: { limit: 'tokens' } });
    const verdict = judge(ledger, need(7000, 1000), 'synthesis');
    expect(admit(ledger, 's/x@1', verdict, 'synthesis').aside).toBe(0);
  });

  it('keeps the reservation of a call that was cancelled after it had started', () => {
    const ledger = admit(
      open({ tokens: 1000 }),
      'w',
      judge(open({ tokens: 1000 }), need(300, 200)),
    );
    const cancelled = (started: boolean) =>
      budget.apply(ledger, event('work.cancelled', { started }, { work: 'w' }));
    expect(cancelled(true).reserved.tokens).toBe(500);
    expect(cancelled(false).reserved.tokens).toBe(0);
    const late = budget.apply(cancelled(true), event('work.late', {}, { work: 'w' }));
    expect([late.settled.tokens, late.reserved.tokens]).toEqual([500, 0]);
  });

  it('gives a reservation back while its work is delayed, so that it is never held twice', () => {
    const ledger = admit(
      open({ tokens: 1000 }),
      'w',
      judge(open({ tokens: 1000 }), need(300, 200)),
    );
    const delayed = budget.apply(ledger, event('work.delayed', { until: 5 }, { work: 'w' }));
    expect([delayed.settled.tokens, delayed.reserved.tokens]).toEqual([0, 0]);
    expect(admit(delayed, 'w', judge(delayed, need(300, 200))).reserved.tokens).toBe(500);
  });

  it('counts a lapsed attempt as it is told to, and a failure without a word of usage as free', () => {
    const ledger = admit(
      open({ tokens: 1000 }),
      'w',
      judge(open({ tokens: 1000 }), need(300, 200)),
    );
    const settled = { tokens: 500, usd: 0.1 };
    expect(
      budget.apply(ledger, event('work.lapsed', { settled }, { work: 'w' })).settled.tokens,
    ).toBe(500);
    expect(
      budget.apply(ledger, event('model.failed', { kind: 'x' }, { work: 'w' })).settled.tokens,
    ).toBe(0);
  });

  it('tells a breach, once, and admits no paid work after it, whichever event settled it', () => {
    const ledger = admit(
      open({ tokens: 9000 }),
      'w',
      judge(open({ tokens: 9000 }), need(300, 200)),
    );
    for (const [type, data] of [
      ['model.replied', used(900, 50)],
      ['work.lapsed', { settled: { tokens: 950, usd: 0 } }],
    ] as const) {
      const told = event(type, data, { work: 'w' });
      const after = budget.apply(ledger, told);
      expect(budget.notices!(ledger, after, told)).toEqual([
        {
          type: 'budget.breached',
          data: { work: 'w', reserved: ledger.reserved, reported: { tokens: 950, usd: 0 } },
        },
      ]);
      expect(judge(after, need(1, 1))).toMatchObject({ refuse: { limit: 'breach' } });
      expect(budget.notices!(after, after, told)).toEqual([]);
    }
  });

  it('says once that 80 % of a limit is used', () => {
    let ledger = admit(open({ tokens: 1000 }), 'w', judge(open({ tokens: 1000 }), need(700, 200)));
    const told = event('model.replied', used(700, 150), { work: 'w' });
    const after = budget.apply(ledger, told);
    expect(budget.notices!(ledger, after, told)).toMatchObject([
      { type: 'limit.neared', data: { limit: 'tokens', used: 850, of: 1000 } },
    ]);
    ledger = after;
    expect(budget.notices!(ledger, budget.apply(ledger, told), told)).toEqual([]);
  });

  it('measures what an agent has heard since its last reply, and all of it for a successor', () => {
    const profile = { model: 'm', outputTokensMax: 50 };
    const asked: ReserveQuestion[] = [];
    const ask = (ledger: Ledger) => {
      judge(ledger, (question: ReserveQuestion) => {
        asked.push(question);
        return need(1, 1);
      });
      return asked.at(-1)!;
    };
    let ledger = budget.apply(open({}), event('agent.joined', { actor: 'a', profile }));
    const seated = ask(ledger).newBytes;
    ledger = budget.apply(ledger, event('message.sent', {}, { to: ['a'], bytes: 1000 }));
    expect(ask(ledger).newBytes).toBeGreaterThanOrEqual(seated + 1000);
    ledger = admit(ledger, 'a/x@1', { admit: { reserved: { tokens: 5000, usd: 0 } } });
    ledger = budget.apply(ledger, event('message.sent', {}, { to: ['a'], bytes: 300 }));
    ledger = budget.apply(
      ledger,
      event('model.replied', used(4000, 10), { work: 'a/x@1', to: ['a'] }),
    );
    expect(ask(ledger)).toMatchObject({ lastTokens: 4010, profile });
    expect(ask(ledger).newBytes).toBeGreaterThanOrEqual(300);
    expect(ask(ledger).newBytes).toBeLessThan(1000);
    const successor = budget.apply(ledger, event('agent.joined', { actor: 'a', profile }));
    expect(ask(successor)).toMatchObject({ lastTokens: 0 });
    expect(ask(successor).newBytes).toBeGreaterThan(seated + 1300);
  });

  it('never lets settled and reserved exceed a limit, whatever is asked and used in whatever order', () => {
    const ask = fc.record({
      input: fc.integer({ min: 0, max: 400 }),
      output: fc.integer({ min: 1, max: 400 }),
      share: fc.double({ min: 0, max: 1, noNaN: true }),
      ends: fc.constantFrom('replied', 'failed', 'late', 'lapsed', 'delayed', 'never'),
    });
    const limits = fc.record({
      tokens: fc.option(fc.integer({ min: 1, max: 2000 }), { nil: undefined }),
      usd: fc.option(fc.double({ min: 0.0001, max: 0.01, noNaN: true }), { nil: undefined }),
    });
    fc.assert(
      fc.property(limits, fc.array(ask, { maxLength: 30 }), (given, asks) => {
        let ledger = open(given);
        const held: [string, Reserve, (typeof asks)[number], Amount][] = [];
        const lost: Amount[] = [];
        const within = () => {
          const kept = [...held.map((each) => each[3]), ...lost];
          expect(ledger.reserved.tokens).toBe(kept.reduce((sum, { tokens }) => sum + tokens, 0));
          const { settled, reserved } = ledger;
          if (given.tokens !== undefined)
            expect(settled.tokens + reserved.tokens).toBeLessThanOrEqual(given.tokens);
          if (given.usd !== undefined)
            expect(settled.usd + reserved.usd).toBeLessThanOrEqual(given.usd + 1e-7);
        };
        asks.forEach((each, i) => {
          const reserve = need(each.input, each.output);
          const verdict = judge(ledger, reserve, 'work', `a${i}`);
          if (verdict && 'admit' in verdict) {
            ledger = admit(ledger, `a${i}/x@${i}`, verdict);
            held.push([`a${i}/x@${i}`, reserve, each, verdict.admit.reserved]);
          }
          within();
          if (i % 3 !== 0) return;
          const done = held.shift();
          if (!done || done[2].ends === 'never') {
            if (done) lost.push(done[3]);
            return;
          }
          const [work, reserved, { share, ends }, { tokens, usd }] = done;
          const input = Math.floor(reserved.inputTokens * share);
          const output = Math.floor((tokens - reserved.inputTokens) * share);
          const data = {
            replied: used(input, output, usd * share),
            failed: {},
            late: {},
            lapsed: { settled: { tokens, usd } },
            delayed: {},
          }[ends as 'replied'];
          const type =
            ends === 'replied'
              ? 'model.replied'
              : ends === 'failed'
                ? 'model.failed'
                : `work.${ends}`;
          ledger = budget.apply(ledger, event(type, data as JsonObject, { work }));
          within();
        });
      }),
      { numRuns: 300, seed: 7 },
    );
  });
});
