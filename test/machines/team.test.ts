import { describe, expect, it } from 'vitest';
import { teamMachine } from '../../src/machines/team/team.ts';
import { after, type Event, given, heard } from './given.ts';

const profile = (role: string) => ({
  role,
  agentType: role,
  model: 'm',
  outputTokensMax: 1000,
  system: 's',
  tools: [],
});
const seat = (actor: string) => ({
  actor,
  profile: profile(actor),
  input: { agent: actor, tools: [] },
});
const plan = {
  pattern: { machine: 'review-loop', input: { producer: 'producer', reviewers: ['reviewer'] } },
  roster: [seat('producer'), seat('reviewer')],
  scribe: null as ReturnType<typeof seat> | null,
};
const withScribe = { ...plan, scribe: seat('scribe') };
const team = (events: Event[] = [], input: object = plan) => given(teamMachine, input, events);

const granted = (agent: string, grant = 1) =>
  heard('turn.granted', 'pattern', { agent, grant, round: 1 });
const forfeited = (agent: string, grant = 1, data: object = {}) =>
  heard('turn.forfeited', agent, { agent, grant, reason: 'moveless', detail: 'd', ...data });
const drafted = (grant = 1, at = 7) =>
  heard('draft.submitted', 'producer', { grant, title: 'Plan' }, at);
const concluded = (data: object = {}) =>
  heard('pattern.concluded', 'pattern', {
    pattern: 'review-loop',
    outcome: 'completed',
    reason: 'all reviewers approved',
    confidence: 'high',
    result: [7],
    notes: [],
    rounds: 2,
    ...data,
  });
const check = after('stallCheck', 'watching');
const checks = (count: number) => Array<Event>(count).fill(check);
const stop = heard('team.stopRequested', '', { team: 't', reason: 'enough', by: 'ada' });
const accepted = (agent: string) => heard('shutdown.accepted', agent, { agent });
const declined = (agent: string) => heard('shutdown.declined', agent, { agent, reason: 'busy' });
const working = { working: 'watching' };

describe('A team that forms', () => {
  it('seats its agents, then its pattern, and begins to work', () => {
    team().then({
      state: working,
      said: [
        { type: 'team.phased', phase: 'forming' },
        {
          type: 'agent.joined',
          actor: 'producer',
          machine: 'agent',
          incarnation: 1,
          profile: { role: 'producer' },
        },
        { type: 'agent.joined', actor: 'reviewer', input: { agent: 'reviewer' } },
        { type: 'actor.joined', actor: 'pattern', ...plan.pattern },
        { type: 'team.phased', phase: 'working' },
      ],
      arms: {
        'xstate.after.deadline.working': 31_536_000_000,
        'xstate.after.stallCheck.watching': 60_000,
      },
    });
  });
});

