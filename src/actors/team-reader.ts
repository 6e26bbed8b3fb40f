/**
 * Reading teams: what is recorded, what comes, and whether a team has ended. Changes nothing.
 *
 * Invariant: whoever follows a team is let go when it ends, when they leave, or when the reader is closed.
 */

import type { RawEvent, RecordedEvent } from '../events/event.ts';
import { type StreamName, type TeamId, teamStream } from '../events/ids.ts';
import type { EventCatalog } from '../events/known-events.ts';
import { type EventStore, NO_STREAM, pages, type Subscription } from '../events/store.ts';
import { topicMatches } from '../events/topics.ts';
import type { Formed } from './state/team-state.ts';

/** There is no such team in the store. */
export class UnknownTeam extends Error {
  override readonly name = 'UnknownTeam';
}

/** The team has ended: nothing said to it now will be heard. */
export class TeamEnded extends Error {
  override readonly name = 'TeamEnded';
}

/** The events that end a team. */
export const ENDS: ReadonlySet<string> = new Set(['team.dissolved', 'team.stopped']);

export interface FollowOptions {
  from?: number;
  /** Waits for more until the team has ended. */
  follow?: boolean;
  signal?: AbortSignal;
}

export class TeamReader {
  private readonly subscriptions = new Set<Subscription>();
  private closed = false;

  constructor(
    private readonly store: EventStore,
    private readonly catalog: EventCatalog,
  ) {}

  async known(id: TeamId): Promise<void> {
    if ((await this.store.head(teamStream(id))) === NO_STREAM)
      throw new UnknownTeam(
        `there is no team "${id}" in ${this.store.url}; list them with: horde teams`,
      );
  }

  async lastEvent(id: TeamId): Promise<{ raw: RawEvent; ended: boolean }> {
    await this.known(id);
    const [raw] = await this.store.read(teamStream(id), { direction: 'backward', limit: 1 });
    return { raw: raw!, ended: ENDS.has(raw!.type) };
  }

  /** What the team was formed with. */
  async formed(id: TeamId): Promise<Formed> {
    await this.known(id);
    const [first] = await this.store.read(teamStream(id), { limit: 1 });
    return this.catalog.decode(first!).data as Formed;
  }

  async *read(id: TeamId, options: FollowOptions = {}): AsyncGenerator<RecordedEvent> {
    const { from = 0, follow = false, signal } = options;
    await this.known(id);
    let next = from;
    for (;;) {
      let ended = false;
      for await (const page of pages(this.store, teamStream(id), next)) {
        for (const raw of page) {
          ended = ENDS.has(raw.type);
          yield this.catalog.decode(raw);
        }
        next += page.length;
      }
      if (!follow || ended || signal?.aborted || this.closed) return;
      await this.untilThere(teamStream(id), next, signal);
    }
  }

  subscribe(
    topic: string,
    onEvent: (event: RecordedEvent) => void | Promise<void>,
    options: { after?: number | 'end' } = {},
  ): Subscription {
    const subscription = this.store.subscribe({
      prefix: 'team-',
      after: options.after ?? 'end',
      onEvents: async (events) => {
        for (const raw of events)
          if (topicMatches(topic, raw.type)) await onEvent(this.catalog.decode(raw));
      },
    });
    this.subscriptions.add(subscription);
    return {
      close: () => {
        subscription.close();
        this.subscriptions.delete(subscription);
      },
    };
  }

  close(): void {
    this.closed = true;
    for (const subscription of this.subscriptions) subscription.close();
  }

  /** Whether the reader has been closed: whoever waits is let go. */
  get isClosed(): boolean {
    return this.closed;
  }

  /** Resolves once the stream has the revision, the signal is aborted or the reader closed; rejects with the store. */
  untilThere(stream: StreamName, revision: number, signal?: AbortSignal): Promise<void> {
    return new Promise((resolve, reject) => {
      const done = (error?: Error) => {
        subscription.close();
        this.subscriptions.delete(handle);
        signal?.removeEventListener('abort', aborted);
        if (error) reject(error);
        else resolve();
      };
      const aborted = () => done();
      const subscription = this.store.subscribe({
        stream,
        afterRevision: revision - 1,
        onEvents: () => void queueMicrotask(() => done()),
        onError: done,
      });
      // Closing the reader ends whoever still follows.
      const handle: Subscription = { close: aborted };
      this.subscriptions.add(handle);
      signal?.addEventListener('abort', aborted, { once: true });
    });
  }
}
