/**
 * Reads of `$all` through a filter, over however much that does not match.
 *
 * The server looks through millions of foreign events without a word, and a read that is silent cannot be told
 * from one that hangs. So a read is silent for a moment at most; then a stride is made: a subscription, which
 * tells by checkpoints how far it has looked. What was looked at is remembered, also between processes.
 *
 * Invariants
 * 1. Every event after the position, and none twice, in the order of the log.
 * 2. What was looked at is not looked at again: a failure on the way costs one window.
 * 3. A stride begins only after a record that stands: where it was scavenged, the server passes over the next.
 */
import type streams from '@eventstore/db-client/generated/streams_pb.js';
import { type Patience, within } from './connection.ts';
import { OutOfTime } from './failure.ts';
import type { Kept } from './kept.ts';
import {
  type Entry,
  type Filter,
  isLetThrough,
  recordedEntry,
  subscribeRequest,
} from './protocol.ts';
import type { PageRead, Reader } from './reader.ts';
import { type Wire, WireDisposed } from './wire.ts';

/** Longest silence of a read, milliseconds, and its share of what an attempt may take. */
const SILENT_MS = 1_000;
const SILENT_SHARE = 0.8;
/** Records between two checkpoints of a stride. */
const WINDOW = 2_048;

export interface Scanned {
  entries: Entry[];
  /** Everything up to here was looked at. */
  position: number;
}

interface Wanted {
  doing: string;
  /** Exclusive; -1: from the beginning. */
  after: number;
  filter: Filter;
  /** Fewer entries come back only at the end of the log. */
  count: number;
  patience?: Patience | undefined;
}

interface Progress extends Scanned {
  readonly wanted: Wanted;
}

export class Scan {
  constructor(
    private readonly reader: Reader,
    private readonly kept: Kept,
  ) {}

  async scan(wanted: Wanted): Promise<Scanned> {
    const { after, filter, count } = wanted;
    const found: Progress = { wanted, entries: [], position: await this.kept.from(filter, after) };
    let strides = 0;
    for (;;) {
      const page = await this.#page(found);
      take(found, page.entries);
      if (found.entries.length >= count) break;
      if (page.silent) {
        strides++;
        await this.#stride(found);
      } else if (!page.full) break;
    }
    if (strides > 0)
      await this.kept.lookedTo(filter, found.entries.at(-1)?.position ?? after, found);
    return found;
  }

  /** Reads are inclusive: the record at the position comes again. */
  #page({ wanted, entries, position }: Progress): Promise<PageRead> {
    const { doing, filter, count, patience } = wanted;
    const from = { position: position < 0 ? ('start' as const) : position };
    const left = count - entries.length + (position < 0 ? 0 : 1);
    const { timeoutMs } = this.reader.connection.limits;
    const shape = { from, count: left, filter };
    const silentMs = Math.min(SILENT_MS, timeoutMs * SILENT_SHARE);
    return this.reader.page(doing, shape, patience, silentMs);
  }

  async #stride(found: Progress): Promise<void> {
    const { wanted, position } = found;
    if (position >= 0) {
      const record = await this.reader.recordAt(position, wanted.patience);
      if (!record) return;
      take(found, isLetThrough(wanted.filter, record.stream) ? [record] : []);
      found.position = Math.max(found.position, record.position);
    }
    const { connection } = this.reader;
    await this.reader.turn(() =>
      connection.run(wanted.doing, (wire) => this.#walk(wire, found), wanted.patience),
    );
  }

  /** Resolves at the end, when there is enough, or when it gets silent after it has got on. */
  async #walk(wire: Wire, found: Progress): Promise<void> {
    const { timeoutMs } = this.reader.connection.limits;
    const { filter, count } = found.wanted;
    const begin = found.position;
    const request = subscribeRequest(begin < 0 ? 'start' : begin, filter, WINDOW);
    const call = await within(wire.read(request), timeoutMs, 'a subscription');
    const gotOn = () => found.position > begin;
    try {
      await new Promise<void>((resolve, reject) => {
        const late = new OutOfTime(`looking through $all was silent for ${timeoutMs} ms`);
        const timer = setTimeout(() => (gotOn() ? resolve() : reject(late)), timeoutMs);
        call.on('data', (answer: streams.ReadResp) => {
          timer.refresh();
          heard(found, answer);
          if (answer.hasCaughtUp() || found.entries.length >= count) resolve();
        });
        call.on('error', (error) => (gotOn() ? resolve() : reject(error)));
        call.on('end', () => reject(new WireDisposed('the server ended the subscription')));
      });
    } finally {
      call.cancel();
    }
  }
}

function heard(found: Progress, answer: streams.ReadResp): void {
  const message = answer.getEvent();
  const entry = message?.hasEvent() ? recordedEntry(message) : undefined;
  if (entry) take(found, [entry]);
  const position = Number(answer.getCheckpoint()?.getCommitPosition() ?? -1);
  if (Number.isSafeInteger(position) && position > found.position) found.position = position;
}

function take(found: Progress, entries: readonly Entry[]): void {
  for (const entry of entries) {
    if (entry.position <= found.position || found.entries.length >= found.wanted.count) continue;
    found.entries.push(entry);
    found.position = entry.position;
  }
}
