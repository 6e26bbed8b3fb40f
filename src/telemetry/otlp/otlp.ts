/**
 * Spans, log records and metrics in the JSON of OTLP (https://opentelemetry.io/docs/specs/otlp/), as a collector takes them.
 * Pure: what is sent and where is `actors/otlp-export.ts`.
 *
 * Written out by hand: the packages of OpenTelemetry that run on Node 20 would add 45 MB to every installation, and
 * their tracers measure what happens now, while this tells what has been recorded.
 */
import type { Json } from '../../events/event.ts';
import type { Span, SpanValue } from '../spans/span.ts';
import type { LogRecord, LogSeverity } from './log-records.ts';

export interface Resource {
  attributes: Readonly<Record<string, SpanValue>>;
  /** Version of this package. */
  version: string;
}

const SCOPE = 'golden-horde';
const KINDS = { internal: 1, client: 3 };
const ERROR = 2;
/** Delta: each export tells what was used since the one before. */
const DELTA = 1;
const SEVERITIES: Readonly<Record<LogSeverity, number>> = {
  DEBUG: 5,
  INFO: 9,
  WARN: 13,
  ERROR: 17,
};
/** The trace is sampled: whatever refers to it can be found. */
const SAMPLED = 1;

/** The body of a request to `/v1/traces`. */
export function otlpTraces(spans: readonly Span[], resource: Resource): object {
  return {
    resourceSpans: [
      {
        resource: { attributes: attributesOf(resource.attributes) },
        scopeSpans: [{ scope: scopeOf(resource), spans: spans.map(spanOf) }],
      },
    ],
  };
}

function spanOf(span: Span): object {
  const { traceId, spanId, parentSpanId, name, kind, startAt, endAt, links, error } = span;
  return {
    traceId,
    spanId,
    ...(parentSpanId ? { parentSpanId } : {}),
    name,
    kind: KINDS[kind],
    startTimeUnixNano: nanos(startAt),
    endTimeUnixNano: nanos(endAt),
    attributes: attributesOf(span.attributes),
    links: links.map((link) => ({ ...link })),
    // Unset is what the conventions want where nothing went wrong.
    status: error === null ? {} : { code: ERROR, message: error },
  };
}

/** The body of a request to `/v1/logs`. */
export function otlpLogs(records: readonly LogRecord[], resource: Resource): object {
  return {
    resourceLogs: [
      {
        resource: { attributes: attributesOf(resource.attributes) },
        scopeLogs: [{ scope: scopeOf(resource), logRecords: records.map(recordOf) }],
      },
    ],
  };
}

function recordOf({ at, severity, event, body, attributes, traceId, spanId }: LogRecord): object {
  return {
    timeUnixNano: nanos(at),
    // The moment of recording is the event's own: whoever sends it later has observed nothing new.
    observedTimeUnixNano: nanos(at),
    severityNumber: SEVERITIES[severity],
    severityText: severity,
    eventName: event,
    ...(body === undefined ? {} : { body: jsonValue(body) }),
    attributes: attributesOf(attributes),
    traceId,
    spanId,
    flags: SAMPLED,
  };
}

/** From when to when measurements are counted, milliseconds since 1970. */
export interface Window {
  from: number;
  to: number;
}

/**
 * The body of a request to `/v1/metrics`: tokens and durations of model calls, by the GenAI conventions. Calls that
 * were made of a fork's origin, or never made because an answer was there, are not counted again.
 */
export function otlpMetrics(
  spans: readonly Span[],
  resource: Resource,
  window: Window = windowOf(spans),
): object {
  const calls = measuredCalls(spans);
  const tokens = (type: 'input' | 'output') =>
    calls.flatMap((call): Measured[] => {
      const value = call.attributes[`gen_ai.usage.${type}_tokens`];
      return typeof value === 'number'
        ? [{ call, value, more: { 'gen_ai.token.type': type } }]
        : [];
    });
  const durations = calls.map(
    (call): Measured => ({
      call,
      value: (call.endAt - call.startAt) / 1000,
      more: call.error === null ? {} : { 'error.type': call.error },
    }),
  );
  const metrics = [
    histogram(
      'gen_ai.client.token.usage',
      'Number of input and output tokens used.',
      '{token}',
      TOKEN_BOUNDS,
      [...tokens('input'), ...tokens('output')],
      window,
    ),
    histogram(
      'gen_ai.client.operation.duration',
      'GenAI operation duration.',
      's',
      SECOND_BOUNDS,
      durations,
      window,
    ),
  ];
  return {
    resourceMetrics: [
      {
        resource: { attributes: attributesOf(resource.attributes) },
        scopeMetrics: [{ scope: scopeOf(resource), metrics: calls.length === 0 ? [] : metrics }],
      },
    ],
  };
}

