import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { AnyMachineSnapshot } from 'xstate';
import { consensusDeliberation } from '../../../src/machines/patterns/consensus-deliberation/consensus-deliberation.ts';
import { type Event, given, heard } from '../given.ts';
import { type Draw, exhaust, meddle } from './meddling.ts';

const rosterOf = (experts: number) => [
  ...['ann', 'ben', 'cat', 'dan', 'eve', 'fay']
    .slice(0, experts)
    .map((actor) => ({ actor, role: 'expert' })),
  { actor: 'guide', role: 'facilitator' },
];
const deliberation = (events: Event[] = [], limits = {}, experts = 3) =>
  given(
    consensusDeliberation.machine,
    consensusDeliberation.seats(rosterOf(experts), limits),
    events,
  );

const product = { title: 'T', summary: 's', content: 'c' };
const analysis = (from: string, at: number, grant = 1) =>
  heard(
    'analysis.submitted',
    from,
    { grant, ...product, recommendation: 'r', confidence: 'medium' },
    at,
  );
/** `put`: tags by the expert they are put to. */
const challenge = (
  from: string,
  grant: number,
  at: number,
  put: Record<string, string> = {},
  answers: [tag: string, stance: 'hold' | 'concede'][] = [],
) =>
  heard(
    'challenges.raised',
    from,
    {
      grant,
      summary: 's',
      challenges: Object.entries(put).map(([tag, to]) => ({ to, tag, challenge: 'c' })),
      answers: answers.map(([tag, stance]) => ({ tag, stance, response: 'r' })),
    },
    at,
  );
const propose = (from: string, grant: number, at: number) =>
  heard('consensus.proposed', from, { grant, ...product, resolutions: [] }, at);
const agree = (from: string, grant: number, at: number) =>
  heard('proposal.agreed', from, { grant, reason: 'I checked the cost of it twice' }, at);
const dispute = (from: string, grant: number, at: number, ...tags: string[]) =>
  heard(
    'proposal.disputed',
    from,
    { grant, objections: tags.map((tag) => ({ tag, objection: 'o', remedy: 'r' })) },
    at,
  );
const force = (grant = 1) =>
  heard('synthesis.forced', 'guide', { grant, ...product, resolutions: [] }, 900);
const forfeit = (agent: string, grant: number, data: object = {}) =>
  heard('turn.forfeited', agent, { agent, grant, reason: 'moveless', detail: 'd', ...data });
const refilled = (agent: string) =>
  heard('seat.refilled', 'team', { agent, incarnation: 2, reason: 'r' });
const lost = (agent: string) => heard('seat.lost', 'team', { agent, reason: 'r' });
const finalize = (now = false) =>
  heard('finalize.asked', 'team', { reason: 'tokens are short', ...(now ? { now } : {}) });

const analyses = [analysis('ann', 10), analysis('ben', 11), analysis('cat', 12)];
const seats = ['ann', 'ben', 'cat'];
/** The challenges and the proposal of a round; the grants of each seat rise by two a round. */
const upToProposal = (round: number, tag = 'X') => {
  const grant = 2 * round;
  const proposer = seats[(round - 1) % 3]!;
  return [
    challenge('ann', grant, 100 * round, { [tag]: 'ben' }),
    challenge('ben', grant, 100 * round + 1),
    challenge('cat', grant, 100 * round + 2),
    propose(proposer, grant + 1, 100 * round + 3),
  ];
};
const votersOf = (round: number) => seats.filter((_, i) => i !== (round - 1) % 3);
/** A whole round in which one of two disagrees. */
const splitRound = (round: number, tag = `T${round}`) => {
  const [one, two] = votersOf(round) as [string, string];
  const grant = 2 * round + 1;
  return [
    ...upToProposal(round, tag),
    agree(one, grant, 100 * round + 4),
    dispute(two, grant, 100 * round + 5, tag),
  ];
};
const noRound = (round: number, tag = `T${round}`) => {
  const [one, two] = votersOf(round) as [string, string];
  const grant = 2 * round + 1;
  return [
    ...upToProposal(round, tag),
    dispute(one, grant, 100 * round + 4, `U${round}`),
    dispute(two, grant, 100 * round + 5, `V${round}`),
  ];
};

