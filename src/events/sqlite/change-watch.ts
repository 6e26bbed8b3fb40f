/**
 * Notices that another connection has written: SQLite's `data_version`, asked now and then.
 *
 * It asks only while somebody listens, never keeps the process alive, and costs a few microseconds.
 */

const ASK_EVERY_MS = 25;

export class ChangeWatch {
  readonly #version: () => number;
  readonly #onChange: () => void;
  readonly #wanted: () => boolean;
  readonly #onError: (error: unknown) => void;
  #known = Number.NaN;
  #timer: NodeJS.Timeout | undefined;

  /** `version` may throw; `onError` hears of it, and the next question is asked all the same. */
  constructor(options: {
    version: () => number;
    wanted: () => boolean;
    onChange: () => void;
    onError: (error: unknown) => void;
  }) {
    this.#version = options.version;
    this.#wanted = options.wanted;
    this.#onChange = options.onChange;
    this.#onError = options.onError;
  }

  /** From now on changes are noticed, while somebody wants to know. */
  start(): void {
    if (this.#timer) return;
    this.#ask();
    this.#timer = setInterval(() => (this.#wanted() ? this.#ask() : this.stop()), ASK_EVERY_MS);
    this.#timer.unref();
  }

  stop(): void {
    clearInterval(this.#timer);
    this.#timer = undefined;
    this.#known = Number.NaN;
  }

  #ask(): void {
    try {
      const version = this.#version();
      const changed = !Number.isNaN(this.#known) && version !== this.#known;
      this.#known = version;
      if (changed) this.#onChange();
    } catch (error) {
      this.#onError(error);
    }
  }
}
