/**
 * What one recorded event contributes to merged state, by its type. Each contribution is said of the event alone:
 * what came before it is not known here.
 *
 * Invariants
 * 1. Only a team's own stream speaks: what stands in an inbox is told again where it is heard.
 * 2. Each stream counts its own calls. What a child team used is counted in its stream, not again where its end
 *    is heard.
 */

import type { Usage } from '../../events/amounts.ts';
import type { EventDefinition, EventOf, RecordedEvent } from '../../events/event.ts';
import { teamOfStream } from '../../events/ids.ts';
import * as agent from '../../events/words/agent.ts';
import { teamForked } from '../../events/words/fork.ts';
import { isRehearsal } from '../../events/words/labels.ts';
import { submitSynthesis } from '../../events/words/moves.ts';
import * as pattern from '../../events/words/pattern.ts';
import * as team from '../../events/words/team.ts';
import * as work from '../../events/words/work.ts';
import { ownerOf } from '../../events/work-id.ts';
import { synthesisIn } from '../decisions/synthesis.ts';
import { isMove } from '../moves/moves-made.ts';
import { foundIn } from '../report/report-findings.ts';
import {
  count,
  first,
  keyIn,
  latest,
  type Parts,
  stampedFacts,
  stampOf,
} from './merged-contribution.ts';
import { dictionaryOf } from './merged-dictionary.ts';
import type { ArtifactFacts, Counts, MemberFacts, Merged, TeamFacts } from './merged-state.ts';

type Speaker = (event: RecordedEvent, team: string) => Parts;

const speakers = new Map<string, Speaker[]>();

function says<Definition extends EventDefinition>(
  definition: Definition,
  speaker: (event: EventOf<Definition>, team: string) => Parts,
): void {
  speaks(definition.type, speaker as unknown as Speaker);
}

function speaks(type: string, speaker: Speaker): void {
  speakers.set(type, [...(speakers.get(type) ?? []), speaker]);
}

// ---- teams

says(team.teamFormed, (event, name) => {
  const { machine, request, labels, parent, actor } = event.data;
  const limits = limitsOf(event.data.limits);
  return {
    ...ofTeam(event, name, {
      root: actor,
      request: request?.text ?? labels['request'] ?? '',
      pattern: labels['pattern'] ?? machine,
      parent: parent?.team ?? null,
      rehearsal: isRehearsal(labels),
      limits,
      formedAt: event.meta.at,
      phase: 'forming',
      paused: false,
    }),
    ...ofMember(event, name, actor, joining(machine)),
  };
});
says(teamForked, (event, name) => {
  const { origin, parent, limits } = event.data;
  return ofTeam(event, name, {
    parent: parent?.team ?? null,
    limits: limitsOf(limits),
    origin,
    paused: false,
  });
});
says(pattern.teamPhased, (event, name) => ofTeam(event, name, { phase: event.data.phase }));
says(pattern.roundStarted, (event, name) => ofTeam(event, name, { round: event.data }));
says(team.teamPaused, (event, name) => ofTeam(event, name, { paused: true }));
says(team.teamContinued, (event, name) => ofTeam(event, name, { paused: false }));
says(pattern.patternConcluded, (event, name) => {
  const { outcome, reason, confidence, notes } = event.data;
  return ofTeam(event, name, { concluded: { outcome, reason, confidence, notes } });
});
says(team.teamDissolved, (event, name) => {
  const { status, reason } = event.data;
  return ofTeam(event, name, { ended: { status, reason } });
});
says(team.teamStopped, (event, name) => {
  const { reason, detail } = event.data;
  return ofTeam(event, name, { ended: { status: 'stopped', reason: detail || reason } });
});

// ---- members

says(agent.agentJoined, (event, name) => {
  const { actor, machine, profile, incarnation } = event.data;
  const { role, agentType } = profile;
  return ofMember(event, name, actor, { ...joining(machine), role, agentType, incarnation });
});
says(team.actorJoined, (event, name) =>
  ofMember(event, name, event.data.actor, joining(event.data.machine)),
);
for (const left of [agent.agentLeft, team.actorLeft])
  says(left, (event, name) => ofMember(event, name, event.data.actor, { status: 'left' }));
says(team.actorDone, (event, name) => ofMember(event, name, event.data.actor, { status: 'done' }));

const joining = (machine: string): MemberFacts => ({
  machine,
  role: null,
  agentType: null,
  incarnation: 1,
  status: 'active',
});

// ---- tasks: as on the board, a task that is made again is a new one

says(pattern.taskCreated, (event, name) => {
  const { task, title, blockedBy, owner = null } = event.data;
  const facts = { title, blockedBy, owner, status: 'pending' as const, note: '' };
  return { tasks: latest(event, name, task, facts) };
});
says(pattern.taskAssigned, (event, name) => {
  const { task, owner } = event.data;
  return { tasks: latest(event, name, task, { owner }) };
});
says(pattern.taskProgressed, (event, name) => {
  const { task, status, note } = event.data;
  return { tasks: latest(event, name, task, { status, note }) };
});

// ---- artifacts

