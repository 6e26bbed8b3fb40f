/**
 * Timers of a team: those that machines arm, and the runtime's own (a deadline, a stop in time, a work that is
 * judged again later). A timer is armed and disarmed here; what its firing means is said by `hearing`.
 *
 * Invariants
 * 1. A timer is known by its actor and its name; arming it again replaces it.
 * 2. The runtime's own have no actor; one that is armed already is left as it is.
 */
import type { ArmedTimer } from '../state/team-state.ts';
import { timerKey } from '../state/team-state.ts';
import type { TurnDraft } from './draft.ts';

/** A machine begins to wait. */
export function arm(
  draft: TurnDraft,
  actor: string,
  { timer, event, delayMs }: Pick<ArmedTimer, 'timer' | 'event'> & { delayMs: number },
): void {
  const { state, cause = 0 } = draft;
  const dueAt = state.at + delayMs;
  const armed = { actor, timer, event, dueAt, armed: cause, relative: true };
  state.timers.set(timerKey(actor, timer), armed);
}

export function disarm({ state }: TurnDraft, actor: string, timer: string): void {
  state.timers.delete(timerKey(actor, timer));
}

/** The runtime itself begins to wait. */
export function armOwn(draft: TurnDraft, timer: string, dueAt: number, relative: boolean): void {
  const { state, cause = 0 } = draft;
  const key = timerKey('', timer);
  if (state.timers.has(key)) return;
  const event = { type: timer };
  state.timers.set(key, { actor: '', timer, event, dueAt, armed: cause, relative });
}

const workTimer = (work: string) => `work:${work}`;

/** When work that has to wait is judged again. */
export const armWork = (draft: TurnDraft, work: string, dueAt: number): void =>
  armOwn(draft, workTimer(work), dueAt, true);

export const disarmWork = (draft: TurnDraft, work: string): void =>
  disarm(draft, '', workTimer(work));

/** The work that a timer of the runtime's own speaks of. */
export const workOfTimer = (timer: string): string => timer.slice(workTimer('').length);

/** Nothing is waited for by an actor that is no longer active. */
export function disarmAll({ state }: TurnDraft, actor: string): void {
  for (const [key, timer] of state.timers) if (timer.actor === actor) state.timers.delete(key);
}

/** Time in which the team stood still is added to what was set relative to its own time. */
export function shiftTimers({ state }: TurnDraft, byMs: number): void {
  if (byMs <= 0) return;
  for (const timer of state.timers.values()) if (timer.relative) timer.dueAt += byMs;
}

/** Takes the timer that fired; one that is not armed has fired by a fault of ours. */
export function takeFired(
  { state }: TurnDraft,
  fired: { actor: string; timer: string; armed: number },
): ArmedTimer {
  const key = timerKey(fired.actor, fired.timer);
  const waiting = state.timers.get(key);
  if (!waiting || waiting.armed !== fired.armed)
    throw new Error(`timer ${key} fired and is not armed at revision ${fired.armed}`);
  state.timers.delete(key);
  return waiting;
}
