/** Behind the end of a team only its mending is its own: what others wrote there is passed over. */
import type { RawEvent } from '../../events/event.ts';
import { teamMended } from '../../events/words/team.ts';
import type { TurnOutcome } from '../turn/turn.ts';
import type { TeamState } from './team-state.ts';

export function beginningOf([first]: readonly RawEvent[]): RawEvent {
  if (!first) throw new Error('a recorded turn has an event at least');
  return first;
}

export const isBehindTheEnd = ({ ended }: TeamState, { type }: RawEvent): boolean =>
  ended !== null && type !== teamMended.type;

/** What comes of a turn that is passed over. */
export const untouched = (state: TeamState): { outcome: TurnOutcome; divergence: null } => ({
  outcome: { state, events: [], acts: [] },
  divergence: null,
});
