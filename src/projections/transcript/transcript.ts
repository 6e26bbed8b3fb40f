/**
 * The transcript: what happened in a team, line by line, for people. Lines hold what was said in full;
 * whoever shows them shortens, and escapes what cannot be seen.
 */

import type { EventDefinition, RecordedEvent } from '../../events/event.ts';
import * as agent from '../../events/words/agent.ts';
import * as pattern from '../../events/words/pattern.ts';
import * as team from '../../events/words/team.ts';
import * as work from '../../events/words/work.ts';
import { actorOfWork } from '../../events/work-id.ts';
import { renderFields } from '../conversation/framing.ts';
import { anyOf, defineFold, type Projection } from '../kit/projection.ts';
import type { Sequence } from '../kit/sequence.ts';
import { append, emptySequence } from '../kit/sequence.ts';
import { isMove, typesOfMoves } from '../moves/moves-made.ts';

export interface Line {
  revision: number;
  at: number;
  type: string;
  /** An actor, a person, or `''` for the runtime. */
  by: string;
  to: string[];
  text: string;
}

export interface Transcript {
  lines: Sequence<Line>;
}

type Told<Definition> =
  Definition extends EventDefinition<string, infer Schema>
    ? (data: Schema['_output'], event: RecordedEvent) => string
    : never;

const tellers = new Map<string, (data: never, event: RecordedEvent) => string>();

function tells<Definition extends EventDefinition>(
  definition: Definition,
  teller: Told<Definition>,
): void {
  tellers.set(definition.type, teller as (data: never, event: RecordedEvent) => string);
}

tells(team.teamFormed, (data) => `team formed: ${data.request?.text ?? data.machine}`);
tells(team.teamDissolved, (data) => `team dissolved, ${data.status}: ${data.reason}`);
tells(team.teamStopped, (data) => `team stopped, ${data.reason}: ${data.detail}`);
tells(team.teamStopRequested, (data) => `${data.by} asks the team to stop: ${data.reason}`);
tells(team.teamPaused, (data) => `${data.by} pauses the team`);
tells(team.teamContinued, (data) => `${data.by} lets the team go on`);
tells(pattern.teamPhased, (data) => `${data.phase}: ${data.reason}`);
tells(pattern.roundStarted, (data) => `round ${data.round} of ${data.of}: ${data.title}`);
tells(pattern.taskCreated, (data) => `task ${data.task}: ${data.title}`);
tells(pattern.taskAssigned, (data) => `task ${data.task} goes to ${data.owner}`);
tells(pattern.taskProgressed, (data) => `task ${data.task} is ${data.status} ${data.note}`.trim());
tells(
  pattern.artifactRegistered,
  (data) =>
    `${data.locked ? 'agreed' : 'made'}: ${data.title}${data.path ? ` (${data.path})` : ''}`,
);
tells(pattern.decisionMade, (data) => `decided on ${data.subject}: ${data.resolution}`);
tells(pattern.dissentNoted, (data) => `${data.by} dissents on ${data.about}: ${data.view}`);
tells(pattern.finalizeAsked, (data) => `asked to come to an end: ${data.reason}`);
tells(pattern.patternConcluded, (data) => `${data.pattern} ${data.outcome}: ${data.reason}`);
tells(agent.agentJoined, (data) => `${data.actor} joins as ${data.profile.role}`);
tells(agent.agentLeft, (data) => `${data.actor} leaves: ${data.reason}`);
tells(agent.turnGranted, (data) => `${data.agent} has the turn: ${data.brief}`);
tells(agent.turnCorrected, (data) => `${data.agent} is corrected: ${data.problem}`);
tells(agent.turnForfeited, (data) => `${data.agent} gives up (${data.reason}): ${data.detail}`);
tells(agent.turnRevoked, (data) => `the turn of ${data.agent} is taken back: ${data.reason}`);
tells(agent.messageSent, (data) => data.text);
tells(agent.messageTold, (data) => data.text);
tells(agent.modelReplied, (data) => spoken(data.content));
tells(agent.modelFailed, (data) => `no reply (${data.kind}): ${data.message}`);
tells(agent.toolReturned, (data) => `${data.tool} ${data.ok ? 'ok' : 'error'} ${data.path ?? ''}`);
tells(agent.toolFailed, (data) => `tool failed (${data.kind}): ${data.message}`);
tells(agent.personAnswered, (data) => data.text);
tells(agent.agentNudged, (data) => `${data.agent} is nudged: ${data.text}`);
tells(agent.agentAdvised, (data) => `${data.agent} is advised: ${data.text}`);
tells(agent.seatWanted, (data) => `a seat for ${data.agent} is wanted: ${data.reason}`);
tells(agent.seatRefused, (data) => `no seat for ${data.agent}: ${data.reason}`);
tells(agent.seatRefilled, (data) => `${data.agent} has a successor: ${data.reason}`);
tells(agent.seatLost, (data) => `the seat ${data.agent} stays empty: ${data.reason}`);
tells(work.workRefused, (data) => `${data.src} refused (${data.limit}): ${data.message}`);
tells(work.limitNeared, (data) => `${data.used} of ${data.of} ${data.limit} used`);
tells(work.budgetBreached, () => 'a provider reported more than was reserved');

const fold = defineFold<Transcript>(anyOf([tellers, typesOfMoves]), (draft, event) => {
  if (!tellers.has(event.type) && !isMove(event)) return;
  const line = Object.freeze(lineOf(event));
  if (line.text !== '') draft.lines = append(draft.lines, line);
});

export const transcript: Projection<Transcript> = {
  name: 'transcript',
  version: 1,
  initial: { lines: emptySequence() },
  ...fold,
};

/** An event as a line: who, to whom, what; the text is empty for what people are not told. */
export function lineOf(event: RecordedEvent): Line {
  const { type, revision, meta } = event;
  const teller = tellers.get(type);
  return {
    revision,
    at: meta.at,
    type,
    by: byOf(event),
    to: meta.to ?? [],
    text: teller ? teller(event.data as never, event).trim() : moveText(event),
  };
}

function moveText(event: RecordedEvent): string {
  const { grant: _, ...said } = event.data;
  return renderFields(said);
}

/** The text of a reply and the names of the tools it uses. */
function spoken(content: readonly { readonly [key: string]: unknown }[]): string {
  return content
    .map((block) => {
      if (block['type'] === 'text') return String(block['text'] ?? '');
      return block['type'] === 'tool_use' ? `[${String(block['name'])}]` : '';
    })
    .filter((part) => part.trim() !== '')
    .join('\n');
}

function byOf(event: RecordedEvent): string {
  const { actor, work, to } = event.meta;
  if (event.type === 'message.told' || event.type === 'person.answered')
    return String(event.data['by']);
  return (
    actor ?? (work ? actorOfWork(work) : event.type.startsWith('model.') ? (to?.[0] ?? '') : '')
  );
}
