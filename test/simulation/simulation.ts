/**
 * One simulated team, from its forming to its end, through everything that its seed has in store.
 *
 * The operator of this world starts the team, speaks to it, kills, pauses and closes processes, lets a second
 * one take the team over while the first still leads, and resumes it when nobody does. When the mishaps are
 * used up it only resumes, and the team must end (G7).
 */

import { createGovernor } from '../../src/actors/governor/token-governor.ts';
import type { MachineSource } from '../../src/actors/machine/registered-machine.ts';
import { createRuntime, type Runtime } from '../../src/actors/runtime.ts';
import type { Workers } from '../../src/actors/worker.ts';
import type { RawEvent } from '../../src/events/event.ts';
import type { EventStore } from '../../src/events/store.ts';
import type { Dice } from '../../src/events/words/scene.ts';
import { throwDice } from '../../src/hands/model/rehearsal/dice.ts';
import { openFaultyStore } from './faulty-store.ts';
import { bookOfLeave } from './leave-book.ts';
import { hashLog } from './log-hash.ts';
import type { Chat, Scenario } from './scenario.ts';
import { type Violation, Witness } from './witness.ts';
import { type Plan, type Process, type Totals, World } from './world.ts';

export interface Outcome {
  seed: number;
  scenario: string;
  violations: readonly Violation[];
  /** Of everything that stands on the disk, ids and names of leaders left out. */
  logHash: string;
  events: number;
  turns: number;
  end: string;
  totals: Totals;
  appends: number;
  /** All that stands on the disk. */
  log: readonly RawEvent[];
  /** By the witness's own fold. */
  stateHash: string;
}

const TEAM = 'simulated';
/** Far beyond what any scenario needs; a team that is still at it then does not end. */
const STEPS_MAX = 60_000;
/** A resume may fail because the store does not answer, as long as there are mishaps. */
const RESUMES_MAX = 100;

/** What is broken on purpose in every process, so that the witness can be tested. */
export interface Sabotage {
  store?(store: EventStore, world: World, process: Process): EventStore;
  workers?(workers: Workers): Workers;
  machines?(
    machines: Readonly<Record<string, MachineSource>>,
  ): Readonly<Record<string, MachineSource>>;
}

export interface SimulationOptions {
  plan?: Partial<Plan>;
  sabotage?: Sabotage;
  /** The process that makes the append with this number (from 0) dies before it hears of it. */
  crashAfter?: number;
  /** Called when something stands on the disk, for whoever looks for a fault. */
  onEvent?: (event: RawEvent, writer: number) => void;
}

export async function simulate(
  seed: number,
  scenario: Scenario,
  options: SimulationOptions = {},
): Promise<Outcome> {
  return new Simulation(seed, scenario, options).run();
}

class Simulation {
  private readonly world: World;
  private readonly witness: Witness;
  private readonly dice: Dice;
  /** Whether a team is taken over by starting it again. */
  private readonly starter: Dice;
  private readonly chatter: Chat[];
  private spoken = 0;
  private appends = 0;

  constructor(
    private readonly seed: number,
    private readonly scenario: Scenario,
    private readonly options: SimulationOptions,
  ) {
    this.dice = throwDice('operator', seed);
    this.starter = throwDice('starter', seed);
    const dice = throwDice('chatter', seed);
    const chatter = scenario.chatter(dice);
    this.chatter = dice.some(chatter, chatter.length);
    this.witness = new Witness({
      machines: this.machines(),
      events: scenario.events,
      hands: scenario.works,
      stream: `team-${TEAM}`,
      inbox: `inbox-${TEAM}`,
    });
    const watch = (writer: number, events: readonly RawEvent[]): void => {
      for (const event of events) options.onEvent?.(event, writer);
      this.witness.written(writer, events);
      const author = this.world.processes[writer];
      if (author && this.appends++ === options.crashAfter) this.world.crash(author);
    };
    this.world = new World(seed, watch, options.plan);
  }

  private machines() {
    return this.scenario.machines(throwDice('machines', this.seed));
  }

  async run(): Promise<Outcome> {
    const start = { ...this.scenario.start(throwDice('start', this.seed)), id: TEAM };
    const first = this.process();
    const started = first.runtime.start(start).catch(() => undefined);
    await this.world.settle();
    void started;
    try {
      await this.live(start);
      if (this.witness.violations.length === 0) await this.afterwards();
      this.bounded();
    } catch (error) {
      this.witness.violated(`the simulation broke: ${(error as Error).stack}`);
    }
    for (const process of this.world.processes) this.world.bury(process);
    return this.outcome();
  }

