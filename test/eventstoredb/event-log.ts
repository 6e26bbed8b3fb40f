/**
 * The log of the test server: what EventStoreDB remembers, without any of its wire.
 *
 * One array of records is the truth; streams are lists of indices into it. Nothing here waits.
 *
 * Invariants
 * 1. Positions are sparse and byte-like: each record stands at the number of bytes before it.
 * 2. An append is all or nothing, and checks revisions and ids as the server does: an explicit revision
 *    below the head compares ids, one equal to the head does not; `any` knows the ids of its cache only, which
 *    is bounded and does not outlive the process.
 * 3. Listeners are told after the records are in the log, never before.
 * 4. A scavenged record keeps its place in the array and its position; it is read by nobody any more.
 */
import { appendFileSync, existsSync, readFileSync, truncateSync } from 'node:fs';
import { isDeletion, type StreamLimits, streamLimits } from './stream-metadata.ts';

export interface Proposal {
  id: string;
  type: string;
  contentType: string;
  data: Buffer;
  metadata: Buffer;
}

export interface LogRecord extends Proposal {
  stream: string;
  /** The marker of a tombstone stands at `TOMBSTONE_REVISION`. */
  revision: number;
  position: number;
  /** Milliseconds since 1970. */
  createdAt: number;
  scavenged?: true;
}

export type Expectation = 'any' | 'noStream' | 'streamExists' | number;

export type Outcome =
  /** Of a repeat whose events are not in the stream any more no position is told. */
  | { kind: 'written' | 'repeated'; revision: number; position: number | undefined }
  | { kind: 'wrongRevision'; current: number }
  | { kind: 'tombstoned' }
  /** Nothing to write: no revision either. */
  | { kind: 'nothing' }
  | { kind: 'unanswered' };

interface StreamState {
  /** Index into `records` of each revision. */
  indices: number[];
  tombstoned: boolean;
}

/** Every record carries about this many bytes beside its payload. */
const RECORD_OVERHEAD = 137;
/** On the wire 2^63 - 1, which no double holds. */
export const TOMBSTONE_REVISION = Number.POSITIVE_INFINITY;
/** As on the server: a cache of 8 MiB. */
const IDS_MAX = 150_000;

type SavedProposal = Omit<Proposal, 'data' | 'metadata'> & { data: string; metadata: string };
type Saved =
  | { stream: string; proposals: SavedProposal[] }
  | { tombstone: string }
  | { scavenge: true };

export class EventLog {
  readonly records: LogRecord[] = [];
  /** How many ids of appends at `any` are known at once. */
  idsMax = IDS_MAX;
  readonly #streams = new Map<string, StreamState>();
  readonly #indexOfId = new Map<string, number>();
  readonly #listeners = new Set<() => void>();
  #nextPosition = RECORD_OVERHEAD;

  /** With a file the log outlives its process: one JSON line per append, tombstone or scavenge. */
  constructor(readonly file?: string) {
    if (!file || !existsSync(file)) return;
    const kept = readFileSync(file);
    // A line without its end was being written when the process died; it was never answered.
    const end = kept.lastIndexOf('\n') + 1;
    if (end < kept.length) truncateSync(file, end);
    for (const line of kept.subarray(0, end).toString('utf8').split('\n')) {
      if (line !== '') this.#replay(JSON.parse(line) as Saved);
    }
    this.forgetIds();
  }