says(pattern.artifactRegistered, (event, name) => {
  const { title, by, task, path = null, hash, held = null, locked } = event.data;
  const key = artifactKey(path, by, title);
  if (locked) {
    const facts: ArtifactFacts = { title, by, task: task ?? null, path, hash: hash ?? null, held };
    return { agreed: dictionaryOf(keyIn(name, key), { value: facts, stamp: stampOf(event) }) };
  }
  const known = {
    ...(task === undefined ? {} : { task }),
    ...(hash === undefined ? {} : { hash }),
  };
  return { artifacts: latest(event, name, key, { title, by, path, held, ...known }) };
});
says(agent.toolReturned, (event, name) => {
  const { path, hash = null, wrote, ok } = event.data;
  if (!wrote || !ok || path === undefined) return {};
  const by = ownerOf(event);
  return {
    artifacts: latest(event, name, artifactKey(path, by, ''), { by, path, hash, held: null }),
  };
});

const artifactKey = (path: string | null, by: string, title: string): string =>
  path === null ? JSON.stringify([by, title]) : path;

// ---- what was decided, disputed and found

says(pattern.decisionMade, (event, name) => {
  const { subject, proposedBy, challengedBy, resolution, basis } = event.data;
  const facts = { subject, proposedBy, challengedBy, resolution, basis };
  return { decisions: first(event, name, [[JSON.stringify([subject, resolution]), facts]]) };
});
says(pattern.dissentNoted, (event, name) => ({ dissent: dissentOf(event, name, [event.data]) }));
says(submitSynthesis.event, (event, name) => {
  const { decisions, dissent } = synthesisIn(event);
  const how = { proposedBy: event.meta.actor ?? '', challengedBy: [], basis: 'synthesis' };
  return {
    decisions: first(
      event,
      name,
      decisions.map(({ subject, resolution }) => [
        JSON.stringify([subject, resolution]),
        { subject, resolution, ...how },
      ]),
    ),
    dissent: dissentOf(event, name, dissent),
  };
});
for (const type of ['findings.reported', 'finding.handled'])
  speaks(type, (event, name) => {
    const by = event.meta.actor ?? '';
    return {
      findings: first(
        event,
        name,
        foundIn(event).map(({ tag, title, severity }) => [tag, { tag, title, severity, by }]),
      ),
    };
  });

function dissentOf(
  event: RecordedEvent,
  name: string,
  views: readonly { by: string; about: string; view: string }[],
): Merged['dissent'] {
  return first(
    event,
    name,
    views.map(({ by, about, view }) => [JSON.stringify([by, about, view]), { by, about, view }]),
  );
}

// ---- what is counted

says(agent.modelReplied, (event, name) => {
  // Taken over from the origin of a fork, or written by a person: no model was called.
  if (event.data.answeredBy) return {};
  return {
    ...count(event, name, { modelCalls: 1, ...used(event.data.usage) }),
    ...(event.data.rehearsal ? ofTeam(event, name, { rehearsal: true }) : {}),
  };
});
says(agent.modelFailed, (event, name) =>
  count(event, name, { modelCalls: 1, modelFailures: 1, ...used(event.data.usage) }),
);
says(work.workLate, (event, name) => {
  const { usage, spent } = event.data;
  return usage && !spent ? count(event, name, { modelCalls: 1, ...used(usage) }) : {};
});
says(work.workFailed, (event, name) => {
  const { usage, spent } = event.data;
  return usage && !spent ? count(event, name, used(usage)) : {};
});
says(work.workRefused, (event, name) => count(event, name, { refusals: 1 }));
says(agent.toolReturned, (event, name) =>
  count(event, name, { toolCalls: 1, ...(event.data.ok ? {} : { toolErrors: 1 }) }),
);
says(agent.toolFailed, (event, name) => count(event, name, { toolCalls: 1, toolErrors: 1 }));
says(agent.messageSent, (event, name) => count(event, name, { messages: 1 }));
says(agent.turnCorrected, (event, name) => count(event, name, { corrections: 1 }));
says(agent.turnForfeited, (event, name) => count(event, name, { forfeits: 1 }));

function used(usage: Usage | undefined): Partial<Counts> {
  if (!usage) return {};
  const { usd, ...tokens } = usage;
  return { ...tokens, ...(usd > 0 ? { nanoUsd: Math.round(usd * 1e9) } : {}) };
}

const ofTeam = (event: RecordedEvent, name: string, facts: Partial<TeamFacts>): Parts => ({
  teams: dictionaryOf(name, stampedFacts(event, facts)),
});

const ofMember = (
  event: RecordedEvent,
  name: string,
  actor: string,
  facts: Partial<MemberFacts>,
): Parts => ({ members: latest(event, name, actor, facts) });

const limitsOf = ({ tokens, usd }: team.Limits): TeamFacts['limits'] => ({
  tokens: tokens ?? null,
  usd: usd ?? null,
});

/** The types that say something of merged state; a move may have others, too. */
export const spokenTypes: ReadonlySet<string> = new Set(speakers.keys());

/** Undefined for an event that is not in a team's own stream, or says nothing of merged state. */
export function contributionOf(event: RecordedEvent): Parts | undefined {
  const name = teamOfStream(event.stream);
  const own = speakers.get(event.type) ?? [];
  const all = isMove(event) ? [...own, countMove] : own;
  if (name === undefined || all.length === 0) return undefined;
  return Object.assign({}, ...all.map((speaker) => speaker(event, name)));
}

const countMove: Speaker = (event, name) => count(event, name, { moves: 1 });
