/** The trace of a team, held on rehearsed teams of every pattern. */
import { describe, expect, it } from 'vitest';
import { patterns } from '../../src/machines/patterns/index.ts';
import { otlpMetrics, otlpTraces } from '../../src/telemetry/otlp/otlp.ts';
import type { Span } from '../../src/telemetry/spans/span.ts';
import { TeamTrace } from '../../src/telemetry/spans/team-trace.ts';
import { forkedAs, traceSpans } from '../../src/telemetry/spans/trace-spans.ts';
import { cutsOf, rehearse } from '../properties/rehearsed-teams.ts';

const resource = { attributes: { 'service.name': 'test' }, version: '0' };

async function traced(pattern: string, seed = 2) {
  const stage = await rehearse({ seed, failureRate: 0.2 });
  await stage.run('o', { pattern, seed });
  const events = await stage.events('o');
  return { stage, events, spans: traceSpans(events) };
}

/** What breaks the rules of a trace. */
function faults(spans: readonly Span[]): string[] {
  const byId = new Map(spans.map((span) => [span.spanId, span]));
  const found = byId.size === spans.length ? [] : ['two spans have one id'];
  for (const { name, parentSpanId, startAt, endAt, traceId, spanId, links } of spans) {
    const parent = parentSpanId === null ? undefined : byId.get(parentSpanId);
    if (!/^[0-9a-f]{32}$/.test(traceId) || !/^[0-9a-f]{16}$/.test(spanId))
      found.push(`${name}: ids`);
    if (parentSpanId !== null && !parent) found.push(`${name}: no parent`);
    if (parent && parent.startAt > startAt) found.push(`${name}: begins before its parent`);
    if (endAt < startAt) found.push(`${name}: ends before it begins`);
    for (const link of links) if (!byId.has(link.spanId)) found.push(`${name}: links to nothing`);
  }
  return found;
}

describe('the trace of a team', () => {
  it.each(Object.keys(patterns))(
    '%s is well formed at any prefix, and the same each time',
    async (pattern) => {
      const { events, spans, stage } = await traced(pattern);
      for (const cut of [...cutsOf(events), events.length - 1])
        expect(faults(traceSpans(events.slice(0, cut + 1)))).toEqual([]);
      expect(traceSpans(events)).toEqual(spans);
      await stage.close();
    },
  );

  it.each(Object.keys(patterns))(
    '%s changes no more in what has ended: each span is at its end what it is in the whole',
    async (pattern) => {
      const { events, spans, stage } = await traced(pattern, 3);
      const trace = new TeamTrace('latest', forkedAs(events));
      const ended = events.flatMap((event) =>
        trace.hear(event).ended.map((one) => structuredClone(one)),
      );
      expect(trace.cut()).toEqual([]);
      expect(new Map(ended.map((one) => [one.spanId, one]))).toEqual(
        new Map(traceSpans(events).map((one) => [one.spanId, one])),
      );
      expect(ended).toHaveLength(traceSpans(events).length);
      expect(spans.length).toBeGreaterThan(0);
      await stage.close();
    },
  );

  it('has a span for each call, below the turn of the agent that made it, with what it used', async () => {
    const { events, spans } = await traced('review-loop');
    const calls = spans.filter(({ attributes }) => attributes['gen_ai.operation.name'] === 'chat');
    expect(calls).toHaveLength(
      events.filter(({ type }) => /^model\.(replied|failed)$/.test(type)).length,
    );
    const byId = new Map(spans.map((span) => [span.spanId, span]));
    for (const call of calls) {
      const turn = byId.get(call.parentSpanId!)!;
      const agent = byId.get(turn.parentSpanId!)!;
      expect([turn.name, agent.name]).toEqual([
        expect.stringMatching(/^turn \d+ of /),
        `invoke_agent ${call.attributes['gen_ai.agent.name']}`,
      ]);
      expect(byId.get(agent.parentSpanId!)!.name).toBe('invoke_workflow review-loop');
      if (call.error === null)
        expect(call.attributes['gen_ai.usage.input_tokens']).toBeGreaterThan(0);
      else expect(call.attributes['error.type']).toMatch(/transient|overloaded/);
    }
  });

  it('links the turn of a reviewer to the turn of the draft that it is shown', async () => {
    const { spans } = await traced('review-loop');
    const review = spans.find(({ name }) => name === 'turn 1 of reviewer-1')!;
    const draft = spans.find(({ name }) => name === 'turn 1 of producer')!;
    expect(review.links).toEqual([{ traceId: draft.traceId, spanId: draft.spanId }]);
  });

  it('of a fork is a trace of its own', async () => {
    const { stage, events, spans } = await traced('review-loop');
    await stage.fork({ origin: 'o', at: cutsOf(events)[2]!, team: 'f' });
    const forked = traceSpans(await stage.events('f'));
    expect(faults(forked)).toEqual([]);
    expect(forked[0]!.traceId).not.toBe(spans[0]!.traceId);
    expect(forked[0]!.attributes).toMatchObject({ 'horde.team': 'f', 'horde.fork.origin': 'o' });
    expect(forked.some(({ attributes }) => attributes['horde.left_to_origin'] === true)).toBe(true);
  });

  it('of a team below hangs on the work of its parent, in the same trace', async () => {
    for (let seed = 1; ; seed++) {
      const stage = await rehearse({ seed, swarms: true });
      await stage.run('o', { pattern: 'nested-swarm', seed });
      const child = (await stage.runtime.teams()).find((id) => id.startsWith('o-'));
      if (!child) continue;
      const above = traceSpans(await stage.events('o'));
      const [root] = traceSpans(await stage.events(child));
      expect(root!.traceId).toBe(above[0]!.traceId);
      expect(above.find(({ spanId }) => spanId === root!.parentSpanId)?.name).toBe(
        'execute_tool dispatch_swarm',
      );
      return;
    }
  });

  it('holds no text of a request, a prompt or an answer', async () => {
    const { events, spans } = await traced('review-loop');
    const text = JSON.stringify(otlpTraces(spans, resource));
    expect(text).not.toContain('users table');
    const draft = events.find(({ type }) => type === 'draft.submitted')!;
    expect(text).not.toContain(String(draft.data['summary']));
  });

  it('uses the names that were asked for', async () => {
    const { events } = await traced('single-agent');
    const names = (conventions: 'latest' | '1.36') =>
      new Set(traceSpans(events, conventions).flatMap(({ attributes }) => Object.keys(attributes)));
    expect(names('latest')).toContain('gen_ai.provider.name');
    expect(names('latest')).not.toContain('gen_ai.system');
    expect(names('1.36')).toContain('gen_ai.system');
    expect(names('1.36')).not.toContain('gen_ai.provider.name');
  });
});

