/**
 * The actors of a team: how they join, what becomes of a step that one of them has made, how they end. A step
 * is taken over here whatever set it off; `hearing` says who is stepped by what.
 *
 * Invariants
 * 1. The order of hearing is the order of joining.
 * 2. Nothing is owed to, and no timer runs for, an actor that is no longer active.
 * 3. The end of the root actor is the end of the team, said once the turn is quiescent.
 */
import type { EventMeta, Json, JsonObject } from '../../events/event.ts';
import { actorDone } from '../../events/words/team.ts';
import type { Effect, Step } from '../machine/effect.ts';
import type { Formed, TeamActor } from '../state/team-state.ts';
import type { TurnDraft, TurnEvent } from './draft.ts';
import { sayEnd } from './ending.ts';
import { found } from './own-actors.ts';
import { depart } from './own-ends.ts';
import { isReserved } from './own-events.ts';
import { isOwn } from './own-place.ts';
import { arm, armOwn, disarm, disarmAll } from './timers.ts';
import { cancelAll, cancelWaited, owe } from './works.ts';

/** The runtime's own timer that ends a team whose time is spent. */
export const DEADLINE = 'deadline';

/** The team begins: who is its root, and what holds for it. */
export function form(draft: TurnDraft, formed: Formed): void {
  const { state, rules } = draft;
  state.formed = formed;
  state.root = formed.actor;
  state.package = formed.package;
  rules.doorkeeper.open(state, formed);
  const { timeMs } = formed.limits;
  if (timeMs !== undefined) armOwn(draft, DEADLINE, state.at + timeMs, false);
}

export function join(
  draft: TurnDraft,
  event: TurnEvent,
  { actor: id, machine: name, input }: { actor: string; machine: string; input: Json },
): void {
  const { actors } = draft.state;
  const machine = draft.rules.machineOf(name);
  if (actors.get(id)?.status === 'active') {
    throw new Error(
      `an actor "${id}" is in the team already; say that it left before another joins under its name`,
    );
  }
  if (machine.own) {
    found(draft, event, id, machine, input);
    return;
  }
  const step = machine.interpreter.start(input);
  const actor: TeamActor = { id, machine, snapshot: step.snapshot, status: 'active' };
  // Set anew, so that the order of hearing is the order of joining.
  actors.delete(id);
  actors.set(id, actor);
  note(event, actor);
  follow(draft, actor, step);
}

export function leave(draft: TurnDraft, id: string): void {
  const actor = draft.state.actors.get(id);
  if (actor?.status !== 'active') return;
  if (isOwn(actor)) {
    depart(draft, actor);
    return;
  }
  actor.status = 'left';
  release(draft, id);
}

/** Takes over a step that was set off by an event; one that changed nothing shows that the actor was deaf. */
export function adopt(draft: TurnDraft, event: TurnEvent, actor: TeamActor, step: Step): void {
  const changed = actor.snapshot !== step.snapshot;
  if (!changed && step.effects.length === 0) {
    event.meta.deaf = [...(event.meta.deaf ?? []), actor.id];
    return;
  }
  actor.snapshot = step.snapshot;
  if (changed) note(event, actor);
  follow(draft, actor, step);
}

/** In which state it is now, so that a viewer scrubs a stream without running machines. */
function note({ meta }: TurnEvent, { id, snapshot }: TeamActor): void {
  meta.state ??= {};
  meta.state[id] = snapshot.value as Json;
}

/** Does what the machine wants done, and ends it when it is at its end. */
function follow(draft: TurnDraft, actor: TeamActor, { snapshot, effects }: Step): void {
  for (const effect of effects) want(draft, actor, effect);
  if (snapshot.status === 'done') finished(draft, actor, snapshot.output as Json);
}

function want(draft: TurnDraft, actor: TeamActor, effect: Effect): void {
  switch (effect.kind) {
    case 'say':
      say(draft, actor, effect.event);
      return;
    case 'owe':
      owe(draft, actor.id, effect);
      return;
    case 'cancel':
      cancelWaited(draft, actor.id, effect.invoke);
      return;
    case 'arm':
      arm(draft, actor.id, effect);
      return;
    case 'disarm':
      disarm(draft, actor.id, effect.timer);
      return;
  }
}

function say(
  draft: TurnDraft,
  { id, machine }: TeamActor,
  said: { type: string; to?: string | readonly string[]; [key: string]: unknown },
): void {
  const { type, to, ...data } = said;
  if (typeof type !== 'string' || isReserved(type)) {
    throw new Error(`machine "${machine.name}" says "${type}", which only the runtime may say`);
  }
  const meta: Partial<EventMeta> = { actor: id };
  if (to !== undefined) meta.to = typeof to === 'string' ? [to] : [...to];
  draft.push(type, data as JsonObject, meta);
}

function finished(draft: TurnDraft, actor: TeamActor, result: Json | undefined): void {
  const output = result ?? null;
  actor.status = 'done';
  release(draft, actor.id);
  if (actor.id !== draft.state.root) {
    draft.push(actorDone.type, { actor: actor.id, status: 'done', output });
    return;
  }
  sayEnd(draft, output);
}

function release(draft: TurnDraft, id: string): void {
  cancelAll(draft, id);
  disarmAll(draft, id);
}
