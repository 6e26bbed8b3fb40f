import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { assemblyLine } from '../../../src/machines/patterns/assembly-line/assembly-line.ts';
import { type Event, given, heard } from '../given.ts';
import { drawing } from './meddling.ts';
import { perform, pick } from './mischief.ts';

const roster = (size: number) =>
  Array.from({ length: size }, (_, i) => ({ actor: `stage-${i + 1}`, role: 'stage' }));
const line = (events: Event[] = [], limits = {}, size = 3) =>
  given(assemblyLine.machine, assemblyLine.seats(roster(size), limits), events);

const deliver = (n: number, grant = 1, at = n * 10 + grant) =>
  heard('stage.delivered', `stage-${n}`, { grant, title: 'T', summary: 's' }, at);
const ask = (n: number, of: number, grant = 1) =>
  heard(
    'clarification.asked',
    `stage-${n}`,
    { grant, stage: `stage-${of}`, question: 'q' },
    500 + n,
  );
const reject = (n: number, grant = 1) =>
  heard(
    'input.rejected',
    `stage-${n}`,
    { grant, issues: [{ tag: 'A', severity: 'high', problem: 'p', remedy: 'r' }] },
    600 + n,
  );
const clarify = (n: number, grant = 2) =>
  heard('clarification.given', `stage-${n}`, { grant, answer: 'a' }, 700 + n);
const forfeit = (n: number, grant: number, data: object = {}) => {
  const agent = `stage-${n}`;
  return heard('turn.forfeited', agent, { agent, grant, reason: 'moveless', detail: 'd', ...data });
};
const refilled = (n: number) =>
  heard('seat.refilled', 'team', { agent: `stage-${n}`, incarnation: 2, reason: 'r' });
const lost = (n: number) => heard('seat.lost', 'team', { agent: `stage-${n}`, reason: 'r' });
const finalize = (now = false) =>
  heard('finalize.asked', 'team', { reason: 'tokens are short', ...(now ? { now } : {}) });

type Now = { outcome: { said: Event[] } };
const saidOf = (now: Now, type: string) => now.outcome.said.filter((one) => one.type === type);
const grantOf = (now: Now) => saidOf(now, 'turn.granted')[0]!;
const conclusionOf = (now: Now) => saidOf(now, 'pattern.concluded')[0]!;

describe('An assembly line', () => {
  it('begins with the board, each task waiting for the one before, and a turn for the first stage', () => {
    line().then({
      state: 'delivering',
      said: [
        { type: 'task.created', task: 'work-of-stage-1', owner: 'stage-1', blockedBy: [] },
        { type: 'task.created', owner: 'stage-2', blockedBy: ['work-of-stage-1'] },
        { type: 'task.created', owner: 'stage-3', blockedBy: ['work-of-stage-2'] },
        { type: 'round.started', round: 1, of: 3 },
        { type: 'task.progressed', status: 'inProgress' },
        {
          type: 'turn.granted',
          to: ['stage-1', 'team'],
          agent: 'stage-1',
          grant: 1,
          moves: ['deliver'],
          material: [],
        },
      ],
    });
  });

  it('shows each stage what the stages before it delivered', () => {
    line()
      .when(deliver(1))
      .then({
        state: 'delivering',
        said: [
          { type: 'artifact.registered', by: 'stage-1', held: 11, locked: false },
          { type: 'task.progressed', status: 'completed' },
          { type: 'round.started', round: 2 },
          { type: 'task.progressed', task: 'work-of-stage-2' },
          {
            type: 'turn.granted',
            agent: 'stage-2',
            moves: ['deliver', 'ask_upstream', 'reject_input'],
            material: [11],
          },
        ],
      });
    expect(grantOf(line([deliver(1)]).when(deliver(2)))).toMatchObject({
      agent: 'stage-3',
      material: [11, 21],
    });
  });

  it('concludes with high confidence when the last stage has delivered', () => {
    const now = line([deliver(1), deliver(2)]).when(deliver(3));
    now.then({ state: 'concluded' });
    expect(conclusionOf(now)).toMatchObject({
      to: 'team',
      pattern: 'assembly-line',
      outcome: 'completed',
      confidence: 'high',
      result: [31],
      notes: [],
      rounds: 3,
    });
  });

  it('takes a move only for the turn that is held, and only one that was offered with it', () => {
    line().when(deliver(2)).thenDeaf();
    line().when(deliver(1, 2)).thenDeaf();
    line().when(ask(1, 1)).thenDeaf();
    line([deliver(1)])
      .when(deliver(1))
      .thenDeaf();
    line([deliver(1)])
      .when(clarify(2, 1))
      .thenDeaf();
  });
});

