/**
 * One page that follows one team: what is new is handed to it as server-sent events, in order and without gap.
 *
 * What comes while it is being written to is not kept for it: it is marked as behind, and reads on from its cursor in
 * the store. So a slow page delays nobody and costs no memory.
 *
 * Invariants
 * 1. The cursor is the last revision written; only what follows it directly is written.
 * 2. The id of each batch is its last revision, so that a page that comes back says where it stands.
 * 3. What was spoken before an event was appended is written before it.
 */
import type { TeamId } from '../../events/ids.ts';
import type { ShownEvent, Spoken } from '../shared/wire.ts';

/** Events of a team that were appended together, written out once for all pages. */
interface Batch {
  first: number;
  last: number;
  text: string;
}

/** Where a page is written to; resolves when there is room for more. */
export type Write = (text: string) => Promise<unknown>;

export const batchOf = (events: readonly ShownEvent[]): Batch => {
  const last = events.at(-1)?.revision ?? -1;
  const text = `id: ${last}\nevent: events\ndata: ${JSON.stringify(events)}\n\n`;
  return { first: events[0]?.revision ?? -1, last, text };
};

/** Text on its way is gathered for so long, so that a page is not woken for each word. */
const SPOKEN_EVERY_MS = 40;
/** What waits for a page that does not read is cut to this. */
const SPOKEN_MAX = 20_000;

export class Follower {
  #next: Batch | undefined;
  #behind = true;
  #pumping = false;
  #flowed: Promise<void> = Promise.resolve();
  #closed = false;
  readonly #spoken = new Map<string, string>();
  #timer: NodeJS.Timeout | undefined;

  constructor(
    readonly team: TeamId,
    private cursor: number,
    private readonly write: Write,
    /** Events after a revision: one page of them, fewer than all. */
    private readonly read: (team: TeamId, after: number) => Promise<readonly ShownEvent[]>,
    private readonly onFailure: (error: Error) => void,
  ) {}

  start(): void {
    this.#pump();
  }

  hear(batch: Batch): void {
    if (batch.last <= this.cursor) return;
    if (!this.#next && !this.#behind && batch.first === this.cursor + 1) this.#next = batch;
    else this.#behind = true;
    this.#pump();
  }

  hearSpoken({ actor, text }: Spoken): void {
    this.#spoken.set(actor, `${this.#spoken.get(actor) ?? ''}${text}`.slice(-SPOKEN_MAX));
    this.#timer ??= setTimeout(() => this.#pump(), SPOKEN_EVERY_MS);
  }

  /** A sign of life, so that a connection that is gone is noticed. */
  beat(): void {
    if (!this.#pumping) void this.write(': still here\n\n');
  }

  /** Writes what is in the store by now; resolves when it is written, or cannot be. */
  async finish(): Promise<void> {
    this.#behind = true;
    this.#pump();
    await this.#flowed;
  }

  close(): void {
    this.#closed = true;
    clearTimeout(this.#timer);
  }

  #pump(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    if (this.#pumping || this.#closed) return;
    this.#pumping = true;
    this.#flowed = this.#flow()
      .catch((error) => this.onFailure(error as Error))
      .finally(() => {
        this.#pumping = false;
      });
  }

  async #flow(): Promise<void> {
    while (!this.#closed) {
      if (this.#spoken.size > 0) await this.write(this.#takeSpoken());
      else if (this.#next) await this.#writeBatch(this.#takeNext());
      else if (this.#behind) await this.#catchUp();
      else return;
    }
  }

  async #catchUp(): Promise<void> {
    this.#behind = false;
    const events = await this.read(this.team, this.cursor);
    if (events.length === 0) return;
    // There may be more than one page of them.
    this.#behind = true;
    await this.#writeBatch(batchOf(events));
  }

  async #writeBatch(batch: Batch | undefined): Promise<void> {
    if (!batch) return;
    this.cursor = batch.last;
    await this.write(batch.text);
  }

  #takeNext(): Batch | undefined {
    const batch = this.#next!;
    this.#next = undefined;
    if (batch.first === this.cursor + 1) return batch;
    if (batch.last > this.cursor) this.#behind = true;
    return undefined;
  }

  #takeSpoken(): string {
    const told = [...this.#spoken].map(([actor, text]): Spoken => ({ actor, text }));
    this.#spoken.clear();
    return told.map((one) => `event: spoken\ndata: ${JSON.stringify(one)}\n\n`).join('');
  }
}
