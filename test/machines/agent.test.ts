import { describe, expect, it } from 'vitest';
import { agentMachine } from '../../src/machines/agent/agent.ts';
import { USES_MAX } from '../../src/machines/agent/reply.ts';
import { after, done, type Event, failed, given, heard } from './given.ts';

const input = {
  agent: 'producer',
  limits: { retries: 2, corrections: 2, toolRounds: 2, messages: 2 },
  tools: ['read_file', 'write_file', 'ask_person', 'send_message', 'create_task', 'update_task'],
};
const granted = (grant = 1, data: object = {}, by = 'pattern') =>
  heard('turn.granted', by, {
    agent: 'producer',
    grant,
    round: 1,
    brief: 'Write it.',
    moves: ['submit_draft'],
    material: [],
    purpose: 'work',
    ...data,
  });
const use = (name: string, args: object = {}) => ({
  type: 'tool_use',
  id: name,
  name,
  input: args,
});
const text = { type: 'text', text: 'I think, therefore I type.' };
const reply = (content: object[], revision = 100) => done('reply', { content }, revision);
const draft = { title: 'Plan', summary: 'A plan.', content: 'All of it.', answers: [] };
const move = use('submit_draft', draft);
const answer = (ok = true) => done('tool', { ok });
const asked = [granted()];
const agent = (events: Event[] = []) => given(agentMachine, input, events);

describe('An agent that is granted a turn', () => {
  it('waits for its model, and not for ever', () => {
    agent()
      .when(granted())
      .then({
        state: 'thinking',
        owes: [
          {
            id: 'reply',
            src: 'callModel',
            input: { agent: 'producer', grant: 1, purpose: 'work' },
          },
        ],
        arms: { 'xstate.after.replyTimeout.thinking': 600_000 },
        said: [],
      });
  });

  it('answers the granter and the team with exactly one move, for the grant it holds', () => {
    agent(asked)
      .when(reply([text, move]))
      .then({
        state: 'idle',
        said: [{ type: 'draft.submitted', to: ['pattern', 'team'], grant: 1, ...draft }],
        context: { turn: null, reading: null },
      });
  });

  it('passes over every move after the first', () => {
    const second = use('submit_draft', { ...draft, title: 'Another' });
    agent(asked)
      .when(reply([move, second]))
      .then({ said: [{ type: 'draft.submitted', title: 'Plan' }] });
  });

  it('says nothing to teammates in a blind turn, and may do so again in the next', () => {
    const message = use('send_message', { to: 'reviewer-1', text: 'What do you think?' });
    agent([granted(1, { blind: true })])
      .when(reply([message, move]))
      .then({
        state: 'thinking',
        said: [{ type: 'turn.corrected', problem: /until all have handed in/ }],
      });
    agent([granted(1, { blind: true }), reply([move]), granted(2)])
      .when(reply([message, move], 200))
      .then({
        state: 'idle',
        said: [{ type: 'message.sent', to: 'reviewer-1' }, { type: 'draft.submitted' }],
      });
  });

  it('tells the team alone when the team granted the turn', () => {
    const moves = ['submit_synthesis'];
    const synthesis = {
      title: 'All',
      summary: 's',
      content: 'c',
      decisions: [],
      dissent: [],
      confidence: 'high',
    };
    agent([granted(1, { moves, purpose: 'synthesis' }, 'team')])
      .when(reply([use('submit_synthesis', synthesis)]))
      .then({ said: [{ type: 'synthesis.submitted', to: ['team'], grant: 1 }] });
  });

  it('keeps one more grant for when its turn is over, the newest', () => {
    agent([...asked, granted(2), granted(3)])
      .when(reply([move]))
      .then({
        state: 'thinking',
        owes: [{ input: { grant: 3 } }],
        context: { next: null, turn: { grant: 3 } },
      });
  });
});

