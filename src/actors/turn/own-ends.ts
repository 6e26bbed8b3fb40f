/**
 * How actors of one's own end, and who hears of it: at their machine's end, by an error, or because their parent
 * stops them.
 *
 * Invariants
 * 1. Whoever ends takes its children along, and nothing is owed to it any more.
 * 2. Its parent hears of its end, unless it is the parent that ends it; an error of the root takes the turn along.
 */
import type { JsonObject } from '../../events/event.ts';
import { sentenceOf } from '../../events/thrown.ts';
import { decode, encode } from '../../events/value.ts';
import { actorDone, actorLeft, actorObserved } from '../../events/words/team.ts';
import { MachineFailure } from '../machine/effect.ts';
import { doneEvent, errorEvent, STOPPED, snapshotEvent } from '../machine/xstate-names.ts';
import type { Told } from '../own/effects.ts';
import { logicKind } from '../own/logic.ts';
import { stepped } from '../own/stepping.ts';
import type { TeamActor } from '../state/team-state.ts';
import type { TurnDraft } from './draft.ts';
import { sayEnd } from './ending.ts';
import { type OwnActor, systemOf } from './own-place.ts';
import { disarmAll } from './timers.ts';
import { cancelAll } from './works.ts';

/** Its machine is at its end. */
export function finish(draft: TurnDraft, actor: OwnActor, output: unknown): void {
  const system = systemOf(draft);
  actor.status = 'done';
  release(draft, actor);
  const given = encode(output, `the output of "${actor.id}"`, system.codec);
  if (actor.id === draft.state.root) {
    sayEnd(draft, given);
    return;
  }
  const { id } = actor.own.ref;
  const heard = { type: doneEvent(id), output: decode(given, system.codec), actorId: id };
  tellEnd(draft, actor, { actor: actor.id, status: 'done', output: given }, heard);
}

/** Its machine threw, or could not go on: its parent hears of it; the root takes the turn along. */
export function failWith(draft: TurnDraft, actor: OwnActor, thrown: unknown): void {
  const { machine, own, id } = actor;
  if (id === draft.state.root || own.parent === undefined) {
    const { value } = actor.snapshot;
    const where = value === undefined ? '' : ` in ${JSON.stringify(value)}`;
    throw new MachineFailure(`machine "${machine.name}" failed${where}: ${sentenceOf(thrown)}`, {
      cause: thrown,
    });
  }
  const system = systemOf(draft);
  actor.status = 'done';
  release(draft, actor);
  for (const child of childrenOf(draft, id)) {
    const data = { actor: child.id, reason: `${id} has failed` };
    draft.post.say({ type: actorLeft.type, data, meta: {}, version: actorLeft.version });
  }
  const error = encode(thrown, 'the error', system.codec);
  const heard = {
    type: errorEvent(own.ref.id),
    error: decode(error, system.codec),
    actorId: own.ref.id,
  };
  tellEnd(draft, actor, { actor: id, status: 'failed', output: null, error }, heard);
}

/** XState has transition logic hear that it is stopped, and whoever observes it hears of what comes of that. */
function hearStop(draft: TurnDraft, actor: OwnActor): void {
  const { state, cause = 0 } = draft;
  const hearing = { at: state.at, stream: state.formed?.team ?? '', revision: cause };
  const { snapshot } = stepped(systemOf(draft), actor.own.ref, actor.snapshot, hearing, {
    type: STOPPED,
  });
  if (!snapshot) return;
  Object.assign(actor, { snapshot });
  if (actor.own.sync) showParent(draft, actor);
}

function tellEnd(draft: TurnDraft, { own }: OwnActor, data: JsonObject, heard: Told): void {
  const { type, version } = actorDone;
  const to = own.parent;
  if (to === undefined) draft.post.say({ type, data, meta: {}, version });
  else draft.post.send(to, { type, data, meta: { to: [to] }, version, heard });
}

export function showParent(draft: TurnDraft, { id, own, snapshot }: OwnActor): void {
  if (own.parent === undefined) return;
  const { type, version } = actorObserved;
  const heard = { type: snapshotEvent(own.ref.id), snapshot };
  const meta = { actor: id, to: [own.parent] };
  draft.post.send(own.parent, { type, data: { actor: id }, meta, version, heard });
}

/** It has left: it and its children are no actors of the team any more. */
export function depart(draft: TurnDraft, actor: OwnActor): void {
  if (logicKind(actor.own.ref.logic) === 'transition') hearStop(draft, actor);
  actor.status = 'left';
  release(draft, actor);
  draft.post.clear(actor.id);
  for (const child of childrenOf(draft, actor.id)) {
    const data = { actor: child.id, reason: `${actor.id} has left` };
    draft.post.say({ type: actorLeft.type, data, meta: {}, version: actorLeft.version });
  }
  forget(draft, actor);
}

export function forget({ state }: TurnDraft, { id, own, snapshot }: OwnActor): void {
  if (state.actors.get(id)?.own?.ref !== own.ref) return;
  state.actors.delete(id);
  state.system?.forget(own.ref, Object.assign(Object.create(snapshot), { status: 'stopped' }));
}

const childrenOf = ({ state }: TurnDraft, parent: string): TeamActor[] =>
  [...state.actors.values()].filter(
    ({ own, status }) => own?.parent === parent && status === 'active',
  );

function release(draft: TurnDraft, { id }: TeamActor): void {
  cancelAll(draft, id);
  disarmAll(draft, id);
}
