/**
 * Export of a team's trace and metrics by OTLP over HTTP, in JSON, configured by the environment variables that
 * OpenTelemetry names (https://opentelemetry.io/docs/specs/otel/protocol/exporter/). It reads the log and is no part
 * of a run: what cannot be exported now can be exported from the log later.
 */
import type { RecordedEvent } from '../events/event.ts';
import { otlpMetrics, otlpTraces, type Resource } from '../projections/otlp.ts';
import { type Conventions, traceSpans } from '../projections/trace-spans.ts';
import { packageVersion } from './package-version.ts';

export interface Export {
  spans: number;
  /** Where to, without credentials. */
  endpoints: string[];
}

type Environment = Readonly<Record<string, string | undefined>>;

/** Spans of one request; a collector takes a few megabytes. */
const SPANS_AT_ONCE = 512;
const RETRIES = 3;
const TIMEOUT_MS = 10_000;
const RETRYABLE: ReadonlySet<number> = new Set([429, 502, 503, 504]);

export class ExportFailure extends Error {
  override readonly name = 'ExportFailure';
}

/** Whether the environment says where traces go. */
export const exportsTraces = (env: Environment = process.env): boolean =>
  env['OTEL_SDK_DISABLED'] !== 'true' &&
  Boolean(env['OTEL_EXPORTER_OTLP_ENDPOINT'] || env['OTEL_EXPORTER_OTLP_TRACES_ENDPOINT']);

/** Sends the spans and metrics of a stream. Throws `ExportFailure`. */
export async function exportTeam(
  events: readonly RecordedEvent[],
  env: Environment = process.env,
): Promise<Export> {
  const spans = traceSpans(events, conventionsOf(env));
  const resource = resourceOf(env);
  const traces = endpointOf('traces', env);
  const metrics = endpointOf('metrics', env);
  const endpoints: string[] = [];
  if (traces) {
    for (let from = 0; from < spans.length; from += SPANS_AT_ONCE)
      await send(
        'traces',
        traces,
        otlpTraces(spans.slice(from, from + SPANS_AT_ONCE), resource),
        env,
      );
    endpoints.push(shown(traces));
  }
  if (metrics && env['OTEL_METRICS_EXPORTER'] !== 'none') {
    await send('metrics', metrics, otlpMetrics(spans, resource), env);
    endpoints.push(shown(metrics));
  }
  return { spans: spans.length, endpoints };
}

/** The names of 1.36 unless the newest are asked for, as the conventions want it of instrumentations. */
export const conventionsOf = (env: Environment): Conventions =>
  (env['OTEL_SEMCONV_STABILITY_OPT_IN'] ?? '')
    .split(',')
    .some((one) => one.trim() === 'gen_ai_latest_experimental')
    ? 'latest'
    : '1.36';

type Signal = 'traces' | 'metrics';

/** The endpoint of one signal is taken as it is; to that of all, the path is added. */
function endpointOf(signal: Signal, env: Environment): string | undefined {
  const own = env[`OTEL_EXPORTER_OTLP_${signal.toUpperCase()}_ENDPOINT`];
  if (own) return own;
  const all = env['OTEL_EXPORTER_OTLP_ENDPOINT'];
  return all ? `${all.replace(/\/+$/, '')}/v1/${signal}` : undefined;
}

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

/** `key=value,key=value`, values percent-encoded. */
function pairsOf(text: string | undefined): Record<string, string> {
  const pairs: Record<string, string> = {};
  for (const pair of (text ?? '').split(',')) {
    const at = pair.indexOf('=');
    if (at < 1) continue;
    const value = pair.slice(at + 1).trim();
    try {
      pairs[pair.slice(0, at).trim()] = decodeURIComponent(value);
    } catch {
      pairs[pair.slice(0, at).trim()] = value;
    }
  }
  return pairs;
}

async function send(signal: Signal, url: string, body: object, env: Environment): Promise<void> {
  const name = signal.toUpperCase();
  const headers = {
    ...pairsOf(env['OTEL_EXPORTER_OTLP_HEADERS']),
    ...pairsOf(env[`OTEL_EXPORTER_OTLP_${name}_HEADERS`]),
    'content-type': 'application/json',
  };
  const wanted = env[`OTEL_EXPORTER_OTLP_${name}_TIMEOUT`] ?? env['OTEL_EXPORTER_OTLP_TIMEOUT'];
  const timeoutMs = Number(wanted) > 0 ? Number(wanted) : TIMEOUT_MS;
  const text = JSON.stringify(body);
  for (let tries = 1; ; tries++) {
    const said = await post(url, headers, text, timeoutMs);
    if (said === undefined) return;
    if (!said.again || tries >= RETRIES)
      throw new ExportFailure(
        `${shown(url)} did not take the ${signal}: ${said.why}; send them later with: horde export-traces TEAM`,
      );
    await new Promise((resolve) => setTimeout(resolve, 250 * 2 ** tries));
  }
}

/** Undefined when it was taken, else why not and whether to try again. */
async function post(
  url: string,
  headers: Record<string, string>,
  body: string,
  timeoutMs: number,
): Promise<{ why: string; again: boolean } | undefined> {
  try {
    const signal = AbortSignal.timeout(timeoutMs);
    const response = await fetch(url, { method: 'POST', headers, body, signal });
    await response.arrayBuffer();
    if (response.ok) return undefined;
    return { why: `it answered ${response.status}`, again: RETRYABLE.has(response.status) };
  } catch (error) {
    const { cause, message } = error as Error & { cause?: { code?: string; message?: string } };
    return { why: cause?.code ?? cause?.message ?? message, again: true };
  }
}

/** An address without what may be secret in it. */
function shown(url: string): string {
  if (!URL.canParse(url)) return 'the endpoint';
  const { origin, pathname } = new URL(url);
  return `${origin}${pathname}`;
}
