/**
 * What SQLite's errors mean to a store, and what a person can do about them.
 *
 * Busy is not a failure but a reason to try again. A full disk costs the batch that did not fit. A failed
 * read, write or sync, or a damaged file, ends the store's life: what is on the disk is no longer known,
 * and only opening it anew, which recovers the file, tells.
 */
import { StoreFailure } from '../../store.ts';

const codeOf = (error: unknown): string => {
  const code = (error as { code?: unknown }).code;
  return typeof code === 'string' && code.startsWith('SQLITE_') ? code : '';
};

/** Another connection holds the lock: try again a little later. */
export const isBusy = (error: unknown): boolean =>
  /^SQLITE_(BUSY|LOCKED|PROTOCOL)/.test(codeOf(error));

/** After it nothing that the store says can be trusted. */
export const isFatal = (failure: StoreFailure): boolean =>
  failure.kind === 'fatal' || failure.kind === 'corrupt';

/** The failure that an error of SQLite, raised for the file `path`, amounts to. */
export function failureOf(error: unknown, path: string): StoreFailure {
  if (error instanceof StoreFailure) return error;
  const code = codeOf(error);
  const said = `${(error as Error).message}${code && ` (${code})`}`;
  const failure = (kind: StoreFailure['kind'], what: string): StoreFailure =>
    new StoreFailure(`${path}: ${what}: ${said}`, kind, { cause: error });
  if (isBusy(error))
    return failure('unavailable', 'another process holds the file; end it, or try again');
  if (/^SQLITE_(CORRUPT|NOTADB)/.test(code))
    return failure('corrupt', 'the file is damaged; restore it from a copy');
  if (code.startsWith('SQLITE_IOERR'))
    return failure('fatal', 'the disk failed; nothing more is written; check it and start again');
  if (code === 'SQLITE_FULL')
    return failure('full', 'the disk or the allowed size is full, nothing was stored; make room');
  if (code === 'SQLITE_TOOBIG') return failure('tooLarge', 'too large to store');
  return failure('unavailable', 'cannot be used; check its path and permissions');
}
