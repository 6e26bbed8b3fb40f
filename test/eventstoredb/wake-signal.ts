/** Remembers one call to wake up that came while nobody waited. */
export class WakeSignal {
  #woken = false;
  #resolve: (() => void) | undefined;

  now(): void {
    this.#woken = true;
    this.#resolve?.();
  }

  async wait(): Promise<void> {
    if (!this.#woken) {
      await new Promise<void>((resolve) => {
        this.#resolve = resolve;
      });
    }
    this.#woken = false;
  }
}
