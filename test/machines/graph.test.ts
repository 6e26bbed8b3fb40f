/**
 * Every reachable state of a machine, against an adversary who may answer anything: explored by XState's own
 * graph, with small limits so that the graph is finite.
 */
import { describe, expect, it } from 'vitest';
import { type AnyMachineSnapshot, type AnyStateMachine, assign, transition } from 'xstate';
import { getAdjacencyMap, getShortestPaths } from 'xstate/graph';
import { pair } from '../../examples/patterns/pair.ts';
import { agentMachine } from '../../src/machines/agent/agent.ts';
import { agentLimits } from '../../src/machines/agent/agent-turn.ts';
import { USES_MAX } from '../../src/machines/agent/reply.ts';
import { agentTurns } from '../../src/machines/bounds.ts';
import { reviewLoop } from '../../src/machines/patterns/review-loop/review-loop.ts';
import { swarm } from '../../src/machines/patterns/swarm/swarm.ts';
import { teamMachine } from '../../src/machines/team/team.ts';
import { after, done, type Event, failed, given, hear, heard } from './given.ts';

/** More events tried than this are a mistake in the test. */
const LIMIT = 100_000;

interface Walk {
  input: unknown;
  events: readonly Event[] | ((snapshot: AnyMachineSnapshot) => readonly Event[]);
  from?: AnyMachineSnapshot;
  stopWhen?: (snapshot: AnyMachineSnapshot) => boolean;
}

const options = ({ input, events, from, stopWhen }: Walk) => ({
  input: input as never,
  events: events as never,
  limit: LIMIT,
  filterEvents: (snapshot: any, event: any) => snapshot.can(event),
  serializeState: (snapshot: any) => JSON.stringify([snapshot.value, snapshot.context]),
  ...(from ? { fromState: from as never } : {}),
  ...(stopWhen ? { stopWhen: stopWhen as never } : {}),
});

interface Vertex {
  state: AnyMachineSnapshot;
  next: string[];
}

function explore(machine: AnyStateMachine, walk: Walk): Map<string, Vertex> {
  const map = getAdjacencyMap(machine, options(walk));
  return new Map(
    Object.entries(map).map(([key, { state, transitions }]) => {
      const { serializeState } = options(walk);
      const next = Object.values(transitions as object).map(({ state }) => serializeState(state));
      return [key, { state: state as AnyMachineSnapshot, next }];
    }),
  );
}

/** The longest way through the graph; throws when a way leads back to where it was. */
function longestWay(vertices: Map<string, Vertex>): number {
  const known = new Map<string, number>();
  const onTheWay = new Set<string>();
  const from = (key: string): number => {
    const before = known.get(key);
    if (before !== undefined) return before;
    if (onTheWay.has(key)) throw new Error(`a way leads back to ${key}`);
    onTheWay.add(key);
    const vertex = vertices.get(key)!;
    const ahead = vertex.next.map((next) => from(next) + 1);
    const longest = Math.max(0, ...ahead);
    onTheWay.delete(key);
    known.set(key, longest);
    return longest;
  };
  return Math.max(...[...vertices.keys()].map(from));
}

const sum = (counts: Record<string, number>) => Object.values(counts).reduce((a, b) => a + b, 0);

describe('An agent in one turn', () => {
  const limits = agentLimits.parse({ retries: 1, corrections: 1, toolRounds: 1 });
  const input = { agent: 'a', limits, tools: ['read_file', 'send_message'] };
  const use = (name: string, args: object = {}) => ({
    type: 'tool_use',
    id: name,
    name,
    input: args,
  });
  const contents = [
    [{ type: 'text', text: 'hm' }],
    [use('contribute', { title: 't', summary: 's', confidence: 'low' })],
    [use('send_message', { to: 'b', text: 'x' })],
    Array(USES_MAX).fill(use('read_file')),
  ];
  const granted = heard('turn.granted', 'pattern', {
    agent: 'a',
    grant: 1,
    round: 1,
    moves: ['contribute'],
    purpose: 'work',
  });
  const events = [
    ...contents.map((content) => done('reply', { content })),
    ...['transient', 'truncated', 'refused'].map((kind) => failed('reply', { kind, message: '' })),
    after('replyTimeout', 'thinking'),
    after('backOff', 'waiting'),
    done('tool', { ok: true }),
    failed('tool', { kind: 'error', message: '' }),
    after('toolTimeout', 'acting'),
  ];
  // Results of work that is not awaited never reach a machine: the runtime checks activations.
  const possible = (snapshot: AnyMachineSnapshot): Event[] => {
    const state = String(snapshot.value);
    const invoke = { thinking: 'reply', acting: 'tool' }[state];
    return events.filter(({ type }) => type.endsWith(state) || type.endsWith(`.${invoke}`));
  };
  const { snapshot } = given(agentMachine, input, [granted]).outcome;
  const isOver = ({ value }: AnyMachineSnapshot) => value === 'idle';
  const walk: Walk = { input, events: possible, from: snapshot, stopWhen: isOver };

  it('always comes to its end, within its bound, and the bound is no larger than it must be', () => {
    const vertices = explore(agentMachine, walk);
    for (const { state, next } of vertices.values())
      if (next.length === 0) expect(state.value).toBe('idle');
    expect(longestWay(vertices)).toBe(agentTurns(limits));
  });

  it('can reach every state that is drawn', () => {
    const seen = new Set([...explore(agentMachine, walk).values()].map(({ state }) => state.value));
    expect([...seen].sort()).toEqual(['acting', 'idle', 'thinking', 'waiting']);
  });
});

