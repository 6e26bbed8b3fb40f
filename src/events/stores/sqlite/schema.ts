/**
 * What stands in the file: the marks by which it is known, and its tables.
 *
 * Events are stored in the order of their positions, found by stream and revision. There is no index on
 * their ids: a repeated attempt is recognised by the ids at the revisions that it expects.
 */

/** "HORD": tells our files from those of other programs. */
export const APPLICATION_ID = 0x484f5244;
/** Rises by one with every change of the tables. */
export const SCHEMA_VERSION = 1;

export const SCHEMA = `
  CREATE TABLE streams (
    id INTEGER PRIMARY KEY,
    name TEXT NOT NULL UNIQUE
  );
  CREATE TABLE events (
    position INTEGER PRIMARY KEY,
    stream INTEGER NOT NULL,
    revision INTEGER NOT NULL,
    id TEXT NOT NULL,
    type TEXT NOT NULL,
    version INTEGER NOT NULL,
    data TEXT NOT NULL,
    meta TEXT NOT NULL
  );
  CREATE UNIQUE INDEX events_by_stream ON events (stream, revision);
  CREATE TABLE snapshots (
    stream TEXT NOT NULL,
    code TEXT NOT NULL,
    revision INTEGER NOT NULL,
    body TEXT NOT NULL,
    UNIQUE (stream, code, revision)
  );
  CREATE TABLE leases (
    name TEXT PRIMARY KEY,
    holder TEXT NOT NULL,
    expires_at INTEGER NOT NULL
  );
  CREATE TABLE read_models (
    name TEXT PRIMARY KEY,
    position INTEGER NOT NULL,
    body TEXT NOT NULL
  );
`;
