/** Behind the end of a team only its mending is its own: what others wrote there is passed over. */
import type { RawEvent } from '../../events/event.ts';
import { teamMended } from '../../events/words/team.ts';
import type { TeamState } from './team-state.ts';

export const isBehindTheEnd = ({ ended }: TeamState, { type }: RawEvent): boolean =>
  ended !== null && type !== teamMended.type;
