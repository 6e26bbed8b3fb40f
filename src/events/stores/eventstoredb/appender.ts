/**
 * Appends: sent at once for different streams, one after the other within a stream.
 *
 * Invariants
 * 1. At most one append of a stream is under way: the server may swap two that arrive together.
 * 2. Each attempt of one append carries the same ids at the same revision, so a repetition after an unknown
 *    outcome never writes twice, and a rival's event is never taken for ours.
 * 3. What cannot be written is refused before it is sent.
 */
import type { NewEvent } from '../../event.ts';
import type { StreamName } from '../../ids.ts';
import { type Appended, type ExpectedRevision, StoreFailure } from '../../store.ts';
import { BatchAppend } from './batch-append.ts';
import type { Connection } from './connection.ts';
import { type Batch, batch } from './protocol.ts';
import type { Reader } from './reader.ts';
import type { Wire } from './wire.ts';

/** What a server takes in one append by default, up to 25.0. */
export const APPEND_BYTES_MAX = 1024 * 1024;

export class Appender {
  readonly #last = new Map<StreamName, Promise<unknown>>();
  #calls = new WeakMap<Wire, BatchAppend>();

  constructor(
    private readonly connection: Connection,
    private readonly reader: Reader,
    private readonly bytesMax: number,
  ) {}

  append(
    stream: StreamName,
    events: readonly NewEvent[],
    expected: ExpectedRevision,
  ): Promise<Appended> {
    const ready = batch(stream, events, expected);
    if (ready.bytes > this.bytesMax) throw tooLarge(ready, this.bytesMax);
    const before = this.#last.get(stream);
    const appended = before
      ? before.then(
          () => this.#send(ready),
          () => this.#send(ready),
        )
      : this.#send(ready);
    this.#last.set(stream, appended);
    const forget = () => {
      if (this.#last.get(stream) === appended) this.#last.delete(stream);
    };
    appended.then(forget, forget);
    return appended;
  }

  /** Resolves when nothing is under way. */
  async idle(): Promise<void> {
    while (this.#last.size > 0) await Promise.allSettled([...this.#last.values()]);
  }

  async #send(ready: Batch): Promise<Appended> {
    const doing = `append to ${ready.stream}`;
    let attempts = 0;
    const { revision, position } = await this.connection.run(doing, (wire) => {
      attempts++;
      return this.#call(wire).send(ready);
    });
    // Of an append that was there before, servers tell the position of its beginning or none.
    if (position !== undefined && attempts === 1) return { revision, position };
    const shape = { from: { stream: ready.stream, revision }, count: 1 };
    const [last] = await this.reader.page(`read the end of an ${doing}`, shape);
    return { revision, position: last?.position ?? position ?? -1 };
  }

  #call(wire: Wire): BatchAppend {
    let call = this.#calls.get(wire);
    if (!call) {
      call = new BatchAppend(wire, this.connection.limits.timeoutMs);
      this.#calls.set(wire, call);
    }
    return call;
  }
}

function tooLarge({ stream, bytes, messages }: Batch, bytesMax: number): StoreFailure {
  return new StoreFailure(
    `append to ${stream}: ${messages.length} events of ${bytes} bytes in all, and EventStoreDB takes ` +
      `${bytesMax} in one append; say less in one turn, or keep large texts in files and name them`,
    'tooLarge',
  );
}
