import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { AnyMachineSnapshot } from 'xstate';
import { swarmDiscovery } from '../../../src/machines/patterns/swarm-discovery/swarm-discovery.ts';
import { type Event, given, heard } from '../given.ts';
import { type Draw, meddle } from './meddling.ts';

const scouts = ['ann', 'ben'];
const specialists = ['auditor', 'dba', 'profiler'];
const roster = [
  ...scouts.map((actor) => ({ actor, role: 'scout' })),
  ...specialists.map((actor) => ({ actor, role: 'specialist' })),
];
const discovery = (events: Event[] = [], limits = {}) =>
  given(swarmDiscovery.machine, swarmDiscovery.seats(roster, limits), events);

const product = { title: 'T', summary: 's' };
/** `TAG`, `TAG:specialist`, `TAG:specialist:severity`. */
const finding = (words: string) => {
  const [tag, specialist = 'none', severity = 'high'] = words.split(':');
  return { tag, specialist, severity, title: 't', detail: 'd', evidence: 'e' };
};
interface Told {
  grant?: number;
  at?: number;
  more?: boolean;
}
const report = (from: string, found: string[], { grant = 1, at = 10, more = false }: Told = {}) =>
  heard('findings.reported', from, { grant, ...product, findings: found.map(finding), more }, at);
const handled = (
  from: string,
  outcome = 'resolved',
  { grant = 1, at = 20 }: Told = {},
  found: string[] = [],
) =>
  heard(
    'finding.handled',
    from,
    { grant, ...product, outcome, reason: 'why', findings: found.map(finding) },
    at,
  );
const opened = (agent: string) => heard('seat.opened', 'team', { agent, agentType: agent });
const refused = (agent: string, frozen = false) =>
  heard('seat.refused', 'team', { agent, reason: 'no', frozen });
const lost = (agent: string) => heard('seat.lost', 'team', { agent, reason: 'gone' });
const refilled = (agent: string) =>
  heard('seat.refilled', 'team', { agent, incarnation: 2, reason: 'r' });
const forfeit = (agent: string, grant: number, data: object = {}) =>
  heard('turn.forfeited', agent, { agent, grant, reason: 'moveless', detail: 'd', ...data });
const finalize = (now?: boolean) =>
  heard('finalize.asked', 'team', { reason: 'tokens are short', ...(now && { now }) });
const ofType = (said: Event[], type: string) => said.filter((one) => one.type === type);
const conclusionOf = (said: Event[]) => ofType(said, 'pattern.concluded')[0]!;
const assignments = (said: Event[]) =>
  Object.fromEntries(ofType(said, 'task.assigned').map(({ task, owner }) => [task, owner]));

