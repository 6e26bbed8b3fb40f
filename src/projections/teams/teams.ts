/**
 * All teams of a store, one line each: what `horde teams` lists. Folded over every stream.
 */

import type { Usage } from '../../events/amounts.ts';
import type { EventOf, RecordedEvent } from '../../events/event.ts';
import { teamOfStream } from '../../events/ids.ts';
import { modelFailed, modelReplied } from '../../events/words/agent.ts';
import { teamForked } from '../../events/words/fork.ts';
import { vocabulary } from '../../events/words/index.ts';
import { roundStarted } from '../../events/words/pattern.ts';
import * as team from '../../events/words/team.ts';
import { workFailed, workLate } from '../../events/words/work.ts';
import { escapeControls } from '../conversation/framing.ts';
import { enter, entry } from '../kit/named.ts';
import type { Projection } from '../kit/projection.ts';
import { defineFold, defineProjection, joined } from '../kit/projection.ts';

export type TeamStatus = 'running' | 'paused' | 'done' | 'failed' | 'stopped';

export interface TeamLine {
  team: string;
  pattern: string;
  status: TeamStatus;
  /** Why it ended; empty while it goes on. */
  reason: string;
  /** The request's beginning, on one line. */
  request: string;
  events: number;
  /** `input` includes what was read from and written to the cache. */
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
}

/** Most characters of a request in a list. */
const REQUEST_MAX = 200;

const told = defineProjection({
  name: 'teams',
  version: 2,
  initial: { teams: {} } as Teams,
  events: {
    formed: team.teamFormed,
    forked: teamForked,
    paused: team.teamPaused,
    continued: team.teamContinued,
    round: roundStarted,
    dissolved: team.teamDissolved,
    stopped: team.teamStopped,
    replied: modelReplied,
    failed: modelFailed,
    late: workLate,
    workFailed,
  },
  on: {
    formed,
    forked: (draft, event) => {
      const line = lineOf(draft, event);
      if (line) line.tokens.limit = event.data.limits.tokens ?? null;
      change(draft, event, { status: 'running', parent: event.data.parent?.team ?? null });
    },
    paused: (draft, event) => change(draft, event, { status: 'paused' }),
    continued: (draft, event) => change(draft, event, { status: 'running' }),
    round: (draft, event) => {
      const { round, of } = event.data;
      change(draft, event, { round, rounds: of });
    },
    dissolved: (draft, event) => {
      const { status, reason } = event.data;
      change(draft, event, { status, reason });
    },
    stopped: (draft, event) => {
      const { reason, detail } = event.data;
      change(draft, event, { status: 'stopped', reason: detail || reason });
    },
    replied: (draft, event) => {
      if (event.data.rehearsal) change(draft, event, { rehearsal: true });
      use(draft, event, event.data.usage);
    },
    failed: (draft, event) => use(draft, event, event.data.usage),
    late: (draft, event) => use(draft, event, event.data.usage),
    workFailed: (draft, event) => use(draft, event, event.data.usage),
  },
});

// Every known type counts as an event of its team, so all are heard.
const counted = defineFold<Teams>(
  vocabulary.map((definition) => definition.type),
  (draft, event) => {
    change(draft, event, { events: event.revision + 1, updatedAt: event.meta.at });
  },
);

export const teams: Projection<Teams> = joined(told, counted);

function formed(draft: Teams, event: EventOf<typeof team.teamFormed>): void {
  const { machine, request, labels, limits, parent } = event.data;
  const id = teamOfStream(event.stream);
  if (id === undefined) return;
  const text = request?.text ?? labels['request'] ?? '';
  enter(draft.teams, id, {
    team: id,
    pattern: labels['pattern'] ?? machine,
    status: 'running',
    reason: '',
    request: escapeControls(text.slice(0, REQUEST_MAX).replace(/\s+/g, ' ')).trim(),
    events: 0,
    tokens: { input: 0, output: 0, limit: limits.tokens ?? null },
    usd: 0,
    round: null,
    rounds: null,
    rehearsal: labels['rehearsal'] === 'true',
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
