import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { adversarialDebate } from '../../../src/machines/patterns/adversarial-debate/adversarial-debate.ts';
import { type Event, given, heard } from '../given.ts';
import { type Draw, exhaust, meddle } from './meddling.ts';

const roster = [
  { actor: 'ann', role: 'advocate' },
  { actor: 'ben', role: 'advocate' },
  { actor: 'judge', role: 'judge' },
];
const debate = (events: Event[] = [], limits = {}) =>
  given(adversarialDebate.machine, adversarialDebate.seats(roster, limits), events);

const claim = (tag: string) => ({ tag, claim: 'c', evidence: 'e' });
const product = { title: 'T', summary: 's', content: 'c' };
const argue = (from: string, at: number, ...tags: string[]) =>
  heard(
    'argument.made',
    from,
    { grant: 1, ...product, position: 'p', points: tags.map(claim) },
    at,
  );
const rebut = (
  from: string,
  grant: number,
  at: number,
  conceded: string[] = [],
  raised: string[] = [],
) =>
  heard(
    'rebuttal.made',
    from,
    {
      grant,
      summary: 's',
      answers: conceded.map((tag) => ({ tag, stance: 'concede', response: 'r' })),
      points: raised.map(claim),
    },
    at,
  );
const rule = (winners: Record<string, string>, winner = 'ann', grant = 1, data = {}) =>
  heard(
    'debate.ruled',
    'judge',
    {
      grant,
      ...product,
      rulings: Object.entries(winners).map(([tag, one]) => ({ tag, winner: one, reason: 'why' })),
      winner,
      confidence: 'high',
      ...data,
    },
    90,
  );
const forfeit = (agent: string, grant: number, data: object = {}) =>
  heard('turn.forfeited', agent, { agent, grant, reason: 'moveless', detail: 'd', ...data });
const refilled = (agent: string) =>
  heard('seat.refilled', 'team', { agent, incarnation: 2, reason: 'r' });
const lost = (agent: string) => heard('seat.lost', 'team', { agent, reason: 'r' });
const finalize = (now = false) =>
  heard('finalize.asked', 'team', { reason: 'tokens are short', ...(now ? { now } : {}) });

const openings = [argue('ann', 10, 'COST', 'SPEED'), argue('ben', 11, 'RISK')];
const first = [rebut('ann', 2, 20, [], ['SKILL']), rebut('ben', 2, 21, ['SPEED'])];
const second = [rebut('ann', 3, 30), rebut('ben', 3, 31)];
const whole = [...openings, ...first, ...second];

const conclusionOf = (said: Event[]) => said.find(({ type }) => type === 'pattern.concluded')!;
const ofType = (said: Event[], wanted: string) => said.filter(({ type }) => type === wanted);
const grantsOf = (said: Event[]) => ofType(said, 'turn.granted');

