/**
 * One connection to a SQLite file through `libsql`, with its traps closed.
 *
 * Known of libsql 0.5, found by experiment:
 * - A prepared statement that has served `all` gives the row of the *old* parameters to a following `get`.
 *   So a statement here has one manner of use for life: `rows`, `row` or `command`.
 * - A cursor left half-way (`iterate`) keeps its read transaction open: there are none here.
 * - `get` adds a key of its own to rows given as objects: all rows here are arrays.
 * - Blobs, big integers and undefined as parameters abort the process: parameters are text and numbers.
 * - Text is cut at a zero character when read: such text is refused before it comes here.
 * - Statements cannot be finalized, so the file stays open after `close` until they are collected.
 *   What only runs once goes through `execute`, which leaves nothing behind.
 *
 * Invariant: nobody else touches `libsql`.
 */
import Libsql from 'libsql';

export type SqlValue = string | number;
export type SqlRow = readonly any[];

/** How long SQLite itself waits for a lock, and so blocks the event loop, before it says busy. */
const BUSY_TIMEOUT_MS = 4;

interface LibsqlStatement {
  raw(on: boolean): this;
  all(parameters: readonly SqlValue[]): SqlRow[];
  get(parameters: readonly SqlValue[]): SqlRow | undefined;
  run(parameters: readonly SqlValue[]): { changes: number; lastInsertRowid: number };
}

interface LibsqlDatabase {
  readonly inTransaction: boolean;
  prepare(sql: string): LibsqlStatement;
  exec(sql: string): void;
  close(): void;
}

export class Connection {
  readonly #database: LibsqlDatabase;
  readonly #dataVersion: () => SqlRow | undefined;
  readonly begin: () => void;
  readonly commit: () => void;

  /** Opens a file for this one script, and really closes it, since nothing was prepared. */
  static runScript(path: string, sql: string): void {
    const database = new Libsql(path, { timeout: BUSY_TIMEOUT_MS }) as LibsqlDatabase;
    try {
      database.exec(sql);
    } finally {
      database.close();
    }
  }

  /** Opens the file, which libsql would create: see to it that it is there. */
  constructor(path: string) {
    this.#database = new Libsql(path, { timeout: BUSY_TIMEOUT_MS }) as LibsqlDatabase;
    this.#dataVersion = this.row('PRAGMA data_version');
    this.begin = this.command('BEGIN IMMEDIATE');
    this.commit = this.command('COMMIT');
  }

  rows(sql: string): (...parameters: SqlValue[]) => SqlRow[] {
    const statement = this.#database.prepare(sql).raw(true);
    return (...parameters) => statement.all(parameters);
  }

  row(sql: string): (...parameters: SqlValue[]) => SqlRow | undefined {
    const statement = this.#database.prepare(sql).raw(true);
    return (...parameters) => statement.get(parameters);
  }

  command(sql: string): (...parameters: SqlValue[]) => void {
    const run = this.longCommand(sql);
    return (...parameters) => run(parameters);
  }

  /** A command with more parameters than one writes by hand. */
  longCommand(sql: string): (parameters: readonly SqlValue[]) => void {
    const statement = this.#database.prepare(sql);
    return (parameters) => void statement.run(parameters);
  }

  execute(sql: string): void {
    this.#database.exec(sql);
  }

  /** A number that changes when, and only when, another connection has written. */
  dataVersion(): number {
    return this.#dataVersion()![0] as number;
  }

  rollback(): void {
    // After some errors SQLite has already rolled back by itself.
    if (this.#database.inTransaction) this.#database.exec('ROLLBACK');
  }

  close(): void {
    this.#database.close();
  }
}
