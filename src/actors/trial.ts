/**
 * A trial: a machine of one's own, tried without waiting and without a store: on a clock that stands
 * still, with processes that end, are killed and come back as a test says.
 *
 * `tried` gives a trial to lead by hand; `given(…).when(…).thenIt(…)` puts one into a sentence; `crashAnywhere` runs
 * a script once without a death and once for each append after which its process dies, and compares.
 *
 * Invariants
 * 1. Time goes by only when a test says so; promises run for real and are waited for.
 * 2. A process that is dead appends nothing, hears nothing, and is never answered.
 */
import { isDeepStrictEqual } from 'node:util';
import type { AnyMachineSnapshot, AnyStateMachine } from 'xstate';
import { teamId, teamStream } from '../events/ids.ts';
import type { EventStore } from '../events/store.ts';
import { openMemoryStore } from '../events/stores/memory-store.ts';
import { SimulatedClock } from './clock.ts';
import type { MachineSource } from './machine/registered-machine.ts';
import { createRuntime, type Runtime } from './runtime.ts';
import type { RuntimeOptions } from './runtime-options.ts';

/** What happens to a machine: an event, or time. */
export type Happening = { type: string; [key: string]: unknown } | { waitMs: number };

export interface TrialOptions extends Pick<RuntimeOptions, 'workers' | 'events'> {
  input?: unknown;
  /** When it begins, milliseconds since 1970. */
  at?: number;
  /** How long a promise that is under way is waited for before the script goes on, real milliseconds; default 1000. */
  patienceMs?: number;
}

/** How a machine stands, in words that can be compared. */
export interface Outcome {
  value: unknown;
  context: unknown;
  status: 'active' | 'done' | 'failed' | 'stopped';
  output: unknown;
}

const TEAM = 'tried';
const NAME = 'machine';
const STREAM = teamStream(teamId(TEAM));
const QUIET_TICKS = 8;
const PATIENCE_MS = 1_000;
const NEVER = new Promise<never>(() => {});

export class Trial {
  readonly clock: SimulatedClock;
  private readonly store: EventStore = openMemoryStore();
  private living: { runtime: Runtime; life: Life };

  /** Use `tried`. */
  constructor(
    private readonly machine: MachineSource | AnyStateMachine,
    private readonly options: TrialOptions,
    appendsMax = Number.POSITIVE_INFINITY,
  ) {
    this.clock = new SimulatedClock(options.at ?? 0);
    this.living = this.begin(appendsMax);
  }

  get runtime(): Runtime {
    return this.living.runtime;
  }

  /** How often something was appended so far, by whatever process. */
  get appends(): number {
    return this.living.life.appends;
  }

  async start(): Promise<this> {
    const { input } = this.options;
    await this.mortally(() => this.runtime.start({ id: TEAM, machine: NAME, input }));
    return this;
  }

  async send(event: { type: string; [key: string]: unknown }): Promise<this> {
    await this.mortally(() => this.runtime.team(TEAM).send(event));
    return this;
  }

  /** Time goes by; what falls due on the way happens on the way. */
  async wait(ms: number): Promise<this> {
    const until = this.clock.now() + ms;
    for (let due = this.clock.next(); due !== undefined && due <= until; due = this.clock.next()) {
      this.clock.advanceTo(due);
      await this.mortally(async () => {});
    }
    this.clock.advanceTo(until);
    await this.mortally(async () => {});
    return this;
  }

  /** As `kill -9`, and a new process that goes on. */
  async kill(): Promise<this> {
    this.living.life.die();
    await this.revive();
    return this;
  }

  /** The process closes in order, and a new one goes on. */
  async restart(): Promise<this> {
    await this.runtime.close({ graceMs: 0 });
    await this.revive();
    return this;
  }

  async standing(): Promise<Outcome> {
    const { actors, root, ended } = await this.runtime.team(TEAM).state();
    const snapshot: AnyMachineSnapshot | undefined = actors.get(root)?.snapshot;
    const status = !ended
      ? 'active'
      : ended.type === 'team.stopped'
        ? 'stopped'
        : endOf(ended.data);
    const { value, context, output } = snapshot ?? {};
    return { value, context, status, output };
  }

  /** The recorded events, by type, with their data. */
  async events(): Promise<{ type: string; data: unknown }[]> {
    const events: { type: string; data: unknown }[] = [];
    for await (const { type, data } of this.runtime.team(TEAM).events())
      events.push({ type, data });
    return events;
  }

  async close(): Promise<void> {
    await this.runtime.close({ graceMs: 0 });
  }

  private begin(appendsMax: number): { runtime: Runtime; life: Life } {
    const life = new Life(this.store, appendsMax, this.living?.life.appends ?? 0);
    const { workers, events } = this.options;
    const runtime = createRuntime({
      store: life.store,
      clock: this.clock,
      machines: { [NAME]: this.machine },
      ...(workers ? { workers } : {}),
      ...(events ? { events } : {}),
      logger: () => {},
    });
    return { runtime, life };
  }

  private async revive(): Promise<void> {
    this.living = this.begin(Number.POSITIVE_INFINITY);
    if ((await this.store.head(STREAM)) >= 0) await this.runtime.resume(TEAM);
    await this.quiet();
  }

