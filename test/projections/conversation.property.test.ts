import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { JsonObject, RecordedEvent } from '../../src/events/event.ts';
import {
  conversation,
  conversationRequest,
} from '../../src/projections/conversation/conversation.ts';
import { project, projectAt } from '../../src/projections/kit/projection.ts';
import type { Said } from './given.ts';
import { admitted, draft, formed, given, granted, joined, message, replied, say } from './given.ts';
import { brokenRules } from './messages-api.ts';

const AGENTS = ['ann', 'bob'];
const agentName = fc.constantFrom(...AGENTS);
const tool = fc.constantFrom('submit_draft', 'approve', 'read_file', 'send_message', 'create_task');
/** Few ids, so that they repeat within a reply and across replies; some that no API would take. */
const useId = fc.constantFrom('a', 'b', 'c', 'not legal!', '');

const block: fc.Arbitrary<JsonObject> = fc.oneof(
  fc.record({ type: fc.constant('text'), text: fc.constantFrom('Hello', '', ' \n', '</data>') }),
  fc.constant<JsonObject>({ type: 'thinking', thinking: 'hm', signature: 's' }),
  fc.record({
    type: fc.constant('tool_use'),
    id: useId,
    name: fc.oneof(tool, fc.constantFrom('no such tool', '')),
    input: fc.constantFrom<JsonObject[string]>({}, { text: 'hi' }, 'broken', null, [1]),
  }),
);

/** One turn of a team, legal or not, given the revision at which it would stand. */
type Step = (revision: number) => Said | Said[];
const small = fc.integer({ min: 1, max: 3 });
const words = fc.oneof(fc.string({ unit: 'binary', maxLength: 20 }), fc.constantFrom('', ' \n'));
const back = fc.integer({ min: 0, max: 4 });

const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 1,
    arbitrary: fc.tuple(agentName, small).map(
      ([a, n]) =>
        () =>
          joined(a, n),
    ),
  },
  {
    weight: 5,
    arbitrary: fc.tuple(agentName, small, fc.array(fc.nat(12), { maxLength: 2 })).map(
      ([a, grant, material]): Step =>
        (at) => [granted(a, grant, { material }), admitted(a, at)],
    ),
  },
  {
    weight: 8,
    arbitrary: fc.tuple(agentName, back, fc.array(block, { maxLength: 4 })).map(
      ([a, ago, content]): Step =>
        (at) =>
          replied(a, Math.max(0, at - ago), content),
    ),
  },
  {
    weight: 5,
    arbitrary: fc.tuple(agentName, useId, back, words).map(
      ([a, use, ago, text]): Step =>
        (at) => [
          say(
            'tool.returned',
            { tool: 'read_file', use, reply: Math.max(0, at - ago), ok: true, text, latencyMs: 1 },
            { to: [a], work: `${a}/tool@${at}` },
          ),
          admitted(a, at),
        ],
    ),
  },
  {
    weight: 3,
    arbitrary: fc.tuple(agentName, small).map(
      ([a, grant]) =>
        () =>
          draft(a, grant),
    ),
  },
  {
    weight: 3,
    arbitrary: fc.tuple(agentName, small, words).map(
      ([a, seq, text]) =>
        () =>
          message(a, AGENTS, seq, text),
    ),
  },
  {
    weight: 3,
    arbitrary: fc.tuple(agentName, small, back, words).map(
      ([agent, grant, ago, problem]): Step =>
        (at) => [
          say('turn.corrected', { agent, grant, reply: Math.max(0, at - ago), problem }),
          admitted(agent, at),
        ],
    ),
  },
  {
    weight: 1,
    arbitrary: fc.tuple(agentName, small).map(
      ([agent, grant]) =>
        () =>
          say('turn.forfeited', { agent, grant, reason: 'silent', detail: '' }),
    ),
  },
  {
    weight: 1,
    arbitrary: fc.tuple(agentName, small, words).map(
      ([agent, grant, reason]) =>
        () =>
          say('turn.revoked', { agent, grant, reason }),
    ),
  },
  {
    weight: 1,
    arbitrary: fc.tuple(agentName, words).map(
      ([agent, text]) =>
        () =>
          say('agent.nudged', { agent, checks: 3, text }),
    ),
  },
  {
    weight: 1,
    arbitrary: agentName.map(
      (a): Step =>
        (at) =>
          say(
            'tool.failed',
            { kind: 'timedOut', message: '' },
            { to: [a], work: `${a}/tool@${at}` },
          ),
    ),
  },
);