const ofType = (said: Event[], wanted: string) => said.filter(({ type }) => type === wanted);
const conclusionOf = (said: Event[]) => ofType(said, 'pattern.concluded')[0]!;
const grantsOf = (said: Event[]) => ofType(said, 'turn.granted');

describe('The analyses of a deliberation', () => {
  it('are asked of all experts at once, and shown to nobody', () => {
    const { said } = deliberation().outcome;
    expect(ofType(said, 'task.created')).toMatchObject([
      { task: 'analysis-of-ann', owner: 'ann' },
      { task: 'analysis-of-ben' },
      { task: 'analysis-of-cat' },
      {
        task: 'consensus',
        owner: 'guide',
        blockedBy: ['analysis-of-ann', 'analysis-of-ben', 'analysis-of-cat'],
      },
    ]);
    expect(grantsOf(said)).toMatchObject(
      seats.map((agent) => ({ agent, grant: 1, moves: ['submit_analysis'], material: [] })),
    );
  });

  it('are held back until the last one is in, then shared with all at once', () => {
    const held = deliberation(analyses.slice(0, 2));
    held.then({ state: 'analysing' });
    expect(grantsOf(held.outcome.said)).toEqual([]);
    const now = held.when(analyses[2]!);
    now.then({ state: 'challenging', context: { round: 1 } });
    expect(grantsOf(now.outcome.said)).toMatchObject([
      { agent: 'ann', grant: 2, moves: ['challenge'], material: [11, 12] },
      { agent: 'ben', grant: 2, material: [10, 12] },
      { agent: 'cat', grant: 2, material: [10, 11] },
    ]);
  });

  it('are not shown to a successor either, however late it comes', () => {
    deliberation([...analyses.slice(0, 2), forfeit('cat', 1)])
      .when(refilled('cat'))
      .then({ said: [{ type: 'turn.granted', agent: 'cat', grant: 2, material: [] }] });
  });

  it('are shared without that of an expert who is lost', () => {
    const now = deliberation(analyses.slice(0, 2)).when(lost('cat'));
    now.then({ state: 'challenging' });
    expect(grantsOf(now.outcome.said)).toMatchObject([{ material: [11] }, { material: [10] }]);
    expect(now.outcome.said[0]).toMatchObject({ task: 'analysis-of-cat', status: 'failed' });
  });
});

