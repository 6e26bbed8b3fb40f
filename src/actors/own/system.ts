/**
 * The system of a team's own actors: what XState takes for a running system, while a step is only computed.
 * Actors' references are XState's own `Actor` objects, so that machines may hold them, ask them for their
 * snapshot and name them in `sendTo`; here they are addresses in the team's state, and run nothing.
 *
 * One system belongs to one lineage of states: those that grow out of one another, turn by turn.
 *
 * Invariants
 * 1. While a step runs, what it does to others is collected as effects, in order; nothing is done.
 * 2. Outside a step, what is said to a reference goes to whoever leads the team, or nowhere.
 * 3. The session of an actor follows from the revision at which it was made: equal streams, equal sessions.
 */
import {
  Actor,
  type AnyActorLogic,
  type AnyActorRef,
  type AnyActorScope,
  type Snapshot,
} from 'xstate';
import { copyOf } from '../../events/value.ts';
import { determined } from '../machine/determined.ts';
import {
  type Channel,
  type OwnEffect,
  type OwnStep,
  type Ref,
  recorder,
  type Surroundings,
  type Told,
} from './effects.ts';
import { logicKind } from './logic.ts';

/** Which event is being heard, in which stream. */
export interface Hearing {
  at: number;
  stream: string;
  revision: number;
}

/** What a reference stands for. */
interface Standing {
  /** The name of its actor in the team; undefined until it joins. */
  address: string | undefined;
  /** What XState's own constructor would have done: its first step, taken when it is made. */
  opening: OwnStep | undefined;
  /** Its last snapshot, once it is no actor of the team any more. */
  last: Snapshot<unknown> | undefined;
}

/** As much of a team's actors as a reference shows. */
type Actors = ReadonlyMap<
  string,
  {
    status: string;
    snapshot: Snapshot<unknown>;
    own?: { ref: Ref; systemId: string | undefined } | undefined;
  }
>;

/** XState keeps it for itself; it is what every step of the actor is given. */
export const scopeOf = (ref: AnyActorRef): AnyActorScope => Reflect.get(ref, '_actorScope');

const NOBODY: Channel = { say() {}, tell() {}, pass() {} };

export class OwnSystem implements Surroundings {
  channel: Channel = NOBODY;
  logger: (...args: unknown[]) => void = console.log;
  /** Effects of the step that runs now. */
  effects: OwnEffect[] | undefined;
  private actors: Actors = new Map();
  private readonly standings = new WeakMap<AnyActorRef, Standing>();
  private readonly sessions = new Map<string, Ref>();
  /** Made in this step and known by a name, before they join. */
  private readonly fresh = new Map<string, Ref>();
  private moment: Hearing = { at: 0, stream: '', revision: 0 };
  private booked = { revision: -1, count: 0 };
  private forced: string | undefined;
  private opensAtOnce = true;
  private readonly base = { system: this.asXstates() };

  /** The actors as they stand now, in the turn that is being taken or after it. */
  look(actors: Actors): void {
    this.actors = actors;
  }

  /** A reference that is not made by a machine's step: the root, or one that comes back from a snapshot. */
  make(
    logic: AnyActorLogic,
    options: {
      id: string;
      session: string;
      parent?: Ref | undefined;
      src?: string | undefined;
      systemId?: string | undefined;
      sync?: boolean;
    },
  ): Ref {
    const { id, session, parent, src, systemId, sync = false } = options;
    this.forced = session;
    this.opensAtOnce = false;
    try {
      const above = parent ?? (this.base as unknown as AnyActorRef);
      const given = { id, parent: above, syncSnapshot: sync, ...(src ? { src } : {}) };
      const ref = new Actor(logic, { ...given, ...(systemId ? { systemId } : {}) } as never) as Ref;
      if (!parent) Reflect.set(ref, '_parent', undefined);
      this.sessions.set(session, ref);
      return ref;
    } finally {
      this.forced = undefined;
      this.opensAtOnce = true;
    }
  }

  standingOf(ref: AnyActorRef): Standing | undefined {
    return this.standings.get(ref);
  }

  bySession(session: string): Ref | undefined {
    return this.sessions.get(session);
  }

  /** It is no actor of the team any more; whoever still holds its reference sees its last snapshot. */
  forget(ref: Ref, last: Snapshot<unknown>): void {
    const standing = this.standings.get(ref);
    if (standing) Object.assign(standing, { address: undefined, last, opening: undefined });
    this.sessions.delete(ref.sessionId);
  }

  joined(ref: Ref, address: string): void {
    const standing = this.standings.get(ref);
    if (standing) standing.address = address;
    this.sessions.set(ref.sessionId, ref);
    this.fresh.clear();
  }

