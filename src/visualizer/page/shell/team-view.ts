/**
 * One team as it is looked at: its story, the revision at which one stands, what is selected, and whether the view
 * follows what comes. Everything on the screen is a function of these signals.
 *
 * Invariants
 * 1. Whoever has gone back stays there, however much comes: only at the head, and while following, does the view move.
 * 2. `at` is a revision of the story; `selected` is one at or before the head.
 */

import { batch, computed, type Signal, signal } from '@preact/signals';
import type { RecordedEvent } from '../../../events/event.ts';
import { actorOfWork } from '../../../events/work-id.ts';
import type { Spoken } from '../../shared/wire.ts';
import type { EventKind } from '../timeline/event-kind.ts';
import { type JumpKind, Jumps } from '../timeline/jumps.ts';
import { Playing } from '../timeline/playing.ts';
import { Search } from '../timeline/search.ts';
import { type TimelineFilter, TimelineRows } from '../timeline/timeline-rows.ts';
import { lastAt } from './ascending.ts';
import { problemOf } from './problem.ts';
import { TeamStory } from './story.ts';
import type { TeamSource } from './team-source.ts';

/** Characters of a reply on its way that are shown. */
const SPOKEN_SHOWN = 2000;

export class TeamView {
  readonly story: TeamStory;
  readonly jumps: Jumps;
  readonly playing: Playing;
  /** Counts what was appended; read it to be told of new events. */
  readonly version = signal(0);
  /** The revision at which one stands; everything but the timeline shows the team as it was then. */
  readonly at = signal(-1);
  /** The event whose data is shown. */
  readonly selected = signal(-1);
  readonly following = signal(true);
  /** Counts where a person went, also when it is where one stands: lists then show the place. */
  readonly visits = signal(0);
  /** The name of the panel that is shown. */
  readonly panel = signal('');
  /** Only this actor, or all. */
  readonly actor = signal<string | null>(null);
  readonly query = signal('');
  /** Kinds that the timeline leaves out, with their count; at first what the runtime says for itself. */
  readonly hiddenKinds: Signal<ReadonlySet<EventKind>> = signal(new Set<EventKind>(['runtime']));
  readonly connected = signal(true);
  /** The past is still being fetched. */
  readonly loading = signal(true);
  readonly problem = signal('');
  /** Replies on their way, by actor. */
  readonly spoken: Signal<ReadonlyMap<string, string>> = signal(new Map());
  readonly head = computed(() => {
    this.version.value;
    return this.story.head;
  });
  readonly #filter = computed<TimelineFilter>(() => ({
    actor: this.actor.value,
    hidden: this.hiddenKinds.value,
    query: this.query.value,
  }));
  #rows: TimelineRows | undefined;
  /** What the timeline shows; also what one steps and plays through. */
  readonly rows = computed(() => {
    this.version.value;
    const filter = this.#filter.value;
    const known = this.#rows?.filter === filter ? this.#rows : undefined;
    this.#rows =
      known?.grown(this.story, this.#search) ?? TimelineRows.of(this.story, filter, this.#search);
    return this.#rows;
  });
  readonly #search: Search;
  #closed = false;
  #listening: { close(): void } | undefined;

  constructor(
    readonly team: string,
    readonly source: TeamSource,
    private readonly wanted?: number,
  ) {
    this.story = new TeamStory(team);
    this.jumps = new Jumps(this.story);
    this.#search = new Search(this.story);
    this.playing = new Playing({
      at: () => this.at.peek(),
      next: (revision) => this.rows.peek().after(revision),
      first: () => this.rows.peek().revisions[0],
      timeOf: (revision) => this.story.events[revision]?.meta.at ?? 0,
      goTo: (revision) => this.goTo(revision),
    });
    if (wanted !== undefined) this.following.value = false;
  }

  /** Fetches the past and then listens. */
  async open(): Promise<void> {
    try {
      for await (const events of this.source.events(this.team, 0)) {
        if (this.#closed) return;
        this.#take(() => this.story.append(events));
        // The browser paints and answers keys between two batches.
        await new Promise((go) => setTimeout(go));
      }
      this.loading.value = false;
      if (this.source.isLive && !this.#closed) this.#listen();
    } catch (error) {
      this.problem.value = problemOf(error);
      this.loading.value = false;
    }
  }

  close(): void {
    this.#closed = true;
    this.#listening?.close();
  }

  /** Stands at a revision and shows it; going to the head follows again. */
  goTo(revision: number): void {
    const { head } = this.story;
    if (head < 0) return;
    const at = Math.max(0, Math.min(head, revision));
    batch(() => {
      this.at.value = at;
      this.selected.value = at;
      this.following.value = at === head && this.source.isLive;
      this.visits.value++;
    });
  }

  /** Goes somewhere, if there is such a place; playing ends, since a person has taken the wheel. */
  jumpTo(revision: number | undefined): void {
    if (revision === undefined) return;
    this.playing.isOn.value = false;
    this.goTo(revision);
  }

  /** The next or last event that the timeline shows. */
  step(by: 1 | -1): void {
    const rows = this.rows.peek();
    const at = this.at.peek();
    this.jumpTo(by === 1 ? rows.after(at) : rows.before(at));
  }

  /** To the end of the next turn, or of the turn before. */
  stepTurn(by: 1 | -1): void {
    const { turnEnds } = this.story;
    const at = this.at.peek();
    this.jumpTo(by === 1 ? turnEnds[lastAt(turnEnds, at) + 1] : turnEnds[lastAt(turnEnds, at - 1)]);
  }

  jump(kind: JumpKind, by: 1 | -1): void {
    const [at, actor] = [this.at.peek(), this.actor.peek()];
    this.jumpTo(by === 1 ? this.jumps.next(kind, at, actor) : this.jumps.previous(kind, at, actor));
  }

  /** Shows an event without leaving the revision at which one stands. */
  select(revision: number): void {
    this.selected.value = revision;
  }

  #listen(): void {
    this.#listening = this.source.listen(this.team, this.story.head, {
      onEvents: (events) => this.#take(() => this.story.append(events)),
      onSpoken: (spoken) => this.#hear(spoken),
      onConnection: (isThere) => {
        this.connected.value = isThere;
      },
    });
  }

  #take(append: () => void): void {
    const before = this.story.head;
    append();
    const { head } = this.story;
    if (head === before) return;
    batch(() => {
      this.version.value++;
      const wanted = this.wanted;
      if (this.following.value) {
        this.at.value = head;
        this.selected.value = head;
      } else if (wanted !== undefined && before < wanted) this.#stand(Math.min(wanted, head));
      for (let revision = before + 1; revision <= head; revision++)
        this.#quietAfter(this.story.eventAt(revision));
    });
  }

  #stand(revision: number): void {
    this.at.value = revision;
    this.selected.value = revision;
    this.visits.value++;
  }

  #hear({ actor, text }: Spoken): void {
    const spoken = new Map(this.spoken.value);
    spoken.set(actor, `${spoken.get(actor) ?? ''}${text}`.slice(-SPOKEN_SHOWN));
    this.spoken.value = spoken;
  }

  /** The reply is there: what streamed in stands in the event. */
  #quietAfter({ type, meta: { work } }: RecordedEvent): void {
    if (!type.startsWith('model.')) return;
    const actor = actorOfWork(work ?? '');
    if (!this.spoken.value.has(actor)) return;
    const spoken = new Map(this.spoken.value);
    spoken.delete(actor);
    this.spoken.value = spoken;
  }
}