describe('A reply that will not do', () => {
  const faults: [string, object[], RegExp][] = [
    ['text alone', [text], /Text alone/],
    ['nothing', [], /Text alone/],
    [
      'a move that is not legal now',
      [use('approve', { evidence: 'e', issues: [] })],
      /not a legal move/,
    ],
    ['a tool that was not granted', [use('run_command', {}), move], /no tool named "run_command"/],
    ['a move whose arguments do not fit', [use('submit_draft', { title: '' })], /do not fit/],
    ['a message that does not fit', [use('send_message', { to: 'a' }), move], /do not fit/],
    ['too many uses of tools', Array(USES_MAX + 1).fill(use('read_file')), /at most/],
    [
      'more messages than are left',
      [1, 2, 3].map(() => use('send_message', { to: 'reviewer-1', text: 'hm' })),
      /2 more messages/,
    ],
  ];
  for (const [what, content, problem] of faults) {
    it(`is sent back as a whole: ${what}`, () => {
      const now = agent(asked).when(reply(content, 42));
      now.then({
        state: 'thinking',
        said: [{ type: 'turn.corrected', agent: 'producer', grant: 1, reply: 42 }],
        owes: [{ id: 'reply' }],
      });
      expect(now.outcome.said[0]!['problem']).toMatch(problem);
    });
  }

  it('is corrected so many times, then the turn is given back', () => {
    agent([...asked, reply([text]), reply([text])])
      .when(reply([text]))
      .then({
        state: 'idle',
        said: [{ type: 'turn.forfeited', to: ['pattern', 'team'], grant: 1, reason: 'moveless' }],
      });
  });

  it('leaves nothing behind in the turn after it', () => {
    agent([...asked, reply([text]), reply([text]), reply([text]), granted(2)])
      .when(reply([text]))
      .then({ said: [{ type: 'turn.corrected', grant: 2 }], context: { corrections: 1 } });
  });
});

describe('Tools', () => {
  const work = [...asked, reply([use('read_file'), use('write_file'), move], 42)];

  it('are run one after the other, named by reply and block', () => {
    agent(asked)
      .when(reply([text, use('read_file')], 42))
      .then({
        state: 'acting',
        owes: [
          {
            id: 'tool',
            src: 'useTool',
            input: { agent: 'producer', tool: 'read_file', reply: 42, index: 1 },
          },
        ],
        arms: { 'xstate.after.toolTimeout.acting': 120_000 },
      });
    agent(work)
      .when(answer())
      .then({ state: 'acting', owes: [{ input: { tool: 'write_file', index: 1 } }] });
  });

  it('that all went well let the move beside them be made', () => {
    agent([...work, answer()])
      .when(answer())
      .then({
        state: 'idle',
        said: [{ type: 'draft.submitted', grant: 1, title: 'Plan' }],
        context: { reading: null },
      });
  });

  for (const [what, trouble] of [
    ['answered with an error', answer(false)],
    ['failed', failed('tool', { kind: 'error', message: 'm' })],
    ['were refused', failed('tool', { kind: 'refused', message: 'm', limit: 'works' })],
    ['ran out of time', after('toolTimeout', 'acting')],
  ] as const) {
    it(`that ${what} hold the move back, and the model is asked again`, () => {
      agent([...work, trouble])
        .when(answer())
        .then({ context: { reading: null }, state: 'thinking', said: [], owes: [{ id: 'reply' }] });
    });
  }

  it('that wait for a person are given more time', () => {
    agent(asked)
      .when(reply([use('ask_person')]))
      .then({ arms: { 'xstate.after.toolTimeout.acting': 1_800_000 } });
  });

  it('that wait for a person excuse the agent when it is nudged', () => {
    const nudge = heard('agent.nudged', 'team', { agent: 'producer', checks: 3, text: 't' });
    agent([...asked, reply([use('ask_person')])])
      .when(nudge)
      .then({
        state: 'acting',
        said: [{ type: 'turn.excused', to: 'team', agent: 'producer', grant: 1 }],
        context: { nudges: 1 },
      });
    agent([...asked, reply([use('read_file')])])
      .when(nudge)
      .then({ state: 'acting', said: [], context: { nudges: 1 } });
  });

  it('are used for so many rounds; then only a move will do', () => {
    const round = [reply([use('read_file')]), answer()];
    const now = agent([...asked, ...round, ...round]).when(reply([use('read_file')]));
    now.then({ state: 'thinking', said: [{ type: 'turn.corrected' }] });
    expect(now.outcome.said[0]!['problem']).toMatch(/all rounds of tools/);
    agent([...asked, ...round, ...round])
      .when(reply([move]))
      .then({ said: [{ type: 'draft.submitted' }] });
  });
});

