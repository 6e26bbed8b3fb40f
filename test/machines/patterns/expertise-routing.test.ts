import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { expertiseRouting } from '../../../src/machines/patterns/expertise-routing/expertise-routing.ts';
import { type Event, given, heard } from '../given.ts';
import { drawing } from './meddling.ts';
import { perform, pick } from './mischief.ts';

const roster = (generalists: number, specialists: number) => [
  ...Array.from({ length: generalists }, (_, i) => ({ actor: `gen-${i + 1}`, role: 'generalist' })),
  ...Array.from({ length: specialists }, (_, i) => ({
    actor: `spec-${i + 1}`,
    role: 'specialist',
  })),
];
const routing = (events: Event[] = [], limits = {}, generalists = 1, specialists = 2) =>
  given(
    expertiseRouting.machine,
    expertiseRouting.seats(roster(generalists, specialists), limits),
    events,
  );

const consult = (gen: number, of: string, grant = 1, at = 100 * gen + grant) =>
  heard(
    'consultation.asked',
    `gen-${gen}`,
    { grant, specialist: of, question: 'q', context: 'c' },
    at,
  );
const advise = (spec: number, grant = 1, at = 1000 * spec + grant) =>
  heard('consultation.answered', `spec-${spec}`, { grant, advice: 'a', confidence: 'high' }, at);
const decline = (spec: number, grant = 1) =>
  heard('consultation.declined', `spec-${spec}`, { grant, reason: 'r' }, 5000 + spec);
const finish = (gen: number, grant = 1, advice: object[] = []) =>
  heard('product.finished', `gen-${gen}`, { grant, title: 'T', summary: 's', advice }, 9000 + gen);
const forfeit = (agent: string, grant: number, data: object = {}) =>
  heard('turn.forfeited', agent, { agent, grant, reason: 'moveless', detail: 'd', ...data });
const refilled = (agent: string) =>
  heard('seat.refilled', 'team', { agent, incarnation: 2, reason: 'r' });
const lost = (agent: string) => heard('seat.lost', 'team', { agent, reason: 'r' });
const finalize = (now = false) =>
  heard('finalize.asked', 'team', { reason: 'tokens are short', ...(now ? { now } : {}) });

type Now = { outcome: { said: Event[] } };
const saidOf = (now: Now, type: string) => now.outcome.said.filter((one) => one.type === type);
const grantsOf = (now: Now) => saidOf(now, 'turn.granted');
const conclusionOf = (now: Now) => saidOf(now, 'pattern.concluded')[0]!;