  #replay(saved: Saved): void {
    if ('tombstone' in saved) this.#mark(saved.tombstone);
    else if ('scavenge' in saved) this.#sweep();
    else this.#write(saved.stream, saved.proposals.map(restored));
  }

  #save(saved: Saved): void {
    if (this.file) appendFileSync(this.file, `${JSON.stringify(saved)}\n`);
  }

  /** The revision of the last event, -1 when there is none. */
  head(stream: string): number {
    return (this.#streams.get(stream)?.indices.length ?? 0) - 1;
  }

  isTombstoned(stream: string): boolean {
    return this.#streams.get(stream)?.tombstoned ?? false;
  }

  /** As a restart does: appends at `any` are then written again. */
  forgetIds(): void {
    this.#indexOfId.clear();
  }

  append(stream: string, proposals: readonly Proposal[], expected: Expectation): Outcome {
    if (this.isTombstoned(stream)) return { kind: 'tombstoned' };
    const head = this.head(stream);
    const verdict = this.#judge(stream, proposals, expected, head);
    if (verdict !== 'write') return verdict;
    if (proposals.length === 0) return { kind: 'nothing' };
    if (head >= 0 && this.#softDeleted(stream)) this.#truncate(stream, head + 1);
    this.#save({ stream, proposals: proposals.map(savable) });
    this.#write(stream, proposals);
    this.#tell();
    const { position } = this.records[this.records.length - 1]!;
    return { kind: 'written', revision: this.head(stream), position };
  }

  #judge(
    stream: string,
    proposals: readonly Proposal[],
    expected: Expectation,
    head: number,
  ): Outcome | 'write' {
    const wrong: Outcome = { kind: 'wrongRevision', current: this.visible(stream) ? head : -1 };
    if (expected === 'streamExists' && head < 0) return wrong;
    if (expected === 'streamExists' && this.#softDeleted(stream)) return { kind: 'tombstoned' };
    if (expected === 'any' || expected === 'streamExists')
      return this.#knownByIds(stream, proposals) ?? 'write';
    const at = expected === 'noStream' ? -1 : expected;
    if (head === at) return 'write';
    if (expected === 'noStream' && !this.visible(stream))
      return this.#repeated(stream, proposals, 0) ?? 'write';
    if (head < at) return wrong;
    return this.#repeated(stream, proposals, at + 1) ?? { kind: 'wrongRevision', current: head };
  }

  /** By the cache of ids, wherever in the stream they stand. */
  #knownByIds(stream: string, proposals: readonly Proposal[]): Outcome | undefined {
    const known = proposals
      .map(({ id }) => this.records[this.#indexOfId.get(id) ?? -1])
      .filter((record) => record?.stream === stream) as LogRecord[];
    const [first] = known;
    if (!first || this.#indexOfId.get(proposals[0]!.id) === undefined) return undefined;
    if (known.length < proposals.length)
      return { kind: 'wrongRevision', current: this.head(stream) };
    for (let i = 1; i < known.length; i++)
      if (known[i - 1]!.revision - known[i]!.revision >= 2) return { kind: 'unanswered' };
    return this.#asRepeat(stream, known[known.length - 1]!);
  }

  #repeated(stream: string, proposals: readonly Proposal[], from: number): Outcome | undefined {
    const indices = this.#streams.get(stream)?.indices ?? [];
    let last: LogRecord | undefined;
    for (const [offset, proposal] of proposals.entries()) {
      const index = indices[from + offset];
      last = index === undefined ? undefined : this.records[index];
      if (last?.id !== proposal.id) return undefined;
    }
    return last && this.#asRepeat(stream, last);
  }

  #asRepeat(stream: string, { revision, position, scavenged }: LogRecord): Outcome {
    const gone = scavenged || this.#softDeleted(stream);
    return { kind: 'repeated', revision, position: gone ? undefined : position };
  }

  #write(stream: string, proposals: readonly Proposal[]): void {
    const state = this.#streams.get(stream) ?? this.#found(stream);
    for (const proposal of proposals) {
      if (!this.#indexOfId.has(proposal.id)) this.#indexOfId.set(proposal.id, this.records.length);
      const revision = state.indices.length;
      state.indices.push(this.records.length);
      this.#record({ ...proposal, stream, revision });
    }
    for (const id of this.#indexOfId.keys()) {
      if (this.#indexOfId.size <= this.idsMax) break;
      this.#indexOfId.delete(id);
    }
  }

  #record(made: Proposal & { stream: string; revision: number }): void {
    const position = this.#nextPosition;
    const size = made.data.length + made.metadata.length + 2 * made.type.length;
    this.#nextPosition += size + RECORD_OVERHEAD;
    this.records.push({ ...made, position, createdAt: Date.now() });
  }

  #tell(): void {
    for (const listener of [...this.#listeners]) listener();
  }

  #found(stream: string): StreamState {
    const state: StreamState = { indices: [], tombstoned: false };
    this.#streams.set(stream, state);
    return state;
  }

  /** Removes the events from the stream; the log keeps them, and the stream may be written again. */
  softDelete(stream: string): void {
    this.#truncate(stream, '9223372036854775807');
  }

  /** Writes `$tb` beside what else the stream's metadata says. */
  #truncate(stream: string, before: number | string): void {
    const { $tb: _, ...kept } = this.metadata(stream);
    const others = JSON.stringify(kept).slice(1, -1);
    const body = `{${others}${others ? ',' : ''}"$tb":${before}}`;
    this.setMetadata(stream, body);
  }

  setMetadata(stream: string, body: string): void {
    const id = crypto.randomUUID();
    const contentType = 'application/json';
    const data = Buffer.from(body);
    const event = { id, type: '$metadata', contentType, data, metadata: Buffer.alloc(0) };
    this.append(`$$${stream}`, [event], 'any');
  }

  /** Removes the stream for good, and leaves a marker. */
  tombstone(stream: string): void {
    this.#save({ tombstone: stream });
    this.#mark(stream);
    this.#tell();
  }

  #mark(stream: string): void {
    (this.#streams.get(stream) ?? this.#found(stream)).tombstoned = true;
    const empty = Buffer.alloc(0);
    const made = { id: crypto.randomUUID(), type: '$streamDeleted', data: empty, metadata: empty };
    const contentType = 'application/octet-stream';
    this.#record({ ...made, contentType, stream, revision: TOMBSTONE_REVISION });
  }

  /** Takes out of the log what no stream shows any more. */
  scavenge(): number {
    this.#save({ scavenge: true });
    return this.#sweep();
  }

  #sweep(): number {
    let taken = 0;
    for (const record of this.records) {
      if (record.scavenged || record.revision === TOMBSTONE_REVISION) continue;
      const view = this.isTombstoned(record.stream) ? undefined : this.stream(record.stream);
      if (view && record.revision >= view.first) continue;
      record.scavenged = true;
      taken++;
    }
    return taken;
  }

  /** As a backup that is restored: the first `count` records, and nothing else. */
  restore(count: number): void {
    const kept = this.records.splice(0);
    this.#streams.clear();
    this.forgetIds();
    this.#nextPosition = RECORD_OVERHEAD;
    for (const record of kept.slice(0, count)) {
      const state = this.#streams.get(record.stream) ?? this.#found(record.stream);
      if (record.revision === TOMBSTONE_REVISION) state.tombstoned = true;
      else state.indices.push(this.records.length);
      this.#record(record);
      if (record.scavenged) this.records[this.records.length - 1]!.scavenged = true;
    }
  }

  /** A position at which reading may begin: of a record that stands or stood, or beyond the end. */
  isPosition(position: number): boolean {
    if (position <= 0 || position >= this.#nextPosition) return true;
    return this.records[this.indexAt(position)]?.position === position;
  }

  get end(): number {
    return this.#nextPosition;
  }

  #softDeleted(stream: string): boolean {
    return isDeletion(this.metadata(stream)['$tb']);
  }

  visible(stream: string): boolean {
    return this.head(stream) >= 0 && !this.isTombstoned(stream) && !this.#softDeleted(stream);
  }

  /** Metadata that is no JSON object is as good as none. */
  metadata(stream: string): Readonly<Record<string, unknown>> {
    const state = this.#streams.get(`$$${stream}`);
    const index = state?.indices[state.indices.length - 1];
    if (index === undefined) return {};
    try {
      const body = JSON.parse(this.records[index]!.data.toString('utf8')) as unknown;
      return typeof body === 'object' && body !== null && !Array.isArray(body)
        ? (body as Record<string, unknown>)
        : {};
    } catch {
      return {};
    }
  }

  limits(stream: string): StreamLimits {
    return streamLimits(this.metadata(stream));
  }

  /** The visible events of a stream, or undefined when there is no such stream. */
  stream(name: string): StreamView | undefined {
    const state = this.#streams.get(name);
    if (!state || !this.visible(name)) return undefined;
    const { maxCount, maxAgeMs, truncateBefore } = this.limits(name);
    const length = state.indices.length;
    const kept = maxCount === undefined ? 0 : length - maxCount;
    let first = Math.max(truncateBefore ?? 0, kept, 0);
    const oldest = maxAgeMs === undefined ? 0 : Date.now() - maxAgeMs;
    while (first < length && this.#isGone(state.indices[first]!, oldest)) first++;
    return { first, length, at: (revision) => this.records[state.indices[revision]!]! };
  }

  #isGone(index: number, oldest: number): boolean {
    const { createdAt, scavenged } = this.records[index]!;
    return scavenged === true || createdAt < oldest;
  }

  /** Index of the first record at or after a position. */
  indexAt(position: number): number {
    let low = 0;
    let high = this.records.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (this.records[middle]!.position < position) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  /** Calls `listener` after each append until the returned function is called. */
  onAppended(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }
}

export interface StreamView {
  /** First visible revision. */
  first: number;
  /** One more than the head. */
  length: number;
  at(revision: number): LogRecord;
}

const savable = (proposal: Proposal): SavedProposal => ({
  ...proposal,
  data: proposal.data.toString('base64'),
  metadata: proposal.metadata.toString('base64'),
});

const restored = (saved: SavedProposal): Proposal => ({
  ...saved,
  data: Buffer.from(saved.data, 'base64'),
  metadata: Buffer.from(saved.metadata, 'base64'),
});