  /** One synchronous step of an actor, with clock and chance of the event that is heard. */
  step(ref: Ref, moment: Hearing, run: (scope: AnyActorScope) => Snapshot<unknown>): OwnStep {
    const outer = this.effects;
    const before = this.moment;
    this.moment = moment;
    const effects: OwnEffect[] = [];
    this.effects = effects;
    const { at, stream, revision } = moment;
    try {
      const determinant = { at, stream, revision, actor: ref.sessionId };
      const snapshot = determined(determinant, () => run(scopeOf(ref)));
      const failed = snapshot.status === 'error' ? { thrown: snapshot.error } : undefined;
      return { snapshot, effects, failed };
    } catch (thrown) {
      return { snapshot: undefined, effects: [], failed: { thrown } };
    } finally {
      this.effects = outer;
      this.moment = before;
    }
  }

  /** Called by XState's constructor of every actor, before it makes its first snapshot. */
  private inhabit(actor: AnyActorRef): void {
    const ref = actor as Ref;
    const standing: Standing = { address: undefined, opening: undefined, last: undefined };
    this.standings.set(ref, standing);
    const { moment, opensAtOnce } = this;
    Object.assign(scopeOf(ref), recorder(this, ref));
    Object.assign(ref, {
      _initState: () => {
        if (opensAtOnce) standing.opening = this.open(ref, moment);
        Reflect.set(ref, '_snapshot', standing.opening?.snapshot ?? { status: 'active' });
      },
      start: () => {
        this.effects?.push({ kind: 'begin', ref, spawned: true });
        return ref;
      },
      getSnapshot: () => this.snapshotOf(ref, standing),
      _stop: () => ref,
    });
  }

  /** The first step of an actor that a machine has made. */
  private open(ref: Ref, moment: Hearing): OwnStep {
    const { options, logic } = ref;
    // Promises are work: what they wait with is written down when they are owed.
    const input = logicKind(logic) === 'promise' ? options.input : this.copied(options.input, ref);
    Object.assign(options, { input });
    return this.step(ref, moment, (scope) => logic.getInitialSnapshot(scope, input));
  }

  private copied(input: unknown, ref: Ref): unknown {
    return input === undefined ? undefined : copyOf(input, `the input of "${ref.id}"`, this.codec);
  }

  private snapshotOf(ref: Ref, { address, opening, last }: Standing): Snapshot<unknown> {
    const actor = address === undefined ? undefined : this.actors.get(address);
    const current = actor?.own?.ref === ref ? actor.snapshot : undefined;
    return current ?? last ?? opening?.snapshot ?? OPENING;
  }

  private keyed(systemId: string): Ref | undefined {
    for (const { status, own } of this.actors.values())
      if (status === 'active' && own?.systemId === systemId) return own.ref;
    return undefined;
  }

  private book(): string {
    const { revision } = this.moment;
    if (this.booked.revision !== revision) this.booked = { revision, count: 0 };
    return this.forced ?? `x:${revision}.${this.booked.count++}`;
  }

  /** References within values: written down by their session. */
  readonly codec = {
    Actor: {
      take: (value: unknown) =>
        value instanceof Actor ? { session: value.sessionId, id: value.id } : false,
      give: ({ session, id }: { session: string; id: string }) =>
        this.sessions.get(session) ?? this.gone(session, id),
    },
  };

  /** A reference to an actor that is not there any more: nobody hears what is said to it. */
  private gone(session: string, id: string): Ref {
    const ref = this.make(NO_LOGIC, { id, session });
    this.sessions.delete(session);
    return ref;
  }

  /** What XState's code asks of a system. */
  private asXstates() {
    const scheduler = { schedule() {}, cancel() {}, cancelAll() {} };
    return {
      _snapshot: { _scheduledEvents: {} },
      _bookId: () => this.book(),
      _register: (session: string) => session,
      _unregister: () => {},
      _set: (systemId: string, ref: Ref) => this.fresh.set(systemId, ref),
      get: (systemId: string) => this.fresh.get(systemId) ?? this.keyed(systemId),
      getAll: () => ({}),
      inspect: () => ({ unsubscribe() {} }),
      _sendInspectionEvent: ({ type, actorRef }: { type: string; actorRef: AnyActorRef }) => {
        if (type === '@xstate.actor') this.inhabit(actorRef);
      },
      _relay: (from: Ref | undefined, to: Ref, event: Told) => {
        if (this.effects) this.effects.push({ kind: 'tell', to: () => to, event });
        else this.channel.tell(from, to, event);
      },
      scheduler,
      getSnapshot: () => ({ _scheduledEvents: {} }),
      start: () => {},
      _clock: { setTimeout: () => 0, clearTimeout: () => {} },
      _logger: (...args: unknown[]) => this.logger(...args),
    };
  }
}

const OPENING = { status: 'active', output: undefined, error: undefined } as const;

const NO_LOGIC = {
  transition: (snapshot: unknown) => snapshot,
  getInitialSnapshot: () => OPENING,
  getPersistedSnapshot: (snapshot: unknown) => snapshot,
} as unknown as AnyActorLogic;
