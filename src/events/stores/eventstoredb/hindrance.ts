/**
 * What stands in the way, told to people: after a short while in one line, then once a minute for as long as it
 * lasts, and once when it is over.
 *
 * Invariants
 * 1. What is over before `TOLD_AFTER_MS` is not told at all.
 * 2. No timer of it keeps the process alive.
 */

const TOLD_AFTER_MS = 2_000;
const AGAIN_EVERY_MS = 60_000;

export type Tell = (line: string) => void;

export class Hindrance {
  #reason = '';
  #since = 0;
  #told = false;
  #timer: NodeJS.Timeout | undefined;

  /** Times that another was given the word. */
  #gaveWay = 0;

  /** `other`: where it has told, this one is quiet, since it would tell the same. */
  constructor(
    private readonly tell: Tell,
    private readonly other?: Hindrance,
  ) {}

  get stands(): boolean {
    return this.#timer !== undefined;
  }

  hindered(reason: string): void {
    this.#reason = reason;
    if (this.#timer) return;
    this.#since = performance.now();
    this.#timer = setTimeout(() => this.#say(), TOLD_AFTER_MS);
    this.#timer.unref();
  }

  #say(): void {
    // Another that begins and ends all the time never comes to tell: so it is given the word once.
    const waits = this.other?.stands === true && this.#gaveWay++ === 0;
    const isTold = this.other ? this.other.#told : false;
    const tells = !waits && !isTold;
    if (tells) this.tell(`${this.#reason}; waiting, ${this.#seconds()} s by now`);
    this.#told ||= tells;
    this.#timer = setTimeout(() => this.#say(), tells ? AGAIN_EVERY_MS : TOLD_AFTER_MS);
    this.#timer.unref();
  }

  over(what: string): void {
    if (!this.#timer) return;
    clearTimeout(this.#timer);
    this.#timer = undefined;
    if (this.#told) this.tell(`${what} after ${this.#seconds()} s`);
    this.#told = false;
    this.#gaveWay = 0;
  }

  close(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
  }

  #seconds(): number {
    return Math.round((performance.now() - this.#since) / 1000);
  }
}
