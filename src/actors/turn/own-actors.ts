/**
 * Actors of one's own: machines, transitions, callbacks and observables, as XState knows them, in the team's
 * stream. How they begin, and what becomes of a step that one of them has made; how they end, `own-ends` says.
 *
 * Invariants
 * 1. What one actor does to another is recorded: its joining, its leaving, its end, each message.
 * 2. Nothing outside the team is done in a turn: what custom actions do waits for the append.
 */
import type { AnyMachineSnapshot } from 'xstate';
import type { Json } from '../../events/event.ts';
import { decode, encode, encodeEvent } from '../../events/value.ts';
import { actorDone, actorJoined, actorLeft } from '../../events/words/team.ts';
import { MachineFailure } from '../machine/effect.ts';
import type { RegisteredMachine } from '../machine/registered-machine.ts';
import { errorEvent, isXstates } from '../machine/xstate-names.ts';
import type { OwnEffect, OwnStep, Ref, Told } from '../own/effects.ts';
import { firstStep, sourceOf, stepped } from '../own/stepping.ts';
import type { Hearing } from '../own/system.ts';
import type { OwnPlace, TeamActor } from '../state/team-state.ts';
import type { TurnDraft, TurnEvent } from './draft.ts';
import { failWith, finish, forget, showParent } from './own-ends.ts';
import { isRuntimes } from './own-events.ts';
import { isOwn, type OwnActor, systemOf } from './own-place.ts';
import { armTold, disarm } from './timers.ts';
import { cancelSession, owe } from './works.ts';

/** The session of an actor that nobody's step has made. */
const FOUNDED = (revision: number) => `x:${revision}`;

/** An actor of its own takes its place: the root, or one whose joining was said. */
export function found(
  draft: TurnDraft,
  event: TurnEvent,
  id: string,
  machine: RegisteredMachine,
  input: Json,
): void {
  const system = systemOf(draft);
  const session = FOUNDED(event.revision);
  const ref = system.make(machine.machine, { id, session });
  const given = input === null ? undefined : decode(input, system.codec);
  const step = firstStep(system, ref, momentOf(draft, event), given);
  settleIn(draft, event, { id, machine, ref, step, parent: undefined });
}

/** A child that a step has made, and whose joining is recorded now. */
export function settleChild(draft: TurnDraft, event: TurnEvent, ref: Ref): void {
  const { actor: id } = event.data;
  const parent = event.meta.actor ?? '';
  const machine = draft.state.actors.get(parent)?.machine.childOf(ref.logic, sourceOf(ref));
  const step = systemOf(draft).standingOf(ref)?.opening;
  if (!machine || !step) throw new Error(`"${id}" joins, and nobody has made it`);
  settleIn(draft, event, { id: String(id), machine, ref, step, parent });
}

function settleIn(
  draft: TurnDraft,
  event: TurnEvent,
  newcomer: {
    id: string;
    machine: RegisteredMachine;
    ref: Ref;
    step: OwnStep;
    parent: string | undefined;
  },
): void {
  const { id, machine, ref, step, parent } = newcomer;
  const { actors } = draft.state;
  const system = systemOf(draft);
  const own: OwnPlace = {
    ref,
    session: ref.sessionId,
    parent,
    sync: Reflect.get(ref, '_syncSnapshot') === true,
    systemId: ref.options.systemId,
  };
  const snapshot = (step.snapshot ?? ref.getSnapshot()) as AnyMachineSnapshot;
  const actor: OwnActor = { id, machine, snapshot, status: 'active', own };
  actors.delete(id);
  actors.set(id, actor);
  system.joined(ref, id);
  note(event, actor);
  const first = { ...step, effects: childrenFirst(step) };
  draft.post.occupy(id, () => follow(draft, actor, first, true));
}

/**
 * In a first step XState starts whoever stands in the snapshot before it does anything else, then whoever an
 * assignment has spawned, although it may have been stopped in the same step; the rest follows in its order.
 */
