/**
 * One stream that the program writes to, which may end before the program does: whoever read it has left (a pipe to
 * `head`), or there is no room (a full disk).
 *
 * Invariants
 * 1. Writing never throws and never ends the program; after the stream's end it does nothing.
 * 2. `ended` is aborted at that end, and `failure` is what went wrong, unless its reader merely left.
 */
import type { Writable } from 'node:stream';

export class Sink {
  readonly #stream: Writable;
  readonly #end = new AbortController();
  #failure: NodeJS.ErrnoException | undefined;
  #written: Promise<void> = Promise.resolve();

  constructor(stream: Writable) {
    this.#stream = stream;
    stream.on('error', (error: NodeJS.ErrnoException) => {
      if (error.code !== 'EPIPE') this.#failure ??= error;
      this.#end.abort();
    });
  }

  /** Aborted when the stream takes no more. */
  get ended(): AbortSignal {
    return this.#end.signal;
  }

  get failure(): NodeJS.ErrnoException | undefined {
    return this.#failure;
  }

  /** Resolves when there is room for more. */
  write(text: string): Promise<void> {
    if (!this.ended.aborted)
      this.#written = new Promise((resolve) => {
        this.#stream.write(text, () => resolve());
      });
    return this.#written;
  }

  /** Resolves when everything has been taken, or nothing more can be. */
  settled(): Promise<void> {
    return this.#written;
  }
}
