/**
 * A machine as the runtime knows it, from what an embedder gives to what the turn asks of it.
 */
import type { AnyActorLogic, AnyStateMachine } from 'xstate';
import type { Interpreter } from './interpreter.ts';
import type { WorkPolicy } from './work-policy.ts';

/** How often a promise of a machine's own may be run for one wait. */
export type PromiseEffect = 'repeatable' | 'paid' | 'once';

export interface MachineSource {
  readonly machine: AnyStateMachine;
  /** Topics of what it hears without being addressed. */
  readonly hears?: readonly string[];
  /**
   * `team`: it speaks the words of a team, addresses by `to` and hears by topic, as the horde's machines do; the
   * default where `hears` is given. `own`: it is any XState machine, with its own words; the default elsewhere.
   */
  readonly words?: 'team' | 'own';
  /** Demands that every wait answers success, failure and time-out. */
  readonly strict?: boolean;
  /**
   * What a crash in the middle of its own invoked promises means, by `src`. Default `repeatable`: the promise is run
   * again. `paid`: the same, with each start recorded before it. `once`: never again, it fails as `outcomeUnknown`.
   */
  readonly effects?: Readonly<Record<string, PromiseEffect>>;
  /** Attempts, backoff and time-out of its own promises, by `src`. */
  readonly policies?: Readonly<Record<string, WorkPolicy>>;
  /** The shape of events that it may be sent, by type: what does not fit is refused at the door. */
  readonly accepts?: Readonly<Record<string, EventShape>>;
}

/** As zod has it: parses, or says what is wrong. */
export interface EventShape {
  safeParse(event: unknown):
    | { success: true }
    | {
        success: false;
        error: { issues: readonly { path: readonly PropertyKey[]; message: string }[] };
      };
}

export interface RegisteredMachine {
  readonly name: string;
  readonly machine: AnyStateMachine;
  /** Runs as XState would run it, with actors of its own, instead of speaking the words of a team. */
  readonly own: boolean;
  readonly interpreter: Interpreter;
  readonly effects: Readonly<Record<string, PromiseEffect>>;
  readonly policies: Readonly<Record<string, WorkPolicy>>;
  readonly accepts: Readonly<Record<string, EventShape>>;
  readonly warnings: readonly string[];
  /** Changes when the machine's chart or the source of its named implementations does. */
  readonly fingerprint: string;
  hears(type: string): boolean;
  /** Logic that is awaited as work of the team, and is no actor of its own. */
  isWork(logic: AnyActorLogic, src: string | null): boolean;
  /** What an actor is registered as that this machine makes. */
  childOf(logic: AnyActorLogic, src: string | null): RegisteredMachine;
}

/** No machine of this name was given to the runtime. */
export class UnknownMachine extends Error {
  override readonly name = 'UnknownMachine';
}

/** A machine cannot be run durably; `problems` say what is wrong where, one line each. */
export class RegistrationError extends Error {
  override readonly name = 'RegistrationError';
  constructor(
    readonly machine: string,
    readonly problems: readonly string[],
  ) {
    super(
      `machine "${machine}" cannot be registered:\n${problems.map((line) => `  - ${line}`).join('\n')}`,
    );
  }
}

/** What a team's root lets in: whose words it speaks, and which shapes of events it accepts. */
export type Door = Pick<RegisteredMachine, 'own' | 'accepts'>;
