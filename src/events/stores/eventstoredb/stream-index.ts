/**
 * Which streams there are. The server keeps no list that can be asked by prefix, so one is kept here: read
 * from `$all` once for each prefix, and then only what is new.
 *
 * Invariant: heads are never ahead of the server; a list holds all that was appended before it was asked for.
 */
import type { StreamName } from '../../ids.ts';
import type { StreamHead } from '../../store.ts';
import type { Filter } from './protocol.ts';
import type { Reader } from './reader.ts';

const PAGE = 4096;

export class StreamIndex {
  readonly #lists = new Map<string, StreamList>();

  constructor(private readonly reader: Reader) {}

  async streams(prefix: string): Promise<StreamHead[]> {
    let list = this.#lists.get(prefix);
    if (!list) {
      list = new StreamList(prefix, this.reader);
      this.#lists.set(prefix, list);
    }
    await list.readOn();
    return list.heads();
  }
}

class StreamList {
  /** In the order of their first events. */
  readonly #heads = new Map<StreamName, number>();
  readonly #filter: Filter;
  #position = -1;
  /** Reads follow each other: two at once would count the same events. */
  #reading: Promise<void> = Promise.resolve();

  constructor(
    prefix: string,
    private readonly reader: Reader,
  ) {
    this.#filter = prefix === '' ? 'notSystem' : { prefixes: [prefix] };
  }

  readOn(): Promise<void> {
    const next = this.#reading.then(() => this.#read());
    this.#reading = next.catch(() => {});
    return next;
  }

  heads(): StreamHead[] {
    return [...this.#heads].map(([stream, revision]) => ({ stream, revision }));
  }

  async #read(): Promise<void> {
    for (let full = true; full; ) {
      const position = this.#position < 0 ? 'start' : this.#position;
      const shape = { from: { position }, count: PAGE, filter: this.#filter } as const;
      const events = await this.reader.page('list the streams', shape);
      for (const event of events) this.#heads.set(event.stream, event.revision);
      const last = events[events.length - 1];
      if (last) this.#position = last.position;
      full = events.length === PAGE;
    }
  }
}
