import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { watchdog } from '../../../src/machines/patterns/watchdog/watchdog.ts';
import { type Event, given, heard } from '../given.ts';
import { drawing } from './meddling.ts';
import { perform, pick } from './mischief.ts';

const roster = (implementers: number) => [
  ...Array.from({ length: implementers }, (_, i) => ({
    actor: `impl-${i + 1}`,
    role: 'implementer',
  })),
  { actor: 'dog', role: 'watchdog' },
];
const watch = (events: Event[] = [], limits = {}, implementers = 1) =>
  given(watchdog.machine, watchdog.seats(roster(implementers), limits), events);

const work = { title: 'T', summary: 's' };
const checkpoint = (n: number, grant = 1, paths = [`src/${n}.ts`], at = 100 * n + grant) =>
  heard('checkpoint.submitted', `impl-${n}`, { grant, ...work, paths }, at);
const done = (n: number, grant = 1, at = 1000 * n + grant) =>
  heard('implementation.finished', `impl-${n}`, { grant, ...work, paths: [] }, at);
const violation = (tag: string) => ({
  tag,
  severity: 'high',
  place: 'src/1.ts:4',
  problem: 'p',
  remedy: 'r',
});
const clear = (grant: number, ...read: string[]) =>
  heard('checkpoint.cleared', 'dog', { grant, read, evidence: 'e' }, 5000 + grant);
const correct = (grant: number, ...tags: string[]) =>
  heard('correction.required', 'dog', { grant, violations: tags.map(violation) }, 6000 + grant);
const warn = (grant: number, offender: string, tag = 'MONEY') =>
  heard(
    'consistency.warned',
    'dog',
    { grant, offender, versus: 'impl-1', inconsistency: violation(tag) },
    7000 + grant,
  );
const allClear = (grant: number) =>
  heard('watch.cleared', 'dog', { grant, read: [], evidence: 'e' }, 8000 + grant);
const issues = (grant: number, ...tags: string[]) =>
  heard('issues.remained', 'dog', { grant, issues: tags.map(violation) }, 8500 + grant);
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
const both = ['hand_in_checkpoint', 'report_done'];

/** As many checkpoints of the first implementer, each corrected. */
const corrected = (times: number): Event[] =>
  Array.from({ length: times }, (_, i) => [checkpoint(1, i + 1), correct(i + 1, 'A')]).flat();

describe('Implementers under a watchdog', () => {
  it('begin side by side, while the watchdog waits', () => {
    const now = watch([], {}, 2);
    now.then({ state: 'implementing' });
    expect(saidOf(now, 'task.created')).toMatchObject([
      { task: 'work-of-impl-1', owner: 'impl-1' },
      { task: 'work-of-impl-2', owner: 'impl-2' },
      { task: 'watch', owner: 'dog' },
    ]);
    expect(grantsOf(now)).toMatchObject([
      { agent: 'impl-1', to: ['impl-1', 'team'], moves: both, material: [] },
      { agent: 'impl-2', moves: both },
    ]);
    expect(grantsOf(now)[0]!['brief']).toContain('impl-2 works beside you');
  });

  it('wait at a checkpoint until the watchdog has looked at it', () => {
    const now = watch().when(checkpoint(1));
    now.then({
      state: 'implementing',
      said: [
        { type: 'artifact.registered', by: 'impl-1', path: 'src/1.ts', held: 101 },
        {
          type: 'turn.granted',
          agent: 'dog',
          grant: 1,
          moves: ['clear', 'correct'],
          material: [101],
        },
      ],
    });
    expect(now.outcome.said[1]!['brief']).toContain('Read every changed file yourself');
    watch([checkpoint(1)])
      .when(checkpoint(1, 2))
      .thenDeaf();
  });

  it('go on when it is clear', () => {
    const now = watch([checkpoint(1)]).when(clear(1, './src/1.ts'));
    expect(grantsOf(now)).toMatchObject([{ agent: 'impl-1', grant: 2, moves: both, material: [] }]);
  });

  it('put right first what they are corrected in, and show it', () => {
    const now = watch([checkpoint(1)]).when(correct(1, 'LOG-1', 'LOG-2'));
    expect(grantsOf(now)).toMatchObject([
      { agent: 'impl-1', grant: 2, moves: ['hand_in_checkpoint'], material: [6001] },
    ]);
    const past = [checkpoint(1), correct(1, 'LOG-1', 'LOG-2'), checkpoint(1, 2)];
    const right = watch(past).when(clear(2, 'src/1.ts'));
    expect(saidOf(right, 'decision.made')).toMatchObject([
      { subject: 'LOG-1, LOG-2 in the work of impl-1', proposedBy: 'dog', basis: 'agreed' },
    ]);
    expect(grantsOf(right)).toMatchObject([{ agent: 'impl-1', moves: both, material: [] }]);
  });

  it('have a bounded number of checkpoints, and then report', () => {
    const past = [checkpoint(1), clear(1, 'src/1.ts'), checkpoint(1, 2)];
    const now = watch(past, { checkpoints: 2 }).when(clear(2, 'src/1.ts'));
    expect(grantsOf(now)).toMatchObject([{ agent: 'impl-1', moves: ['report_done'] }]);
  });

  it('wait in the order of their checkpoints', () => {
    const past = [checkpoint(1), checkpoint(2)];
    expect(grantsOf(watch(past.slice(0, 1), {}, 2).when(checkpoint(2)))).toEqual([]);
    const now = watch(past, {}, 2).when(clear(1, 'src/1.ts'));
    expect(grantsOf(now)).toMatchObject([
      { agent: 'impl-1', grant: 2 },
      { agent: 'dog', grant: 2, material: [201] },
    ]);
  });
});