describe('A discovery', () => {
  it('begins with its scouts, each on ground of its own and blind to the other', () => {
    const now = discovery();
    now.then({
      state: 'exploring',
      said: [
        { type: 'task.created', task: 'ground-of-ann', owner: 'ann' },
        { type: 'task.created', task: 'ground-of-ben', owner: 'ben' },
        { type: 'round.started', round: 1, of: 6 },
        { type: 'task.progressed', task: 'ground-of-ann', status: 'inProgress' },
        { type: 'task.progressed', task: 'ground-of-ben' },
        { type: 'turn.granted', agent: 'ann', moves: ['report_findings'], material: [] },
        { type: 'turn.granted', agent: 'ben', material: [] },
      ],
    });
    const brief = ofType(now.outcome.said, 'turn.granted')[1]!['brief'];
    expect(brief).toContain('You are scout 2 of 2');
    expect(brief).toContain('may name: auditor, dba and profiler.');
  });

  it('puts each finding on the board once, whoever finds it', () => {
    discovery()
      .when(report('ann', ['LEAK', 'SLOW', 'LEAK']))
      .then({
        said: [
          { type: 'artifact.registered', by: 'ann', held: 10, task: 'ground-of-ann' },
          { type: 'task.progressed', task: 'ground-of-ann', status: 'completed' },
          { type: 'task.created', task: 'finding-leak', title: 'LEAK: t' },
          { type: 'task.created', task: 'finding-slow' },
        ],
      });
    const { said } = discovery([report('ann', ['LEAK'])]).when(report('ben', ['LEAK'])).outcome;
    expect(ofType(said, 'task.created')).toEqual([]);
  });

  it('asks for the specialist that a finding takes, and grants it the finding when it is seated', () => {
    const past = [report('ann', ['LEAK:auditor'])];
    const now = discovery(past).when(report('ben', []));
    now.then({ state: 'exploring' });
    expect(ofType(now.outcome.said, 'seat.wanted')).toMatchObject([
      { to: 'team', agent: 'auditor', role: 'specialist', reason: 'LEAK, found by ann, takes it' },
    ]);
    expect(ofType(now.outcome.said, 'turn.granted')).toEqual([]);
    discovery([...past, report('ben', [])])
      .when(opened('auditor'))
      .then({
        said: [
          { type: 'decision.made', subject: 'A seat for auditor', proposedBy: 'ann' },
          {
            type: 'turn.granted',
            agent: 'auditor',
            grant: 1,
            moves: ['handle_finding'],
            material: [10],
          },
        ],
      });
  });

  it('seats nobody whom no finding takes', () => {
    const { said } = discovery([report('ann', ['LEAK'])]).when(report('ben', ['SLOW'])).outcome;
    expect(ofType(said, 'seat.wanted')).toEqual([]);
    expect(assignments(said)).toEqual({ 'finding-leak': 'ann', 'finding-slow': 'ben' });
  });

  it('gives a finding to whoever is free when the team refuses, and remembers the refusal', () => {
    const past = [report('ann', ['LEAK:auditor', 'HOLE:auditor']), report('ben', [])];
    const { said } = discovery(past).when(refused('auditor')).outcome;
    expect(ofType(said, 'decision.made')).toMatchObject([
      { subject: 'A seat for auditor', basis: 'limit', resolution: expect.stringContaining('no;') },
    ]);
    expect(assignments(said)).toEqual({ 'finding-leak': 'ben' });
    discovery([...past, refused('auditor')]).then({
      context: { specialists: ['dba', 'profiler'], joined: [] },
    });
  });

  it('refuses a specialist outside what was prepared', () => {
    const { said } = discovery().when(report('ann', ['LEAK:plumber'])).outcome;
    expect(ofType(said, 'decision.made')).toMatchObject([
      { subject: 'A seat for plumber', proposedBy: 'ann', basis: 'limit' },
    ]);
  });

  it('pushes the most severe finding first, and keeps scouts on their ground while a specialist comes', () => {
    const past = [report('ann', ['LOW:auditor:low', 'WORST:auditor:critical'], { more: true })];
    const { said } = discovery(past).when(report('ben', [])).outcome;
    expect(assignments(said)).toEqual({ 'finding-worst': 'auditor', 'finding-low': 'ben' });
    expect(ofType(said, 'turn.granted').map(({ agent, moves }) => [agent, moves])).toEqual([
      ['ben', ['handle_finding']],
      ['ann', ['report_findings']],
    ]);
  });

  it('shows scouts what was handed in in the round before, and which findings are known', () => {
    const past = [report('ann', ['LEAK:auditor'], { more: true })];
    const { said } = discovery(past).when(report('ben', [], { at: 11 })).outcome;
    const [grant] = ofType(said, 'turn.granted');
    expect(grant).toMatchObject({ agent: 'ann', grant: 2, round: 2, material: [10, 11] });
    expect(grant!['brief']).toContain('not to be reported again: LEAK.');
  });

  it('completes when all that was found is dealt with and the ground is explored', () => {
    const past = [
      report('ann', ['LEAK:auditor']),
      report('ben', [], { at: 11 }),
      opened('auditor'),
    ];
    const now = discovery(past).when(handled('auditor'));
    now.then({ state: 'concluded' });
    expect(conclusionOf(now.outcome.said)).toMatchObject({
      outcome: 'completed',
      reason: 'all that was found is dealt with',
      confidence: 'high',
      result: [20, 10, 11],
      notes: [],
      rounds: 2,
    });
    const { said } = discovery([report('ann', [])]).when(report('ben', [])).outcome;
    expect(conclusionOf(said)).toMatchObject({ outcome: 'completed', reason: 'nothing was found' });
  });

  it('takes a move only for the turn that is held, and of the kind that was asked for', () => {
    discovery()
      .when(report('ann', [], { grant: 2 }))
      .thenDeaf();
    discovery().when(handled('ann')).thenDeaf();
    discovery().when(report('auditor', [])).thenDeaf();
    discovery().when(opened('auditor')).thenDeaf();
    discovery().when(refused('auditor')).thenDeaf();
    discovery([report('ann', ['A']), report('ben', [])])
      .when(report('ann', [], { grant: 2 }))
      .thenDeaf();
  });
});

