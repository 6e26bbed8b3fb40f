import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { AnyMachineSnapshot } from 'xstate';
import { contractFirstNegotiation } from '../../../src/machines/patterns/contract-first-negotiation/contract-first-negotiation.ts';
import { type Event, given, heard } from '../given.ts';
import { type Draw, exhaust, meddle } from './meddling.ts';

const rosterOf = (negotiators: number) =>
  ['front', 'back', 'data', 'ops', 'more']
    .slice(0, negotiators)
    .map((actor) => ({ actor, role: 'negotiator' }));
const talks = (events: Event[] = [], limits = {}, negotiators = 2) =>
  given(
    contractFirstNegotiation.machine,
    contractFirstNegotiation.seats(rosterOf(negotiators), limits),
    events,
  );

const contract = { title: 'API', summary: 's', content: 'c' };
const propose = (from = 'front', grant = 1) =>
  heard('contract.proposed', from, { grant, ...contract }, 10);
const counter = (from: string, grant: number, version: number, at: number) =>
  heard(
    'contract.countered',
    from,
    { grant, version, ...contract, changes: [{ tag: 'A', change: 'c', reason: 'r' }] },
    at,
  );
const accept = (from: string, grant: number, version: number, at = 50) =>
  heard('contract.accepted', from, { grant, version, reason: 'checked' }, at);
const implement = (
  from: string,
  grant: number,
  version: number,
  at: number,
  deviations: string[] = [],
) =>
  heard(
    'implementation.submitted',
    from,
    { grant, version, title: 'I', summary: 's', content: 'c', deviations },
    at,
  );
const forfeit = (agent: string, grant: number, data: object = {}) =>
  heard('turn.forfeited', agent, { agent, grant, reason: 'moveless', detail: 'd', ...data });
const refilled = (agent: string) =>
  heard('seat.refilled', 'team', { agent, incarnation: 2, reason: 'r' });
const lost = (agent: string) => heard('seat.lost', 'team', { agent, reason: 'r' });
const finalize = (now = false) =>
  heard('finalize.asked', 'team', { reason: 'tokens are short', ...(now ? { now } : {}) });

/** Proposed, countered, and signed by the one who proposed. */
const signed = [propose(), counter('back', 1, 1, 20), accept('front', 2, 2)];

const ofType = (said: Event[], wanted: string) => said.filter(({ type }) => type === wanted);
const conclusionOf = (said: Event[]) => ofType(said, 'pattern.concluded')[0]!;
const grantsOf = (said: Event[]) => ofType(said, 'turn.granted');
const lockedOf = (said: Event[]) =>
  ofType(said, 'artifact.registered').filter(({ locked }) => locked === true);