describe('The watchdog', () => {
  it('is not believed once when it clears files that it has not read', () => {
    const now = watch([checkpoint(1, 1, ['src/1.ts', 'src/2.ts'])]).when(clear(1, 'src/1.ts'));
    now.then({
      state: 'implementing',
      said: [{ type: 'turn.granted', agent: 'dog', grant: 2, material: [101] }],
    });
    expect(now.outcome.said[0]!['brief']).toContain('without having read every file');
    const again = watch([checkpoint(1), clear(1)]).when(clear(2));
    expect(grantsOf(again)).toMatchObject([{ agent: 'impl-1', grant: 2 }]);
  });

  it('compares implementers, and is shown what the others have reported meanwhile', () => {
    const now = watch([done(2)], {}, 2).when(checkpoint(1));
    expect(grantsOf(now)).toMatchObject([
      { agent: 'dog', moves: ['clear', 'correct', 'warn'], material: [101, 2001] },
    ]);
  });

  it('warns whoever has to change, and clears the checkpoint otherwise', () => {
    const now = watch([checkpoint(1)], {}, 2).when(warn(1, 'impl-2'));
    expect(grantsOf(now)).toMatchObject([{ agent: 'impl-1', moves: both, material: [] }]);
    const shown = watch([checkpoint(1), warn(1, 'impl-2')], {}, 2).when(checkpoint(2));
    expect(grantsOf(shown)).toMatchObject([{ agent: 'dog', material: [201] }]);
    const next = watch([checkpoint(1), warn(1, 'impl-2'), checkpoint(2)], {}, 2);
    expect(grantsOf(next.when(clear(2, 'src/2.ts')))).toMatchObject([
      { agent: 'impl-2', moves: ['hand_in_checkpoint'], material: [7001] },
    ]);
  });

  it('warns the author itself, who then puts it right', () => {
    const now = watch([checkpoint(1)], {}, 2).when(warn(1, 'impl-1'));
    expect(grantsOf(now)).toMatchObject([
      { agent: 'impl-1', moves: ['hand_in_checkpoint'], material: [7001] },
    ]);
    const unknown = watch([checkpoint(1)], {}, 2).when(warn(1, 'nobody'));
    expect(grantsOf(unknown)).toMatchObject([{ agent: 'impl-1', material: [7001] }]);
  });

  it('reopens the work of one who is done, or is just reporting it', () => {
    const now = watch([done(2), checkpoint(1)], {}, 2).when(warn(1, 'impl-2'));
    expect(grantsOf(now)).toMatchObject([
      { agent: 'impl-2', grant: 2, material: [7001] },
      { agent: 'impl-1', grant: 2 },
    ]);
    const late = watch([checkpoint(1), warn(1, 'impl-2')], {}, 2).when(done(2));
    expect(grantsOf(late)).toMatchObject([{ agent: 'impl-2', grant: 2, material: [7001] }]);
  });

  it('corrects three times; the next is recorded as an escalation, and the implementer goes on', () => {
    const now = watch([...corrected(3), checkpoint(1, 4)]).when(correct(4, 'A', 'B'));
    expect(saidOf(now, 'decision.made')).toMatchObject([
      { subject: 'Escalation of the work of impl-1', challengedBy: ['impl-1'], basis: 'limit' },
    ]);
    expect(saidOf(now, 'dissent.noted')).toMatchObject([
      { by: 'dog', view: 'Not put right in 3 corrections: A, B' },
    ]);
    expect(grantsOf(now)).toMatchObject([
      { agent: 'impl-1', grant: 5, moves: ['report_done'], material: [] },
    ]);
    const end = watch([...corrected(3), checkpoint(1, 4), correct(4, 'A'), done(1, 5)]);
    expect(conclusionOf(end.when(allClear(5)))).toMatchObject({
      outcome: 'completed',
      confidence: 'medium',
      notes: ['escalated: the work of impl-1'],
    });
  });

  it('keeps what it raised while a checkpoint waited until it was shown and put right', () => {
    const past = [checkpoint(1), checkpoint(2), warn(1, 'impl-2', 'SUMS')];
    const cleared = watch(past, {}, 2).when(clear(2, 'src/2.ts'));
    expect(saidOf(cleared, 'decision.made')).toEqual([]);
    cleared.then({ context: { standing: { 'impl-2': ['SUMS'] } } });
    expect(grantsOf(cleared)).toMatchObject([{ agent: 'impl-2', material: [7001] }]);
    for (const verdict of [correct(2, 'LOGS'), warn(2, 'impl-2', 'LOGS')])
      watch([...past, verdict], {}, 2).then({
        context: { standing: { 'impl-2': ['SUMS', 'LOGS'] } },
      });
    const shown = watch([...past, clear(2, 'src/2.ts'), checkpoint(2, 2)], {}, 2);
    const right = shown.when(clear(3, 'src/2.ts'));
    expect(saidOf(right, 'decision.made')).toMatchObject([
      { subject: 'SUMS in the work of impl-2', resolution: 'Put right by impl-2.' },
    ]);
  });

  it('leaves the escalated alone, also with warnings', () => {
    const past = [checkpoint(1), correct(1, 'A'), checkpoint(1, 2), correct(2, 'A'), checkpoint(2)];
    const now = watch(past, { corrections: 1 }, 2).when(warn(3, 'impl-1'));
    expect(saidOf(now, 'decision.made')).toEqual([]);
    expect(grantsOf(now)).toMatchObject([{ agent: 'impl-2' }]);
    now.then({ context: { standing: { 'impl-1': ['A', 'MONEY'] } } });
  });
});