describe('An agent that owes a move', () => {
  const owing = [granted('producer')];

  it('is nudged at the third check without progress', () => {
    team([...owing, ...checks(1)])
      .when(check)
      .then({ said: [], state: working });
    team([...owing, ...checks(2)])
      .when(check)
      .then({
        said: [{ type: 'agent.nudged', to: 'producer', agent: 'producer', checks: 3 }],
        arms: { 'xstate.after.stallCheck.watching': 60_000 },
      });
  });

  it('is replaced two checks later, and the pattern is told', () => {
    team([...owing, ...checks(3)])
      .when(check)
      .then({ said: [] });
    team([...owing, ...checks(4)])
      .when(check)
      .then({
        said: [
          { type: 'agent.left', actor: 'producer', reason: 'it made no progress' },
          {
            type: 'agent.joined',
            actor: 'producer',
            incarnation: 2,
            profile: { role: 'producer' },
          },
          { type: 'seat.refilled', to: 'pattern', agent: 'producer', incarnation: 2 },
        ],
      });
  });

  it('is lost when its successor stalls too', () => {
    const again = [...owing, ...checks(5), granted('producer', 2), ...checks(4)];
    team(again)
      .when(check)
      .then({
        said: [{ type: 'agent.left' }, { type: 'seat.lost', to: 'pattern', agent: 'producer' }],
      });
  });

  for (const type of ['model.replied', 'tool.returned']) {
    it(`is left in peace as long as something comes from it (${type})`, () => {
      const past = [...owing, ...checks(2), heard(type, 'producer'), ...checks(3)];
      team(past)
        .when(check)
        .then({ said: [{ type: 'agent.nudged', checks: 3 }] });
      team(past.slice(0, -1)).when(check).then({ said: [] });
    });
  }

  it('is left in peace when it says for whom it waits', () => {
    const excused = heard('turn.excused', 'producer', { agent: 'producer', grant: 1, reason: 'r' });
    team([...owing, ...checks(3), excused, ...checks(3)])
      .when(check)
      .then({ said: [{ type: 'agent.nudged' }] });
    team([...owing, ...checks(3)])
      .when({ ...excused, grant: 2 })
      .thenDeaf();
  });

  it('owes nothing once it has moved, whatever the move is called', () => {
    const past = [...owing, ...checks(2), drafted(), ...checks(9)];
    team(past)
      .when(check)
      .then({ said: [], context: { latest: 7 } });
    const made = heard('some.move', 'producer', { grant: 1 });
    team([...owing, made, ...checks(9)])
      .when(check)
      .then({ said: [], context: { latest: null } });
  });

  it('still owes when a move answers another grant, or another moves', () => {
    team(owing).when(drafted(2)).thenDeaf();
    team(owing)
      .when(heard('review.approved', 'reviewer', { grant: 1 }))
      .thenDeaf();
  });

  it('owes nothing when its turn is taken back', () => {
    const revoked = heard('turn.revoked', 'pattern', { agent: 'producer', grant: 1, reason: 'r' });
    team([...owing, revoked, ...checks(9)])
      .when(check)
      .then({ said: [] });
  });

  it('that gives its turn back is replaced at once, then lost', () => {
    team(owing)
      .when(forfeited('producer'))
      .then({
        said: [
          { type: 'agent.left', actor: 'producer' },
          { type: 'agent.joined', incarnation: 2 },
          { type: 'seat.refilled', agent: 'producer' },
        ],
      });
    const again = [...owing, forfeited('producer'), granted('producer', 2)];
    team(again)
      .when(forfeited('producer', 2))
      .then({ said: [{ type: 'agent.left' }, { type: 'seat.lost' }] });
    team(owing).when(forfeited('producer', 9)).thenDeaf();
  });

  it('that a limit stands in the way of is not replaced: the pattern is asked to end, once', () => {
    const limit = { reason: 'refused', limit: 'tokens' };
    const both = [...owing, granted('reviewer')];
    team(both)
      .when(forfeited('producer', 1, limit))
      .then({
        said: [
          { type: 'finalize.asked', to: 'pattern', reason: 'the limit of tokens was reached' },
        ],
      });
    team([...both, forfeited('producer', 1, limit)])
      .when(forfeited('reviewer', 1, limit))
      .then({ said: [] });
  });

  it('whose machine comes to an end is replaced', () => {
    const fallen = heard('actor.done', '', { actor: 'producer', status: 'failed', output: null });
    team(owing)
      .when(fallen)
      .then({
        said: [{ type: 'agent.left' }, { type: 'agent.joined' }, { type: 'seat.refilled' }],
      });
  });
});

describe('A team that comes to its end', () => {
  it('asks the pattern to finalize when a limit of all is near, once', () => {
    const near = heard('limit.neared', '', { limit: 'tokens', used: 80, of: 100 });
    const now = team().when(near);
    now.then({
      state: working,
      said: [{ type: 'finalize.asked', reason: '80 of 100 tokens are used' }],
    });
    expect(now.outcome.said[0]).not.toHaveProperty('now');
    team([near]).when(near).thenDeaf();
    team()
      .when({ ...near, actor: 'somebody' })
      .thenDeaf();
  });

  it('advises an agent to finalize when its own messages are nearly used up', () => {
    const near = { limit: 'messages', used: 16, of: 20, actor: 'producer' };
    const now = team().when(heard('limit.neared', '', near));
    now.then({
      state: working,
      said: [{ type: 'agent.advised', to: 'producer', agent: 'producer' }],
      context: { finalizing: false },
    });
    expect(now.outcome.said[0]!['text']).toMatch(/16 of your 20 messages. Finalize/);
  });

  for (const [why, event, reason] of [
    ['a person stops it', stop, 'stopped by ada: enough'],
    ['its time is spent', after('deadline', 'working'), 'time spent'],
  ] as const) {
    it(`asks the pattern to conclude at once when ${why}, and does not wait for ever`, () => {
      team()
        .when(event)
        .then({
          state: { working: 'ending' },
          said: [{ type: 'finalize.asked', to: 'pattern', reason, now: true }],
          arms: { 'xstate.after.endingWait.ending': 5000 },
        });
      team([event], withScribe).when(concluded()).then({ state: 'dissolving' });
      team([granted('producer'), drafted(), event])
        .when(after('endingWait', 'ending'))
        .then({
          state: 'dissolving',
          said: [
            { type: 'team.phased', phase: 'dissolving', reason },
            { type: 'actor.left', actor: 'pattern' },
            { type: 'shutdown.requested', to: 'producer' },
            { type: 'shutdown.requested', to: 'reviewer' },
          ],
        });
    });
  }

  it('is never deaf to a request to stop', () => {
    const asks = [[stop], [concluded()], [stop, after('endingWait', 'ending')]];
    for (const past of asks)
      team(past)
        .when(stop)
        .then({ context: { stopped: true } });
    team([concluded()], withScribe).when(stop).then({ state: 'dissolving' });
  });

  it('dissolves when the pattern ends without a word', () => {
    const end = heard('actor.done', '', { actor: 'pattern', status: 'done', output: null });
    team().when(end).then({ state: 'dissolving' });
    const now = team([end, accepted('producer')]).when(accepted('reviewer'));
    expect(now.outcome.snapshot.output).toMatchObject({
      status: 'failed',
      reason: 'the pattern did not conclude',
      confidence: 'low',
    });
  });
});