describe('The bound of an agent is missed when', () => {
  const limits = agentLimits.parse({ retries: 1, corrections: 1, toolRounds: 1, messages: 100 });
  const backOff = after('backOff', 'waiting');
  const fault = done('reply', { content: [] });
  const talk = done('reply', {
    content: [{ type: 'tool_use', name: 'send_message', input: { to: 'b', text: 'x' } }],
  });
  const busy = failed('reply', { kind: 'transient', message: '' });
  const granted = heard('turn.granted', 'pattern', { agent: 'a', grant: 1, moves: ['contribute'] });

  for (const [what, event, action] of [
    ['corrections are not counted', fault, 'countCorrection'],
    ['rounds of tools are not counted', talk, 'countToolRound'],
    ['failures are not counted', busy, 'countFailure'],
  ] as const) {
    it(`${what}`, () => {
      const broken = agentMachine.provide({ actions: { [action]: assign({}) } });
      const input = { agent: 'a', limits, tools: ['send_message'] };
      const turnsOf = (machine: AnyStateMachine) => {
        let now = given(machine, input, [granted]).outcome;
        let turns = 0;
        for (; now.snapshot.value !== 'idle' && turns <= agentTurns(limits); turns++)
          now = hear(machine, now, now.snapshot.value === 'waiting' ? backOff : event);
        return turns;
      };
      expect(turnsOf(agentMachine)).toBeLessThanOrEqual(agentTurns(limits));
      expect(turnsOf(broken)).toBeGreaterThan(agentTurns(limits));
    });
  }
});

/** What agents and the team may do to a pattern, at any time. */
function meddling(seats: readonly string[], moves: (seat: string) => object[]) {
  return (snapshot: AnyMachineSnapshot): Event[] => [
    ...seats.flatMap((agent) => {
      const grant = snapshot.context.grants.given[agent] ?? 1;
      const forfeit = { agent, grant, reason: 'moveless', detail: '' };
      return [
        ...moves(agent).map(
          (move) => ({ ...move, from: agent, grant, revision: 1, at: 0 }) as never,
        ),
        heard('turn.forfeited', agent, forfeit, 1),
        heard('turn.forfeited', agent, { ...forfeit, limit: 'tokens' }, 1),
        heard('seat.refilled', 'team', { agent }, 1),
        heard('seat.lost', 'team', { agent, reason: '' }, 1),
      ];
    }),
    heard('finalize.asked', 'team', { reason: 'late' }, 1),
    heard('finalize.asked', 'team', { reason: 'late', now: true }, 1),
  ];
}

const issue = (tag: string) => ({ tag, severity: 'low', problem: 'p', remedy: 'r' });
const reviewers = (...names: string[]) => [
  { actor: 'p', role: 'producer' },
  ...names.map((actor) => ({ actor, role: 'reviewer' })),
];
const reviewMoves = (seat: string) =>
  seat === 'p'
    ? [{ type: 'draft.submitted', title: 't', summary: 's', answers: [] }]
    : [
        { type: 'review.approved', evidence: 'x'.repeat(90), issues: [] },
        { type: 'review.approved', evidence: 'ok', issues: [] },
        { type: 'changes.requested', issues: [issue('A')] },
      ];
const casts = [
  {
    pattern: reviewLoop,
    limits: reviewLoop.limits.parse({ rounds: 3, refills: 1 }),
    roster: reviewers('r'),
    moves: reviewMoves,
  },
  {
    pattern: reviewLoop,
    limits: reviewLoop.limits.parse({ rounds: 1, refills: 0 }),
    roster: reviewers('r', 's'),
    moves: reviewMoves,
  },
  {
    pattern: pair,
    limits: pair.limits.parse({ rounds: 4, refills: 1 }),
    roster: ['a', 'b'].map((actor) => ({ actor, role: 'partner' })),
    moves: () => [
      { type: 'work.handedOver', title: 't', summary: 's', open: [] },
      { type: 'work.signedOff', evidence: 'e' },
    ],
  },
  {
    pattern: swarm,
    limits: swarm.limits.parse({ refills: 1 }),
    roster: ['a', 'b', 'c'].map((actor) => ({ actor, role: 'contributor' })),
    moves: () => [{ type: 'contribution.submitted', title: 't', summary: 's', confidence: 'low' }],
  },
];