describe('The last word', () => {
  it('is asked for when all are done, and shows what was not seen yet', () => {
    const now = watch([done(1)], {}, 2).when(done(2));
    now.then({ state: 'closing' });
    expect(saidOf(now, 'round.started')).toMatchObject([{ round: 2, of: 2 }]);
    expect(grantsOf(now)).toMatchObject([
      { agent: 'dog', grant: 1, moves: ['all_clear', 'name_issues'], material: [1001, 2001] },
    ]);
  });

  it('ends it with high confidence when it is the all-clear', () => {
    const past = [checkpoint(1), clear(1, 'src/1.ts'), done(1, 2)];
    const now = watch(past).when(allClear(2));
    now.then({ state: 'concluded' });
    expect(conclusionOf(now)).toMatchObject({
      to: 'team',
      pattern: 'watchdog',
      outcome: 'completed',
      reason: 'all implementers are done, and the watchdog gives the all-clear',
      confidence: 'high',
      result: [1002, 101],
      notes: [],
      rounds: 2,
    });
  });

  it('ends it with the issues that remain', () => {
    const now = watch([done(1)]).when(issues(1, 'LOG-1'));
    now.then({ state: 'concluded' });
    expect(saidOf(now, 'dissent.noted')).toMatchObject([{ by: 'dog' }]);
    expect(conclusionOf(now)).toMatchObject({
      outcome: 'fallback',
      reason: 'issues remain',
      confidence: 'medium',
      notes: ['open: LOG-1 (high)'],
    });
  });
});

