/**
 * A pattern alone among people who mean ill: agents who make any move at any time, hold to old turns, give turns
 * back, and a team that loses and refills seats and asks for an end as it likes. What the pattern says is held
 * against the vocabulary and against what every pattern has promised.
 */
import { expect } from 'vitest';
import { type AnyMachineSnapshot, initialTransition, transition } from 'xstate';
import { allMoves, vocabulary } from '../../../src/events/words/index.ts';
import type { PatternDefinition } from '../../../src/machines/patterns/kit/pattern.ts';
import type { Event } from '../given.ts';

/** A number from 0 to below `n`. */
export type Draw = (n: number) => number;

export interface Meddling {
  pattern: PatternDefinition;
  roster: { actor: string; role: string }[];
  limits: object;
  /** Arguments for a move: legal in form, whatever they say. */
  argumentsOf(move: string, draw: Draw, snapshot: AnyMachineSnapshot): object;
  /** What the team answers when the pattern has asked it for something; tried before all else. */
  team?(snapshot: AnyMachineSnapshot, draw: Draw): object | undefined;
  /** How ill they mean, in percent. 0: only moves that are legal now. */
  harm: number;
  seed: number;
}

export interface Course {
  said: Event[];
  states: Set<string>;
  concluded: Event;
}

const definitions = new Map(vocabulary.map((one) => [one.type, one]));
const pick = <Item>(draw: Draw, items: readonly Item[]): Item => items[draw(items.length)]!;

/** Stimuli tried before everyone is taken away. */
const TRIES = 3000;

export function meddle(one: Meddling): Course {
  const { pattern, roster, limits, seed, harm } = one;
  const draw = drawing(seed);
  const seats = roster.map(({ actor }) => actor);
  const said: Event[] = [];
  const states = new Set<string>();
  let revision = 1;
  let snapshot: AnyMachineSnapshot;
  const adopt = ([next, actions]: [AnyMachineSnapshot, any[]]) => {
    snapshot = next;
    states.add(String(next.value));
    for (const { type, params } of actions) {
      expect(type).toBe('xstate.emit');
      said.push(params.event);
      hold(params.event);
    }
    if (next.status === 'done') return;
    expect(Object.keys(next.context.grants.owed), `${next.value}: nobody owes`).not.toEqual([]);
  };
  const tell = (event: object) => {
    const now = transition(pattern.machine, snapshot as never, event as never) as any;
    if (now[0] !== snapshot) adopt(now);
  };
  adopt(initialTransition(pattern.machine, pattern.seats(roster, limits as never) as never) as any);
  for (let tries = 0; tries < TRIES && snapshot!.status !== 'done'; tries++) {
    const event = one.team?.(snapshot!, draw) ?? eventOf(one, draw, snapshot!, said, seats);
    tell({ revision: revision++, at: 0, ...event });
    if (harm === 0)
      expect(revision).toBeLessThan(pattern.turnsMax(limits as never, seats.length) + 2);
  }
  for (const agent of seats)
    if (snapshot!.status !== 'done')
      tell({ type: 'seat.lost', agent, reason: 'over', from: 'team', revision: revision++, at: 0 });
  expect(snapshot!.status).toBe('done');
  return { said, states, concluded: judged(one, said) };
}

/** A course of bad luck and bad will, step by step: everyone is replaced as often as may be, then moves its worst. */
export function exhaust(
  { pattern, roster, limits }: Pick<Meddling, 'pattern' | 'roster' | 'limits'>,
  worst: (moves: readonly string[], snapshot: AnyMachineSnapshot, seat: string) => Event,
): number {
  const input = pattern.seats(roster, limits as never) as never;
  let [snapshot, actions] = initialTransition(pattern.machine, input) as any;
  const granted: Event[] = [];
  const again = new Map<string, number>();
  const { refills } = limits as { refills: number };
  for (;;) {
    for (const { params } of actions)
      if (params.event.type === 'turn.granted') granted.push(params.event);
    if (snapshot.status === 'done') return granted.length;
    const [seat, grant] = Object.entries(snapshot.context.grants.owed)[0]!;
    const used = again.get(seat) ?? 0;
    const turn = granted.findLast(({ agent }) => agent === seat)!;
    const event =
      used < refills
        ? { type: 'seat.refilled', from: 'team', agent: seat, incarnation: 2, reason: 'r' }
        : { ...worst(turn['moves'] as string[], snapshot, seat), from: seat, grant };
    if (used < refills) again.set(seat, used + 1);
    [snapshot, actions] = transition(pattern.machine, snapshot, {
      revision: granted.length,
      at: 0,
      ...event,
    } as never) as any;
  }
}

