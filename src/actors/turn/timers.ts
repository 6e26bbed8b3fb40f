/**
 * Timers of a team: those that machines arm, and the runtime's own (a deadline, a stop in time, a work that is
 * judged again later). A timer is armed and disarmed here; what its firing means is said by `hearing`.
 *
 * Invariants
 * 1. A timer is known by its actor and its name; arming it again replaces it.
 * 2. The runtime's own have no actor; one that is armed already is left as it is.
 * 3. What is due in infinity is never armed.
 */
import type { JsonObject } from '../../events/event.ts';
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
  // It takes the place of the one before, and never comes.
  if (delayMs === Number.POSITIVE_INFINITY) {
    disarm(draft, actor, timer);
    return;
  }
  const dueAt = state.at + delayMs;
  const armed = { actor, timer, event, dueAt, armed: cause, relative: true };
  state.timers.set(timerKey(actor, timer), armed);
}

/**
 * An actor of one's own begins to wait. Its timers keep their date whatever lies in between; one without a
 * name displaces no other, and one that is armed again under its name goes on beside the new one, as in XState.
 */
export function armTold(
  draft: TurnDraft,
  actor: string,
  wish: { timer: string | undefined; event: JsonObject; delayMs: number; to: string },
): void {
  const { state, cause = 0 } = draft;
  const { timers } = state;
  const name = wish.timer ?? freeName(timers, actor, `${String(wish.event['type'])}@${cause}`);
  const key = timerKey(actor, name);
  const before = timers.get(key);
  if (before) {
    const other = freeName(timers, actor, `${name}@${before.armed}`);
    timers.delete(key);
    timers.set(timerKey(actor, other), { ...before, timer: other });
  }
  const { event, to } = wish;
  const dueAt = state.at + Math.max(0, wish.delayMs);
  timers.set(key, { actor, timer: name, event, dueAt, armed: cause, relative: false, to });
}

function freeName(timers: ReadonlyMap<string, unknown>, actor: string, wanted: string): string {
  let name = wanted;
  for (let n = 2; timers.has(timerKey(actor, name)); n++) name = `${wanted}.${n}`;
  return name;
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
