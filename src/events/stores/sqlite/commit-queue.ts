/**
 * One transaction for everything that is written in one turn of the event loop.
 *
 * A writer hands in a job: a synchronous function that runs within the transaction. At the end of the turn
 * all jobs run, one after the other, and are committed, synced and answered together. While another process
 * holds the lock the jobs wait, with more joining them, and the event loop goes on.
 *
 * Invariants
 * 1. A job is answered after the commit that holds its writes, never before.
 * 2. A job that throws has written nothing: it alone is rejected, the others of its batch are committed.
 *    An error of SQLite itself rolls back the batch.
 * 3. Jobs take effect in the order in which they were handed in.
 * 4. Nothing is awaited while a transaction is open.
 * 5. After a failure of the disk nothing is written any more.
 */
import { StoreFailure } from '../../store.ts';
import type { Connection } from './connection.ts';
import { failureOf, isBusy, isFatal } from './failure.ts';

/** Jobs of one transaction; the others have the next. */
const BATCH_MAX = 1024;
/** Pauses between attempts to get the lock grow up to this, with jitter. */
const PAUSE_MAX_MS = 20;
/** How long to try before the writers are told that the file cannot be had. */
const BUSY_MAX_MS = 20_000;

/** What runs within the transaction, beside the jobs. */
export interface Ledger {
  /** The transaction is open; nothing is written yet. */
  begin(): void;
  /** All jobs have run: write what they have left to be written. */
  finish(): void;
  /** What was written is durable, and the writers have been answered. */
  committed(): void;
  /** What was written is gone. */
  rolledBack(): void;
  /** Nothing can be written any more. */
  failed(failure: StoreFailure): void;
}

interface Job {
  run(): unknown;
  resolve(value: any): void;
  reject(error: unknown): void;
}

export class CommitQueue {
  readonly #connection: Pick<Connection, 'begin' | 'commit' | 'rollback'>;
  readonly #path: string;
  readonly #ledger: Ledger;
  #jobs: Job[] = [];
  #scheduled = false;
  #busySince: number | undefined;
  #pauseMs = 1;
  #failure: StoreFailure | undefined;
  #idle: (() => void)[] = [];
  /** Transactions committed so far. */
  commits = 0;

  constructor(
    connection: Pick<Connection, 'begin' | 'commit' | 'rollback'>,
    path: string,
    ledger: Ledger,
  ) {
    this.#connection = connection;
    this.#path = path;
    this.#ledger = ledger;
  }

  get failure(): StoreFailure | undefined {
    return this.#failure;
  }

  /** Runs `job` in the next transaction; resolves with its result once that is durable. */
  write<Result>(job: () => Result): Promise<Result> {
    if (this.#failure) return Promise.reject(this.#failure);
    return new Promise<Result>((resolve, reject) => {
      this.#jobs.push({ run: job, resolve, reject });
      if (this.#scheduled) return;
      this.#scheduled = true;
      setImmediate(this.#flush);
    });
  }

  /** Resolves when nothing waits to be written. */
  drained(): Promise<void> {
    if (this.#jobs.length === 0) return Promise.resolve();
    return new Promise((resolve) => this.#idle.push(resolve));
  }

  /** Takes the blame for an error met elsewhere, if it is one that ends the store's life. */
  blame(failure: StoreFailure): void {
    if (!isFatal(failure) || this.#failure) return;
    this.#failure = new StoreFailure(failure.message, 'fatal', { cause: failure });
    const jobs = this.#jobs;
    this.#jobs = [];
    for (const job of jobs) job.reject(this.#failure);
    this.#ledger.failed(this.#failure);
  }

  readonly #flush = (): void => {
    this.#scheduled = false;
    if (this.#jobs.length > 0) this.#commitBatch();
    if (this.#jobs.length > 0) return;
    const idle = this.#idle;
    this.#idle = [];
    for (const resolve of idle) resolve();
  };

  #commitBatch(): void {
    const batch = this.#jobs.slice(0, BATCH_MAX);
    let answers: (() => void)[];
    try {
      answers = this.#transact(batch);
    } catch (error) {
      this.#giveUp(batch, error);
      return;
    }
    this.commits++;
    this.#take(batch.length);
    for (const answer of answers) answer();
    this.#ledger.committed();
  }

  /** Runs the batch in one transaction; returns what tells each job how it went. */
  #transact(batch: readonly Job[]): (() => void)[] {
    try {
      this.#connection.begin();
      this.#ledger.begin();
      const answers = batch.map((job) => runJob(job));
      this.#ledger.finish();
      this.#connection.commit();
      return answers;
    } catch (error) {
      this.#ledger.rolledBack();
      this.#connection.rollback();
      throw error;
    }
  }

  #giveUp(batch: readonly Job[], error: unknown): void {
    if (isBusy(error) && this.#mayWait()) return;
    const failure = failureOf(error, this.#path);
    this.#take(batch.length);
    for (const job of batch) job.reject(failure);
    this.blame(failure);
  }

  /** Plans another attempt, unless it has been tried for too long. */
  #mayWait(): boolean {
    const now = performance.now();
    this.#busySince ??= now;
    if (now - this.#busySince > BUSY_MAX_MS) return false;
    this.#scheduled = true;
    setTimeout(this.#flush, this.#pauseMs * (0.5 + Math.random()));
    this.#pauseMs = Math.min(this.#pauseMs * 2, PAUSE_MAX_MS);
    return true;
  }

  #take(count: number): void {
    this.#jobs = this.#jobs.length === count ? [] : this.#jobs.slice(count);
    this.#busySince = undefined;
    this.#pauseMs = 1;
    if (this.#jobs.length === 0 || this.#scheduled) return;
    this.#scheduled = true;
    setImmediate(this.#flush);
  }
}

function runJob(job: Job): () => void {
  try {
    const value = job.run();
    return () => job.resolve(value);
  } catch (error) {
    // An error of SQLite concerns the whole batch; any other was thrown before anything was written.
    if (typeof (error as { code?: unknown }).code === 'string') throw error;
    return () => job.reject(error);
  }
}