  private process(): Process {
    const process: Process = {
      id: this.world.processes.length,
      runtime: undefined as unknown as Runtime,
      state: 'running',
      waiting: [],
      closing: [],
    };
    this.world.processes.push(process);
    const me = () => process;
    const { sabotage = {} } = this.options;
    const store = openFaultyStore(this.world, process);
    const workers = this.scenario.workers(this.world, me, (...begun) =>
      this.witness.begun(...begun),
    );
    if (this.world.plan.governed) process.leave = bookOfLeave(strictGovernor());
    process.runtime = createRuntime({
      store: sabotage.store?.(store, this.world, process) ?? store,
      clock: this.world.clockOf(me),
      machines: sabotage.machines?.(this.machines()) ?? this.machines(),
      events: this.scenario.events,
      workers: sabotage.workers?.(workers) ?? workers,
      ...(process.leave ? { governor: process.leave.governor } : {}),
    });
    return process;
  }

  private get ended(): boolean {
    return this.witness.state.ended !== null;
  }

  private async live(start: Parameters<Runtime['start']>[0]): Promise<void> {
    const { world, witness } = this;
    while (!this.ended && witness.violations.length === 0) {
      if (world.totals.steps > STEPS_MAX)
        return witness.violated(`G7: the team has not ended after ${STEPS_MAX} steps`);
      await this.operate(start);
      if (await world.step()) continue;
      // Nothing can happen by itself: people have not spoken yet, nobody leads, or whoever does is paused.
      if (this.witness.state.paused) await this.say(CONTINUED);
      else if (this.chatter.length > 0) await this.say(this.chatter.shift()!);
      if (this.fruitless() > RESUMES_MAX)
        return witness.violated('G7: leaders come and go, and the team waits for nothing');
      let moved = false;
      for (let tries = 0; !moved && !this.ended && tries < RESUMES_MAX; tries++) {
        await this.resume(start);
        moved = await world.step();
      }
      if (!moved && !this.ended)
        return witness.violated('G7: the team waits for nothing and has not ended');
    }
  }

  /** How often the team was resumed without anything coming of it but a new leader. */
  private fruitless(): number {
    const { events } = this.world.disk;
    const last = events.findLastIndex(({ type }) => type !== 'leader.took');
    return events.length - 1 - last;
  }

  /** What people and machine rooms do between two steps. */
  private async operate(start: Parameters<Runtime['start']>[0]): Promise<void> {
    const { world, dice } = this;
    if (this.chatter.length > 0 && dice.chance(0.12)) await this.say(this.chatter.shift()!);
    const running = world.processes.filter(({ state }) => state === 'running');
    const paused = world.processes.filter(({ state }) => state === 'paused');
    if (paused.length > 0 && (world.mishapsLeft <= 0 || dice.chance(0.02)))
      world.wake(dice.pick(paused));
    if (running.length === 0) return;
    const process = dice.pick(running);
    if (world.mishap('crash')) world.crash(process);
    else if (world.mishap('pause')) world.pause(process);
    else if (world.mishap('closing')) await this.close(process);
    else if (world.mishap('rival')) {
      world.totals.takeovers += 1;
      const rival = running.length > 1 && dice.chance(0.5) ? process : this.process();
      this.takeOver(rival, start);
    }
    await world.settle();
  }

  private async close(process: Process): Promise<void> {
    let closed = false;
    void process.runtime.close({ graceMs: this.dice.int(0, 5000) }).then(() => {
      closed = true;
    });
    for (let i = 0; i < 1000 && !closed && (await this.world.step()); i++);
    await this.world.settle();
    if (!closed && process.state === 'running')
      this.witness.violated(`G7: process ${process.id} does not close`);
    this.world.bury(process);
  }

  private async say({ event, to }: Chat): Promise<void> {
    const text = JSON.stringify({ ...event, type: undefined });
    const id = `said-${this.spoken++}`;
    const at = this.world.clock.now();
    const known = this.scenario.events.find(({ type }) => type === event.type);
    await this.world.disk.append(
      -1,
      `inbox-${TEAM}` as never,
      [
        {
          id,
          type: event.type,
          version: OWN_VERSIONS.get(event.type) ?? known?.version ?? 0,
          data: text,
          meta: JSON.stringify({ at, turn: 0, ...(to ? { to } : {}) }),
        },
      ],
      'any',
    );
    await this.world.settle();
  }