describe('A round', () => {
  it('begins with challenges to specific experts, answered in the next', () => {
    const past = [
      ...analyses,
      challenge('ann', 2, 100, { 'COST-1': 'ben', SELF: 'ann', NO: 'zoe' }),
    ];
    deliberation(past).then({
      state: 'challenging',
      context: { putTo: { ben: { 'COST-1': 'ann' } }, tags: { ann: ['COST-1'] } },
    });
    const rest = [
      challenge('ben', 2, 101),
      challenge('cat', 2, 102),
      propose('ann', 3, 103),
      dispute('ben', 3, 104, 'B'),
    ];
    const next = deliberation([...past, ...rest]).when(agree('cat', 3, 105));
    next.then({ state: 'challenging', context: { round: 2 } });
    expect(grantsOf(next.outcome.said)[1]!['brief']).toContain('to be answered: COST-1.');
    expect(grantsOf(next.outcome.said)).toMatchObject([
      { agent: 'ann', material: [104, 105] },
      { agent: 'ben', material: [105] },
      { agent: 'cat', material: [104] },
    ]);
    const answered = challenge('ben', 4, 200, {}, [
      ['COST-1', 'concede'],
      ['OTHER', 'concede'],
    ]);
    deliberation([...past, ...rest, agree('cat', 3, 105)])
      .when(answered)
      .then({
        said: [
          { type: 'artifact.registered' },
          {
            type: 'decision.made',
            subject: 'Point COST-1',
            proposedBy: 'ben',
            challengedBy: ['ann'],
            resolution: 'ben concedes the point.',
            basis: 'agreed',
          },
        ],
        context: { putTo: { ben: {} } },
      });
  });

  it('goes on with one proposal, by another expert each time', () => {
    const one = deliberation([...analyses, ...upToProposal(1).slice(0, 2)]).when(
      upToProposal(1)[2]!,
    );
    one.then({ state: 'proposing' });
    expect(grantsOf(one.outcome.said)).toMatchObject([
      { agent: 'ann', grant: 3, moves: ['propose_consensus'], material: [101, 102] },
    ]);
    const two = deliberation([...analyses, ...splitRound(1), ...upToProposal(2).slice(0, 3)]);
    expect(grantsOf(two.outcome.said)).toMatchObject([{ agent: 'ben', material: [200, 202] }]);
  });

  it('ends with the verdicts of all others on it', () => {
    const now = deliberation([...analyses, ...upToProposal(1).slice(0, 3)]).when(
      upToProposal(1)[3]!,
    );
    now.then({ state: 'voting' });
    expect(grantsOf(now.outcome.said)).toMatchObject([
      { agent: 'ben', moves: ['agree', 'disagree'], material: [103, 100, 102] },
      { agent: 'cat', material: [103, 100, 101] },
    ]);
  });

  it('takes a move only for the turn that its author holds', () => {
    deliberation([analyses[0]!]).when(analysis('ann', 13)).thenDeaf();
    deliberation(analyses)
      .when(propose('ann', 2, 100))
      .thenDeaf();
    const voting = [...analyses, ...upToProposal(1)];
    deliberation(voting)
      .when(agree('ann', 3, 104))
      .thenDeaf();
    deliberation(voting)
      .when(agree('ben', 2, 104))
      .thenDeaf();
  });
});