describe('A generalist with specialists on call', () => {
  it('begins to work while the specialists sleep', () => {
    const now = routing();
    now.then({ state: 'working' });
    expect(saidOf(now, 'task.created')).toMatchObject([
      { task: 'work-of-gen-1', owner: 'gen-1' },
      { task: 'spec-1-on-call', owner: 'spec-1' },
      { task: 'spec-2-on-call', owner: 'spec-2' },
    ]);
    expect(grantsOf(now)).toMatchObject([
      { to: ['gen-1', 'team'], moves: ['consult', 'finish_work'], material: [] },
    ]);
    expect(grantsOf(now)[0]!['brief']).toContain('On call: spec-1 and spec-2');
  });

  it('wakes one specialist with one question, and nothing else', () => {
    const now = routing().when(consult(1, 'spec-2'));
    now.then({
      state: 'consulting',
      said: [
        { type: 'task.created', task: 'question-1-of-gen-1', title: 'q', owner: 'spec-2' },
        { type: 'task.progressed', status: 'inProgress' },
        {
          type: 'turn.granted',
          agent: 'spec-2',
          grant: 1,
          moves: ['advise', 'decline_question'],
          material: [101],
        },
      ],
    });
  });

  it('goes on with the advice, and the specialist sleeps again', () => {
    const now = routing([consult(1, 'spec-1')]).when(advise(1));
    now.then({ state: 'working' });
    expect(grantsOf(now)).toMatchObject([{ agent: 'gen-1', grant: 2, material: [1001] }]);
    routing([consult(1, 'spec-1'), advise(1)])
      .when(advise(1))
      .thenDeaf();
  });

  it('goes on without, and is told why, when the specialist declines', () => {
    const now = routing([consult(1, 'spec-1')]).when(decline(1));
    now.then({ state: 'working' });
    expect(grantsOf(now)).toMatchObject([{ agent: 'gen-1', grant: 2, material: [5001] }]);
    const end = routing([consult(1, 'spec-1'), decline(1)]).when(finish(1, 2));
    expect(conclusionOf(end)).toMatchObject({
      outcome: 'completed',
      confidence: 'medium',
      notes: ['unanswered: question 1 of gen-1, to spec-1'],
    });
  });

  it('releases the specialists when it has finished', () => {
    const now = routing([consult(1, 'spec-1'), advise(1)]).when(finish(1, 2));
    now.then({ state: 'concluded' });
    expect(saidOf(now, 'task.progressed')).toMatchObject([
      { task: 'work-of-gen-1', status: 'completed' },
      { task: 'spec-1-on-call', status: 'completed', note: 'released after 1 consultation' },
      { task: 'spec-2-on-call', status: 'completed', note: 'released after 0 consultations' },
    ]);
    expect(conclusionOf(now)).toMatchObject({
      to: 'team',
      pattern: 'expertise-routing',
      outcome: 'completed',
      reason: 'the work is finished',
      confidence: 'high',
      result: [9001],
      notes: [],
    });
  });

  it('says what became of the advice: a decision each, and dissent where it was rejected', () => {
    const advice = [
      { specialist: 'spec-1', taken: 'adapted', reason: 'fits better so' },
      { specialist: 'spec-2', taken: 'rejected', reason: 'too dear' },
      { specialist: 'somebody', taken: 'followed', reason: 'r' },
    ];
    const now = routing().when(finish(1, 1, advice));
    expect(saidOf(now, 'decision.made')).toMatchObject([
      { proposedBy: 'spec-1', challengedBy: [], basis: 'agreed' },
      { proposedBy: 'spec-2', challengedBy: ['gen-1'], basis: 'ruled' },
    ]);
    expect(saidOf(now, 'dissent.noted')).toMatchObject([{ by: 'spec-2' }]);
  });

  it('has five consultations, and then finishes from what it has', () => {
    const past: Event[] = [];
    for (let n = 1; n <= 5; n++) past.push(consult(1, 'spec-1', n), advise(1, n));
    const last = routing(past.slice(0, -1)).when(advise(1, 5));
    expect(grantsOf(last)).toMatchObject([{ agent: 'gen-1', grant: 6, moves: ['finish_work'] }]);
    routing(past)
      .when(consult(1, 'spec-1', 6))
      .thenDeaf();
    const all = routing(past).outcome.snapshot.context.grants.given;
    expect(all['gen-1'] + all['spec-1']).toBe(
      expertiseRouting.turnsMax(expertiseRouting.limits.parse({ refills: 0 }), 2),
    );
  });

  it('is told when there is no such specialist; where there is one only, that one is meant', () => {
    const now = routing().when(consult(1, 'nobody'));
    now.then({ state: 'working', context: { asked: { 'gen-1': 1 } } });
    expect(grantsOf(now)).toMatchObject([{ agent: 'gen-1', grant: 2, material: [] }]);
    expect(grantsOf(now)[0]!['brief']).toContain('no such specialist');
    expect(grantsOf(routing([], {}, 1, 1).when(consult(1, 'nobody')))).toMatchObject([
      { agent: 'spec-1' },
    ]);
  });
});

describe('Two generalists', () => {
  it('work side by side and consult different specialists at once', () => {
    const now = routing([consult(1, 'spec-1')], {}, 2).when(consult(2, 'spec-2'));
    now.then({ state: 'consulting' });
    expect(grantsOf(now)).toMatchObject([{ agent: 'spec-2', material: [201] }]);
    expect(grantsOf(routing([], {}, 2))[1]!['brief']).toContain('gen-1 works on it beside you');
  });

  it('wait for the same specialist in the order in which they ask', () => {
    const past = [consult(1, 'spec-1')];
    routing(past, {}, 2)
      .when(consult(2, 'spec-1'))
      .then({ state: 'consulting', said: [{ type: 'task.created' }] });
    const now = routing([...past, consult(2, 'spec-1')], {}, 2).when(advise(1));
    now.then({ state: 'consulting' });
    expect(grantsOf(now)).toMatchObject([
      { agent: 'gen-1', grant: 2 },
      { agent: 'spec-1', grant: 2, material: [201] },
    ]);
  });

  it('both have to finish', () => {
    routing([finish(1)], {}, 2).then({ state: 'working' });
    const now = routing([finish(1)], {}, 2).when(finish(2));
    expect(conclusionOf(now)).toMatchObject({ result: [9001, 9002], confidence: 'high' });
  });
});

