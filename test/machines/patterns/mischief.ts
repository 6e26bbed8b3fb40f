/**
 * A whole play of a pattern whose record is kept: everything heard and said stands at its revision, so that what
 * a grant shows can be looked up. Legal moves, and between them, in an order that a draw of numbers decides,
 * mischief: illegal and stale moves, turns given back, seats refilled and lost, an end asked for.
 *
 * Held after each step: a legal move is heard, and none without a turn; nobody is granted a second turn, or one without
 * a seat; what is shown is on record; until the end somebody owes a turn; the bound on grants.
 */
import { expect } from 'vitest';
import { allMoves, vocabulary } from '../../../src/events/words/index.ts';
import type { PatternDefinition, RosterSeat } from '../../../src/machines/patterns/kit/pattern.ts';
import { type Event, given, hear, heard, type Outcome } from '../given.ts';
import type { Draw } from './meddling.ts';

export interface Play {
  pattern: PatternDefinition;
  roster: readonly RosterSeat[];
  limits: object;
  /** Arguments that fit the move, in any taste; `seat` makes it. */
  args(move: string, seat: string, draw: Draw): object;
}

export interface Turn {
  grant: number;
  moves: string[];
}

/** Everything heard and said, each at the revision of its place; `isDeaf` is what was heard to no effect. */
export interface Played {
  log: Event[];
  conclusion: Event;
  grants: Event[];
}

const definitions = new Map(vocabulary.map((one) => [one.type, one]));
export const pick = <Item>(draw: Draw, items: readonly Item[]): Item => items[draw(items.length)]!;

/** Plays to the end; `harm` per cent of the steps are not a legal move. */
export function perform(play: Play, draw: Draw, harm: number): Played {
  const table = new Table(play);
  for (let steps = 0; !table.isOver; steps++) {
    expect(steps, 'it goes on for ever').toBeLessThan(20_000);
    if (draw(100) < harm) mischief(table, draw);
    else moveLegally(table, draw);
  }
  return table.played();
}

function moveLegally(table: Table, draw: Draw): void {
  const seats = [...table.turns.keys()];
  if (seats.length === 0) {
    restore(table, draw);
    return;
  }
  const seat = pick(draw, seats);
  const { grant, moves } = table.turns.get(seat)!;
  table.move(seat, pick(draw, moves), grant, draw);
}

/** Someone has given a turn back: the team answers by a successor or by the loss of the seat. */
function restore(table: Table, draw: Draw): void {
  const agent = pick(draw, Object.keys(table.owed));
  if (draw(3) > 0) table.tell('seat.refilled', { agent, incarnation: 2, reason: 'r' });
  else table.tell('seat.lost', { agent, reason: 'r' });
}

function mischief(table: Table, draw: Draw): void {
  const seats = table.play.roster.map(({ actor }) => actor);
  const agent = pick(draw, seats);
  const turn = table.turns.get(agent);
  const kind = draw(10);
  if (kind === 5 && draw(12) > 0) return;
  switch (kind) {
    case 0:
      table.tell('seat.lost', { agent, reason: 'r' });
      break;
    case 1:
    case 2:
      table.tell('seat.refilled', { agent, incarnation: 2, reason: 'r' });
      break;
    case 3:
      table.forfeit(agent, turn?.grant ?? 1);
      break;
    case 4:
      if (draw(8) > 0) table.forfeit(agent, turn?.grant ?? 9);
      else table.forfeit(agent, turn?.grant ?? 1, 'tokens');
      break;
    case 5:
      table.tell('finalize.asked', { reason: 'late', ...(draw(4) === 0 ? { now: true } : {}) });
      break;
    default: {
      const { moves } = pick(draw, table.play.pattern.roles);
      const grant = draw(3) > 0 ? (turn?.grant ?? 1) : draw(9) + 1;
      table.move(agent, pick(draw, moves), grant, draw);
    }
  }
}

class Table {
  readonly turns = new Map<string, Turn>();
  readonly log: Event[] = [];
  private readonly lost = new Set<string>();
  private now: Outcome;
  private granted = 0;

