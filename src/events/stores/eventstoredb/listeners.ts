/**
 * Everyone who listens to a store: found by stream for those of one stream, one by one for the others.
 */
import type { RawEvent } from '../../event.ts';
import type { StoreFailure, SubscribeOptions, Subscription } from '../../store.ts';
import type { Feed, FeedSink } from './feed.ts';
import { Listener } from './listener.ts';
import type { Reader } from './reader.ts';

export class Listeners implements FeedSink {
  readonly #ofStream = new Map<string, Set<Listener>>();
  readonly #ofAll = new Set<Listener>();

  open(options: SubscribeOptions, feed: Feed, reader: Reader, end?: Promise<number>): Subscription {
    const listener = new Listener(options, feed, reader, () => this.#remove(listener));
    const group = this.#groupOf(options.stream);
    group.add(listener);
    if (options.stream !== undefined) this.#ofStream.set(options.stream, group);
    listener.start(end);
    return listener;
  }

  hand(event: RawEvent): void {
    for (const listener of this.#ofStream.get(event.stream) ?? []) listener.hear(event);
    for (const listener of this.#ofAll) listener.hear(event);
  }

  fail(failure: StoreFailure): void {
    for (const listener of this.#all()) listener.fail(failure);
  }

  close(): void {
    for (const listener of this.#all()) listener.close();
  }

  #all(): Listener[] {
    return [...this.#ofAll, ...[...this.#ofStream.values()].flatMap((group) => [...group])];
  }

  #groupOf(stream: string | undefined): Set<Listener> {
    return stream === undefined ? this.#ofAll : (this.#ofStream.get(stream) ?? new Set());
  }

  #remove(listener: Listener): void {
    const { stream } = listener.options;
    const group = this.#groupOf(stream);
    group.delete(listener);
    if (stream !== undefined && group.size === 0) this.#ofStream.delete(stream);
  }
}
