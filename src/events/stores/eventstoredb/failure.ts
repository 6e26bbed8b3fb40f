/**
 * What the server and the wire call an error, in the words of the store port: what can be tried again, and
 * what a person has to mend. Codes are matched, never classes: a server that is down is reported by plain
 * errors.
 */
import { StoreFailure } from '../../store.ts';
import type { Node } from './connection-string.ts';
import { WireDisposed } from './wire.ts';

/** Our own time limit on a call was reached. */
export class OutOfTime extends Error {
  override readonly name = 'OutOfTime';
}

/** The server has answered an append with an error of the batch protocol. */
export class BatchRefused extends Error {
  override readonly name = 'BatchRefused';
  constructor(
    /** Last part of the type of the details: `WrongExpectedVersion`, `Timeout`, … or ''. */
    readonly reason: string,
    message: string,
    /** Of an append that was too large: the most that the server takes. */
    readonly bytesMax?: number,
  ) {
    super(message);
  }
}

/**
 * `reconnect`: the wire is of no more use. `repeat`: the same wire may do. `mendable`: somebody else has to do
 * something first (rights, a password, a certificate), after which it succeeds.
 */
type Trouble =
  | { kind: 'reconnect'; leader?: Node | undefined }
  | { kind: 'repeat' | 'mendable' | 'final' };

const CANCELLED = 1;
const UNKNOWN = 2;
const DEADLINE_EXCEEDED = 4;
const PERMISSION_DENIED = 7;
const RESOURCE_EXHAUSTED = 8;
const ABORTED = 10;
const UNIMPLEMENTED = 12;
const INTERNAL = 13;
const UNAVAILABLE = 14;
const UNAUTHENTICATED = 16;

/** Also what the server cannot name: the next attempt may meet something else. */
const MENDABLE = new Set([PERMISSION_DENIED, UNAUTHENTICATED, UNKNOWN, RESOURCE_EXHAUSTED]);
const CONNECTION_LOST = new Set([CANCELLED, DEADLINE_EXCEEDED, INTERNAL, UNAVAILABLE]);
const DISK_FULL = /not enough space|no space left|disk (is )?full|ENOSPC/i;
const BUSY = /server is (not ready|busy)|too busy|no leader info/i;
const DISCOVERY_FAILED = /failed to discover/i;
const STRANGE_POSITION = /Unexpected (Filtered)?ReadAllResult: (Error|InvalidPosition)/;
const CERTIFICATE = /certificate|self.signed|unable to (verify|get)|issuer/i;

interface CallError extends Error {
  code?: number;
  details?: string;
  metadata?: { getMap(): { [key: string]: unknown } };
}

const trailer = (error: CallError, key: string): string =>
  String(error.metadata?.getMap()[key] ?? '');

export function troubleOf(thrown: unknown): Trouble {
  if (thrown instanceof OutOfTime || thrown instanceof WireDisposed) return { kind: 'reconnect' };
  if (thrown instanceof StoreFailure) {
    // What a call within a call has given up may be mended all the same.
    const isFinal = thrown.cause === undefined || troubleOf(thrown.cause).kind === 'final';
    return { kind: thrown.kind !== 'unavailable' && isFinal ? 'final' : 'mendable' };
  }
  const error = thrown as CallError;
  if (thrown instanceof BatchRefused) {
    if (thrown.reason === 'AccessDenied') return { kind: 'mendable' };
    const unsure = thrown.reason === 'Timeout' || thrown.reason === 'Unknown';
    const again = (unsure && !DISK_FULL.test(error.message)) || BUSY.test(error.message);
    return { kind: again ? 'repeat' : 'final' };
  }
  const exception = trailer(error, 'exception');
  if (exception === 'not-leader') {
    const address = trailer(error, 'leader-endpoint-host');
    const port = Number(trailer(error, 'leader-endpoint-port'));
    return { kind: 'reconnect', leader: address && port ? { address, port } : undefined };
  }
  if (exception === 'access-denied') return { kind: 'mendable' };
  if (exception === 'stream-deleted') return { kind: 'final' };
  if (error.code === ABORTED) return { kind: 'repeat' };
  if (error.code !== undefined && MENDABLE.has(error.code))
    return { kind: isStrangePosition(error) ? 'final' : 'mendable' };
  if (error.code !== undefined && CONNECTION_LOST.has(error.code)) return { kind: 'reconnect' };
  const closed = /write after end|channel has been shut down/i.test(error.message);
  return { kind: closed || DISCOVERY_FAILED.test(error.message) ? 'reconnect' : 'final' };
}

/** The log has no record there, or is not the one whose position it was. */
const isStrangePosition = (thrown: unknown): boolean =>
  thrown instanceof Error && STRANGE_POSITION.test(thrown.message);

const isAway = (thrown: unknown): boolean =>
  ['reconnect', 'repeat'].includes(troubleOf(thrown).kind);

/** The failure as the port's callers get it. `doing`: "append to team-1"; `shown`: the server. */
export function storeFailure(thrown: unknown, doing: string, shown: string): StoreFailure {
  if (thrown instanceof StoreFailure) return thrown;
  const error = thrown as CallError;
  const words = error.details || error.message;
  const said = words === 'Cancelled on client' ? 'the connection hung and was given up' : words;
  const failure = (text: string, kind: StoreFailure['kind']) =>
    new StoreFailure(`cannot ${doing} at ${shown}: ${text}`, kind, { cause: thrown });
  const exception = trailer(error, 'exception');
  const reason = thrown instanceof BatchRefused ? thrown.reason : '';
  if (DISK_FULL.test(said) || error.code === RESOURCE_EXHAUSTED)
    return failure(`its disk is full (${said}); free space there, then go on`, 'full');
  if (reason === 'StreamDeleted' || exception === 'stream-deleted')
    return failure('the stream was deleted for good; use another team id', 'deleted');
  if (isStrangePosition(thrown))
    return failure(
      'the log has no record at that position: it is not the log that gave it, or a shorter one; begin anew',
      'foreign',
    );
  if (
    reason === 'AccessDenied' ||
    exception === 'access-denied' ||
    error.code === PERMISSION_DENIED
  )
    return failure(
      `access is denied (${said}); the user must be in $admins or be allowed $all and the streams ` +
        'by an ACL; put user:password@ into the connection string',
      'fatal',
    );
  if (error.code === UNAUTHENTICATED)
    return failure('user or password are wrong; correct them in the connection string', 'fatal');
  if (error.code === UNIMPLEMENTED)
    return failure('the server does not know the call; it must be 21.10 or newer', 'foreign');
  if (CERTIFICATE.test(said))
    return failure(
      `its certificate is signed by nobody who is known here (${said}); name the certificate of ` +
        'your authority with tlsCAFile=PATH',
      'unavailable',
    );
  if (isAway(thrown))
    return failure(
      `it does not answer (${said}); check that the server runs, that host and port are right and ` +
        'that tls=… says what the server does',
      'unavailable',
    );
  if (error.code === UNKNOWN || reason !== '')
    return failure(`the server says: ${said}`, 'unavailable');
  return failure(said, 'fatal');
}
