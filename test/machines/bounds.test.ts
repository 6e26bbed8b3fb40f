import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { pair } from '../../examples/patterns/pair.ts';
import { agentLimits } from '../../src/machines/agent/agent-turn.ts';
import { agentTurns, patternTurns, type TeamBounds, teamTurns } from '../../src/machines/bounds.ts';
import { patterns } from '../../src/machines/patterns/index.ts';
import type { PatternDefinition } from '../../src/machines/patterns/kit/pattern.ts';
import { teamLife } from '../../src/machines/team/team-life.ts';
import { adversaryStep, type Draw } from './adversary.ts';
import { Stage } from './stage.ts';

const agent = agentLimits.parse({ retries: 1, corrections: 1, toolRounds: 2, messages: 3 });
const tools = ['read_file', 'ask_person', 'send_message'];
const profile = {
  role: 'r',
  agentType: 't',
  model: 'm',
  outputTokensMax: 9,
  system: 's',
  tools: [],
};
const entry = (actor: string) => ({
  actor,
  profile,
  input: { agent: actor, limits: agent, tools },
});

/** The package's patterns, and one from outside. */
const known: Record<string, PatternDefinition> = { ...patterns, pair };

interface Play {
  bounds: TeamBounds;
  input: unknown;
}

function play(
  name: string,
  roles: readonly string[],
  scribe: boolean,
  timeMs: number | null,
): Play {
  const pattern = known[name]!;
  const seats = roles.map((role, index) => ({ actor: `${role}-${index}`, role }));
  const limits = pattern.limits.parse({});
  const life = teamLife.parse({ timeMs });
  const isPrepared = ({ role }: { role: string }) =>
    pattern.roles.some((one) => one.role === role && one.onDemand);
  const entries = (some: typeof seats) => some.map(({ actor }) => entry(actor));
  return {
    bounds: { pattern, limits, seats: seats.length, agent, life, scribe },
    input: {
      pattern: { machine: name, input: pattern.seats(seats, limits) },
      roster: entries(seats.filter((seat) => !isPrepared(seat))),
      reserve: entries(seats.filter(isPrepared)),
      seatsMax: 4,
      scribe: scribe ? entry('scribe') : null,
      life,
    },
  };
}

const plays = fc.record({
  cast: fc.constantFrom(
    ['pair', ['partner', 'partner']] as const,
    ['review-loop', ['producer', 'reviewer']] as const,
    ['review-loop', ['producer', 'reviewer', 'reviewer', 'reviewer']] as const,
    ['swarm', ['contributor', 'contributor', 'contributor']] as const,
    ['swarm-discovery', ['scout', 'scout', 'specialist', 'specialist', 'specialist']] as const,
  ),
  scribe: fc.boolean(),
  timeMs: fc.constantFrom(null, 300_000),
  harm: fc.constantFrom(10, 40, 70, 100),
  seed: fc.nat(),
});

/** A small generator (mulberry32): the same seed gives the same play. */
function drawing(seed: number): Draw {
  let state = seed;
  return (n) => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) % n;
  };
}

function perform({ bounds, input }: Play, draw: Draw, harm: number): Stage {
  const stage = new Stage(input, [pair]);
  const most = teamTurns(bounds);
  while (!stage.isOver && stage.turns <= most) adversaryStep(stage, draw, harm);
  return stage;
}

