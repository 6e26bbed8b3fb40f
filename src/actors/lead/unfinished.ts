/**
 * Which teams of a store have begun and not ended: folded from what begins and ends a team, and kept where the
 * store has a place for it, so that the next process reads only what is new.
 *
 * Invariants
 * 1. Nothing is offered before the log has been caught up with, but what was begun since: an end may still come.
 * 2. What was written by another program begins and ends nothing; it is passed over, and the first of it is told.
 */
import type { RawEvent, RecordedEvent } from '../../events/event.ts';
import { type TeamId, teamId, teamOfStream } from '../../events/ids.ts';
import { type EventCatalog, UnreadableEvent } from '../../events/known-events.ts';
import { type EventStore, StoreFailure, type Subscription } from '../../events/store.ts';
import { keepingPlace } from '../../projections/kit/keeping-place.ts';
import { ENDS } from '../team-reader.ts';

interface UnfinishedSite {
  store: EventStore;
  catalog: EventCatalog;
  /** There may be a team to take. */
  onSome(): void;
  onHeard(team: TeamId): void;
  onPassedOver(problem: string): void;
  /** Nothing is heard any more, and nothing could mend it. */
  onDeaf(error: Error): void;
}

const NAME = 'unfinished-teams-1';

export class UnfinishedTeams {
  readonly #teams = new Set<TeamId>();
  /** Begun, and ended, while the past is read. */
  readonly #begun = new Set<TeamId>();
  readonly #ended = new Set<TeamId>();
  #subscriptions: Subscription[] = [];
  #caughtUp = false;
  #toldOne = false;
  #closed = false;
  #position = -1;

  constructor(private readonly site: UnfinishedSite) {
    void this.#start();
  }

  has(team: TeamId): boolean {
    return this.#teams.has(team) || this.#begun.has(team);
  }

  /** Those that may be taken. */
  offered(): TeamId[] {
    return this.#caughtUp ? [...this.#teams] : [...this.#begun];
  }

  remove(team: TeamId): void {
    this.#teams.delete(team);
    this.#begun.delete(team);
    if (!this.#caughtUp) this.#ended.add(team);
  }

  close(): void {
    this.#closed = true;
    for (const subscription of this.#subscriptions) subscription.close();
  }

  async #start(): Promise<void> {
    await this.#load().catch(() => {});
    if (!this.#closed) this.#listen();
  }

  async #load(): Promise<void> {
    const kept = await keepingPlace(this.site.store)?.load(NAME);
    if (!kept) return;
    for (const id of JSON.parse(kept.body) as string[]) this.#teams.add(teamId(id));
    this.#position = kept.position;
  }

  #listen(): void {
    const { store, onDeaf } = this.site;
    const present = store.subscribe({
      prefix: 'team-',
      after: 'end',
      onEvents: (events) => this.#present(events),
      // The other subscription tells.
      onError: () => {},
    });
    const past = store.subscribe({
      prefix: 'team-',
      after: this.#position,
      onEvents: (events) => this.#note(events),
      onCaughtUp: () => {
        present.close();
        this.#caughtUpWith();
      },
      onAnew: () => this.#forget(),
      onError: (error) => {
        if (this.#position < 0 || !isForeign(error)) return onDeaf(error);
        // What was kept is of another log.
        this.#forget();
        present.close();
        this.#listen();
      },
    });
    this.#subscriptions = [present, past];
  }

  #forget(): void {
    this.#teams.clear();
    this.#begun.clear();
    this.#ended.clear();
    this.#position = -1;
    this.#caughtUp = false;
  }

  #present(events: readonly RawEvent[]): void {
    if (this.#caughtUp) return;
    let some = false;
    for (const [team, event] of this.#read(events)) {
      if (ENDS.has(event.type)) {
        this.#begun.delete(team);
        this.#ended.add(team);
      } else if (!event.data['parent']) {
        this.#begun.add(team);
        this.site.onHeard(team);
        some = true;
      }
    }
    if (some) this.site.onSome();
  }

  #note(events: readonly RawEvent[]): void {
    let some = false;
    for (const [team, event] of this.#read(events)) {
      if (ENDS.has(event.type)) this.#teams.delete(team);
      else if (!event.data['parent'] && !this.#ended.has(team)) {
        this.#teams.add(team);
        this.site.onHeard(team);
        some = true;
      }
    }
    this.#position = events.at(-1)?.position ?? this.#position;
    if (some && this.#caughtUp) this.site.onSome();
  }

  #caughtUpWith(): void {
    this.#caughtUp = true;
    this.#begun.clear();
    this.#ended.clear();
    this.site.onSome();
    const body = JSON.stringify([...this.#teams]);
    if (this.#position >= 0)
      void keepingPlace(this.site.store)
        ?.save(NAME, this.#position, body)
        .catch(() => {});
  }

  /** What begins or ends a team, and was written as such. */
  *#read(events: readonly RawEvent[]): Generator<[TeamId, RecordedEvent]> {
    for (const raw of events) {
      const team = teamOfStream(raw.stream);
      if (team === undefined || (raw.type !== 'team.formed' && !ENDS.has(raw.type))) continue;
      try {
        yield [team, this.site.catalog.decode(raw)];
      } catch (error) {
        if (!(error instanceof UnreadableEvent)) throw error;
        if (!this.#toldOne) this.site.onPassedOver(error.message);
        this.#toldOne = true;
      }
    }
  }
}

const isForeign = (error: Error): boolean =>
  error instanceof StoreFailure && error.kind === 'foreign';
