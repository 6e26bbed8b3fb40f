/**
 * The log of the test server: what EventStoreDB remembers, without any of its wire.
 *
 * One array of records is the truth; streams are lists of indices into it. Nothing here waits.
 *
 * Invariants
 * 1. Positions are sparse and byte-like: each record stands at the number of bytes before it.
 * 2. An append is all or nothing, and checks revisions and ids as the server does: an explicit revision
 *    below the head compares ids, one equal to the head does not, `any` looks ids up on best effort.
 * 3. Listeners are told after the records are in the log, never before.
 */
import { appendFileSync, existsSync, readFileSync, truncateSync } from 'node:fs';

export interface Proposal {
  id: string;
  type: string;
  contentType: string;
  data: Buffer;
  metadata: Buffer;
}

export interface LogRecord extends Proposal {
  stream: string;
  revision: number;
  position: number;
  /** Milliseconds since 1970. */
  createdAt: number;
}

export type Expectation = 'any' | 'noStream' | 'streamExists' | number;

export type Outcome =
  | { kind: 'written' | 'repeated'; revision: number; position: number }
  | { kind: 'wrongRevision'; current: number }
  | { kind: 'tombstoned' };

export interface StreamLimits {
  maxCount?: number;
  maxAgeMs?: number;
  truncateBefore?: number;
}

interface StreamState {
  /** Index into `records` of each revision. */
  indices: number[];
  /** Soft delete: revisions before this one are gone from the stream, not from the log. */
  deletedBefore: number;
  tombstoned: boolean;
}

/** Every record carries about this many bytes beside its payload. */
const RECORD_OVERHEAD = 137;

export class EventLog {
  readonly records: LogRecord[] = [];
  readonly #streams = new Map<string, StreamState>();
  readonly #indexOfId = new Map<string, number>();
  readonly #listeners = new Set<() => void>();
  #nextPosition = RECORD_OVERHEAD;

  /** With a file the log outlives its process: one JSON line per append. */
  constructor(readonly file?: string) {
    if (!file || !existsSync(file)) return;
    const kept = readFileSync(file);
    // A line without its end was being written when the process died; it was never answered.
    const end = kept.lastIndexOf('\n') + 1;
    if (end < kept.length) truncateSync(file, end);
    for (const line of kept.subarray(0, end).toString('utf8').split('\n')) {
      if (line === '') continue;
      const saved = JSON.parse(line) as { stream: string; proposals: SavedProposal[] };
      this.#write(saved.stream, saved.proposals.map(restored));
    }
  }

  /** The revision of the last event, -1 when there is none. */
  head(stream: string): number {
    return (this.#streams.get(stream)?.indices.length ?? 0) - 1;
  }

  isTombstoned(stream: string): boolean {
    return this.#streams.get(stream)?.tombstoned ?? false;
  }

  append(stream: string, proposals: readonly Proposal[], expected: Expectation): Outcome {
    if (this.isTombstoned(stream)) return { kind: 'tombstoned' };
    const head = this.head(stream);
    const verdict = this.#judge(stream, proposals, expected, head);
    if (verdict !== 'write') return verdict;
    if (this.file) {
      const saved = { stream, proposals: proposals.map(savable) };
      appendFileSync(this.file, `${JSON.stringify(saved)}\n`);
    }
    this.#write(stream, proposals);
    for (const listener of [...this.#listeners]) listener();
    const last = this.records[this.records.length - 1];
    return { kind: 'written', revision: this.head(stream), position: last?.position ?? 0 };
  }

  #judge(
    stream: string,
    proposals: readonly Proposal[],
    expected: Expectation,
    head: number,
  ): Outcome | 'write' {
    const wrong: Outcome = { kind: 'wrongRevision', current: head };
    if (expected === 'any' || expected === 'streamExists') {
      if (expected === 'streamExists' && !this.#visible(stream)) return wrong;
      const first = proposals[0] && this.#indexOfId.get(proposals[0].id);
      const known = first === undefined ? undefined : this.records[first];
      if (known?.stream !== stream) return 'write';
      return this.#repeated(stream, proposals, known.revision) ?? wrong;
    }
    const at = expected === 'noStream' ? -1 : expected;
    if (head === at) return 'write';
    if (expected === 'noStream' && !this.#visible(stream)) return 'write';
    if (head < at) return wrong;
    return this.#repeated(stream, proposals, at + 1) ?? wrong;
  }

  #repeated(stream: string, proposals: readonly Proposal[], from: number): Outcome | undefined {
    const indices = this.#streams.get(stream)?.indices ?? [];
    let last: LogRecord | undefined;
    for (const [offset, proposal] of proposals.entries()) {
      const index = indices[from + offset];
      last = index === undefined ? undefined : this.records[index];
      if (last?.id !== proposal.id) return undefined;
    }
    return last && { kind: 'repeated', revision: last.revision, position: last.position };
  }

  #write(stream: string, proposals: readonly Proposal[]): void {
    const state = this.#streams.get(stream) ?? this.#found(stream);
    for (const proposal of proposals) {
      const position = this.#nextPosition;
      const size = proposal.data.length + proposal.metadata.length + 2 * proposal.type.length;
      this.#nextPosition += size + RECORD_OVERHEAD;
      this.#indexOfId.set(proposal.id, this.records.length);
      const revision = state.indices.length;
      state.indices.push(this.records.length);
      this.records.push({ ...proposal, stream, revision, position, createdAt: Date.now() });
    }
  }

  #found(stream: string): StreamState {
    const state: StreamState = { indices: [], deletedBefore: 0, tombstoned: false };
    this.#streams.set(stream, state);
    return state;
  }

  /** Removes the events from the stream; the log keeps them, and the stream may be written again. */
  softDelete(stream: string): void {
    const state = this.#streams.get(stream);
    if (state) state.deletedBefore = state.indices.length;
  }

  /** Removes the stream for good. */
  tombstone(stream: string): void {
    (this.#streams.get(stream) ?? this.#found(stream)).tombstoned = true;
  }

  #visible(stream: string): boolean {
    const state = this.#streams.get(stream);
    return state !== undefined && state.indices.length > state.deletedBefore;
  }

  /** What the stream's metadata says to hide: `$maxCount`, `$maxAge`, `$tb`. */
  limits(stream: string): StreamLimits {
    const state = this.#streams.get(`$$${stream}`);
    const index = state?.indices[state.indices.length - 1];
    if (index === undefined) return {};
    const body = JSON.parse(this.records[index]!.data.toString('utf8')) as Record<string, number>;
    return {
      maxCount: body['$maxCount'],
      maxAgeMs: body['$maxAge'] === undefined ? undefined : body['$maxAge'] * 1000,
      truncateBefore: body['$tb'],
    };
  }

  /** The visible events of a stream, or undefined when there is no such stream. */
  stream(name: string): StreamView | undefined {
    const state = this.#streams.get(name);
    if (!state || !this.#visible(name)) return undefined;
    const { maxCount, maxAgeMs, truncateBefore } = this.limits(name);
    const length = state.indices.length;
    const kept = maxCount === undefined ? 0 : length - maxCount;
    let first = Math.max(state.deletedBefore, truncateBefore ?? 0, kept, 0);
    const oldest = maxAgeMs === undefined ? 0 : Date.now() - maxAgeMs;
    while (first < length && this.records[state.indices[first]!]!.createdAt < oldest) first++;
    return { first, length, at: (revision) => this.records[state.indices[revision]!]! };
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

type SavedProposal = Omit<Proposal, 'data' | 'metadata'> & { data: string; metadata: string };

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
