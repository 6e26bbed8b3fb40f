/**
 * What can go wrong with the test server, as switches that a test turns on and off.
 *
 * Invariants
 * 1. A frozen server keeps its connections and answers pings; it only never answers a call.
 * 2. What is answered while frozen is answered after `thaw`, in order.
 */
export interface Endpoint {
  host: string;
  port: number;
}

export class Faults {
  /** Every call is answered this much later. */
  latencyMs = 0;
  /** Calls that need the leader are sent to this node instead. */
  leaderElsewhere: Endpoint | undefined;
  /** Writes fail as they do on a full disk. */
  diskFull = false;
  /** `$all` is refused, as for a user outside `$admins`. */
  allDenied = false;
  /** Appends on BatchAppend are unknown, as before 21.10. */
  batchAppendUnknown = false;
  /** The next so many appends are written, and their answer is never sent. */
  answersLost = 0;
  /** The next batches wait so long before they are written: later ones overtake them. */
  batchDelaysMs: number[] = [];
  /** The next append ends the server: before it is written, or after and before its answer. */
  crashOnAppend: 'before' | 'after' | undefined;
  /** Read and subscription calls that begin while this is set send nothing at all. */
  readsStalled = false;
  /** Bytes of one append: of its data alone. */
  appendBytesMax = 1024 * 1024;
  /** How many records that do not match a read looks at in a millisecond. */
  lookedPerMs = Number.POSITIVE_INFINITY;
  /** Calls of every user are refused, as while a password is being changed. */
  rightsRefused: 'denied' | 'unauthenticated' | undefined;

  #thawed: Promise<void> = Promise.resolve();
  #thaw: (() => void) | undefined;

  get frozen(): boolean {
    return this.#thaw !== undefined;
  }

  freeze(): void {
    if (this.#thaw) return;
    this.#thawed = new Promise((resolve) => {
      this.#thaw = resolve;
    });
  }

  thaw(): void {
    this.#thaw?.();
    this.#thaw = undefined;
  }

  /** Resolves when the server may go on: at once unless it is slow or frozen. */
  async passed(): Promise<void> {
    if (this.latencyMs > 0) await new Promise((resolve) => setTimeout(resolve, this.latencyMs));
    await this.#thawed;
  }

  /** True when `passed` would have to wait. */
  get inTheWay(): boolean {
    return this.frozen || this.latencyMs > 0;
  }
}