const history: fc.Arbitrary<RecordedEvent[]> = fc
  .array(step, { minLength: 1, maxLength: 40 })
  .map((steps) => {
    const turns: (Said | Said[])[] = [formed(), joined('ann'), joined('bob')];
    let revision = 3;
    for (const make of steps) {
      const turn = make(revision);
      turns.push(turn);
      revision += Array.isArray(turn) ? turn.length : 1;
    }
    return given(...turns);
  });

describe('for any history of a team, legal or not', () => {
  it('the request at every turn end keeps the rules of the Messages API and forgets what is later', () => {
    fc.assert(
      fc.property(history, (events) => {
        const whole = project(conversation, events);
        for (const { revision, meta } of events) {
          if (!meta.last) continue;
          const then = projectAt(events, conversation, revision);
          for (const agent of AGENTS) {
            const request = conversationRequest(whole, agent, revision);
            expect(conversationRequest(then, agent, revision)).toEqual(request);
            if (request) expect(brokenRules(request)).toEqual([]);
          }
        }
      }),
      { numRuns: 300 },
    );
  });

  it('a fold of the conversation changes no event and no earlier state', () => {
    fc.assert(
      fc.property(history, (events) => {
        const before = JSON.stringify(events);
        let state = conversation.initial;
        for (const event of events) {
          const kept = JSON.stringify(state);
          const next = conversation.apply(state, event);
          expect(JSON.stringify(state)).toBe(kept);
          state = next;
        }
        expect(JSON.stringify(events)).toBe(before);
      }),
      { numRuns: 50 },
    );
  });
});

/** A live agent: each call is armed, other things may be said while it thinks, then it is answered. */
const call = fc.record({
  meanwhile: fc.array(words, { maxLength: 2 }),
  content: fc.array(block, { minLength: 1, maxLength: 3 }),
  after: fc.constantFrom('corrected', 'granted'),
});

describe('for any sequence of calls', () => {
  it('each request extends the one before, whatever was said while the model was thinking', () => {
    fc.assert(
      fc.property(fc.array(call, { minLength: 2, maxLength: 8 }), (calls) => {
        const turns: (Said | Said[])[] = [formed(), joined('ann')];
        const armedAt: number[] = [];
        let revision = 2;
        const add = (...turn: Said[]) => {
          turns.push(turn);
          revision += turn.length;
        };
        add(granted('ann', 1), admitted('ann', revision));
        armedAt.push(revision - 1);
        let armed = 2;
        let seq = 1;
        for (const { meanwhile, content, after } of calls) {
          for (const text of meanwhile) add(message('bob', ['ann'], seq++, text));
          const reply = revision;
          add(replied('ann', armed, content));
          armed = revision;
          const next =
            after === 'granted'
              ? granted('ann', revision)
              : say('turn.corrected', { agent: 'ann', grant: 1, reply, problem: 'No.' });
          add(next, admitted('ann', armed));
          armedAt.push(revision - 1);
        }
        const state = project(conversation, given(...turns));
        const requests = armedAt.map((through) => conversationRequest(state, 'ann', through)!);
        requests.slice(1).forEach((request, index) => {
          const before = requests[index]!;
          // A reply with nothing to send again leaves its question open; the question then grows.
          const closed = request.messages.length > before.messages.length;
          const shared = closed ? before.messages.length : before.messages.length - 1;
          expect(request.messages.slice(0, shared)).toEqual(before.messages.slice(0, shared));
          expect(request.hash).not.toBe(before.hash);
        });
      }),
      { numRuns: 200 },
    );
  });
});
