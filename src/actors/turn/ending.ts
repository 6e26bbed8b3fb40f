/**
 * The end of a team: its root is at its end, or the runtime has stopped it.
 *
 * Invariant: the end is said once the turn is quiescent; nothing is owed and nobody hears anything after it.
 */
import type { Json } from '../../events/event.ts';
import type { TurnDraft, TurnEvent } from './draft.ts';
import { settlesLate } from './works.ts';

/** The root actor has come to its output: said once everything else has been heard. */
export function sayEnd(draft: TurnDraft, output: Json): void {
  const ending = typeof output === 'object' && !Array.isArray(output) ? (output ?? {}) : {};
  const { status, reason } = ending;
  draft.dissolution = {
    status: status === 'failed' ? 'failed' : 'done',
    reason: typeof reason === 'string' ? reason : 'done',
    output,
    heard: draft.origins(),
  };
}

/** The team is over: nobody hears anything any more. Works that still may cost wait to be settled. */
export function end({ state }: TurnDraft, { type, data, revision }: TurnEvent): void {
  state.ended = { type, data, revision };
  for (const actor of state.actors.values()) if (actor.status === 'active') actor.status = 'left';
  state.timers.clear();
  for (const work of state.works.values()) {
    if (work.status === 'started' && settlesLate(work)) work.status = 'cancelled';
    else if (work.status !== 'cancelled' || work.effect !== 'attaching')
      state.works.delete(work.id);
  }
}