function childrenFirst({ snapshot, effects }: OwnStep): OwnEffect[] {
  const children = (snapshot as Partial<AnyMachineSnapshot> | undefined)?.children ?? {};
  const begun = Object.values(children).flatMap((ref): OwnEffect[] =>
    ref ? [{ kind: 'begin', ref: ref as Ref, spawned: true }] : [],
  );
  const isEarly = (effect: OwnEffect) => effect.kind === 'begin' && effect.spawned === true;
  const early = effects.filter(isEarly);
  return [...begun, ...early, ...effects.filter((effect) => !isEarly(effect))];
}

/** An actor hears something. Called for one that is active. */
export function receive(draft: TurnDraft, event: TurnEvent, actor: OwnActor, heard: Told): void {
  const system = systemOf(draft);
  draft.post.occupy(actor.id, () => {
    const step = stepped(system, actor.own.ref, actor.snapshot, momentOf(draft, event), heard);
    const changed = step.snapshot !== undefined && step.snapshot !== actor.snapshot;
    if (step.snapshot) actor.snapshot = step.snapshot as AnyMachineSnapshot;
    if (changed) note(event, actor);
    else if (step.effects.length === 0 && !step.failed)
      event.meta.deaf = [...(event.meta.deaf ?? []), actor.id];
    follow(draft, actor, step);
  });
}

function momentOf({ state }: TurnDraft, { revision }: TurnEvent): Hearing {
  return { at: state.at, stream: state.formed?.team ?? '', revision };
}

function note({ meta }: TurnEvent, { id, snapshot }: TeamActor): void {
  meta.state ??= {};
  meta.state[id] = (snapshot.value ?? snapshot.status) as Json;
}

// ---- what becomes of a step

function follow(draft: TurnDraft, actor: OwnActor, step: OwnStep, isFirst = false): void {
  const { snapshot, effects, failed } = step;
  const never = stillborn(draft, effects, isFirst);
  for (const effect of effects) {
    if ((effect.kind === 'begin' || effect.kind === 'stop') && never.has(effect.ref)) continue;
    want(draft, actor, effect);
    // What it has set off has ended it.
    if (draft.state.actors.get(actor.id) !== actor) return;
  }
  if (failed) failWith(draft, actor, failed.thrown);
  else if (snapshot?.status === 'done') finish(draft, actor, snapshot.output);
  else if (actor.own.sync && snapshot) showParent(draft, actor);
}

/** Made and stopped within one step: it never begins. */
function stillborn(
  draft: TurnDraft,
  effects: readonly OwnEffect[],
  isFirst: boolean,
): ReadonlySet<Ref> {
  const never = new Set<Ref>();
  const born = new Set<Ref>();
  for (const effect of effects)
    if (isFirst && effect.kind === 'begin' && effect.spawned) born.add(effect.ref);
  for (const effect of effects) {
    if (effect.kind !== 'stop' || born.has(effect.ref)) continue;
    const standing = systemOf(draft).standingOf(effect.ref);
    const waits = [...draft.state.works.values()].some(
      ({ session }) => session === effect.ref.sessionId,
    );
    if (standing && standing.address === undefined && !standing.last && !waits)
      never.add(effect.ref);
  }
  return never;
}

function want(draft: TurnDraft, actor: OwnActor, effect: OwnEffect): void {
  switch (effect.kind) {
    case 'say':
      refuseReserved(actor, effect.event.type);
      draft.post.say({
        type: effect.event.type,
        data: encodeEvent(effect.event, systemOf(draft).codec),
        meta: { actor: actor.id },
      });
      return;
    case 'begin':
      begin(draft, actor, effect.ref);
      return;
    case 'stop':
      stop(draft, actor, effect.ref);
      return;
    case 'tell':
      tell(draft, actor, effect.to() as Ref | undefined, effect.event);
      return;
    case 'arm':
      armEvent(draft, actor, effect);
      return;
    case 'disarm':
      disarm(draft, actor.id, effect.timer);
      return;
    case 'act':
      draft.post.acts.push({ actor: actor.id, name: effect.name, run: effect.run });
      return;
  }
}

function refuseReserved({ machine }: TeamActor, type: unknown): void {
  if (typeof type === 'string' && !isRuntimes(type)) return;
  throw new MachineFailure(
    `machine "${machine.name}" says "${String(type)}", which only the runtime may say: name it differently`,
  );
}

