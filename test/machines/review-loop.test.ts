import { describe, expect, it } from 'vitest';
import { reviewLoop } from '../../src/machines/patterns/review-loop/review-loop.ts';
import { type Event, given, heard } from './given.ts';

const roster = (reviewers: number) => [
  { actor: 'producer', role: 'producer' },
  ...Array.from({ length: reviewers }, (_, i) => ({
    actor: `reviewer-${i + 1}`,
    role: 'reviewer',
  })),
];
const loop = (events: Event[] = [], limits = {}, reviewers = 2) =>
  given(reviewLoop.machine, reviewLoop.seats(roster(reviewers), limits), events);

const draft = (grant: number, at = grant * 10) =>
  heard('draft.submitted', 'producer', { grant, title: 'Plan', summary: 's', answers: [] }, at);
const evidence =
  'I read every statement of the migration and ran it against a copy of the data twice.';
const approval = (n: number, grant: number, data: object = {}) =>
  heard(
    'review.approved',
    `reviewer-${n}`,
    { grant, evidence, issues: [], ...data },
    grant * 10 + n,
  );
const issue = (tag: string) => ({ tag, severity: 'high', problem: 'p', remedy: 'r' });
const changes = (n: number, grant: number, ...tags: string[]) =>
  heard('changes.requested', `reviewer-${n}`, { grant, issues: tags.map(issue) }, grant * 10 + n);
const forfeit = (agent: string, grant: number, data: object = {}) =>
  heard('turn.forfeited', agent, { agent, grant, reason: 'moveless', detail: 'd', ...data });
const refilled = (agent: string) =>
  heard('seat.refilled', 'team', { agent, incarnation: 2, reason: 'r' });
const lost = (agent: string) => heard('seat.lost', 'team', { agent, reason: 'r' });
const finalize = (now = false) =>
  heard('finalize.asked', 'team', { reason: 'tokens are short', ...(now ? { now } : {}) });

const conclusionOf = (said: Event[]) => said.find(({ type }) => type === 'pattern.concluded')!;
const typesOf = (said: Event[]) => said.map(({ type }) => type);

describe('A round of the review loop', () => {
  it('begins with the board and a turn for the producer', () => {
    loop().then({
      state: 'drafting',
      said: [
        { type: 'task.created', task: 'draft', owner: 'producer', blockedBy: [] },
        { type: 'task.created', owner: 'reviewer-1', blockedBy: ['draft'] },
        { type: 'task.created', owner: 'reviewer-2' },
        { type: 'round.started', round: 1, of: 5 },
        { type: 'task.progressed', task: 'draft', status: 'inProgress' },
        {
          type: 'turn.granted',
          to: ['producer', 'team'],
          agent: 'producer',
          grant: 1,
          round: 1,
          moves: ['submit_draft'],
          material: [],
        },
      ],
    });
  });

  it('shows all reviewers the same draft, side by side', () => {
    const grant = {
      type: 'turn.granted',
      grant: 1,
      material: [10],
      moves: ['approve', 'request_changes'],
    };
    loop()
      .when(draft(1))
      .then({
        state: 'reviewing',
        said: [
          { type: 'artifact.registered', by: 'producer', task: 'draft', held: 10, locked: false },
          { ...grant, agent: 'reviewer-1', to: ['reviewer-1', 'team'] },
          { ...grant, agent: 'reviewer-2' },
        ],
      });
  });

  it('waits until all reviews are in, then shows them to the producer', () => {
    loop([draft(1)])
      .when(changes(1, 1, 'A-1'))
      .then({
        state: 'reviewing',
        said: [
          { type: 'artifact.registered', by: 'reviewer-1', held: 11 },
          { type: 'task.progressed', status: 'completed', note: 'round 1: asks for changes: A-1' },
        ],
      });
    const next = loop([draft(1), changes(1, 1, 'A-1')]).when(approval(2, 1));
    next.then({
      state: 'drafting',
      said: [
        { type: 'artifact.registered', by: 'reviewer-2' },
        { type: 'task.progressed' },
        { type: 'round.started', round: 2 },
        { type: 'task.progressed', task: 'draft', status: 'inProgress' },
        { type: 'turn.granted', agent: 'producer', grant: 2, round: 2, material: [11, 12] },
      ],
    });
    expect(next.outcome.said.at(-1)!['brief']).toContain('A-1');
  });

  it('takes a move only for the turn that its author holds, and once', () => {
    loop().when(draft(2)).thenDeaf();
    loop([draft(1)])
      .when(draft(1))
      .thenDeaf();
    loop([draft(1)])
      .when(approval(1, 7))
      .thenDeaf();
    loop([draft(1), changes(1, 1, 'A')])
      .when(approval(1, 1))
      .thenDeaf();
    loop([draft(1)])
      .when(changes(3, 1, 'A'))
      .thenDeaf();
  });
});

