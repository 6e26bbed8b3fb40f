import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import {
  createPriceTable,
  createRehearsalModel,
  createRuntime,
  formTeam,
  hordeWith,
  hordeWorkers,
  openMemoryStore,
  type RecordedEvent,
} from 'golden-horde';
import { describe, expect, it } from 'vitest';
import { pair } from '../../../examples/patterns/pair.ts';
import { project } from '../../../src/projections/kit/projection.ts';
import { itemsOf } from '../../../src/projections/kit/sequence.ts';
import { merged } from '../../../src/projections/merged/merged.ts';
import { mergedView } from '../../../src/projections/merged/merged-view.ts';
import { report } from '../../../src/projections/report/report.ts';
import { readSource } from '../../architecture/sources.ts';
import { type Event, given, heard } from '../given.ts';
import { exhaust, meddle } from './meddling.ts';

const roster = ['ann', 'ben'].map((actor) => ({ actor, role: 'partner' }));
const working = (events: Event[] = [], limits = {}) =>
  given(pair.machine, pair.seats(roster, limits), events);
const product = { title: 'T', summary: 's', content: 'c', open: [] };
const hands = (from: string, grant: number, at: number) =>
  heard('work.handedOver', from, { grant, ...product }, at);
const signs = (from: string, grant: number) =>
  heard('work.signedOff', from, { grant, evidence: 'e' }, 90);
const source = readFileSync(new URL('../../../examples/patterns/pair.ts', import.meta.url), 'utf8');

describe('A pair', () => {
  it('takes turns on one text, each shown what the other has made', () => {
    working([hands('ann', 1, 10)]).then({
      state: 'driving',
      said: [
        { type: 'artifact.registered', by: 'ann', held: 10 },
        { type: 'round.started', round: 2, title: 'ben drives' },
        { type: 'turn.granted', agent: 'ben', moves: ['hand_over', 'sign_off'], material: [10] },
      ],
    });
  });

  it('ends with the signature of the one who did not make the text', () => {
    const { said } = working([hands('ann', 1, 10)]).when(signs('ben', 1)).outcome;
    expect(said.at(-1)).toMatchObject({
      type: 'pattern.concluded',
      outcome: 'completed',
      result: [10],
      confidence: 'high',
    });
    working([hands('ann', 1, 10)])
      .when(signs('ann', 1))
      .thenDeaf();
  });

  it('ends with the latest text when the rounds are spent or a partner is lost', () => {
    const spent = working([hands('ann', 1, 10)], { rounds: 2 }).when(hands('ben', 1, 11)).outcome;
    expect(spent.said.at(-1)).toMatchObject({ reason: 'rounds spent', result: [11] });
    const lost = heard('seat.lost', 'team', { agent: 'ben', reason: 'r' });
    const left = working([hands('ann', 1, 10)]).when(lost).outcome;
    expect(left.said.at(-1)).toMatchObject({ outcome: 'fallback', result: [10] });
  });

  it('concludes once and within its bound, whatever its seats and its team do', () => {
    const courses = fc.record({
      limits: fc.record({
        rounds: fc.integer({ min: 1, max: 12 }),
        refills: fc.integer({ min: 0, max: 3 }),
      }),
      harm: fc.constantFrom(0, 10, 40, 80),
      seed: fc.nat(),
    });
    const argumentsOf = (move: string) => (move === 'hand_over' ? product : { evidence: 'e' });
    fc.assert(
      fc.property(courses, (course) => {
        meddle({ pattern: pair, roster, argumentsOf, ...course });
      }),
      { numRuns: 200 },
    );
    const limits = { rounds: 4, refills: 2 };
    const granted = exhaust({ pattern: pair, roster, limits }, () => hands('', 1, 1));
    expect(granted).toBe(pair.turnsMax(limits, roster.length));
  });

  it('is led to its end with nothing but the public names, and replays', async () => {
    const { machines, events, moves } = hordeWith([pair]);
    const store = await openMemoryStore();
    const client = createRehearsalModel({ seed: 3, moves });
    const { workers } = hordeWorkers({ client, prices: createPriceTable(), moves });
    const runtime = createRuntime({ store, machines, events, workers });
    const team = await runtime.start(
      formTeam({ request: 'A guide to trees', pattern: pair, model: 'm' }),
    );
    expect(await team.result()).toMatchObject({ status: 'done' });
    const { divergence } = await runtime.replay(team.id);
    expect(divergence).toBeNull();
    const told: RecordedEvent[] = [];
    for await (const event of team.events()) told.push(event);
    const made = told.filter(({ data }) => 'evidence' in data || 'open' in data);
    expect(new Set(made.map(({ type }) => type))).toEqual(
      new Set(['work.handedOver', 'work.signedOff']),
    );

    // Readers that know nothing of the pattern take its moves for what they are.
    const revisions = made.map(({ revision }) => revision);
    const state = project(report, told);
    const shown = [...itemsOf(state.story.moves)];
    expect(shown.map(({ revision }) => revision)).toEqual(revisions);
    expect(shown[0]).toMatchObject({ move: 'work.handedOver', by: made[0]?.meta.actor });
    expect(state.metrics.total.moves).toBe(made.length);
    const lines = [...itemsOf(state.transcript.lines)].filter(({ type }) =>
      /^work\.(h|si)/.test(type),
    );
    expect(lines.map(({ revision }) => revision)).toEqual(revisions);
    expect(mergedView(project(merged, told)).total.moves).toBe(made.length);
    expect(await team.view(report)).toEqual(state);
    await runtime.close();
    await store.close();
  });
});

describe('A pattern of your own', () => {
  it('takes at most 120 lines, and tells the compiler nothing that it does not see', () => {
    expect(source.split('\n').length - 1).toBeLessThanOrEqual(120);
    const { assertions } = readSource('examples/patterns/pair.ts');
    expect(assertions).toEqual({ as: 0, asUnknownAs: 0, nonNull: 0 });
  });

  it('is shown in the guide as it stands', () => {
    const guide = readFileSync(
      new URL('../../../docs/guide/a-pattern-of-your-own.md', import.meta.url),
      'utf8',
    );
    expect(guide).toContain(`\`\`\`ts\n${source}\`\`\``);
  });

  it('cannot have the name of another', () => {
    expect(() => hordeWith([{ ...pair, name: 'swarm' }])).toThrow(/already/);
  });
});
