/**
 * What somebody has done to a stream of ours with the server's own tools: deleted it, for good or not, or cut its
 * beginning off (`$tb`, `$maxCount`, `$maxAge`). A team's log counts only whole.
 */
import type { RawEvent } from '../../event.ts';
import type { StreamName } from '../../ids.ts';
import { NO_STREAM, StoreFailure } from '../../store.ts';
import type { Patience } from './connection.ts';
import type { Reader } from './reader.ts';

type Metadata = Readonly<Record<string, unknown>>;

const BACK =
  'to have it back, take $tb out of its metadata before a scavenge takes its events; else use another team id';

export class Damage {
  constructor(private readonly reader: Reader) {}

  /** In words, or undefined: the stream is whole, or there never was one. */
  async of(stream: StreamName, patience?: Patience): Promise<string | undefined> {
    const shape = { from: { stream, revision: 0 }, count: 1 };
    try {
      const [first] = await this.reader.events(`look at ${stream}`, shape, patience);
      if (first?.revision === 0) return undefined;
      return damageOf(await this.#metadata(stream, patience), first?.revision ?? NO_STREAM);
    } catch (error) {
      if (error instanceof StoreFailure && error.kind === 'deleted')
        return 'it was deleted for good';
      throw error;
    }
  }

  /** Of a stream that nothing can be read of: whether there was one. */
  async ofMissing(stream: StreamName): Promise<string | undefined> {
    return damageOf(await this.#metadata(stream), NO_STREAM);
  }

  /** Throws where a read from `from` on did not find it although there is more. */
  async refuseGap(stream: StreamName, from: number, [first]: readonly RawEvent[]): Promise<void> {
    if (!first || first.revision <= from || stream.startsWith('lease-')) return;
    const damage = damageOf(await this.#metadata(stream), first.revision);
    throw new StoreFailure(`${stream}: ${damage}; it cannot be read from there on`, 'deleted');
  }

  async #metadata(stream: StreamName, patience?: Patience): Promise<Metadata> {
    const event = await this.reader.lastOf(`$$${stream}` as StreamName, patience);
    return metadataOf(event);
  }
}

export function metadataOf(event: Pick<RawEvent, 'data'> | undefined): Metadata {
  try {
    const body: unknown = JSON.parse(event?.data ?? '{}');
    return typeof body === 'object' && body !== null ? { ...body } : {};
  } catch {
    return {};
  }
}

/** `first`: the first revision that can be read, `NO_STREAM` when none can. */
export function damageOf(metadata: Metadata, first: number): string | undefined {
  const before = metadata['$tb'];
  if (typeof before === 'number' && before > Number.MAX_SAFE_INTEGER)
    return `it was deleted; ${BACK}`;
  if (first === NO_STREAM) return undefined;
  const limit = ['$tb', '$maxCount', '$maxAge'].find((key) => metadata[key] !== undefined);
  const why = limit ? `${limit} = ${metadata[limit]}` : 'they were scavenged';
  return `the first ${first} events are gone (${why})`;
}
