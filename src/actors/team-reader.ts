/**
 * Reading teams: what is recorded, what comes, and whether a team has ended. Changes nothing.
 *
 * Invariants
 * 1. Whoever follows a team is let go when it ends, when they leave, or when the reader is closed.
 * 2. What stands behind the end of a team is not its own, and is passed over.
 */

import type { RawEvent, RecordedEvent } from '../events/event.ts';
import { type StreamName, type TeamId, teamStream } from '../events/ids.ts';
import { type EventCatalog, UnreadableEvent } from '../events/known-events.ts';
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
  /** What is not ours, or cannot be read, is passed over and told here; without, it is an error before the end. */
  onPassedOver?(problem: UnreadableEvent): void;
}

/** Last events that are looked through for how a team stands. */
const TAIL = 32;

const ignored = (): void => {};

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

  /** Whether the team has ended; what others wrote behind its end says nothing. */
  async lastEvent(id: TeamId): Promise<{ raw: RawEvent; ended: boolean }> {
    await this.known(id);
    const tail = await this.store.read(teamStream(id), { direction: 'backward', limit: TAIL });
    const raw = tail.find((event) => this.problemOf(event) === undefined) ?? tail[0]!;
    return { raw, ended: ENDS.has(raw.type) && this.problemOf(raw) === undefined };
  }

  /** Why a stream is no team's, in one line; undefined: it begins as a team does. */
  async strangeness(id: TeamId): Promise<string | undefined> {
    const [first] = await this.store.read(teamStream(id), { from: 0, limit: 1 });
    if (!first) return undefined;
    const problem = this.problemOf(first);
    if (problem) return problem.why === 'newerVersion' ? undefined : problem.message;
    return first.type === 'team.formed'
      ? undefined
      : `${first.stream}@0: "${first.type}" forms no team`;
  }

  private problemOf(raw: RawEvent): UnreadableEvent | undefined {
    try {
      this.catalog.decode(raw);
      return undefined;
    } catch (error) {
      if (error instanceof UnreadableEvent) return error;
      throw error;
    }
  }

  /** What the team was formed with. */
  async formed(id: TeamId): Promise<Formed> {
    await this.known(id);
    const [first] = await this.store.read(teamStream(id), { limit: 1 });
    return this.catalog.decode(first!).data as Formed;
  }

  async *read(id: TeamId, options: FollowOptions = {}): AsyncGenerator<RecordedEvent> {
    const { from = 0, follow = false, signal, onPassedOver } = options;
    await this.known(id);
    let next = from;
    let ended = false;
    for (;;) {
      for await (const page of pages(this.store, teamStream(id), next)) {
        for (const raw of page) {
          const event = this.readable(raw, ended ? (onPassedOver ?? ignored) : onPassedOver);
          if (!event) continue;
          ended = ENDS.has(raw.type);
          yield event;
        }
        next += page.length;
      }
      if (!follow || ended || signal?.aborted || this.closed) return;
      await this.untilThere(teamStream(id), next, signal);
    }
  }

  private readable(
    raw: RawEvent,
    onPassedOver: FollowOptions['onPassedOver'],
  ): RecordedEvent | undefined {
    try {
      return this.catalog.decode(raw);
    } catch (error) {
      if (!(error instanceof UnreadableEvent) || !onPassedOver) throw error;
      onPassedOver(error);
      return undefined;
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
        for (const raw of events) {
          const event = topicMatches(topic, raw.type) ? this.readable(raw, ignored) : undefined;
          if (event) await onEvent(event);
        }
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
