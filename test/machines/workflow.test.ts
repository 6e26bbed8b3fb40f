import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { workflowMachine } from '../../src/machines/workflow/workflow.ts';
import { STEPS_MAX, type WorkflowStep } from '../../src/machines/workflow/workflow-ledger.ts';
import { after, done, type Event, failed, given, hear, heard, type Outcome } from './given.ts';

const step = (name: string, ...needs: string[]): WorkflowStep => ({
  step: name,
  title: `The ${name}`,
  needs,
  plan: { machine: 'team', request: { text: name } },
  atLeast: { tokens: 100 },
});
const line = [step('plan'), step('build', 'plan'), step('review', 'plan', 'build')];
const flow = (events: Event[] = [], steps: WorkflowStep[] = line) =>
  given(workflowMachine, { steps, stepMs: 1000 }, events);

const returned = (slot: number, data: object = {}, at = 100 * slot) =>
  done(`team${slot}`, { confidence: 'high', reason: 'r', notes: [], output: null, ...data }, at);
const fell = (slot: number, data: object = {}, at = 100 * slot) =>
  failed(`team${slot}`, { kind: 'stopped', message: 'no', ...data }, at);
const stop = heard('team.stopRequested', '', { team: 't', reason: 'enough', by: 'person' });

const owed = (now: { outcome: { owes: { id: string }[] } }) => now.outcome.owes.map(({ id }) => id);
const outputOf = (now: { outcome: Outcome }) => now.outcome.snapshot.output;

describe('A workflow', () => {
  it('puts its steps on the board and begins those that need nothing', () => {
    const now = flow([], [...line, step('learn')]);
    expect(now.outcome.said).toMatchObject([
      { type: 'team.phased', phase: 'working' },
      { type: 'task.created', task: 'plan', blockedBy: [] },
      { type: 'task.created', task: 'build', blockedBy: ['plan'] },
      { type: 'task.created', task: 'review', blockedBy: ['plan', 'build'] },
      { type: 'task.created', task: 'learn' },
      { type: 'task.progressed', task: 'plan', status: 'inProgress' },
      { type: 'task.progressed', task: 'learn', status: 'inProgress' },
    ]);
    expect(now.outcome.owes).toMatchObject([
      { id: 'team1', src: 'runTeam', input: { plan: line[0]!.plan, atLeast: { tokens: 100 } } },
      { id: 'team4' },
    ]);
  });

  it('hands results on to the steps that build on them', () => {
    const now = flow().when(returned(1));
    expect(now.outcome.said).toMatchObject([
      { type: 'artifact.registered', title: 'The plan', by: 'plan', held: 100 },
      { type: 'task.progressed', task: 'plan', status: 'completed' },
      { type: 'task.progressed', task: 'build', status: 'inProgress' },
    ]);
    now.then({
      owes: [{ id: 'team2', input: { materials: [{ name: 'The plan', held: 100 }] } }],
    });
    const later = flow([returned(1)]).when(returned(2));
    later.then({
      owes: [
        {
          id: 'team3',
          input: {
            materials: [
              { name: 'The plan', held: 100 },
              { name: 'The build', held: 200 },
            ],
          },
        },
      ],
    });
  });

  it('waits for all that a step needs, and runs side by side what does not wait', () => {
    const steps = [step('a'), step('b'), step('both', 'a', 'b')];
    expect(owed(flow([], steps))).toEqual(['team1', 'team2']);
    const half = flow([], steps).when(returned(2));
    expect(owed(half)).toEqual([]);
    expect(owed(flow([returned(2)], steps).when(returned(1)))).toEqual(['team3']);
  });

  it('ends with the last steps first, as sure as its least sure step', () => {
    const now = flow([returned(1, { confidence: 'medium' }), returned(2)]).when(returned(3));
    expect(outputOf(now)).toEqual({
      status: 'done',
      reason: 'all steps are done',
      outcome: 'completed',
      confidence: 'medium',
      rounds: 0,
      result: [300, 200, 100],
      notes: [],
      synthesis: null,
    });
  });

  it('builds on what a team left that ended early, and tells the reader', () => {
    const now = flow().when(fell(1, { text: 'half a plan' }));
    expect(owed(now)).toEqual(['team2']);
    const weak = returned(2, {
      reason: 'rounds spent',
      notes: ['not reviewed'],
      output: { outcome: 'fallback' },
    });
    const end = flow([fell(1, { text: 'half a plan' }), weak]).when(returned(3));
    expect(outputOf(end)).toMatchObject({
      status: 'done',
      outcome: 'fallback',
      confidence: 'low',
      notes: ['plan: stopped: no', 'build: rounds spent', 'build: not reviewed'],
    });
  });

  it('that is asked to stop leaves every step where it is, whichever run and whichever wait', () => {
    const names = Array.from({ length: STEPS_MAX }, (_, i) => `s${i + 1}`);
    const abreast = flow(
      [],
      names.map((name) => step(name)),
    ).when(stop);
    expect(outputOf(abreast)).toMatchObject({ outcome: 'fallback', result: [] });
    const inLine = names.map((name, i) => step(name, ...(i === 0 ? [] : [names[i - 1]!])));
    for (let ended = 0; ended < STEPS_MAX; ended++) {
      const before = names.slice(0, ended).map((_, i) => returned(i + 1));
      const result = before.map((_, i) => 100 * (i + 1)).reverse();
      const reason = 'stopped by person: enough';
      expect(outputOf(flow(before, inLine).when(stop))).toMatchObject({ reason, result });
    }
  });

  it('passes over every step of a line of which the first has left nothing', () => {
    const names = Array.from({ length: STEPS_MAX }, (_, i) => `s${i + 1}`);
    const inLine = names.map((name, i) => step(name, ...(i === 0 ? [] : [names[i - 1]!])));
    const end = flow([], inLine).when(fell(1));
    expect(outputOf(end)).toMatchObject({ status: 'failed', result: [] });
    expect((outputOf(end) as { notes: string[] }).notes).toHaveLength(STEPS_MAX);
  });

  it('passes over what builds on nothing, and keeps the rest', () => {
    const steps = [step('a'), step('b'), step('after-a', 'a'), step('after-b', 'b')];
    const now = flow([fell(1, { limit: 'tokens' }), returned(2)], steps).when(returned(4));
    expect(outputOf(now)).toMatchObject({
      status: 'done',
      outcome: 'fallback',
      reason: '2 of 4 steps are done',
      result: [400, 200],
      notes: ['a: tokens: no', 'after-a: what it builds on is not there'],
    });
    expect(outputOf(flow().when(fell(1)))).toMatchObject({ status: 'failed', result: [] });
  });

  it('does not wait for ever', () => {
    flow().then({ arms: { 'xstate.after.stepTime.running1': 1000 } });
    const now = flow([returned(1)]).when(after('stepTime', 'running2'));
    expect(now.outcome.cancels).toEqual(['team2']);
    expect(outputOf(now)).toMatchObject({
      result: [100],
      notes: expect.arrayContaining(['build: its time is spent']),
    });
  });

  it('asked to stop waits for nobody any more and gives what there is', () => {
    const now = flow([returned(1)]).when(stop);
    expect(now.outcome.cancels).toEqual(['team2']);
    expect(outputOf(now)).toMatchObject({
      status: 'done',
      reason: 'stopped by person: enough',
      confidence: 'low',
      result: [100],
    });
  });
});