describe('A team that grows', () => {
  const growing = {
    ...plan,
    reserve: [seat('auditor'), seat('profiler'), seat('dba')],
    seatsMax: 4,
  };
  const wanted = (agent: string) =>
    heard('seat.wanted', 'pattern', { agent, role: 'specialist', reason: 'found' });

  it('seats whom the pattern wants of those who were prepared, and says so in the same turn', () => {
    team([], growing)
      .when(wanted('auditor'))
      .then({
        state: working,
        said: [
          { type: 'agent.joined', actor: 'auditor', incarnation: 1, profile: profile('auditor') },
          { type: 'seat.opened', to: 'pattern', agent: 'auditor', agentType: 'auditor' },
        ],
      });
  });

  for (const [why, past, agent, frozen] of [
    ['the team is full', [wanted('auditor'), wanted('dba')], 'profiler', true],
    ['nobody of that name was prepared', [], 'plumber', false],
    ['the seat is taken', [wanted('dba')], 'dba', false],
    ['the team comes to its end', [stop], 'dba', true],
  ] as const) {
    it(`refuses when ${why}`, () => {
      team([...past], growing)
        .when(wanted(agent))
        .then({ said: [{ type: 'seat.refused', to: 'pattern', agent, frozen }] });
    });
  }

  it('watches over those who came later, replaces them, and asks them to leave', () => {
    const past = [wanted('auditor'), granted('auditor')];
    team(past, growing)
      .when(forfeited('auditor'))
      .then({
        said: [
          { type: 'agent.left', actor: 'auditor' },
          { type: 'agent.joined', actor: 'auditor', incarnation: 2 },
          { type: 'seat.refilled', agent: 'auditor' },
        ],
      });
    team(past, growing)
      .when(concluded())
      .then({
        said: [
          { type: 'team.phased' },
          ...['producer', 'reviewer', 'auditor'].map((to) => ({ type: 'shutdown.requested', to })),
        ],
      });
  });
});

describe('Tasks that wait for each other', () => {
  const task = (name: string, from: string, blockedBy: string[], owner?: string) =>
    heard('task.created', from, { task: name, title: name, blockedBy, ...(owner && { owner }) });

  it('in a line are left alone', () => {
    team([task('a', 'producer', [])])
      .when(task('b', 'reviewer', ['a', 'c']))
      .then({ said: [] });
  });

  it('in a circle are set going by a draft that one member is asked for first', () => {
    const past = [task('a', 'producer', ['b']), task('b', 'reviewer', ['c'], 'producer')];
    const now = team(past).when(task('c', 'reviewer', ['a', 'x']));
    now.then({
      said: [
        { type: 'task.created', task: 'draft-of-a', owner: 'producer', blockedBy: [] },
        { type: 'decision.made', subject: 'The task a', basis: 'limit' },
        { type: 'agent.advised', to: 'producer' },
        { type: 'task.created', task: 'c', blockedBy: ['draft-of-a', 'x'] },
      ],
    });
    expect(now.outcome.said[1]!['resolution']).toContain(
      'c, which waits for a, which waits for b, which waits for c',
    );
  });
});

