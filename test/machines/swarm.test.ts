import { describe, expect, it } from 'vitest';
import { swarm } from '../../src/machines/patterns/swarm/swarm.ts';
import { type Event, given, heard } from './given.ts';

const roster = (size: number) =>
  Array.from({ length: size }, (_, i) => ({ actor: `contributor-${i + 1}`, role: 'contributor' }));
const gathering = (events: Event[] = [], size = 3) =>
  given(swarm.machine, swarm.seats(roster(size)), events);
const contribution = (n: number, confidence = 'high', grant = 1) =>
  heard(
    'contribution.submitted',
    `contributor-${n}`,
    { grant, title: 'View', summary: 's', confidence },
    n,
  );
const of = (type: string, n: number, data: object = {}) =>
  heard(type, 'team', { agent: `contributor-${n}`, reason: 'r', ...data });
const forfeit = (n: number, data: object = {}) =>
  heard('turn.forfeited', `contributor-${n}`, { agent: `contributor-${n}`, grant: 1, ...data });
const conclusionOf = (now: { outcome: { said: Event[] } }) =>
  now.outcome.said.find(({ type }) => type === 'pattern.concluded');

describe('A swarm', () => {
  it('grants everyone one turn at once, and shows nobody anything', () => {
    const grant = { type: 'turn.granted', grant: 1, moves: ['contribute'], material: [] };
    gathering([], 2).then({
      state: 'contributing',
      said: [
        { type: 'round.started', round: 1, of: 1 },
        { type: 'task.created', owner: 'contributor-1' },
        { type: 'task.created', owner: 'contributor-2' },
        { ...grant, agent: 'contributor-1', to: ['contributor-1', 'team'] },
        { ...grant, agent: 'contributor-2' },
      ],
    });
  });

  it('concludes when all have contributed, in the order in which they did', () => {
    gathering([contribution(2), contribution(1)])
      .when(contribution(3))
      .then({
        state: 'concluded',
        said: [
          { type: 'artifact.registered', by: 'contributor-3', held: 3 },
          { type: 'task.progressed', status: 'completed' },
          {
            type: 'pattern.concluded',
            to: 'team',
            outcome: 'completed',
            confidence: 'high',
            result: [2, 1, 3],
            notes: [],
            rounds: 1,
          },
        ],
      });
  });

  it('is less sure when its contributors are', () => {
    const now = gathering([contribution(1), contribution(2)]).when(contribution(3, 'low'));
    expect(conclusionOf(now)).toMatchObject({ outcome: 'completed', confidence: 'medium' });
  });

  it('takes one contribution a seat, for the grant it holds', () => {
    gathering([contribution(1)])
      .when(contribution(1))
      .thenDeaf();
    gathering()
      .when(contribution(1, 'high', 2))
      .thenDeaf();
    gathering().when(contribution(4)).thenDeaf();
  });

  it('grants a successor the turn, as blind as the one before', () => {
    gathering([forfeit(1)])
      .when(contribution(1))
      .thenDeaf();
    gathering([forfeit(1)])
      .when(of('seat.refilled', 1))
      .then({
        said: [{ type: 'turn.granted', agent: 'contributor-1', grant: 2, material: [] }],
      });
    gathering([contribution(1)])
      .when(of('seat.refilled', 1))
      .thenDeaf();
  });

  it('goes on without those who are lost, at a limit, or refilled for ever', () => {
    const refilled = of('seat.refilled', 3);
    const past = [
      of('seat.lost', 1),
      forfeit(2, { limit: 'tokens' }),
      contribution(4),
      contribution(5),
    ];
    const now = gathering([...past, refilled, refilled], 5).when(refilled);
    now.then({ state: 'concluded' });
    expect(conclusionOf(now)).toMatchObject({
      outcome: 'fallback',
      reason: '2 of 5 have contributed',
      confidence: 'low',
      result: [4, 5],
      notes: [1, 2, 3].map((n) => `no contribution from contributor-${n}`),
    });
  });

  it('concludes with nothing when nobody contributes', () => {
    const now = gathering([of('seat.lost', 1)], 2).when(of('seat.lost', 2));
    expect(conclusionOf(now)).toMatchObject({ outcome: 'fallback', result: [], confidence: 'low' });
  });

  it('asked to end lets those at work finish; asked at once takes their turns back', () => {
    const asked = (data: object = {}) =>
      heard('finalize.asked', 'team', { reason: 'late', ...data });
    gathering().when(asked()).then({ state: 'contributing', said: [] });
    const now = gathering([contribution(1), contribution(2)]).when(asked({ now: true }));
    now.then({
      state: 'concluded',
      said: [{ type: 'turn.revoked', grant: 1 }, { type: 'pattern.concluded' }],
    });
    expect(conclusionOf(now)).toMatchObject({
      reason: 'late: 2 of 3 have contributed',
      confidence: 'medium',
      notes: ['no contribution from contributor-3'],
    });
  });

  it('has room for two to eight', () => {
    expect(() => swarm.seats(roster(1))).toThrow(/2 to 8/);
    expect(() => swarm.seats(roster(9))).toThrow(RangeError);
  });
});
