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
import { type Connection, type Patience, within } from './connection.ts';
import { OutOfTime } from './failure.ts';
import { type ReadShape, rawEvent, readRequest } from './protocol.ts';
import type { ReadCall, Wire } from './wire.ts';

const CALLS_MAX = 64;

export class Reader {
  #open = 0;
  readonly #queue: (() => void)[] = [];

  constructor(private readonly connection: Connection) {}

  /** The events in the order of reading; none when there is no such stream. */
  async page(doing: string, shape: ReadShape, patience?: Patience): Promise<RawEvent[]> {
    if (this.#open >= CALLS_MAX) await new Promise<void>((resolve) => this.#queue.push(resolve));
    else this.#open++;
    try {
      return await this.connection.run(doing, (wire) => this.#attempt(wire, shape), patience);
    } finally {
      const next = this.#queue.shift();
      if (next) next();
      else this.#open--;
    }
  }

  /** The position of the last record of all, -1 when there is none. */
  async end(patience?: Patience): Promise<number> {
    const shape: ReadShape = { from: { position: 'end' }, backward: true, count: 1 };
    const [last] = await this.page('read the end of $all', shape, patience);
    return last?.position ?? -1;
  }

  async #attempt(wire: Wire, shape: ReadShape): Promise<RawEvent[]> {
    const { timeoutMs } = this.connection.limits;
    const call = await within(wire.read(readRequest(shape)), timeoutMs, 'a read');
    return drained(call, timeoutMs);
  }
}

function drained(call: ReadCall, timeoutMs: number): Promise<RawEvent[]> {
  const events: RawEvent[] = [];
  return new Promise<RawEvent[]>((resolve, reject) => {
    const late = new OutOfTime(`a read was silent for ${timeoutMs} ms`);
    const timer = setTimeout(() => settle(() => reject(late)), timeoutMs);
    const settle = (outcome: () => void) => {
      clearTimeout(timer);
      // Harmless after the end, needed before it: a call left open counts against the hundred.
      call.cancel();
      outcome();
    };
    call.on('error', (error: Error) => settle(() => reject(error)));
    call.on('end', () => settle(() => resolve(events)));
    call.on('data', (answer: streams.ReadResp) => {
      timer.refresh();
      const event = answer.getEvent();
      if (!event?.hasEvent()) return;
      try {
        events.push(rawEvent(event));
      } catch (error) {
        settle(() => reject(error));
      }
    });
  });
}
