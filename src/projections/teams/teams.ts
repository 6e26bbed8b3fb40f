/**
 * All teams of a store, one line each: what `horde teams` lists. Folded over every stream.
 */

import type { Usage } from '../../events/amounts.ts';
import type { EventOf, RecordedEvent } from '../../events/event.ts';
import { teamOfStream } from '../../events/ids.ts';
import { modelFailed, modelReplied, toolFailed, toolReturned } from '../../events/words/agent.ts';
import { teamFailed, teamReturned } from '../../events/words/child.ts';
import { teamForked } from '../../events/words/fork.ts';
import { vocabulary } from '../../events/words/index.ts';
import { isRehearsal } from '../../events/words/labels.ts';
import { roundStarted } from '../../events/words/pattern.ts';
import { teamFormed } from '../../events/words/team.ts';
import { workFailed, workLate } from '../../events/words/work.ts';
import { escapeControls } from '../conversation/framing.ts';
import { enter, entry } from '../kit/named.ts';
import type { Projection } from '../kit/projection.ts';
import { defineFold, defineProjection, joined } from '../kit/projection.ts';
import { type TeamVerdict, type VerdictState, verdict, verdictOf } from '../verdict/verdict.ts';

export interface TeamLine extends TeamVerdict {
  team: string;
  pattern: string;
  /** The request's beginning, on one line. */
  request: string;
  events: number;
  /** With what child teams used, once they have ended. `input` includes what was read from and written to the cache. */
  tokens: { input: number; output: number; limit: number | null };
  usd: number;
  /** The round that was begun last, and of how many; null before the first. */
  round: number | null;
  rounds: number | null;
  rehearsal: boolean;
  parent: string | null;
  startedAt: number;
  updatedAt: number;
}

export interface Teams {
  teams: { [team: string]: TeamLine };
  /** What the events of each team that goes on say of its verdict; for the fold. */
  verdicts: { [team: string]: VerdictState };
}

/** Most characters of a request in a list. */
const REQUEST_MAX = 200;

const initial: Teams = { teams: {}, verdicts: {} };

const told = defineProjection({
  name: 'teams',
  version: 3,
  initial,
  events: {
    formed: teamFormed,
    forked: teamForked,
    round: roundStarted,
    replied: modelReplied,
    failed: modelFailed,
    late: workLate,
    workFailed,
    toolReturned,
    toolFailed,
    teamReturned,
    teamFailed,
  },
  on: {
    formed,
    forked: (draft, event) => {
      const line = lineOf(draft, event);
      if (line) line.tokens.limit = event.data.limits.tokens ?? null;
      change(draft, event, { parent: event.data.parent?.team ?? null });
    },
    round: (draft, event) => {
      const { round, of } = event.data;
      change(draft, event, { round, rounds: of });
    },
    replied: (draft, event) => {
      if (event.data.rehearsal) change(draft, event, { rehearsal: true });
      use(draft, event, event.data.usage);
    },
    failed: (draft, event) => use(draft, event, event.data.usage),
    late: (draft, event) => use(draft, event, event.data.usage),
    workFailed: (draft, event) => use(draft, event, event.data.usage),
    toolReturned: (draft, event) => use(draft, event, event.data.usage),
    toolFailed: (draft, event) => use(draft, event, event.data.usage),
    teamReturned: (draft, event) => use(draft, event, event.data.usage),
    teamFailed: (draft, event) => use(draft, event, event.data.usage),
  },
});

// Every known type counts as an event of its team, so all are heard.
const counted = defineFold<Teams>(
  vocabulary.map((definition) => definition.type),
  (draft, event) => {
    change(draft, event, { events: event.revision + 1, updatedAt: event.meta.at });
  },
);

const judged = defineFold<Teams>(verdict.hears, (draft, event) => {
  const line = lineOf(draft, event);
  const state = line && entry(draft.verdicts, line.team);
  if (!line || !state) return;
  verdict.hear?.(state, event);
  Object.assign(line, verdictOf(state));
});

export const teams: Projection<Teams> = joined(joined(told, counted), judged);

function formed(draft: Teams, event: EventOf<typeof teamFormed>): void {
  const { machine, request, labels, limits, parent } = event.data;
  const id = teamOfStream(event.stream);
  if (id === undefined) return;
  enter(draft.verdicts, id, { ...verdict.initial, failing: {} });
  const text = request?.text ?? labels['request'] ?? '';
  enter(draft.teams, id, {
    team: id,
    pattern: labels['pattern'] ?? machine,
    status: 'running',
    outcome: null,
    confidence: null,
    reason: '',
    cause: null,
    request: escapeControls(text.slice(0, REQUEST_MAX).replace(/\s+/g, ' ')).trim(),
    events: 0,
    tokens: { input: 0, output: 0, limit: limits.tokens ?? null },
    usd: 0,
    round: null,
    rounds: null,
    rehearsal: isRehearsal(labels),
    parent: parent?.team ?? null,
    startedAt: event.meta.at,
    updatedAt: event.meta.at,
  });
}

function change(draft: Teams, event: RecordedEvent, news: Partial<TeamLine>): void {
  const line = lineOf(draft, event);
  if (line) Object.assign(line, news);
}

function use(draft: Teams, event: RecordedEvent, usage: Usage | undefined): void {
  const line = lineOf(draft, event);
  if (!line || !usage) return;
  line.tokens.input += usage.inputTokens + usage.cacheReadTokens + usage.cacheWriteTokens;
  line.tokens.output += usage.outputTokens;
  line.usd += usage.usd;
}

function lineOf(draft: Teams, event: RecordedEvent): TeamLine | undefined {
  const id = teamOfStream(event.stream);
  return id === undefined ? undefined : entry(draft.teams, id);
}
