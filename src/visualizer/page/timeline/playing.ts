/**
 * Playing a story: going from event to event by itself, some events a second or in true time. It keeps no clock: whoever
 * draws frames says how much time has passed.
 *
 * Invariants
 * 1. Events are visited in order, and none that the walk shows is left out; a frame may visit several.
 * 2. In true time no gap lasts longer than `GAP_MAX_MS` on the screen.
 * 3. At the last event playing ends by itself.
 */
import { signal } from '@preact/signals';

/** Where one stands and what follows; the view of a team is one. */
interface Walk {
  at(): number;
  next(revision: number): number | undefined;
  first(): number | undefined;
  /** Milliseconds since 1970. */
  timeOf(revision: number): number;
  goTo(revision: number): void;
}

export type Pace = { readonly perSecond: number } | { readonly timesTrue: number };

export const PACES: readonly (readonly [words: string, pace: Pace])[] = [
  ['2 events/s', { perSecond: 2 }],
  ['5 events/s', { perSecond: 5 }],
  ['20 events/s', { perSecond: 20 }],
  ['100 events/s', { perSecond: 100 }],
  ['true time', { timesTrue: 1 }],
  ['true time ×10', { timesTrue: 10 }],
  ['true time ×60', { timesTrue: 60 }],
];

/** Longest wait between two events on the screen: nobody watches a night pass. */
export const GAP_MAX_MS = 2000;
/** A window that was hidden for long does not storm ahead when it is seen again. */
const FRAME_MAX_MS = 250;
/** Events that one frame visits at most. */
const STEPS_MAX = 500;

export class Playing {
  readonly isOn = signal(false);
  readonly pace = signal<Pace>(PACES[1]![1]);
  readonly #walk: Walk;
  #savedMs = 0;

  constructor(walk: Walk) {
    this.#walk = walk;
  }

  toggle(): void {
    if (this.isOn.value) this.isOn.value = false;
    else this.#start();
  }

  /** From where one stands; from the beginning when one stands at the end. */
  #start(): void {
    const walk = this.#walk;
    const begin = walk.first();
    if (begin === undefined) return;
    this.#savedMs = 0;
    if (walk.next(walk.at()) === undefined) walk.goTo(begin);
    this.isOn.value = walk.next(walk.at()) !== undefined;
  }

  /** Goes on by as many events as are due after this much time. */
  tick(elapsedMs: number): void {
    if (!this.isOn.value) return;
    const walk = this.#walk;
    this.#savedMs += Math.min(elapsedMs, FRAME_MAX_MS);
    const from = walk.at();
    let to = from;
    for (let steps = 0; steps < STEPS_MAX; steps++) {
      const following = walk.next(to);
      if (following === undefined) {
        this.isOn.value = false;
        break;
      }
      const wait = this.#waitMs(to, following);
      if (this.#savedMs < wait) break;
      this.#savedMs -= wait;
      to = following;
    }
    if (to !== from) walk.goTo(to);
  }

  #waitMs(from: number, to: number): number {
    const pace = this.pace.value;
    if ('perSecond' in pace) return 1000 / pace.perSecond;
    const passed = this.#walk.timeOf(to) - this.#walk.timeOf(from);
    return Math.min(GAP_MAX_MS, Math.max(0, passed) / pace.timesTrue);
  }
}