describe('What becomes of a finding', () => {
  const found = [report('ann', ['LEAK']), report('ben', [], { at: 11 })];

  it('is decided against its finder when it is dismissed, and the dissent is kept', () => {
    const now = discovery([report('ann', ['LEAK:auditor']), report('ben', []), opened('auditor')]);
    const { said } = now.when(handled('auditor', 'dismissed')).outcome;
    expect(ofType(said, 'decision.made')).toMatchObject([
      { subject: 'Finding LEAK', proposedBy: 'ann', challengedBy: ['auditor'], basis: 'ruled' },
    ]);
    expect(ofType(said, 'dissent.noted')).toMatchObject([{ by: 'ann', about: 'finding LEAK' }]);
    const own = discovery(found).when(handled('ann', 'dismissed', { grant: 2 })).outcome.said;
    expect(ofType(own, 'dissent.noted')).toEqual([]);
  });

  it('is given to another when it is blocked, with what is known of it, and left after two', () => {
    const once = [...found, handled('ann', 'blocked', { grant: 2 })];
    const { said } = discovery(found).when(once.at(-1)!).outcome;
    expect(assignments(said)).toEqual({ 'finding-leak': 'ben' });
    expect(ofType(said, 'turn.granted')).toMatchObject([{ agent: 'ben', material: [10, 20] }]);
    const end = discovery(once).when(handled('ben', 'blocked', { grant: 2, at: 30 })).outcome.said;
    expect(conclusionOf(end)).toMatchObject({
      outcome: 'fallback',
      confidence: 'low',
      result: [30, 10, 11],
      notes: ['exploration incomplete', 'blocked: LEAK (high)'],
    });
  });

  it('may be more findings', () => {
    const { said } = discovery(found).when(
      handled('ann', 'resolved', { grant: 2 }, ['NEXT', 'LEAK']),
    ).outcome;
    expect(ofType(said, 'task.created')).toMatchObject([{ task: 'finding-next' }]);
    expect(Object.keys(assignments(said))).toEqual(['finding-next']);
  });

  it('goes back to the queue when its seat is lost', () => {
    const { said } = discovery(found).when(lost('ann')).outcome;
    expect(ofType(said, 'task.progressed')).toContainEqual(
      expect.objectContaining({ task: 'finding-leak', status: 'pending' }),
    );
    expect(assignments(said)).toEqual({ 'finding-leak': 'ben' });
    const end = discovery([...found, lost('ann')]).when(handled('ben', 'resolved', { grant: 2 }));
    expect(conclusionOf(end.outcome.said)).toMatchObject({
      outcome: 'completed',
      confidence: 'medium',
      notes: ['ann took no part to the end'],
    });
  });
});

