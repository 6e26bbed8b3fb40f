/**
 * What happens now: one subscription of the store, fanned out to all pages. It is there while somebody follows.
 *
 * Invariants
 * 1. A page reads what it lacks only once the subscription stands: between past and present there is no gap.
 * 2. When the store is away all pages are let go; they come back by themselves and say where they stood.
 */
import type { RawEvent } from '../../events/event.ts';
import { type TeamId, teamOfStream, teamStream } from '../../events/ids.ts';
import type { Subscription } from '../../events/store.ts';
import { storedShown } from '../shared/shown-event.ts';
import type { Spoken } from '../shared/wire.ts';
import { batchOf, Follower, type Write } from './follower.ts';
import type { TeamReading } from './team-reading.ts';

const BEAT_EVERY_MS = 15_000;
/** A page that does not read what is left for it is let go after so long. */
const FINISH_MS = 500;
/** Events of one step of a page that catches up. */
const STEP = 500;

/** Whoever is told that something was appended, to any team. */
interface Bell {
  ring(): void;
  letGo(): void;
}

interface Feed {
  subscription: Subscription;
  /** The subscription stands: what is appended from now on is heard. */
  ready: Promise<void>;
}

export class Live {
  readonly #followers = new Map<Follower, () => void>();
  readonly #bells = new Set<Bell>();
  /** How often the store's log was found to be another one. */
  logs = 0;
  #feed: Feed | undefined;
  #beat: NodeJS.Timeout | undefined;

  constructor(private readonly reading: TeamReading) {}

  /** Pages and lists that follow now. */
  get size(): number {
    return this.#followers.size + this.#bells.size;
  }

  /** Writes what is recorded after a revision, and what comes, until closed or let go. */
  follow(team: TeamId, after: number, write: Write, onLetGo: () => void): { close(): void } {
    const follower = new Follower(
      team,
      after,
      write,
      (id, known) => this.#readAfter(id, known),
      () => letGo(),
    );
    const close = () => {
      follower.close();
      if (this.#followers.delete(follower)) this.#rest();
    };
    const letGo = () => {
      close();
      onLetGo();
    };
    this.#followers.set(follower, letGo);
    void this.#listening().ready.then(() => follower.start());
    return { close };
  }

  /** Rings when something was appended to any team; first when it is sure to hear all that comes. */
  ringFor(ring: () => void, onLetGo: () => void): { close(): void } {
    const close = () => {
      if (this.#bells.delete(bell)) this.#rest();
    };
    const bell: Bell = {
      ring,
      letGo: () => {
        close();
        onLetGo();
      },
    };
    this.#bells.add(bell);
    void this.#listening().ready.then(ring);
    return { close };
  }

  /** Text of a model on its way, known to the process that leads the team. */
  spoken(team: string, spoken: Spoken): void {
    for (const follower of this.#followers.keys())
      if (follower.team === team) follower.hearSpoken(spoken);
  }

  /** Pages are let go once they know what is recorded by now, such as how the team ended; nobody is waited for long. */
  async close(): Promise<void> {
    const finished = [...this.#followers.keys()].map((follower) => follower.finish());
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<void>((resolve) => {
      timer = setTimeout(resolve, FINISH_MS);
    });
    await Promise.race([Promise.all(finished), late]);
    clearTimeout(timer);
    this.#letAllGo();
  }

  async #readAfter(team: TeamId, known: number) {
    const { store, catalog } = this.reading.runtime;
    const page = await store.read(teamStream(team), { from: known + 1, limit: STEP });
    return page.map((raw) => storedShown(raw, catalog));
  }

  #listening(): Feed {
    if (this.#feed) return this.#feed;
    let stands = () => {};
    const ready = new Promise<void>((resolve) => {
      stands = resolve;
    });
    const subscription = this.reading.runtime.store.subscribe({
      prefix: 'team-',
      after: 'end',
      onEvents: (events) => this.#hear(events),
      onCaughtUp: () => stands(),
      onError: () => this.#letAllGo(),
      // Pages ask again, and are told what is there now.
      onAnew: () => {
        this.logs++;
        this.#letAllGo();
      },
    });
    this.#beat = setInterval(() => {
      for (const follower of this.#followers.keys()) follower.beat();
    }, BEAT_EVERY_MS);
    this.#beat.unref();
    this.#feed = { subscription, ready };
    return this.#feed;
  }

  #hear(events: readonly RawEvent[]): void {
    const teams = new Set([...this.#followers.keys()].map(({ team }) => team));
    for (const [stream, raws] of byStream(events)) {
      const team = teamOfStream(stream);
      if (team === undefined || !teams.has(team)) continue;
      const batch = batchOf(raws.map((raw) => storedShown(raw, this.reading.runtime.catalog)));
      for (const follower of this.#followers.keys())
        if (follower.team === team) follower.hear(batch);
    }
    for (const bell of this.#bells) bell.ring();
  }

  /** Nobody follows: the store need not tell us. */
  #rest(): void {
    if (this.size > 0) return;
    this.#feed?.subscription.close();
    this.#feed = undefined;
    clearInterval(this.#beat);
  }

  #letAllGo(): void {
    const all = [...this.#followers.values(), ...[...this.#bells].map(({ letGo }) => letGo)];
    for (const letGo of all) letGo();
    this.#rest();
  }
}

/** In a batch each team's events follow each other without gap. */
function byStream(events: readonly RawEvent[]): Map<string, RawEvent[]> {
  const found = new Map<string, RawEvent[]>();
  for (const event of events) {
    const known = found.get(event.stream);
    if (known) known.push(event);
    else found.set(event.stream, [event]);
  }
  return found;
}
