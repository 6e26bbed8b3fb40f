/**
 * The file itself: made whole or not at all, and refused before SQLite touches it when it is not ours.
 *
 * Invariants
 * 1. A file that appears under its name is complete: it is made under another name and linked.
 * 2. A foreign, newer, empty or truncated file is refused without a byte of it being changed.
 * 3. A file is read here only before this process first opens it with SQLite: closing any descriptor of a
 *    file drops all locks that the process holds on it (POSIX), and with them what guards the log.
 */
import { randomUUID } from 'node:crypto';
import fs from 'node:fs';
import path from 'node:path';
import { StoreFailure } from '../../store.ts';
import { Connection } from './connection.ts';
import { APPLICATION_ID, SCHEMA, SCHEMA_VERSION } from './schema.ts';

/** Files that SQLite has opened in this process, by device and inode. Locks are the process's, too. */
const opened = new Set<string>();

const PAGE_BYTES = 4096;
const WAL_HEADER_BYTES = 32;
const FRAME_HEADER_BYTES = 24;
const MAGIC = 'SQLite format 3\0';

/** Sees to it that there is a file of ours, and that it may be opened. Throws `StoreFailure`. */
export function prepareFile(file: string): void {
  try {
    if (!fs.existsSync(file)) create(file);
    const found = fs.statSync(file, { bigint: true });
    if (found.isDirectory()) throw new StoreFailure(`${file} is a folder; name a file`, 'foreign');
    const key = `${found.dev}:${found.ino}`;
    if (!opened.has(key)) refuseUnfitFile(file);
    opened.add(key);
  } catch (error) {
    if (error instanceof StoreFailure) throw error;
    throw new StoreFailure(
      `${file}: the store's file cannot be made or read: ${(error as Error).message}; check the path and its permissions`,
      'unavailable',
      { cause: error },
    );
  }
}

/** What the marks of a file say, wherever they were read. Throws `StoreFailure` when it is not for us. */
export function refuseForeign(file: string, applicationId: number, version: number): void {
  if (applicationId !== APPLICATION_ID)
    throw new StoreFailure(
      `${file} is a database of another program; name another file (it was not changed)`,
      'foreign',
    );
  if (version > SCHEMA_VERSION)
    throw new StoreFailure(
      `${file} was written by a newer version (its format is ${version}, known is ${SCHEMA_VERSION}); use that version`,
      'foreign',
    );
}

/** Throws `StoreFailure` when the file, with no log beside it, is shorter than it says. */
export function refuseShort(file: string, wanted: number): void {
  const { size } = fs.statSync(file);
  if (size < wanted && logBytes(file) === 0) refuseTruncated(file, size, wanted);
}

function logBytes(file: string): number {
  return fs.statSync(`${file}-wal`, { throwIfNoEntry: false })?.size ?? 0;
}

function refuseTruncated(file: string, bytes: number, wanted: number): never {
  throw new StoreFailure(
    `${file} is truncated: ${bytes} bytes of ${wanted}; restore it from a copy (it was not changed)`,
    'corrupt',
  );
}

function create(file: string): void {
  fs.mkdirSync(path.dirname(file), { recursive: true, mode: 0o700 });
  const draft = `${file}.${randomUUID()}.new`;
  try {
    // SQLite gives the log beside it the same mode.
    fs.closeSync(fs.openSync(draft, 'wx', 0o600));
    Connection.runScript(
      draft,
      `PRAGMA page_size = ${PAGE_BYTES}; BEGIN; ${SCHEMA}
       PRAGMA application_id = ${APPLICATION_ID}; PRAGMA user_version = ${SCHEMA_VERSION}; COMMIT;
       PRAGMA journal_mode = WAL`,
    );
    publish(draft, file);
  } finally {
    for (const suffix of ['', '-wal', '-shm', '-journal'])
      fs.rmSync(draft + suffix, { force: true });
  }
  syncFolder(path.dirname(file));
}

/** Gives the draft its name, unless another process was first. */
function publish(draft: string, file: string): void {
  try {
    fs.linkSync(draft, file);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'EEXIST') return;
    // Some file systems know no second name of a file.
    if (!fs.existsSync(file)) fs.renameSync(draft, file);
  }
}

function syncFolder(folder: string): void {
  if (process.platform === 'win32') return;
  const descriptor = fs.openSync(folder, 'r');
  try {
    fs.fsyncSync(descriptor);
  } finally {
    fs.closeSync(descriptor);
  }
}

function refuseUnfitFile(file: string): void {
  const header = readHeader(file);
  if (header.length === 0)
    throw new StoreFailure(
      `${file} is empty, no store: remove it to begin a new one, or restore it from a copy`,
      'corrupt',
    );
  if (header.toString('latin1', 0, MAGIC.length) !== MAGIC.slice(0, header.length))
    throw new StoreFailure(
      `${file} is no store but some other file; name another (it was not changed)`,
      'foreign',
    );
  if (header.length < 100) refuseTruncated(file, header.length, PAGE_BYTES);
  refuseForeign(file, header.readUInt32BE(68), header.readUInt32BE(60));
  const pageBytes = header.readUInt16BE(16) === 1 ? 65536 : header.readUInt16BE(16);
  const pages = header.readUInt32BE(28);
  // The size is taken after the header: another process may be writing its log into the file.
  const { size } = fs.statSync(file);
  if (size >= pages * pageBytes) return;
  const logged = loggedPages(file, pageBytes);
  for (let page = Math.floor(size / pageBytes) + 1; page <= pages; page++)
    if (!logged.has(page)) refuseTruncated(file, size, pages * pageBytes);
}

function readHeader(file: string): Buffer {
  const descriptor = fs.openSync(file, 'r');
  try {
    const header = Buffer.alloc(100);
    return header.subarray(0, fs.readSync(descriptor, header, 0, 100, 0));
  } finally {
    fs.closeSync(descriptor);
  }
}

/** The pages that the log holds: a crash may come after only some of them have reached the file. */
function loggedPages(file: string, pageBytes: number): Set<number> {
  const pages = new Set<number>();
  if (logBytes(file) === 0) return pages;
  const log = fs.readFileSync(`${file}-wal`);
  const frameBytes = FRAME_HEADER_BYTES + pageBytes;
  for (let at = WAL_HEADER_BYTES; at + frameBytes <= log.length; at += frameBytes)
    pages.add(log.readUInt32BE(at));
  return pages;
}
