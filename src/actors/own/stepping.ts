/**
 * How an actor of one's own steps, and how what it is comes back from the cache of snapshots.
 *
 * Invariant: a snapshot that holds what cannot be written down is never brought back: the stream is folded.
 */
import type { AnyActorLogic, AnyActorRef, AnyMachineSnapshot, Snapshot } from 'xstate';
import type { Json, JsonObject } from '../../events/event.ts';
import { decode, encode, NotAValue } from '../../events/value.ts';
import { OBSERVED } from '../machine/xstate-names.ts';
import type { OwnStep, Ref, Told } from './effects.ts';
import { isMachine, logicKind } from './logic.ts';
import { type Hearing, type OwnSystem, scopeOf } from './system.ts';

export const firstStep = (system: OwnSystem, ref: Ref, moment: Hearing, input: unknown): OwnStep =>
  system.step(ref, moment, (scope) => ref.logic.getInitialSnapshot(scope, input));

export function stepped(
  system: OwnSystem,
  ref: Ref,
  snapshot: Snapshot<unknown>,
  moment: Hearing,
  event: Told,
): OwnStep {
  if (logicKind(ref.logic) === 'callback') {
    if (event.type === OBSERVED.failed)
      return { snapshot, effects: [], failed: { thrown: event['data'] } };
    const run = () => system.channel.pass(ref, event);
    return { snapshot, effects: [{ kind: 'act', name: 'receive', run }], failed: undefined };
  }
  return system.step(ref, moment, (scope) => ref.logic.transition(snapshot, event, scope));
}

/** Cannot come back from a snapshot: whoever wants it folds the stream. */
export class NotKept extends Error {
  override readonly name = 'NotKept';
}

const OPAQUE = '$opaque';

export function persistOwn(snapshot: Snapshot<unknown>, { codec }: OwnSystem): Json {
  const { status, output, error, ...rest } = snapshot;
  const common = { status, output, error };
  const kept = isMachineSnapshot(snapshot)
    ? { ...common, ...machineParts(snapshot) }
    : { ...common, ...rest, _subscription: undefined };
  try {
    return encode(kept, 'its snapshot', codec);
  } catch (problem) {
    if (!(problem instanceof NotAValue)) throw problem;
    return { [OPAQUE]: problem.message, value: snapshot.status };
  }
}

const isMachineSnapshot = (snapshot: Snapshot<unknown>): snapshot is AnyMachineSnapshot =>
  'historyValue' in snapshot && 'children' in snapshot;

function machineParts({ value, context, historyValue, children }: AnyMachineSnapshot) {
  const history = Object.entries(historyValue).map(([id, nodes]) => [
    id,
    nodes.map((node) => ({ id: node.id })),
  ]);
  const present = Object.entries<AnyActorRef | undefined>(children).flatMap(([id, ref]) =>
    ref ? [{ id, ref }] : [],
  );
  return {
    value,
    context,
    historyValue: Object.fromEntries(history),
    children: Object.fromEntries(
      present.map(({ id, ref }) => [id, { session: ref.sessionId, src: sourceOf(ref) }]),
    ),
  };
}

/** The name of its logic in the machine that made it; null when it was handed over as it is. */
export const sourceOf = ({ src }: { src: unknown }): string | null =>
  typeof src === 'string' ? src : null;

interface Kept extends JsonObject {
  children: { [id: string]: { session: string; src: string | null } };
}

/** The inverse of `persistOwn`, for a reference that stands already. `logicOf` finds logic by its name. */
export function reviveOwn(
  json: Json,
  system: OwnSystem,
  ref: Ref,
  logicOf: (src: string) => AnyActorLogic | undefined,
): Snapshot<unknown> {
  if (typeof json === 'object' && json !== null && OPAQUE in json) throw new NotKept(String(json));
  // Children first: the context may hold them.
  const { children }: Kept = decode(json);
  const refs: Record<string, Ref> = {};
  for (const [id, { session, src }] of Object.entries(children ?? {}))
    refs[id] = system.bySession(session) ?? childRef(system, ref, { id, session, src, logicOf });
  const kept: Snapshot<unknown> = decode(json, system.codec);
  const { logic } = ref;
  if (!isMachine(logic) || !logic.restoreSnapshot) return kept;
  const bare = { ...kept, children: {} };
  const snapshot = logic.restoreSnapshot(bare as never, scopeOf(ref) as never);
  return Object.assign(snapshot, { children: refs });
}

function childRef(
  system: OwnSystem,
  parent: Ref,
  child: {
    id: string;
    session: string;
    src: string | null;
    logicOf: (src: string) => AnyActorLogic | undefined;
  },
): Ref {
  const { id, session, src, logicOf } = child;
  const logic = src === null ? undefined : logicOf(src);
  if (!logic || src === null) throw new NotKept(`"${id}" runs logic that has no name`);
  return system.make(logic, { id, session, parent, src });
}
