import { describe, expect, it, vi } from 'vitest';
import type { NewEvent, RecordedEvent } from '../../src/events/event.ts';
import type { StreamName } from '../../src/events/ids.ts';
import { createCatalog } from '../../src/events/known-events.ts';
import type { EventStore } from '../../src/events/store.ts';
import { ANY_REVISION } from '../../src/events/store.ts';
import { openMemoryStore } from '../../src/events/stores/memory-store.ts';
import { vocabulary } from '../../src/events/words/index.ts';
import { project } from '../../src/projections/kit/projection.ts';
import { catchUp } from '../../src/projections/kit/read-model.ts';
import { teams } from '../../src/projections/teams/teams.ts';
import { formed, given, granted, joined, replied, say } from './given.ts';

const catalog = createCatalog(vocabulary);
const dissolved = say('team.dissolved', { status: 'done', reason: 'done', output: {}, heard: {} });
const events = given(
  formed('Split\n the   table\u001b[31m'),
  joined('ann'),
  granted('ann', 1),
  replied('ann', 2, [], { rehearsal: true }),
  dissolved,
);

describe('the list of teams', () => {
  it('has one line a team: status, cost, what was asked and when', () => {
    expect(project(teams, events).teams['t1']).toEqual({
      team: 't1',
      pattern: 'review-loop',
      status: 'done',
      outcome: null,
      confidence: null,
      reason: 'done',
      cause: null,
      request: 'Split the table\\u{001b}[31m',
      events: 5,
      tokens: { input: 115, output: 20, limit: null },
      usd: 0.01,
      round: null,
      rounds: null,
      rehearsal: true,
      parent: null,
      startedAt: 1_000_000,
      updatedAt: 1_004_000,
    });
  });

  it('says when a team is paused, goes on, or was stopped', () => {
    const status = (...ends: ReturnType<typeof say>[]) =>
      project(teams, given(formed(), ...ends)).teams['t1']!.status;
    const paused = say('team.paused', { by: 'eve' });
    expect(status()).toBe('running');
    expect(status(paused)).toBe('paused');
    expect(status(paused, say('team.continued', { by: 'eve' }))).toBe('running');
    expect(status(say('team.stopped', { reason: 'stopped', detail: '', heard: {} }))).toBe(
      'stopped',
    );
  });

  it('says in which round a team is, and of how many', () => {
    const line = (...rounds: number[]) => {
      const begun = rounds.map((round) => say('round.started', { round, of: 5, title: 'again' }));
      const { round, rounds: of } = project(teams, given(formed(), ...begun)).teams['t1']!;
      return [round, of];
    };
    expect([line(), line(1), line(1, 2, 3)]).toEqual([
      [null, null],
      [1, 5],
      [3, 5],
    ]);
  });

  it('passes over inboxes and streams that never formed a team', () => {
    const inbox = events.map((event) => ({ ...event, stream: 'inbox-t1' as StreamName }));
    expect(project(teams, inbox).teams).toEqual({});
    expect(project(teams, events.slice(1)).teams).toEqual({});
  });
});

const fresh = (event: RecordedEvent): NewEvent => ({
  id: crypto.randomUUID(),
  type: event.type,
  version: event.version,
  data: JSON.stringify(event.data),
  meta: JSON.stringify(event.meta),
});

const write = (store: EventStore, team: string, some: readonly RecordedEvent[]) =>
  store.append(`team-${team}` as StreamName, some.map(fresh), ANY_REVISION);

describe('a read model kept in the store', () => {
  it('goes on where it was, and equals a fold of everything', async () => {
    const store = openMemoryStore();
    const readAll = vi.spyOn(store, 'readAll');
    const read = async () =>
      (await Promise.all(readAll.mock.results.map(({ value }) => value))).flat().length;
    await write(store, 'a', events.slice(0, 3));
    await catchUp(store, teams, { catalog, prefix: 'team-' });
    expect(await read()).toBe(3);
    await write(store, 'b', events);
    await write(store, 'a', events.slice(3));
    const model = await catchUp(store, teams, { catalog, prefix: 'team-' });
    expect(await read()).toBe(10);
    expect(Object.keys(model.state.teams)).toEqual(['a', 'b']);
    expect(model.state.teams['a']).toMatchObject({ status: 'done', events: 5 });
    const anew = await catchUp(store, { ...teams, name: 'teams again' }, { catalog });
    expect(anew.state).toEqual(model.state);
    expect(anew.position).toBe(model.position);
  });

  it('is folded anew when its projection has another version or what is kept is broken', async () => {
    const store = openMemoryStore();
    await write(store, 'a', events);
    const first = await catchUp(store, teams, { catalog });
    await store.readModels!.save('teams', first.position, '{"version":1,"state":{"teams":{"x":');
    expect((await catchUp(store, teams, { catalog })).state).toEqual(first.state);
    await store.readModels!.save(
      'teams',
      first.position,
      JSON.stringify({ version: 1, passedOver: 0, state: { teams: { old: 1 } } }),
    );
    const newer = { ...teams, version: 2 };
    expect((await catchUp(store, newer, { catalog })).state).toEqual(first.state);
  });

  it('passes over and counts what this program does not know, across processes', async () => {
    const store = openMemoryStore();
    await write(store, 'a', [
      events[0]!,
      { ...events[1]!, type: 'agent.promoted' },
      { ...events[1]!, version: 9 },
    ]);
    expect(await catchUp(store, teams, { catalog })).toMatchObject({ passedOver: 2 });
    await write(store, 'a', [
      { ...events[1]!, type: 'order.paid', version: 0 },
      { ...events[1]!, type: 'agent.promoted' },
    ]);
    const model = await catchUp(store, teams, { catalog });
    expect(model.passedOver).toBe(3);
    expect(model.state.teams['a']!.events).toBe(1);
  });

  it('counts an event that breaks its own schema, and names it, and hides no team for it', async () => {
    const store = openMemoryStore();
    await write(store, 'a', [events[0]!, { ...events[1]!, data: {} }]);
    const model = await catchUp(store, teams, { catalog });
    expect(model.passedOver).toBe(1);
    expect(model.firstPassedOver).toContain('team-a@1');
    expect(Object.keys(model.state.teams)).toEqual(['a']);
  });
});
