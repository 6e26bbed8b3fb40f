/**
 * What execution tells its leader of a piece of work: a result or failure as it will be recorded, or that the work
 * may now be recorded as started or delayed.
 *
 * Invariant: what is told fits the event that it will be recorded as; a result that does not is a failure.
 */
import { usage } from '../../events/amounts.ts';
import type { JsonObject } from '../../events/event.ts';
import { isFailure, workDone, workFailed } from '../../events/words/work.ts';
import type { OwedWork } from '../state/team-state.ts';
import { StandingDown, type Worker, WorkFailure } from '../worker.ts';

export interface WorkReport {
  work: string;
  type: string;
  data: JsonObject;
  /** No result: the process ends, or leads no longer, and the work goes on elsewhere. */
  brokenOff?: boolean;
}

/** Throws a `WorkFailure` when the output does not fit its event. */
export function resultReport(
  { id, src }: OwedWork,
  worker: Worker | undefined,
  output: JsonObject,
): WorkReport {
  const records = worker?.records;
  const { type, data: schema } = records?.done ?? workDone;
  const data = records ? output : { output: output ?? null };
  const parsed = schema.safeParse(data);
  if (parsed.success) return { work: id, type, data };
  const [issue] = parsed.error.issues;
  const paid = usage.safeParse((output as JsonObject | undefined | null)?.['usage']);
  throw new WorkFailure(
    'error',
    `the result of "${src}" does not fit "${type}" at ${issue?.path.join('.') || 'the top'}: ${issue?.message}`,
    paid.success ? { usage: paid.data } : {},
  );
}

export function failureReport(
  work: OwedWork,
  worker: Worker | undefined,
  error: unknown,
  latencyMs: number,
): WorkReport {
  const failed = worker?.records?.failed;
  const message = error instanceof Error ? error.message : String(error);
  const kind = error instanceof WorkFailure ? error.kind : brokenOff(work, error);
  const data: JsonObject = {
    kind,
    message: message.slice(0, 4000),
    ...(error instanceof WorkFailure ? error.data : {}),
  };
  if (!failed) return { work: work.id, type: workFailed.type, data: recordable(data) };
  if ('latencyMs' in (failed.data as unknown as { shape: object }).shape)
    data['latencyMs'] ??= Math.max(0, latencyMs);
  if (failed.data.safeParse(data).success) return { work: work.id, type: failed.type, data };
  return { work: work.id, type: workFailed.type, data: recordable(data) };
}

/** Whatever a worker adds to its failure, the failure itself can be recorded. */
function recordable({ kind, message, ...rest }: JsonObject): JsonObject {
  const least = { kind: String(kind), message: String(message) };
  const told = { ...least, ...rest };
  if (workFailed.data.safeParse(told).success) return told;
  const paid = usage.safeParse(rest['usage']);
  return paid.success ? { ...least, usage: paid.data } : least;
}

/** Leaving work to the next leader is no result of a child team; of any other work it is a cancellation. */
function brokenOff({ effect }: OwedWork, error: unknown): string {
  if (!(error instanceof StandingDown)) return 'error';
  return effect === 'attaching' ? 'standingDown' : 'cancelled';
}

/** How it went, for the governor, and how long the provider asks that nobody comes, milliseconds. */
export function outcomeOf(
  { type, data }: WorkReport,
  signal: AbortSignal,
): [outcome: 'ok' | 'failed' | 'cancelled', restMs: number] {
  const kind = isFailure(type) ? String(data['kind']) : '';
  const { retryAfterMs } = data;
  // What it says of its rate holds for all who share the key, and also when nobody waits for this call any more.
  const isAsked = kind === 'rateLimited' || kind === 'overloaded';
  const restMs = isAsked && typeof retryAfterMs === 'number' ? retryAfterMs : 0;
  if (signal.aborted) return ['cancelled', restMs];
  return [PROVIDER_AT_FAULT.has(kind) ? 'failed' : 'ok', restMs];
}

/** Failures that say something of the provider's health; a refusal or a bad request does not. */
const PROVIDER_AT_FAULT = new Set(['transient', 'overloaded', 'rateLimited', 'timedOut', 'error']);