describe('Whatever becomes of its teams', () => {
  it('a workflow begins no step twice, none before its needs, and ends within as many ends as it has steps', () => {
    const flows = fc.integer({ min: 1, max: STEPS_MAX }).chain((size) =>
      fc.record({
        needs: fc.array(fc.array(fc.nat(), { maxLength: 3 }), { minLength: size, maxLength: size }),
        draws: fc.array(fc.nat(), { minLength: 2 * STEPS_MAX, maxLength: 2 * STEPS_MAX }),
      }),
    );
    fc.assert(
      fc.property(flows, ({ needs, draws }) => {
        const steps = needs.map((wanted, i) =>
          step(`s${i + 1}`, ...new Set(i === 0 ? [] : wanted.map((n) => `s${(n % i) + 1}`))),
        );
        let now = flow([], steps).outcome;
        const running = new Set(now.owes.map(({ id }) => id));
        const begun = new Set(running);
        const left = new Set<string>();
        let ends = 0;
        for (; now.snapshot.status !== 'done'; ends++) {
          expect(ends).toBeLessThan(steps.length);
          const draw = draws[ends]!;
          const id = [...running][draw % running.size]!;
          const slot = Number(id.slice(4));
          const kind = Math.floor(draw / 8) % 4;
          const event = [
            returned(slot),
            fell(slot),
            fell(slot, { text: 'x' }),
            after('stepTime', `running${slot}`),
          ][kind]!;
          if (kind === 0 || kind === 2) left.add(`s${slot}`);
          running.delete(id);
          now = hear(workflowMachine, now, event);
          for (const { id: next } of now.owes) {
            expect(begun.has(next)).toBe(false);
            for (const need of steps[Number(next.slice(4)) - 1]!.needs)
              expect(left.has(need)).toBe(true);
            begun.add(next);
            running.add(next);
          }
        }
        expect(now.snapshot.output.result).toHaveLength(left.size);
      }),
      { numRuns: 200 },
    );
  });
});
