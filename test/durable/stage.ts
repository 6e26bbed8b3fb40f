/**
 * A store, a clock that stands still, and processes that come and go: what the tests of durability play on.
 */
import type { AnyStateMachine } from 'xstate';
import { SimulatedClock } from '../../src/actors/clock.ts';
import type { MachineSource } from '../../src/actors/machine/registered-machine.ts';
import { createRuntime, type Runtime } from '../../src/actors/runtime.ts';
import type { RuntimeOptions } from '../../src/actors/runtime-options.ts';
import type { EventStore } from '../../src/events/store.ts';
import { openMemoryStore } from '../../src/events/stores/memory-store.ts';
import { mortal, quiet } from './runs.ts';

export const BEGUN = 1_000_000;

export class Stage {
  readonly store: EventStore;
  readonly clock = new SimulatedClock(BEGUN);
  runtime: Runtime;
  private die: () => void = () => {};

  constructor(
    private machines: Record<string, MachineSource | AnyStateMachine>,
    private readonly options: Partial<RuntimeOptions> = {},
  ) {
    this.store = openMemoryStore();
    this.runtime = this.process();
  }

  async start(machine = 'm', input?: unknown): Promise<void> {
    await this.runtime.start({ id: 't', machine, input });
    await quiet();
  }

  async send(event: { type: string; [key: string]: unknown }): Promise<void> {
    await this.team.send(event);
    await quiet();
  }

  /** Time goes by for whoever lives. */
  async wait(ms: number): Promise<void> {
    const until = this.clock.now() + ms;
    for (let due = this.clock.next(); due !== undefined && due <= until; due = this.clock.next()) {
      this.clock.advanceTo(due);
      await quiet();
    }
    this.clock.advanceTo(until);
    await quiet();
  }

  /** The process ends in order; another one begins, with other machines if they are given. */
  async restart(machines = this.machines): Promise<void> {
    await this.runtime.close({ graceMs: 0 });
    this.machines = machines;
    this.runtime = this.process();
  }

  /** The process is killed; another one begins. */
  kill(machines = this.machines): void {
    this.die();
    this.machines = machines;
    this.runtime = this.process();
  }

  async resume(): Promise<void> {
    await this.runtime.resume('t');
    await quiet();
  }

  get team() {
    return this.runtime.team('t');
  }

  async root(): Promise<any> {
    const { actors } = await this.team.state();
    return actors.get('root')?.snapshot;
  }

  async types(): Promise<string[]> {
    const types: string[] = [];
    for await (const { type } of this.team.events()) types.push(type);
    return types;
  }

  async data(type: string): Promise<any[]> {
    const found: unknown[] = [];
    for await (const event of this.team.events()) if (event.type === type) found.push(event.data);
    return found;
  }

  async divergence() {
    return (await this.runtime.replay('t')).divergence;
  }

  private process(): Runtime {
    const { store, die } = mortal(this.store);
    this.die = die;
    const { machines, clock } = this;
    return createRuntime({ logger: () => {}, ...this.options, store, clock, machines });
  }
}
