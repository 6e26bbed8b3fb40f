/**
 * Bounded reads: one page, drained to its end.
 *
 * Invariants
 * 1. However a read ends, its call is ended too.
 * 2. At most `CALLS_MAX` reads are open at once, so that the connection's 100 calls always have room for
 *    the append call and the subscription.
 */
import type streams from '@eventstore/db-client/generated/streams_pb.js';
import type { RawEvent } from '../../event.ts';
import type { StreamName } from '../../ids.ts';
import { type Connection, type Patience, within } from './connection.ts';
import { OutOfTime } from './failure.ts';
import { type Entry, type ReadShape, readRequest, recordedEntry } from './protocol.ts';
import type { ReadCall, Wire } from './wire.ts';

const CALLS_MAX = 64;

/** What one read found, in the order of reading. */
export interface PageRead {
  entries: Entry[];
  /** As many as were asked for: there may be more. */
  full: boolean;
  /** It was given up for being silent for too long: the server may be looking through what does not match. */
  silent: boolean;
}

export class Reader {
  #open = 0;
  readonly #queue: (() => void)[] = [];

  constructor(readonly connection: Connection) {}

  /** The events of a stream, or of all; none when there is no such stream. */
  async events(doing: string, shape: ReadShape, patience?: Patience): Promise<RawEvent[]> {
    const { entries } = await this.page(doing, shape, patience);
    return entries.flatMap(({ event }) => event ?? []);
  }

  /** With `silentMs` a read that is silent for so long is ended, and is no failure. */
  page(
    doing: string,
    shape: ReadShape,
    patience?: Patience,
    silentMs = Number.POSITIVE_INFINITY,
  ): Promise<PageRead> {
    return this.turn(() =>
      this.connection.run(doing, (wire) => this.#attempt(wire, shape, silentMs), patience),
    );
  }

  /** One of the calls that may be open at once. */
  async turn<Result>(call: () => Promise<Result>): Promise<Result> {
    if (this.#open >= CALLS_MAX) await new Promise<void>((resolve) => this.#queue.push(resolve));
    else this.#open++;
    try {
      return await call();
    } finally {
      const next = this.#queue.shift();
      if (next) next();
      else this.#open--;
    }
  }

  /** The last record of all; undefined when there is none. */
  async last(patience?: Patience): Promise<Entry | undefined> {
    const shape: ReadShape = { from: { position: 'end' }, backward: true, count: 1 };
    return (await this.page('read the end of $all', shape, patience)).entries[0];
  }

  /** The first record at or after a position. */
  async recordAt(position: number, patience?: Patience): Promise<Entry | undefined> {
    const shape: ReadShape = { from: { position }, count: 1 };
    return (await this.page('read $all at a position', shape, patience)).entries[0];
  }

  /** The last event of a stream. */
  async lastOf(stream: StreamName, patience?: Patience): Promise<RawEvent | undefined> {
    const shape: ReadShape = { from: { stream, revision: 'end' }, backward: true, count: 1 };
    return (await this.events(`read the head of ${stream}`, shape, patience))[0];
  }

  async #attempt(wire: Wire, shape: ReadShape, silentMs: number): Promise<PageRead> {
    const { timeoutMs } = this.connection.limits;
    const call = await within(wire.read(readRequest(shape)), timeoutMs, 'a read');
    return drained(call, shape.count ?? 1, timeoutMs, silentMs);
  }
}

function drained(
  call: ReadCall,
  count: number,
  timeoutMs: number,
  silentMs: number,
): Promise<PageRead> {
  const entries: Entry[] = [];
  return new Promise<PageRead>((resolve, reject) => {
    const late = new OutOfTime(`a read was silent for ${timeoutMs} ms`);
    const isPatient = silentMs >= timeoutMs;
    const silent = () => resolve({ entries, full: false, silent: true });
    const timer = setTimeout(
      () => settle(isPatient ? () => reject(late) : silent),
      Math.min(timeoutMs, silentMs),
    );
    const settle = (outcome: () => void) => {
      clearTimeout(timer);
      // Harmless after the end, needed before it: a call left open counts against the hundred.
      call.cancel();
      outcome();
    };
    let records = 0;
    call.on('error', (error: Error) => settle(() => reject(error)));
    call.on('end', () => settle(() => resolve({ entries, full: records >= count, silent: false })));
    call.on('data', (answer: streams.ReadResp) => {
      timer.refresh();
      const message = answer.getEvent();
      if (!message?.hasEvent()) return;
      records++;
      const entry = recordedEntry(message);
      if (entry) entries.push(entry);
    });
  });
}