describe('The synthesis', () => {
  const synthesis = heard(
    'synthesis.submitted',
    'scribe',
    { grant: 1, title: 'All of it', confidence: 'medium', dissent: [] },
    99,
  );
  const seated = [concluded({ notes: ['not reviewed'] })];

  it('is the turn of a scribe, who is shown the results and told what to tell', () => {
    const now = team([], withScribe).when(seated[0]!);
    now.then({
      state: 'synthesizing',
      said: [
        { type: 'team.phased', phase: 'synthesizing' },
        { type: 'agent.joined', actor: 'scribe' },
        {
          type: 'turn.granted',
          to: 'scribe',
          grant: 1,
          moves: ['submit_synthesis'],
          material: [7],
          purpose: 'synthesis',
        },
      ],
      arms: { 'xstate.after.synthesisTime.synthesizing': 600_000 },
    });
    expect(now.outcome.said[2]!['brief']).toContain('not reviewed');
  });

  it('is left out without a scribe, or without a result', () => {
    team().when(concluded()).then({ state: 'dissolving' });
    team([], withScribe)
      .when(concluded({ result: [] }))
      .then({ state: 'dissolving' });
  });

  it('is registered, and lowers the confidence that it does not share', () => {
    const now = team(seated, withScribe).when(synthesis);
    now.then({
      state: 'dissolving',
      said: [
        { type: 'artifact.registered', by: 'scribe', held: 99 },
        { type: 'team.phased', phase: 'dissolving', reason: 'all reviewers approved' },
        ...['producer', 'reviewer', 'scribe'].map((to) => ({ type: 'shutdown.requested', to })),
      ],
    });
    const past = [...seated, synthesis, accepted('producer'), accepted('reviewer')];
    const end = team(past, withScribe).when(accepted('scribe'));
    expect(end.outcome.snapshot.output).toMatchObject({ confidence: 'medium', synthesis: 99 });
  });

  for (const [what, event] of [
    ['is forfeited', forfeited('scribe')],
    ['takes too long', after('synthesisTime', 'synthesizing')],
    ['is stopped', stop],
  ] as const) {
    it(`is done without when it ${what}`, () => {
      team(seated, withScribe)
        .when(event)
        .then({
          state: 'dissolving',
          context: { notes: ['no synthesis'], synthesis: null },
        });
    });
  }
});

describe('A team that dissolves', () => {
  it('waits for everyone to accept, and leaves its result behind', () => {
    team([concluded()]).when(accepted('reviewer')).then({ state: 'dissolving', said: [] });
    const now = team([concluded(), accepted('reviewer')]).when(accepted('producer'));
    now.then({
      state: 'dissolved',
      said: [{ type: 'team.phased', phase: 'dissolved', reason: 'all reviewers approved' }],
    });
    expect(now.outcome.snapshot.output).toStrictEqual({
      status: 'done',
      reason: 'all reviewers approved',
      outcome: 'completed',
      confidence: 'high',
      rounds: 2,
      result: [7],
      notes: [],
      synthesis: null,
    });
  });

  it('asks those who decline again, three times in all, and then stops them', () => {
    const wait = after('shutdownWait', 'dissolving');
    const past = [concluded(), accepted('reviewer'), declined('producer')];
    const ask = { state: 'dissolving', said: [{ type: 'shutdown.requested', to: 'producer' }] };
    team(past)
      .when(wait)
      .then({ ...ask, arms: { 'xstate.after.shutdownWait.dissolving': 5000 } });
    team([...past, wait])
      .when(wait)
      .then(ask);
    team([...past, wait, wait])
      .when(wait)
      .then({
        state: 'dissolved',
        said: [
          { type: 'agent.left', actor: 'producer', reason: 'stopped' },
          { type: 'team.phased', phase: 'dissolved' },
        ],
      });
  });

  it('has failed when there is no result', () => {
    const past = [concluded({ result: [], outcome: 'fallback', reason: 'there is no draft' })];
    const now = team([...past, accepted('producer')]).when(accepted('reviewer'));
    expect(now.outcome.snapshot.output).toMatchObject({
      status: 'failed',
      reason: 'there is no draft',
    });
  });

  it('asks nobody who was lost on the way', () => {
    const past = [granted('producer'), ...checks(5), granted('producer', 2), ...checks(5)];
    team(past)
      .when(concluded())
      .then({
        said: [{ type: 'team.phased' }, { type: 'shutdown.requested', to: 'reviewer' }],
      });
  });

  it('never copies the plan it was formed with', () => {
    const { snapshot } = team([granted('producer'), ...checks(5), concluded()]).outcome;
    expect(snapshot.context.plan).toBe(plan);
  });
});
