import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { FoldedEvent, Notice } from '../../../src/actors/gate/policy.ts';
import { type Repeats, repeats } from '../../../src/actors/gate/repeats.ts';
import { createRuntime } from '../../../src/actors/runtime.ts';
import { NOTHING_READ, type RecordedEvent } from '../../../src/events/event.ts';
import { createCatalog } from '../../../src/events/known-events.ts';
import { openStore } from '../../../src/events/stores/open-store.ts';
import { modelFailed, modelReplied } from '../../../src/events/words/agent.ts';
import { vocabulary } from '../../../src/events/words/index.ts';
import { hordeMachines } from '../../../src/machines/index.ts';
import { formTeam } from '../../../src/planning/formation.ts';

interface Told {
  type: string;
  data: object;
  actor?: string;
  to?: string[];
  message?: boolean;
}

const definitionOf = createCatalog(vocabulary).get;

const heard = ({ type, data, actor, to = [], message = false }: Told, revision: number) =>
  ({
    ...{ type, data, actor, to, message, revision, at: 0, bytes: 1, work: undefined },
    reads: definitionOf(type)?.reads ?? NOTHING_READ,
  }) as FoldedEvent;

/** What the policy makes of these events, told in this order. */
function told(events: readonly Told[], limits: object = {}) {
  const notices: Notice[] = [];
  let state = repeats.initial({ limits } as never);
  events.forEach(({ type, data, actor, to = [], message = false }, revision) => {
    const event = heard({ type, data, actor, to, message }, revision);
    const after = repeats.apply(state, event);
    notices.push(...(repeats.notices?.(state, after, event) ?? []));
    state = after;
  });
  const verdictOn = (actor: string, effect = 'paid') =>
    repeats.judge?.(state, { work: { actor, input: {} }, effect, at: 0 } as never);
  return { notices, verdictOn };
}

const profile = { model: 'm', outputTokensMax: 100 };
const joined = (...actors: string[]): Told[] =>
  actors.map((actor) => ({ type: 'agent.joined', data: { actor, profile }, actor: 'team' }));
const granted = (agent: string, material: number[] = [], moves = ['submit_draft']): Told => ({
  type: 'turn.granted',
  data: { agent, moves, material, purpose: 'work' },
  actor: 'pattern',
  to: [agent],
});
const draft = (actor: string, content: string, grant = 1): Told => ({
  type: 'draft.submitted',
  data: { title: 't', content, grant },
  actor,
  to: ['pattern', 'team'],
  message: true,
});
const sent = (actor: string, to: string, text: string, seq = 1): Told => ({
  type: 'message.sent',
  data: { text, seq },
  actor,
  to: [to],
  message: true,
});
const person = (to: string): Told => ({
  type: 'message.told',
  data: { by: 'ada', text: 'go on' },
  to: [to],
});
const times = (count: number, ...events: Told[]): Told[] => Array(count).fill(events).flat();
const loop = { refuse: { limit: 'loop', message: expect.stringContaining('the same') } };

describe('An agent that says the same again', () => {
  const begin = joined('ann', 'ben');
  const round = [granted('ann'), draft('ann', 'x')];

  it('where nothing has changed is told before the last time, and then gets no further paid work', () => {
    const twice = told([...begin, ...times(2, ...round)]);
    expect(twice.verdictOn('ann')).toBeUndefined();
    expect(twice.notices).toEqual([
      { type: 'limit.neared', data: { limit: 'loop', used: 2, of: 3, actor: 'ann' } },
    ]);
    const thrice = told([...begin, ...times(3, ...round)]);
    expect(thrice.verdictOn('ann')).toEqual(loop);
    expect(thrice.verdictOn('ann', 'once')).toEqual(loop);
    expect(thrice.verdictOn('ann', 'repeatable')).toBeUndefined();
    expect(thrice.verdictOn('ben')).toBeUndefined();
  });

  it('under a new number of turn or message says the same', () => {
    const drafts = [1, 2, 3].flatMap((grant) => [granted('ann'), draft('ann', 'x', grant)]);
    expect(told([...begin, ...drafts]).verdictOn('ann')).toEqual(loop);
    const messages = [1, 2, 3].map((seq) => sent('ann', 'ben', 'hm', seq));
    expect(told([...begin, ...messages]).verdictOn('ann')).toEqual(loop);
  });

  it('over texts that are the same by content does so too, and over other texts does not', () => {
    const reviewed = (...reviews: string[]) =>
      reviews.flatMap((words, index) => [
        draft('ben', words),
        granted('ann', [begin.length + index * 3]),
        draft('ann', 'x'),
      ]);
    expect(told([...begin, ...reviewed('no', 'no', 'no')]).verdictOn('ann')).toEqual(loop);
    expect(told([...begin, ...reviewed('no', 'still', 'not')]).verdictOn('ann')).toBeUndefined();
  });

  it('is free again when it says something new, when a person speaks to it, or when another sits there', () => {
    const past = [...begin, ...times(3, ...round)];
    for (const event of [draft('ann', 'y'), person('ann'), ...joined('ann')])
      expect(told([...past, event]).verdictOn('ann')).toBeUndefined();
  });

  it('is not in a loop when it has heard something new in between', () => {
    const news = ['a', 'b', 'c'].flatMap((text) => [
      sent('ben', 'ann', text),
      sent('ann', 'ben', 'x'),
    ]);
    expect(told([...begin, ...news]).verdictOn('ann')).toBeUndefined();
  });

  it('to one who says the same again is: both are in the loop', () => {
    const pingPong = times(4, sent('ann', 'ben', 'your turn'), sent('ben', 'ann', 'no, yours'));
    const { verdictOn } = told([...begin, ...pingPong]);
    expect(verdictOn('ann')).toEqual(loop);
    expect(verdictOn('ben')).toEqual(loop);
  });
});

