/**
 * Reading: `Read` serves bounded reads of a stream or of `$all`, in both directions, and subscriptions.
 *
 * Invariants
 * 1. A subscription is one cursor and one wake signal: catching up and live are one loop, without gap.
 * 2. Reads start inclusive, subscriptions exclusive.
 * 3. A checkpoint is sent only for what was looked at, and never before the events at or below it.
 */
import streams from '@eventstore/db-client/generated/streams_pb.js';
import { type ServerWritableStream, status } from '@grpc/grpc-js';
import type { LogRecord } from './event-log.ts';
import * as messages from './messages.ts';
import { type RecordFilter, recordFilter } from './record-filter.ts';
import type { TestServer } from './test-server.ts';

type ReadCall = ServerWritableStream<streams.ReadReq, streams.ReadResp>;

/** The server looks at this many records for each unit of the checkpoint interval. */
const CHECKPOINT_WINDOW = 32;
/** Between checks of the wire's back-pressure. */
const WRITE_BURST = 64;

export async function read(server: TestServer, call: ReadCall): Promise<void> {
  const options = call.request.getOptions();
  const refusal = await server.admit(call);
  if (refusal || !options) {
    call.emit('error', refusal ?? messages.failure(status.INVALID_ARGUMENT, 'no options'));
    return;
  }
  if (options.getAll() && server.faults.allDenied) {
    call.emit('error', messages.accessDenied());
    return;
  }
  if (server.faults.readsStalled) return;
  if (options.hasSubscription()) await subscription(server, call, options);
  else await boundedRead(server, call, options);
}

async function boundedRead(
  server: TestServer,
  call: ReadCall,
  options: streams.ReadReq.Options,
): Promise<void> {
  const all = options.getAll();
  const found = all ? allRead(server, options, all) : streamRead(server, options, call);
  if (!found) return;
  const leave = server.enter('read', call);
  let sent = 0;
  const countMax = Number(options.getCount());
  for (const record of found) {
    if (sent === countMax || call.cancelled) break;
    await writeOut(call, messages.readEvent(record), ++sent);
  }
  call.end();
  leave();
}

function* allRead(
  server: TestServer,
  options: streams.ReadReq.Options,
  all: streams.ReadReq.Options.AllOptions,
): Generator<LogRecord> {
  const matches = recordFilter(options.getFilter());
  const { records } = server.log;
  const backwards = options.getReadDirection() === streams.ReadReq.Options.ReadDirection.BACKWARDS;
  const position = Number(all.getPosition()?.getCommitPosition() ?? 0);
  // Backwards, a position is exclusive on the server: it stands at the end of what was read before.
  if (backwards) {
    const start = all.hasPosition()
      ? server.log.indexAt(position)
      : all.hasEnd()
        ? records.length
        : 0;
    for (let i = start - 1; i >= 0; i--) if (matches(records[i]!)) yield records[i]!;
    return;
  }
  const start = all.hasEnd() ? records.length : server.log.indexAt(position);
  const end = records.length;
  for (let i = start; i < end; i++) if (matches(records[i]!)) yield records[i]!;
}

/** Answers for a missing stream by itself and returns undefined. */
function streamRead(
  server: TestServer,
  options: streams.ReadReq.Options,
  call: ReadCall,
): Iterable<LogRecord> | undefined {
  const wanted = options.getStream();
  const name = messages.streamName(wanted?.getStreamIdentifier());
  if (server.log.isTombstoned(name)) {
    call.emit('error', messages.streamDeleted(name));
    return undefined;
  }
  const view = server.log.stream(name);
  if (!view) {
    const missing = new streams.ReadResp.StreamNotFound();
    missing.setStreamIdentifier(messages.streamIdentifier(name));
    call.write(new streams.ReadResp().setStreamNotFound(missing));
    call.end();
    return undefined;
  }
  const head = view.length - 1;
  const revision = Number(wanted?.getRevision() || 0);
  const backwards = options.getReadDirection() === streams.ReadReq.Options.ReadDirection.BACKWARDS;
  return (function* () {
    if (backwards) {
      const start = wanted?.hasEnd() ? head : Math.min(revision, head);
      for (let i = start; i >= view.first; i--) yield view.at(i);
    } else if (!wanted?.hasEnd()) {
      for (let i = Math.max(revision, view.first); i <= head; i++) yield view.at(i);
    }
  })();
}