describe('A debate', () => {
  it('opens with both sides at once, neither of which sees anything of the other', () => {
    debate().then({
      state: 'opening',
      said: [
        { type: 'task.created', task: 'case-of-ann', blockedBy: [] },
        { type: 'task.created', task: 'case-of-ben' },
        { type: 'task.created', task: 'ruling', owner: 'judge' },
        { type: 'round.started', round: 1, of: 4, title: 'Openings' },
        { type: 'task.progressed', task: 'case-of-ann', status: 'inProgress' },
        { type: 'task.progressed', task: 'case-of-ben', status: 'inProgress' },
        { type: 'turn.granted', to: ['ann', 'team'], grant: 1, moves: ['argue'], material: [] },
        { type: 'turn.granted', to: ['ben', 'team'], grant: 1, moves: ['argue'], material: [] },
      ],
    });
    debate([openings[0]!]).then({ state: 'opening', said: [{ type: 'artifact.registered' }] });
  });

  it('shows each side all of the other in every rebuttal, and never its answer of the same round', () => {
    const one = debate(openings.slice(0, 1)).when(openings[1]!);
    one.then({ state: 'rebutting' });
    expect(grantsOf(one.outcome.said)).toMatchObject([
      { agent: 'ann', grant: 2, round: 2, moves: ['rebut'], material: [11] },
      { agent: 'ben', grant: 2, round: 2, material: [10] },
    ]);
    const two = debate([...openings, first[0]!]).when(first[1]!);
    expect(grantsOf(two.outcome.said)).toMatchObject([
      { agent: 'ann', grant: 3, round: 3, material: [11, 21] },
      { agent: 'ben', grant: 3, round: 3, material: [10, 20] },
    ]);
    expect(grantsOf(two.outcome.said)[0]!['brief']).toMatch(/last rebuttal/);
  });

  it('tells each side which of the points still stand, by their tags', () => {
    const { said } = debate([...openings, first[0]!]).when(first[1]!).outcome;
    expect(grantsOf(said)[1]!['brief']).toMatch(
      /Points of ann that are contested: COST, SKILL\. Yours: RISK\./,
    );
  });

  it('asks the judge only when all rounds are over, and shows it everything', () => {
    for (let n = 0; n < whole.length; n++) {
      const { said } = debate(whole.slice(0, n)).outcome;
      expect(grantsOf(said).filter(({ agent }) => agent === 'judge')).toEqual([]);
    }
    debate(whole.slice(0, -1))
      .when(whole.at(-1)!)
      .then({
        state: 'ruling',
        said: [
          { type: 'artifact.registered', by: 'ben', title: 'Rebuttal 2 of ben' },
          { type: 'task.progressed', task: 'case-of-ann', status: 'completed' },
          { type: 'task.progressed', task: 'case-of-ben', status: 'completed' },
          { type: 'round.started', round: 4, of: 4, title: 'Ruling' },
          { type: 'task.progressed', task: 'ruling' },
          {
            type: 'turn.granted',
            agent: 'judge',
            moves: ['rule'],
            material: [10, 11, 20, 21, 30, 31],
          },
        ],
      });
  });

  it('has as many rebuttals as its limit says, three at most', () => {
    debate([...openings, ...first], { rebuttals: 1 }).then({ state: 'ruling' });
    debate(whole, { rebuttals: 3 }).then({ state: 'rebutting', context: { round: 4 } });
    expect(() => adversarialDebate.seats(roster, { rebuttals: 4 })).toThrow();
    expect(adversarialDebate.limits.parse({})).toEqual({ rebuttals: 2, refills: 2 });
  });

  it('takes a move only for the turn that its author holds, and once', () => {
    debate([openings[0]!]).when(openings[0]!).thenDeaf();
    debate(openings)
      .when(rebut('ann', 1, 20))
      .thenDeaf();
    debate(openings).when(rule({}, 'ann')).thenDeaf();
    debate(whole)
      .when(rule({}, 'ann', 2))
      .thenDeaf();
  });
});

describe('A point', () => {
  it('is no longer contested once it is conceded, whoever raised it', () => {
    const { said } = debate(whole).when(rule({ COST: 'ann', RISK: 'ben', SKILL: 'ann' })).outcome;
    expect(ofType(said, 'decision.made')).toMatchObject([
      {
        subject: 'Point COST',
        proposedBy: 'ann',
        challengedBy: ['ben'],
        resolution: 'ann wins the point: why',
        basis: 'ruled',
      },
      { subject: 'Point RISK', proposedBy: 'ben', challengedBy: ['ann'], basis: 'ruled' },
      { subject: 'Point SKILL', proposedBy: 'ann' },
      { subject: 'Point SPEED', resolution: 'Conceded by ben to ann.', basis: 'agreed' },
      { subject: 'The debate as a whole', resolution: 'ann wins, with 2 of 3 contested points.' },
    ]);
  });

  it('is withdrawn by the side that raised it', () => {
    const past = [...openings, rebut('ann', 2, 20, ['COST']), rebut('ben', 2, 21)];
    const { said } = debate(past, { rebuttals: 1 }).when(
      rule({ SPEED: 'ann', RISK: 'ben' }),
    ).outcome;
    expect(ofType(said, 'decision.made')).toContainEqual(
      expect.objectContaining({ subject: 'Point COST', resolution: 'Withdrawn by ann.' }),
    );
  });

  it('is not admitted when it is raised where no answer can follow', () => {
    const late = [...openings, ...first, rebut('ann', 3, 30, [], ['LATE']), rebut('ben', 3, 31)];
    const { said } = debate(late.slice(0, -1)).when(late.at(-1)!).outcome;
    expect(grantsOf(said)[0]!['brief']).toContain('each contested point: COST, RISK, SKILL.');
  });

  it('that nobody has raised is not conceded', () => {
    const past = [...openings, rebut('ann', 2, 20, ['NOTHING']), rebut('ben', 2, 21)];
    debate(past).then({ context: { conceded: {} } });
  });
});

