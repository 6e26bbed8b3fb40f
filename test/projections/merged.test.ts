import { describe, expect, it } from 'vitest';
import type { RecordedEvent } from '../../src/events/event.ts';
import { board } from '../../src/projections/board/board.ts';
import { project } from '../../src/projections/kit/projection.ts';
import { emptyMerged, merge, merged, updateOf } from '../../src/projections/merged/merged.ts';
import type { Merged } from '../../src/projections/merged/merged-state.ts';
import { renderMerged } from '../../src/projections/merged/merged-text.ts';
import { mergedView } from '../../src/projections/merged/merged-view.ts';
import { metrics } from '../../src/projections/metrics/metrics.ts';
import { given, LIMITS, replied, returned, type Said, say } from './given.ts';

/** The events as those of a team of this name, told so many milliseconds later. */
const of = (team: string, later: number, ...said: (Said | Said[])[]): RecordedEvent[] =>
  given(...said).map((event) => ({
    ...event,
    stream: `team-${team}` as RecordedEvent['stream'],
    meta: { ...event.meta, at: event.meta.at + later },
  }));

const together = (...streams: (readonly RecordedEvent[])[]): Merged =>
  streams.map((events) => project(merged, events)).reduce(merge, emptyMerged);

const formed = (team: string, parent?: string) =>
  say('team.formed', {
    ...{ team, actor: 'team', machine: 'team', input: null, depth: 0, package: '0' },
    limits: { ...LIMITS, tokens: 5000 },
    request: { text: `request of ${team}`, materials: [] },
    labels: { pattern: 'review-loop' },
    ...(parent === undefined ? {} : { parent: { team: parent, work: 'team/build@1' } }),
  });
const created = (task: string, more: object = {}) =>
  say('task.created', { task, title: `Title of ${task}`, blockedBy: [], ...more });
const progressed = (task: string, status: string, note = '') =>
  say('task.progressed', { task, status, note });
const wrote = (path: string, hash: string) =>
  returned('ann', 1, 'u', 'ok', { tool: 'write_file', path, hash, wrote: true });
const registered = (more: object) =>
  say('artifact.registered', { title: 'Plan', by: 'ann', locked: false, ...more });
const dissolved = say('team.dissolved', {
  ...{ status: 'done', reason: 'all done', output: null, heard: {} },
});

describe('merged state shows of tasks', () => {
  const told = [
    created('a'),
    created('b', { owner: 'ann', blockedBy: ['a'] }),
    say('task.assigned', { task: 'a', owner: 'bob' }),
    progressed('a', 'completed', '3 ms'),
    progressed('nobody-made-this', 'failed'),
    created('b', { owner: 'cem' }),
  ];

  it('of one team what its board shows', () => {
    const events = of('one', 0, ...told);
    const tasks = mergedView(project(merged, events)).tasks.map(({ team: _, ...task }) => task);
    const expected = Object.values(project(board, events).tasks);
    expect(tasks.sort((a, b) => a.task.localeCompare(b.task))).toEqual(expected);
  });

  it('a status that was heard of before the task itself', () => {
    const [made, done] = of('one', 0, created('a'), progressed('a', 'completed', 'quick'));
    const early = merge(emptyMerged, updateOf(done!));
    expect(mergedView(early).tasks).toEqual([]);
    expect(mergedView(merge(early, updateOf(made!))).tasks).toMatchObject([
      { task: 'a', status: 'completed', note: 'quick', revision: 1 },
    ]);
  });

  it("two teams' tasks of one name as two", () => {
    const view = mergedView(
      together(
        of('x', 0, created('draft'), progressed('draft', 'completed')),
        of('y', 9, created('draft')),
      ),
    );
    expect(view.tasks.map(({ team, task, status }) => [team, task, status])).toEqual([
      ['x', 'draft', 'completed'],
      ['y', 'draft', 'pending'],
    ]);
  });

  it('any name, even one that every object has', () => {
    const odd = ['__proto__', 'constructor', 'toString', 'a b', ''];
    const view = mergedView(together(of('x', 0, ...odd.map((task) => created(task)))));
    expect(view.tasks.map(({ task }) => task)).toEqual(odd);
    expect(({} as Record<string, unknown>)['title']).toBeUndefined();
  });
});