describe('Expertise routing that loses a seat', () => {
  it('lets the generalist go on without the specialist that it had asked', () => {
    const now = routing([consult(1, 'spec-1')]).when(lost('spec-1'));
    now.then({ state: 'working' });
    expect(grantsOf(now)).toMatchObject([
      { agent: 'gen-1', grant: 2, moves: ['consult', 'finish_work'] },
    ]);
    const none = routing([consult(1, 'spec-1')], {}, 1, 1).when(lost('spec-1'));
    expect(grantsOf(none)).toMatchObject([{ agent: 'gen-1', moves: ['finish_work'] }]);
  });

  it('lets off the specialist whose generalist is gone, and turns it to the next question', () => {
    const past = [consult(1, 'spec-1'), consult(2, 'spec-1')];
    const now = routing(past, {}, 2).when(lost('gen-1'));
    expect(saidOf(now, 'turn.revoked')).toMatchObject([{ agent: 'spec-1', grant: 1 }]);
    expect(grantsOf(now)).toMatchObject([{ agent: 'spec-1', grant: 2, material: [201] }]);
    const waiting = routing(past, {}, 2).when(lost('gen-2'));
    waiting.then({ state: 'consulting' });
    expect(saidOf(waiting, 'turn.revoked')).toEqual([]);
    const end = routing([...past, lost('gen-1'), advise(1, 2)], {}, 2).when(finish(2, 2));
    expect(conclusionOf(end)).toMatchObject({
      outcome: 'fallback',
      reason: 'no work from gen-1',
      confidence: 'medium',
      result: [9002],
      notes: [
        'no finished work from gen-1',
        'unanswered: question 1 of gen-1, to spec-1',
        'gen-1 took no part to the end',
      ],
    });
  });

  it('leaves the advice there is when no generalist is left', () => {
    const past = [consult(1, 'spec-1'), advise(1), consult(1, 'spec-2', 2)];
    const now = routing(past).when(lost('gen-1'));
    now.then({ state: 'concluded' });
    expect(conclusionOf(now)).toMatchObject({
      outcome: 'fallback',
      confidence: 'low',
      result: [1001],
      notes: [
        'no finished work from gen-1',
        'what the specialists advised is all there is',
        'unanswered: question 2 of gen-1, to spec-2',
        'gen-1 took no part to the end',
      ],
    });
  });

  it('gives the turn to a successor: the generalist sees all advice, the specialist its question', () => {
    const past = [consult(1, 'spec-1'), advise(1)];
    expect(grantsOf(routing([...past, forfeit('gen-1', 2)]).when(refilled('gen-1')))).toMatchObject(
      [{ agent: 'gen-1', grant: 3, material: [1001] }],
    );
    expect(grantsOf(routing([consult(1, 'spec-1')]).when(refilled('spec-1')))).toMatchObject([
      { agent: 'spec-1', grant: 2, material: [101] },
    ]);
    routing(past).when(refilled('spec-1')).thenDeaf();
    routing([forfeit('gen-1', 1)])
      .when(finish(1))
      .thenDeaf();
    routing([refilled('gen-1'), refilled('gen-1')])
      .when(refilled('gen-1'))
      .then({ state: 'concluded' });
  });

  it('does not wait at a limit', () => {
    const limit = { reason: 'refused', limit: 'usd' };
    const now = routing([consult(1, 'spec-1')]).when(forfeit('spec-1', 1, limit));
    expect(grantsOf(now)).toMatchObject([{ agent: 'gen-1', moves: ['finish_work'] }]);
    const end = routing().when(forfeit('gen-1', 1, limit));
    expect(conclusionOf(end)).toMatchObject({ reason: 'the limit of usd was reached', result: [] });
  });
});