describe('Whatever agents answer, and whether they answer', () => {
  it('a team dissolves within its bound, says why, and keeps to the bounds of its pattern and agents', () => {
    fc.assert(
      fc.property(plays, ({ cast: [name, roles], scribe, timeMs, harm, seed }) => {
        const one = play(name, roles, scribe, timeMs);
        const stage = perform(one, drawing(seed), harm);
        expect(stage.isOver).toBe(true);
        expect(stage.turns).toBeLessThanOrEqual(teamTurns(one.bounds));
        expect(stage.output.reason).not.toBe('');
        const grants = stage.log.filter(
          ({ type, from }) => type === 'turn.granted' && from === 'pattern',
        );
        expect(grants.length).toBeLessThanOrEqual(patternTurns(one.bounds));
        expect(
          stage.log.filter(({ type }) => type === 'pattern.concluded').length,
        ).toBeLessThanOrEqual(1);
      }),
      { numRuns: 60 },
    );
  });

  it('every turn of an agent ends in one move, one forfeit or one revocation, or with the agent', () => {
    fc.assert(
      fc.property(plays, ({ cast: [name, roles], scribe, timeMs, harm, seed }) => {
        const { log } = perform(play(name, roles, scribe, timeMs), drawing(seed), harm);
        const open = new Map<string, number>();
        for (const { type, data, from } of log) {
          if (type === 'turn.granted') {
            expect(open.has(data.agent)).toBe(false);
            open.set(data.agent, data.grant);
          } else if (type === 'agent.left') open.delete(data.actor);
          else if (type === 'turn.revoked') open.delete(data.agent);
          else if (!type.startsWith('turn.') && data.grant !== undefined) {
            expect(data.grant).toBe(open.get(from));
            open.delete(from);
          } else if (type === 'turn.forfeited') {
            expect(data.grant).toBe(open.get(from));
            open.delete(from);
          }
        }
      }),
      { numRuns: 40 },
    );
  });

  it('a team that grows answers every wish for a seat at once, and is never larger than it may be', () => {
    const seeds = fc.record({ harm: fc.constantFrom(0, 30, 70), seed: fc.nat() });
    const roles = ['scout', 'scout', 'specialist', 'specialist', 'specialist'];
    let opened = 0;
    let refused = 0;
    fc.assert(
      fc.property(seeds, ({ harm, seed }) => {
        const { log } = perform(play('swarm-discovery', roles, false, null), drawing(seed), harm);
        const there = new Set<string>();
        for (const { type, data } of log) {
          if (type === 'agent.joined') there.add(data.actor);
          if (type === 'agent.left') there.delete(data.actor);
          expect(there.size).toBeLessThanOrEqual(4);
        }
        const count = (type: string) => log.filter((one) => one.type === type).length;
        expect(count('seat.wanted')).toBe(count('seat.opened') + count('seat.refused'));
        opened += count('seat.opened');
        refused += count('seat.refused');
      }),
      { numRuns: 60 },
    );
    expect(opened).toBeGreaterThan(0);
    expect(refused).toBeGreaterThan(0);
  });

  it('no play of legal moves alone loses a seat or sends anything to nobody', () => {
    fc.assert(
      fc.property(plays, ({ cast: [name, roles], scribe, seed }) => {
        const stage = perform(play(name, roles, scribe, null), drawing(seed), 0);
        expect(stage.output.status).toBe('done');
        expect(stage.output.synthesis !== null).toBe(scribe);
        expect(stage.log.filter(({ undeliverable }) => undeliverable.length > 0)).toEqual([]);
        expect(
          stage.log.filter(({ type }) => type === 'seat.lost' || type === 'turn.forfeited'),
        ).toEqual([]);
        expect(stage.log.filter(({ type }) => type === 'agent.left')).toEqual([]);
      }),
      { numRuns: 40 },
    );
  });

  it('an agent that waits for a person is nudged and excused, and keeps its seat', () => {
    const stage = new Stage(play('review-loop', ['producer', 'reviewer'], false, null).input);
    const [reply] = stage.works.values();
    stage.settle(reply!, 'model.replied', {
      model: 'm',
      content: [{ type: 'tool_use', id: 'u', name: 'ask_person', input: {} }],
      stopReason: 'tool_use',
      usage: {
        inputTokens: 1,
        outputTokens: 1,
        cacheReadTokens: 0,
        cacheWriteTokens: 0,
        usd: 0,
      },
      requestHash: '',
      latencyMs: 1,
      rehearsal: true,
    });
    const typesSaid = () => stage.log.map(({ type }) => type);
    while ([...stage.works.values()][0]!.src === 'useTool') stage.passTime();
    expect(typesSaid().filter((type) => type === 'turn.excused').length).toBeGreaterThan(5);
    expect(typesSaid()).not.toContain('agent.left');
    // Its patience is over: the tool came to nothing, and the agent thinks again.
    expect([...stage.works.values()]).toMatchObject([{ actor: 'producer-0', src: 'callModel' }]);
  });

  it('a team of which nobody ever answers dissolves too', () => {
    for (const [name, roles] of [
      ['review-loop', ['producer', 'reviewer']],
      ['swarm', ['contributor', 'contributor']],
      ['pair', ['partner', 'partner']],
    ] as const) {
      const { bounds, input } = play(name, roles, true, null);
      const stage = new Stage(input, [pair]);
      while (!stage.isOver && stage.passTime());
      expect(stage.output).toMatchObject({ status: 'failed', confidence: 'low', result: [] });
      expect(stage.turns).toBeLessThanOrEqual(teamTurns(bounds));
    }
  });
});

describe('Bounds', () => {
  it('grow with every limit they are computed from', () => {
    const { bounds } = play('review-loop', ['producer', 'reviewer'], true, null);
    const base = teamTurns(bounds);
    for (const limit of ['retries', 'corrections', 'toolRounds'] as const) {
      const more = { ...agent, [limit]: agent[limit] + 1 };
      expect(agentTurns(more)).toBeGreaterThan(agentTurns(agent));
      expect(teamTurns({ ...bounds, agent: more })).toBeGreaterThan(base);
    }
    const longer = { ...bounds, limits: { ...bounds.limits, rounds: 6 } };
    expect(patternTurns(longer)).toBe(patternTurns(bounds) + 2);
    expect(teamTurns(longer)).toBeGreaterThan(base);
  });
});