describe('A negotiation', () => {
  it('begins with one who proposes, and with implementations that wait for the contract', () => {
    talks().then({
      state: 'proposing',
      said: [
        { type: 'task.created', task: 'contract', blockedBy: [] },
        { type: 'task.created', task: 'implementation-of-front', blockedBy: ['contract'] },
        { type: 'task.created', task: 'implementation-of-back', blockedBy: ['contract'] },
        { type: 'turn.granted', agent: 'front', moves: ['propose_contract'], material: [] },
      ],
    });
  });

  it('asks all others at once to counter the proposal', () => {
    const { said } = talks([], {}, 4).when(propose()).outcome;
    expect(ofType(said, 'round.started')).toMatchObject([{ round: 1, of: 4 }]);
    expect(grantsOf(said)).toMatchObject(
      ['back', 'data', 'ops'].map((agent) => ({
        agent,
        moves: ['counter_propose'],
        material: [10],
      })),
    );
    expect(grantsOf(said)[0]!['brief']).toMatch(/Nobody can sign before.*version 1/);
  });

  it('asks those who have not signed the newest version, until all have', () => {
    const next = talks([propose()]).when(counter('back', 1, 1, 20));
    next.then({ state: 'answering', context: { round: 2 } });
    expect(grantsOf(next.outcome.said)).toMatchObject([
      { agent: 'front', moves: ['accept_contract', 'counter_propose'], material: [20] },
    ]);
    const again = talks([propose(), counter('back', 1, 1, 20)]).when(counter('front', 2, 2, 30));
    expect(grantsOf(again.outcome.said)).toMatchObject([{ agent: 'back', material: [30] }]);
    talks([propose(), counter('back', 1, 1, 20), counter('front', 2, 2, 30)])
      .when(accept('back', 2, 3))
      .then({ state: 'implementing' });
  });

  it('refuses an acceptance before any counter-proposal, and passes over the second', () => {
    const now = talks([propose()]).when(accept('back', 1, 1));
    now.then({
      state: 'answering',
      said: [{ type: 'turn.granted', agent: 'back', grant: 2, moves: ['counter_propose'] }],
    });
    expect(now.outcome.said[0]!['brief']).toMatch(/acceptance is refused.*counter-proposal/);
    talks([propose(), accept('back', 1, 1)])
      .when(counter('back', 2, 1, 20))
      .then({ context: { versions: [{ version: 1 }, { version: 2, signedBy: ['back'] }] } });
    talks([propose(), accept('back', 1, 1)])
      .when(accept('back', 2, 1))
      .then({ state: 'answering', context: { round: 2, versions: [{ signedBy: ['front'] }] } });
  });

  it('takes a move only for the turn that its author holds', () => {
    talks([propose()]).when(propose()).thenDeaf();
    talks([propose()])
      .when(counter('front', 1, 1, 20))
      .thenDeaf();
    talks([propose(), counter('back', 1, 1, 20)])
      .when(counter('back', 1, 2, 21))
      .thenDeaf();
    talks(signed)
      .when(accept('front', 2, 2))
      .thenDeaf();
  });
});

describe('Moves that cross', () => {
  const past = [propose(), counter('back', 1, 1, 20)];

  it('are answered with the newest version, and change nothing', () => {
    const now = talks(past, {}, 3).when(counter('data', 1, 1, 21));
    now.then({
      state: 'answering',
      said: [{ type: 'turn.granted', agent: 'data', grant: 2, material: [20] }],
      context: { versions: [{ version: 1 }, { version: 2, by: 'back' }] },
    });
    expect(now.outcome.said[0]!['brief']).toMatch(
      /answered version 1 and does not count: version 2, by back/,
    );
    talks(past, {}, 3)
      .when(accept('data', 1, 1))
      .then({
        said: [{ type: 'turn.granted', moves: ['accept_contract', 'counter_propose'] }],
      });
  });

  it('count once they answer the newest', () => {
    talks([...past, counter('data', 1, 1, 21)], {}, 3)
      .when(accept('data', 2, 2))
      .then({ context: { round: 2, versions: [{}, { signedBy: ['back', 'data'] }] } });
  });

  it('are answered so many times a round, then the others do not wait', () => {
    const stubborn = [...past, accept('data', 1, 1), accept('data', 2, 1)];
    talks(stubborn, {}, 3).then({ state: 'answering', context: { round: 1 } });
    const now = talks(stubborn, {}, 3).when(accept('data', 3, 1));
    now.then({ context: { round: 2, crossed: {} } });
    expect(grantsOf(now.outcome.said).map(({ agent }) => agent)).toEqual(['front', 'data']);
    talks(
      [...past, counter('data', 1, 7, 21), counter('data', 2, 7, 22)],
      { crossings: 1 },
      3,
    ).then({ context: { round: 2, versions: [{}, { version: 2 }] } });
  });
});

