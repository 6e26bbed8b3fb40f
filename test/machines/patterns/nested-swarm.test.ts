import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { nestedSwarm } from '../../../src/machines/patterns/nested-swarm/nested-swarm.ts';
import { type Event, given, heard } from '../given.ts';
import { drawing } from './meddling.ts';
import { perform, pick } from './mischief.ts';

const roster = (leads = 1, reviewers = 1) => [
  ...(leads > 0 ? [{ actor: 'lead', role: 'lead' }] : []),
  { actor: 'producer', role: 'producer' },
  ...Array.from({ length: reviewers }, (_, i) => ({ actor: `rev-${i + 1}`, role: 'reviewer' })),
];
const nested = (events: Event[] = [], seats = roster(), limits = {}) =>
  given(nestedSwarm.machine, nestedSwarm.seats(seats, limits), events);

const product = { title: 'T', summary: 's', content: 'c' };
const share = (grant = 1, at = 50) =>
  heard(
    'findings.shared',
    'lead',
    { ...product, grant, evidence: [], gaps: [], confidence: 'high' },
    at,
  );
const draft = (grant = 1, at = 100 + grant) =>
  heard('draft.submitted', 'producer', { ...product, grant, answers: [] }, at);
const issue = { tag: 'A', severity: 'low', problem: 'p', remedy: 'r' };
const approve = (who = 'rev-1', grant = 1) =>
  heard('review.approved', who, { grant, evidence: 'x'.repeat(90), issues: [] }, 200 + grant);
const changes = (who = 'rev-1', grant = 1, at = 300 + grant) =>
  heard('changes.requested', who, { grant, issues: [issue] }, at);
const forfeit = (agent: string, grant = 1, data: object = {}) =>
  heard('turn.forfeited', agent, { agent, grant, reason: 'moveless', detail: 'd', ...data });
const refilled = (agent: string) =>
  heard('seat.refilled', 'team', { agent, incarnation: 2, reason: 'r' });
const lost = (agent: string) => heard('seat.lost', 'team', { agent, reason: 'r' });
const finalize = (now = false) =>
  heard('finalize.asked', 'team', { reason: 'late', ...(now ? { now } : {}) });

type Now = { outcome: { said: Event[] } };
const saidOf = (now: Now, type: string) => now.outcome.said.filter((one) => one.type === type);
const grantsOf = (now: Now) => saidOf(now, 'turn.granted');
const conclusionOf = (now: Now) => saidOf(now, 'pattern.concluded')[0]!;