describe('merged state shows of a file', () => {
  const fileOf = (...streams: RecordedEvent[][]) => mergedView(together(...streams)).artifacts;

  it('the version that was written last, and whose it is', () => {
    const x = of(
      'x',
      0,
      wrote('plan.md', 'h1'),
      registered({ path: 'plan.md', hash: 'h2', task: 't' }),
    );
    expect(fileOf(x)).toMatchObject([
      {
        path: 'plan.md',
        title: 'Plan',
        hash: 'h2',
        task: 't',
        team: 'x',
        locked: false,
        contested: [],
      },
    ]);
  });

  it('what another team holds instead as contested', () => {
    const x = of('x', 0, wrote('plan.md', 'h1'));
    const y = of('y', 50, wrote('plan.md', 'h2'));
    const [file, ...others] = fileOf(y, x);
    expect(others).toEqual([]);
    expect(file).toMatchObject({ hash: 'h2', team: 'y', contested: [{ hash: 'h1', team: 'x' }] });
    expect(fileOf(x, of('y', 50, wrote('plan.md', 'h1')))).toMatchObject([{ contested: [] }]);
  });

  it('no contest of a team that had ended before the other wrote', () => {
    const x = of('x', 0, wrote('plan.md', 'h1'), dissolved);
    expect(fileOf(x, of('y', 50_000, wrote('plan.md', 'h2')))).toMatchObject([{ contested: [] }]);
    expect(fileOf(x, of('y', 500, wrote('plan.md', 'h2')))).toMatchObject([
      { hash: 'h2', contested: [{ hash: 'h1' }] },
    ]);
  });

  it('the agreed version for good, whoever writes later, and that it was written', () => {
    const x = of(
      'x',
      0,
      registered({ path: 'api.md', hash: 'agreed', locked: true }),
      wrote('api.md', 'other'),
    );
    const y = of('y', 5000, registered({ path: 'api.md', hash: 'rival', locked: true }));
    for (const streams of [
      [x, y],
      [y, x],
    ])
      expect(fileOf(...streams)).toMatchObject([
        {
          ...{ hash: 'agreed', locked: true, team: 'x' },
          contested: [{ hash: 'rival', team: 'y' }],
          writtenAfterLock: { hash: 'other', team: 'x', revision: 1 },
        },
      ]);
  });

  it('texts of two teams under one title as two', () => {
    const text = registered({ held: 0 });
    expect(fileOf(of('x', 0, text), of('y', 9, text)).map(({ team }) => team)).toEqual(['x', 'y']);
  });
});

describe('merged state shows of teams', () => {
  const joins = (actor: string, incarnation = 1) =>
    say('agent.joined', {
      ...{ actor, machine: 'agent', input: null, incarnation },
      profile: {
        ...{ role: 'producer', agentType: 'writer', model: 'm', outputTokensMax: 100 },
        ...{ system: '', tools: [] },
      },
    });
  const above = of(
    'above',
    0,
    formed('above'),
    say('team.phased', { phase: 'working', reason: 'x' }),
  );
  const below = of(
    'below',
    10,
    formed('below', 'above'),
    joins('ann'),
    say('agent.left', { actor: 'ann', reason: 'silent' }),
    joins('ann', 2),
    joins('bob'),
    say('agent.left', { actor: 'bob', reason: 'done' }),
    say('round.started', { round: 2, of: 5, title: 'Revision' }),
    say('team.paused', { by: 'me' }),
  );

  it('who is in them, who has left, and who came back', () => {
    const { teams } = mergedView(together(below, above));
    expect(teams.map(({ team, parent }) => [team, parent])).toEqual([
      ['above', null],
      ['below', 'above'],
    ]);
    expect(teams[1]!.members).toMatchObject([
      { actor: 'ann', status: 'active', incarnation: 2, role: 'producer' },
      { actor: 'bob', status: 'left' },
      { actor: 'team', status: 'active', machine: 'team' },
    ]);
  });

  it('how each stands', () => {
    const { teams } = mergedView(together(above, below));
    expect(teams).toMatchObject([
      {
        status: 'running',
        phase: 'working',
        limits: { tokens: 5000 },
        request: 'request of above',
      },
      { status: 'paused', round: { round: 2, of: 5 }, phase: 'forming' },
    ]);
    const ended = of('above', 0, formed('above'), dissolved);
    expect(mergedView(together(ended)).teams).toMatchObject([
      { status: 'done', reason: 'all done' },
    ]);
  });

  it('as text, the team and what stands below it', () => {
    const text = renderMerged(mergedView(together(above, below)));
    expect(text).toContain('team above: review-loop, running\n  phase working; 0 calls');
    expect(text).toContain('team below, child of above: review-loop, paused');
    expect(text).toContain('members ann, bob (left), team');
    expect(text).toContain('2 teams in all');
  });
});