describe('Spoken tools', () => {
  const message = use('send_message', { to: 'reviewer-1', text: 'Look at line 3.' });

  it('are said at once, numbered by their sender, and the model goes on', () => {
    agent(asked)
      .when(reply([message, message]))
      .then({
        state: 'thinking',
        said: [
          { type: 'message.sent', to: 'reviewer-1', seq: 1, text: 'Look at line 3.' },
          { type: 'message.sent', to: 'reviewer-1', seq: 2 },
        ],
        context: { messages: 2, toolRounds: 1 },
      });
  });

  it('leave no text behind in the context', () => {
    const beside = [...asked, reply([message, use('read_file')])];
    for (const now of [agent(asked).when(reply([message])), agent(beside).when(answer())])
      expect(JSON.stringify(now.outcome.snapshot.context)).not.toContain('line 3');
    expect(JSON.stringify(agent(beside).outcome.snapshot.context)).not.toContain('line 3');
  });

  it('stand before the move of the same reply', () => {
    const task = use('create_task', { task: 'split', title: 'Split it', blockedBy: [] });
    const told = use('update_task', { task: 'split', status: 'completed', note: '' });
    agent(asked)
      .when(reply([move, task, told]))
      .then({
        state: 'idle',
        said: [
          { type: 'task.created', task: 'split' },
          { type: 'task.progressed', task: 'split', status: 'completed' },
          { type: 'draft.submitted' },
        ],
      });
  });

  it('never carry a key without a value', () => {
    const task = use('create_task', { task: 'split', title: 'Split it', blockedBy: [] });
    const [said] = agent(asked).when(reply([task, move])).outcome.said;
    expect(JSON.parse(JSON.stringify(said))).toStrictEqual(said);
  });
});

describe('A call of the model that fails', () => {
  const passing = { kind: 'overloaded', message: 'busy' };

  it('is repeated after a back-off that doubles', () => {
    agent(asked)
      .when(failed('reply', passing))
      .then({
        state: 'waiting',
        said: [],
        arms: { 'xstate.after.backOff.waiting': 1000 },
      });
    agent([...asked, failed('reply', passing), after('backOff', 'waiting')])
      .when(failed('reply', passing))
      .then({ arms: { 'xstate.after.backOff.waiting': 2000 } });
    agent([...asked, failed('reply', passing)])
      .when(after('backOff', 'waiting'))
      .then({ state: 'thinking', owes: [{ id: 'reply', input: { grant: 1 } }] });
  });

  it('waits as long as the provider asks, a minute at most', () => {
    const told = (retryAfterMs: number) => failed('reply', { ...passing, retryAfterMs });
    agent(asked)
      .when(told(7000))
      .then({ arms: { 'xstate.after.backOff.waiting': 7000 } });
    agent(asked)
      .when(told(7_000_000))
      .then({ arms: { 'xstate.after.backOff.waiting': 60_000 } });
  });

  it('so many times gives the turn back', () => {
    const once = [failed('reply', passing), after('backOff', 'waiting')];
    agent([...asked, ...once, ...once])
      .when(failed('reply', passing))
      .then({
        state: 'idle',
        said: [{ type: 'turn.forfeited', reason: 'overloaded', detail: 'busy' }],
      });
  });

  it('is forgotten once the model replies', () => {
    const once = [failed('reply', passing), after('backOff', 'waiting')];
    agent([...asked, ...once, ...once, reply([text])])
      .when(failed('reply', passing))
      .then({ state: 'waiting', context: { failures: 1 } });
  });

  for (const kind of [
    'refused',
    'invalidRequest',
    'authentication',
    'cancelled',
    'outcomeUnknown',
    'error',
  ]) {
    it(`for good (${kind}) gives the turn back at once`, () => {
      const now = agent(asked).when(failed('reply', { kind, message: 'no' }));
      now.then({ state: 'idle', said: [{ type: 'turn.forfeited', reason: kind, grant: 1 }] });
      expect(now.outcome.said[0]).not.toHaveProperty('limit');
    });
  }

  it('by the doorkeeper names the limit', () => {
    agent(asked)
      .when(failed('reply', { kind: 'refused', limit: 'tokens', message: 'spent' }))
      .then({ said: [{ type: 'turn.forfeited', reason: 'refused', limit: 'tokens' }] });
  });

  for (const kind of ['truncated', 'contextTooLong']) {
    it(`by length (${kind}) asks for a shorter answer, once`, () => {
      agent(asked)
        .when(failed('reply', { kind, message: 'm' }, 42))
        .then({
          state: 'thinking',
          said: [{ type: 'turn.corrected', reply: 42 }],
          owes: [{ id: 'reply' }],
        });
      agent([...asked, failed('reply', { kind, message: 'm' })])
        .when(failed('reply', { kind, message: 'm' }))
        .then({ state: 'idle', said: [{ type: 'turn.forfeited', reason: kind }] });
    });
  }

  it('by silence is cancelled and counts as a failure', () => {
    agent(asked)
      .when(after('replyTimeout', 'thinking'))
      .then({ state: 'waiting', cancels: ['reply'], context: { failures: 1 } });
    const silent = [after('replyTimeout', 'thinking'), after('backOff', 'waiting')];
    agent([...asked, ...silent, ...silent])
      .when(after('replyTimeout', 'thinking'))
      .then({ state: 'idle', said: [{ type: 'turn.forfeited', reason: 'silent' }] });
  });
});