describe('A discovery at its limits', () => {
  it('freezes its scope when the team is full, and queues what is found for those who are there', () => {
    const past = [report('ann', ['A:auditor', 'B:dba', 'C:profiler']), report('ben', [])];
    const { said } = discovery(past.slice(0, 1), { teamSize: 4 }).when(past[1]!).outcome;
    expect(ofType(said, 'seat.wanted').map(({ agent }) => agent)).toEqual(['auditor', 'dba']);
    expect(ofType(said, 'decision.made')).toMatchObject([
      { subject: 'The scope of the team', basis: 'limit' },
    ]);
    expect(assignments(said)).toMatchObject({ 'finding-c': 'ann' });
    discovery(past, { teamSize: 4 }).then({ context: { frozen: true } });
  });

  it('asks for nobody any more once the team has said that it is full', () => {
    const past = [
      report('ann', ['A:auditor', 'B:dba']),
      report('ben', []),
      refused('auditor', true),
    ];
    const now = discovery([
      ...past,
      opened('dba'),
      handled('ann', 'resolved', { grant: 2 }, ['C:profiler']),
    ]);
    const { said } = now.when(handled('dba')).outcome;
    expect(ofType(said, 'seat.wanted')).toEqual([]);
    expect(assignments(said)).toEqual({ 'finding-c': expect.any(String) });
  });

  it('counts findings beyond the limit, and says so', () => {
    const past = [
      report('ann', ['A', 'B', 'C']),
      report('ben', []),
      handled('ben', 'resolved', { grant: 2 }),
    ];
    discovery(past, { findings: 1 }).then({ context: { beyond: 2 } });
    const { said } = discovery(past.slice(0, 2), { findings: 1 }).when(
      handled('ann', 'resolved', { grant: 2 }),
    ).outcome;
    expect(conclusionOf(said)).toMatchObject({
      outcome: 'fallback',
      notes: ['exploration incomplete', '2 findings beyond the limit of 1'],
    });
  });

  it('ends when its rounds are spent, with the findings so far', () => {
    const more = { more: true };
    const past = [report('ann', ['A', 'B:dba:low'], more)];
    const { said } = discovery(past, { rounds: 1 }).when(
      report('ben', ['C'], { at: 11, more: true }),
    ).outcome;
    expect(conclusionOf(said)).toMatchObject({
      outcome: 'fallback',
      reason: 'rounds spent',
      confidence: 'low',
      result: [10, 11],
      notes: [
        'exploration incomplete',
        'not handled: A (high)',
        'not handled: C (high)',
        'not handled: B (low)',
      ],
    });
    expect(
      ofType(said, 'task.progressed').filter(({ status }) => status === 'failed'),
    ).toHaveLength(5);
  });

  it('asked to end finishes its round; asked at once takes every turn back', () => {
    discovery().when(finalize()).then({ state: 'exploring', said: [] });
    discovery([finalize()]).when(finalize()).thenDeaf();
    const { said } = discovery([finalize(), report('ann', ['A'])]).when(report('ben', [])).outcome;
    expect(conclusionOf(said)).toMatchObject({ outcome: 'fallback', reason: 'tokens are short' });
    const now = discovery([report('ann', ['A'])]).when(finalize(true)).outcome.said;
    expect(now[0]).toMatchObject({ type: 'turn.revoked', agent: 'ben' });
    expect(conclusionOf(now)).toMatchObject({ reason: 'tokens are short', result: [10] });
  });

  it('does not begin a round after a limit has stopped somebody', () => {
    const limit = { reason: 'refused', limit: 'tokens' };
    const { said } = discovery([report('ann', ['A'])]).when(forfeit('ben', 1, limit)).outcome;
    expect(conclusionOf(said)).toMatchObject({ reason: 'the limit of tokens was reached' });
  });

  it('grants a turn again to a successor, and counts a seat as lost that is refilled for ever', () => {
    discovery([forfeit('ann', 1)])
      .when(refilled('ann'))
      .then({ said: [{ type: 'turn.granted', agent: 'ann', grant: 2 }] });
    discovery([report('ann', [])])
      .when(refilled('ann'))
      .thenDeaf();
    const past = [report('ann', []), refilled('ben'), refilled('ben')];
    const { said } = discovery(past).when(refilled('ben')).outcome;
    expect(conclusionOf(said)['notes']).toEqual(['ben took no part to the end']);
  });

  it('has nothing to go on with when all are lost', () => {
    const { said } = discovery([report('ann', ['A']), lost('ann')]).when(lost('ben')).outcome;
    expect(conclusionOf(said)).toMatchObject({
      outcome: 'fallback',
      reason: 'nobody can go on with the rest',
      result: [10],
    });
  });

  it('has room for two to four scouts', () => {
    const crew = (n: number) =>
      Array.from({ length: n }, (_, i) => ({ actor: `s${i}`, role: 'scout' }));
    expect(() => swarmDiscovery.seats(crew(1))).toThrow(/2 to 4/);
    expect(() => swarmDiscovery.seats(crew(5))).toThrow(RangeError);
    expect(swarmDiscovery.seats(crew(2))).toMatchObject({ specialists: [] });
  });
});

