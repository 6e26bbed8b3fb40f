/**
 * What is simulated: the machines of a team, the hands that work for them, and what is said from outside.
 */
import type { MachineSource } from '../../src/actors/machine/registered-machine.ts';
import type { StartOptions } from '../../src/actors/team-plan.ts';
import type { Workers } from '../../src/actors/worker.ts';
import type { EventDefinition, JsonObject } from '../../src/events/event.ts';
import type { Dice } from '../../src/events/words/scene.ts';
import type { OnBegin } from './hands.ts';
import type { Process, World } from './world.ts';

export interface Chat {
  event: { type: string } & JsonObject;
  to?: string[];
}

export interface Scenario {
  readonly name: string;
  /** Machines are made anew for each process, as they are in a real one. */
  machines(dice: Dice): Readonly<Record<string, MachineSource>>;
  readonly events: readonly EventDefinition[];
  /** What the machines wait for, and who does it in a process of the world. */
  readonly works: readonly string[];
  workers(world: World, process: () => Process, begin: OnBegin): Workers;
  start(dice: Dice): StartOptions;
  /** Most turns, computed from limits: without those for words from outside, leaders and late results. */
  turnsMax?(dice: Dice): number;
  /** Things that people may say to the team, each at most once. */
  chatter(dice: Dice): Chat[];
}
