/** A team as log records of OpenTelemetry. */
import { describe, expect, it } from 'vitest';
import type { Json } from '../../src/events/event.ts';
import { patterns } from '../../src/machines/patterns/index.ts';
import { moveEvents } from '../../src/projections/moves/moves-made.ts';
import { type LogRecord, logRecords } from '../../src/telemetry/otlp/log-records.ts';
import { otlpLogs } from '../../src/telemetry/otlp/otlp.ts';
import { traceSpans } from '../../src/telemetry/spans/trace-spans.ts';
import { cutsOf, rehearse } from '../properties/rehearsed-teams.ts';
import { formed, given, granted, joined, message, replied, say, text, use } from './given.ts';

const latest = { conventions: 'latest', content: false } as const;
const resource = { attributes: { 'service.name': 'test' }, version: '0' };
const of = (records: readonly LogRecord[], event: string) =>
  records.filter((record) => record.event === event);

async function played(pattern: string, seed = 2) {
  const stage = await rehearse({ seed, failureRate: 0.2 });
  await stage.run('o', { pattern, seed });
  return { stage, events: await stage.events('o') };
}

/** Every text of some length below a value. */
function texts(value: Json): string[] {
  if (typeof value === 'string') return value.length >= 25 ? [value] : [];
  if (value === null || typeof value !== 'object') return [];
  return Object.values(value).flatMap(texts);
}

