import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { project, projectAt } from '../../src/projections/kit/projection.ts';
import { sequenceOf } from '../../src/projections/kit/sequence.ts';
import { metrics } from '../../src/projections/metrics/metrics.ts';
import { percentiles } from '../../src/projections/metrics/tally.ts';
import {
  admitted,
  draft,
  formed,
  given,
  granted,
  message,
  replied,
  returned,
  say,
} from './given.ts';

const failed = (agent: string, armed: number, kind: string) =>
  say(
    'model.failed',
    { kind, message: '', latencyMs: 1 },
    { to: [agent], work: `${agent}/reply@${armed}` },
  );

describe('metrics', () => {
  const events = given(
    formed(),
    [granted('ann', 1, { round: 1 }), admitted('ann', 1)],
    failed('ann', 1, 'overloaded'),
    [say('timer.fired', { actor: 'ann', timer: 'wait', armed: 3, dueAt: 1 }), admitted('ann', 4)],
    replied('ann', 4, []),
    returned('ann', 6, 'u', 'no', { ok: false }),
    message('ann', ['bob'], 1, 'hi'),
    draft('ann', 1),
    granted('bob', 1, { round: 2 }),
    [granted('bob', 2, { round: 2 }), admitted('bob', 11)],
    replied('bob', 11, [], { latencyMs: 800, rehearsal: true }),
    say('work.delayed', { work: 'bob/reply@9', src: 'callModel', until: 1_019_000, reason: 'r' }),
    say('work.refused', {
      work: 'bob/reply@9',
      src: 'callModel',
      kind: 'refused',
      limit: 'tokens',
      message: '',
    }),
    say('limit.neared', { limit: 'tokens', used: 8, of: 10 }),
  );

  it('count calls, failures and retries, tokens, tools, messages and moves per agent', () => {
    const { agents, total, rehearsed } = project(metrics, events);
    expect(agents['ann']).toMatchObject({
      modelCalls: 2,
      modelFailures: { overloaded: 1 },
      retries: 1,
      inputTokens: 100,
      outputTokens: 20,
      cacheReadTokens: 10,
      cacheWriteTokens: 5,
      toolCalls: 1,
      toolErrors: 1,
      messages: 1,
      moves: 1,
    });
    expect(total.modelCalls).toBe(3);
    expect(rehearsed).toBe(1);
  });

  it('count for the round in which the agent has its turn', () => {
    const { rounds } = project(metrics, events);
    expect(rounds['1']!.modelCalls).toBe(2);
    expect(rounds['2']!.modelCalls).toBe(1);
  });

  it('count delays, refusals and limits that are near', () => {
    const state = project(metrics, events);
    expect(state).toMatchObject({
      delays: 1,
      delayedMs: 5000,
      refusals: { tokens: 1 },
      neared: ['tokens'],
    });
    expect(percentiles(state.total.latenciesMs)).toEqual({
      p50: 800,
      p90: 1200,
      p99: 1200,
      max: 1200,
    });
  });

  it('hold what is reserved until it is settled, by the rules of the doorkeeper', () => {
    const at = (revision: number) => {
      const { settled, reserved } = projectAt(events, metrics, revision);
      return { settled: settled.tokens, reserved: reserved.tokens };
    };
    expect(at(2)).toEqual({ settled: 0, reserved: 500 });
    expect(at(3)).toEqual({ settled: 0, reserved: 0 });
    expect(at(5)).toEqual({ settled: 0, reserved: 500 });
    expect(at(6)).toEqual({ settled: 135, reserved: 0 });
  });

  it('keep the reservation of cancelled work that had begun until it lapses or comes late', () => {
    const reserved = (...ends: ReturnType<typeof say>[]) =>
      project(metrics, given(formed(), admitted('ann', 1), ...ends));
    const work = { work: 'ann/reply@1', src: 'callModel' };
    const cancelled = (started: boolean) => say('work.cancelled', { ...work, started });
    expect(reserved(cancelled(false)).reserved.tokens).toBe(0);
    expect(reserved(cancelled(true)).reserved.tokens).toBe(500);
    const lapsed = say('work.lapsed', { ...work, attempt: 1, settled: { tokens: 500, usd: 0 } });
    expect(reserved(cancelled(true), lapsed)).toMatchObject({
      reserved: { tokens: 0 },
      settled: { tokens: 500 },
    });
    const late = say('work.late', { ...work }, { work: work.work });
    expect(reserved(cancelled(true), late)).toMatchObject({ settled: { tokens: 500 } });
  });

  it('of the team are the sums over agents and over rounds', () => {
    const agent = fc.constantFrom('ann', 'bob', 'constructor');
    const step = fc.oneof(
      agent.map((a) => replied(a, 1, [])),
      agent.map((a) => failed(a, 1, 'transient')),
      agent.map((a) => draft(a, 1)),
      agent.map((a) => message(a, [], 1, 'x')),
      fc.tuple(agent, fc.integer({ min: 1, max: 3 })).map(([a, round]) => granted(a, 1, { round })),
    );
    fc.assert(
      fc.property(fc.array(step, { maxLength: 30 }), (steps) => {
        const { total, agents, rounds } = project(metrics, given(formed(), ...steps));
        for (const key of ['modelCalls', 'inputTokens', 'messages', 'moves'] as const) {
          for (const parts of [agents, rounds]) {
            const sum = Object.values(parts).reduce((so, tally) => so + tally[key], 0);
            expect(sum).toBe(total[key]);
          }
        }
      }),
    );
  });
});

describe('percentiles', () => {
  it('are by nearest rank, and of nothing there are none', () => {
    expect(percentiles(sequenceOf([]))).toBeUndefined();
    const hundred = sequenceOf(Array.from({ length: 100 }, (_, n) => 100 - n));
    expect(percentiles(hundred)).toEqual({ p50: 50, p90: 90, p99: 99, max: 100 });
  });
});
