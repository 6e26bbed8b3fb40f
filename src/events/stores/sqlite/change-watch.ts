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
    this.#known = this.#askVersion();
    this.#timer = setInterval(() => (this.#wanted() ? this.#look() : this.stop()), ASK_EVERY_MS);
    this.#timer.unref();
  }

  stop(): void {
    clearInterval(this.#timer);
    this.#timer = undefined;
  }

  #look(): void {
    const version = this.#askVersion();
    // NaN, after a failed question, differs from everything: what may have changed counts as changed.
    if (version === this.#known) return;
    this.#known = version;
    this.#onChange();
  }

  #askVersion(): number {
    try {
      return this.#version();
    } catch (error) {
      this.#onError(error);
      return Number.NaN;
    }
  }
}
