/**
 * Mending a team from outside, while nobody leads it: the turn that stopped it is taken again with the machines of
 * this process, and appended if it completes now.
 *
 * Invariant: a turn that still does not complete changes nothing, and is told with its reason.
 */
import { randomUUID } from 'node:crypto';
import { type StreamName, type TeamId, teamStream } from '../../events/ids.ts';
import { type EventStore, RevisionConflict } from '../../events/store.ts';
import { teamMended } from '../../events/words/team.ts';
import type { Clock } from '../clock.ts';
import type { Fold } from '../state/fold.ts';
import type { TurnRules } from '../turn/draft.ts';
import { type TurnOutcome, takeTurn } from '../turn/turn.ts';
import { OwnHands } from './own-hands.ts';

/** A team cannot be mended: it did not stop so, or it would stop again. */
export class NotMended extends Error {
  override readonly name = 'NotMended';
}

interface MendingSite {
  readonly store: EventStore;
  readonly fold: Fold;
  readonly rules: TurnRules;
  readonly clock: Clock;
  readonly name: string;
  log(...said: unknown[]): void;
}

const CONFLICTS_MAX = 5;

/** Rejects with `NotMended`. What custom actions have left to do is done here: whoever leads it next folds the turn. */
export async function mend(site: MendingSite, team: TeamId): Promise<void> {
  const stream = teamStream(team);
  for (let conflicts = 0; ; conflicts++) {
    const outcome = await taken(site, stream, team);
    try {
      await append(site.store, stream, outcome);
      new OwnHands(() => {}, site.log).act(outcome.state, outcome.acts);
      return;
    } catch (error) {
      if (!(error instanceof RevisionConflict) || conflicts >= CONFLICTS_MAX) throw error;
    }
  }
}

async function taken(
  { fold, rules, clock, name }: MendingSite,
  stream: StreamName,
  team: TeamId,
): Promise<TurnOutcome> {
  const state = await fold.stateAt(stream);
  if (!state.ended || !state.mendable)
    throw new NotMended(`team ${team} was not stopped by a turn that could not complete`);
  const data = { by: name, unheard: state.mendable.revision };
  const stimulus = { type: teamMended.type, data, at: Math.max(clock.now(), state.at) };
  const outcome = takeTurn(state, stimulus, rules, () => []);
  const { ended } = outcome.state;
  if (ended && outcome.state.mendable)
    throw new NotMended(
      `team ${team} would stop again: ${String(ended.data['detail'] ?? ended.data['reason'])}`,
    );
  return outcome;
}

async function append(
  store: EventStore,
  stream: StreamName,
  { events }: TurnOutcome,
): Promise<void> {
  const written = events.map(({ type, version, text, meta }) => ({
    id: randomUUID(),
    type,
    version,
    data: text,
    meta: JSON.stringify(meta),
  }));
  const [first] = events;
  if (first) await store.append(stream, written, first.revision - 1);
}
