import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { singleAgent } from '../../../src/machines/patterns/single-agent/single-agent.ts';
import { type Event, given, heard } from '../given.ts';
import { meddle } from './meddling.ts';

const roster = [{ actor: 'agent', role: 'agent' }];
const working = (events: Event[] = [], refills = 2) =>
  given(singleAgent.machine, singleAgent.seats(roster, { refills }), events);
const product = { title: 'Answer', summary: 's', content: 'c' };
const work = (confidence = 'high', grant = 1) =>
  heard('contribution.submitted', 'agent', { grant, ...product, confidence }, 9);
const forfeit = (data: object = {}) =>
  heard('turn.forfeited', 'agent', { agent: 'agent', grant: 1, reason: 'moveless', ...data });
const ofSeat = (type: string) => heard(type, 'team', { agent: 'agent', reason: 'r' });
const asked = (data: object = {}) => heard('finalize.asked', 'team', { reason: 'late', ...data });
const conclusionOf = (now: { outcome: { said: Event[] } }) =>
  now.outcome.said.find(({ type }) => type === 'pattern.concluded');

describe('A single agent', () => {
  it('is granted one turn, and told that nobody will look after it', () => {
    working().then({
      state: 'working',
      said: [
        { type: 'round.started', round: 1, of: 1 },
        { type: 'task.created', owner: 'agent' },
        { type: 'turn.granted', agent: 'agent', grant: 1, moves: ['contribute'], material: [] },
      ],
    });
  });

  it('ends when it has handed in its work, and the report says that nobody has reviewed it', () => {
    working()
      .when(work())
      .then({
        state: 'concluded',
        said: [
          { type: 'artifact.registered', by: 'agent', held: 9 },
          { type: 'task.progressed', status: 'completed' },
          {
            type: 'pattern.concluded',
            to: 'team',
            outcome: 'completed',
            confidence: 'medium',
            result: [9],
            notes: ['one agent worked alone: nobody else has looked at the result'],
          },
        ],
      });
    expect(conclusionOf(working().when(work('low')))).toMatchObject({ confidence: 'low' });
  });

  it('takes work only for the turn that it holds', () => {
    working().when(work('high', 2)).thenDeaf();
    working([forfeit()]).when(work()).thenDeaf();
  });

  it('gives its turn to a successor, a bounded number of times', () => {
    working([forfeit()])
      .when(ofSeat('seat.refilled'))
      .then({ state: 'working', said: [{ type: 'turn.granted', agent: 'agent', grant: 2 }] });
    const spent = working([forfeit()], 0).when(ofSeat('seat.refilled'));
    spent.then({ state: 'concluded' });
    expect(conclusionOf(spent)).toMatchObject({ outcome: 'fallback', result: [] });
  });

  it('ends with the reason when it is lost, at a limit, or not waited for', () => {
    const lost = working().when(ofSeat('seat.lost'));
    expect(conclusionOf(lost)).toMatchObject({
      outcome: 'fallback',
      confidence: 'low',
      reason: 'nobody handed anything in',
      notes: ['no work from agent'],
    });
    const limited = working().when(forfeit({ limit: 'tokens' }));
    expect(conclusionOf(limited)).toMatchObject({ reason: 'the limit of tokens was reached' });
    const urgent = working().when(asked({ now: true }));
    expect(urgent.outcome.said[0]).toMatchObject({ type: 'turn.revoked', grant: 1 });
    expect(conclusionOf(urgent)).toMatchObject({ reason: 'late', result: [] });
  });

  it('asked to come to an end hands in what it has', () => {
    working().when(asked()).then({ state: 'working', said: [] });
    const now = working([asked()]).when(work());
    expect(conclusionOf(now)).toMatchObject({ outcome: 'completed', result: [9] });
  });

  it('has room for one', () => {
    expect(() => singleAgent.seats([])).toThrow(/needs 1 of the role "agent", and got 0/);
    expect(() => singleAgent.seats([...roster, { actor: 'b', role: 'agent' }])).toThrow(RangeError);
  });

  it('ends within its turns, whatever it is answered', () => {
    const pattern = singleAgent;
    const argumentsOf = () => ({ ...product, confidence: 'high' });
    const courses = fc.record({
      refills: fc.integer({ min: 0, max: 3 }),
      harm: fc.constantFrom(0, 20, 60, 100),
      seed: fc.nat(),
    });
    fc.assert(
      fc.property(courses, ({ refills, harm, seed }) => {
        const course = meddle({ pattern, roster, limits: { refills }, argumentsOf, harm, seed });
        if (harm === 0) expect(course.concluded['result']).toHaveLength(1);
      }),
      { numRuns: 200 },
    );
  });
});
