/**
 * The first append of a team by somebody who does not lead it: handed in for others, or ended before it can begin.
 * Both throw `RevisionConflict` when the team exists already.
 */
import type { JsonObject } from '../../events/event.ts';
import { type TeamId, teamStream } from '../../events/ids.ts';
import { type EventStore, NO_STREAM } from '../../events/store.ts';
import type { Clock } from '../clock.ts';
import { emptyState, type Formed } from '../state/team-state.ts';
import type { Stimulus, TurnRules } from '../turn/draft.ts';
import { stopInstead, takeTurn } from '../turn/turn.ts';
import { write } from './commit.ts';
import { OwnHands } from './own-hands.ts';

interface FormingSite {
  readonly store: EventStore;
  readonly clock: Clock;
  readonly rules: TurnRules;
  log(...said: unknown[]): void;
}

/** What forms a team: the first stimulus of its life. */
export const formingOf = (formed: Formed, at: number, correlationId: string): Stimulus => ({
  type: 'team.formed',
  // Parsed by its schema when it is recorded.
  data: formed as unknown as JsonObject,
  at,
  correlationId,
});

/** Forms the team and leaves it to whoever leads it. */
export async function handIn(
  site: FormingSite,
  team: TeamId,
  formed: Formed,
  correlationId: string,
): Promise<void> {
  const stimulus = formingOf(formed, site.clock.now(), correlationId);
  const { state, events, acts } = takeTurn(emptyState(), stimulus, site.rules, () => []);
  await write(site, teamStream(team), events, NO_STREAM);
  // Whoever leads it later folds this turn, and does nothing of what it left to do.
  new OwnHands(() => {}, site.log).act(state, acts);
}

/** Ends the team before it has begun, so that nobody can begin it. */
export async function withdraw(
  site: FormingSite,
  team: TeamId,
  formed: Formed,
  correlationId: string,
  detail: string,
): Promise<void> {
  const stimulus = formingOf(formed, site.clock.now(), correlationId);
  const { events } = stopInstead(emptyState(), stimulus, site.rules, 'withdrawn', detail);
  await write(site, teamStream(team), events, NO_STREAM);
}
