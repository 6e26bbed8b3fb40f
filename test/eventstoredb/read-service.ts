/**
 * Reading: `Read` serves bounded reads of a stream or of `$all`, in both directions, and subscriptions.
 *
 * Invariants
 * 1. Reads start inclusive, subscriptions exclusive.
 * 2. A request that makes no sense is answered as the server answers it, or not at all where the server does
 *    not; it never ends the process.
 */
import streams from '@eventstore/db-client/generated/streams_pb.js';
import { type ServerWritableStream, status } from '@grpc/grpc-js';
import type { LogRecord } from './event-log.ts';
import * as messages from './messages.ts';
import { BadPattern, type RecordFilter, recordFilter } from './record-filter.ts';
import { subscription } from './subscription.ts';
import type { TestServer } from './test-server.ts';

export type ReadCall = ServerWritableStream<streams.ReadReq, streams.ReadResp>;
type Options = streams.ReadReq.Options;

/** Between checks of the wire's back-pressure. */
const WRITE_BURST = 64;
/** Between checks of how long looking takes. */
const LOOK_BURST = 1024;
const { ReadDirection } = streams.ReadReq.Options;

export async function read(server: TestServer, call: ReadCall): Promise<void> {
  try {
    await serve(server, call);
  } catch (error) {
    call.emit('error', messages.failure(status.UNKNOWN, (error as Error).message));
  }
}

async function serve(server: TestServer, call: ReadCall): Promise<void> {
  const options = call.request.getOptions();
  const refusal = (await server.admit(call)) ?? (options && refusedRead(server, call, options));
  if (refusal || !options) {
    call.emit('error', refusal ?? messages.failure(status.INVALID_ARGUMENT, 'no options'));
    return;
  }
  if (server.faults.readsStalled) return;
  // The server looks on through windows of no record, for ever.
  if (options.getFilter()?.hasMax() && options.getFilter()?.getMax() === 0) return;
  if (options.hasSubscription()) await subscription(server, call, options);
  else await boundedRead(server, call, options);
}

function refusedRead(server: TestServer, call: ReadCall, options: Options) {
  const name = options.getAll()
    ? '$all'
    : messages.streamName(options.getStream()?.getStreamIdentifier());
  if (name === '$all' && server.faults.allDenied) return messages.accessDenied();
  if (!server.may(call, name, '$r')) return messages.accessDenied();
  const position = options.getAll()?.getPosition()?.getCommitPosition();
  if (position !== undefined && !readable(server, options, Number(position))) {
    const filtered = options.getFilter() ? 'Filtered' : '';
    const text = `Unexpected ${filtered}ReadAllResult: Error`;
    return messages.failure(status.UNKNOWN, text);
  }
  try {
    recordFilter(options.getFilter());
  } catch (error) {
    if (error instanceof BadPattern) return messages.failure(status.UNKNOWN, error.message);
    throw error;
  }
  return undefined;
}

function readable(server: TestServer, options: Options, position: number): boolean {
  const backwards = options.getReadDirection() === ReadDirection.BACKWARDS;
  if (backwards && position > server.log.end) return false;
  return server.log.isPosition(position);
}

async function boundedRead(server: TestServer, call: ReadCall, options: Options): Promise<void> {
  const all = options.getAll();
  const countMax = Number(options.getCount());
  if (all && countMax === 0) return;
  if (!all && senseless(options)) {
    call.emit('error', messages.failure(status.UNKNOWN, 'Exception was thrown by handler.'));
    return;
  }
  const leave = server.enter('read', call);
  const found = all ? allRead(server, options, call) : streamRead(server, options, call);
  try {
    if (!found) return;
    let sent = 0;
    for await (const record of found) {
      if (sent === countMax || call.cancelled) break;
      await writeOut(call, messages.readEvent(record), ++sent);
    }
    call.end();
  } finally {
    leave();
  }
}

function senseless(options: Options): boolean {
  const wanted = options.getStream();
  const backwards = options.getReadDirection() === ReadDirection.BACKWARDS;
  const nameless = messages.streamName(wanted?.getStreamIdentifier()) === '';
  return nameless || Number(options.getCount()) === 0 || (!backwards && wanted?.hasEnd() === true);
}

async function* allRead(
  server: TestServer,
  options: Options,
  call: ReadCall,
): AsyncGenerator<LogRecord> {
  const all = options.getAll()!;
  const matches = recordFilter(options.getFilter());
  const { records } = server.log;
  const backwards = options.getReadDirection() === ReadDirection.BACKWARDS;
  const position = Number(all.getPosition()?.getCommitPosition() ?? 0);
  const pace = new Pace(server, call);
  // Backwards, a position is exclusive on the server: it stands at the end of what was read before.
  if (backwards) {
    const end = all.hasEnd() ? records.length : 0;
    const start = all.hasPosition() ? server.log.indexAt(position) : end;
    for (let i = start - 1; i >= 0; i--) {
      const record = records[i]!;
      if (!record.scavenged && matches(record)) yield record;
      else if (await pace.looked()) return;
    }
    return;
  }
  const start = all.hasEnd() ? records.length : server.log.indexAt(position);
  const end = records.length;
  for (let i = start; i < end; i++) {
    const record = records[i]!;
    if (!record.scavenged && matches(record)) yield record;
    else if (await pace.looked()) return;
  }
}

/** How long looking at records that do not match takes: over millions of them a read is silent for seconds. */
export class Pace {
  #count = 0;

  constructor(
    private readonly server: TestServer,
    private readonly call: ReadCall,
  ) {}

  /** Counts one more record; true when nobody waits for an answer any more. */
  async looked(): Promise<boolean> {
    const { lookedPerMs } = this.server.faults;
    if (++this.#count % LOOK_BURST !== 0 || lookedPerMs === Number.POSITIVE_INFINITY) return false;
    await new Promise((resolve) => setTimeout(resolve, LOOK_BURST / lookedPerMs));
    return this.call.cancelled;
  }
}

/** Answers for a missing stream by itself and returns undefined. */
function streamRead(
  server: TestServer,
  options: Options,
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
  const backwards = options.getReadDirection() === ReadDirection.BACKWARDS;
  return (function* () {
    if (backwards) {
      const start = wanted?.hasEnd() ? head : Math.min(revision, head);
      for (let i = start; i >= view.first; i--) yield view.at(i);
    } else for (let i = Math.max(revision, view.first); i <= head; i++) yield view.at(i);
  })();
}

export function matcherOf(options: Options): RecordFilter {
  return recordFilter(options.getFilter());
}

/** Writes, and now and then waits until the wire has taken it. */
export async function writeOut(
  call: ReadCall,
  message: streams.ReadResp,
  nth: number,
): Promise<void> {
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
