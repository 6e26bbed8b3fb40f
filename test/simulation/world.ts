/**
 * A simulated world: one clock, one disk, processes that come and go, and everything that can happen next.
 * One step lets one thing happen, drawn from the seed, and then waits until nothing moves any more.
 *
 * Invariants
 * 1. What happens follows from the seed alone: no real time, no chance but the dice, no timer.
 * 2. After `mishapsLeft` is used up nothing goes wrong any more that a team has to survive.
 * 3. A step ends only when all microtasks that it set off are done.
 */
import { type Clock, SimulatedClock } from '../../src/actors/clock.ts';
import type { Runtime } from '../../src/actors/runtime.ts';
import type { Dice } from '../../src/events/words/scene.ts';
import { throwDice } from '../../src/hands/model/rehearsal/dice.ts';
import { createDisk, type Disk, type Watcher } from './disk.ts';
import type { LeaveBook } from './leave-book.ts';

export type Mishap =
  | 'unwritten'
  | 'unanswered'
  | 'slowAnswer'
  | 'unreadable'
  | 'duplicate'
  | 'crash'
  | 'pause'
  | 'rival'
  | 'closing';

/** How rough this world is; drawn once from the seed. */
export interface Plan {
  mishaps: number;
  chances: Readonly<Record<Mishap, number>>;
  snapshots: boolean;
  /** Providers may report more than was reserved. */
  overcharge: boolean;
  /** Calls wait for the leave of a governor with little to give. */
  governed: boolean;
}

export interface Process {
  readonly id: number;
  runtime: Runtime;
  state: 'running' | 'paused' | 'dead';
  /** What waits for the process to run again. */
  waiting: (() => void)[];
  /** What its governor has given out, where it has one. */
  leave?: LeaveBook;
  /** Undone when the process dies: subscriptions. */
  closing: (() => void)[];
}

export interface Happening {
  process: number;
  what: string;
  /** `nothing`: it happens outside of the process, whatever becomes of it. */
  needs: 'running' | 'nothing';
  run(): void | Promise<void>;
}

export interface Totals {
  steps: number;
  crashes: number;
  pauses: number;
  takeovers: number;
  conflicts: number;
  mishaps: number;
  works: number;
}

/** Somewhen in 2023: times must not look like small numbers. */
const BEGINNING = 1_700_000_000_000;

export class World {
  readonly clock = new SimulatedClock(BEGINNING);
  readonly disk: Disk;
  readonly dice: Dice;
  readonly plan: Plan;
  readonly processes: Process[] = [];
  readonly totals: Totals = {
    steps: 0,
    crashes: 0,
    pauses: 0,
    takeovers: 0,
    conflicts: 0,
    mishaps: 0,
    works: 0,
  };
  private happenings: Happening[] = [];
  mishapsLeft: number;

  constructor(seed: number, watch: Watcher, plan: Partial<Plan> = {}) {
    this.dice = throwDice('world', seed);
    this.plan = { ...planOf(throwDice('plan', seed)), ...plan };
    this.mishapsLeft = this.plan.mishaps;
    this.disk = createDisk(() => this.clock.now(), watch);
  }

  /** Whether this goes wrong now. */
  mishap(kind: Mishap): boolean {
    if (this.mishapsLeft <= 0 || !this.dice.chance(this.plan.chances[kind])) return false;
    this.mishapsLeft -= 1;
    this.totals.mishaps += 1;
    return true;
  }

  /** Adds something that can happen from now on. */
  happen(happening: Happening): void {
    if (this.processes[happening.process]?.state === 'dead') return;
    this.happenings.push(happening);
  }

  whenRunning<Value>(process: Process, value: Value): Promise<Value> {
    return new Promise((resolve) => {
      if (process.state === 'running') resolve(value);
      else if (process.state === 'paused') process.waiting.push(() => resolve(value));
    });
  }

  /** The clock as a process sees it: while it is paused nothing calls back. */
  clockOf(process: () => Process): Clock {
    return {
      now: () => this.clock.now(),
      wake: (at, callback) => {
        let taken = false;
        const unwake = this.clock.wake(at, () => {
          const { state, waiting } = process();
          if (state === 'running') callback();
          else if (state === 'paused') waiting.push(() => taken || callback());
        });
        return () => {
          taken = true;
          unwake();
        };
      },
    };
  }

  crash(process: Process): void {
    this.totals.crashes += 1;
    this.bury(process);
  }

  /** The process is gone. What it had sent to the disk may still arrive there. */
  bury(process: Process): void {
    process.state = 'dead';
    process.waiting = [];
    for (const close of process.closing) close();
    this.happenings = this.happenings.filter(
      ({ process: id, needs }) =>
        id !== process.id || (needs === 'nothing' && this.dice.chance(0.5)),
    );
  }

  pause(process: Process): void {
    this.totals.pauses += 1;
    process.state = 'paused';
  }

  wake(process: Process): void {
    if (process.state !== 'paused') return;
    process.state = 'running';
    for (const go of process.waiting.splice(0)) go();
  }

  /** Lets one thing happen: something pending, or time going by. False when there is nothing. */
  async step(): Promise<boolean> {
    const ready = this.happenings.filter(
      ({ process, needs }) => needs === 'nothing' || this.processes[process]?.state === 'running',
    );
    const next = this.clock.next();
    if (ready.length === 0 && next === undefined) return false;
    this.totals.steps += 1;
    if (ready.length > 0 && (next === undefined || this.dice.chance(0.8))) {
      const happening = this.dice.pick(ready);
      this.happenings.splice(this.happenings.indexOf(happening), 1);
      await happening.run();
    } else this.clock.advanceTo(next!);
    await this.settle();
    return true;
  }

  /** Until no microtask is left: an immediate comes after all of them. */
  settle(): Promise<void> {
    return new Promise((resolve) => {
      setImmediate(resolve);
    });
  }
}

function planOf(dice: Dice): Plan {
  const rough = dice.pick([0, 0.3, 1, 1, 2]);
  const chance = (most: number) => dice.next() * most * rough;
  return {
    mishaps: rough === 0 ? 0 : dice.int(5, 80),
    chances: {
      unwritten: chance(0.1),
      unanswered: chance(0.1),
      slowAnswer: chance(0.3),
      unreadable: chance(0.05),
      duplicate: chance(0.3),
      crash: chance(0.02),
      pause: chance(0.02),
      rival: chance(0.02),
      closing: chance(0.01),
    },
    snapshots: dice.chance(0.5),
    overcharge: dice.chance(0.2),
    governed: dice.chance(0.5),
  };
}