/** The calls that metrics are made of. */
export const measuredCalls = (spans: readonly Span[]): Span[] =>
  spans.filter(
    ({ attributes }) =>
      attributes['gen_ai.operation.name'] === 'chat' &&
      attributes['horde.fork.shared'] !== true &&
      attributes['horde.answered_by'] === undefined &&
      attributes['horde.left_to_origin'] !== true,
  );

function windowOf(spans: readonly Span[]): Window {
  let [from, to] = [Number.POSITIVE_INFINITY, 0];
  for (const { startAt, endAt } of spans) {
    from = Math.min(from, startAt);
    to = Math.max(to, endAt);
  }
  return { from: Math.min(from, to), to };
}

/** By the conventions: powers of 4 tokens, and 10 ms doubled. */
const TOKEN_BOUNDS = Array.from({ length: 14 }, (_, i) => 4 ** i);
const SECOND_BOUNDS = Array.from({ length: 14 }, (_, i) => 0.01 * 2 ** i);

interface Measured {
  call: Span;
  value: number;
  more: Record<string, SpanValue>;
}

/** Attributes of a call that its measurements keep; names of agents and teams would be too many. */
const KEPT = [
  'gen_ai.operation.name',
  'gen_ai.provider.name',
  'gen_ai.system',
  'gen_ai.request.model',
  'gen_ai.response.model',
];

function histogram(
  name: string,
  description: string,
  unit: string,
  bounds: readonly number[],
  measured: readonly Measured[],
  { from, to }: Window,
): object {
  const points = new Map<string, { attributes: object[]; values: number[] }>();
  for (const { call, value, more } of measured) {
    const kept = KEPT.flatMap((key) => {
      const attribute = call.attributes[key];
      return attribute === undefined ? [] : [[key, attribute] as const];
    });
    const attributes = attributesOf({ ...Object.fromEntries(kept), ...more });
    const key = JSON.stringify(attributes);
    const point = points.get(key) ?? { attributes, values: [] };
    point.values.push(value);
    points.set(key, point);
  }
  const dataPoints = [...points.values()].map(({ attributes, values }) => ({
    attributes,
    startTimeUnixNano: nanos(from),
    timeUnixNano: nanos(to),
    count: String(values.length),
    sum: values.reduce((sum, value) => sum + value, 0),
    min: least(values),
    max: most(values),
    bucketCounts: bucketsOf(values, bounds).map(String),
    explicitBounds: bounds,
  }));
  return { name, description, unit, histogram: { dataPoints, aggregationTemporality: DELTA } };
}

const least = (values: readonly number[]) => values.reduce((a, b) => Math.min(a, b));
const most = (values: readonly number[]) => values.reduce((a, b) => Math.max(a, b));

/** A bucket holds what is at most its bound and more than the one before. */
function bucketsOf(values: readonly number[], bounds: readonly number[]): number[] {
  const counts = Array.from({ length: bounds.length + 1 }, () => 0);
  for (const value of values) {
    const bucket = bounds.findIndex((bound) => value <= bound);
    const place = bucket < 0 ? bounds.length : bucket;
    counts[place] = (counts[place] ?? 0) + 1;
  }
  return counts;
}

const scopeOf = ({ version }: Resource) => ({ name: SCOPE, version });

/** 64-bit numbers are written as strings in the JSON of protobuf. */
const nanos = (ms: number): string => `${BigInt(Math.round(ms * 1000)) * 1000n}`;

const attributesOf = (attributes: Readonly<Record<string, SpanValue>>): object[] =>
  Object.entries(attributes).map(([key, value]) => ({ key, value: anyValue(value) }));

function anyValue(value: SpanValue): object {
  if (Array.isArray(value)) return { arrayValue: { values: value.map(anyValue) } };
  if (typeof value === 'string') return { stringValue: value };
  if (typeof value === 'boolean') return { boolValue: value };
  return Number.isInteger(value) ? { intValue: String(value) } : { doubleValue: value };
}

function jsonValue(value: Json): object {
  if (value === null) return {};
  if (Array.isArray(value)) return { arrayValue: { values: value.map(jsonValue) } };
  if (typeof value !== 'object') return anyValue(value);
  const values = Object.entries(value).map(([key, one]) => ({ key, value: jsonValue(one) }));
  return { kvlistValue: { values } };
}
