/**
 * Given: a team's stream, written down as what was said. Revisions count up from 0; every event is a turn of
 * its own unless `together` puts several into one. Data is checked against the vocabulary, so that no test
 * stands on events that cannot happen.
 */

import type { EventMeta, JsonObject, RecordedEvent } from '../../src/events/event.ts';
import type { StreamName } from '../../src/events/ids.ts';
import { createCatalog } from '../../src/events/known-events.ts';
import type { Profile } from '../../src/events/words/agent.ts';
import { vocabulary } from '../../src/events/words/index.ts';

const catalog = createCatalog(vocabulary);

export interface Said {
  type: string;
  data: JsonObject;
  meta?: Partial<EventMeta>;
}

export const say = (type: string, data: JsonObject, meta: Partial<EventMeta> = {}): Said => ({
  type,
  data,
  meta,
});

export function given(...turns: (Said | Said[])[]): RecordedEvent[] {
  const events: RecordedEvent[] = [];
  turns.forEach((said, turn) => {
    const together = Array.isArray(said) ? said : [said];
    together.forEach(({ type, data, meta }, index) => {
      const version = catalog.get(type)?.version ?? 1;
      catalog.check(type, version, data);
      const revision = events.length;
      events.push({
        id: `00000000-0000-4000-8000-${String(revision).padStart(12, '0')}`,
        stream: 'team-t1' as StreamName,
        revision,
        position: revision + 1,
        type,
        version,
        data,
        meta: {
          at: 1_000_000 + revision * 1000,
          turn,
          ...(index === together.length - 1 ? { last: true as const } : {}),
          ...meta,
        },
      });
    });
  });
  return events;
}

export const LIMITS = {
  synthesisTokens: 0,
  messagesPerActor: 20,
  messagesPerTeam: 100,
  depth: 2,
  teamSize: 8,
  works: 1000,
  turns: 10_000,
};

export const PROFILE: Profile = {
  role: 'producer',
  agentType: 'writer',
  model: 'claude-test',
  outputTokensMax: 4096,
  system: 'You write.',
  tools: [{ name: 'submit_draft', description: 'Hand in.', input: { type: 'object' } }],
};

export const USAGE = {
  inputTokens: 100,
  outputTokens: 20,
  cacheReadTokens: 10,
  cacheWriteTokens: 5,
  usd: 0.01,
};

export const formed = (text = 'Write a plan', materials: { name: string; text: string }[] = []) =>
  say('team.formed', {
    team: 't1',
    actor: 'team',
    machine: 'team',
    input: {},
    request: { text, materials },
    limits: LIMITS,
    depth: 0,
    labels: { pattern: 'review-loop' },
    package: '0.1.0',
  });

export const joined = (actor: string, incarnation = 1, profile: Partial<Profile> = {}) =>
  say(
    'agent.joined',
    { actor, machine: 'agent', input: {}, profile: { ...PROFILE, ...profile }, incarnation },
    { actor: 'team' },
  );

export const granted = (
  agent: string,
  grant: number,
  more: { round?: number; brief?: string; moves?: string[]; material?: number[] } = {},
) =>
  say(
    'turn.granted',
    {
      agent,
      grant,
      round: more.round ?? 1,
      brief: more.brief ?? 'Write the draft.',
      moves: more.moves ?? ['submit_draft'],
      material: more.material ?? [],
      purpose: 'work',
    },
    { actor: 'pattern', to: [agent] },
  );

/** `armed`: the revision in the name of the work. */
export const replied = (
  agent: string,
  armed: number,
  content: JsonObject[],
  more: JsonObject = {},
) =>
  say(
    'model.replied',
    {
      model: 'claude-test',
      content,
      stopReason: 'tool_use',
      usage: USAGE,
      requestHash: 'h',
      latencyMs: 1200,
      rehearsal: false,
      ...more,
    },
    { to: [agent], work: `${agent}/reply@${armed}` },
  );

export const admitted = (agent: string, armed: number, src = 'callModel') =>
  say('work.admitted', {
    work: `${agent}/${src === 'callModel' ? 'reply' : 'tool'}@${armed}`,
    src,
    effect: src === 'callModel' ? 'paid' : 'repeatable',
    purpose: 'work',
    reserved: { tokens: src === 'callModel' ? 500 : 0, usd: 0 },
  });

export const returned = (
  agent: string,
  reply: number,
  use: string,
  text: string,
  more: JsonObject = {},
) =>
  say(
    'tool.returned',
    { tool: 'read_file', use, reply, ok: true, text, latencyMs: 3, ...more },
    { to: [agent], work: `${agent}/tool@${reply}` },
  );

export const draft = (by: string, grant: number, more: JsonObject = {}) =>
  say(
    'draft.submitted',
    { grant, title: 'Plan', summary: 'A plan', content: 'Step one', answers: [], ...more },
    { actor: by, to: ['pattern'] },
  );

export const use = (id: string, name: string, input: JsonObject = {}): JsonObject => ({
  type: 'tool_use',
  id,
  name,
  input,
});
export const text = (words: string): JsonObject => ({ type: 'text', text: words });

export const message = (from: string, to: string[], seq: number, words: string) =>
  say('message.sent', { seq, text: words }, { actor: from, to });