describe('A deliberation ends', () => {
  it('with high confidence when all agree, and asks no facilitator', () => {
    const past = [...analyses, ...upToProposal(1), agree('ben', 3, 104)];
    const now = deliberation(past).when(agree('cat', 3, 105));
    now.then({
      state: 'concluded',
      said: [
        { type: 'artifact.registered' },
        {
          type: 'decision.made',
          subject: 'The answer',
          proposedBy: 'ann',
          challengedBy: [],
          resolution: 'All agree with the proposal of round 1.',
          basis: 'agreed',
        },
        { type: 'task.progressed', task: 'consensus', status: 'completed' },
        {
          type: 'pattern.concluded',
          to: 'team',
          pattern: 'consensus-deliberation',
          outcome: 'completed',
          reason: 'all experts agree',
          confidence: 'high',
          result: [103],
          notes: [],
          rounds: 1,
        },
      ],
    });
  });

  it('with a forced synthesis of everything when the rounds are spent', () => {
    const past = [...analyses, ...splitRound(1), ...splitRound(2), ...splitRound(3)];
    const now = deliberation(past);
    now.then({ state: 'forcing' });
    const [turn] = grantsOf(now.outcome.said);
    expect(turn).toMatchObject({ agent: 'guide', moves: ['force_synthesis'] });
    expect(turn!['material']).toHaveLength(3 + 3 * 6);
    expect(turn!['brief']).toMatch(/rounds are spent.*majority decides: ann and cat stand behind/);
  });

  it('with medium confidence where a majority is followed, its dissent noted', () => {
    const past = [...analyses, ...splitRound(1)];
    const { said } = deliberation(past, { rounds: 1 }).when(force()).outcome;
    expect(conclusionOf(said)).toMatchObject({
      outcome: 'completed',
      reason: 'the facilitator forced a synthesis: rounds spent',
      confidence: 'medium',
      result: [900, 103],
      notes: ['cat does not agree'],
    });
    expect(ofType(said, 'decision.made')).toMatchObject([
      {
        proposedBy: 'ann',
        challengedBy: ['cat'],
        resolution:
          'The facilitator follows the majority: 2 of 3 stand behind the proposal of round 1.',
        basis: 'majority',
      },
    ]);
    expect(ofType(said, 'dissent.noted')).toMatchObject([
      { by: 'cat', about: 'the proposal of ann', view: 'Objections that stand: T1' },
    ]);
  });

  it('with low confidence where no majority stands behind a proposal', () => {
    const past = deliberation([...analyses, ...noRound(1)], { rounds: 1 });
    expect(grantsOf(past.outcome.said)[0]!['brief']).toMatch(/strongest argument decides/);
    const { said } = past.when(force()).outcome;
    expect(conclusionOf(said)).toMatchObject({ outcome: 'completed', confidence: 'low' });
    expect(ofType(said, 'decision.made')).toMatchObject([
      { proposedBy: 'guide', basis: 'strongestArgument', challengedBy: ['ann', 'ben', 'cat'] },
    ]);
    expect(ofType(said, 'dissent.noted')).toHaveLength(2);
  });

  it('when the same point stands three rounds in a row, whoever raises it', () => {
    const past = [...analyses, ...noRound(1, 'A'), ...noRound(2, 'A'), ...noRound(3, 'A')];
    const now = deliberation(past, { rounds: 6 });
    now.then({ state: 'forcing' });
    expect(grantsOf(now.outcome.said)[0]!['brief']).toContain('A came up in 3 rounds in a row');
    const { said } = now.when(force()).outcome;
    expect(conclusionOf(said)['reason']).toContain('A stood in 3 rounds in a row');
    expect(ofType(said, 'decision.made')[0]!['subject']).toBe('The answer, disputed in A');
  });

  it('not when a point rested for a round in between', () => {
    const past = [...analyses, ...noRound(1, 'A'), ...noRound(2, 'B'), ...noRound(3, 'A')];
    deliberation(past, { rounds: 6 }).then({ state: 'challenging', context: { round: 4 } });
  });
});