describe('A stage that asks upstream', () => {
  it('waits while the one who is asked answers, and then goes on with the answer alone', () => {
    const asked = line([deliver(1), deliver(2)]).when(ask(3, 2));
    asked.then({ state: 'answering' });
    expect(grantOf(asked)).toMatchObject({
      agent: 'stage-2',
      grant: 2,
      moves: ['deliver', 'clarify', 'ask_upstream', 'reject_input'],
      material: [503],
    });
    const answered = line([deliver(1), deliver(2), ask(3, 2)]).when(clarify(2));
    answered.then({ state: 'delivering' });
    expect(grantOf(answered)).toMatchObject({ agent: 'stage-3', grant: 2, material: [702] });
  });

  it('may ask any earlier stage; only the one right before may deliver anew', () => {
    const asked = line([deliver(1), deliver(2)]).when(ask(3, 1));
    expect(grantOf(asked)).toMatchObject({ agent: 'stage-1', moves: ['clarify'] });
    line([deliver(1), deliver(2), ask(3, 1)])
      .when(deliver(1, 2))
      .thenDeaf();
  });

  it('reaches the nearest stage there is when it names none', () => {
    const unknown = { ...ask(3, 1), stage: 'somebody' };
    expect(grantOf(line([deliver(1), deliver(2)]).when(unknown))).toMatchObject({
      agent: 'stage-2',
    });
    expect(grantOf(line([deliver(1), deliver(2), lost(2)]).when(unknown))).toMatchObject({
      agent: 'stage-1',
    });
  });

  it('gets a new delivery when the old one was at fault', () => {
    const now = line([deliver(1), ask(2, 1)]).when(deliver(1, 2));
    now.then({ state: 'delivering', context: { deliveries: { 'stage-1': 12 } } });
    expect(grantOf(now)).toMatchObject({ agent: 'stage-2', grant: 2, material: [12] });
    expect(saidOf(now, 'decision.made')).toMatchObject([
      { proposedBy: 'stage-1', challengedBy: ['stage-2'], basis: 'agreed' },
    ]);
  });

  it('is answered even when the one who is asked must itself ask first', () => {
    const past = [deliver(1), deliver(2), ask(3, 2), ask(2, 1, 2), clarify(1)];
    line(past).then({ state: 'answering' });
    const inner = line(past.slice(0, -1)).when(clarify(1));
    expect(grantOf(inner)).toMatchObject({ agent: 'stage-2', grant: 3, material: [701] });
    expect(grantOf(inner)['brief']).toContain('stage-3, who still waits for you');
    const outer = line(past).when(clarify(2, 3));
    outer.then({ state: 'delivering' });
    expect(grantOf(outer)).toMatchObject({ agent: 'stage-3', grant: 2, material: [702] });
  });
});

describe('A stage that cannot build on its input', () => {
  it('sends it back, and goes on with what is delivered anew', () => {
    const now = line([deliver(1)]).when(reject(2));
    now.then({ state: 'answering' });
    expect(grantOf(now)).toMatchObject({
      agent: 'stage-1',
      moves: ['deliver', 'clarify'],
      material: [602],
    });
    const later = line([deliver(1), reject(2), deliver(1, 2), deliver(2, 2)]);
    expect(grantOf(later)).toMatchObject({ agent: 'stage-3', material: [12, 22] });
  });

  it('is told why it stands when its author holds to it', () => {
    const now = line([deliver(1), reject(2)]).when(clarify(1));
    expect(grantOf(now)).toMatchObject({ agent: 'stage-2', material: [701] });
    expect(saidOf(now, 'decision.made')).toMatchObject([{ basis: 'strongestArgument' }]);
  });

  it('has three messages upstream, and then delivers from what it has', () => {
    const past = [deliver(1)];
    for (let n = 1; n <= 3; n++) {
      past.push(n === 2 ? reject(2, n) : ask(2, 1, n));
      if (n < 3) past.push(clarify(1, n + 1));
    }
    const now = line(past).when(clarify(1, 4));
    expect(grantOf(now)).toMatchObject({ agent: 'stage-2', grant: 4, moves: ['deliver'] });
    expect(grantOf(now)['brief']).toContain('No more questions upstream');
    line([...past, clarify(1, 4)])
      .when(ask(2, 1, 4))
      .thenDeaf();
    const end = line([...past, clarify(1, 4), deliver(2, 4)]).when(deliver(3));
    expect(conclusionOf(end)).toMatchObject({
      outcome: 'completed',
      notes: ['stage-2 sent all its 3 messages upstream'],
    });
  });

  it('has no way back where the limit is none', () => {
    expect(grantOf(line([], { backward: 0 }).when(deliver(1)))).toMatchObject({
      moves: ['deliver'],
    });
  });
});