describe('A matter that is handed round', () => {
  const crew = joined('ann', 'ben', 'cid');
  const please = 'Please look at the schema.';

  it('comes back to one who has held it, and the second time is a loop', () => {
    const once = [sent('ann', 'ben', please), sent('ben', 'ann', 'please look at  THE schema')];
    expect(told([...crew, ...once]).verdictOn('ben')).toBeUndefined();
    const twice = [...once, sent('ann', 'ben', 'Please: look at the schema!')];
    expect(told([...crew, ...twice], { repeats: 3 }).verdictOn('ann')).toEqual(loop);
  });

  it('goes round over others too, by messages or as a task', () => {
    const give = (actor: string, owner: string): Told => ({
      type: 'task.created',
      data: { task: `${actor}-${owner}`, title: please, owner, blockedBy: [] },
      actor,
    });
    const round = [sent('ann', 'ben', please), give('ben', 'cid'), give('cid', 'ann')];
    expect(told([...crew, ...round]).verdictOn('cid')).toBeUndefined();
    expect(told([...crew, ...round, give('ann', 'ben')]).verdictOn('ann')).toEqual(loop);
  });

  it('that goes to one after the other is none', () => {
    const line = [sent('ann', 'ben', please), sent('ben', 'cid', please)];
    expect(told([...crew, ...line]).notices).toEqual([]);
  });
});

describe('A machine of one’s own', () => {
  const beat = times(9, {
    type: 'heart.beat',
    data: {},
    actor: 'heart',
    to: ['brain'],
    message: true,
  });

  it('may say the same as often as it likes, unless the limits say otherwise', () => {
    expect(told(beat).verdictOn('heart')).toBeUndefined();
    expect(told(beat, { repeats: 10 }).verdictOn('heart')).toBeUndefined();
    expect(told(beat, { repeats: 9 }).verdictOn('heart')).toEqual(loop);
  });
});

describe('What is remembered of sayings', () => {
  it('is bounded, whatever is said', () => {
    const actors = ['ann', 'ben'];
    const saying = fc.tuple(fc.constantFrom(...actors), fc.string({ maxLength: 3 }));
    fc.assert(
      fc.property(fc.array(saying, { minLength: 250, maxLength: 400 }), (sayings) => {
        let state: Repeats = repeats.initial({ limits: {} } as never);
        const say = (event: Told, revision: number) => {
          state = repeats.apply(state, heard(event, revision));
        };
        joined(...actors).forEach(say);
        sayings.forEach(([actor, text], i) => {
          say(sent(actor, actor === 'ann' ? 'ben' : 'ann', text), i);
        });
        expect(state.sayings.length).toBeLessThanOrEqual(256);
        expect(state.shown.length).toBeLessThanOrEqual(256);
        expect(state.matters.length).toBeLessThanOrEqual(64);
        for (const { heard } of Object.values(state.situations))
          expect(heard.length).toBeLessThanOrEqual(64);
      }),
      { numRuns: 20 },
    );
  });
});

describe('A team whose model answers everything with the same', () => {
  it('is told so, refused, and ends with what there is', async () => {
    const store = await openStore('memory:');
    const usage = {
      inputTokens: 9,
      outputTokens: 9,
      cacheReadTokens: 0,
      cacheWriteTokens: 0,
      usd: 0,
    };
    const use = (name: string, input: object) => [{ type: 'tool_use', id: 'u', name, input }];
    const message = use('send_message', { to: 'reviewer-1', text: 'Are you there?' });
    const callModel = {
      effect: 'paid' as const,
      records: { done: modelReplied, failed: modelFailed },
      reserve: () => ({ inputTokens: 9, outputTokens: 9, outputTokensMin: 1, usd: () => 0 }),
      run: async () => ({
        ...{ model: 'm', content: message, stopReason: 'tool_use', usage, latencyMs: 1 },
        ...{ requestHash: '', rehearsal: true },
      }),
    };
    const useTool = { effect: 'repeatable' as const, run: async () => ({}) };
    const workers = { callModel, useTool } as never;
    const runtime = createRuntime({ store, machines: hordeMachines, workers });
    const team = await runtime.start(
      formTeam({ pattern: 'review-loop', request: 'Work', model: 'm' }),
    );
    const end = await team.result();
    const events: RecordedEvent[] = [];
    for await (const event of team.events()) events.push(event);
    const of = (type: string) => events.filter((event) => event.type === type);
    expect(of('message.sent')).toHaveLength(3);
    expect(of('agent.advised').map(({ data }) => data['text'])).toEqual([
      expect.stringContaining('said the same 2 times'),
    ]);
    expect(of('work.refused').map(({ data }) => data['limit'])).toEqual(['loop']);
    expect(end).toMatchObject({ status: 'failed', reason: 'the limit of loop was reached' });
    expect((await runtime.replay(team.id)).divergence).toBeNull();
    await runtime.close();
    await store.close();
  });
});