function begin(draft: TurnDraft, actor: OwnActor, ref: Ref): void {
  const { state } = draft;
  const system = systemOf(draft);
  const src = sourceOf(ref);
  const { sessionId: session, logic } = ref;
  if (system.standingOf(ref)?.address !== undefined) return;
  const input = encode(ref.options.input, `the input of "${ref.id}"`, system.codec);
  if (actor.machine.isWork(logic, src)) {
    if ([...state.works.values()].some((work) => work.session === session)) return;
    const unnamed = src === null ? { logic } : {};
    owe(draft, actor.id, { invoke: ref.id, src: src ?? ref.id, input, session, ...unnamed });
    return;
  }
  const id = freeName(draft, `${actor.id}.${ref.id.replaceAll('%', '%25').replaceAll('/', '%2F')}`);
  const { name } = actor.machine.childOf(logic, src);
  // Nothing that was given reads as null: it is written for people here.
  const given = ref.options.input === undefined ? null : input;
  const data = { actor: id, machine: name, input: given };
  const { version } = actorJoined;
  draft.post.say({ type: actorJoined.type, data, meta: { actor: actor.id }, version }, ref);
}

/** XState lets two children have one name; a team does not. */
function freeName({ state }: TurnDraft, wanted: string): string {
  let id = wanted;
  for (let n = 2; state.actors.get(id)?.status === 'active'; n++) id = `${wanted}~${n}`;
  return id;
}

function stop(draft: TurnDraft, actor: OwnActor, ref: Ref): void {
  const system = systemOf(draft);
  const { address } = system.standingOf(ref) ?? {};
  if (address === undefined) {
    cancelSession(draft, ref.sessionId);
    return;
  }
  const child = draft.state.actors.get(address);
  if (child?.status === 'active') {
    const data = { actor: address, reason: `stopped by ${actor.id}` };
    const { type, version } = actorLeft;
    // What it has not heard by now it does not hear; but it goes on to the end of what it is hearing.
    draft.post.clear(address);
    draft.post.send(address, { type, data, meta: { actor: actor.id }, version });
  } else if (child && isOwn(child)) forget(draft, child);
}

function tell(draft: TurnDraft, actor: OwnActor, to: Ref | undefined, event: Told): void {
  const system = systemOf(draft);
  const standing = to && system.standingOf(to);
  if (to && !standing) {
    // An actor of another system, which somebody has put into the context.
    draft.post.acts.push({ actor: actor.id, name: 'sendTo', run: () => to.send(event) });
    return;
  }
  const address = standing?.address ?? to?.id ?? '';
  // An error that is escalated is XState's own word; nobody else's may look like one.
  const heard = isXstates(event.type) ? event : undefined;
  if (heard && event.type.startsWith(errorEvent(''))) {
    const error = encode(event['error'], 'the error', system.codec);
    const data = { actor: actor.id, status: 'failed', output: null, error };
    const { type, version } = actorDone;
    draft.post.send(address, {
      type,
      data,
      meta: { actor: actor.id, to: [address] },
      version,
      heard,
    });
    return;
  }
  refuseReserved(actor, event.type);
  const data = encodeEvent(event, system.codec);
  draft.post.send(address, { type: event.type, data, meta: { actor: actor.id, to: [address] } });
}

function armEvent(
  draft: TurnDraft,
  actor: OwnActor,
  { timer, event, delayMs, to }: Extract<OwnEffect, { kind: 'arm' }>,
): void {
  if (Number.isNaN(delayMs)) {
    throw new MachineFailure(
      `machine "${actor.machine.name}" delays "${event.type}" by NaN: a delay is a number of milliseconds`,
    );
  }
  if (delayMs === Number.POSITIVE_INFINITY) return;
  const system = systemOf(draft);
  const target = to();
  const address = target && system.standingOf(target)?.address;
  const data = { type: event.type, ...encodeEvent(event, system.codec) };
  armTold(draft, actor.id, { timer, event: data, delayMs, to: address ?? actor.id });
}
