/**
 * Where telemetry goes: an OTLP collector over HTTP, in JSON, as the environment variables of OpenTelemetry name it
 * (https://opentelemetry.io/docs/specs/otel/protocol/exporter/). It knows addresses, headers, patience and what an
 * answer means, and nothing of teams.
 *
 * Invariants
 * 1. What may be secret in an address or a header is in no message.
 * 2. One `send` takes no longer than the time-out that the environment gives (10 s), its retries included.
 */
import { createHash } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import { promisify } from 'node:util';
import { gzip } from 'node:zlib';

export type Environment = Readonly<Record<string, string | undefined>>;
export type OtlpSignal = 'traces' | 'metrics' | 'logs';

export interface SendOptions {
  /** Attempts in all; default 3. */
  tries?: number;
  /** Gives up at once. */
  signal?: AbortSignal;
}

export interface Collector {
  /** The signals that it is sent. */
  readonly signals: readonly OtlpSignal[];
  /** Names it, and where each signal goes to, without saying so. */
  readonly fingerprint: string;
  /** Where a signal goes to, without credentials. */
  shown(signal: OtlpSignal): string;
  /** Throws `ExportFailure`. */
  send(signal: OtlpSignal, body: object, options?: SendOptions): Promise<void>;
}

export class ExportFailure extends Error {
  override readonly name = 'ExportFailure';
  constructor(
    message: string,
    /** `away`: it may take it later. `refused`: never. `unknown`: it knows nothing of this signal. */
    readonly why: 'away' | 'refused' | 'unknown',
  ) {
    super(message);
  }
}

const SIGNALS: readonly OtlpSignal[] = ['traces', 'metrics', 'logs'];
const TRIES = 3;
const TIMEOUT_MS = 10_000;
const FIRST_PAUSE_MS = 250;
const PATIENCE: ReadonlySet<number> = new Set([429, 502, 503, 504]);
const NO_SUCH_PLACE: ReadonlySet<number> = new Set([404, 405, 501]);
const compressed = promisify(gzip);

/** The collector that the environment names, if any. */
export function collectorOf(env: Environment): Collector | undefined {
  if (env['OTEL_SDK_DISABLED']?.toLowerCase() === 'true') return undefined;
  const places = new Map<OtlpSignal, string>();
  for (const signal of SIGNALS) {
    const place = endpointOf(signal, env);
    if (place !== undefined && isWanted(signal, env)) places.set(signal, place);
  }
  if (places.size === 0) return undefined;
  const named = JSON.stringify([...places]);
  const placeOf = (signal: OtlpSignal): string => {
    const place = places.get(signal);
    if (place === undefined) throw new RangeError(`no collector takes ${signal}`);
    return place;
  };
  return {
    signals: [...places.keys()],
    fingerprint: createHash('sha256').update(named).digest('hex').slice(0, 16),
    shown: (signal) => shown(placeOf(signal)),
    send: (signal, body, options) => send(signal, placeOf(signal), body, env, options),
  };
}

/** `OTEL_TRACES_EXPORTER` and its like: `otlp` unless something else is said. */
function isWanted(signal: OtlpSignal, env: Environment): boolean {
  const exporters = env[`OTEL_${signal.toUpperCase()}_EXPORTER`];
  return !exporters || exporters.split(',').some((one) => one.trim() === 'otlp');
}

/** The endpoint of one signal is taken as it is; to that of all, the path is added. */
function endpointOf(signal: OtlpSignal, env: Environment): string | undefined {
  const own = env[`OTEL_EXPORTER_OTLP_${signal.toUpperCase()}_ENDPOINT`];
  if (own) return own;
  const all = env['OTEL_EXPORTER_OTLP_ENDPOINT'];
  return all ? `${all.replace(/\/+$/, '')}/v1/${signal}` : undefined;
}

/** A setting of one signal, else that of all. */
const settingOf = (name: string, signal: OtlpSignal, env: Environment): string | undefined =>
  env[`OTEL_EXPORTER_OTLP_${signal.toUpperCase()}_${name}`] ?? env[`OTEL_EXPORTER_OTLP_${name}`];

/** The longest that one `send` may take, milliseconds. */
export function timeoutOf(signal: OtlpSignal, env: Environment): number {
  const wanted = Number(settingOf('TIMEOUT', signal, env));
  return wanted > 0 ? wanted : TIMEOUT_MS;
}

/** `key=value,key=value`, values percent-encoded. */
export function pairsOf(text: string | undefined): Record<string, string> {
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

async function send(
  signal: OtlpSignal,
  url: string,
  body: object,
  env: Environment,
  { tries = TRIES, signal: left }: SendOptions = {},
): Promise<void> {
  const zipped = settingOf('COMPRESSION', signal, env) === 'gzip';
  const headers = {
    ...pairsOf(env['OTEL_EXPORTER_OTLP_HEADERS']),
    ...pairsOf(env[`OTEL_EXPORTER_OTLP_${signal.toUpperCase()}_HEADERS`]),
    'content-type': 'application/json',
    ...(zipped ? { 'content-encoding': 'gzip' } : {}),
  };
  const text = JSON.stringify(body);
  const bytes = zipped ? await compressed(text) : text;
  const patience = AbortSignal.timeout(timeoutOf(signal, env));
  const until = left ? AbortSignal.any([patience, left]) : patience;
  for (let tried = 1; ; tried++) {
    const answer = await post(url, headers, bytes, until);
    if (answer.is === 'taken') return;
    const waitMs = answer.waitMs ?? FIRST_PAUSE_MS * 2 ** tried;
    const over = answer.is !== 'away' || tried >= tries || until.aborted;
    if (over || !(await pause(waitMs, true, { signal: until }).catch(() => false)))
      throw new ExportFailure(
        `${shown(url)} did not take the ${signal}: ${answer.why}${hintOf(signal, env)}; send them later with: horde export-traces TEAM`,
        answer.is,
      );
  }
}

const hintOf = (signal: OtlpSignal, env: Environment): string =>
  settingOf('PROTOCOL', signal, env) === 'grpc'
    ? ' (gRPC is not spoken here: name the endpoint for HTTP, usually on port 4318)'
    : '';

type Answer =
  | { is: 'taken' }
  | { is: 'away' | 'refused' | 'unknown'; why: string; waitMs?: number };

async function post(
  url: string,
  headers: Record<string, string>,
  body: string | Uint8Array,
  signal: AbortSignal,
): Promise<Answer> {
  try {
    const response = await fetch(url, { method: 'POST', headers, body, signal });
    await response.arrayBuffer();
    const { ok, status } = response;
    if (ok) return { is: 'taken' };
    const why = `it answered ${status}`;
    if (NO_SUCH_PLACE.has(status)) return { is: 'unknown', why };
    if (!PATIENCE.has(status)) return { is: 'refused', why };
    const seconds = Number(response.headers.get('retry-after') ?? Number.NaN);
    return { is: 'away', why, ...(seconds >= 0 ? { waitMs: seconds * 1000 } : {}) };
  } catch (error) {
    const { cause, message } = error as Error & { cause?: { code?: string; message?: string } };
    return { is: 'away', why: cause?.code ?? cause?.message ?? message };
  }
}

/** An address without what may be secret in it. */
function shown(url: string): string {
  if (!URL.canParse(url)) return 'the endpoint';
  const { origin, pathname } = new URL(url);
  return `${origin}${pathname}`;
}