describe('An approval without substance', () => {
  const hollow = approval(1, 1, { evidence: 'Looks good to me!' });

  it('is refused once, with a turn that says why', () => {
    const now = loop([draft(1)]).when(hollow);
    now.then({
      state: 'reviewing',
      said: [{ type: 'turn.granted', agent: 'reviewer-1', grant: 2, material: [10] }],
    });
    expect(now.outcome.said[0]!['brief']).toMatch(/not accepted.*two issues.*80 characters/);
  });

  it('is taken the second time', () => {
    const second = { ...hollow, grant: 2 };
    const now = loop([draft(1), hollow, approval(2, 1)]).when(second);
    now.then({ state: 'concluded' });
    expect(conclusionOf(now.outcome.said)['confidence']).toBe('high');
  });

  it('has substance when two issues are named', () => {
    const named = approval(1, 1, { evidence: 'ok', issues: [issue('A'), issue('B')] });
    loop([draft(1), approval(2, 1)])
      .when(named)
      .then({ state: 'concluded' });
  });
});

describe('The review loop ends', () => {
  it('with high confidence when all reviewers approve', () => {
    loop([draft(1), approval(1, 1)])
      .when(approval(2, 1))
      .then({
        state: 'concluded',
        said: [
          { type: 'artifact.registered' },
          { type: 'task.progressed' },
          { type: 'decision.made', proposedBy: 'producer', challengedBy: [], basis: 'agreed' },
          { type: 'task.progressed', task: 'draft', status: 'completed' },
          {
            type: 'pattern.concluded',
            to: 'team',
            pattern: 'review-loop',
            outcome: 'completed',
            reason: 'all reviewers approved',
            confidence: 'high',
            result: [10],
            notes: [],
            rounds: 1,
          },
        ],
      });
  });

  it('when the rounds are spent, marked with who did not approve', () => {
    const two = [draft(1), changes(1, 1, 'A'), changes(2, 1, 'B'), draft(2), changes(1, 2, 'C')];
    const now = loop(two, { rounds: 2 }).when(changes(2, 2, 'D', 'E'));
    expect(conclusionOf(now.outcome.said)).toMatchObject({
      outcome: 'fallback',
      reason: 'rounds spent',
      confidence: 'low',
      result: [20],
      notes: ['not approved by reviewer-1', 'not approved by reviewer-2'],
      rounds: 2,
    });
    expect(now.outcome.said.filter(({ type }) => type === 'dissent.noted')).toMatchObject([
      { by: 'reviewer-1', view: 'Open points: C' },
      { by: 'reviewer-2', view: 'Open points: D, E' },
    ]);
    expect(now.outcome.said).toContainEqual(
      expect.objectContaining({
        type: 'decision.made',
        basis: 'limit',
        challengedBy: ['reviewer-1', 'reviewer-2'],
      }),
    );
  });

  it('with medium confidence when a majority approves in the last round', () => {
    const reviews = [draft(1), approval(1, 1), approval(2, 1)];
    const now = loop(reviews, { rounds: 1 }, 3).when(changes(3, 1, 'A'));
    expect(conclusionOf(now.outcome.said)).toMatchObject({
      outcome: 'fallback',
      confidence: 'medium',
      notes: ['not approved by reviewer-3'],
    });
    expect(now.outcome.said).toContainEqual(expect.objectContaining({ basis: 'majority' }));
  });

  const round = (n: number, one: string, two: string) => [
    draft(n),
    changes(1, n, one),
    changes(2, n, two),
  ];

  it('when the same point stands three rounds in a row, whoever raises it', () => {
    const past = [...round(1, 'A', 'X'), ...round(2, 'Y', 'A'), draft(3), changes(1, 3, 'A')];
    const now = loop(past).when(changes(2, 3, 'Z'));
    now.then({ state: 'concluded' });
    expect(conclusionOf(now.outcome.said)).toMatchObject({
      outcome: 'fallback',
      reason: 'A stood in 3 rounds in a row',
      confidence: 'medium',
      result: [30],
    });
    expect(now.outcome.said).toContainEqual(
      expect.objectContaining({ type: 'decision.made', basis: 'strongestArgument' }),
    );
  });

  it('not when a point rested for a round in between', () => {
    const past = [
      ...round(1, 'A', 'X'),
      ...round(2, 'Y', 'Z'),
      ...round(3, 'A', 'X'),
      ...round(4, 'A', 'V'),
    ];
    loop(past).then({ state: 'drafting', context: { round: 5 } });
  });
});