describe('A watch that loses a seat', () => {
  it('goes on without an implementer, and says so', () => {
    watch([lost('impl-1')], {}, 2).then({ state: 'implementing' });
    const past = [checkpoint(1), lost('impl-1'), done(2), clear(1, 'src/1.ts')];
    watch(past, {}, 2).then({ state: 'closing' });
    expect(conclusionOf(watch(past, {}, 2).when(allClear(2)))).toMatchObject({
      outcome: 'fallback',
      reason: 'no finished work from impl-1',
      confidence: 'medium',
      result: [101, 2001],
      notes: ['no finished work from impl-1', 'impl-1 took no part to the end'],
    });
    const none = watch().when(lost('impl-1'));
    none.then({ state: 'concluded' });
    expect(conclusionOf(none)).toMatchObject({ result: [], confidence: 'low' });
  });

  it('begins nothing new without the watchdog; who is at work hands in what there is', () => {
    const past = [checkpoint(1), correct(1, 'A'), checkpoint(1, 2), lost('dog')];
    watch(past, {}, 2).then({ state: 'implementing', context: { queue: [] } });
    const now = watch(past, {}, 2).when(checkpoint(2));
    now.then({ state: 'concluded' });
    expect(conclusionOf(now)).toMatchObject({
      outcome: 'fallback',
      reason: 'dog was lost',
      confidence: 'low',
      result: [102, 201, 101],
      notes: [
        'no finished work from impl-1',
        'no finished work from impl-2',
        'no last word of the watchdog on the whole',
        'open: A in the work of impl-1',
        'dog took no part to the end',
      ],
    });
    const closing = watch([done(1)]).when(lost('dog'));
    expect(conclusionOf(closing)).toMatchObject({ result: [1001], confidence: 'low' });
  });

  it('gives the turn to a successor: of an implementer with its corrections, of the watchdog with all work', () => {
    const past = [checkpoint(1), correct(1, 'A')];
    expect(grantsOf(watch([...past, forfeit('impl-1', 2)]).when(refilled('impl-1')))).toMatchObject(
      [{ agent: 'impl-1', grant: 3, material: [6001], moves: ['hand_in_checkpoint'] }],
    );
    expect(grantsOf(watch([...past, checkpoint(1, 2)]).when(refilled('dog')))).toMatchObject([
      { agent: 'dog', grant: 3, material: [102, 101] },
    ]);
    expect(grantsOf(watch([done(1)]).when(refilled('dog')))).toMatchObject([
      { agent: 'dog', grant: 2, moves: ['all_clear', 'name_issues'], material: [1001] },
    ]);
    watch(past).when(refilled('dog')).thenDeaf();
    watch([forfeit('impl-1', 1)])
      .when(done(1))
      .thenDeaf();
    watch([refilled('impl-1'), refilled('impl-1')])
      .when(refilled('impl-1'))
      .then({ state: 'concluded' });
  });

  it('does not wait at a limit', () => {
    const limit = { reason: 'refused', limit: 'tokens' };
    const now = watch([checkpoint(1)]).when(forfeit('dog', 1, limit));
    now.then({ state: 'concluded' });
    expect(conclusionOf(now)).toMatchObject({
      reason: 'the limit of tokens was reached',
      result: [101],
    });
    const implementer = watch([checkpoint(1)], {}, 2).when(forfeit('impl-2', 1, limit));
    implementer.then({ state: 'implementing', context: { lost: ['impl-2'] } });
  });
});

describe('A watch that is asked to end', () => {
  it('takes what is under way, lets nobody go on, and still has the last word', () => {
    const past = [checkpoint(1), checkpoint(2), finalize()];
    const judged = watch(past, {}, 2).when(correct(1, 'A'));
    judged.then({ state: 'closing' });
    expect(grantsOf(judged)).toMatchObject([{ agent: 'dog', grant: 2, material: [201] }]);
    expect(
      conclusionOf(watch([...past, correct(1, 'A')], {}, 2).when(issues(2, 'A'))),
    ).toMatchObject({
      outcome: 'fallback',
      reason: 'tokens are short',
      confidence: 'low',
      result: [101, 201],
    });
    const last = watch([finalize(), done(1)]);
    last.then({ state: 'closing' });
    expect(conclusionOf(last.when(allClear(1)))).toMatchObject({ outcome: 'completed' });
    last.when(finalize()).thenDeaf();
    watch([checkpoint(1), warn(1, 'impl-2'), finalize(), checkpoint(1, 2)], {}, 2)
      .when(done(2))
      .then({ state: 'closing', context: { done: ['impl-2'] } });
  });

  it('at once takes every turn back and concludes with what there is', () => {
    const now = watch([checkpoint(1)], {}, 2).when(finalize(true));
    now.then({ state: 'concluded' });
    expect(saidOf(now, 'turn.revoked')).toMatchObject([{ agent: 'impl-2' }, { agent: 'dog' }]);
    expect(conclusionOf(now)).toMatchObject({ result: [101], confidence: 'low' });
  });
});