describe('Expertise routing that is asked to end', () => {
  it('takes the answer that is coming, and asks nobody anew', () => {
    const past = [consult(1, 'spec-1'), consult(2, 'spec-1'), finalize()];
    const now = routing(past, {}, 2).when(advise(1));
    now.then({ state: 'working' });
    expect(grantsOf(now)).toMatchObject([
      { agent: 'gen-1', moves: ['finish_work'] },
      { agent: 'gen-2', moves: ['finish_work'], material: [] },
    ]);
    const asked = routing([finalize()]).when(consult(1, 'spec-1'));
    expect(grantsOf(asked)).toMatchObject([{ agent: 'gen-1', moves: ['finish_work'] }]);
    const declined = routing([consult(1, 'spec-1'), finalize()]).when(decline(1));
    expect(grantsOf(declined)).toMatchObject([{ agent: 'gen-1', moves: ['finish_work'] }]);
    routing([finalize()]).when(finalize()).thenDeaf();
  });

  it('at once takes the turns back and concludes with what there is', () => {
    const now = routing([consult(1, 'spec-1')], {}, 2).when(finalize(true));
    now.then({ state: 'concluded' });
    expect(saidOf(now, 'turn.revoked')).toHaveLength(2);
    expect(conclusionOf(now)).toMatchObject({
      outcome: 'fallback',
      reason: 'tokens are short',
      result: [],
      notes: expect.arrayContaining(['unanswered: question 1 of gen-1, to spec-1']),
    });
  });
});

describe('The roster of expertise routing', () => {
  it('has one or two generalists and one to three specialists', () => {
    expect(() => expertiseRouting.seats(roster(3, 1))).toThrow(/1 to 2 of the role "generalist"/);
    expect(() => expertiseRouting.seats(roster(1, 0))).toThrow(/1 to 3 of the role "specialist"/);
    expect(() => expertiseRouting.seats(roster(1, 1), { consultations: 11 })).toThrow();
    expect(expertiseRouting.limits.parse({})).toEqual({ consultations: 5, refills: 2 });
  });
});

describe('Whatever generalists, specialists and team do', () => {
  const args = (move: string, _: string, draw: (n: number) => number): object => {
    const specialist = pick(draw, ['spec-1', 'spec-2', 'spec-3', 'nobody']);
    if (move === 'consult') return { specialist, question: 'q', context: 'c' };
    if (move === 'advise') return { advice: 'a', confidence: 'low' };
    if (move === 'decline_question') return { reason: 'r' };
    const advice = [{ specialist, taken: pick(draw, ['followed', 'rejected']), reason: 'r' }];
    return { title: 'T', summary: 's', advice };
  };
  const pattern = expertiseRouting;
  const plays = fc.record({
    generalists: fc.integer({ min: 1, max: 2 }),
    specialists: fc.integer({ min: 1, max: 3 }),
    harm: fc.constantFrom(0, 20, 60, 95),
    seed: fc.nat(),
  });

  it('it keeps its bound, ends once, and shows a specialist one question and a generalist its own advice', () => {
    fc.assert(
      fc.property(plays, ({ generalists, specialists, harm, seed }) => {
        const limits = expertiseRouting.limits.parse({});
        const play = { pattern, roster: roster(generalists, specialists), limits, args };
        const { log, grants, conclusion } = perform(play, drawing(seed), harm);
        for (const { agent, material } of grants as never as Shown[]) {
          const types = material.map((at) => log[at]!.type);
          if (agent.startsWith('spec')) expect(types).toEqual(['consultation.asked']);
          else
            for (const type of types) expect(type).toMatch(/^consultation\.(answered|declined)$/);
        }
        const consulted = log.filter(({ type }) => type === 'task.created').length;
        expect(consulted).toBeLessThanOrEqual(generalists * 6 + specialists);
        if (harm === 0) expect(conclusion['outcome']).toBe('completed');
      }),
      { numRuns: 300 },
    );
  });
});

interface Shown {
  agent: string;
  material: number[];
}