describe('The locked contract', () => {
  it('is the only one that is implemented, by all at the same time', () => {
    const now = talks(signed.slice(0, -1)).when(signed.at(-1)!);
    now.then({
      state: 'implementing',
      said: [
        { type: 'task.progressed', task: 'contract', note: 'front signs version 2' },
        {
          type: 'decision.made',
          subject: 'The contract',
          proposedBy: 'front',
          challengedBy: ['back'],
          resolution: 'Version 2, by back, is locked: all sign it; signed by back and front.',
          basis: 'agreed',
        },
        { type: 'artifact.registered', by: 'back', held: 20, task: 'contract', locked: true },
        { type: 'task.progressed', task: 'contract', status: 'completed' },
        { type: 'task.progressed', task: 'implementation-of-front', status: 'inProgress' },
        { type: 'task.progressed', task: 'implementation-of-back', status: 'inProgress' },
        { type: 'turn.granted', agent: 'front', moves: ['submit_implementation'], material: [20] },
        { type: 'turn.granted', agent: 'back', moves: ['submit_implementation'], material: [20] },
      ],
    });
  });

  it('lets nobody implement before', () => {
    talks()
      .when(implement('front', 1, 1, 60))
      .thenDeaf();
    talks([propose()])
      .when(implement('back', 1, 1, 60))
      .thenDeaf();
  });

  it('is shown again to one who implements another version, then that one is not waited for', () => {
    const now = talks(signed).when(implement('front', 3, 1, 60));
    now.then({
      state: 'implementing',
      said: [{ type: 'turn.granted', agent: 'front', grant: 4, material: [20] }],
    });
    const stubborn = [...signed, implement('front', 3, 1, 60), implement('back', 2, 2, 61)];
    const end = talks(stubborn, { crossings: 1 }).when(implement('front', 4, 1, 62));
    expect(conclusionOf(end.outcome.said)).toMatchObject({
      outcome: 'fallback',
      reason: 'the contract was agreed; 1 of 2 have implemented',
      confidence: 'medium',
      result: [20, 61],
      notes: ['no implementation from front'],
    });
  });
});

describe('A negotiation ends', () => {
  it('with high confidence when all have signed and implemented to the letter', () => {
    const now = talks([...signed, implement('back', 2, 2, 60)]).when(implement('front', 3, 2, 61));
    now.then({ state: 'concluded' });
    expect(now.outcome.said.at(-1)).toMatchObject({
      type: 'pattern.concluded',
      to: 'team',
      pattern: 'contract-first-negotiation',
      outcome: 'completed',
      reason: 'the contract was agreed; all have implemented',
      confidence: 'high',
      result: [20, 61, 60],
      notes: [],
      rounds: 2,
    });
  });

  it('with medium confidence when an implementation deviates', () => {
    const past = [...signed, implement('back', 2, 2, 60)];
    const { said } = talks(past).when(implement('front', 3, 2, 61, ['no paging'])).outcome;
    expect(said[1]).toMatchObject({ note: 'deviates from the contract in 1 points' });
    expect(conclusionOf(said)).toMatchObject({
      outcome: 'completed',
      confidence: 'medium',
      notes: ['the implementation of front deviates from the contract'],
    });
  });

  it('with the version that most have signed when the rounds are spent, and of several the newest', () => {
    const past = [propose(), counter('back', 1, 1, 20), accept('data', 1, 1), accept('data', 2, 2)];
    const now = talks(past, { rounds: 2 }, 3).when(counter('front', 2, 2, 30));
    now.then({ state: 'implementing' });
    expect(lockedOf(now.outcome.said)).toMatchObject([{ held: 20, by: 'back' }]);
    expect(ofType(now.outcome.said, 'decision.made')).toMatchObject([
      {
        resolution:
          'Version 2, by back, is locked: the best of partial talks (rounds spent); signed by back and data.',
        basis: 'majority',
      },
    ]);
    expect(ofType(now.outcome.said, 'dissent.noted')).toMatchObject([
      { by: 'front', about: 'the contract', view: 'Did not sign version 2, which is locked.' },
    ]);
    const even = talks([propose()], { rounds: 1 }).when(counter('back', 1, 1, 20));
    expect(lockedOf(even.outcome.said)).toMatchObject([{ held: 20 }]);
  });

  it('with low confidence when only its author stands behind what was implemented', () => {
    const past = [propose(), counter('back', 1, 1, 20), implement('front', 2, 2, 60)];
    const { said } = talks(past, { rounds: 1 }).when(implement('back', 2, 2, 61)).outcome;
    expect(conclusionOf(said)).toMatchObject({
      outcome: 'fallback',
      reason: 'rounds spent; all have implemented',
      confidence: 'low',
      result: [20, 60, 61],
      notes: ['the contract was not agreed by all: best of partial talks'],
    });
  });
});

