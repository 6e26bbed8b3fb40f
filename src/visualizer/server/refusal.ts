/** What is asked amiss, or cannot be done: one status and one line that says what, where and what to do. */
import { ForkRefused } from '../../actors/fork.ts';
import { LedElsewhere } from '../../actors/lead/leases.ts';
import { TeamEnded, UnknownTeam } from '../../actors/team-reader.ts';
import { UnreadableEvent } from '../../events/known-events.ts';
import { StoreFailure } from '../../events/store.ts';
import { TooDense } from './chart-engine.ts';

type RefusedStatus = 400 | 401 | 403 | 404 | 405 | 409 | 413 | 415 | 422 | 500 | 503;

/** Thrown where a request is looked at; nothing has been changed. */
export class Refused extends Error {
  override readonly name = 'Refused';
  constructor(
    readonly status: RefusedStatus,
    message: string,
  ) {
    super(message);
  }
}

/** The status that an error is answered with. */
export function statusOf(error: unknown): RefusedStatus {
  if (error instanceof Refused) return error.status;
  if (error instanceof UnknownTeam) return 404;
  if (error instanceof ForkRefused || error instanceof TeamEnded || error instanceof LedElsewhere)
    return 409;
  if (error instanceof RangeError) return 400;
  if (error instanceof UnreadableEvent || error instanceof TooDense) return 422;
  return error instanceof StoreFailure ? 503 : 500;
}

export const lineOfError = (error: unknown): string =>
  (error instanceof Error ? error.message : String(error)).split('\n', 1)[0]!;

/** A whole number of an address; undefined when it is not given. */
export function wholeNumberAsked(name: string, text: string | undefined): number | undefined {
  if (text === undefined || text === '') return undefined;
  const value = Number(text);
  if (/^\d{1,15}$/.test(text)) return value;
  throw new Refused(400, `${name}=${text.slice(0, 40)}: give a whole number from 0`);
}