describe('A deliberation that loses seats', () => {
  it('grants a turn again to a successor, who sees what was shared', () => {
    deliberation([...analyses, forfeit('ben', 2)])
      .when(refilled('ben'))
      .then({ said: [{ type: 'turn.granted', agent: 'ben', grant: 3, material: [10, 11, 12] }] });
    deliberation([...analyses, ...upToProposal(1), forfeit('ben', 3)])
      .when(refilled('ben'))
      .then({
        said: [
          {
            type: 'turn.granted',
            agent: 'ben',
            moves: ['agree', 'disagree'],
            material: [10, 11, 12, 100, 101, 102, 103],
          },
        ],
      });
    deliberation([analyses[0]!]).when(refilled('ann')).thenDeaf();
  });

  it('lets the next expert propose when the proposer is lost', () => {
    const past = [...analyses, ...upToProposal(1).slice(0, 3)];
    const now = deliberation(past).when(lost('ann'));
    now.then({ state: 'proposing' });
    expect(grantsOf(now.outcome.said)).toMatchObject([
      { agent: 'ben', moves: ['propose_consensus'] },
    ]);
  });

  it('is agreed with medium confidence by those who are left', () => {
    const past = [...analyses, ...upToProposal(1), lost('cat')];
    const { said } = deliberation(past).when(agree('ben', 3, 104)).outcome;
    expect(conclusionOf(said)).toMatchObject({
      outcome: 'completed',
      confidence: 'medium',
      notes: ['cat took no part to the end'],
    });
  });

  it('is brought to an end by the facilitator when one expert is left', () => {
    const past = [...analyses, lost('ann'), challenge('ben', 2, 100), lost('cat')];
    deliberation(past).then({ state: 'forcing' });
    const { said } = deliberation(past).when(force()).outcome;
    expect(conclusionOf(said)).toMatchObject({
      outcome: 'fallback',
      reason: 'the facilitator forced a synthesis: too few experts are left',
      confidence: 'low',
      result: [900],
    });
    expect(conclusionOf(said)['notes']).toContain(
      'not deliberated to a proposal: what was submitted',
    );
    const proposing = [...analyses, ...upToProposal(1).slice(0, 3), lost('ben'), lost('cat')];
    deliberation([...proposing, lost('ann')]).then({ state: 'forcing' });
  });

  it('leaves the analyses when there is no facilitator either', () => {
    const past = [...analyses, lost('guide'), lost('ann'), lost('ben')];
    const { said } = deliberation(past).when(lost('cat')).outcome;
    expect(conclusionOf(said)).toMatchObject({
      outcome: 'fallback',
      confidence: 'low',
      result: [10, 11, 12],
      notes: [
        'not deliberated to a proposal: what was submitted',
        'no synthesis',
        'guide took no part to the end',
        'ann took no part to the end',
        'ben took no part to the end',
        'cat took no part to the end',
      ],
    });
    expect(ofType(said, 'decision.made')).toEqual([]);
  });

  it('leaves the proposal before the analyses when the facilitator is lost in the end', () => {
    const past = [...analyses, ...splitRound(1)];
    const { said } = deliberation(past, { rounds: 1 }).when(lost('guide')).outcome;
    expect(conclusionOf(said)).toMatchObject({ reason: 'rounds spent', result: [103, 10, 11, 12] });
  });

  it('leaves nothing when nobody ever analysed', () => {
    const { said } = deliberation([lost('ann'), lost('ben')]).when(lost('cat')).outcome;
    expect(conclusionOf(said)).toMatchObject({ reason: 'there is no analysis', result: [] });
  });

  it('counts a seat as lost that is refilled for ever', () => {
    const past = [...analyses.slice(0, 2), refilled('cat'), refilled('cat')];
    deliberation(past)
      .when(refilled('cat'))
      .then({ state: 'challenging', context: { lost: ['cat'] } });
  });

  it('at a limit begins no round and goes over to the synthesis', () => {
    const limit = { reason: 'refused', limit: 'tokens' };
    const past = deliberation([...analyses.slice(0, 2), forfeit('cat', 1, limit)]);
    past.then({ state: 'forcing' });
    const { said } = past.when(forfeit('guide', 1, limit)).outcome;
    expect(conclusionOf(said)).toMatchObject({
      reason: 'the limit of tokens was reached',
      result: [10, 11],
    });
  });
});

describe('A deliberation that is asked to end', () => {
  it('finishes its round, then the facilitator decides', () => {
    deliberation(analyses).when(finalize()).then({ state: 'challenging', said: [] });
    deliberation([...analyses, finalize(), ...splitRound(1)]).then({ state: 'forcing' });
    deliberation([finalize(), ...analyses]).then({ state: 'forcing', context: { round: 0 } });
  });

  it('at once takes every turn back and leaves what there is', () => {
    const { said } = deliberation([...analyses, challenge('ann', 2, 100)]).when(
      finalize(true),
    ).outcome;
    expect(ofType(said, 'turn.revoked')).toMatchObject([{ agent: 'ben' }, { agent: 'cat' }]);
    expect(conclusionOf(said)).toMatchObject({
      outcome: 'fallback',
      reason: 'tokens are short',
      result: [10, 11, 12],
    });
  });
});

describe('The roster and limits of a deliberation', () => {
  it('are three to five experts, a facilitator, three rounds', () => {
    expect(() => consensusDeliberation.seats(rosterOf(2))).toThrow(/3 to 5 of the role "expert"/);
    expect(() => consensusDeliberation.seats(rosterOf(6))).toThrow(RangeError);
    expect(() => consensusDeliberation.seats(rosterOf(3).slice(0, 3))).toThrow(/facilitator/);
    expect(consensusDeliberation.limits.parse({})).toEqual({ rounds: 3, sameTag: 3, refills: 2 });
  });
});