describe('A turn taken back', () => {
  const revoked = (grant: number) =>
    heard('turn.revoked', 'pattern', { agent: 'producer', grant, reason: 'over' });

  it('ends whatever the agent was doing', () => {
    agent(asked)
      .when(revoked(1))
      .then({ state: 'idle', cancels: ['reply'], said: [] });
    agent([...asked, reply([use('read_file')])])
      .when(revoked(1))
      .then({ state: 'idle', cancels: ['tool'] });
    agent([...asked, failed('reply', { kind: 'transient', message: '' })])
      .when(revoked(1))
      .then({ state: 'idle', context: { turn: null } });
  });

  it('lets the one that waits begin', () => {
    agent([...asked, granted(2)])
      .when(revoked(1))
      .then({ state: 'thinking', context: { turn: { grant: 2 } } });
  });

  it('before it began is forgotten', () => {
    agent([...asked, granted(2)])
      .when(revoked(2))
      .then({ state: 'thinking', context: { next: null } });
  });

  it('that it does not hold means nothing', () => {
    agent(asked).when(revoked(7)).thenDeaf();
    agent().when(revoked(1)).thenDeaf();
  });
});

describe('Between turns and in them an agent', () => {
  it('counts what reaches it and is not deaf to it', () => {
    for (const events of [[], asked]) {
      const message = heard('message.sent', 'reviewer-1', { seq: 1, text: 'hello' });
      agent(events)
        .when(message)
        .then({ context: { unread: 1 }, said: [] });
      agent(events)
        .when(heard('message.told', '', { by: 'ada', text: 'x' }))
        .then({ context: { unread: 1 } });
      agent(events)
        .when(heard('agent.nudged', 'team'))
        .then({ context: { nudges: 1 } });
      agent(events)
        .when(heard('agent.advised', 'team', { agent: 'producer', text: 't' }))
        .then({ context: { nudges: 1 }, said: [] });
    }
  });

  it('leaves when asked while idle, and declines in the middle of a turn', () => {
    const asks = heard('shutdown.requested', 'team', { agent: 'producer', reason: 'done' });
    const left = agent().when(asks);
    left.then({
      state: 'left',
      said: [{ type: 'shutdown.accepted', to: 'team', agent: 'producer' }],
    });
    expect(left.outcome.snapshot.status).toBe('done');
    agent(asked)
      .when(asks)
      .then({
        state: 'thinking',
        cancels: [],
        said: [{ type: 'shutdown.declined', agent: 'producer' }],
      });
  });
});
