/** How a team ended, from its state. */
import type { TeamId } from '../events/ids.ts';
import { decode } from '../events/value.ts';
import { hashState, type TeamState } from './state/team-state.ts';

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

export function resultOf(team: TeamId, state: TeamState): TeamResult {
  const { type, data, revision } = state.ended!;
  const stateHash = hashState(state);
  if (type === 'team.stopped') {
    return {
      team,
      status: 'stopped',
      reason: `${data['reason']}: ${data['detail']}`,
      output: null,
      revision,
      stateHash,
    };
  }
  return {
    team,
    status: data['status'] as 'done' | 'failed',
    reason: String(data['reason']),
    output: decode(data['output'] ?? null),
    revision,
    stateHash,
  };
}
