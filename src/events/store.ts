/**
 * The store port: the one thing that orders and fences. Everything durable goes through it.
 *
 * Invariants, held for every implementation by `test/events/store-contract.ts`
 * 1. `append` is atomic: all events of the call, with consecutive revisions, or none.
 * 2. With an expected revision the append succeeds only if the stream's head is that revision. A retry of
 *    the *same attempt* (same ids at those revisions) succeeds again without writing; anything else there
 *    is a rival's write and throws `RevisionConflict`.
 * 3. `readAll` gives positions in strictly rising order and never one that a slower writer fills in later.
 * 4. A subscription hands over each event once, in order, first the past and then the present, without gap; only
 *    when the log itself was replaced by an older one it begins anew, and says so.
 * 5. What stands in the store and is no event of a stream (a marker, what cannot be decoded) is passed over.
 */
import type { NewEvent, RawEvent } from './event.ts';
import type { StreamName } from './ids.ts';

/** The head of a stream that does not exist. */
export const NO_STREAM = -1;
/** Append whatever the head is. Idempotency of a retry is then best effort. */
export const ANY_REVISION = 'any';
/** The most events one page of a read may hold. */
export const PAGE_MAX = 4096;

export type ExpectedRevision = number | typeof ANY_REVISION;

export interface Appended {
  /** Revision of the last event appended. */
  revision: number;
  /** Position of the last event appended. */
  position: number;
}

export interface ReadOptions {
  /** First revision wanted, inclusive. Default: 0 forward, the head backward. */
  from?: number;
  direction?: 'forward' | 'backward';
  /** 1 to `PAGE_MAX` (default). Fewer come back only at the end of the stream. */
  limit?: number;
}

export interface ReadAllOptions {
  /** Position after which to read, exclusive. Default: the beginning. */
  after?: number;
  limit?: number;
  /** Only streams whose name starts so. */
  prefix?: string;
}

export interface SubscribeOptions {
  /** One stream, or all (optionally those with a prefix). */
  stream?: StreamName;
  prefix?: string;
  /** With `stream`: the last revision already known (default -1: from the start). */
  afterRevision?: number;
  /** Without `stream`: the last position already known (default -1). `'end'`: only what comes. */
  after?: number | 'end';
  /** Called with what there is, in order, in batches. Awaited before the next batch. */
  onEvents(events: readonly RawEvent[]): void | Promise<void>;
  /** Called once when the past has been handed over, and again after each `onAnew`. */
  onCaughtUp?(): void;
  /**
   * Of a subscription to all: the store's log is not the one, or is shorter than, what was handed over (a backup
   * was restored). Everything that it holds is handed over again, from where the subscription began.
   */
  onAnew?(): void;
  /** The subscription has ended by an error it could not mend. */
  onError?(error: Error): void;
}

export interface Subscription {
  close(): void;
}

export interface StreamHead {
  stream: StreamName;
  revision: number;
  /** What somebody has done to it: `it was deleted`, `the first 5 events are gone ($tb = 5)`. */
  damage?: string;
}

/** A cache of folded states; may be emptied at any time without loss. */
export interface SnapshotCache {
  /** Keeps `body` for the state after `revision`. `code` fingerprints whatever made it. */
  put(stream: StreamName, revision: number, code: string, body: string): Promise<void>;
  /** The newest one at or before `revision` made by `code`. */
  get(
    stream: StreamName,
    revision: number,
    code: string,
  ): Promise<{ revision: number; body: string } | undefined>;
}

export interface Lease {
  holder: string;
  /** Milliseconds since 1970 (store's clock). */
  expiresAt: number;
}

/** Politeness between processes; the fence is the epoch in the stream, never this. */
export interface LeaseTable {
  /** Takes or renews; returns the lease in force afterwards, ours or another's. */
  take(name: string, holder: string, ttlMs: number): Promise<Lease>;
  release(name: string, holder: string): Promise<void>;
  look(name: string): Promise<Lease | undefined>;
}

/** Keeps a projection's state and the position it has handled, both or neither. */
export interface ReadModelTable {
  load(name: string): Promise<{ position: number; body: string } | undefined>;
  save(name: string, position: number, body: string): Promise<void>;
}

export interface EventStore {
  /** What it is, for people, without credentials: `sqlite:/path`, `memory:`. */
  readonly url: string;
  append(
    stream: StreamName,
    events: readonly NewEvent[],
    expected: ExpectedRevision,
  ): Promise<Appended>;
  read(stream: StreamName, options?: ReadOptions): Promise<RawEvent[]>;
  readAll(options?: ReadAllOptions): Promise<RawEvent[]>;
  /** Head revision, `NO_STREAM` when there is none. */
  head(stream: StreamName): Promise<number>;
  /** All streams with the prefix, oldest first. */
  streams(prefix: string): Promise<StreamHead[]>;
  subscribe(options: SubscribeOptions): Subscription;
  readonly snapshots?: SnapshotCache;
  readonly leases?: LeaseTable;
  readonly readModels?: ReadModelTable;
  /** Flushes, ends subscriptions, releases the file or connection. Idempotent. */
  close(): Promise<void>;
}

/** Somebody else's event stands where ours should. Caught only in the turn loop. */
export class RevisionConflict extends Error {
  override readonly name = 'RevisionConflict';
  constructor(
    readonly stream: StreamName,
    readonly expected: ExpectedRevision,
    readonly actual: number,
  ) {
    super(`stream ${stream} stands at revision ${actual}, not at ${expected}`);
  }
}

/** The store cannot be opened, read or written. The message says what, where and what to do. */
export class StoreFailure extends Error {
  override readonly name = 'StoreFailure';
  constructor(
    message: string,
    readonly kind:
      | 'foreign'
      | 'corrupt'
      | 'full'
      | 'unavailable'
      | 'tooLarge'
      | 'closed'
      /** Somebody deleted the stream, or cut off its beginning. */
      | 'deleted'
      | 'fatal',
    options?: ErrorOptions,
  ) {
    super(message, options);
  }
}

/** Reads a stream page by page. */
export async function* pages(
  store: EventStore,
  stream: StreamName,
  from = 0,
  to = Number.MAX_SAFE_INTEGER,
): AsyncGenerator<RawEvent[]> {
  for (let next = from; next <= to; ) {
    const page = await store.read(stream, { from: next, limit: Math.min(PAGE_MAX, to - next + 1) });
    if (page.length === 0) return;
    yield page;
    next += page.length;
    if (page.length < PAGE_MAX) return;
  }
}
