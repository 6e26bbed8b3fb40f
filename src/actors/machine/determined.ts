/**
 * A determined step: while a machine makes a synchronous step, clock and chance follow from the event that is
 * being heard, so that the same event gives the same step for ever.
 *
 * `Date.now`, `new Date()`, `performance.now`, `Math.random`, `crypto.randomUUID` and `crypto.getRandomValues`
 * are exchanged before the step and put back after it, whatever becomes of it. A function that a module has
 * taken out before (`import { randomUUID } from 'node:crypto'`) is not reached.
 *
 * Invariants
 * 1. Nothing outside the step is touched: before and after it every name means what it meant.
 * 2. Equal seed and time give equal values, in the order in which they are asked for.
 * 3. Steps may be nested (a machine that starts another): the inner one has values of its own.
 */
import { createHash } from 'node:crypto';

/** What a step's time and chance follow from. */
interface Determinant {
  /** Recorded time of the event, milliseconds since 1970. */
  at: number;
  /** What its chance follows from, beside the time. */
  stream: string;
  revision: number;
  actor: string;
}

/** What is exchanged, as it stands outside a step; taken anew before each step, since a test may exchange it too. */
interface Outside {
  Date: DateConstructor;
  random: () => number;
  now: () => number;
  randomUUID: typeof globalThis.crypto.randomUUID;
  getRandomValues: typeof globalThis.crypto.getRandomValues;
}

const RealDate = Date;
const clock: { now: () => number } = Object.getPrototypeOf(performance);
const dice: Pick<Outside, 'randomUUID' | 'getRandomValues'> = Object.getPrototypeOf(
  globalThis.crypto,
);

let current: Determinant | undefined;
let chance: Chance | undefined;

/** A stream of bytes from a seed: SHA-256 over the seed and a counter. Made only when somebody asks. */
class Chance {
  private block = Buffer.alloc(0);
  private used = 0;
  private count = 0;

  constructor(private readonly seed: string) {}

  byte(): number {
    if (this.used === this.block.length) {
      this.block = createHash('sha256')
        .update(`${this.seed}#${this.count++}`)
        .digest();
      this.used = 0;
    }
    return this.block[this.used++]!;
  }

  /** In [0, 1), of 48 bits. */
  fraction(): number {
    let value = 0;
    for (let i = 0; i < 6; i++) value = value * 256 + this.byte();
    return value / 2 ** 48;
  }

  uuid(): string {
    const bytes = Uint8Array.from({ length: 16 }, () => this.byte());
    bytes[6] = (bytes[6]! & 0x0f) | 0x40;
    bytes[8] = (bytes[8]! & 0x3f) | 0x80;
    const hex = Buffer.from(bytes).toString('hex');
    return hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');
  }
}

const drawn = (): Chance => {
  chance ??= new Chance(`${current!.stream}@${current!.revision}/${current!.actor}`);
  return chance;
};

const now = (): number => current!.at;

/** A real `Date` in all but what it says when nobody tells it the time. */
const StepDate: DateConstructor = new Proxy(RealDate, {
  construct: (real, args, target): Date => {
    const told = args.length === 0 ? [now()] : args;
    return Reflect.construct(real, told, target === StepDate ? real : target);
  },
  apply: () => new RealDate(now()).toString(),
  get: (real, key): unknown => (key === 'now' ? now : Reflect.get(real, key)),
});

const stepRandom = (): number => drawn().fraction();
const stepUuid: Outside['randomUUID'] = () => drawn().uuid() as ReturnType<Outside['randomUUID']>;
const stepValues: Outside['getRandomValues'] = (array) => {
  if (ArrayBuffer.isView(array)) {
    const bytes = new Uint8Array(array.buffer, array.byteOffset, array.byteLength);
    for (let i = 0; i < bytes.length; i++) bytes[i] = drawn().byte();
  }
  return array;
};

/** Runs a synchronous step with the clock and the chance of `determinant`. */
export function determined<Result>(determinant: Determinant, step: () => Result): Result {
  const outer = current;
  const outerChance = chance;
  const outside = outer ? undefined : exchange();
  current = determinant;
  chance = undefined;
  try {
    return step();
  } finally {
    current = outer;
    chance = outerChance;
    if (outside) putBack(outside);
  }
}

function exchange(): Outside {
  const { randomUUID, getRandomValues } = dice;
  const outside = { Date, random: Math.random, now: clock.now, randomUUID, getRandomValues };
  globalThis.Date = StepDate;
  Math.random = stepRandom;
  clock.now = now;
  dice.randomUUID = stepUuid;
  dice.getRandomValues = stepValues;
  return outside;
}

function putBack({
  Date: outer,
  random,
  now: outerNow,
  randomUUID,
  getRandomValues,
}: Outside): void {
  globalThis.Date = outer;
  Math.random = random;
  clock.now = outerNow;
  dice.randomUUID = randomUUID;
  dice.getRandomValues = getRandomValues;
}