describe('A negotiation that loses seats', () => {
  it('grants a turn again to a successor, with the newest version', () => {
    talks([propose(), forfeit('back', 1)])
      .when(refilled('back'))
      .then({ said: [{ type: 'turn.granted', agent: 'back', grant: 2, material: [10] }] });
    talks([propose(), forfeit('back', 1)])
      .when(counter('back', 1, 1, 20))
      .thenDeaf();
    talks([...signed, forfeit('back', 2)])
      .when(refilled('back'))
      .then({ said: [{ type: 'turn.granted', agent: 'back', grant: 3, material: [20] }] });
  });

  it('lets the next one propose', () => {
    talks([], {}, 3)
      .when(lost('front'))
      .then({
        state: 'proposing',
        said: [
          { type: 'task.progressed', task: 'implementation-of-front', status: 'failed' },
          { type: 'turn.granted', agent: 'back', moves: ['propose_contract'] },
        ],
      });
  });

  it('leaves nothing when there are no two who can talk', () => {
    const { said } = talks().when(lost('front')).outcome;
    expect(conclusionOf(said)).toMatchObject({
      outcome: 'fallback',
      reason: 'there is no contract',
      result: [],
      notes: ['no contract', 'front took no part to the end'],
    });
  });

  it('is implemented by the one who is left', () => {
    const past = [propose(), lost('front'), counter('back', 1, 1, 20)];
    talks(past).then({ state: 'implementing' });
    const { said } = talks(past).when(implement('back', 2, 2, 60)).outcome;
    expect(conclusionOf(said)).toMatchObject({
      reason: 'too few negotiators are left; 1 of 2 have implemented',
      confidence: 'low',
      result: [20, 60],
    });
  });

  it('is agreed between those who are left', () => {
    const past = [propose(), counter('back', 1, 1, 20), lost('data'), accept('front', 2, 2)];
    const now = talks([...past, implement('front', 3, 2, 60)], {}, 3).when(
      implement('back', 2, 2, 61),
    );
    expect(conclusionOf(now.outcome.said)).toMatchObject({
      outcome: 'fallback',
      reason: 'the contract was agreed; 2 of 3 have implemented',
      confidence: 'medium',
      notes: ['no implementation from data', 'data took no part to the end'],
    });
  });

  it('keeps its locked contract, and what was implemented, when all are lost', () => {
    const past = [...signed, implement('front', 3, 2, 60), lost('front')];
    talks(past).then({ state: 'implementing', said: [] });
    const { said } = talks(past).when(lost('back')).outcome;
    expect(conclusionOf(said)).toMatchObject({ result: [20, 60], confidence: 'medium' });
  });

  it('counts a seat as lost that is refilled for ever', () => {
    const past = [propose(), refilled('back'), refilled('back')];
    talks(past, {}, 3)
      .when(refilled('back'))
      .then({ context: { lost: ['back'] } });
  });

  it('at a limit begins no round and implements the best there is', () => {
    const limit = { reason: 'refused', limit: 'tokens' };
    const past = [propose(), counter('back', 1, 1, 20)];
    const now = talks(past).when(forfeit('front', 2, limit));
    now.then({ state: 'implementing', context: { ending: 'the limit of tokens was reached' } });
    expect(grantsOf(now.outcome.said).map(({ agent }) => agent)).toEqual(['back']);
  });
});

describe('A negotiation that is asked to end', () => {
  it('finishes its round, then implements the best there is', () => {
    talks([propose()]).when(finalize()).then({ state: 'answering', said: [] });
    const now = talks([propose(), finalize()]).when(counter('back', 1, 1, 20));
    now.then({ state: 'implementing' });
    expect(ofType(now.outcome.said, 'decision.made')[0]!['resolution']).toContain(
      'the best of partial talks (tokens are short)',
    );
  });

  it('at once takes every turn back and leaves what there is', () => {
    const { said } = talks([propose()]).when(finalize(true)).outcome;
    expect(ofType(said, 'turn.revoked')).toMatchObject([{ agent: 'back' }]);
    expect(conclusionOf(said)).toMatchObject({
      outcome: 'fallback',
      reason: 'tokens are short',
      result: [10],
      notes: ['the contract was not locked, and nothing was implemented'],
    });
    const late = talks([...signed, implement('front', 3, 2, 60)]).when(finalize(true)).outcome.said;
    expect(conclusionOf(late)).toMatchObject({ result: [20, 60], confidence: 'medium' });
  });
});

