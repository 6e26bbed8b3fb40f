/** What the kit makes of a pattern as data, beyond what the patterns of the horde show. */
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { seatOpened } from '../../../src/events/words/agent.ts';
import { defineMove, passage } from '../../../src/events/words/moves.ts';
import { definePattern } from '../../../src/machines/patterns/kit/define-pattern.ts';
import {
  fromTeam,
  type Memory,
  on,
  type PatternStep,
  refills,
} from '../../../src/machines/patterns/kit/pattern-spec.ts';
import { given, heard } from '../given.ts';

const limits = z.strictObject({ refills });
const greet = defineMove('greet', 'guest.greeted', 'Greet.', { words: passage });

interface House extends Memory<z.output<typeof limits>> {
  host: string;
  noted: readonly string[];
}

const asking = ({ host }: House): PatternStep<House> => ({ asks: [host] });
const note = ({ noted }: House, { type }: { type: string }): PatternStep<House> => ({
  remember: { noted: [...noted, type] },
});

const spec = {
  name: 'house',
  called: 'the house',
  purpose: 'One greets whoever comes.',
  endsWhen: 'the host has greeted',
  fallback: 'nothing',
  keyProperty: 'Guests come while the host holds a turn.',
  roles: { host: { min: 1, max: 1, moves: [greet] } },
  limits,
  turnsMax: ({ refills: again }, seats) => 1 + again * seats,
  seats: ({ host: [host = ''] }) => ({ host }),
  remembers: { noted: [] },
  board: ({ noted }: House) =>
    noted.map((by) => ({ type: 'dissent.noted', by, about: '', view: '' })),
  turn: () => ({ round: 1, brief: 'Greet.', moves: ['greet'], material: [] }),
  states: {
    open: {
      begins: asking,
      hears: [on(greet, note), fromTeam(seatOpened, note)],
      next: { concluded: 'else' },
    },
  },
  concludes: ({ noted }) => ({
    say: [],
    outcome: 'completed',
    reason: noted.join(', '),
    confidence: 'high',
    result: [],
    notes: [],
  }),
} satisfies Parameters<typeof definePattern<House, typeof limits, 'host', { host: string }>>[0];

const house = definePattern(spec);

describe('What the team says to a pattern', () => {
  const opened = heard('seat.opened', 'team', { agent: 'ann', agentType: 'guest' });
  const told = given(house.machine, house.seats([{ actor: 'ann', role: 'host' }]), [opened]);

  it('is taken whoever holds a turn, and takes the turn of nobody', () => {
    told.then({ state: 'open', context: { noted: ['seat.opened'], grants: { owed: { ann: 1 } } } });
  });

  it('may be taken by the function that takes a move, whose author then owes nothing', () => {
    const now = told.when(heard('guest.greeted', 'ann', { grant: 1, words: 'w' }));
    now.then({ state: 'concluded' });
    expect(now.outcome.said).toMatchObject([
      { type: 'pattern.concluded', reason: 'seat.opened, guest.greeted' },
    ]);
    told.when(heard('guest.greeted', 'ann', { grant: 2, words: 'w' })).thenDeaf();
  });
});

describe('A function of a pattern', () => {
  it('is refused where it would mean two things: asked at once here, and there when nobody owes a turn', () => {
    const hasNoted = ({ noted }: House): boolean => noted.length > 0;
    const open = { ...spec.states.open, meanwhile: { late: hasNoted } };
    const late = { next: { concluded: hasNoted } };
    expect(() => definePattern({ ...spec, states: { open, late } })).toThrow(
      /"hasNoted" stands under meanwhile and under next/,
    );
  });
});
