/** A team in the words of the Stately inspector. */
import { describe, expect, it } from 'vitest';
import { hordeMachines } from '../../src/machines/index.ts';
import {
  bounded,
  coalesced,
  createInspection,
  type InspectionEvent,
} from '../../src/telemetry/inspector/inspection.ts';
import { rehearse } from '../properties/rehearsed-teams.ts';

const stage = await rehearse({ seed: 3 });
await stage.run('o', { pattern: 'swarm', seed: 3 });
const events = await stage.events('o');
const definitionOf = (machine: string) => JSON.stringify(hordeMachines[machine]!.machine.config);
const told = events.flatMap(createInspection(definitionOf));
const of = <Type extends InspectionEvent['type']>(type: Type) =>
  told.filter((one): one is InspectionEvent & { type: Type } => one.type === type);

describe('the inspection of a team', () => {
  it('tells of every actor before anything that it hears, with its chart', () => {
    const seen = new Set<string>();
    for (const one of told) {
      if (one.type === '@xstate.actor') seen.add(one.sessionId);
      expect(seen).toContain(one.sessionId);
      if (one.type === '@xstate.event' && one.sourceId) expect(seen).toContain(one.sourceId);
    }
    const actors = of('@xstate.actor');
    expect(actors.map(({ name }) => name)).toContain('contributor-1');
    for (const { definition, parentId, rootId, sessionId } of actors) {
      expect(JSON.parse(definition!)).toHaveProperty('states');
      expect(parentId).toBe(sessionId === rootId ? undefined : rootId);
    }
  });

  it('has at most one snapshot a turn of an actor: the state that the log has last', () => {
    const turns = new Map<string, number>();
    for (const { sessionId, id, snapshot } of of('@xstate.snapshot')) {
      const revision = Number(/@(\d+)/.exec(id)![1]);
      const { turn, state } = events[revision]!.meta;
      const actor = sessionId.slice('o/'.length);
      expect(turns.get(actor)).not.toBe(turn);
      turns.set(actor, turn);
      expect(snapshot.value).toEqual(state![actor]);
      const later = events.slice(revision + 1).filter(({ meta }) => meta.turn === turn);
      expect(later.some(({ meta }) => meta.state?.[actor] !== undefined)).toBe(false);
    }
    expect(of('@xstate.snapshot').at(-1)!.snapshot.status).toBe('done');
  });

  it('tells each message once to each who could act on it, and none of what the runtime says to itself', () => {
    const messages = of('@xstate.event');
    const move = events.find(({ type }) => type === 'contribution.submitted')!;
    const hearers = messages
      .filter(({ id }) => id.startsWith(`o@${move.revision}/`))
      .map(({ sessionId }) => sessionId);
    expect(hearers).toEqual(
      move.meta
        .to!.filter((actor) => !move.meta.deaf?.includes(actor))
        .map((actor) => `o/${actor}`),
    );
    expect(messages.some(({ event }) => /^(work\.admitted|leader\.took)$/.test(event.type))).toBe(
      false,
    );
    expect(new Set(told.map(({ id }) => id)).size).toBe(told.length);
  });
});

/** Where each actor stands, as an inspector that was told these messages shows it. */
function shown(messages: readonly InspectionEvent[]) {
  const states = new Map<string, unknown>();
  for (const { type, sessionId, ...message } of messages)
    if (type === '@xstate.snapshot') states.set(sessionId, (message as any).snapshot);
  return states;
}

describe('an inspection that is cut short', () => {
  const actors = of('@xstate.actor').length;

  it.each([1, 5, 40, 10_000])(
    'to %i messages tells who there is and where each stands, and the newest in full',
    (most) => {
      const cut = bounded(told, most);
      expect(cut.length).toBeLessThanOrEqual(most + 2 * actors);
      expect(cut.slice(-most)).toEqual(told.slice(-most));
      expect(shown(cut)).toEqual(shown(told));
      const known = new Set<string>();
      for (const { type, sessionId } of cut) {
        if (type === '@xstate.actor') known.add(sessionId);
        expect(known).toContain(sessionId);
      }
    },
  );

  it('to the last snapshot of each actor loses no event', () => {
    const cut = coalesced(told);
    const snapshots = cut.filter(({ type }) => type === '@xstate.snapshot');
    expect(new Set(snapshots.map(({ sessionId }) => sessionId)).size).toBe(snapshots.length);
    expect(cut.filter(({ type }) => type === '@xstate.event')).toEqual(of('@xstate.event'));
    expect(shown(cut)).toEqual(shown(told));
  });

  it('of a fork goes by the name of the fork from its first event on', async () => {
    const at = events.filter(({ meta }) => meta.last)[4]!.revision;
    await stage.fork({ origin: 'o', at, team: 'f' });
    const forked = (await stage.events('f')).flatMap(createInspection(definitionOf));
    expect(new Set(forked.map(({ rootId }) => rootId.split('/')[0]))).toEqual(new Set(['f']));
  });
});
