/**
 * Projections of one team kept at hand while it is led: folded from the stream at first use, then event by
 * event as turns are appended. Workers build their requests from them.
 */

import type { RecordedEvent } from '../../events/event.ts';
import type { StreamName } from '../../events/ids.ts';
import { type EventCatalog, isDefined } from '../../events/known-events.ts';
import { type EventStore, pages } from '../../events/store.ts';
import type { Projection } from '../../projections/kit/projection.ts';

interface View {
  state: unknown;
  revision: number;
  filling: Promise<void> | undefined;
}

/** Events of the last turns, so that a worker that asks for a reply need not read the store. */
const RECENT_MAX = 256;

export class Views {
  private readonly kept = new Map<Projection<any>, View>();
  private readonly recent = new Map<number, RecordedEvent>();

  constructor(
    private readonly store: EventStore,
    private readonly catalog: EventCatalog,
    private readonly stream: StreamName,
  ) {}

  /** Told of every event once it is durable, in order. */
  note(events: readonly RecordedEvent[]): void {
    for (const event of events) {
      this.recent.set(event.revision, event);
      for (const [projection, view] of this.kept) {
        if (view.filling || event.revision !== view.revision + 1) continue;
        view.revision = event.revision;
        if (projection.hears.has(event.type)) view.state = projection.apply(view.state, event);
      }
    }
    for (const revision of this.recent.keys()) {
      if (this.recent.size <= RECENT_MAX) break;
      this.recent.delete(revision);
    }
  }

  async event(revision: number): Promise<RecordedEvent> {
    const known = this.recent.get(revision);
    if (known) return known;
    const [raw] = await this.store.read(this.stream, { from: revision, limit: 1 });
    if (raw?.revision !== revision)
      throw new RangeError(`${this.stream} has no revision ${revision}`);
    return this.catalog.decode(raw);
  }

  /** The projection's state after at least the event `through`. */
  async view<State>(projection: Projection<State>, through: number): Promise<State> {
    let view = this.kept.get(projection);
    if (!view) {
      view = { state: projection.initial, revision: -1, filling: undefined };
      this.kept.set(projection, view);
    }
    while (view.revision < through) {
      view.filling ??= this.fill(projection, view);
      await view.filling;
    }
    return view.state as State;
  }

  private async fill(projection: Projection<any>, view: View): Promise<void> {
    try {
      for await (const page of pages(this.store, this.stream, view.revision + 1)) {
        for (const raw of page) {
          // A type that is not defined here may be heard, and is passed over.
          if (projection.hears.has(raw.type) && isDefined(raw, this.catalog))
            view.state = projection.apply(view.state, this.catalog.decode(raw));
          view.revision = raw.revision;
        }
      }
    } finally {
      view.filling = undefined;
    }
  }
}