for (const { pattern, limits, roster, moves } of casts) {
  describe(`The pattern ${pattern.name} with ${roster.length} seats, whatever agents and team do`, () => {
    const seats = roster.map(({ actor }) => actor);
    const walk: Walk = {
      input: pattern.seats(roster, limits as never),
      events: meddling(seats, moves),
      stopWhen: ({ status }) => status === 'done',
    };
    const vertices = explore(pattern.machine, walk);

    it('never grants more turns than its bound, and may need them all', () => {
      expect(vertices.size).toBeGreaterThan(100);
      const granted = [...vertices.values()].map(({ state }) => sum(state.context.grants.given));
      const bound = pattern.turnsMax(limits as never, seats.length);
      expect(Math.max(...granted)).toBe(bound);
    });

    it('never goes round in circles: every event that it acts on brings it nearer to its end', () => {
      expect(longestWay(vertices)).toBeGreaterThan(seats.length);
    });

    it('is never without somebody who owes a turn until it has concluded', () => {
      for (const { state, next } of vertices.values()) {
        if (state.status === 'done') continue;
        expect(Object.keys(state.context.grants.owed)).not.toEqual([]);
        expect(next).not.toEqual([]);
      }
    });

    it('can be concluded from everywhere in one event', () => {
      const now = heard('finalize.asked', 'team', { reason: 'late', now: true }, 1);
      for (const { state } of vertices.values()) {
        if (state.status === 'done') continue;
        const [path] = getShortestPaths(pattern.machine, {
          ...options({ ...walk, events: [now], from: state }),
          toState: ({ status }: AnyMachineSnapshot) => status === 'done',
        } as never);
        expect(path?.steps.length).toBeGreaterThan(0);
      }
    });
  });
}

describe('A team, whatever it has heard', () => {
  const profile = {
    role: 'r',
    agentType: 't',
    model: 'm',
    outputTokensMax: 9,
    system: '',
    tools: [],
  };
  const entry = (actor: string) => ({ actor, profile, input: {} });
  const input = {
    pattern: { machine: 'review-loop', input: {} },
    roster: [entry('p'), entry('r')],
    scribe: entry('scribe'),
    life: { checksBeforeNudge: 1, checksBeforeReplace: 1 },
  };
  const of = (agent: string) => [
    heard('turn.granted', 'pattern', { agent, grant: 1 }, 1),
    heard('turn.forfeited', agent, { agent, grant: 1, reason: 'moveless', detail: '' }, 1),
    heard('turn.forfeited', agent, { agent, grant: 1, limit: 'usd', detail: '' }, 1),
    heard('some.move', agent, { grant: 1 }, 1),
    heard('shutdown.accepted', agent, { agent }, 1),
  ];
  const conclusion = {
    outcome: 'completed',
    reason: 'r',
    confidence: 'high',
    notes: [],
    rounds: 1,
  };
  const timers = [
    after('deadline', 'working'),
    after('endingWait', 'ending'),
    after('synthesisTime', 'synthesizing'),
    after('shutdownWait', 'dissolving'),
  ];
  const events = [
    ...of('p'),
    heard('shutdown.accepted', 'r', { agent: 'r' }, 1),
    ...timers,
    after('stallCheck', 'watching'),
    heard(
      'synthesis.submitted',
      'scribe',
      { grant: 1, title: 't', confidence: 'low', dissent: [] },
      1,
    ),
    heard('pattern.concluded', 'pattern', { ...conclusion, result: [1] }, 1),
    heard('pattern.concluded', 'pattern', { ...conclusion, result: [] }, 1),
    heard('actor.done', '', { actor: 'pattern' }, 1),
    heard('limit.neared', '', { limit: 'usd', used: 8, of: 10 }, 1),
  ];
  // A deadline passes once.
  const possible = ({ context }: AnyMachineSnapshot) =>
    events.filter(({ type }) => context.stops === 0 || !type.includes('deadline'));
  const vertices = explore(teamMachine, {
    input,
    events: possible,
    stopWhen: ({ status }) => status === 'done',
  });

  it('has every seat filled by at most as many as the limit allows', () => {
    expect(vertices.size).toBeGreaterThan(500);
    for (const { state } of vertices.values())
      for (const seat of Object.values<any>(state.context.seats))
        expect(seat.incarnation).toBeLessThan(3);
  });

  it('dissolves by time alone, from everywhere, in five timers at most', () => {
    const [deadline, ending, synthesis, leaving] = timers as [Event, Event, Event, Event];
    for (const { state } of vertices.values()) {
      let now = state;
      let fired = 0;
      for (const timer of [deadline, ending, synthesis, leaving, leaving, leaving]) {
        const [next] = transition(teamMachine, now as never, timer as never);
        if (next !== now) fired++;
        now = next;
      }
      expect(now.status).toBe('done');
      expect(fired).toBeLessThanOrEqual(5);
    }
  });

  it('always leaves a reason and a status', () => {
    const ends = [...vertices.values()].filter(({ state }) => state.status === 'done');
    expect(ends.length).toBeGreaterThan(0);
    for (const { state } of ends) {
      expect(state.output.reason).not.toBe('');
      expect(['done', 'failed']).toContain(state.output.status);
    }
  });
});