describe('the log records of a team', () => {
  it.each(Object.keys(patterns))(
    '%s belong to spans of its trace, at any prefix',
    async (pattern) => {
      const { events, stage } = await played(pattern);
      const all = logRecords(events, latest);
      for (const cut of [...cutsOf(events).filter((_, i) => i % 5 === 0), events.length - 1]) {
        const prefix = events.slice(0, cut + 1);
        const records = logRecords(prefix, latest);
        const spans = new Map(traceSpans(prefix).map((span) => [span.spanId, span]));
        for (const { spanId, traceId, at } of records) {
          expect(spans.get(spanId)?.traceId).toBe(traceId);
          expect(spans.get(spanId)!.startAt).toBeLessThanOrEqual(at);
        }
        // What is told of an event does not change with what follows.
        expect(all.slice(0, records.length)).toEqual(records);
      }
      await stage.close();
    },
  );

  it.each(Object.keys(patterns))(
    '%s hold no text of a request, a brief, a prompt, a move or an answer',
    async (pattern) => {
      const { events, stage } = await played(pattern);
      for (const conventions of ['latest', '1.36'] as const) {
        const told = JSON.stringify(logRecords(events, { conventions, content: false }));
        for (const { type, data } of events) {
          const isWritten = moveEvents.has(type) || /^(model\.replied|message\.|turn\.)/.test(type);
          const written = isWritten
            ? texts(data)
            : texts([data['request'] ?? null, data['profile'] ?? null]);
          for (const one of written)
            if (!/^[\w/@.-]+$/.test(one))
              expect(told).not.toContain(JSON.stringify(one).slice(1, -1));
        }
      }
      await stage.close();
    },
  );

  it('tell of moves, messages, decisions, failures, limits and the end, and not of bookkeeping', async () => {
    let { events } = await played('review-loop');
    for (let seed = 3; !events.some(({ type }) => type === 'model.failed'); seed++)
      ({ events } = await played('review-loop', seed));
    const records = logRecords(events, latest);
    for (const name of [
      'team.formed',
      'agent.joined',
      'draft.submitted',
      'pattern.concluded',
      'team.dissolved',
    ])
      expect(of(records, `horde.${name}`)).toHaveLength(
        events.filter(({ type }) => type === name).length,
      );
    expect(of(records, 'horde.model.failed').every(({ severity }) => severity === 'WARN')).toBe(
      true,
    );
    expect(of(records, 'horde.model.failed').length).toBeGreaterThan(0);
    expect(records.some(({ event }) => /timer|work\.(admitted|started)/.test(event))).toBe(false);
  });

  it('of a call are the events that the conventions name, on the span of the call', async () => {
    const { events } = await played('single-agent');
    const spans = new Map(traceSpans(events).map((span) => [span.spanId, span]));
    const details = of(logRecords(events, latest), 'gen_ai.client.inference.operation.details');
    expect(details).toHaveLength(events.filter(({ type }) => type === 'model.replied').length);
    for (const { spanId, severity, attributes } of details) {
      expect(spans.get(spanId)!.name).toMatch(/^chat /);
      expect(severity).toBe('DEBUG');
      expect(attributes).toMatchObject({
        'gen_ai.operation.name': 'chat',
        'gen_ai.provider.name': 'anthropic',
        'gen_ai.request.model': expect.any(String),
        'gen_ai.usage.output_tokens': expect.any(Number),
      });
      expect(attributes).not.toHaveProperty(['gen_ai.output.messages']);
    }
    const before = of(logRecords(events, { conventions: '1.36', content: false }), 'gen_ai.choice');
    expect(before).toHaveLength(details.length);
    for (const { attributes, body } of before) {
      expect(attributes).toMatchObject({
        'gen_ai.system': 'anthropic',
        'event.name': 'gen_ai.choice',
      });
      expect(attributes).not.toHaveProperty(['gen_ai.provider.name']);
      expect(body).toMatchObject({ index: 0, message: { role: 'assistant' } });
    }
  });

  const said = given(
    formed(),
    joined('producer'),
    granted('producer', 1, { brief: 'Write the secret draft.' }),
    say('work.started', { work: 'producer/reply@2', src: 'callModel', attempt: 1 }),
    replied('producer', 2, [text('Here it is.'), use('u1', 'submit_draft', { title: 'A plan' })]),
    message('producer', ['reviewer'], 1, 'Please look at it'),
    say(
      'draft.submitted',
      { grant: 1, title: 'Plan', summary: 'S', content: 'y'.repeat(20_000), answers: [] },
      { actor: 'producer', to: ['pattern'] },
    ),
    say('team.stopped', { reason: 'poisoned', detail: 'it threw', heard: {} }),
  );

  it('hold what was said when it was asked for, each text cut', () => {
    const records = logRecords(said, { conventions: 'latest', content: true });
    const [call] = of(records, 'gen_ai.client.inference.operation.details');
    expect(JSON.parse(String(call!.attributes['gen_ai.output.messages']))).toEqual([
      {
        role: 'assistant',
        parts: [
          { type: 'text', content: 'Here it is.' },
          { type: 'tool_call', id: 'u1', name: 'submit_draft', arguments: '{"title":"A plan"}' },
        ],
        finish_reason: 'tool_use',
      },
    ]);
    expect(of(records, 'horde.message.sent')[0]!.body).toBe('Please look at it');
    const draft = String(of(records, 'horde.draft.submitted')[0]!.body);
    expect(draft).toContain('Plan');
    expect(draft.length).toBeLessThanOrEqual(8_001);
    const [choice] = of(logRecords(said, { conventions: '1.36', content: true }), 'gen_ai.choice');
    expect(choice!.body).toEqual({
      index: 0,
      finish_reason: 'tool_use',
      message: { role: 'assistant', content: 'Here it is.' },
      tool_calls: [
        {
          id: 'u1',
          type: 'function',
          function: { name: 'submit_draft', arguments: '{"title":"A plan"}' },
        },
      ],
    });
  });

  it('are as grave as what they tell of', () => {
    const gravity = (type: string, data: Parameters<typeof say>[1]) =>
      logRecords(given(formed(), say(type, data)), latest).at(-1)!.severity;
    expect(logRecords(said, latest).at(-1)).toMatchObject({
      event: 'horde.team.stopped',
      severity: 'ERROR',
    });
    const dissolved = (status: string) => ({ status, reason: 'r', output: null, heard: {} });
    expect(gravity('team.dissolved', dissolved('done'))).toBe('INFO');
    expect(gravity('team.dissolved', dissolved('failed'))).toBe('ERROR');
    expect(gravity('limit.neared', { limit: 'tokens', used: 80, of: 100 })).toBe('WARN');
    expect(
      gravity('work.refused', {
        work: 'a/reply@1',
        src: 'callModel',
        kind: 'refused',
        limit: 'tokens',
        message: 'm',
      }),
    ).toBe('WARN');
  });

  it('are written in the JSON of OTLP, bodies as values of its own', () => {
    const body = otlpLogs(
      logRecords(said, { conventions: '1.36', content: true }),
      resource,
    ) as any;
    const records = body.resourceLogs[0].scopeLogs[0].logRecords;
    const choice = records.find(({ eventName }: any) => eventName === 'gen_ai.choice');
    expect(choice).toMatchObject({ severityNumber: 5, severityText: 'DEBUG', flags: 1 });
    expect(choice.traceId).toMatch(/^[0-9a-f]{32}$/);
    expect(choice.spanId).toMatch(/^[0-9a-f]{16}$/);
    expect(choice.body.kvlistValue.values).toContainEqual({
      key: 'index',
      value: { intValue: '0' },
    });
    const told = records.find(({ eventName }: any) => eventName === 'horde.message.sent');
    expect(told.body).toEqual({ stringValue: 'Please look at it' });
  });
});
