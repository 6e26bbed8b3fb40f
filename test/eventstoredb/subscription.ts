/**
 * Subscriptions to `$all` and to one stream.
 *
 * Invariants
 * 1. A subscription is one cursor and one wake signal: catching up and live are one loop, without gap.
 * 2. A checkpoint is sent only for what was looked at, and never before the events at or below it. One ends
 *    the catching up.
 * 3. Where the record at the position to begin after was scavenged, the next one is taken for it and passed
 *    over, as the server does.
 */
import streams from '@eventstore/db-client/generated/streams_pb.js';
import { type LogRecord, TOMBSTONE_REVISION } from './event-log.ts';
import * as messages from './messages.ts';
import { matcherOf, Pace, type ReadCall, writeOut } from './read-service.ts';
import type { TestServer } from './test-server.ts';
import { WakeSignal } from './wake-signal.ts';

type Options = streams.ReadReq.Options;

/** Records in a window of a filter that names none. */
const WINDOW = 32;

export async function subscription(
  server: TestServer,
  call: ReadCall,
  options: Options,
): Promise<void> {
  const name = options.getAll()
    ? undefined
    : messages.streamName(options.getStream()?.getStreamIdentifier());
  if (name !== undefined && server.log.isTombstoned(name)) {
    call.emit('error', messages.streamDeleted(name));
    return;
  }
  const wake = new WakeSignal();
  const removeListener = server.log.onAppended(() => wake.now());
  call.on('cancelled', () => wake.now());
  const leave = server.enter('subscription', call);
  const confirmed = new streams.ReadResp.SubscriptionConfirmation();
  confirmed.setSubscriptionId(crypto.randomUUID());
  const cursor = firstIndex(server, options);
  call.write(new streams.ReadResp().setConfirmation(confirmed));
  try {
    await new Live(server, call, options, name, cursor, wake).go();
  } finally {
    removeListener();
    leave();
  }
}

class Live {
  #caughtUp = false;
  #looked = 0;
  #sent = 0;
  #last: LogRecord | undefined;

  constructor(
    private readonly server: TestServer,
    private readonly call: ReadCall,
    private readonly options: Options,
    private readonly name: string | undefined,
    private index: number,
    private readonly wake: WakeSignal,
  ) {}

  async go(): Promise<void> {
    const { server, call, options } = this;
    const { records } = server.log;
    const matches = this.name === undefined ? matcherOf(options) : this.#ofStream(this.name);
    const interval = checkpointInterval(options);
    const pace = new Pace(server, call);
    // Of a log that is shorter by now (a backup was restored) what comes up to there is taken for known.
    const after = Number(options.getAll()?.getPosition()?.getCommitPosition() ?? -1);
    while (!call.cancelled && !call.writableEnded) {
      const stalled = server.isStalled(call);
      if (stalled || this.index >= records.length) {
        if (!stalled) this.#end(interval);
        await this.wake.wait();
        await server.faults.passed();
        continue;
      }
      const record = records[this.index++]!;
      if (record.position <= after) continue;
      this.#last = record;
      if (!record.scavenged && matches(record)) {
        await writeOut(call, messages.readEvent(record), ++this.#sent);
        if (this.name !== undefined && record.revision === TOMBSTONE_REVISION) {
          call.emit('error', messages.streamDeleted(this.name));
          return;
        }
      } else await pace.looked();
      if (interval > 0 && ++this.#looked % interval === 0) call.write(checkpoint(record));
    }
  }

  #end(interval: number): void {
    // Of a stream that does not exist its events come first.
    const missing = this.name !== undefined && this.server.log.head(this.name) < 0;
    if (this.#caughtUp || missing) return;
    if (interval > 0 && this.#last) this.call.write(checkpoint(this.#last));
    this.call.write(new streams.ReadResp().setCaughtUp(new streams.ReadResp.CaughtUp()));
    this.#caughtUp = true;
  }

  /** Only what the stream shows: not what was deleted or cut off. */
  #ofStream(name: string): (record: LogRecord) => boolean {
    const wanted = this.options.getStream()!;
    const after = wanted.hasRevision() ? Number(wanted.getRevision()) : -1;
    return (record) => {
      if (record.stream !== name || record.revision <= after) return false;
      if (record.revision === TOMBSTONE_REVISION) return true;
      const view = this.server.log.stream(name);
      return view !== undefined && record.revision >= view.first;
    };
  }
}

function firstIndex(server: TestServer, options: Options): number {
  const { log } = server;
  const all = options.getAll();
  if (all?.hasEnd() || options.getStream()?.hasEnd()) return log.records.length;
  const position = all?.getPosition();
  if (!position) return 0;
  let index = log.indexAt(Number(position.getCommitPosition()));
  // What was scavenged is not there to be passed over: the next record is.
  while (index < log.records.length && log.records[index]!.scavenged) index++;
  return Math.min(index + 1, log.records.length);
}

/** Records looked at between two checkpoints; 0 without a filter, when the server sends none. */
function checkpointInterval(options: Options): number {
  const filter = options.getFilter();
  if (!filter) return 0;
  const window = filter.hasMax() ? filter.getMax() : WINDOW;
  return window * filter.getCheckpointintervalmultiplier();
}

function checkpoint(record: LogRecord): streams.ReadResp {
  const message = new streams.ReadResp.Checkpoint();
  message.setCommitPosition(String(record.position));
  message.setPreparePosition(String(record.position));
  return new streams.ReadResp().setCheckpoint(message);
}
