/**
 * Mending a team whose turn could not complete: where it stood is set aside when it is stopped, and taken up again
 * when it is mended, with what it could not hear.
 *
 * Invariants
 * 1. A mended team stands where it stood before the turn that stopped it; then it hears the same again.
 * 2. Mending that does not help leaves the team mendable.
 */
import { teamMended } from '../../events/words/team.ts';
import { timerKey } from '../state/team-state.ts';
import type { TurnDraft, TurnEvent } from './draft.ts';

/** Before its end is said: what would be needed to go on. */
export function setAside({ state }: TurnDraft, event: TurnEvent): void {
  if (event.type === teamMended.type) return;
  const { revision, type, version, data, meta } = event;
  const { to, work, origin, actor } = meta;
  state.mendable = {
    revision,
    type,
    version,
    data,
    meta: {
      ...(to ? { to } : {}),
      ...(work ? { work } : {}),
      ...(origin ? { origin } : {}),
      ...(actor ? { actor } : {}),
    },
    active: [...state.actors.values()].flatMap(({ id, status }) =>
      status === 'active' ? [id] : [],
    ),
    works: [...state.works.values()],
    timers: [...state.timers.values()],
  };
}

/** Takes up where the team stood, and says again what it could not hear. */
export function takeUp(draft: TurnDraft): void {
  const { state } = draft;
  const { mendable } = state;
  if (!mendable) throw new Error('the team was not stopped by a turn that can be taken again');
  state.ended = null;
  state.mendable = undefined;
  for (const id of mendable.active) {
    const actor = state.actors.get(id);
    if (actor) actor.status = 'active';
  }
  for (const work of mendable.works) state.works.set(work.id, { ...work });
  for (const timer of mendable.timers)
    state.timers.set(timerKey(timer.actor, timer.timer), { ...timer });
  const { type, data, meta, version } = mendable;
  // Streams of before did not keep whom a message from outside was for: the root.
  const to = meta.to ?? (meta.origin ? [state.root] : undefined);
  draft.push(type, data, { ...meta, ...(to ? { to } : {}) }, version);
}