describe('A nested swarm', () => {
  it('gathers before anybody drafts', () => {
    const now = nested();
    now.then({ state: 'gathering' });
    expect(saidOf(now, 'task.created')).toMatchObject([
      { task: 'findings', owner: 'lead', blockedBy: [] },
      { task: 'draft', owner: 'producer', blockedBy: ['findings'] },
      { task: 'review-by-rev-1', blockedBy: ['draft'] },
    ]);
    expect(grantsOf(now)).toMatchObject([{ agent: 'lead', moves: ['share_findings'] }]);
    nested().when(draft()).thenDeaf();
  });

  it('shows what was gathered to whoever drafts and reviews', () => {
    const drafting = nested().when(share());
    drafting.then({ state: 'drafting' });
    expect(grantsOf(drafting)).toMatchObject([
      { agent: 'producer', moves: ['submit_draft'], material: [50] },
    ]);
    expect(saidOf(drafting, 'artifact.registered')).toMatchObject([{ task: 'findings', held: 50 }]);
    const reviewing = nested([share()]).when(draft());
    expect(grantsOf(reviewing)).toMatchObject([{ agent: 'rev-1', material: [50, 101] }]);
    const revising = nested([share(), draft()]).when(changes());
    expect(grantsOf(revising)).toMatchObject([
      { agent: 'producer', grant: 2, round: 2, material: [50, 301] },
    ]);
  });

  it('tells every seat that it may have sub-agents, whose work is its own to bring together', () => {
    const briefs = [nested(), nested().when(share()), nested([share()]).when(draft())].flatMap(
      (now) => grantsOf(now).map(({ brief }) => brief),
    );
    expect(briefs).toHaveLength(3);
    for (const brief of briefs) expect(brief).toMatch(/dispatch_swarm.*teammates see only/);
  });

  it('ends when all approve, with the draft and the findings', () => {
    const now = nested([share(), draft(), changes(), draft(2)]).when(approve('rev-1', 2));
    now.then({ state: 'concluded' });
    expect(conclusionOf(now)).toMatchObject({
      pattern: 'nested-swarm',
      outcome: 'completed',
      confidence: 'high',
      result: [102, 50],
      notes: [],
      rounds: 2,
    });
  });

  it('goes without a lead where there is none', () => {
    nested([], roster(0, 2)).then({ state: 'drafting' });
    const now = nested([draft(), approve('rev-1')], roster(0, 2)).when(approve('rev-2'));
    expect(conclusionOf(now)).toMatchObject({ outcome: 'completed', result: [101], notes: [] });
  });

  it('refuses a hollow approval once', () => {
    const hollow = heard('review.approved', 'rev-1', { grant: 1, evidence: 'fine', issues: [] });
    const now = nested([share(), draft()]).when(hollow);
    now.then({ state: 'reviewing' });
    expect(grantsOf(now)).toMatchObject([{ agent: 'rev-1', grant: 2 }]);
  });

  it('ends when its rounds are spent, or the same point stands three times', () => {
    const spent = nested([share(), draft()], roster(), { rounds: 1 }).when(changes());
    expect(conclusionOf(spent)).toMatchObject({ reason: 'rounds spent', result: [101, 50] });
    const course = [share(), draft(), changes(), draft(2), changes('rev-1', 2), draft(3)];
    const stood = nested(course).when(changes('rev-1', 3));
    expect(conclusionOf(stood)).toMatchObject({ reason: 'A stood in 3 rounds in a row' });
  });
});

describe('A nested swarm that loses somebody', () => {
  it('drafts without findings when nobody gathers any more', () => {
    const limit = forfeit('lead', 1, { limit: 'tokens' });
    for (const end of [lost('lead'), limit]) {
      const now = nested().when(end);
      now.then({ state: 'drafting' });
      expect(grantsOf(now)).toMatchObject([{ agent: 'producer', material: [] }]);
    }
    const past = [forfeit('lead'), refilled('lead'), refilled('lead')];
    nested(past).then({ state: 'gathering' });
    nested(past).when(refilled('lead')).then({ state: 'drafting' });
    const now = nested([lost('lead'), draft()]).when(approve());
    expect(conclusionOf(now)).toMatchObject({
      confidence: 'medium',
      result: [101],
      notes: ['lead was lost on the way', 'nothing was gathered before the draft'],
    });
  });

  it('has the findings alone when nobody drafts any more', () => {
    const end = { outcome: 'fallback', confidence: 'low', result: [50] };
    const late = nested([share()]).when(lost('producer'));
    expect(conclusionOf(late)).toMatchObject({
      ...end,
      notes: expect.arrayContaining(['no draft', 'findings only']),
    });
    const early = nested([lost('producer')]).when(share());
    expect(conclusionOf(early)).toMatchObject(end);
    const limit = nested([share()]).when(forfeit('producer', 1, { limit: 'usd' }));
    expect(conclusionOf(limit)).toMatchObject({ ...end, reason: 'the limit of usd was reached' });
    const worn = nested([share(), refilled('producer'), refilled('producer')]);
    expect(conclusionOf(worn.when(refilled('producer')))).toMatchObject(end);
  });

  it('goes on without a reviewer, and grants successors their turn with all they need', () => {
    const gone = nested([share(), draft()]).when(lost('rev-1'));
    expect(conclusionOf(gone)).toMatchObject({ reason: 'no reviewer is left', result: [101, 50] });
    const limit = nested([share(), draft()]).when(forfeit('rev-1', 1, { limit: 'works' }));
    expect(conclusionOf(limit)).toMatchObject({ reason: 'the limit of works was reached' });
    const again = nested([share(), draft(), forfeit('rev-1')]).when(refilled('rev-1'));
    expect(grantsOf(again)).toMatchObject([{ agent: 'rev-1', grant: 2, material: [50, 101] }]);
    const lead = nested([forfeit('lead')]).when(refilled('lead'));
    expect(grantsOf(lead)).toMatchObject([{ agent: 'lead', grant: 2, material: [] }]);
    const producer = nested([share(), forfeit('producer')]).when(refilled('producer'));
    expect(grantsOf(producer)).toMatchObject([{ agent: 'producer', grant: 2, material: [50] }]);
    const worn = [share(), draft(), refilled('rev-1'), refilled('rev-1')];
    expect(conclusionOf(nested(worn).when(refilled('rev-1')))).toMatchObject({ result: [101, 50] });
  });

  it('asked to end finishes the round it is in; asked at once takes the turns back', () => {
    nested([finalize()]).when(share()).then({ state: 'drafting' });
    nested([finalize()]).when(finalize()).thenDeaf();
    const now = nested([finalize(), share(), draft()]).when(changes());
    expect(conclusionOf(now)).toMatchObject({ reason: 'late', result: [101, 50] });
    const urgent = nested().when(finalize(true));
    expect(saidOf(urgent, 'turn.revoked')).toMatchObject([{ agent: 'lead' }]);
    expect(conclusionOf(urgent)).toMatchObject({ result: [], confidence: 'low' });
  });
});

