/**
 * What a process knows of an inbox: its head, and where each event stands that was sent under an id.
 *
 * Invariants
 * 1. Under one id an inbox has one event: it is appended behind what was looked at, and whoever was quicker, in
 *    another process too, is found with the next look.
 * 2. What is sent while an append is under way goes together with the next.
 */
import type { NewEvent } from '../events/event.ts';
import type { StreamName } from '../events/ids.ts';
import { type EventStore, NO_STREAM, pages, RevisionConflict } from '../events/store.ts';

/** Inboxes that a process remembers; of any other it looks again. */
const LOOKS_MAX = 256;
/** Events of one append. */
const TOGETHER_MAX = 256;

interface Waiting {
  readonly event: NewEvent;
  resolve(revision: number): void;
  reject(error: unknown): void;
}

export class InboxLooks {
  private readonly looks = new Map<StreamName, InboxLook>();

  constructor(private readonly store: EventStore) {}

  of(inbox: StreamName): InboxLook {
    const look = this.looks.get(inbox) ?? new InboxLook(this.store, inbox);
    this.looks.delete(inbox);
    this.looks.set(inbox, look);
    const [oldest] = this.looks.keys();
    if (this.looks.size > LOOKS_MAX && oldest) this.looks.delete(oldest);
    return look;
  }
}

class InboxLook {
  private head = NO_STREAM;
  private readonly revisions = new Map<string, number>();
  private waiting: Waiting[] = [];
  private sending = false;

  constructor(
    private readonly store: EventStore,
    private readonly inbox: StreamName,
  ) {}

  /** Gives the event's revision, whoever wrote it. */
  once(event: NewEvent): Promise<number> {
    return new Promise((resolve, reject) => {
      this.waiting.push({ event, resolve, reject });
      if (!this.sending) void this.send();
    });
  }

  private async send(): Promise<void> {
    this.sending = true;
    while (this.waiting.length > 0) {
      const together = this.waiting.splice(0, TOGETHER_MAX);
      try {
        await this.append(together.map(({ event }) => event));
        for (const { event, resolve } of together) resolve(this.revisions.get(event.id)!);
      } catch (error) {
        for (const { reject } of together) reject(error);
      }
    }
    this.sending = false;
  }

  private async append(events: readonly NewEvent[]): Promise<void> {
    for (;;) {
      const unsent = new Map(events.map((event) => [event.id, event]));
      for (const id of unsent.keys()) if (this.revisions.has(id)) unsent.delete(id);
      if (unsent.size === 0) return;
      try {
        await this.store.append(this.inbox, [...unsent.values()], this.head);
        for (const id of unsent.keys()) this.revisions.set(id, ++this.head);
        return;
      } catch (error) {
        if (!(error instanceof RevisionConflict)) throw error;
        await this.look();
      }
    }
  }

  private async look(): Promise<void> {
    for await (const page of pages(this.store, this.inbox, this.head + 1))
      for (const { id, revision } of page) {
        this.revisions.set(id, revision);
        this.head = revision;
      }
  }
}
