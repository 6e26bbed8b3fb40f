/**
 * The embedded default: one file, any number of processes, every answered append synced to the disk.
 *
 * It owns one connection. Writes go through the commit queue, one transaction for each turn of the event
 * loop; reads are single statements between them. Others' writes are noticed by the change watch.
 *
 * Invariants, beside those of the port
 * 1. With `synchronous=full` an answered append survives the loss of power; with `normal` it survives
 *    `kill -9`, and the loss of power may cost the latest ones, but never leaves a gap.
 * 2. The event loop never waits for another process longer than the few milliseconds of one attempt.
 * 3. After a failure of the disk, or in a damaged file, everything rejects with `StoreFailure`.
 */
import path from 'node:path';
import { setImmediate as nextTurn, setTimeout as pause } from 'node:timers/promises';
import type { NewEvent, RawEvent } from '../../event.ts';
import type { StreamName } from '../../ids.ts';
import {
  type Appended,
  type EventStore,
  type ExpectedRevision,
  type LeaseTable,
  type ReadAllOptions,
  type ReadModelTable,
  type ReadOptions,
  type SnapshotCache,
  StoreFailure,
  type StreamHead,
  type SubscribeOptions,
  type Subscription,
} from '../../store.ts';
import { pageLimit, refuseUnfit } from '../attempt.ts';
import { Subscriptions } from '../subscriptions.ts';
import { ChangeWatch } from './change-watch.ts';
import { CommitQueue } from './commit-queue.ts';
import { Connection } from './connection.ts';
import { EventLog } from './event-log.ts';
import { failureOf, isBusy } from './failure.ts';
import { prepareFile, refuseForeign, refuseShort } from './file.ts';
import { type FileAccess, leaseTable, readModelTable, snapshotTable } from './tables.ts';

export interface SqliteOptions {
  /** `full` (default) syncs every commit; `normal` leaves it to the checkpoints. */
  synchronous?: 'full' | 'normal';
  /** The file does not grow beyond this; an append that does not fit fails as 'full'. */
  bytesMax?: number;
}

/** How often, and how long in between, opening and reading are tried while the file is locked. */
const BUSY_ATTEMPTS = 400;
const BUSY_PAUSE_MS = 10;

/** Opens the file at `file`, making it and its folder when there is none. Throws `StoreFailure`. */
export async function openSqliteStore(
  file: string,
  options: SqliteOptions = {},
): Promise<SqliteStore> {
  const whole = path.resolve(file);
  prepareFile(whole);
  return whenFree(whole, () => new SqliteStore(whole, options));
}

export class SqliteStore implements EventStore {
  readonly url: string;
  readonly snapshots: SnapshotCache;
  readonly leases: LeaseTable;
  readonly readModels: ReadModelTable;
  readonly #file: string;
  readonly #connection: Connection;
  readonly #log: EventLog;
  readonly #queue: CommitQueue;
  readonly #subscriptions: Subscriptions;
  readonly #watch: ChangeWatch;
  /** What this transaction appends, for those who listen. */
  #fresh: RawEvent[] = [];
  #closing: Promise<void> | undefined;

