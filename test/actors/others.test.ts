import { expect, it } from 'vitest';
import { SimulatedClock } from '../../src/actors/clock.ts';
import { Others } from '../../src/actors/lead/others.ts';
import type { RawEvent } from '../../src/events/event.ts';
import { teamId, teamStream } from '../../src/events/ids.ts';
import { createCatalog } from '../../src/events/known-events.ts';
import { NO_STREAM, pages } from '../../src/events/store.ts';
import { vocabulary } from '../../src/events/words/index.ts';
import { openMemoryStore } from './family.ts';

it('a leader that has stood still gives way, however the new leader’s events reach it: one by one, the later ones first judged', async () => {
  const store = openMemoryStore();
  const stream = teamStream(teamId('t'));
  const meta = JSON.stringify({ at: 1, turn: 1, last: true });
  const took = { epoch: 2, leader: 'other', downMs: 0, package: '0.2.0', code: 'c' };
  const newer = [
    { id: 'a', type: 'leader.took', version: 1, data: JSON.stringify(took), meta },
    { id: 'b', type: 'work.started', version: 1, data: '{"attempt":1}', meta },
  ];
  await store.append(stream, newer, NO_STREAM);
  const heard: RawEvent[] = [];
  for await (const page of pages(store, stream, 0)) heard.push(...page);
  const others = new Others(
    { store, clock: new SimulatedClock(), rules: { catalog: createCatalog(vocabulary) } },
    stream,
  );
  for (const event of heard) expect(others.among([event])).toBe(true);
  for (const after of [-1, 0, 1])
    expect(await others.judge(after)).toEqual({ kind: 'stoodDown', epoch: 2 });
});