describe('the metrics of a team', () => {
  it('count each call once, in one bucket, and sum what was used', async () => {
    const { spans } = await traced('review-loop');
    const body = otlpMetrics(spans, resource) as any;
    const [tokens, duration] = body.resourceMetrics[0].scopeMetrics[0].metrics;
    expect([tokens.name, duration.name]).toEqual([
      'gen_ai.client.token.usage',
      'gen_ai.client.operation.duration',
    ]);
    const used = (type: string) =>
      spans.reduce(
        (sum, { attributes }) => sum + Number(attributes[`gen_ai.usage.${type}_tokens`] ?? 0),
        0,
      );
    for (const point of tokens.histogram.dataPoints) {
      const type = point.attributes.find(({ key }: { key: string }) => key === 'gen_ai.token.type')
        .value.stringValue;
      expect(point.sum).toBe(used(type));
    }
    for (const { histogram } of [tokens, duration]) {
      for (const { bucketCounts, explicitBounds, count } of histogram.dataPoints) {
        expect(bucketCounts).toHaveLength(explicitBounds.length + 1);
        expect(bucketCounts.map(Number).reduce((a: number, b: number) => a + b)).toBe(
          Number(count),
        );
      }
    }
  });

  it('have the names, units, buckets and attributes of the conventions', async () => {
    let { spans } = await traced('review-loop');
    for (
      let seed = 3;
      !spans.some(({ error, kind }) => kind === 'client' && error !== null);
      seed++
    )
      ({ spans } = await traced('review-loop', seed));
    const body = otlpMetrics(spans, resource) as any;
    const [tokens, duration] = body.resourceMetrics[0].scopeMetrics[0].metrics;
    expect([tokens.unit, duration.unit]).toEqual(['{token}', 's']);
    const bounds = (metric: any) => metric.histogram.dataPoints[0].explicitBounds;
    expect(bounds(tokens)).toEqual([
      1, 4, 16, 64, 256, 1024, 4096, 16384, 65536, 262144, 1048576, 4194304, 16777216, 67108864,
    ]);
    expect(bounds(duration)).toEqual([
      0.01, 0.02, 0.04, 0.08, 0.16, 0.32, 0.64, 1.28, 2.56, 5.12, 10.24, 20.48, 40.96, 81.92,
    ]);
    const keys = (metric: any) =>
      new Set(
        metric.histogram.dataPoints.flatMap(({ attributes }: any) =>
          attributes.map(({ key }: any) => key),
        ),
      );
    const always = [
      'gen_ai.operation.name',
      'gen_ai.provider.name',
      'gen_ai.request.model',
      'gen_ai.response.model',
    ];
    expect(keys(tokens)).toEqual(new Set([...always, 'gen_ai.token.type']));
    expect(keys(duration)).toEqual(new Set([...always, 'error.type']));
  });

  it('of a fork leave out what its origin has counted, and answers that were not asked for again', async () => {
    const { stage, events, spans } = await traced('review-loop');
    await stage.fork({ origin: 'o', at: cutsOf(events)[4]!, team: 'f' });
    const counted = (of: readonly Span[]) => {
      const body = otlpMetrics(of, resource) as any;
      const [tokens] = body.resourceMetrics[0].scopeMetrics[0].metrics;
      return (tokens?.histogram.dataPoints ?? []).reduce(
        (sum: number, one: any) => sum + one.sum,
        0,
      );
    };
    expect(counted(spans)).toBeGreaterThan(0);
    // An unchanged fork takes over every answer of its origin.
    expect(counted(traceSpans(await stage.events('f')))).toBe(0);
  });
});