/** What holds of every course: one conclusion, last; no more turns than promised; every turn settled. */
function judged({ pattern, roster, limits }: Meddling, said: Event[]): Event {
  const conclusions = said.filter(({ type }) => type === 'pattern.concluded');
  expect(conclusions).toHaveLength(1);
  expect(said.at(-1)).toBe(conclusions[0]);
  const granted = said.filter(({ type }) => type === 'turn.granted');
  expect(granted.length).toBeLessThanOrEqual(pattern.turnsMax(limits as never, roster.length));
  for (const { agent, moves } of granted as any[]) {
    const { role } = roster.find(({ actor }) => actor === agent)!;
    const known = pattern.roles.find((one) => one.role === role)!.moves;
    for (const move of moves) expect(known).toContain(move);
  }
  return conclusions[0]!;
}

function eventOf(
  { argumentsOf, harm, pattern }: Meddling,
  draw: Draw,
  snapshot: AnyMachineSnapshot,
  said: readonly Event[],
  seats: readonly string[],
): object {
  const { owed, given } = snapshot.context.grants;
  const holders = Object.keys(owed).filter((seat) => owed[seat] > 0);
  const moveBy = (from: string, grant: number, move: string) => ({
    type: (pattern.words?.find(({ name }) => name === move) ?? allMoves.get(move)!).event.type,
    from,
    grant,
    ...argumentsOf(move, draw, snapshot),
  });
  const lastGrant = (seat: string) =>
    said.findLast(({ type, agent }) => type === 'turn.granted' && agent === seat) as any;
  if (draw(100) >= harm && holders.length > 0) {
    const from = pick(draw, holders);
    return moveBy(from, owed[from], pick(draw, lastGrant(from).moves as string[]));
  }
  const agent = pick(draw, seats);
  const grant = draw(4) === 0 ? draw(4) : (given[agent] ?? 1);
  const spent = { limit: pick(draw, ['tokens', 'messages']) };
  const forfeit = { type: 'turn.forfeited', from: agent, agent, grant, reason: 'r', detail: 'd' };
  const finalize = { type: 'finalize.asked', from: 'team', reason: 'time is short' };
  const events = [
    () => ({ ...forfeit, ...(draw(6) === 0 ? spent : {}) }),
    () => forfeit,
    () => ({ type: 'seat.refilled', from: 'team', agent, incarnation: 2, reason: 'r' }),
    () => ({ type: 'seat.refilled', from: 'team', agent, incarnation: 2, reason: 'r' }),
    () => (draw(3) === 0 ? { type: 'seat.lost', from: 'team', agent, reason: 'r' } : forfeit),
    () => (draw(5) === 0 ? finalize : forfeit),
    () => (draw(25) === 0 ? { ...finalize, now: true } : forfeit),
    () => ({ type: 'dissent.noted', from: agent, by: agent, about: 'a', view: 'v' }),
  ];
  return pick(draw, events)();
}

/** What is said fits its schema, key by key. */
function hold({ type, to: _, ...data }: Event): void {
  const definition = definitions.get(type);
  if (!definition) throw new Error(`"${type}" is in no vocabulary`);
  const { error } = definition.data.safeParse(JSON.parse(JSON.stringify(data)));
  if (error) throw new Error(`${type} does not fit: ${error.message} ${JSON.stringify(data)}`);
}

/** A small generator (mulberry32): the same seed gives the same course. */
export function drawing(seed: number): Draw {
  let state = seed;
  return (n) => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) % n;
  };
}
