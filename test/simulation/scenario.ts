/**
 * What is simulated: the machines of a team, the hands that work for them, and what is said from outside.
 */
import type { MachineSource } from '../../src/actors/registration.ts';
import type { Dice } from '../../src/actors/rehearsal/dice.ts';
import type { StartOptions } from '../../src/actors/runtime.ts';
import type { EventDefinition, JsonObject } from '../../src/events/event.ts';
import type { Hands } from './hands.ts';

export interface Chat {
  event: { type: string } & JsonObject;
  to?: string[];
}

export interface Scenario {
  readonly name: string;
  /** Machines are made anew for each process, as they are in a real one. */
  machines(dice: Dice): Readonly<Record<string, MachineSource>>;
  readonly events: readonly EventDefinition[];
  readonly hands: Hands;
  start(dice: Dice): StartOptions;
  /** Things that people may say to the team, each at most once. */
  chatter(dice: Dice): Chat[];
}