describe('Whatever its seats and its team do, a deliberation', () => {
  const tags = ['A', 'B', 'C'];
  const names = ['ann', 'ben', 'cat', 'dan', 'eve', 'guide', 'nobody'];
  const pick = <Item>(draw: Draw, items: readonly Item[]): Item => items[draw(items.length)]!;
  const argumentsOf = (move: string, draw: Draw, _: AnyMachineSnapshot) => {
    const tag = () => pick(draw, tags);
    if (move === 'submit_analysis') return { ...product, recommendation: 'r', confidence: 'low' };
    if (move === 'challenge')
      return {
        summary: 's',
        challenges: names
          .filter(() => draw(3) === 0)
          .map((to) => ({ to, tag: tag(), challenge: 'c' })),
        answers: tags
          .filter(() => draw(2) === 0)
          .map((one) => ({ tag: one, stance: pick(draw, ['hold', 'concede']), response: 'r' })),
      };
    if (move === 'disagree') return { objections: [{ tag: tag(), objection: 'o', remedy: 'r' }] };
    if (move === 'agree') return { reason: 'r' };
    return { ...product, resolutions: [] };
  };
  const courses = fc.record({
    limits: fc.record({
      rounds: fc.integer({ min: 1, max: 6 }),
      sameTag: fc.integer({ min: 2, max: 6 }),
      refills: fc.integer({ min: 0, max: 3 }),
    }),
    experts: fc.integer({ min: 3, max: 5 }),
    harm: fc.constantFrom(0, 10, 40, 80),
    seed: fc.nat(),
  });
  const pattern = consensusDeliberation;

  it('concludes once, within its bound, and shows no analysis before all are in', () => {
    const states = new Set<string>();
    fc.assert(
      fc.property(courses, ({ limits, experts, harm, seed }) => {
        const roster = rosterOf(experts);
        const course = meddle({ pattern, roster, limits, argumentsOf, harm, seed });
        for (const state of course.states) states.add(state);
        const first = course.said.findIndex(
          ({ type, moves }) =>
            type === 'turn.granted' && !(moves as string[]).includes('submit_analysis'),
        );
        course.said.forEach(({ type, material, moves }, index) => {
          if (type !== 'turn.granted') return;
          const isBlind = (moves as string[]).includes('submit_analysis');
          if (isBlind) expect(material).toEqual([]);
          if (isBlind && first >= 0) expect(index).toBeLessThan(first);
        });
        const { confidence, outcome } = course.concluded;
        if (confidence === 'high') expect(course.concluded['reason']).toBe('all experts agree');
        if (harm === 0) expect(outcome).toBe('completed');
      }),
      { numRuns: 300 },
    );
    expect([...states].sort()).toEqual([
      'analysing',
      'challenging',
      'concluded',
      'forcing',
      'proposing',
      'voting',
    ]);
  });

  it('may need all of its turns', () => {
    for (const experts of [3, 5])
      for (const limits of [
        { rounds: 1, sameTag: 2, refills: 0 },
        { rounds: 6, sameTag: 6, refills: 3 },
      ]) {
        const roster = rosterOf(experts);
        const worst = (moves: readonly string[]) => {
          if (moves.includes('submit_analysis')) return analysis('ann', 1);
          if (moves.includes('challenge')) return challenge('ann', 1, 1);
          if (moves.includes('propose_consensus')) return propose('ann', 1, 1);
          return moves.includes('disagree') ? dispute('ann', 1, 1, 'A') : force();
        };
        const granted = exhaust({ pattern, roster, limits }, worst);
        expect(granted).toBe(consensusDeliberation.turnsMax(limits, roster.length));
      }
  });
});
