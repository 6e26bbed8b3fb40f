/**
 * Given events, when one more is heard, then the machine says, owes and arms this: for machines as pure
 * functions. What is given is events only, never a state made by hand.
 */

import { expect } from 'vitest';
import {
  type AnyMachineSnapshot,
  type AnyStateMachine,
  initialTransition,
  transition,
} from 'xstate';

export interface Event {
  type: string;
  [key: string]: unknown;
}

export interface Owed {
  id: string;
  src: string;
  input: unknown;
}

/** What one event led to. */
export interface Outcome {
  snapshot: AnyMachineSnapshot;
  said: Event[];
  owes: Owed[];
  cancels: string[];
  /** Names of the timers armed, with their delays in milliseconds. */
  arms: Record<string, number>;
}

/** What is expected of it. What is left out is not looked at; `said` lists everything said, in order. */
export interface Expected {
  said?: object[];
  owes?: object[];
  cancels?: string[];
  arms?: Record<string, number>;
  state?: unknown;
  context?: object;
}

export function given(machine: AnyStateMachine, input: unknown, events: readonly Event[] = []) {
  const born = outcome(initialTransition(machine, input as never) as never);
  const past = events.reduce((now, event) => hear(machine, now, event), born);
  return {
    /** For assertions on the past itself. */
    outcome: past,
    // biome-ignore lint/suspicious/noThenProperty: given, when, then; nothing here is awaited
    then: (expected: Expected) => hold(past, expected),
    when(event: Event) {
      const now = hear(machine, past, event);
      return {
        outcome: now,
        // biome-ignore lint/suspicious/noThenProperty: given, when, then; nothing here is awaited
        then: (expected: Expected) => hold(now, expected),
        /** The machine cannot act on it: nothing changes, and it is recorded as deaf. */
        thenDeaf() {
          expect(now.snapshot).toBe(past.snapshot);
          expect(now.said).toEqual([]);
        },
      };
    },
  };
}

export function hear(machine: AnyStateMachine, { snapshot }: Outcome, event: Event): Outcome {
  return outcome(transition(machine, snapshot, event as never) as never);
}

function hold(now: Outcome, expected: Expected): void {
  const { said, owes, cancels, arms, state, context } = expected;
  if (said) {
    expect(now.said.map(({ type }) => type)).toEqual(said.map((one) => (one as Event).type));
    expect(now.said).toMatchObject(said);
  }
  if (owes) {
    expect(now.owes).toHaveLength(owes.length);
    expect(now.owes).toMatchObject(owes);
  }
  if (cancels) expect(now.cancels).toEqual(cancels);
  if (arms) expect(now.arms).toEqual(arms);
  if (state !== undefined) expect(now.snapshot.value).toEqual(state);
  if (context) expect(now.snapshot.context).toMatchObject(context);
}

interface RawAction {
  type: string;
  params: any;
}

function outcome([snapshot, actions]: [AnyMachineSnapshot, RawAction[]]): Outcome {
  if (snapshot.status === 'error') throw snapshot.error;
  const now: Outcome = { snapshot, said: [], owes: [], cancels: [], arms: {} };
  for (const { type, params } of actions) {
    if (type === 'xstate.emit') now.said.push(params.event);
    else if (type === 'xstate.spawnChild')
      now.owes.push({ id: params.id, src: params.src, input: params.input });
    else if (type === 'xstate.stopChild') now.cancels.push(params?.id ?? params);
    else if (type === 'xstate.raise' && params.delay !== undefined)
      now.arms[params.event.type] = params.delay;
    else if (type !== 'xstate.cancel') throw new Error(`a machine wants "${type}" done`);
  }
  return now;
}

/** The awaited work has come to a result, recorded at this revision. */
export const done = (id: string, output: unknown, revision = 100): Event => ({
  type: `xstate.done.actor.${id}`,
  output,
  actorId: id,
  revision,
  at: 0,
});

export const failed = (id: string, error: object, revision = 100): Event => ({
  type: `xstate.error.actor.${id}`,
  error,
  actorId: id,
  revision,
  at: 0,
});

/** The timer of a state has run out. */
export const after = (delay: string, state: string): Event => ({
  type: `xstate.after.${delay}.${state}`,
});

let revision = 1000;
/** An event as it is heard: said by someone, at a revision. */
export const heard = (type: string, from: string, data: object = {}, at = revision++): Event => ({
  ...data,
  type,
  from,
  revision: at,
  at: 0,
});
