/** How a team ended, from its state, or from its stream where another leads it. */
import { type TeamId, teamStream } from '../events/ids.ts';
import { decode } from '../events/value.ts';
import type { Fold } from './state/fold.ts';
import { hashState, type TeamState } from './state/team-state.ts';
import { ENDS, type TeamReader } from './team-reader.ts';

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

/** The result of a team that is led elsewhere, once it is there; rejects when nobody brings it to its end. */
export async function resultRead(
  team: TeamId,
  reader: TeamReader,
  fold: Pick<Fold, 'stateAt'>,
): Promise<TeamResult> {
  const last = (await reader.lastEvent(team)).raw.revision;
  for await (const { type } of reader.read(team, { from: last, follow: true }))
    if (ENDS.has(type)) return resultOf(team, await fold.stateAt(teamStream(team)));
  throw new Error(`team ${team} has not ended; go on with: horde resume ${team}`);
}