describe('A seat that fails', () => {
  it('owes its turn until the team has spoken, under no number', () => {
    loop().when(forfeit('producer', 1)).then({ state: 'drafting', said: [] });
    loop([forfeit('producer', 1)])
      .when(draft(1))
      .thenDeaf();
    loop([draft(1)])
      .when(forfeit('producer', 1))
      .thenDeaf();
  });

  it('is granted its turn again when somebody else sits there', () => {
    const now = loop([forfeit('producer', 1)]).when(refilled('producer'));
    now.then({
      said: [{ type: 'turn.granted', agent: 'producer', grant: 2, moves: ['submit_draft'] }],
    });
    loop([draft(1)])
      .when(refilled('reviewer-1'))
      .then({
        said: [{ type: 'turn.granted', agent: 'reviewer-1', grant: 2, material: [10] }],
      });
    loop([draft(1)])
      .when(refilled('producer'))
      .thenDeaf();
  });

  it('shows a successor of the producer the draft that was reviewed', () => {
    loop([draft(1), changes(1, 1, 'A'), changes(2, 1, 'B')])
      .when(refilled('producer'))
      .then({ said: [{ type: 'turn.granted', grant: 3, material: [10, 11, 12] }] });
  });

  it('counts as lost when it is refilled for ever', () => {
    const past = [refilled('producer'), refilled('producer')];
    loop(past).when(refilled('producer')).then({ state: 'concluded' });
    const reviewing = [
      draft(1),
      refilled('reviewer-1'),
      refilled('reviewer-1'),
      refilled('reviewer-1'),
    ];
    loop(reviewing).then({ state: 'reviewing', context: { reviewers: ['reviewer-2'] } });
  });

  it('leaves nothing when the producer is lost before any draft', () => {
    const now = loop().when(lost('producer'));
    expect(conclusionOf(now.outcome.said)).toMatchObject({
      outcome: 'fallback',
      confidence: 'low',
      result: [],
      notes: ['no draft', 'producer was lost on the way'],
    });
    expect(typesOf(now.outcome.said)).not.toContain('decision.made');
  });

  it('leaves the draft there is when the producer is lost later', () => {
    const past = [draft(1), lost('producer'), changes(1, 1, 'A')];
    const now = loop(past).when(changes(2, 1, 'B'));
    expect(conclusionOf(now.outcome.said)).toMatchObject({
      reason: 'producer was lost',
      result: [10],
    });
    loop([draft(1), lost('producer'), approval(1, 1)])
      .when(approval(2, 1))
      .then({ state: 'concluded' });
  });

  it('is gone without when a reviewer is lost', () => {
    loop([draft(1)])
      .when(lost('reviewer-1'))
      .then({ state: 'reviewing' });
    const now = loop([draft(1), lost('reviewer-1')]).when(approval(2, 1));
    expect(conclusionOf(now.outcome.said)).toMatchObject({
      outcome: 'completed',
      confidence: 'medium',
      notes: ['reviewer-1 was lost on the way'],
    });
    loop([lost('reviewer-2')])
      .when(draft(1))
      .then({
        said: [{ type: 'artifact.registered' }, { type: 'turn.granted', agent: 'reviewer-1' }],
      });
  });

  it('leaves the draft unreviewed when no reviewer is left', () => {
    const now = loop([draft(1), lost('reviewer-1')]).when(lost('reviewer-2'));
    expect(conclusionOf(now.outcome.said)).toMatchObject({
      reason: 'no reviewer is left',
      confidence: 'low',
      result: [10],
      notes: ['not reviewed', 'reviewer-1 was lost on the way', 'reviewer-2 was lost on the way'],
    });
    const early = loop([lost('reviewer-1'), lost('reviewer-2')]).when(draft(1));
    expect(conclusionOf(early.outcome.said)).toMatchObject({ result: [10] });
  });

  it('at a limit is not waited for', () => {
    const limit = { reason: 'refused', limit: 'tokens' };
    const now = loop().when(forfeit('producer', 1, limit));
    expect(conclusionOf(now.outcome.said)).toMatchObject({
      reason: 'the limit of tokens was reached',
    });
    const one = loop([draft(1), forfeit('reviewer-1', 1, limit)]);
    one.then({ state: 'reviewing' });
    expect(conclusionOf(one.when(approval(2, 1)).outcome.said)).toMatchObject({
      outcome: 'fallback',
      confidence: 'low',
      notes: ['not approved by reviewer-1'],
    });
  });
});