async function subscription(
  server: TestServer,
  call: ReadCall,
  options: streams.ReadReq.Options,
): Promise<void> {
  const { records } = server.log;
  const wake = new WakeSignal();
  const removeListener = server.log.onAppended(() => wake.now());
  call.on('cancelled', () => wake.now());
  const leave = server.enter('subscription', call);
  let index = firstIndex(server, options);
  const matches = recordMatcher(options);
  const window = checkpointWindow(options);
  const confirmed = new streams.ReadResp.SubscriptionConfirmation();
  confirmed.setSubscriptionId(crypto.randomUUID());
  call.write(new streams.ReadResp().setConfirmation(confirmed));
  let caughtUp = false;
  let looked = 0;
  try {
    while (!call.cancelled && !call.writableEnded) {
      const stalled = server.isStalled(call);
      if (stalled || index >= records.length) {
        if (!caughtUp && !stalled) {
          call.write(new streams.ReadResp().setCaughtUp(new streams.ReadResp.CaughtUp()));
          caughtUp = true;
        }
        await wake.wait();
        await server.faults.passed();
        continue;
      }
      const record = records[index++]!;
      if (matches(record)) await writeOut(call, messages.readEvent(record), index);
      if (window > 0 && ++looked % window === 0) call.write(checkpoint(record));
    }
  } finally {
    removeListener();
    leave();
  }
}

function firstIndex(server: TestServer, options: streams.ReadReq.Options): number {
  const { log } = server;
  const all = options.getAll();
  if (all?.hasEnd() || options.getStream()?.hasEnd()) return log.records.length;
  const position = all?.getPosition();
  return position ? log.indexAt(Number(position.getCommitPosition()) + 1) : 0;
}

function recordMatcher(options: streams.ReadReq.Options): RecordFilter {
  const wanted = options.getStream();
  if (!wanted) return recordFilter(options.getFilter());
  const name = messages.streamName(wanted.getStreamIdentifier());
  const after = wanted.hasRevision() ? Number(wanted.getRevision()) : -1;
  return (record) => record.stream === name && record.revision > after;
}

/** Records looked at between two checkpoints; 0 without a filter, when the server sends none. */
function checkpointWindow(options: streams.ReadReq.Options): number {
  return CHECKPOINT_WINDOW * (options.getFilter()?.getCheckpointintervalmultiplier() ?? 0);
}

function checkpoint(record: LogRecord): streams.ReadResp {
  const message = new streams.ReadResp.Checkpoint();
  message.setCommitPosition(String(record.position));
  message.setPreparePosition(String(record.position));
  return new streams.ReadResp().setCheckpoint(message);
}

/** Writes, and now and then waits until the wire has taken it. */
async function writeOut(call: ReadCall, message: streams.ReadResp, nth: number): Promise<void> {
  if (call.write(message) || nth % WRITE_BURST !== 0) return;
  await new Promise<void>((resolve) => {
    const settle = () => {
      call.off('drain', settle);
      call.off('cancelled', settle);
      resolve();
    };
    call.once('drain', settle);
    call.once('cancelled', settle);
  });
}

/** Remembers one call to wake up that came while nobody waited. */
export class WakeSignal {
  #woken = false;
  #resolve: (() => void) | undefined;

  now(): void {
    this.#woken = true;
    this.#resolve?.();
  }

  async wait(): Promise<void> {
    if (!this.#woken) {
      await new Promise<void>((resolve) => {
        this.#resolve = resolve;
      });
    }
    this.#woken = false;
  }
}
