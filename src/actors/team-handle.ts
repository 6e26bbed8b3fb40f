/**
 * A team as an embedding program holds it: to read, to wait for, to speak to. It works the same whether
 * this process leads the team or another does.
 */
import type { RecordedEvent } from '../events/event.ts';
import type { TeamId } from '../events/ids.ts';
import type { Projection } from '../projections/kit/projection.ts';
import type { TeamState } from './state/team-state.ts';

/** How a team ended. */
export interface TeamResult {
  team: TeamId;
  /** `done` and `failed`: its root machine's word. `stopped`: the runtime ended it. */
  status: 'done' | 'failed' | 'stopped';
  reason: string;
  /** What the root machine gave out. */
  output: unknown;
  /** Revision of the last event. */
  revision: number;
  stateHash: string;
}

interface ReadTeamOptions {
  /** First revision wanted, default 0. */
  from?: number;
  /** Keeps waiting for more until the team has ended or the signal is aborted. */
  follow?: boolean;
  signal?: AbortSignal;
}

export interface TeamHandle {
  readonly id: TeamId;
  /** The recorded events, in order. */
  events(options?: ReadTeamOptions): AsyncGenerator<RecordedEvent>;
  /** Resolves when the team has ended. Rejects when this process led it and could not go on. */
  result(): Promise<TeamResult>;
  /** The folded state at the last turn that ends at or before `at` (a revision). */
  state(options?: { at?: number }): Promise<TeamState>;
  /** A projection of the team's events, up to and with revision `at`. */
  view<State>(projection: Projection<State>, options?: { at?: number }): Promise<State>;
  /** Says something to the team through its inbox; `to` names actors, default the root. */
  send(
    event: { type: string; [key: string]: unknown },
    options?: { to?: readonly string[] },
  ): Promise<void>;
  stop(reason?: string): Promise<void>;
  pause(): Promise<void>;
  continue(): Promise<void>;
}

/** The team has ended: nothing said to it now will be heard. */
export class TeamEnded extends Error {
  override readonly name = 'TeamEnded';
}
