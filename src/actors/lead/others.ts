/**
 * Who else writes into a stream that is led from here. A newer leader may, and then this one stands down. Nobody
 * else may: what stands behind a foreign event could not be folded again, so the team is left where it stands,
 * and whoever looks is told what stands there and where.
 *
 * Invariant: what this leader has sent, or may have, is never taken for another's.
 */
import type { NewEvent, RawEvent } from '../../events/event.ts';
import type { StreamName } from '../../events/ids.ts';
import { type EventCatalog, UnreadableEvent } from '../../events/known-events.ts';
import { type EventStore, pages } from '../../events/store.ts';
import type { Clock } from '../clock.ts';
import { commit } from './commit.ts';
import type { TurnBatch } from './turn-batch.ts';

/** Somebody else has written into a team's stream. */
class ForeignEvent extends Error {
  override readonly name = 'ForeignEvent';
  constructor({ stream, revision, type, id }: RawEvent) {
    super(
      `${stream}@${revision}: "${type}" (id ${id}) was written by another program, which must not write there; ` +
        'the team stops before it, as it stands, and cannot be led on',
    );
  }
}

/** How a leader ends for what stands in its stream. */
type Verdict = { kind: 'stoodDown'; epoch: number } | { kind: 'failed'; error: ForeignEvent };

interface OthersSite {
  readonly store: EventStore;
  readonly clock: Clock;
  readonly rules: { readonly catalog: EventCatalog };
}

export class Others {
  readonly #own = new Set<string>();
  /** The last revision that was heard, and the first of those heard that was another's. */
  #heard = -1;
  #foreignFrom: number | undefined;

  constructor(
    private readonly site: OthersSite,
    private readonly stream: StreamName,
  ) {}

  /** Commits what this leader has decided: it is known as ours before it is sent. */
  append(batch: TurnBatch, expected: number): Promise<void> {
    const { store, clock } = this.site;
    const onSent = (attempt: readonly NewEvent[]) => {
      for (const { id } of attempt) this.#own.add(id.toLowerCase());
    };
    return commit({ store, clock, onSent }, this.stream, batch, expected);
  }

  /** Whether some are another's, of these or of what was heard before. What is ours is forgotten: it is heard once. */
  among(events: readonly RawEvent[]): boolean {
    for (const { id, revision } of events) {
      this.#heard = revision;
      if (!this.#own.delete(id.toLowerCase())) this.#foreignFrom ??= revision;
    }
    return this.#foreignFrom !== undefined;
  }

  /**
   * A newer leader is given way to; before a foreign event the team stops. Undefined: all after a revision is ours.
   * It looks from the first of another's on, however much of what follows has been heard by now: a newer leader's
   * taking over stands before what it does.
   */
  async judge(after: number): Promise<Verdict | undefined> {
    let first: RawEvent | undefined;
    const from = this.#foreignFrom ?? Math.max(after, this.#heard) + 1;
    for await (const page of pages(this.site.store, this.stream, from)) {
      for (const event of page) {
        if (this.#own.has(event.id.toLowerCase())) continue;
        const epoch = epochOf(event, this.site.rules.catalog);
        if (epoch !== undefined) return { kind: 'stoodDown', epoch };
        first ??= event;
      }
    }
    return first && { kind: 'failed', error: new ForeignEvent(first) };
  }

  /** Throws `ForeignEvent`. */
  async refuse(after: number): Promise<void> {
    const verdict = await this.judge(after);
    if (verdict?.kind === 'failed') throw verdict.error;
  }
}

function epochOf(event: RawEvent, catalog: EventCatalog): number | undefined {
  if (event.type !== 'leader.took') return undefined;
  try {
    const { epoch } = catalog.decode(event).data;
    return typeof epoch === 'number' ? epoch : undefined;
  } catch (error) {
    if (error instanceof UnreadableEvent) return undefined;
    throw error;
  }
}