  /** By going on with it, or by starting it again under its id: the same to whoever asks. */
  private takeOver(process: Process, start: Parameters<Runtime['start']>[0]): void {
    const { runtime } = process;
    const taken = this.starter.chance(0.4) ? runtime.start(start) : runtime.resume(TEAM);
    void taken.catch(() => undefined);
  }

  private async resume(start: Parameters<Runtime['start']>[0]): Promise<void> {
    const { world } = this;
    for (const process of world.processes) world.wake(process);
    await world.settle();
    const running = world.processes.filter(({ state }) => state === 'running');
    const process =
      running.length > 0 && this.dice.chance(0.7) ? this.dice.pick(running) : this.process();
    if (this.witness.state.revision < 0) void process.runtime.start(start).catch(() => undefined);
    else this.takeOver(process, start);
    await world.settle();
  }

  /** The end is where it should be: whoever led knows it, and replay comes to the same state (G2). */
  private async afterwards(): Promise<void> {
    const { world, witness } = this;
    witness.atEnd();
    world.mishapsLeft = 0;
    for (const process of world.processes) world.wake(process);
    const reader = this.process();
    const finished = Promise.all([
      reader.runtime.replay(TEAM),
      reader.runtime.team(TEAM).result(),
      ...world.processes
        .filter(({ state }) => state === 'running')
        .map(({ runtime }) =>
          runtime
            .team(TEAM)
            .result()
            .catch(() => undefined),
        ),
    ]);
    let results: Awaited<typeof finished> | undefined;
    void finished.then(
      (known) => {
        results = known;
      },
      (error) => witness.violated(`G2: the end cannot be read: ${(error as Error).message}`),
    );
    for (let i = 0; i < STEPS_MAX && !results && witness.violations.length === 0; i++)
      if (!(await world.step())) break;
    await world.settle();
    if (!results) return witness.violated('G2: the end cannot be read');
    const [replayed, ...known] = results;
    if (replayed.divergence)
      witness.violated(`G2: replay diverges at ${replayed.divergence.revision}`);
    for (const hash of [replayed.stateHash, ...known.map((result) => result?.stateHash)])
      if (hash !== undefined && hash !== witness.hash)
        witness.violated('G2: the live state and its replay are not the same');
    await this.atRest();
  }

  /** Once nothing is under way any more, no process has kept leave of its governor. */
  private async atRest(): Promise<void> {
    const { world, witness } = this;
    for (let i = 0; i < STEPS_MAX && (await world.step()); i++);
    for (const { id, state, leave } of world.processes)
      if (state === 'running' && leave && leave.out > 0)
        witness.violated(`process ${id} keeps ${leave.out} permits of its governor for nothing`);
  }

  /** The team was done within the turns that its limits allow (G7). */
  private bounded(): void {
    const most = this.scenario.turnsMax?.(throwDice('start', this.seed));
    const { counted } = this.witness;
    if (most !== undefined && counted > most)
      this.witness.violated(`G7: ${counted} turns were taken, the limits allow ${most}`);
  }

  private outcome(): Outcome {
    const { world, witness } = this;
    const { ended } = witness.state;
    return {
      seed: this.seed,
      scenario: this.scenario.name,
      violations: witness.violations,
      logHash: hashLog(world.disk.events),
      events: world.disk.events.length,
      turns: witness.turns,
      end: ended ? `${ended.type}: ${ended.data['reason']}` : 'none',
      totals: world.totals,
      appends: this.appends,
      log: world.disk.events,
      stateHash: ended ? witness.hash : '',
    };
  }
}

const CONTINUED: Chat = { event: { type: 'team.continued', by: 'a person' } };

/** A provider that allows two calls at once, and few a minute. */
const strictGovernor = () =>
  createGovernor({ requestsPerMinute: 60, burst: 3, concurrency: 2, halfOpenAfterMs: 20_000 });

const OWN_VERSIONS = new Map([
  ['team.stopRequested', 1],
  ['team.paused', 1],
  ['team.continued', 1],
  ['message.told', 1],
]);