describe('The roster of a nested swarm', () => {
  it('has two to four seats', () => {
    expect(() => nestedSwarm.seats(roster(1, 3))).toThrow(/1 to 2 of the role "reviewer"/);
    expect(() => nestedSwarm.seats(roster(1, 0))).toThrow(RangeError);
    expect(nestedSwarm.limits.parse({})).toMatchObject({ rounds: 3, refills: 2 });
    expect(() => nestedSwarm.limits.parse({ rounds: 11 })).toThrow();
  });
});

describe('Whatever lead, producer, reviewers and team do', () => {
  const args = (move: string, _: string, draw: (n: number) => number): object => {
    if (move === 'share_findings') return { ...product, evidence: [], gaps: [], confidence: 'low' };
    if (move === 'submit_draft') return { ...product, answers: [] };
    if (move === 'approve') return { evidence: draw(2) ? 'fine' : 'x'.repeat(90), issues: [] };
    return { issues: [{ ...issue, tag: pick(draw, ['A', 'B', 'C', 'D']) }] };
  };
  const plays = fc.record({
    leads: fc.integer({ min: 0, max: 1 }),
    reviewers: fc.integer({ min: 1, max: 2 }),
    rounds: fc.integer({ min: 1, max: 4 }),
    harm: fc.constantFrom(0, 20, 60, 95),
    seed: fc.nat(),
  });

  it('it keeps its bound, ends once, and shows nobody anything but findings, drafts and reviews', () => {
    const shown = new Set([
      'findings.shared',
      'draft.submitted',
      'review.approved',
      'changes.requested',
    ]);
    fc.assert(
      fc.property(plays, ({ leads, reviewers, rounds, harm, seed }) => {
        const limits = nestedSwarm.limits.parse({ rounds });
        const pattern = nestedSwarm;
        const seats = roster(leads, reviewers);
        const { log, grants, conclusion } = perform(
          { pattern, roster: seats, limits, args },
          drawing(seed),
          harm,
        );
        for (const { material } of grants as never as { material: number[] }[])
          for (const at of material) expect(shown.has(log[at]!.type)).toBe(true);
        const { result, outcome } = conclusion as never as { result: number[]; outcome: string };
        for (const at of result)
          expect(log[at]!.type).toMatch(/^(draft\.submitted|findings\.shared)$/);
        if (outcome === 'completed') expect(log[result[0]!]!.type).toBe('draft.submitted');
      }),
      { numRuns: 300 },
    );
  });
});
