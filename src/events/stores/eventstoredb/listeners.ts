/**
 * Everyone who listens to a store: found by stream for those of one stream, one by one for the others.
 */
import type { StoreFailure, SubscribeOptions, Subscription } from '../../store.ts';
import type { FeedSink } from './feed.ts';
import { Listener, type ListenerSite } from './listener.ts';
import type { Entry } from './protocol.ts';

/** The metadata of a team's stream say what of it is gone. */
const METADATA_OF = /^\$\$(?=team-)/;

export class Listeners implements FeedSink {
  readonly #ofStream = new Map<string, Set<Listener>>();
  readonly #ofAll = new Set<Listener>();

  open(
    options: SubscribeOptions,
    site: Omit<ListenerSite, 'leave'>,
    end?: Promise<number>,
  ): Subscription {
    const leave = () => this.#remove(listener);
    const listener = new Listener(options, { ...site, leave });
    const group = this.#groupOf(options.stream);
    group.add(listener);
    if (options.stream !== undefined) this.#ofStream.set(options.stream, group);
    void listener.start(end);
    return listener;
  }

  hand({ event, stream, isTombstone }: Entry): void {
    const changed = isTombstone ? stream : stream.replace(METADATA_OF, '');
    if (isTombstone || changed !== stream)
      for (const listener of this.#ofStream.get(changed) ?? []) listener.look();
    if (!event) return;
    for (const listener of this.#ofStream.get(event.stream) ?? []) listener.hear(event);
    for (const listener of this.#ofAll) listener.hear(event);
  }

  anew(end: number): void {
    for (const listener of this.#all()) listener.anew(end);
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