describe('A review loop that is asked to end', () => {
  it('finishes its round and begins no other', () => {
    loop().when(finalize()).then({ state: 'drafting', said: [] });
    const now = loop([finalize(), draft(1), changes(1, 1, 'A')]).when(changes(2, 1, 'B'));
    expect(conclusionOf(now.outcome.said)).toMatchObject({ reason: 'tokens are short', rounds: 1 });
    loop([draft(1)])
      .when(finalize())
      .then({ state: 'reviewing', said: [] });
  });

  it('at once takes every turn back and concludes with what there is', () => {
    const now = loop([draft(1), changes(1, 1, 'A')]).when(finalize(true));
    now.then({ state: 'concluded' });
    expect(now.outcome.said[0]).toMatchObject({
      type: 'turn.revoked',
      to: ['reviewer-2', 'team'],
      agent: 'reviewer-2',
      grant: 1,
    });
    expect(conclusionOf(now.outcome.said)).toMatchObject({ result: [10], confidence: 'low' });
    loop().when(finalize(true)).then({ state: 'concluded' });
  });
});

describe('The roster of a review loop', () => {
  it('must fit its roles', () => {
    expect(() => reviewLoop.seats(roster(0))).toThrow(/1 to 3 of the role "reviewer", and got 0/);
    expect(() => reviewLoop.seats(roster(4))).toThrow(RangeError);
    expect(() => reviewLoop.seats([{ actor: 'x', role: 'judge' }])).toThrow(/no role "judge"/);
    expect(() => reviewLoop.seats([...roster(1), ...roster(1)])).toThrow(/more than one seat/);
  });

  it('keeps limits below their ceilings', () => {
    expect(() => reviewLoop.seats(roster(1), { rounds: 11 })).toThrow();
    expect(reviewLoop.limits.parse({})).toEqual({
      rounds: 5,
      sameTag: 3,
      evidenceChars: 80,
      refills: 2,
    });
  });
});