  constructor(file: string, options: SqliteOptions) {
    this.#file = file;
    this.url = `sqlite:${file}`;
    this.#connection = connect(file, options);
    this.#log = new EventLog(this.#connection);
    this.#queue = new CommitQueue(this.#connection, file, {
      begin: () => this.#log.begin(),
      finish: () => this.#log.writeRows(),
      committed: () => this.#announce(),
      rolledBack: () => this.#forget(),
      failed: (failure) => this.#subscriptions.fail(failure),
    });
    const access: FileAccess = {
      connection: this.#connection,
      write: (job) => this.#write(job),
      read: (query) => this.#read(query),
    };
    this.snapshots = snapshotTable(access);
    this.leases = leaseTable(access);
    this.readModels = readModelTable(access);
    this.#subscriptions = new Subscriptions({
      read: (stream, read) => this.read(stream, read),
      readAll: (read) => this.readAll(read),
      lastPosition: () => this.#read(() => this.#log.lastPosition() || -1),
      yieldTurn: () => nextTurn(),
    });
    this.#watch = new ChangeWatch({
      version: () => this.#connection.dataVersion(),
      wanted: () => this.#subscriptions.size > 0,
      onChange: () => void this.#subscriptions.catchUp(),
      onError: (error) => this.#blame(error),
    });
  }

  /** Transactions committed so far. */
  get commits(): number {
    return this.#queue.commits;
  }

  async append(
    stream: StreamName,
    events: readonly NewEvent[],
    expected: ExpectedRevision,
  ): Promise<Appended> {
    refuseUnfit(stream, events, expected);
    return this.#write(() => {
      const before = this.#log.nextPosition;
      const appended = this.#log.append(stream, events, expected);
      if (this.#subscriptions.size > 0 && appended.position >= before)
        this.#remember(stream, events, appended);
      return appended;
    });
  }

  async read(stream: StreamName, options: ReadOptions = {}): Promise<RawEvent[]> {
    const limit = pageLimit(options.limit);
    if (options.direction === 'backward') {
      const from = options.from ?? Number.MAX_SAFE_INTEGER;
      return this.#read(() => this.#log.backward(stream, from, limit));
    }
    return this.#read(() => this.#log.forward(stream, options.from ?? 0, limit));
  }

  async readAll(options: ReadAllOptions = {}): Promise<RawEvent[]> {
    const limit = pageLimit(options.limit);
    const { after = -1, prefix = '' } = options;
    return this.#read(() => this.#log.all(after, limit, prefix));
  }

  async head(stream: StreamName): Promise<number> {
    return this.#read(() => this.#log.head(stream));
  }

  async streams(prefix: string): Promise<StreamHead[]> {
    return this.#read(() => this.#log.streams(prefix));
  }

  subscribe(options: SubscribeOptions): Subscription {
    this.#refuseIfOver();
    // The watch first: what is written from here on is noticed.
    this.#watch.start();
    return this.#subscriptions.open(options);
  }

  close(): Promise<void> {
    this.#closing ??= this.#end();
    return this.#closing;
  }

  async #end(): Promise<void> {
    this.#subscriptions.close();
    this.#watch.stop();
    await this.#queue.drained();
    try {
      // Leaves a file that is whole without its log, if no other process is reading.
      if (!this.#queue.failure) this.#connection.execute('PRAGMA wal_checkpoint(TRUNCATE)');
    } catch {
      // What is in the log is durable there too, and the next who opens the file reads it.
    }
    this.#connection.close();
  }

  async #write<Result>(job: () => Result): Promise<Result> {
    this.#refuseIfOver();
    return this.#queue.write(job);
  }

  async #read<Result>(query: () => Result): Promise<Result> {
    this.#refuseIfOver();
    try {
      return query();
    } catch (error) {
      if (!isBusy(error)) throw this.#blame(error);
    }
    return whenFree(this.#file, () => {
      this.#refuseIfOver();
      return query();
    });
  }

  #refuseIfOver(): void {
    if (this.#queue.failure) throw this.#queue.failure;
    if (this.#closing)
      throw new StoreFailure(`the store ${this.url} has been closed; open it anew`, 'closed');
  }

  /** Turns an error into a failure, which may be the last. */
  #blame(error: unknown): StoreFailure {
    const failure = failureOf(error, this.#file);
    this.#queue.blame(failure);
    return failure;
  }

  #remember(stream: StreamName, events: readonly NewEvent[], appended: Appended): void {
    const revision = appended.revision - events.length + 1;
    const position = appended.position - events.length + 1;
    for (const [i, { id, type, version, data, meta }] of events.entries())
      this.#fresh.push({
        id,
        stream,
        revision: revision + i,
        position: position + i,
        type,
        version,
        data,
        meta,
      });
  }

  #announce(): void {
    const fresh = this.#fresh;
    this.#fresh = [];
    this.#subscriptions.announce(fresh);
  }

  #forget(): void {
    this.#fresh = [];
    this.#log.forget();
  }
}

function connect(file: string, options: SqliteOptions): Connection {
  let connection: Connection | undefined;
  try {
    connection = new Connection(file);
    configure(connection, file, options);
    return connection;
  } catch (error) {
    connection?.close();
    throw isBusy(error) ? error : failureOf(error, file);
  }
}

/** Reads before it writes: a file that is not for us stays as it is. */
function configure(connection: Connection, file: string, options: SqliteOptions): void {
  const number = (pragma: string): number => connection.row(`PRAGMA ${pragma}`)()![0];
  refuseForeign(file, number('application_id'), number('user_version'));
  const pageBytes = number('page_size');
  refuseShort(file, number('page_count') * pageBytes);
  connection.execute(`PRAGMA journal_mode = WAL;
    PRAGMA synchronous = ${options.synchronous ?? 'full'};
    PRAGMA temp_store = MEMORY;
    PRAGMA journal_size_limit = 67108864`);
  if (options.bytesMax !== undefined)
    connection.execute(`PRAGMA max_page_count = ${Math.floor(options.bytesMax / pageBytes)}`);
}

/** Tries until no other connection is in the way. Waits only between attempts. */
async function whenFree<Result>(file: string, attempt: () => Result): Promise<Result> {
  for (let tries = 1; ; tries++) {
    try {
      return attempt();
    } catch (error) {
      if (!isBusy(error) || tries === BUSY_ATTEMPTS) throw failureOf(error, file);
    }
    await pause(BUSY_PAUSE_MS * (0.5 + Math.random()));
  }
}