describe('The roster and limits of a negotiation', () => {
  it('are two to four negotiators and four rounds', () => {
    expect(() => contractFirstNegotiation.seats(rosterOf(1))).toThrow(/2 to 4 of the role/);
    expect(() => contractFirstNegotiation.seats(rosterOf(5))).toThrow(RangeError);
    expect(() => contractFirstNegotiation.seats(rosterOf(2), { rounds: 9 })).toThrow();
    expect(contractFirstNegotiation.limits.parse({})).toEqual({
      rounds: 4,
      crossings: 2,
      refills: 2,
    });
  });
});

describe('Whatever its seats and its team do, a negotiation', () => {
  const argumentsOf = (move: string, draw: Draw, { context }: AnyMachineSnapshot) => {
    const newest = context.locked?.version ?? context.versions.length;
    const version = draw(4) > 0 && newest > 0 ? newest : draw(newest + 1) + 1;
    if (move === 'propose_contract') return contract;
    if (move === 'accept_contract') return { version, reason: 'r' };
    if (move === 'counter_propose')
      return { version, ...contract, changes: [{ tag: 'A', change: 'c', reason: 'r' }] };
    return { version, ...contract, deviations: [] };
  };
  const courses = fc.record({
    limits: fc.record({
      rounds: fc.integer({ min: 1, max: 8 }),
      crossings: fc.integer({ min: 1, max: 3 }),
      refills: fc.integer({ min: 0, max: 3 }),
    }),
    negotiators: fc.integer({ min: 2, max: 4 }),
    harm: fc.constantFrom(0, 10, 40, 80),
    seed: fc.nat(),
  });
  const pattern = contractFirstNegotiation;

  it('concludes once, within its bound, and implements only what is locked', () => {
    const states = new Set<string>();
    fc.assert(
      fc.property(courses, ({ limits, negotiators, harm, seed }) => {
        const roster = rosterOf(negotiators);
        const { said, ...course } = meddle({ pattern, roster, limits, argumentsOf, harm, seed });
        for (const state of course.states) states.add(state);
        const locked = lockedOf(said);
        expect(locked.length).toBeLessThanOrEqual(1);
        const lockedAt = said.indexOf(locked[0]!);
        said.forEach(({ type, moves, material }, index) => {
          if (type !== 'turn.granted') return;
          const isImplementing = (moves as string[]).includes('submit_implementation');
          expect(isImplementing).toBe(lockedAt >= 0 && index > lockedAt);
          if (isImplementing) expect(material).toEqual([locked[0]!['held']]);
        });
      }),
      { numRuns: 300 },
    );
    expect([...states].sort()).toEqual(['answering', 'concluded', 'implementing', 'proposing']);
  });

  it('may need all of its turns', () => {
    for (const negotiators of [2, 4])
      for (const limits of [
        { rounds: 1, crossings: 1, refills: 0 },
        { rounds: 8, crossings: 3, refills: 3 },
      ]) {
        const roster = rosterOf(negotiators);
        const worst = (moves: readonly string[], { context }: AnyMachineSnapshot, seat: string) => {
          if (moves.includes('propose_contract')) return propose();
          if (moves.includes('submit_implementation')) return implement('front', 1, 99, 1);
          const isPressed = context.pressed.includes(seat);
          return accept('front', 1, isPressed ? 99 : 1);
        };
        const granted = exhaust({ pattern, roster, limits }, worst);
        expect(granted).toBe(contractFirstNegotiation.turnsMax(limits, roster.length));
      }
  });
});
