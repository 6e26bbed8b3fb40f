/**
 * The course of a team as its report tells it: what was asked, who took part and what each handed in, and how
 * it ended. What other projections know (tasks, decisions, metrics, lines) is not kept twice.
 */

import type { EventOf, RecordedEvent } from '../../events/event.ts';
import * as agent from '../../events/words/agent.ts';
import { teamForked } from '../../events/words/fork.ts';
import { isRehearsal } from '../../events/words/labels.ts';
import * as pattern from '../../events/words/pattern.ts';
import { teamDissolved, teamFormed, teamStopped } from '../../events/words/team.ts';
import { enter, entry } from '../kit/named.ts';
import type { Projection } from '../kit/projection.ts';
import { defineFold, defineProjection, joined } from '../kit/projection.ts';
import type { Sequence } from '../kit/sequence.ts';
import { append, emptySequence } from '../kit/sequence.ts';
import type { HandedIn } from '../moves/moves-made.ts';
import { isMove, nameOfMove, productOf, typesOfMoves } from '../moves/moves-made.ts';
import { type FindingLine, foundIn } from './report-findings.ts';

export interface MadeMove extends HandedIn {
  /** Name of the move, `submit_draft` say. */
  move: string;
  by: string;
  round: number;
  revision: number;
}

export interface Participant {
  agent: string;
  role: string;
  agentType: string;
  model: string;
  incarnations: number;
  turns: number;
  lost: boolean;
}

export interface Story {
  team: string;
  pattern: string;
  request: string;
  materials: string[];
  participants: { [agent: string]: Participant };
  moves: Sequence<MadeMove>;
  roundOf: { [agent: string]: number };
  rounds: number;
  /** As they were reported, each time. */
  findings: Sequence<FindingLine>;
  conclusion: EventOf<typeof pattern.patternConcluded>['data'] | null;
  dissolved: EventOf<typeof teamDissolved>['data'] | null;
  stopped: EventOf<typeof teamStopped>['data'] | null;
  /** Labelled so, or any reply was. */
  rehearsal: boolean;
  startedAt: number;
}

const initial: Story = {
  team: '',
  pattern: '',
  request: '',
  materials: [],
  participants: {},
  moves: emptySequence(),
  roundOf: {},
  rounds: 0,
  findings: emptySequence(),
  conclusion: null,
  dissolved: null,
  stopped: null,
  rehearsal: false,
  startedAt: 0,
};

const told = defineProjection({
  name: 'story',
  version: 3,
  initial,
  events: {
    formed: teamFormed,
    forked: teamForked,
    joined: agent.agentJoined,
    granted: agent.turnGranted,
    replied: agent.modelReplied,
    lost: agent.seatLost,
    round: pattern.roundStarted,
    concluded: pattern.patternConcluded,
    dissolved: teamDissolved,
    stopped: teamStopped,
  },
  on: {
    forked(draft, { data }) {
      draft.team = data.team;
      if (data.model === undefined) return;
      for (const one of Object.values(draft.participants)) one.model = data.model;
    },
    formed(draft, { data, meta }) {
      draft.team = data.team;
      draft.pattern = data.labels['pattern'] ?? data.machine;
      draft.request = data.request?.text ?? data.labels['request'] ?? '';
      draft.materials = data.request?.materials.map(({ name }) => name) ?? [];
      draft.rehearsal = isRehearsal(data.labels);
      draft.startedAt = meta.at;
    },
    joined(draft, { data }) {
      const { actor, profile, incarnation } = data;
      const turns = entry(draft.participants, actor)?.turns ?? 0;
      enter(draft.participants, actor, {
        agent: actor,
        role: profile.role,
        agentType: profile.agentType,
        model: profile.model,
        incarnations: incarnation,
        turns,
        lost: false,
      });
    },
    granted(draft, { data }) {
      enter(draft.roundOf, data.agent, data.round);
      const participant = entry(draft.participants, data.agent);
      if (participant) participant.turns++;
    },
    replied(draft, { data }) {
      draft.rehearsal ||= data.rehearsal;
    },
    lost(draft, { data }) {
      const participant = entry(draft.participants, data.agent);
      if (participant) participant.lost = true;
    },
    round(draft, { data }) {
      draft.rounds = Math.max(draft.rounds, data.round);
    },
    concluded(draft, { data }) {
      draft.conclusion = data;
    },
    dissolved(draft, { data }) {
      draft.dissolved = data;
    },
    stopped(draft, { data }) {
      draft.stopped = data;
    },
  },
});

const ofMoves = defineFold<Story>(typesOfMoves, (draft, event: RecordedEvent) => {
  if (!isMove(event)) return;
  const by = event.meta.actor ?? '';
  const made: MadeMove = {
    move: nameOfMove(event),
    by,
    round: entry(draft.roundOf, by) ?? draft.rounds,
    revision: event.revision,
    ...productOf(event),
  };
  draft.moves = append(draft.moves, made);
  for (const one of foundIn(event)) draft.findings = append(draft.findings, one);
});

/** What a child team has come to is a product like one that was handed in. */
const ofChildTeams = defineFold<Story>(
  ['team.returned', 'team.failed'],
  (draft, event: RecordedEvent) => {
    const { team, pattern, text, rehearsal } = event.data;
    draft.rehearsal ||= rehearsal === true;
    if (typeof text !== 'string' || text === '') return;
    const [, heading, rest] = /^# ([^\n]*)\n+([\s\S]*)$/.exec(text) ?? [];
    const made: MadeMove = {
      move: 'team',
      by: `team ${team}`,
      round: draft.rounds,
      revision: event.revision,
      title: heading ?? String(pattern),
      summary: null,
      content: rest ?? text,
      path: null,
      details: null,
    };
    draft.moves = append(draft.moves, made);
  },
);

export const story: Projection<Story> = joined(joined(told, ofMoves), ofChildTeams);