describe('An assembly line that loses a stage', () => {
  it('is incomplete at the stage at work, and leaves what is finished, newest first', () => {
    const now = line([deliver(1), deliver(2)], {}, 4).when(lost(3));
    now.then({ state: 'concluded' });
    expect(conclusionOf(now)).toMatchObject({
      outcome: 'fallback',
      reason: 'stage-3 was lost',
      confidence: 'low',
      result: [21, 11],
      notes: [
        'pipeline incomplete at stage 3',
        'finished: stage-1 and stage-2',
        'stage-3 took no part to the end',
      ],
      rounds: 3,
    });
  });

  it('works up to a later stage that is lost, and ends there', () => {
    line([lost(3)]).then({ state: 'delivering' });
    const now = line([lost(3), deliver(1)]).when(deliver(2));
    expect(conclusionOf(now)).toMatchObject({
      result: [21, 11],
      notes: expect.arrayContaining(['pipeline incomplete at stage 3']),
    });
  });

  it('goes on without an answer when the one who is asked is lost', () => {
    const now = line([deliver(1), deliver(2), ask(3, 1)]).when(lost(1));
    now.then({ state: 'delivering' });
    expect(grantOf(now)).toMatchObject({
      agent: 'stage-3',
      moves: ['deliver', 'ask_upstream', 'reject_input'],
      material: [],
    });
    const end = line([deliver(1), deliver(2), ask(3, 1), lost(1)]).when(deliver(3, 2));
    expect(conclusionOf(end)).toMatchObject({
      outcome: 'completed',
      confidence: 'medium',
      notes: ['stage-3 went on without an answer', 'stage-1 took no part to the end'],
    });
  });

  it('takes a question back with the one who asked it in between', () => {
    const past = [deliver(1), deliver(2), ask(3, 2), ask(2, 1, 2)];
    const now = line(past).when(lost(2));
    now.then({ state: 'delivering', context: { calls: [] } });
    expect(saidOf(now, 'turn.revoked')).toMatchObject([{ agent: 'stage-1', grant: 2 }]);
    expect(grantOf(now)).toMatchObject({ agent: 'stage-3', grant: 2 });
    line(past).when(lost(3)).then({ state: 'concluded' });
  });

  it('lets nobody reject what a stage delivered that is not there any more', () => {
    const now = line([deliver(1), lost(1)]);
    now.then({ state: 'delivering' });
    const rejected = now.when(reject(2));
    rejected.then({ state: 'delivering', context: { unanswered: ['stage-2'] } });
    expect(grantOf(rejected)).toMatchObject({ agent: 'stage-2', grant: 2, moves: ['deliver'] });
  });

  it('gives the turn, with all that was shown, to a successor, as often as the limit allows', () => {
    line([forfeit(1, 1)])
      .when(deliver(1))
      .thenDeaf();
    const past = [deliver(1), deliver(2), ask(3, 2), clarify(2), forfeit(3, 2)];
    const now = line(past).when(refilled(3));
    expect(grantOf(now)).toMatchObject({ agent: 'stage-3', grant: 3, material: [11, 21, 702] });
    const asked = line([deliver(1), deliver(2), ask(3, 2)]).when(refilled(2));
    expect(grantOf(asked)).toMatchObject({ agent: 'stage-2', grant: 3, material: [11, 21, 503] });
    line([refilled(1), refilled(1)])
      .when(refilled(1))
      .then({ state: 'concluded' });
    line([deliver(1)])
      .when(refilled(1))
      .thenDeaf();
  });

  it('does not wait at a limit', () => {
    const limit = { reason: 'refused', limit: 'tokens' };
    const now = line([deliver(1)]).when(forfeit(2, 1, limit));
    expect(conclusionOf(now)).toMatchObject({
      reason: 'the limit of tokens was reached',
      result: [11],
    });
    const asked = line([deliver(1), ask(2, 1)]).when(forfeit(1, 2, limit));
    expect(grantOf(asked)).toMatchObject({ agent: 'stage-2', moves: ['deliver'] });
  });
});

