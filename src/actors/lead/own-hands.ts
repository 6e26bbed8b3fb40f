/**
 * The hands of a team's own actors, in the process that leads it: callbacks and observables that run for as long
 * as their actor is active, and what custom actions do. What they say comes back as stimuli.
 *
 * Invariants
 * 1. A hand is started only once the events that owe it are durable, and anew by each leader.
 * 2. A custom action runs once, after the append, never in a fold; what it throws is recorded, and undoes nothing.
 * 3. What a hand says after its actor has left is nobody's.
 */
import type { Snapshot } from 'xstate';
import type { JsonObject } from '../../events/event.ts';
import { UNTYPED } from '../../events/known-events.ts';
import { encode, encodeEvent } from '../../events/value.ts';
import { actorFaltered, actorObserved } from '../../events/words/team.ts';
import { isXstates, OBSERVED, STOPPED } from '../machine/xstate-names.ts';
import type { Channel, Ref, Told } from '../own/effects.ts';
import { isLive, logicKind } from '../own/logic.ts';
import { type OwnSystem, scopeOf } from '../own/system.ts';
import type { TeamActor, TeamState } from '../state/team-state.ts';
import type { Stimulus } from '../turn/draft.ts';
import { isRuntimes } from '../turn/own-events.ts';
import type { Act } from '../turn/post.ts';

interface Hand {
  ref: Ref;
  /** What its logic keeps beside the fold: a subscription. */
  own: Snapshot<unknown>;
}

interface Said {
  stimulus: Omit<Stimulus, 'at'>;
  /** Only worth hearing while this one is still there. */
  by: Ref | undefined;
}

export class OwnHands {
  private readonly hands = new Map<Ref, Hand>();
  private readonly said: Said[] = [];
  private system: OwnSystem | undefined;
  private stopped = false;

  constructor(
    private readonly onSaid: () => void,
    private readonly log: (...said: unknown[]) => void,
  ) {}

  get isSilent(): boolean {
    return this.said.length === 0;
  }

  /** The turns that led to this state are durable: starts and stops what they owe, and runs what they left to do. */
  follow(state: TeamState, acts: readonly Act[]): void {
    if (!state.system || this.stopped) return;
    this.bind(state.system);
    const active = new Set<Ref>();
    for (const { status, own, id } of state.actors.values()) {
      if (status !== 'active' || !own || !isLive(logicKind(own.ref.logic))) continue;
      active.add(own.ref);
      if (!this.hands.has(own.ref)) this.start(own.ref, id);
    }
    for (const hand of [...this.hands.values()]) if (!active.has(hand.ref)) this.end(hand);
    this.act(state, acts);
  }

  /** Does what turns have left to do, without starting what they owe. */
  act(state: TeamState, acts: readonly Act[]): void {
    if (!state.system) return;
    this.bind(state.system);
    for (const act of acts) this.run(act);
  }

  /** What was said, as stimuli; what matters to nobody any more is left out. */
  *stimuli(at: number, deciding: () => TeamState): Generator<Stimulus> {
    for (let said = this.said.shift(); said; said = this.said.shift()) {
      const { stimulus, by } = said;
      if (by && !stands(deciding().actors, by)) continue;
      yield { ...stimulus, at };
    }
  }

  stop(): void {
    this.stopped = true;
    for (const hand of [...this.hands.values()]) this.end(hand);
  }

  private bind(system: OwnSystem): void {
    if (this.system === system) return;
    this.system = system;
    const channel: Channel = {
      say: (from, event) => this.say(from, undefined, event),
      tell: (from, to, event) => this.say(from, to, event),
      pass: (to, event) => this.pass(to, event),
    };
    system.channel = channel;
    system.logger = this.log;
  }

  private start(ref: Ref, address: string): void {
    // A copy: the logic keeps its subscription in it.
    const hand: Hand = { ref, own: { ...ref.getSnapshot() } };
    this.hands.set(ref, hand);
    try {
      ref.logic.start?.(hand.own, scopeOf(ref));
    } catch (thrown) {
      this.observed(ref, address, 'failed', thrown);
    }
  }

  private end(hand: Hand): void {
    this.hands.delete(hand.ref);
    try {
      hand.ref.logic.transition(hand.own, { type: STOPPED }, scopeOf(hand.ref));
    } catch {
      // It has ended by itself, or never began: there is nothing to give back.
    }
  }

  private pass(ref: Ref, event: Told): void {
    const hand = this.hands.get(ref);
    if (hand) ref.logic.transition(hand.own, event, scopeOf(ref));
  }

  private run({ actor, name, run }: Act): void {
    const faltered = (thrown: unknown) => {
      const data = { actor, action: name, error: errorOf(thrown) };
      this.push({ type: actorFaltered.type, version: actorFaltered.version, data }, undefined);
    };
    try {
      const result = run();
      if (result instanceof Promise) result.catch(faltered);
    } catch (thrown) {
      faltered(thrown);
    }
  }

  private say(from: Ref | undefined, to: Ref | undefined, event: Told): void {
    const { system } = this;
    if (this.stopped || !system) return;
    const speaker = from ?? to;
    const actor = speaker && system.standingOf(speaker)?.address;
    if (speaker === undefined || actor === undefined) return;
    const observation = from === to ? observationOf(event.type) : undefined;
    if (observation) {
      this.observed(speaker, actor, observation, event['data']);
      return;
    }
    if (isRuntimes(event.type) || isXstates(event.type))
      throw new TypeError(`"${event.type}" is a word of the runtime's own: name it differently`);
    const data = encodeEvent(event, system.codec);
    const address = to && system.standingOf(to)?.address;
    const addressed = to ? { to: [address ?? to.id] } : {};
    this.push(
      { type: event.type, version: UNTYPED, data, actor, ...addressed },
      from && this.hands.has(from) ? from : undefined,
    );
  }

  private observed(ref: Ref, address: string, status: keyof typeof OBSERVED, value: unknown): void {
    const given = status === 'failed' ? errorOf(value) : encode(value, 'what is observed');
    const data: JsonObject = { actor: address, status, value: given };
    const { type, version } = actorObserved;
    this.push({ type, version, data, actor: address, to: [address] }, ref);
  }

  private push(stimulus: Said['stimulus'], by: Ref | undefined): void {
    this.said.push({ stimulus, by });
    this.onSaid();
  }
}

const observationOf = (type: string): keyof typeof OBSERVED | undefined => {
  for (const [status, name] of Object.entries(OBSERVED))
    if (name === type) return status as keyof typeof OBSERVED;
  return undefined;
};

/** An error is told even when it holds what cannot be written down. */
function errorOf(thrown: unknown) {
  try {
    return encode(thrown);
  } catch {
    return encode(new Error(String(thrown)));
  }
}

function stands(actors: ReadonlyMap<string, TeamActor>, ref: Ref): boolean {
  for (const { own, status } of actors.values()) if (own?.ref === ref) return status === 'active';
  return false;
}
