/**
 * Which actors of a team are of one's own, and the system that they take for XState's.
 */
import { OwnSystem } from '../own/system.ts';
import type { OwnPlace, TeamActor } from '../state/team-state.ts';
import type { TurnDraft } from './draft.ts';

export type OwnActor = TeamActor & { own: OwnPlace };

export const isOwn = (actor: TeamActor): actor is OwnActor => actor.own !== undefined;

export function systemOf({ state }: TurnDraft): OwnSystem {
  if (!state.system) {
    state.system = new OwnSystem();
    state.system.look(state.actors);
  }
  return state.system;
}
