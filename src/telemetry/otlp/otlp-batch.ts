/**
 * What is told a collector of one team, in batches: events go in one by one, and out come the spans that they ended,
 * the log records that they are, and the measurements of the calls among them.
 *
 * Invariants
 * 1. Each span and each record is in exactly one batch, and so is each call that is measured.
 * 2. Batches follow from the events and the sizes that are asked for; time and chance have no part in them.
 */

import type { RecordedEvent } from '../../events/event.ts';
import { packageVersion } from '../../package.ts';
import type { Conventions, Span } from '../spans/span.ts';
import { TeamTrace } from '../spans/team-trace.ts';
import { type LogRecord, logRecordOf } from './log-records.ts';
import {
  measuredCalls,
  otlpLogs,
  otlpMetrics,
  otlpTraces,
  type Resource,
  type Window,
} from './otlp.ts';
import { type Environment, type OtlpSignal, pairsOf } from './otlp-collector.ts';

export interface OtlpBatch {
  spans: Span[];
  records: LogRecord[];
  /** From the last event of the batch before to the last of this one. */
  window: Window;
}

/** How a team is told, as the environment asks for it. */
export interface Telling {
  conventions: Conventions;
  /** Prompts and answers too. */
  content: boolean;
  resource: Resource;
}

export class TeamBatches {
  private readonly trace: TeamTrace;
  private spans: Span[] = [];
  private records: LogRecord[] = [];
  private from: number | undefined;
  private to = 0;

  constructor(
    private readonly telling: Telling,
    forkedAs: RecordedEvent | undefined,
  ) {
    this.trace = new TeamTrace(telling.conventions, forkedAs);
  }

  hear(event: RecordedEvent): void {
    const { ended, span } = this.trace.hear(event);
    this.spans.push(...ended);
    const record = logRecordOf(event, span, this.telling);
    if (record) this.records.push(record);
    this.to = event.meta.at;
    this.from ??= this.to;
  }

  /** Ends here what still goes on. */
  cut(): void {
    this.spans.push(...this.trace.cut());
  }

  get size(): number {
    return Math.max(this.spans.length, this.records.length);
  }

  take(): OtlpBatch {
    const { spans, records, from = this.to, to } = this;
    this.spans = [];
    this.records = [];
    this.from = to;
    return { spans, records, window: { from, to } };
  }
}

/** The body of a signal's request; undefined when the batch has nothing for it. */
export function bodyOf(
  signal: OtlpSignal,
  batch: OtlpBatch,
  { resource }: Telling,
): object | undefined {
  const { spans, records, window } = batch;
  if (signal === 'traces') return spans.length > 0 ? otlpTraces(spans, resource) : undefined;
  if (signal === 'logs') return records.length > 0 ? otlpLogs(records, resource) : undefined;
  return measuredCalls(spans).length > 0 ? otlpMetrics(spans, resource, window) : undefined;
}

export const tellingOf = (env: Environment): Telling => ({
  conventions: conventionsOf(env),
  content: contentOf(env),
  resource: resourceOf(env),
});

/** The names of 1.36 unless the newest are asked for, as the conventions want it of instrumentations. */
const conventionsOf = (env: Environment): Conventions =>
  (env['OTEL_SEMCONV_STABILITY_OPT_IN'] ?? '')
    .split(',')
    .some((one) => one.trim() === 'gen_ai_latest_experimental')
    ? 'latest'
    : '1.36';

/** Spans never hold text; log records do where it was asked for. */
const contentOf = (env: Environment): boolean =>
  /^(true|event_only|span_and_event)$/i.test(
    env['OTEL_INSTRUMENTATION_GENAI_CAPTURE_MESSAGE_CONTENT']?.trim() ?? '',
  );

function resourceOf(env: Environment): Resource {
  const attributes = {
    'service.name': 'golden-horde',
    'service.version': packageVersion,
    'telemetry.sdk.language': 'nodejs',
    'telemetry.sdk.name': 'golden-horde',
    'telemetry.sdk.version': packageVersion,
    ...pairsOf(env['OTEL_RESOURCE_ATTRIBUTES']),
    ...(env['OTEL_SERVICE_NAME'] ? { 'service.name': env['OTEL_SERVICE_NAME'] } : {}),
  };
  return { attributes, version: packageVersion };
}
