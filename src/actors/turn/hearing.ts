/**
 * Who hears an event, and what hearing it means: messages reach those they are for, results and timers reach
 * the activation that they answer. Steps are taken over by `members`.
 *
 * Invariants
 * 1. A result or timer reaches a machine only while the activation that it answers is in force.
 * 2. Every event said is heard, or its hearer is recorded as deaf, or its addressee as undeliverable.
 */
import type { JsonObject } from '../../events/event.ts';
import { UNTYPED } from '../../events/known-events.ts';
import { decode, decodeEvent } from '../../events/value.ts';
import { teamStopped, teamStopRequested } from '../../events/words/team.ts';
import { isFailure, workDone } from '../../events/words/work.ts';
import type { TurnDraft, TurnEvent } from './draft.ts';
import { adopt, DEADLINE } from './members.ts';
import { receive } from './own-actors.ts';
import { isOwn, systemOf } from './own-place.ts';
import { endOf, wordsFor } from './own-words.ts';
import { armOwn, disarmWork, takeFired, workOfTimer } from './timers.ts';
import { judgeAgain } from './works.ts';

/** How long a team that was asked to stop may take before it is stopped, milliseconds. */
export const STOP_GRACE_MS = 60_000;
const STOP = 'stop';

/** Those that are not addressed and have asked to hear of such things. */
export function subscribers({ state }: TurnDraft, { type, meta }: TurnEvent): string[] {
  const hearers: string[] = [];
  for (const { id, status, machine } of state.actors.values())
    if (status === 'active' && id !== meta.actor && machine.hears(type)) hearers.push(id);
  return hearers;
}

export function deliver(
  draft: TurnDraft,
  event: TurnEvent,
  to: readonly string[],
  from = event.meta.actor ?? '',
): void {
  const { state } = draft;
  const hearers: string[] = [];
  for (const id of to) {
    const actor = state.actors.get(id);
    if (actor?.status !== 'active') {
      event.meta.undeliverable = [...(event.meta.undeliverable ?? []), id];
      continue;
    }
    hearers.push(id);
    if (isOwn(actor)) {
      receive(draft, event, actor, wordsFor(draft, event, from));
      continue;
    }
    const { revision, version, type, data } = event;
    const told = { from, revision, at: state.at };
    // A user's own words may use these names for things of their own.
    const heard = version === UNTYPED ? { ...told, ...data, type } : { ...data, ...told, type };
    adopt(draft, event, actor, actor.machine.interpreter.hear(actor.snapshot, heard));
  }
  if (hearers.length > 0) event.meta.to = hearers;
  else delete event.meta.to;
}

/**
 * Machines hear something that no event of this stream says: in streams of before there was no word for it, and
 * what they remember has changed all the same.
 */
export function tellUnsaid(
  { state }: TurnDraft,
  { revision }: TurnEvent,
  type: string,
  data: JsonObject,
): void {
  for (const actor of state.actors.values()) {
    if (actor.status !== 'active' || !actor.machine.hears(type)) continue;
    const heard = { ...data, from: '', revision, at: state.at, type };
    actor.snapshot = actor.machine.interpreter.hear(actor.snapshot, heard).snapshot;
  }
}

/** The result of work: its machine hears it as the end of what it waited for. */
export function settle(draft: TurnDraft, event: TurnEvent, id: string): void {
  const { state } = draft;
  const work = state.works.get(id);
  const actor = work && state.actors.get(work.actor);
  if (!work || !actor || work.status === 'cancelled') {
    // Left within this very turn, by an event heard before: there is nobody to hear it any more.
    event.meta.undeliverable = [id.slice(0, id.indexOf('/'))];
    return;
  }
  state.works.delete(id);
  disarmWork(draft, id);
  if (isOwn(actor)) {
    event.meta.to = [actor.id];
    receive(draft, event, actor, endOf(draft, work, event));
    return;
  }
  const { interpreter } = actor.machine;
  const { type, data, revision } = event;
  const origin = { revision, at: state.at };
  const step = isFailure(type)
    ? interpreter.fail(actor.snapshot, work.invoke, data, origin)
    : interpreter.settle(
        actor.snapshot,
        work.invoke,
        type === workDone.type ? decode(data['output'] ?? null) : data,
        origin,
      );
  adopt(draft, event, actor, step);
  const others = subscribers(draft, event).filter((hearer) => hearer !== actor.id);
  // Whoever else hears a result is told whose work it was.
  if (others.length > 0) deliver(draft, event, others, actor.id);
  event.meta.to = [actor.id, ...(event.meta.to ?? [])];
}

/** A timer has fired: a machine's own, or one of the runtime's. */
export function fire(
  draft: TurnDraft,
  event: TurnEvent,
  fired: { actor: string; timer: string; armed: number },
): void {
  const { state } = draft;
  const waiting = takeFired(draft, fired);
  const actor = state.actors.get(waiting.to ?? fired.actor);
  if (waiting.to !== undefined && actor?.status !== 'active') {
    event.meta.undeliverable = [waiting.to];
  } else if (actor && isOwn(actor)) {
    event.meta.to = [actor.id];
    const { type, ...data } = waiting.event;
    receive(draft, event, actor, decodeEvent(String(type), data, systemOf(draft).codec));
  } else if (actor) {
    event.meta.to = [actor.id];
    const { revision } = event;
    const heard = { revision, at: state.at, ...waiting.event, type: String(waiting.event['type']) };
    adopt(draft, event, actor, actor.machine.interpreter.hear(actor.snapshot, heard));
  } else if (fired.timer === DEADLINE) {
    const team = state.formed?.team ?? '';
    draft.push(teamStopRequested.type, { team, reason: 'time spent', by: 'doorkeeper' });
  } else if (fired.timer === STOP) {
    halt(draft, 'the team was asked to stop and did not end in time');
  } else {
    const work = state.works.get(workOfTimer(fired.timer));
    if (work) judgeAgain(draft, work);
  }
}

/** A request to stop goes to the root; one that cannot act on it is stopped for it. */
export function stopRequested(draft: TurnDraft, event: TurnEvent): void {
  deliver(draft, event, [draft.state.root]);
  const { deaf, undeliverable } = event.meta;
  if (deaf || undeliverable) halt(draft, `asked by ${event.data['by']}: ${event.data['reason']}`);
  else armOwn(draft, STOP, draft.state.at + STOP_GRACE_MS, true);
}

function halt(draft: TurnDraft, detail: string): void {
  if (draft.state.ended || draft.dissolution) return;
  draft.push(teamStopped.type, { reason: 'stopped', detail, heard: draft.origins() });
}
