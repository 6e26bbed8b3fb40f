/**
 * Spans and metrics in the JSON of OTLP (https://opentelemetry.io/docs/specs/otlp/), as a collector takes them.
 * Pure: what is sent and where is `actors/otlp-export.ts`.
 *
 * Written out by hand: the packages of OpenTelemetry that run on Node 20 would add 45 MB to every installation, and
 * their tracers measure what happens now, while this tells what has been recorded.
 */
import type { Span, SpanValue } from './trace-spans.ts';

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

/** The body of a request to `/v1/metrics`: tokens and durations of model calls, by the GenAI conventions. */
export function otlpMetrics(spans: readonly Span[], resource: Resource): object {
  const calls = spans.filter(({ attributes }) => attributes['gen_ai.operation.name'] === 'chat');
  const tokens = (type: 'input' | 'output') =>
    calls
      .filter(({ attributes }) => attributes[`gen_ai.usage.${type}_tokens`] !== undefined)
      .map((call) => ({
        call,
        value: call.attributes[`gen_ai.usage.${type}_tokens`] as number,
        more: { 'gen_ai.token.type': type } as Record<string, SpanValue>,
      }));
  const durations = calls.map((call) => ({
    call,
    value: (call.endAt - call.startAt) / 1000,
    more: (call.error === null ? {} : { 'error.type': call.error }) as Record<string, SpanValue>,
  }));
  const metrics = [
    histogram(
      'gen_ai.client.token.usage',
      'Number of input and output tokens used.',
      '{token}',
      TOKEN_BOUNDS,
      [...tokens('input'), ...tokens('output')],
    ),
    histogram(
      'gen_ai.client.operation.duration',
      'GenAI operation duration.',
      's',
      SECOND_BOUNDS,
      durations,
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
): object {
  const points = new Map<string, { attributes: object[]; values: number[]; calls: Span[] }>();
  for (const { call, value, more } of measured) {
    const kept = KEPT.flatMap((key) => {
      const attribute = call.attributes[key];
      return attribute === undefined ? [] : [[key, attribute] as const];
    });
    const attributes = attributesOf({ ...Object.fromEntries(kept), ...more });
    const key = JSON.stringify(attributes);
    const point = points.get(key) ?? { attributes, values: [], calls: [] };
    point.values.push(value);
    point.calls.push(call);
    points.set(key, point);
  }
  const dataPoints = [...points.values()].map(({ attributes, values, calls }) => ({
    attributes,
    startTimeUnixNano: nanos(least(calls.map(({ startAt }) => startAt))),
    timeUnixNano: nanos(most(calls.map(({ endAt }) => endAt))),
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
    counts[bucket < 0 ? bounds.length : bucket]! += 1;
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