describe('merged state counts', () => {
  const calls = (count: number) =>
    [...Array(count).keys()].map((nth) => replied('ann', nth, [{ type: 'text', text: 'x' }]));

  it('what metrics count of one team, and every event once', () => {
    const events = of('x', 0, formed('x'), ...calls(3), say('message.sent', { seq: 1, text: 'x' }));
    const twice = merge(project(merged, events), project(merged, events.slice(1)));
    const { total } = project(metrics, events);
    const { modelCalls, inputTokens, outputTokens, messages } = mergedView(twice).total;
    expect({ modelCalls, inputTokens, outputTokens, messages }).toEqual({
      modelCalls: 3,
      inputTokens: total.inputTokens,
      outputTokens: total.outputTokens,
      messages: 1,
    });
    expect(inputTokens).toBeGreaterThan(0);
  });

  it('a team below by its own stream, not again where its end is heard', () => {
    const none = {
      inputTokens: 0,
      outputTokens: 0,
      cacheReadTokens: 0,
      cacheWriteTokens: 0,
      usd: 0,
    };
    const end = say('team.returned', {
      ...{ team: 'below', pattern: 'swarm', reason: 'x', confidence: null, text: '', notes: [] },
      ...{ rehearsal: true, output: null, spent: { tokens: 999, usd: 1 } },
      usage: { ...none, inputTokens: 900, outputTokens: 99, usd: 1 },
    });
    const alone = mergedView(together(of('below', 0, ...calls(2)))).total;
    expect(mergedView(together(of('above', 0, end), of('below', 0, ...calls(2)))).total).toEqual(
      alone,
    );
  });

  it('cents so that their sum does not depend on the order', () => {
    const paid = (usd: number) =>
      say('model.failed', {
        ...{ kind: 'truncated', message: '', latencyMs: 1 },
        usage: { inputTokens: 1, outputTokens: 1, cacheReadTokens: 0, cacheWriteTokens: 0, usd },
      });
    const events = of('x', 0, paid(0.1), paid(0.2), paid(0.3));
    const sums = [events, [...events].reverse()].map(
      (some) => mergedView(project(merged, some)).total.usd,
    );
    expect(sums).toEqual([0.6, 0.6]);
  });
});

describe('merged state keeps once what is said twice', () => {
  it('of decisions, dissent and findings', () => {
    const made = say('decision.made', {
      ...{ subject: 's', proposedBy: 'ann', challengedBy: [], resolution: 'r', basis: 'agreed' },
    });
    const noted = say('dissent.noted', { by: 'ann', about: 'x', view: 'no' });
    const found = say(
      'findings.reported',
      {
        ...{ title: 't', summary: 's', more: false, grant: 1 },
        findings: [
          {
            tag: 'A',
            title: 'Leak',
            severity: 'high',
            detail: 'd',
            evidence: 'e',
            specialist: 'none',
          },
        ],
      },
      { actor: 'scout-1' },
    );
    const again = { ...found, meta: { actor: 'scout-2' } };
    const view = mergedView(together(of('x', 0, made, noted, made, noted, found, again)));
    expect(view.decisions).toMatchObject([{ subject: 's', revision: 0, team: 'x' }]);
    expect(view.dissent).toMatchObject([{ view: 'no', revision: 1 }]);
    expect(view.findings).toMatchObject([{ tag: 'A', by: 'scout-1', revision: 4 }]);
  });
});

describe('a fold of merged state', () => {
  it('gives back the same object for what says nothing new', () => {
    const events = of('x', 0, formed('x'), created('a'), ...[wrote('p', 'h')]);
    const state = project(merged, events);
    for (const event of events) expect(merged.apply(state, event)).toBe(state);
    expect(merge(state, project(merged, events.slice(1)))).toBe(state);
  });

  it('says nothing of what stands in an inbox', () => {
    const [told] = of('x', 0, created('a'));
    expect(updateOf({ ...told!, stream: 'inbox-x' as never })).toBe(emptyMerged);
  });

  it('makes few new objects for an event, however much there is', () => {
    const events = of('x', 0, ...[...Array(5000).keys()].map((nth) => created(`task-${nth}`)));
    const before = project(merged, events.slice(0, -1));
    const known = new Set(objectsIn(before));
    const made = [...objectsIn(merged.apply(before, events.at(-1)!))].filter(
      (one) => !known.has(one),
    );
    expect(known.size).toBeGreaterThan(50_000);
    expect(made.length).toBeLessThan(50);
  });
});

function* objectsIn(value: unknown): Generator<object> {
  if (typeof value !== 'object' || value === null) return;
  yield value;
  for (const part of Object.values(value)) yield* objectsIn(part);
}