  /** Does something that the process may die of. What was not done by then is done again by the next one. */
  private async mortally(act: () => Promise<unknown>, again = true): Promise<void> {
    const before = this.appends;
    await Promise.race([act(), this.living.life.death]);
    await this.quiet();
    if (!this.living.life.dead) return;
    const wasDone = this.appends > before;
    await this.revive();
    if (!wasDone && again) await this.mortally(act, false);
  }

  /** Nothing more follows without time: nothing was appended for a while, and nothing that is under way may end. */
  private async quiet(): Promise<void> {
    const patience = Date.now() + (this.options.patienceMs ?? PATIENCE_MS);
    do {
      for (let still = 0, seen = -1; still < QUIET_TICKS; ) {
        await new Promise((resolve) => setImmediate(resolve));
        const { appends, dead } = this.living.life;
        if (dead) return;
        still = appends === seen ? still + 1 : 0;
        seen = appends;
      }
    } while ((await this.isUnderWay()) && Date.now() < patience);
  }

  private async isUnderWay(): Promise<boolean> {
    if ((await this.store.head(STREAM)) < 0) return false;
    const { works, ended } = await this.runtime.team(TEAM).state();
    return !ended && [...works.values()].some(({ status }) => status !== 'delayed');
  }
}

/** A process's view of the store, until it dies. */
class Life {
  readonly store: EventStore;
  readonly death: Promise<'dead'>;
  dead = false;
  private onDeath: () => void = () => {};

  constructor(
    real: EventStore,
    appendsMax: number,
    public appends: number,
  ) {
    this.death = new Promise((resolve) => {
      this.onDeath = () => resolve('dead');
    });
    this.store = new Proxy(real, {
      get: (target, key) => {
        // Leases are politeness between processes that live.
        if (key === 'leases') return undefined;
        const member: unknown = Reflect.get(target, key);
        if (typeof member !== 'function') return member;
        return (...args: unknown[]) => {
          if (this.dead) return key === 'subscribe' ? { close() {} } : NEVER;
          const answer: unknown = Reflect.apply(member, target, args);
          if (!(answer instanceof Promise)) return answer;
          return answer.then((value) => {
            if (key === 'append' && !this.dead && ++this.appends >= appendsMax) this.die();
            return this.dead ? NEVER : value;
          });
        };
      },
    });
  }

  die(): void {
    this.dead = true;
    this.onDeath();
  }
}

/** A machine that has begun, on a clock that stands still. */
export const tried = (
  machine: MachineSource | AnyStateMachine,
  options: TrialOptions = {},
): Promise<Trial> => new Trial(machine, options).start();

const endOf = ({ status }: { status?: unknown }) => (status === 'failed' ? 'failed' : 'done');

async function happen(trial: Trial, happening: Happening): Promise<void> {
  if ('waitMs' in happening && !('type' in happening)) await trial.wait(Number(happening.waitMs));
  else if ((await trial.standing()).status === 'active')
    await trial.send(happening as { type: string });
}

/** `await given(order, { type: 'submit' }).when({ type: 'pay' }).thenIt(({ value }) => expect(value).toBe('paid'))` */
export function given(machine: MachineSource | AnyStateMachine, ...past: readonly Happening[]) {
  const course = (options: TrialOptions) => ({
    with: (more: TrialOptions) => course({ ...options, ...more }),
    when: (...present: readonly Happening[]) => ({
      thenIt: async (check: (standing: Outcome, trial: Trial) => unknown): Promise<void> => {
        const trial = await tried(machine, options);
        for (const happening of [...past, ...present]) await happen(trial, happening);
        await check(await trial.standing(), trial);
        await trial.close();
      },
    }),
  });
  return course({});
}

/** A death of the process has changed how the machine stands in the end. */
export class CrashShows extends Error {
  override readonly name = 'CrashShows';
  constructor(
    readonly append: number,
    readonly expected: Outcome,
    readonly found: Outcome,
  ) {
    super(
      `killed after append ${append}, it ends in ${JSON.stringify(found.value)} (${found.status}), ` +
        `and without a death in ${JSON.stringify(expected.value)} (${expected.status})`,
    );
  }
}

/**
 * Runs the script without a death, then once for each append with a process that is killed right after it, and
 * compares. Resolves with how many deaths were tried; rejects with `CrashShows`.
 */
export async function crashAnywhere(
  machine: MachineSource | AnyStateMachine,
  script: readonly Happening[],
  options: TrialOptions = {},
): Promise<{ deaths: number; standing: Outcome }> {
  const run = async (appendsMax: number) => {
    const trial = await new Trial(machine, options, appendsMax).start();
    for (const happening of script) await happen(trial, happening);
    const standing = await trial.standing();
    await trial.close();
    return { standing, appends: trial.appends };
  };
  const { standing, appends } = await run(Number.POSITIVE_INFINITY);
  for (let append = 1; append <= appends; append++) {
    const killed = await run(append);
    if (!isDeepStrictEqual(killed.standing, standing))
      throw new CrashShows(append, standing, killed.standing);
  }
  return { deaths: appends, standing };
}
