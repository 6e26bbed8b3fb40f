/**
 * From whatever goes wrong between us and the provider to a failure that the log can name: the kinds of
 * `model.failed`, with how long to wait and what was used, and never with a secret in it.
 */

import { WorkFailure } from '../../../actors/worker.ts';
import type { Usage } from '../../../events/amounts.ts';
import { scrub } from '../secrets.ts';

/** The shape of the SDK's errors, read without loading the SDK. */
interface ApiErrorLike {
  status?: number | undefined;
  type?: string | null;
  apiMessage?: string | null;
  message: string;
  headers?: Headers | undefined;
  cause?: unknown;
}

/** Error types of the Messages API, as they stand in an error body and inside a stream. */
const KIND_BY_TYPE: Readonly<Record<string, string>> = {
  overloaded_error: 'overloaded',
  rate_limit_error: 'rateLimited',
  api_error: 'transient',
  timeout_error: 'transient',
  authentication_error: 'authentication',
  permission_error: 'authentication',
  billing_error: 'authentication',
  invalid_request_error: 'invalidRequest',
  not_found_error: 'invalidRequest',
  request_too_large: 'contextTooLong',
};

const KIND_BY_STATUS: Readonly<Record<number, string>> = {
  401: 'authentication',
  402: 'authentication',
  403: 'authentication',
  408: 'transient',
  409: 'transient',
  413: 'contextTooLong',
  429: 'rateLimited',
  529: 'overloaded',
};

const TOO_LONG =
  /prompt is too long|input is too long|(exceed|beyond|over)\w*\W+(the\W+)?(model'?s?\W+)?(maximum\W+)?context|context (window|length|limit)/i;

/** `secrets`: what must not appear, whatever the provider says. */
export function failureOf(error: unknown, secrets: readonly string[], usage?: Usage): WorkFailure {
  if (error instanceof WorkFailure) return error;
  const api = error as ApiErrorLike;
  const kind = kindOf(api);
  const retryAfterMs = retryAfter(api.headers);
  return new WorkFailure(kind, scrub(describe(api, kind), secrets), {
    ...(retryAfterMs !== undefined && { retryAfterMs }),
    ...(usage && { usage }),
  });
}

function kindOf({ status, type, apiMessage, message }: ApiErrorLike): string {
  const said = apiMessage ?? message ?? '';
  const byStatus = status === undefined ? undefined : KIND_BY_STATUS[status];
  const byType = type ? KIND_BY_TYPE[type] : undefined;
  // A status is what the transport is sure of; inside a stream there is only the type.
  const kind =
    byStatus ??
    (status !== undefined && status >= 400 && status < 500 ? 'invalidRequest' : undefined) ??
    byType ??
    'transient';
  return kind === 'invalidRequest' && TOO_LONG.test(said) ? 'contextTooLong' : kind;
}

function describe(
  { status, type, apiMessage, message, cause }: ApiErrorLike,
  kind: string,
): string {
  const what = [status, type].filter(Boolean).join(' ');
  const said = apiMessage ?? message ?? 'no reason given';
  const because = causeOf(cause);
  const detail = `${what ? `${what}: ` : ''}${said}${because ? ` (${because})` : ''}`;
  const remedy = REMEDIES[kind];
  return remedy ? `${detail}. ${remedy}` : detail;
}

const REMEDIES: Readonly<Record<string, string>> = {
  authentication: 'Check ANTHROPIC_API_KEY or ANTHROPIC_AUTH_TOKEN and what it may use',
  contextTooLong: 'The conversation is longer than the model can hold',
};

/** The innermost cause names the system error: `ECONNREFUSED 127.0.0.1:1`. */
function causeOf(cause: unknown): string {
  let inner = cause;
  for (let depth = 0; depth < 5 && inner instanceof Error && inner.cause; depth++)
    inner = inner.cause;
  if (!(inner instanceof Error)) return '';
  const code = (inner as NodeJS.ErrnoException).code;
  return code && !inner.message.includes(code) ? `${code} ${inner.message}` : inner.message;
}

/** `retry-after-ms`, or `retry-after` in seconds or as a date; undefined when there is neither. */
function retryAfter(headers: Headers | undefined): number | undefined {
  const ms = Number.parseFloat(headers?.get('retry-after-ms') ?? '');
  if (Number.isFinite(ms) && ms >= 0) return ms;
  const text = headers?.get('retry-after') ?? '';
  const seconds = /^[\d.]+$/.test(text) ? Number.parseFloat(text) * 1000 : Number.NaN;
  const waitMs = Number.isNaN(seconds) ? Date.parse(text) - Date.now() : seconds;
  return Number.isFinite(waitMs) ? Math.max(0, waitMs) : undefined;
}