  constructor(readonly play: Play) {
    const { pattern, roster, limits } = play;
    this.now = given(pattern.machine, pattern.seats(roster, limits as never)).outcome;
    this.take();
  }

  get isOver(): boolean {
    return this.now.snapshot.status === 'done';
  }

  get owed(): Record<string, number> {
    return this.now.snapshot.context['grants'].owed;
  }

  played(): Played {
    const of = (type: string) => this.log.filter((event) => event.type === type);
    const [conclusion, ...more] = of('pattern.concluded');
    expect(more).toEqual([]);
    expect(this.turns.size, 'a turn was neither answered nor taken back').toBe(0);
    return { log: this.log, conclusion: conclusion!, grants: of('turn.granted') };
  }

  move(seat: string, name: string, grant: number, draw: Draw): void {
    const { event } = allMoves.get(name)!;
    const data = { grant, ...this.play.args(name, seat, draw) };
    event.data.parse(data);
    const turn = this.turns.get(seat);
    const isHeld = turn?.grant === grant;
    const isLegal = isHeld && turn.moves.includes(name);
    const before = this.now.snapshot;
    if (isHeld) this.turns.delete(seat);
    this.hear(heard(event.type, seat, data, this.log.length));
    // A legal move that nobody hears would leave its seat waiting for ever; one for no turn changes nothing.
    // An agent makes no move that was not offered; a pattern may take one as if it had been.
    const isTaken = this.now.snapshot !== before;
    if (isLegal || !isHeld) expect(isTaken, `${seat} makes the move ${name}`).toBe(isLegal);
    else if (!isTaken) this.turns.set(seat, turn);
  }

  forfeit(agent: string, grant: number, limit?: string): void {
    if (this.turns.get(agent)?.grant === grant) this.turns.delete(agent);
    const why = { reason: 'moveless', detail: 'd', ...(limit ? { limit } : {}) };
    this.hear(heard('turn.forfeited', agent, { agent, grant, ...why }, this.log.length));
  }

  tell(type: string, data: { agent?: string; [key: string]: unknown }): void {
    const { agent } = data;
    // The team loses a seat once, and then fills it no more.
    if (agent !== undefined && this.lost.has(agent)) return;
    if (type === 'seat.lost') this.lost.add(agent!);
    if (agent !== undefined) this.turns.delete(agent);
    this.hear(heard(type, 'team', data, this.log.length));
  }

  private hear(event: Event): void {
    if (this.isOver) return;
    const before = this.now.snapshot;
    this.now = hear(this.play.pattern.machine, this.now, event);
    this.log.push(this.now.snapshot === before ? { ...event, isDeaf: true } : event);
    this.take();
  }

  private take(): void {
    for (const said of this.now.said) {
      const { type, to: _, ...data } = said;
      definitions.get(type)!.data.parse(data);
      this.log.push({ ...said, revision: this.log.length });
      if (type === 'turn.granted') this.grant(said);
      if (type === 'turn.revoked') {
        expect(this.turns.get(said['agent'] as string)?.grant).toBe(said['grant']);
        this.turns.delete(said['agent'] as string);
      }
    }
    const { pattern, roster, limits } = this.play;
    expect(this.granted).toBeLessThanOrEqual(pattern.turnsMax(limits as never, roster.length));
    if (!this.isOver) expect(Object.keys(this.owed), 'nobody owes a turn').not.toEqual([]);
  }

  private grant(said: Event): void {
    const { agent, grant, moves, material } = said as never as Turn & {
      agent: string;
      material: number[];
    };
    expect(this.turns.has(agent), `${agent} is granted a second turn`).toBe(false);
    expect(this.lost.has(agent), `${agent} is not there any more`).toBe(false);
    expect(moves.length).toBeGreaterThan(0);
    const { role } = this.play.roster.find(({ actor }) => actor === agent)!;
    const known = this.play.pattern.roles.find((one) => one.role === role)!.moves;
    expect(moves.filter((move) => !known.includes(move))).toEqual([]);
    expect(material.filter((at) => !this.log[at])).toEqual([]);
    this.turns.set(agent, { grant, moves });
    this.granted++;
  }
}