describe('Whatever its seats and its team do, a discovery', () => {
  const pick = <Item>(draw: Draw, items: readonly Item[]): Item => items[draw(items.length)]!;
  const TAGS = Array.from({ length: 12 }, (_, i) => `F-${i}`);
  const found = (draw: Draw, most: number) =>
    Array.from({ length: draw(most + 1) }, () => ({
      ...finding(pick(draw, TAGS)),
      severity: pick(draw, ['critical', 'high', 'medium', 'low']),
      specialist: pick(draw, [...specialists, 'none', 'plumber']),
    }));
  const argumentsOf = (move: string, draw: Draw) =>
    move === 'report_findings'
      ? { ...product, findings: found(draw, 4), more: draw(2) === 0 }
      : {
          ...product,
          outcome: pick(draw, ['resolved', 'resolved', 'dismissed', 'blocked']),
          reason: 'r',
          findings: found(draw, 1),
        };
  /** Answers at once who is wanted, or, when it means ill, not at all for a while. */
  const teamOf = (harm: number) => (snapshot: AnyMachineSnapshot, draw: Draw) => {
    const { owed, given: before } = snapshot.context.grants;
    const wanted = Object.keys(owed).find((seat) => owed[seat] === 0 && !(seat in before));
    if (wanted === undefined || draw(100) < harm) return undefined;
    return draw(3) > 0 ? opened(wanted) : refused(wanted, draw(4) === 0);
  };
  const courses = fc.record({
    limits: fc.record({
      rounds: fc.integer({ min: 1, max: 10 }),
      teamSize: fc.integer({ min: 2, max: 5 }),
      findings: fc.integer({ min: 1, max: 12 }),
      attempts: fc.integer({ min: 1, max: 3 }),
      refills: fc.integer({ min: 0, max: 3 }),
    }),
    harm: fc.constantFrom(0, 10, 40, 80),
    seed: fc.nat(),
  });
  const pattern = swarmDiscovery;

  it('concludes once, within its bound, seats nobody without a finding, and is never larger than its limit', () => {
    const states = new Set<string>();
    fc.assert(
      fc.property(courses, ({ limits, harm, seed }) => {
        const team = teamOf(harm);
        const course = meddle({ pattern, roster, limits, argumentsOf, team, harm, seed });
        for (const state of course.states) states.add(state);
        const wanted = ofType(course.said, 'seat.wanted');
        for (const { agent, reason } of wanted) {
          const [tag] = String(reason).split(',');
          expect(ofType(course.said, 'task.created').map(({ task }) => task)).toContain(
            `finding-${tag!.toLowerCase()}`,
          );
          expect(specialists).toContain(agent);
        }
        const seated = new Set(ofType(course.said, 'turn.granted').map(({ agent }) => agent));
        expect(seated.size).toBeLessThanOrEqual(limits.teamSize);
        const owners = ofType(course.said, 'task.assigned').map(
          ({ task, owner }) => `${task} ${owner}`,
        );
        expect(new Set(owners).size).toBe(owners.length);
      }),
      { numRuns: 300 },
    );
    expect([...states].sort()).toEqual(['concluded', 'exploring']);
  });
});