describe('The roster of a watch', () => {
  it('has one to three implementers and one watchdog', () => {
    expect(() => watchdog.seats(roster(0))).toThrow(/1 to 3 of the role "implementer", and got 0/);
    expect(() => watchdog.seats(roster(4))).toThrow(RangeError);
    expect(() => watchdog.seats(roster(1).slice(0, 1))).toThrow(/1 of the role "watchdog"/);
    expect(() => watchdog.seats(roster(1), { corrections: 6 })).toThrow();
    expect(watchdog.limits.parse({})).toEqual({ corrections: 3, checkpoints: 6, refills: 2 });
  });
});

describe('Whatever implementers, watchdog and team do', () => {
  const args = (move: string, _: string, draw: (n: number) => number): object => {
    const path = pick(draw, ['src/a.ts', 'src/b.ts']);
    const tag = pick(draw, ['A', 'B', 'C']);
    switch (move) {
      case 'hand_in_checkpoint':
      case 'report_done':
        return { ...work, paths: draw(3) > 0 ? [path] : [] };
      case 'correct':
        return { violations: [violation(tag)] };
      case 'warn': {
        const offender = pick(draw, ['impl-1', 'impl-2', 'impl-3', 'nobody']);
        return { offender, versus: 'impl-1', inconsistency: violation(tag) };
      }
      case 'name_issues':
        return { issues: [violation(tag)] };
      default:
        return { read: draw(2) > 0 ? [path] : [], evidence: 'e' };
    }
  };
  const plays = fc.record({
    implementers: fc.integer({ min: 1, max: 3 }),
    corrections: fc.integer({ min: 1, max: 3 }),
    checkpoints: fc.integer({ min: 1, max: 6 }),
    harm: fc.constantFrom(0, 20, 60, 95),
    seed: fc.nat(),
  });

  it('it keeps its bounds, ends once, and nobody builds on a checkpoint without a verdict on it', () => {
    fc.assert(
      fc.property(plays, ({ implementers, corrections, checkpoints, harm, seed }) => {
        const limits = watchdog.limits.parse({ corrections, checkpoints });
        const play = { pattern: watchdog, roster: roster(implementers), limits, args };
        const { log, conclusion } = perform(play, drawing(seed), harm);
        const waiting = new Set<string>();
        let reviewed = '';
        for (const event of log.filter(({ isDeaf }) => !isDeaf)) {
          if (event.type === 'checkpoint.submitted') waiting.add(String(event['from']));
          if (event.type === 'turn.granted' && event['agent'] === 'dog')
            reviewed = String(log[(event['material'] as number[])[0] ?? 0]!['from']);
          if (/cleared|correction|warned/.test(event.type)) waiting.delete(reviewed);
          if (event.type === 'turn.granted') expect(waiting).not.toContain(event['agent']);
        }
        const escalations = log.filter(
          ({ type, basis }) => type === 'decision.made' && basis === 'limit',
        );
        expect(escalations.length).toBeLessThanOrEqual(implementers);
        if (harm === 0) expect(conclusion['rounds']).toBe(2);
        expect(conclusion['outcome'] === 'completed').toBe(
          log.at(-1) === conclusion && conclusion['reason'] === ALL_CLEAR,
        );
      }),
      { numRuns: 300 },
    );
  });

  it('it may need all the turns of its bound', () => {
    const limits = watchdog.limits.parse({ checkpoints: 1, refills: 0 });
    const past = [checkpoint(1), clear(1), clear(2), done(1, 2), allClear(3)];
    const { grants } = watch(past, limits).outcome.snapshot.context;
    const sum = Object.values<number>(grants.given).reduce((a, b) => a + b, 0);
    expect(sum).toBe(watchdog.turnsMax(limits, 2));
  });
});

const ALL_CLEAR = 'all implementers are done, and the watchdog gives the all-clear';
