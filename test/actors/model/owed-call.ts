/** A call that a team owes: a reviewer who has been granted its first turn. What tests of the worker begin with. */
import type { WorkContext } from '../../../src/actors/worker.ts';
import type { RecordedEvent } from '../../../src/events/event.ts';
import { approve, requestChanges } from '../../../src/machines/patterns/review-loop/words.ts';
import { project } from '../../../src/projections/kit/projection.ts';

export const MODEL = 'claude-sonnet-5-5';
export const INPUT = { agent: 'reviewer', grant: 1, purpose: 'work' };
export const limits = {
  synthesisTokens: 0,
  messagesPerActor: 20,
  messagesPerTeam: 100,
  depth: 2,
  teamSize: 8,
  works: 100,
  turns: 1000,
};

/** A team in which a reviewer has been granted its first turn, by a model of that name. */
export function granted(model = MODEL): RecordedEvent[] {
  const profile = {
    role: 'reviewer',
    agentType: 'reviewer',
    model,
    outputTokensMax: 4000,
    system: 'You review.',
    tools: [approve.tool, requestChanges.tool],
  };
  const turn = {
    agent: 'reviewer',
    grant: 1,
    round: 1,
    brief: 'Review the draft of the migration.',
    moves: ['approve', 'request_changes'],
    material: [],
    purpose: 'work',
  };
  const said: [string, object][] = [
    ['team.formed', { request: { text: 'Split the users table safely.', materials: [] }, limits }],
    ['agent.joined', { actor: 'reviewer', machine: 'agent', input: null, incarnation: 1, profile }],
    ['turn.granted', turn],
    ['work.admitted', { work: 'reviewer/reply@2', src: 'callModel' }],
  ];
  return said.map(([type, data], revision) => ({
    id: `${revision}`,
    stream: 'team-t' as RecordedEvent['stream'],
    revision,
    position: revision,
    type,
    version: 1,
    data: data as RecordedEvent['data'],
    meta: {
      at: revision,
      turn: 0,
      ...(revision === 3 && { last: true as const }),
      ...(type === 'turn.granted' && { to: ['reviewer'], actor: 'pattern' }),
      ...(type === 'work.admitted' && { work: 'reviewer/reply@2' }),
    },
  }));
}

export function context(changes: Partial<WorkContext> = {}, events = granted()): WorkContext {
  return {
    team: 't' as WorkContext['team'],
    actor: 'reviewer' as WorkContext['actor'],
    work: 'reviewer/reply@2',
    attempt: 1,
    through: 3,
    reserved: { tokens: 0, usd: 0 },
    limits,
    depth: 0,
    labels: {},
    signal: new AbortController().signal,
    event: async (revision) => events[revision]!,
    view: async (projection) => project(projection, events),
    progress() {},
    childTeam: () => Promise.reject(new Error('a model call starts no team')),
    ...changes,
  };
}
