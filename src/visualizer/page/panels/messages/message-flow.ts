/**
 * The messages of a team as rows of a sequence diagram: rounds as bands, messages as arrows, and a note where an agent
 * changed its mind. It knows heights and order, nothing of the screen; rows are found by binary search.
 *
 * Invariants
 * 1. Rows stand in the order of revisions, each right below the one before; what has been placed is never moved.
 * 2. A note stands right below the judgement that it is about.
 * 3. The team's own root hears every move, to count it; it has a head of its own only where nobody else heard.
 */

import type { RecordedEvent } from '../../../../events/event.ts';
import type { ChangeOfMind } from '../../../../projections/decisions/changes-of-mind.ts';
import { lastWhere } from '../../shell/ascending.ts';
import type { StoryMessage, TeamStory } from '../../shell/story.ts';

export type FlowRow = { y: number; height: number; revision: number } & (
  | { kind: 'round'; round: string }
  | { kind: 'message'; message: StoryMessage; from: string; to: readonly string[] }
  | { kind: 'change'; change: ChangeOfMind }
);

type Content = FlowRow extends infer Row
  ? Row extends FlowRow
    ? Omit<Row, 'y' | 'height'>
    : never
  : never;

const ROW_HEIGHT = { round: 30, message: 48, change: 34 } as const;

/** Who speaks when the runtime does. */
const RUNTIME = 'runtime';

const GRANT = 'turn.granted';

export class MessageFlow {
  readonly rows: FlowRow[] = [];
  /** Who speaks or hears, in the order of first appearance. */
  readonly lifelines: string[] = [];
  /** To whom a message was shown with a later turn, though it was not among those who heard it. */
  readonly #readers = new Map<number, string[]>();
  readonly #seen = new Set<string>();
  #messages = 0;
  #rounds = 0;
  #minds = 0;

  constructor(
    private readonly story: TeamStory,
    /** Grants of turns are rows too. */
    readonly withGrants: boolean,
  ) {}

  get height(): number {
    const last = this.rows.at(-1);
    return last ? last.y + last.height : 0;
  }

  /** Takes what the story has got since; the same object as before, longer. */
  update(): this {
    const { messages, rounds } = this.story;
    const changes = this.story.changesOfMind();
    while (this.#messages < messages.length || this.#rounds < rounds.length) {
      const message = messages[this.#messages];
      const round = rounds[this.#rounds];
      if (round !== undefined && (!message || round < message.revision)) {
        this.#rounds++;
        this.#place({ kind: 'round', revision: round, round: titleOf(this.story.eventAt(round)) });
        continue;
      }
      if (!message) break;
      this.#messages++;
      this.#take(message);
      const change = changes[this.#minds];
      if (change?.revision !== message.revision) continue;
      this.#minds++;
      this.#place({ kind: 'change', revision: change.revision, change });
    }
    return this;
  }

  readersOf(revision: number): readonly string[] {
    return this.#readers.get(revision) ?? [];
  }

  /** The row at a height; beyond the ends the first or the last. */
  rowAtY(y: number): number {
    return Math.max(
      0,
      lastWhere(this.rows, (row) => row.y <= y),
    );
  }

  /** The last row at or before a revision; -1 when there is none. */
  rowOf(revision: number): number {
    return lastWhere(this.rows, (row) => row.revision <= revision);
  }

  /** The row of the message of exactly this revision. */
  messageRow(revision: number): FlowRow | undefined {
    for (let index = this.rowOf(revision); ; index--) {
      const row = this.rows[index];
      if (row?.revision !== revision) return undefined;
      if (row.kind === 'message') return row;
    }
  }

  #take(message: StoryMessage): void {
    const event = this.story.eventAt(message.revision);
    const from = message.from || RUNTIME;
    const root = String(this.story.events[0]?.data['actor'] ?? '');
    const named = [...message.to, ...(event.meta.undeliverable ?? [])].filter((to) => to !== from);
    const others = named.filter((actor) => actor !== root);
    const to = others.length > 0 ? others : named;
    for (const actor of [from, ...to]) this.#appear(actor);
    if (message.type === GRANT) {
      this.#show(event);
      if (!this.withGrants) return;
    }
    this.#place({ kind: 'message', revision: message.revision, message, from, to });
  }

  /** What an agent is shown with its turn, it has read. */
  #show({ data }: RecordedEvent): void {
    const agent = String(data['agent']);
    if (!Array.isArray(data['material'])) return;
    for (const revision of data['material'].map(Number)) {
      const shown = this.story.events[revision];
      if (!shown || shown.meta.actor === agent || shown.meta.to?.includes(agent)) continue;
      const readers = this.#readers.get(revision);
      if (!readers) this.#readers.set(revision, [agent]);
      else if (!readers.includes(agent)) readers.push(agent);
    }
  }

  #appear(actor: string): void {
    if (this.#seen.has(actor)) return;
    this.#seen.add(actor);
    this.lifelines.push(actor);
  }

  #place(content: Content): void {
    const row = { ...content, y: this.height, height: ROW_HEIGHT[content.kind] };
    this.rows.push(row as FlowRow);
  }
}

const titleOf = ({ data }: RecordedEvent): string =>
  `Round ${data['round']} of ${data['of']}: ${data['title']}`;

interface Window {
  from: number;
  /** The first row below it. */
  to: number;
}

/** The rows that a part of the diagram shows. */
export function windowOf(flow: MessageFlow, top: number, height: number): Window {
  const from = flow.rowAtY(top);
  return { from, to: flow.rowAtY(top + height) + 1 };
}

/** A change of mind as a line down the lifeline of the agent: from what it was shown to its judgement. */
export interface MindLine {
  change: ChangeOfMind;
  /** The newest of what it changed its mind over that is a row here. */
  over: FlowRow;
  note: FlowRow;
}

/** Rows below the window in which notes are looked for; their lines rarely reach farther up. */
const ROWS_BELOW = 100;

/** The lines that cross a window. */
export function mindLinesIn(flow: MessageFlow, { from, to }: Window): MindLine[] {
  const lines: MindLine[] = [];
  const end = Math.min(flow.rows.length, to + ROWS_BELOW);
  const bottom = flow.rows[to - 1]?.y ?? 0;
  for (const [place, note] of flow.rows.slice(from, end).entries()) {
    const index = from + place;
    if (note.kind !== 'change') continue;
    const over = reasonShown(flow, note.change);
    if (over && (index < to || over.y < bottom)) {
      lines.push({ change: note.change, over, note });
    }
  }
  return lines;
}

/** The newest message that it changed its mind over, as a row. */
export function reasonShown(flow: MessageFlow, { over }: ChangeOfMind): FlowRow | undefined {
  for (const revision of over) {
    const row = flow.messageRow(revision);
    if (row) return row;
  }
  return undefined;
}
