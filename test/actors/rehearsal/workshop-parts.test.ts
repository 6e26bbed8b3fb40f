import { describe, expect, it } from 'vitest';
import type { JsonObject, RecordedEvent } from '../../../src/events/event.ts';
import { teamId, teamStream } from '../../../src/events/ids.ts';
import { allMoves } from '../../../src/events/words/index.ts';
import type { ModelRequest } from '../../../src/hands/model/model-client.ts';
import { playTurn } from '../../../src/hands/model/rehearsal/player.ts';
import { patterns } from '../../../src/machines/patterns/index.ts';
import { type Event, given, heard } from '../../machines/given.ts';
import { requestFor, used } from './stage.ts';

const seeds = Array.from({ length: 40 }, (_, i) => i + 1);
const seat = (actor: string) => ({ actor, role: actor.replace(/-\d$/, '') });

/** The brief that a pattern really gives, after these events. */
function briefTo(agent: string, name: string, seats: string[], events: Event[] = []): string {
  const pattern = patterns[name]!;
  const { machine } = pattern;
  const said: Event[] = [];
  for (let n = 0; n <= events.length; n++)
    said.push(...given(machine, pattern.seats(seats.map(seat)), events.slice(0, n)).outcome.said);
  const grant = said.findLast((one) => one.type === 'turn.granted' && one['agent'] === agent);
  return String(grant!['brief']);
}

const recorded = (type: string, data: JsonObject, actor: string): RecordedEvent => ({
  ...{ id: 'e', stream: teamStream(teamId('t')), revision: 7, position: 7, version: 1 },
  ...{ type, data, meta: { at: 0, actor, turn: 1 } },
});

/** What a turn knows beside its brief. */
type Known = Partial<Pick<ModelRequest['turn'], 'others' | 'shown'>>;

/** The arguments of the one legal move, for every seed. */
function played(
  move: string,
  brief: string,
  since: ModelRequest['messages'] = [],
  known: Known = {},
): any[] {
  const request = requestFor({ moves: [move], tools: [allMoves.get(move)!.tool] });
  const granted = { role: 'user' as const, content: [{ type: 'text', text: brief }] };
  const asked: ModelRequest = {
    ...request,
    messages: [...request.messages.slice(0, 2), granted, ...since],
    turn: { ...request.turn, brief, ...known },
  };
  return seeds.map((seed) => {
    const use = playTurn(asked, seed).find(({ type }) => type === 'tool_use') as any;
    expect(allMoves.get(move)!.args.safeParse(use.input).success).toBe(true);
    return use.input;
  });
}

const product = { grant: 1, title: 'T', summary: 's', paths: [] };

describe('the rehearsal names whom the brief names', () => {
  it('a generalist consults one of those on call, and says what became of all advice', () => {
    const specialists = ['specialist-1', 'specialist-2'];
    const others = specialists.map((actor) => ({ actor, role: 'specialist' }));
    const brief = briefTo('generalist-1', 'expertise-routing', ['generalist-1', ...specialists]);
    const consulted = new Set(
      played('consult', brief, [], { others }).map(({ specialist }) => specialist),
    );
    expect([...consulted].sort()).toEqual(specialists);

    const type = 'consultation.answered';
    const data = { grant: 1, advice: 'a', confidence: 'high' };
    const advised = recorded(type, data, 'specialist-2');
    for (const { advice } of played('finish_work', brief, [], { others, shown: [advised] }))
      expect(advice).toMatchObject([{ specialist: 'specialist-2' }]);
  });

  it('a watchdog warns the author or one beside, against the other', () => {
    const seats = ['implementer-1', 'implementer-2', 'watchdog'];
    const past = [heard('checkpoint.submitted', 'implementer-1', product)];
    const brief = briefTo('watchdog', 'watchdog', seats, past);
    const others = seats.slice(0, 2).map(seat);
    const shown = [recorded('checkpoint.submitted', product, 'implementer-1')];
    const warned = played('warn', brief, [], { others, shown }).map(({ offender, versus }) => [
      offender,
      versus,
    ]);
    for (const pair of warned) expect(pair.sort()).toEqual(['implementer-1', 'implementer-2']);
  });
});

describe('the rehearsal claims no more than it did', () => {
  const read = used('r', 'read_file', { path: 'src/money.ts' });
  const failed = used('f', 'read_file', { path: 'src/secret.ts' }, true);

  it('a watchdog names as read what it read in this turn', () => {
    const brief = 'Look at the checkpoint.';
    for (const move of ['clear', 'all_clear']) {
      for (const input of played(move, brief)) expect(input.read).toEqual([]);
      for (const input of played(move, brief, [...read, ...failed]))
        expect(input.read).toEqual(['src/money.ts']);
    }
  });

  it('an implementer names as changed what it wrote in this turn, and else gives the text', () => {
    const wrote = used('w', 'write_file', { path: 'rehearsal/money.md', content: 'x' });
    for (const { paths, content } of played('hand_in_checkpoint', 'Implement.', wrote)) {
      expect(paths).toEqual(['rehearsal/money.md']);
      expect(content).toBeUndefined();
    }
    for (const { paths } of played('report_done', 'Implement.')) expect(paths).toEqual([]);
  });
});