describe('An assembly line that is asked to end', () => {
  it('finishes the stage at work without going back, and begins no other', () => {
    const asked = line([deliver(1), finalize()]).when(ask(2, 1));
    asked.then({ state: 'delivering' });
    expect(grantOf(asked)).toMatchObject({ agent: 'stage-2', moves: ['deliver'] });
    const now = line([deliver(1), finalize()]).when(deliver(2));
    expect(conclusionOf(now)).toMatchObject({
      outcome: 'fallback',
      reason: 'tokens are short',
      notes: ['pipeline incomplete at stage 3', 'finished: stage-1 and stage-2'],
    });
    const last = line([deliver(1), deliver(2), finalize()]).when(deliver(3));
    expect(conclusionOf(last)).toMatchObject({ outcome: 'completed', result: [31] });
    const answering = line([deliver(1), deliver(2), ask(3, 2), ask(2, 1, 2), finalize()]);
    answering.then({ state: 'answering' });
    expect(grantOf(answering.when(clarify(1)))).toMatchObject({ moves: ['deliver', 'clarify'] });
    answering.when(finalize()).thenDeaf();
    const nested = line([deliver(1), deliver(2), ask(3, 2), finalize()]).when(ask(2, 1, 2));
    nested.then({ state: 'answering', context: { unanswered: ['stage-2'] } });
    const sentBack = line([deliver(1), deliver(2), ask(3, 2), finalize()]).when(reject(2, 2));
    expect(grantOf(sentBack)).toMatchObject({ agent: 'stage-2', moves: ['deliver', 'clarify'] });
  });

  it('at once takes the turn back and concludes with what there is', () => {
    const now = line([deliver(1)]).when(finalize(true));
    now.then({ state: 'concluded' });
    expect(now.outcome.said[0]).toMatchObject({ type: 'turn.revoked', agent: 'stage-2', grant: 1 });
    expect(conclusionOf(now)).toMatchObject({ result: [11], confidence: 'low' });
    expect(conclusionOf(line().when(finalize(true)))).toMatchObject({
      result: [],
      notes: ['pipeline incomplete at stage 1', 'no stage was finished'],
    });
  });
});

describe('The roster of an assembly line', () => {
  it('has three to six stages, and limits below their ceilings', () => {
    expect(() => assemblyLine.seats(roster(2))).toThrow(/3 to 6 of the role "stage", and got 2/);
    expect(() => assemblyLine.seats(roster(7))).toThrow(RangeError);
    expect(() => assemblyLine.seats(roster(3), { backward: 6 })).toThrow();
    expect(assemblyLine.limits.parse({})).toEqual({ backward: 3, refills: 2 });
  });
});

describe('Whatever stages and team do', () => {
  const product = { title: 'T', summary: 's', content: 'c' };
  const args = (move: string, _: string, draw: (n: number) => number): object => {
    const stage = pick(draw, ['stage-1', 'stage-2', 'stage-3', 'nobody']);
    if (move === 'deliver') return product;
    if (move === 'ask_upstream') return { stage, question: 'q' };
    if (move === 'clarify') return { answer: 'a' };
    return { issues: [{ tag: 'A', severity: 'low', problem: 'p', remedy: 'r' }] };
  };
  const pattern = assemblyLine;
  const plays = fc.record({
    size: fc.integer({ min: 3, max: 6 }),
    backward: fc.integer({ min: 0, max: 3 }),
    harm: fc.constantFrom(0, 20, 60, 95),
    seed: fc.nat(),
  });

  it('it keeps its bound, ends once, and shows a stage nothing but deliveries upstream and its own answers', () => {
    fc.assert(
      fc.property(plays, ({ size, backward, harm, seed }) => {
        const limits = assemblyLine.limits.parse({ backward });
        const play = { pattern, roster: roster(size), limits, args };
        const { log, grants, conclusion } = perform(play, drawing(seed), harm);
        const nth = (stage: unknown) => Number(String(stage).slice('stage-'.length));
        for (const { agent, material } of grants as never as {
          agent: string;
          material: number[];
        }[])
          for (const at of material) {
            const { type, from } = log[at] as { type: string; from: string };
            if (type === 'stage.delivered') expect(nth(from)).toBeLessThanOrEqual(nth(agent));
            else if (type === 'clarification.given') expect(nth(from)).toBeLessThan(nth(agent));
            else expect(nth(from)).toBeGreaterThan(nth(agent));
          }
        if (harm === 0) expect(conclusion['outcome']).toBe('completed');
        if (conclusion['outcome'] === 'completed') expect(conclusion['result']).toHaveLength(1);
      }),
      { numRuns: 300 },
    );
  });

  it('it may need all the turns of its bound', () => {
    const limits = assemblyLine.limits.parse({ backward: 1, refills: 0 });
    const past = [deliver(1), ask(2, 1), clarify(1), deliver(2, 2), ask(3, 2), clarify(2, 3)];
    const { grants } = line(past, limits).outcome.snapshot.context;
    const sum = Object.values<number>(grants.given).reduce((a, b) => a + b, 0);
    expect(sum).toBe(assemblyLine.turnsMax(limits, 3));
  });
});