describe('The ruling', () => {
  const full = { COST: 'ann', RISK: 'ben', SKILL: 'ann' };

  it('ends the debate, with every argument behind it', () => {
    const now = debate(whole).when(rule(full));
    now.then({ state: 'concluded' });
    expect(now.outcome.said.at(-1)).toMatchObject({
      type: 'pattern.concluded',
      to: 'team',
      pattern: 'adversarial-debate',
      outcome: 'completed',
      reason: 'the judge ruled for ann',
      confidence: 'high',
      result: [90, 10, 11, 20, 21, 30, 31],
      notes: [],
      rounds: 4,
    });
  });

  it('is as sure as the judge', () => {
    const { said } = debate(whole).when(rule(full, 'ben', 1, { confidence: 'low' })).outcome;
    expect(conclusionOf(said)).toMatchObject({ outcome: 'completed', confidence: 'low' });
  });

  it.each([
    ['leaves a point open', { COST: 'ann' }, 'ann', 'RISK, SKILL have no winner'],
    ['gives a point to both', { ...full, COST: 'ann and ben' }, 'ann', 'COST has no winner'],
    ['names no winner of the whole', full, 'both', 'nobody wins the whole'],
  ])('is refused once when it %s', (_, winners, winner, brief) => {
    const now = debate(whole).when(rule(winners, winner));
    now.then({
      state: 'ruling',
      said: [{ type: 'turn.granted', agent: 'judge', grant: 2, moves: ['rule'] }],
    });
    expect(now.outcome.said[0]!['brief']).toContain(brief);
  });

  it('does not count a point that it gives to both sides one after the other', () => {
    const twice = rule(full);
    twice['rulings'] = [
      ...(twice['rulings'] as object[]),
      { tag: 'COST', winner: 'ben', reason: 'also' },
    ];
    debate(whole)
      .when(twice)
      .then({ state: 'ruling', context: { pressed: true } });
  });

  it('is taken the second time, and says what it leaves open', () => {
    const past = [...whole, rule({ COST: 'ann' })];
    const { said } = debate(past).when(rule({ COST: 'ann', RISK: 'ben' }, 'ann', 2)).outcome;
    expect(conclusionOf(said)).toMatchObject({
      outcome: 'fallback',
      confidence: 'low',
      notes: ['not ruled: SKILL'],
    });
    expect(ofType(said, 'dissent.noted')).toMatchObject([{ by: 'ann', about: 'point SKILL' }]);
    const nobody = debate(past).when(rule(full, 'nobody', 2)).outcome.said;
    expect(conclusionOf(nobody)['reason']).toBe('the judge named no winner of the whole');
  });
});

describe('A debate that cannot go on', () => {
  it('leaves the arguments without a ruling when the judge is lost', () => {
    debate([...openings, lost('judge')]).then({ state: 'rebutting' });
    const { said } = debate([...openings, lost('judge'), first[0]!]).when(first[1]!).outcome;
    expect(conclusionOf(said)).toMatchObject({
      outcome: 'fallback',
      reason: 'judge was lost',
      confidence: 'low',
      result: [10, 11, 20, 21],
      notes: ['no ruling', 'judge took no part to the end'],
      rounds: 2,
    });
    expect(ofType(said, 'dissent.noted')).toHaveLength(3);
    debate(whole).when(lost('judge')).then({ state: 'concluded' });
  });

  it('is ruled as far as it went when an advocate is lost after the openings', () => {
    const past = [...openings, lost('ben'), first[0]!];
    debate(past).then({ state: 'ruling' });
    const { said } = debate(past).when(
      rule({ COST: 'ann', SPEED: 'ann', RISK: 'ben', SKILL: 'ann' }),
    ).outcome;
    expect(conclusionOf(said)).toMatchObject({
      outcome: 'completed',
      confidence: 'medium',
      notes: ['the debate was cut short: ben was lost', 'ben took no part to the end'],
    });
  });

  it('has no ruling when one side never argued', () => {
    const { said } = debate([lost('ben')]).when(openings[0]!).outcome;
    expect(conclusionOf(said)).toMatchObject({
      reason: 'ben was lost',
      result: [10],
      notes: ['ben did not argue', 'no ruling', 'ben took no part to the end'],
    });
    const nobody = debate([lost('ben')]).when(lost('ann')).outcome.said;
    expect(conclusionOf(nobody)).toMatchObject({ outcome: 'fallback', result: [] });
  });

  it('grants a turn again to a successor, who sees what there is to see', () => {
    debate([forfeit('ann', 1)])
      .when(refilled('ann'))
      .then({ said: [{ type: 'turn.granted', agent: 'ann', grant: 2, material: [] }] });
    debate([...openings, forfeit('ann', 2)])
      .when(refilled('ann'))
      .then({ said: [{ type: 'turn.granted', agent: 'ann', grant: 3, material: [10, 11] }] });
    debate([...whole, forfeit('judge', 1)])
      .when(refilled('judge'))
      .then({
        said: [{ type: 'turn.granted', agent: 'judge', material: [10, 11, 20, 21, 30, 31] }],
      });
    debate([forfeit('ann', 1)])
      .when(openings[0]!)
      .thenDeaf();
    debate([openings[0]!]).when(refilled('ann')).thenDeaf();
  });

  it('counts a seat as lost that is refilled for ever', () => {
    const past = [openings[0]!, refilled('ben'), refilled('ben')];
    const { said } = debate(past).when(refilled('ben')).outcome;
    expect(conclusionOf(said)['notes']).toContain('ben did not argue');
  });

  it('does not wait for a seat that a limit has stopped, and is ruled if the judge may still speak', () => {
    const limit = { reason: 'refused', limit: 'tokens' };
    const past = [...openings, forfeit('ann', 2, limit), first[1]!];
    debate(past).then({ state: 'ruling', context: { ending: 'the limit of tokens was reached' } });
    const { said } = debate(past).when(forfeit('judge', 1, limit)).outcome;
    expect(conclusionOf(said)).toMatchObject({
      reason: 'the limit of tokens was reached',
      result: [10, 11, 21],
    });
  });
});

