/**
 * Which streams there are: the server has no list of them by prefix, so the log is read once and then what is
 * new. What was read is kept beside the server's address, so that the next process reads only what is new, too.
 *
 * Invariant: reads of one list follow each other, since two at once would count the same events.
 */
import type { StreamName } from '../../ids.ts';
import type { StreamHead } from '../../store.ts';
import { damageOf, metadataOf } from './damage.ts';
import type { Kept } from './kept.ts';
import type { Entry, Filter } from './protocol.ts';
import type { Scan, Scanned } from './scan.ts';

/** Entries of one read. */
const PAGE = 4_096;

/** The metadata of a stream say that it was deleted, or cut off. */
export const filterOf = (prefix: string): Filter =>
  prefix === '' ? 'notSystem' : { prefixes: [prefix, `$$${prefix}`] };

interface Listed {
  revision: number;
  damage?: string;
}

interface Saved {
  position: number;
  streams: [string, Listed][];
}

export class StreamIndex {
  readonly #lists = new Map<string, StreamList>();

  constructor(
    private readonly scan: Scan,
    private readonly kept: Kept,
  ) {}

  async streams(prefix: string): Promise<StreamHead[]> {
    const list = this.#list(prefix);
    await list.readOn();
    return list.heads();
  }

  /** What was found after a position for another reason, through the filter of a prefix, need not be read again. */
  async learn(prefix: string, after: number, found: Scanned): Promise<void> {
    await this.#list(prefix).learn(after, found);
  }

  #list(prefix: string): StreamList {
    const list = this.#lists.get(prefix) ?? new StreamList(prefix, this.scan, this.kept);
    this.#lists.set(prefix, list);
    return list;
  }

  /** The log is another one. */
  forget(): void {
    this.#lists.clear();
  }
}

class StreamList {
  /** In the order of their first events. */
  readonly #streams = new Map<string, Listed>();
  readonly #filter: Filter;
  #position = -1;
  #saved = -1;
  #loaded = false;
  #reading: Promise<void> = Promise.resolve();

  constructor(
    private readonly prefix: string,
    private readonly scan: Scan,
    private readonly kept: Kept,
  ) {
    this.#filter = filterOf(prefix);
  }

  learn(after: number, found: Scanned): Promise<void> {
    return this.#inTurn(async () => {
      if (!this.#loaded) await this.#load();
      if (after <= this.#position) this.#take(found);
    });
  }

  readOn(): Promise<void> {
    return this.#inTurn(() => this.#read());
  }

  #inTurn(doing: () => Promise<void>): Promise<void> {
    const next = this.#reading.then(doing);
    this.#reading = next.catch(() => {});
    return next;
  }

  heads(): StreamHead[] {
    return [...this.#streams].map(([stream, listed]) => ({
      stream: stream as StreamName,
      ...listed,
    }));
  }

  async #read(): Promise<void> {
    if (!this.#loaded) await this.#load();
    for (let full = true; full; ) {
      const wanted = { doing: 'list the streams', after: this.#position, count: PAGE };
      const found = await this.scan.scan({ ...wanted, filter: this.#filter });
      this.#take(found);
      full = found.entries.length >= PAGE;
    }
    await this.#save();
  }

  #take({ entries, position }: Scanned): void {
    for (const entry of entries) if (entry.position > this.#position) this.#note(entry);
    this.#position = Math.max(this.#position, position);
  }

  #note({ stream, event, isTombstone }: Entry): void {
    if (isTombstone) {
      const known = this.#streams.get(stream);
      if (known) known.damage = 'it was deleted for good';
    } else if (stream.startsWith('$$')) {
      const known = this.#streams.get(stream.slice(2));
      const metadata = metadataOf(event);
      const before = Number(metadata['$tb'] ?? 0);
      const damage = before > 0 ? damageOf(metadata, before) : undefined;
      if (known && damage) known.damage = damage;
      else if (known) delete known.damage;
    } else if (event) {
      const known = this.#streams.get(stream);
      if (known) known.revision = event.revision;
      else this.#streams.set(stream, { revision: event.revision });
    }
  }

  async #load(): Promise<void> {
    this.#loaded = true;
    const saved = (await this.kept.read(this.#name)) as Saved | undefined;
    if (!saved) return;
    for (const [stream, listed] of saved.streams) this.#streams.set(stream, listed);
    this.#position = saved.position;
    this.#saved = saved.position;
  }

  async #save(): Promise<void> {
    if (this.#position <= this.#saved) return;
    this.#saved = this.#position;
    const saved: Saved = { position: this.#position, streams: [...this.#streams] };
    await this.kept.write(this.#name, saved);
  }

  get #name(): string {
    return `streams-${this.prefix}`;
  }
}
