/**
 * The events in the file: appending within a transaction, reading without one.
 *
 * Heads are remembered, so that an append reads nothing; rows are gathered and inserted many at a time.
 *
 * Invariants
 * 1. What is remembered is used only within a transaction, after `data_version` has shown that nobody else
 *    has written since; after a rollback all is forgotten.
 * 2. Positions are consecutive in the order of commits, since only one transaction writes at a time.
 * 3. No cursor outlives a call.
 */

import type { NewEvent, RawEvent } from '../../event.ts';
import type { StreamName } from '../../ids.ts';
import { type Appended, type ExpectedRevision, NO_STREAM, type StreamHead } from '../../store.ts';
import { judge, type StreamEnd } from '../attempt.ts';
import type { Connection, SqlRow, SqlValue } from './connection.ts';

/** Streams whose ends are remembered. */
const ENDS_MAX = 20_000;
const COLUMNS = 8;
/** Rows inserted by one statement, largest first. */
const INSERT_SIZES = [16, 4, 1] as const;

interface KnownStream extends StreamEnd {
  /** Its number in the file, 0 while it has none. */
  id: number;
}

export class EventLog {
  readonly #sql: ReturnType<typeof prepare>;
  readonly #connection: Connection;
  readonly #ends = new Map<string, KnownStream>();
  #lastPosition = 0;
  #version = Number.NaN;
  #rows: SqlValue[] = [];

  constructor(connection: Connection) {
    this.#connection = connection;
    this.#sql = prepare(connection);
  }

  /** To be called first in every transaction. */
  begin(): void {
    const version = this.#connection.dataVersion();
    if (version === this.#version && this.#ends.size < ENDS_MAX) return;
    this.#version = version;
    this.#ends.clear();
    this.#lastPosition = this.lastPosition();
  }

  /** Within a transaction: where the next event will stand. */
  get nextPosition(): number {
    return this.#lastPosition + 1;
  }

  /** Within a transaction: appends, or recognises a repeat. Throws `RevisionConflict`. */
  append(stream: StreamName, events: readonly NewEvent[], expected: ExpectedRevision): Appended {
    const known = this.#endOf(stream);
    const verdict = judge(stream, events, expected, known, (revision, count) => {
      this.writeRows();
      return this.#sql.ids(known.id, revision, count).map((row) => row[0] as string);
    });
    if (verdict === 'repeat') {
      const revision = expected === 'any' ? known.head : expected + events.length;
      const [position] = this.#sql.position(known.id, revision)!;
      return { revision, position };
    }
    if (known.id === 0) known.id = this.#begun(stream);
    for (const { id, type, version, data, meta } of events)
      this.#rows.push(++this.#lastPosition, known.id, ++known.head, id, type, version, data, meta);
    known.lastId = events[events.length - 1]!.id;
    return { revision: known.head, position: this.#lastPosition };
  }

  /** Within a transaction: inserts what has been gathered. */
  writeRows(): void {
    const rows = this.#rows;
    let at = 0;
    for (const [i, size] of INSERT_SIZES.entries()) {
      for (const wide = size * COLUMNS; rows.length - at >= wide; at += wide)
        this.#sql.insert[i]!(rows.slice(at, at + wide));
    }
    this.#rows = [];
  }

  /** After a rollback. */
  forget(): void {
    this.#rows = [];
    this.#ends.clear();
    this.#version = Number.NaN;
  }

  forward(stream: StreamName, from: number, limit: number): RawEvent[] {
    return this.#sql.forward(stream, from, limit).map((row) => eventOf(row, stream));
  }

  backward(stream: StreamName, from: number, limit: number): RawEvent[] {
    return this.#sql.backward(stream, from, limit).map((row) => eventOf(row, stream));
  }

  all(after: number, limit: number, prefix: string): RawEvent[] {
    const rows =
      prefix === '' ? this.#sql.all(after, limit) : this.#sql.allWithPrefix(after, limit, prefix);
    return rows.map((row) => eventOf(row, row[7] as StreamName));
  }

  head(stream: StreamName): number {
    return this.#sql.head(stream)?.[0] ?? NO_STREAM;
  }

  streams(prefix: string): StreamHead[] {
    return this.#sql.streams(prefix).map(([stream, revision]) => ({ stream, revision }));
  }

  /** 0 when there is none: positions begin with 1. */
  lastPosition(): number {
    return this.#sql.lastPosition()![0] ?? 0;
  }

  #endOf(stream: StreamName): KnownStream {
    let known = this.#ends.get(stream);
    if (known) return known;
    const [id = 0, head = NO_STREAM, lastId = ''] = this.#sql.end(stream) ?? [];
    known = { id, head, lastId };
    this.#ends.set(stream, known);
    return known;
  }

  #begun(stream: StreamName): number {
    return this.#sql.beginStream(stream)[0]![0] as number;
  }
}

function eventOf(row: SqlRow, stream: StreamName): RawEvent {
  const [revision, position, id, type, version, data, meta] = row;
  return { id, stream, revision, position, type, version, data, meta };
}

const EVENT = 'e.revision, e.position, e.id, e.type, e.version, e.data, e.meta';
const STREAM = '(SELECT id FROM streams WHERE name = ?1)';

function prepare(connection: Connection) {
  return {
    end: connection.row(
      `SELECT s.id, e.revision, e.id FROM streams s JOIN events e ON e.stream = s.id
       WHERE s.name = ?1 ORDER BY e.revision DESC LIMIT 1`,
    ),
    beginStream: connection.rows('INSERT INTO streams (name) VALUES (?1) RETURNING id'),
    insert: INSERT_SIZES.map((size) =>
      connection.longCommand(
        `INSERT INTO events (position, stream, revision, id, type, version, data, meta)
         VALUES ${Array(size).fill('(?, ?, ?, ?, ?, ?, ?, ?)').join(', ')}`,
      ),
    ),
    ids: connection.rows(
      'SELECT id FROM events WHERE stream = ?1 AND revision >= ?2 ORDER BY revision LIMIT ?3',
    ),
    position: connection.row('SELECT position FROM events WHERE stream = ?1 AND revision = ?2'),
    forward: connection.rows(
      `SELECT ${EVENT} FROM events e WHERE e.stream = ${STREAM} AND e.revision >= ?2
       ORDER BY e.revision LIMIT ?3`,
    ),
    backward: connection.rows(
      `SELECT ${EVENT} FROM events e WHERE e.stream = ${STREAM} AND e.revision <= ?2
       ORDER BY e.revision DESC LIMIT ?3`,
    ),
    all: connection.rows(
      `SELECT ${EVENT}, s.name FROM events e CROSS JOIN streams s ON s.id = e.stream
       WHERE e.position > ?1 ORDER BY e.position LIMIT ?2`,
    ),
    allWithPrefix: connection.rows(
      `SELECT ${EVENT}, s.name FROM events e CROSS JOIN streams s ON s.id = e.stream
       WHERE e.position > ?1 AND substr(s.name, 1, length(?3)) = ?3
       ORDER BY e.position LIMIT ?2`,
    ),
    head: connection.row(`SELECT max(revision) FROM events WHERE stream = ${STREAM}`),
    streams: connection.rows(
      `SELECT name, (SELECT max(revision) FROM events WHERE stream = streams.id) FROM streams
       WHERE substr(name, 1, length(?1)) = ?1 ORDER BY id`,
    ),
    lastPosition: connection.row('SELECT max(position) FROM events'),
  };
}