describe('A debate that is asked to end', () => {
  it('finishes its round, then is ruled', () => {
    debate(openings).when(finalize()).then({ state: 'rebutting', said: [] });
    debate([...openings, finalize()])
      .when(finalize())
      .thenDeaf();
    const past = [...openings, finalize(), ...first];
    debate(past).then({ state: 'ruling' });
    const { said } = debate(past).when(rule({ COST: 'ann', RISK: 'ben', SKILL: 'ben' })).outcome;
    expect(conclusionOf(said)).toMatchObject({ outcome: 'completed', confidence: 'medium' });
  });

  it('at once takes every turn back and leaves the arguments', () => {
    const { said } = debate([...openings, first[1]!]).when(finalize(true)).outcome;
    expect(said[0]).toMatchObject({ type: 'turn.revoked', agent: 'ann', grant: 2 });
    expect(conclusionOf(said)).toMatchObject({
      outcome: 'fallback',
      reason: 'tokens are short',
      result: [10, 11, 21],
    });
  });
});

describe('Whatever its seats and its team do, a debate', () => {
  const tags = ['A', 'B', 'C', 'D'];
  const some = (draw: Draw) => tags.filter(() => draw(2) === 0);
  const argumentsOf = (move: string, draw: Draw) => {
    if (move === 'argue') return { ...product, position: 'p', points: some(draw).map(claim) };
    const stance = () => (draw(3) === 0 ? 'concede' : 'contest');
    if (move === 'rebut')
      return {
        summary: 's',
        answers: some(draw).map((tag) => ({ tag, stance: stance(), response: 'r' })),
        points: some(draw).map(claim),
      };
    const winner = () => ['ann', 'ben', 'ann', 'ben', 'both'][draw(5)]!;
    const rulings = tags.filter(() => draw(5) > 0);
    return {
      ...product,
      rulings: rulings.map((tag) => ({ tag, winner: winner(), reason: 'r' })),
      winner: winner(),
      confidence: 'high',
    };
  };
  const courses = fc.record({
    limits: fc.record({
      rebuttals: fc.integer({ min: 1, max: 3 }),
      refills: fc.integer({ min: 0, max: 3 }),
    }),
    harm: fc.constantFrom(0, 10, 40, 80),
    seed: fc.nat(),
  });
  const pattern = adversarialDebate;

  it('concludes once, within its bound, and lets the judge speak only after all is argued', () => {
    const states = new Set<string>();
    fc.assert(
      fc.property(courses, ({ limits, harm, seed }) => {
        const course = meddle({ pattern, roster, limits, argumentsOf, harm, seed });
        for (const state of course.states) states.add(state);
        const seats = grantsOf(course.said).map(({ agent }) => agent);
        const judged = seats.indexOf('judge');
        if (judged >= 0) expect(new Set(seats.slice(judged))).toEqual(new Set(['judge']));
        if (harm === 0) expect(course.concluded['result']).toHaveLength(3 + 2 * limits.rebuttals);
      }),
      { numRuns: 300 },
    );
    expect([...states].sort()).toEqual(['concluded', 'opening', 'rebutting', 'ruling']);
  });

  it('may need all of its turns', () => {
    for (const limits of [
      { rebuttals: 1, refills: 0 },
      { rebuttals: 3, refills: 3 },
    ]) {
      const granted = exhaust({ pattern, roster, limits }, ([move]) => {
        if (move === 'argue') return argue('ann', 1, 'A');
        return move === 'rebut' ? rebut('ann', 1, 1) : rule({});
      });
      expect(granted).toBe(adversarialDebate.turnsMax(limits, roster.length));
    }
  });
});
